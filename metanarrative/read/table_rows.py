"""The rows of a table: a file -> its header and rows, each with its line and its own text.

The separator and the header row are told by content. A row is cut at its quotation marks where they
are sound, else by :mod:`csv`; one whose quote is never closed costs only itself.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from metanarrative.errors import ReadError
from metanarrative.read.columns import known_headers, roles, vendor_of
from metanarrative.read.fields import plain_text
from metanarrative.text import squash

__all__ = ["Row", "Table", "find_header", "table_of"]

_SEPARATORS = (",", ";", "\t", "|")
_MAX_CELL = 2**31 - 1
_MAX_ROW_LINES = 400


class Row(NamedTuple):
    """One row: where it begins, its cells and its own text."""

    line: int
    cells: list[str]
    raw: str
    unclosed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table as found: its header, its rows, whose export it is and where each field stands."""

    header: list[str]
    line: int
    rows: list[Row]
    separator: str  # "" for XLSX
    vendor: str
    columns: dict[str, list[int]]


def _split(lines: Sequence[str], separator: str) -> list[list[str]]:
    csv.field_size_limit(_MAX_CELL)
    try:
        return list(csv.reader([f"{line}\n" for line in lines], delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return []


def find_header(lines: Sequence[str]) -> tuple[int, list[str], str, int, int] | None:
    """Return (index of line, cells, separator, known names, telling names) of the header row."""
    best: tuple[tuple[int, int, int, int], int, list[str], str] | None = None
    filled = [place for place, line in enumerate(lines) if line.strip(" \t;,|")]
    for separator in _SEPARATORS:
        for order, place in enumerate(filled[:12]):
            if lines[place].casefold().startswith("sep="):
                continue
            rows = _split(lines[place : place + 1], separator)
            cells = [squash(cell) for cell in rows[0]] if rows else []
            if not cells or max(map(len, cells)) > 200:
                continue
            known, telling = known_headers(cells)
            # a header of one column, or one nobody knows, counts only as the first line
            if not telling and order:
                continue
            if len(cells) == 1 and not telling:
                continue
            score = (telling, known, -order, len(cells))
            if best is None or score > best[0]:
                best = (score, place, cells, separator)
    if best is None:
        return None
    (telling, known, _, _), place, cells, separator = best
    if telling == 0 and not _is_regular(lines[place:], separator):
        return None
    return place, cells, separator, known, telling


def _is_regular(lines: Sequence[str], separator: str) -> bool:
    widths = [len(row) for row in _split(lines[:40], separator) if any(cell.strip() for cell in row)]
    return len(widths) >= 2 and widths[0] >= 2 and widths.count(widths[0]) >= 0.8 * len(widths)


def _rows(lines: list[str], first: int, separator: str) -> Iterator[Row]:
    """Yield rows from line index `first` on; a quote that is never closed costs only its row."""
    csv.field_size_limit(_MAX_CELL)
    place, n = first, len(lines)
    while place < n:
        line = lines[place]
        cells = _cells(line, separator)
        if cells is not None:
            if line and not line.isspace():
                yield Row(place + 1, cells, line)
            place += 1
            continue
        reader = csv.reader(
            (f"{lines[number]}\n" for number in range(place, n)), delimiter=separator, skipinitialspace=True
        )
        with suppress(csv.Error):
            cells = next(reader)
        end = place + reader.line_num
        raw = line if end == place + 1 else "\n".join(lines[place:end])
        endless = end > place + 1 and (end - place > _MAX_ROW_LINES or (end >= n and raw.count('"') % 2))
        if cells is None or endless:
            yield _bare(line, place, separator)
            place += 1
        else:
            yield Row(place + 1, cells, raw)
            place = end


def _cells(line: str, separator: str) -> list[str] | None:
    """Return the cells of a line, None where its quotation marks leave something to think about.

    Cut at its quotation marks, a sound line gives in turn what stands outside and inside them. It is
    the same as :mod:`csv` gives, with spaces that begin a cell left out.
    """
    if '"' not in line:
        return [cell.lstrip(" ") for cell in line.split(separator)]
    parts = line.split('"')
    last = len(parts) - 1
    if last % 2:
        return None
    if not parts[0] and not parts[last] and parts[2:last:2].count(separator) == last // 2 - 1:
        return parts[1::2]  # marks round every cell
    cells: list[str] = []
    for place, part in enumerate(parts):
        if place % 2:
            cells.append(part)
            continue
        # only separators stand beside the marks
        outside = part.split(separator)
        if place and outside.pop(0):
            return None
        if place < last and (not outside or outside.pop()):
            return None
        cells += [cell.lstrip(" ") for cell in outside]
    return cells


def _bare(line: str, place: int, separator: str) -> Row:
    """Read one line without minding quotes."""
    cells = [cell.strip().strip('"') for cell in line.split(separator)]
    return Row(place + 1, cells, line, unclosed=True)


_TABLES: WeakKeyDictionary[Any, Table | None] = WeakKeyDictionary()


def table_of(source: Any) -> Table | None:
    """Return the table of a file; parsed once, for reading as for counting."""
    try:
        return _TABLES[source]
    except KeyError:
        found = _TABLES[source] = _parsed(source)
        return found


def _parsed(source: Any) -> Table | None:
    if source.head(4) == b"PK\x03\x04":
        return _sheet(source)
    lines = source.plain.split("\n")
    found = find_header(lines[:60])
    if found is None:
        return None
    place, header, separator, _, _ = found
    rows = list(_rows(lines, place, separator))
    # the header itself may be wrapped in quotes over several lines
    if rows and rows[0].line == place + 1:
        header = [squash(cell) for cell in rows[0].cells]
        rows = rows[1:]
    return Table(header, place + 1, rows, separator, vendor_of(header), roles(header))


def _sheet(source: Any) -> Table | None:
    data = source.data
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            total = sum(part.file_size for part in archive.infolist())
            if total > 1024**3 or (total > 100 * 1024**2 and total > 400 * len(data)):
                raise ReadError(
                    f"the workbook would unpack to {total / 1024**2:,.0f} MB; it was not opened",
                    mend="save the sheet as CSV (UTF-8)",
                    where=source.name,
                )
        from openpyxl import load_workbook

        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        try:
            return _fullest(book)
        finally:
            book.close()
    except ReadError:
        raise
    except Exception as error:  # what a damaged archive or sheet makes openpyxl raise is of many kinds
        raise ReadError(
            f"damaged workbook ({squash(str(error))[:100]})",
            mend="open it and save it again, or save the sheet as CSV (UTF-8)",
            where=source.name,
        ) from error


def _fullest(book: Any) -> Table | None:
    """Return the sheet whose header says most, of several the one with most rows."""
    best: Table | None = None
    for sheet in book.worksheets:
        # the stated size may be the largest there is: every row would be filled up to it
        sheet.reset_dimensions()
        rows = [
            Row(number, cells, "\t".join(cells))
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1)
            if any(cells := ["" if value is None else _cell(value) for value in values])
        ]
        scored = [(known_headers(row.cells)[::-1], -place) for place, row in enumerate(rows[:12])]
        if not scored:
            continue
        (telling, _), place = max(scored)
        header = [squash(cell) for cell in rows[-place].cells]
        table = Table(header, rows[-place].line, rows[1 - place :], "", vendor_of(header), roles(header))
        if best is None or (telling, len(table.rows)) > (known_headers(best.header)[1], len(best.rows)):
            best = table
    return best


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return plain_text(str(value))
