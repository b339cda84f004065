"""The entries of a JSON file, each with its own text and line, memory flat in the size of the file.

Takes a list, an object that holds a list, one object, several of these one behind the other (JSON
lines, pages saved into one file); gives the entries as they come. An entry that is damaged or cut
off costs only itself: reading goes on at the next object that looks like its neighbours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.documents import guarded
from metanarrative.read.json_text import Reel
from metanarrative.text import squash

__all__ = ["Item", "dict_of", "dicts_of", "inner_items", "item_reader", "items", "list_of", "n_items", "text_of"]


class Item(NamedTuple):
    """One entry: its value, its own text, and the line it starts on (from 1)."""

    value: dict[str, Any]
    raw: str
    line: int


_WINDOW = 1024**2
"""Bytes of a file taken at a time."""
_WHOLE = 16 * 1024**2
"""Objects of up to so many characters are looked at whole for the list they hold; longer ones are walked through."""
_MOST_DAMAGE = 100
"""After so many entries that cannot be read the file is no JSON; each costs a search for the next."""
_MOST_TRIED = 2000
"""So many objects are looked at, in one file, for being the next entry behind damage."""
_LARGEST_TRIED = 1024**2
_GAP = re.compile(r"[\s,]*")
_OPENS_OBJECTS = re.compile(r"\[\s*(?=[{\]])")
_FIRST_KEY = re.compile(r'\{\s*("(?:[^"\\\n]|\\.){1,80}")\s*:')
_NEXT_LINE = re.compile(r"\n(?=[{\[])")
_OWN_TITLE = frozenset({"title", "display_name", "DOI", "doi"})


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


def dict_of(value: Any) -> dict[str, Any]:
    """Return an object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Return a list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def dicts_of(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; none where there is no list.

    Examples
    --------
    >>> dicts_of([{"a": 1}, None]), dicts_of(None)
    ([{'a': 1}], [])
    """
    return [entry for entry in list_of(value) if isinstance(entry, dict)]


def items(source: Any, lists: Sequence[str] = ()) -> Iterator[Item | Problem]:
    """Yield the entries of a JSON file as they come.

    Parameters
    ----------
    source : Source
    lists : sequence of str
        Names under which an object may hold the list of entries, as dotted paths
        ("message.items"); of several the first in this order counts, in objects of more than
        16 million characters the first that is met. Another one is named in a problem.

    Yields
    ------
    Item or Problem
        A problem of severity ``error`` for each entry that could not be read.
    """
    n = 0
    for found in _Walk(source.name, Reel(source.texts(size=_WINDOW)), lists).through():
        n += isinstance(found, Item) or found.severity == "error"
        yield found
    _COUNTS.setdefault(source, {})[tuple(lists)] = n


_COUNTS: WeakKeyDictionary[Any, dict[tuple[str, ...], int]] = WeakKeyDictionary()


def n_items(source: Any, lists: Sequence[str] = ()) -> int:
    """Return how many entries there are, those that cannot be read too; gone through once a source."""
    known = _COUNTS.get(source, {}).get(tuple(lists))
    if known is None:
        for _ in items(source, lists):
            pass
        known = _COUNTS[source][tuple(lists)]
    return known


def item_reader(
    *,
    name: str,
    title: str,
    sniff: Callable[[str, bytes, str], int],
    lists: Sequence[str],
    make: Callable[[Item, str], Iterator[Record | Problem]],
    suffixes: tuple[str, ...] = (".json", ".jsonl"),
) -> Reader:
    """Return the reader of a format whose files hold entries as JSON objects.

    Parameters
    ----------
    make : callable
        Takes an item and the name of the file; gives its record, or a problem of severity
        ``error``, and whatever else is to be said.
    """

    @guarded
    def read(source: Any) -> Iterator[Record | Problem]:
        for found in items(source, lists):
            if isinstance(found, Problem):
                yield found
            else:
                yield from make(found, source.name)
        yield from source.encoding_problems()

    return Reader(
        name=name,
        title=title,
        kinds=("literature",),
        suffixes=suffixes,
        sniff=sniff,
        read=read,
        count=lambda source: n_items(source, lists),
    )


def inner_items(item: Item) -> Iterator[Item]:
    """Yield the objects that are members of an entry, each with its own text and line.

    Examples
    --------
    >>> [one.raw for one in inner_items(Item({}, '{"a": {"b": 1}, "c": 2, "d": {}}', 1))]
    ['{"b": 1}', '{}']
    """
    reel = Reel([item.raw], item.line)
    reel.peek()
    reel.place += 1
    while reel.peek(_GAP) == '"':
        reel.value()
        reel.peek()
        reel.place += 1  # the colon
        reel.peek()
        line = reel.line()
        value, raw = reel.value()
        if isinstance(value, dict):
            yield Item(value, raw, line)


class _Walk:
    """One way through one text."""

    def __init__(self, file: str, reel: Reel, lists: Sequence[str]) -> None:
        self.file = file
        self.reel = reel
        self.lists = tuple(lists)
        self.like: frozenset[str] = frozenset()  # names of the members of the entry that was read last
        self.n_bad = self.n_tried = 0
        self.met = ""  # the list whose entries are taken, of the object that is walked through
        self.given_up = False  # and told

    def through(self) -> Iterator[Item | Problem]:
        if not self.reel.peek():
            yield self._bad(1, "the file is empty")
        while sign := self.reel.peek(_GAP):
            if sign == "[":
                self.reel.place += 1
                yield from self._entries()
            elif sign == "{":
                yield from self._object()
            elif sign in "]}":  # left over from damage, which was told
                self.reel.place += 1
            else:
                yield from self._damaged("neither an object nor a list")

    def _object(self) -> Iterator[Item | Problem]:
        """Go through the object that opens here: an entry, or what holds the list of entries."""
        line, began = self.reel.line(), self._beginning()
        try:
            value, raw = self.reel.value(most=_WHOLE)
        except ValueError as error:
            why = str(error)
        else:
            yield from self._expanded(value, raw, line)
            return
        self.met, names = "", set[str]()
        try:
            yield from self.members("", names)
        except ValueError:
            if not self.met:
                self.like = self.like or frozenset(names)
                yield from self._damaged(why, line=line, began=began)
            elif not self.given_up:
                yield self._bad(self.reel.line(), "the text behind the list is damaged or cut off", "warning")
                self.reel.find(_NEXT_LINE)
            return
        if not self.met:
            yield self._bad(line, f"one object of over {_WHOLE // 1024**2} million characters, without list of entries")

    def _expanded(self, value: Any, raw: str, line: int) -> Iterator[Item | Problem]:
        """Yield an entry, or the entries of the list it holds."""
        if not isinstance(value, dict):
            self.n_bad += 1
            yield self._bad(line, "it is no object")
            return
        held = [] if _OWN_TITLE & value.keys() else [path for path in self.lists if _holds(value, path)]
        if not held:
            self.like = frozenset(value)
            yield Item(value, raw, line)
            return
        yield from _Walk(self.file, Reel([raw], line), held[:1]).members("", set())
        for other in held[1:]:
            yield self._other(other, held[0], line)

    def members(self, above: str, names: set[str]) -> Iterator[Item | Problem]:
        """Go through the members of the object that opens here, yield the entries of its list.

        Raises
        ------
        ValueError
            Where the object is damaged or cut off, the list aside; `names` has the members till there.
        """
        reel = self.reel
        reel.peek()
        reel.place += 1
        while (sign := reel.peek(_GAP)) != "}":
            if sign != '"':
                raise ValueError("no name")
            name, _ = reel.value()
            if reel.peek() != ":":
                raise ValueError("no colon")
            reel.place += 1
            sign = reel.peek()
            path = f"{above}.{name}" if above else name
            if sign == "[" and path in self.lists and self._opens_objects():
                if self.met:
                    yield self._other(path, self.met, reel.line())
                    reel.value()
                else:
                    self.met = path
                    reel.place += 1
                    yield from self._entries()
            elif sign == "{" and any(one.startswith(f"{path}.") for one in self.lists):
                yield from self.members(path, set())
            else:
                reel.value()
            names.add(name)
        reel.place += 1

    def _opens_objects(self) -> bool:
        """Tell whether the list that opens here is empty or holds objects."""
        reel = self.reel
        while not reel.text[reel.place + 1 :].strip() and reel.more():
            pass
        return bool(_OPENS_OBJECTS.match(reel.text, reel.place))

    def _entries(self) -> Iterator[Item | Problem]:
        """Yield the entries of a list, from behind its bracket to behind the closing one."""
        reel = self.reel
        while (sign := reel.peek(_GAP)) != "]":
            if not sign:
                if not self.given_up:
                    self.given_up = True
                    yield self._bad(reel.line(), "the list is never closed")
                return
            line = reel.line()
            try:
                value, raw = reel.value()
            except ValueError as error:
                yield from self._damaged(str(error))
            else:
                yield from self._expanded(value, raw, line)
        reel.place += 1

    def _beginning(self) -> str:
        if len(self.reel.text) - self.reel.place < 200:
            self.reel.more(200)
        return self.reel.text[self.reel.place : self.reel.place + 200]

    def _damaged(self, why: str, *, line: int = 0, began: str = "") -> Iterator[Problem]:
        """Tell of the entry that cannot be read here, and go to the next one."""
        reel, why = self.reel, squash(why)[:100]
        line = line or reel.line()
        self.n_bad += 1
        if not began:
            began = self._beginning()
            self.like = self.like or _first_names(reel)
        reel.place += 1
        if self.n_bad > _MOST_DAMAGE:
            why = "too many such entries; the rest of the file was not read"
        elif not self._next_entry(began):
            why += "; no entry was found behind it"
        else:
            yield self._bad(line, why)
            return
        yield self._bad(line, why)
        self.given_up = True
        reel.end()

    def _next_entry(self, began: str) -> bool:
        """Go to the next object that has half of the members that an entry has."""
        reel, key = self.reel, _FIRST_KEY.match(began)
        beside = rf"|,\r?\n?[ \t]{{0,200}}(?=\{{\s{{0,100}}{re.escape(key.group(1))})" if key else ""
        again = re.compile(r"\n[ \t]{0,200}(?=\{)" + beside)
        while self.n_tried < _MOST_TRIED and reel.find(again):
            self.n_tried += 1
            try:
                value, raw = reel.value(most=_LARGEST_TRIED)
            except ValueError:
                if not self.like:
                    return True
                continue
            reel.place -= len(raw)
            if not self.like or 2 * len(self.like & value.keys()) >= len(self.like):
                return True
            reel.place += 1
        return False

    def _bad(self, line: int, reason: str, severity: str = "error") -> Problem:
        lost = severity == "error"
        return Problem(
            code="bad-json",
            message=f"an entry cannot be read ({reason})" if lost else reason,
            mend=f"export the file again{'; the entry is lost' if lost else ''}",
            severity=severity,
            file=self.file,
            line=line,
        )

    def _other(self, path: str, taken: str, line: int) -> Problem:
        return Problem(
            code="list-not-read",
            message=f"the list {path!r} was not read: the entries were taken from {taken!r}",
            mend=f"save {path!r} as a file of its own if it holds entries",
            file=self.file,
            line=line,
        )


def _holds(value: dict[str, Any], path: str) -> bool:
    """Tell whether an object holds a list of objects at a dotted path."""
    at: Any = value
    for name in path.split("."):
        at = at.get(name) if isinstance(at, dict) else None
    return isinstance(at, list) and (not at or isinstance(at[0], dict))


def _first_names(reel: Reel) -> frozenset[str]:
    """Return the names of the members that stand before the damage in the object that opens here."""
    names: set[str] = set()
    beside = Reel([reel.text[reel.place : reel.place + _LARGEST_TRIED]])
    if beside.peek() != "{":
        return frozenset()
    beside.place += 1
    try:
        while beside.peek(_GAP) == '"':
            name, _ = beside.value()
            if beside.peek() != ":":
                break
            beside.place += 1
            beside.peek()
            beside.value()
            names.add(name)
    except ValueError:
        pass
    return frozenset(names)
