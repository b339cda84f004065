"""The entries of a JSON file, each with its own text and line, also where the file is cut off.

Takes a list, an object that holds a list, one object, or one object a line; gives the entries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from metanarrative.model import Problem
from metanarrative.text import squash

__all__ = ["Item", "items", "text_of"]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: its value, its own text, and the line it starts on (from 1)."""

    value: dict[str, Any]
    raw: str
    line: int


_MOST_DAMAGE = 100
"""After so many entries that cannot be read the file is no JSON; each costs a search for the next."""
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


def _whole(text: str, start: int, source: Any, found: list[Item], problems: list[Problem]) -> int:
    """Take entries one after the other from `start`, until a closing bracket or damage; return where it ends."""
    decoder = json.JSONDecoder()
    line, counted = 1 + text.count("\n", 0, start), start
    place = start
    while True:
        gap = _GAP.match(text, place)
        place = gap.end() if gap else place
        if place >= len(text):
            if text[start - 1 : start] == "[":
                problems.append(_cut_off(source, line, "the list is never closed"))
            return place
        if text[place] in "]}":
            return place
        line += text.count("\n", counted, place)
        counted = place
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            if len(problems) > _MOST_DAMAGE:
                problems.append(_cut_off(source, line, "too many such entries; the rest of the file was not read"))
                return len(text)
            # go on behind the damage, at the next line that opens an entry
            problems.append(_cut_off(source, line, squash(str(error))[:100]))
            again = re.compile(r"\n\s*\{").search(text, place + 1)
            if again is None:
                return len(text)
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
    """Return the entries of a JSON file; decoded once, for reading as for counting.

    Parameters
    ----------
    source : Source
    lists : sequence of str
        Names under which an object may hold the list of entries, as dotted paths
        ("message.items"); of several the first in this order counts.

    Returns
    -------
    found : list of Item
    problems : list of Problem
        Severity ``error``, one for each entry that could not be read.
    """
    known = _DECODED.setdefault(source, {})
    key = tuple(lists)
    if key not in known:
        known[key] = _items(source, lists)
    found, problems = known[key]
    return list(found), list(problems)


_DECODED: WeakKeyDictionary[Any, dict[tuple[str, ...], tuple[list[Item], list[Problem]]]] = WeakKeyDictionary()


def _items(source: Any, lists: Sequence[str]) -> tuple[list[Item], list[Problem]]:
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
    if stripped[0] == "{":
        held: dict[str, tuple[list[Item], list[Problem]]] = {}
        try:
            end = _members(text, offset, "", frozenset(lists), source, held)
        except (ValueError, IndexError, RecursionError):
            end = -1
        if end >= 0 and not text[end:].strip():
            for path in lists:
                if path in held:
                    return held[path]
            value = json.loads(stripped)
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


_SPACE = re.compile(r"\s*")


def _skip(text: str, place: int) -> int:
    return _SPACE.match(text, place).end()  # type: ignore[union-attr]


def _members(
    text: str,
    place: int,
    above: str,
    wanted: Collection[str],
    source: Any,
    held: dict[str, tuple[list[Item], list[Problem]]],
) -> int:
    """Go through the object that opens at `place`, keep the wanted lists of entries; return where it ends.

    Raises
    ------
    ValueError, IndexError
        Where the object is damaged or cut off.
    """
    decoder = json.JSONDecoder()
    place = _skip(text, place + 1)
    while text[place] != "}":
        name, place = decoder.raw_decode(text, place) if text[place] == '"' else _bad(place)
        place = _skip(text, place)
        if text[place] != ":":
            _bad(place)
        place = _skip(text, place + 1)
        path = f"{above}.{name}" if above else name
        if text[place] == "[" and path in wanted:
            found: list[Item] = []
            problems: list[Problem] = []
            place = _whole(text, place + 1, source, found, problems)
            if problems or text[place] != "]":
                _bad(place)
            place += 1
            held[path] = found, problems
        elif text[place] == "{" and any(one.startswith(f"{path}.") for one in wanted):
            place = _members(text, place, path, wanted, source, held)
        else:
            _, place = decoder.raw_decode(text, place)
        place = _skip(text, place)
        if text[place] == ",":
            place = _skip(text, place + 1)
        elif text[place] != "}":
            _bad(place)
    return place + 1


def _bad(place: int) -> NoReturn:
    raise ValueError(f"not JSON at character {place}")
