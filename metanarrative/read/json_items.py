"""The entries of a JSON file, each with its own text and line, also where the file is cut off.

Takes a list, an object that holds a list, one object, or one object a line; gives the entries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metanarrative.model import Problem
from metanarrative.text import squash

__all__ = ["Item", "items", "text_of"]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: its value, its own text, and the line it starts on (from 1)."""

    value: dict[str, Any]
    raw: str
    line: int


_GAP = re.compile(r"[\s,]*")


def text_of(value: Any) -> str:
    """Return a JSON value as one line of text; lists are joined by "; ", nothing for null.

    Examples
    --------
    >>> text_of(["a", "b "]), text_of(None), text_of(12), text_of({"value": "x"})
    ('a; b', '', '12', 'x')
    """
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, str):
        return squash(value)
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return "; ".join(part for part in map(text_of, value) if part)
    if isinstance(value, dict):
        for name in ("value", "name", "display_name", "title", "literal", "text", "content"):
            if name in value:
                return text_of(value[name])
        return squash(json.dumps(value, ensure_ascii=False, sort_keys=True))
    return ""


def _whole(text: str, start: int, source: Any, found: list[Item], problems: list[Problem]) -> None:
    """Take entries one after the other from `start`, until a closing bracket or damage."""
    decoder = json.JSONDecoder()
    line, counted = 1 + text.count("\n", 0, start), start
    place = start
    while True:
        gap = _GAP.match(text, place)
        place = gap.end() if gap else place
        if place >= len(text):
            if text[start - 1 : start] == "[":
                problems.append(_cut_off(source, line, "the list is never closed"))
            return
        if text[place] in "]}":
            return
        line += text.count("\n", counted, place)
        counted = place
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            # go on behind the damage, at the next line that opens an entry
            problems.append(_cut_off(source, line, squash(str(error))[:100]))
            again = re.compile(r"\n\s*\{").search(text, place + 1)
            if again is None:
                return
            place = again.end() - 1
            continue
        if isinstance(value, dict):
            found.append(Item(value, text[place:end], line))
        place = end


def _cut_off(source: Any, line: int, reason: str) -> Problem:
    return Problem(
        code="bad-json",
        message=f"an entry cannot be read ({reason})",
        mend="export the file again; the entry is lost",
        severity="error",
        file=source.name,
        line=line,
    )


def items(source: Any, *, lists: Sequence[str] = ()) -> tuple[list[Item], list[Problem]]:
    """Return the entries of a JSON file.

    Parameters
    ----------
    source : Source
    lists : sequence of str
        Names under which an object may hold the list of entries, as dotted paths
        ("message.items").

    Returns
    -------
    found : list of Item
    problems : list of Problem
        Severity ``error``, one for each entry that could not be read.
    """
    text: str = source.text.lstrip("\ufeff")
    stripped = text.lstrip()
    found: list[Item] = []
    problems: list[Problem] = []
    offset = len(text) - len(stripped)
    if not stripped:
        return [], [_cut_off(source, 1, "the file is empty")]
    if stripped[0] == "[":
        _whole(text, offset + 1, source, found, problems)
        return found, problems
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        for path in lists:
            inner: Any = value
            for name in path.split("."):
                inner = inner.get(name) if isinstance(inner, dict) else None
            if isinstance(inner, list):
                entries = [entry for entry in inner if isinstance(entry, dict)]
                return _placed(text, path.rsplit(".", 1)[-1], entries), []
        return [Item(value, stripped.rstrip(), 1 + text.count("\n", 0, offset))], []
    # several objects, one a line; or a file cut off inside its list
    for path in lists:
        name = path.rsplit(".", 1)[-1]
        opened = re.search(rf'"{re.escape(name)}"\s*:\s*\[', text)
        if opened and not re.search(r"\}\s*\n\s*\{", text[: opened.start()]):
            _whole(text, opened.end(), source, found, problems)
            if found:
                return found, problems or [_cut_off(source, found[-1].line, "the file is cut off")]
    found.clear()
    problems.clear()
    _whole(text, offset, source, found, problems)
    return found, problems


def _placed(text: str, name: str, entries: list[dict[str, Any]]) -> list[Item]:
    """Give each entry its own text and line."""
    for opened in re.finditer(rf'"{re.escape(name)}"\s*:\s*\[', text):
        found: list[Item] = []
        _whole(text, opened.end(), None, found, [])
        if len(found) == len(entries) and all(a.value == b for a, b in zip(found, entries, strict=True)):
            return found
    return [Item(entry, json.dumps(entry, ensure_ascii=False), 1) for entry in entries]
