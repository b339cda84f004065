"""Tables of the Word document: how wide each column is, and which tables need the page turned.

Takes the texts of a table; gives widths by what stands in the columns, so that no word breaks in
the middle and the longest text has the most room, as CSS 2.1 (17.5.2.2) lays automatic tables out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from metanarrative.map.svg import width_of

PORTRAIT, LANDSCAPE = 470.0, 717.0
"""Points between the margins of an A4 page, upright and turned."""

SIZE = 8.5
PADDING = 12.0
"""Points that the cell's own margins and borders take."""

SPARE = 1.2
"""What a word may be wider than measured: the reader's machine may hold another font."""

TALL = 6
"""Lines in a cell from which a table is set on a turned page."""

_BREAKS = re.compile(r"(?<=[\s/\-–])")
"""Where a line may end: after a space, a slash or a hyphen."""


def needs(cells: Sequence[Sequence[str]]) -> tuple[list[float], list[float]]:
    """Return for each column the points its longest word needs, and its longest text on one line.

    Parameters
    ----------
    cells : sequence of rows
        Texts, the head first.

    Examples
    --------
    >>> least, most = needs([["word", "n"], ["care coordination", "7"]])
    >>> least[0] < most[0], least[1] == most[1]
    (True, True)
    """
    columns = list(zip(*cells, strict=True))
    bold = [1.1] + [1.0] * (len(columns) - 1)  # the first column and the head stand in bold
    least, most = [], []
    for heavy, column in zip(bold, columns, strict=True):
        words = [
            (part.strip(), heavy if row else 1.1) for row, text in enumerate(column) for part in _BREAKS.split(text)
        ]
        whole = [(text, heavy if row else 1.1) for row, text in enumerate(column)]
        least.append(PADDING + SPARE * max((weight * width_of(word, SIZE) for word, weight in words), default=0.0))
        most.append(PADDING + SPARE * max((weight * width_of(text, SIZE) for text, weight in whole), default=0.0))
    return least, most


def widths(cells: Sequence[Sequence[str]], room: float) -> list[float]:
    """Return the width of each column in points; together never more than `room`.

    Every column has what its longest word needs. What is left goes to the columns by how much
    longer their texts are, up to half the page.

    Parameters
    ----------
    cells : sequence of rows
        Texts, the head first.
    room : float
        Points between the margins.

    Examples
    --------
    >>> made = widths([["theme", "caveat"], ["Risk", "difference may be genre " * 12]], 470)
    >>> round(sum(made)), made[1] > 5 * made[0]
    (470, True)
    >>> round(sum(widths([["a"] * 90], 470)))
    470
    """
    least, most = needs(cells)
    if sum(most) <= room:
        return most
    if sum(least) >= room:
        return [width * room / sum(least) for width in least]
    wish = [max(low, min(high, 0.5 * room)) for low, high in zip(least, most, strict=True)]
    spare, asked = room - sum(least), sum(wish) - sum(least)
    if asked <= spare:  # half a page is not the bound where there is more room
        return [
            w + (spare - asked) * (h - w) / max(sum(most) - sum(wish), 1e-9) for w, h in zip(wish, most, strict=True)
        ]
    return [low + spare * (w - low) / asked for low, w in zip(least, wish, strict=True)]


def tallest(cells: Sequence[Sequence[str]], made: Sequence[float]) -> int:
    """Return about how many lines the tallest cell takes at these widths.

    Examples
    --------
    >>> tallest([["a", "b"]], [40.0, 40.0]), tallest([["care coordination " * 9]], [100.0]) > 5
    (1, True)
    """
    lines = (
        math.ceil(width_of(text, SIZE) / max(width - PADDING, 1.0))
        for row in cells
        for text, width in zip(row, made, strict=True)
    )
    return max(lines, default=1)


def is_wide(cells: Sequence[Sequence[str]]) -> bool:
    """Return whether a table wants the page turned: words would break, or cells grow tall.

    Examples
    --------
    >>> is_wide([["step", "n"], ["works", "97"]]), is_wide([["coordination"] * 12])
    (False, True)
    """
    return sum(needs(cells)[0]) > PORTRAIT or tallest(cells, widths(cells, PORTRAIT)) > TALL


def add(document: Any, cells: Sequence[Sequence[str]], room: float) -> None:
    """Add a table with its head on every page, whole rows and columns as wide as their texts ask."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    made = widths(cells, room)
    scale = min(1.0, room / sum(needs(cells)[0]))
    table = document.add_table(rows=len(cells), cols=len(cells[0]), style="Light Grid Accent 1")
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    for column, width in zip(table.columns, made, strict=True):
        column.width = Pt(width)
    for number, (row, texts) in enumerate(zip(table.rows, cells, strict=True)):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, text, width in zip(row.cells, texts, made, strict=True):
            cell.width = Pt(width)
            run = cell.paragraphs[0].add_run(text)
            run.font.size = Pt(max(6.0, round(2 * SIZE * scale) / 2))
            cell.paragraphs[0].paragraph_format.keep_with_next = number == 0 or None
