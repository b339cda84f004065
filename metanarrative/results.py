"""What commands and their Python twins return: rows with columns, notes, and one JSON shape."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """The answer of one command.

    Parameters
    ----------
    name : str
        The command; the JSON schema is ``metanarrative.<name>/1``.
    columns : sequence of str
        Columns shown in the terminal, in order.
    rows : sequence of mapping
        May hold more than the shown columns.
    notes : sequence of str
        Lines shown below the table: totals, hints, the next command.
    lead : sequence of str
        Lines shown above the table: what it is about.
    whole : sequence of str
        Columns that are never cut: a part of them would mislead.
    spare : sequence of str
        Columns that are left out, in this order, where a window has no room for all; a line says so.
    data : mapping
        Further plain values, part of the JSON.
    exit_code : int
        What the command line exits with.

    Examples
    --------
    >>> result = Result("status", ("step", "state"), [{"step": "read", "state": "fresh"}])
    >>> print(result.text())
      step  state
      read  fresh
    >>> result.to_dict()["schema"]
    'metanarrative.status/1'
    """

    name: str
    columns: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    exit_code: int = 0
    lead: Sequence[str] = ()
    whole: Sequence[str] = ()
    spare: Sequence[str] = ()

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of ``--json``."""
        return {
            "schema": f"metanarrative.{self.name}/1",
            **dict(self.data),
            "rows": [dict(row) for row in self.rows],
            "notes": [*self.lead, *self.notes],
        }

    def text(self, *, width: int = 0) -> str:
        """Return the table and the notes as aligned plain text.

        Parameters
        ----------
        width : int, default=0
            Cut the widest text column so that lines fit; 0 means no limit.
        """
        lines = list(self.lead)
        left_out: list[str] = []
        if self.rows and self.columns:
            shown, left_out = self._room(width)
            cells = [[_shown(row.get(column)) for column in shown] for row in self.rows]
            numeric = [
                all(_is_number(row.get(column)) for row in self.rows if row.get(column) not in (None, ""))
                and any(_is_number(row.get(column)) for row in self.rows)
                for column in shown
            ]
            heads = [column.replace("_", " ") for column in shown]
            widths = [max(len(head), *(len(row[i]) for row in cells)) for i, head in enumerate(heads)]
            over = sum(widths) + 2 * len(widths) - width if width else 0
            open_ = [i for i, column in enumerate(shown) if column not in self.whole]
            while over > 0 and open_:
                widest = max(open_, key=lambda i: widths[i])
                if widths[widest] <= _LEAST:
                    break
                cut = min(over, widths[widest] - _LEAST)
                widths[widest] -= cut
                over -= cut
            for row in [heads, *cells]:
                parts = []
                for value, size, right in zip(row, widths, numeric, strict=True):
                    short = value if len(value) <= size else value[: max(size - 1, 1)] + "…"
                    parts.append(short.rjust(size) if right else short.ljust(size))
                lines.append("  " + "  ".join(parts).rstrip())
        lines += list(self.notes)
        if left_out:
            told = ", ".join(column.replace("_", " ") for column in left_out)
            lines.append(f"no room for: {told}; a wider window or --json shows all")
        return "\n".join(lines)

    def _room(self, width: int) -> tuple[list[str], list[str]]:
        """Return the columns there is room for, and those left out because there is none."""
        shown, left_out = list(self.columns), []
        least = {}
        for column in shown:
            size = max(len(column), *(len(_shown(row.get(column))) for row in self.rows))
            least[column] = size if column in self.whole else min(size, _LEAST)
        for column in self.spare:
            if width and column in shown and sum(least[c] + 2 for c in shown) > width:
                shown.remove(column)
                left_out.append(column)
        return shown, left_out

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(c)}</th>" for c in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_shown(row.get(c)))}</td>" for c in self.columns) + "</tr>"
            for row in self.rows
        )
        lead = "".join(f"<p>{html.escape(line)}</p>" for line in self.lead)
        notes = "".join(f"<p>{html.escape(line)}</p>" for line in self.notes)
        return f"{lead}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"


_LEAST = 16
"""No column is cut below so many characters."""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        if 0.0001 <= abs(value) < 0.005:
            return f"{value:.4f}".rstrip("0")  # small is not nothing, and -0.00 is no number
        return f"{value:.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(item) for item in value)
    return " ".join(str(value).split())


def percent(part: float, whole: float) -> str:
    """Return a share in per cent, "-" of nothing.

    Examples
    --------
    >>> percent(1, 8), percent(0, 0)
    ('12 %', '-')
    """
    return f"{100 * part / whole:.0f} %" if whole else "-"
