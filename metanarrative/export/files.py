"""What every export is made with: cells that cannot run, text that XML can hold, whole files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from metanarrative.errors import UsageError
from metanarrative.store import write_whole

Row = Mapping[str, Any]

_FORMULA = re.compile(r"[=+@\t\r\n＝＋－＠]|-(?!\d*\.?\d+\Z)")  # a plain negative number is none


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Return rows as CSV; text that a spreadsheet would run as a formula gets a leading quote.

    Examples
    --------
    >>> csv_text(["a", "b"], [{"a": "=1+1", "b": -0.5}, {"a": "-2", "b": None}])
    "a,b\\n'=1+1,-0.5\\n-2,\\n"
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(column)) for column in columns])
    return buffer.getvalue()


def cell(value: Any) -> Any:
    """Return a value as a spreadsheet may open it: nothing that would run as a formula."""
    if value is None:
        return ""
    if isinstance(value, str):
        # a bare carriage return stays unquoted in Python 3.11 and would break the row in two
        clean = value.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
        return "'" + clean if _FORMULA.match(clean) else clean
    return value


def without_quote(text: str) -> str:
    """Return what a cell said before :func:`cell` put a quote in front of it."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def write_file(path: Path, data: bytes, *, force: bool = False) -> Path:
    """Write a file whole or not at all.

    Raises
    ------
    UsageError
        If it exists with other content and `force` is not set.
    StoreError
        If it cannot be written.
    """
    if path.exists() and not force and path.read_bytes() != data:
        raise UsageError(f"{path} exists already", mend="give another place, or --force to overwrite it")
    write_whole(path, data)
    return path


def printable(text: str) -> str:
    """Return text without what XML 1.0 has no place for.

    Examples
    --------
    >>> printable("a\\x00b")
    'ab'
    """
    # XML 1.0 has no place for control characters
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def one_line(text: str) -> str:
    """Return text on one line, without what XML 1.0 has no place for."""
    return " ".join(printable(text).split())
