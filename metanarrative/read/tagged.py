"""What all tagged formats share: cut a text into entries, an entry into fields, count both.

Takes a text in which an entry begins at a line that a pattern tells, and every field at a line
that begins with a tag; gives entries with their first line, raw text and fields. Lines that
belong to no entry are counted, shown and never dropped in silence. An entry without its end mark
is an entry; a stretch of tagged lines before any beginning is one too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

from metanarrative.model import Problem, Record
from metanarrative.read.source import Source
from metanarrative.text import squash

__all__ = ["Dialect", "Entry", "Fields", "count_entries", "read_tagged"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The patterns of one tagged format.

    Parameters
    ----------
    name : str
        For messages: "RIS".
    start : pattern, multi-line
        Matches at the first line of an entry.
    field : pattern, multi-line
        Matches a whole field; groups are the tag as printed and the value with the lines that
        continue it.
    end : pattern, multi-line, optional
        Matches the whole line that ends an entry.
    end_tag : str
        How messages call that line.
    telling : frozenset of str
        Tags that make a stretch of text without a beginning an entry.
    known : pattern, multi-line, optional
        Lines between entries that say nothing new: numbering, providers' headers.
    """

    name: str
    start: re.Pattern[str]
    field: re.Pattern[str]
    end: re.Pattern[str] | None = None
    end_tag: str = ""
    telling: frozenset[str] = frozenset()
    known: re.Pattern[str] | None = None


class Fields:
    """The fields of an entry, taken one after another; what nobody takes is left for ``extra``.

    Examples
    --------
    >>> fields = Fields([("TI", "A title"), ("KW", "a"), ("KW", "b"), ("XX", "?")])
    >>> fields.first("T1", "TI"), fields.all("KW"), fields.rest()
    ('A title', ['a', 'b'], mappingproxy({'XX': '?'}))
    """

    __slots__ = ("_left", "_values")

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        values: dict[str, list[str]] = {}
        for tag, value in pairs:
            value = value.strip()
            if value:
                if tag in values:
                    values[tag].append(value)
                else:
                    values[tag] = [value]
        self._values = values
        self._left = dict(values)

    def __bool__(self) -> bool:
        return bool(self._values)

    def __contains__(self, tag: str) -> bool:
        return tag in self._values

    def first(self, *tags: str) -> str:
        """Take the first value of the first of `tags` that has one; further values stay."""
        for tag in tags:
            if tag in self._values:
                values = self._values[tag]
                if len(values) == 1:
                    self._left.pop(tag, None)
                else:
                    self._left[tag] = values[1:]
                return " ".join(values[0].split())
        return ""

    def all(self, *tags: str) -> list[str]:
        """Take every value of every one of `tags`, in that order, lines kept."""
        taken: list[str] = []
        for tag in tags:
            if tag in self._values:
                taken += self._values[tag]
                self._left.pop(tag, None)
        return taken

    def look(self, *tags: str) -> list[str]:
        """Return the values of `tags` without taking them."""
        return [value for tag in tags for value in self._values.get(tag, ())]

    def rest(self, **more: str) -> MappingProxyType[str, str]:
        """Return what was not taken, by its own name, and `more` where it is not empty."""
        left = {tag: values[0] if len(values) == 1 else "\n".join(values) for tag, values in self._left.items()}
        left.update({name: value for name, value in more.items() if value})
        return MappingProxyType(left)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where it begins, its text, its fields."""

    line: int
    raw: str
    fields: Fields
    headless: bool = False


@dataclass(slots=True)
class _Tally:
    """What is said once a file instead of once an entry."""

    no_end: list[int] = field(default_factory=list)
    no_start: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    stray: list[tuple[int, str]] = field(default_factory=list)
    n_stray: int = 0
    n_known: int = 0


MakeRecord = Callable[[Entry, str, list[Problem]], Record]


def read_tagged(source: Source, dialect: Dialect, make: MakeRecord) -> Iterator[Record | Problem]:
    """Yield a record for each entry of `source`, then what has to be said about the file.

    Parameters
    ----------
    source : Source
    dialect : Dialect
    make : callable ``(entry, file, problems) -> Record``
        Maps the fields; appends to `problems` what was lost or doubtful.
    """
    tally = _Tally()
    problems: list[Problem] = []
    for line, text in source.pieces(dialect.start):
        for entry in _entries(text, line, dialect, tally):
            record = make(entry, source.name, problems)
            if problems:
                yield from problems
                problems.clear()
            yield record
    yield from _say(tally, dialect, source.name)
    yield from source.encoding_problems()


def _pairs(raw: str, dialect: Dialect) -> list[tuple[str, str]]:
    return [(tag.rstrip(" -\t\xa0").lstrip("\ufeff%"), value) for tag, value in dialect.field.findall(raw)]


def _entries(text: str, line: int, dialect: Dialect, tally: _Tally) -> Iterator[Entry]:
    starts = [found.start() for found in dialect.start.finditer(text)]
    if not starts or starts[0] > 0:
        yield from _stray(text[: starts[0]] if starts else text, line, dialect, tally)
    seen = 0
    starts.append(len(text))
    for place in range(len(starts) - 1):
        begin, stop = starts[place], starts[place + 1]
        line += text.count("\n", seen, begin)
        seen = begin
        piece = text[begin:stop]
        rest = ""
        if dialect.end is not None:
            end = dialect.end.search(piece)
            if end is not None:
                piece, rest = piece[: end.end()], piece[end.end() :]
            else:
                tally.no_end.append(line)
                # what follows an empty line and no further tag belongs to no entry
                gap = piece.rfind("\n\n")
                if gap >= 0 and not dialect.field.search(piece, gap):
                    piece, rest = piece[:gap], piece[gap:]
                elif dialect.known is not None:
                    # nor does the next entry's number
                    whole = piece.rstrip("\n")
                    last = whole.rfind("\n") + 1
                    if last and dialect.known.match(whole[last:]):
                        piece, rest = piece[:last], piece[last:]
        fields = Fields(_pairs(piece, dialect))
        if not fields:
            tally.empty.append(line)
        lead = piece.count("\n", 0, len(piece) - len(piece.lstrip())) if piece[:1].isspace() else 0
        yield Entry(line + lead, piece.strip("\n"), fields)
        if rest and not rest.isspace():
            yield from _stray(rest, line + piece.count("\n"), dialect, tally)


def _stray(text: str, line: int, dialect: Dialect, tally: _Tally) -> Iterator[Entry]:
    """Judge a stretch outside entries: entries without a beginning, or lines to mention."""
    while text:
        end = dialect.end.search(text) if dialect.end is not None else None
        part, text = (text[: end.end()], text[end.end() :]) if end is not None else (text, "")
        pairs = _pairs(part, dialect)
        if any(tag in dialect.telling and value.strip() for tag, value in pairs):
            first = line + len(part) - len(part.lstrip("\n"))
            tally.no_start.append(first)
            yield Entry(first, part.strip("\n"), Fields(pairs), headless=True)
        else:
            _mention(part, line, dialect, tally)
        line += part.count("\n")


def _mention(text: str, line: int, dialect: Dialect, tally: _Tally) -> None:
    for number, row in enumerate(text.split("\n"), start=line):
        if not row.strip() or (dialect.end is not None and dialect.end.match(row)):
            continue
        if dialect.known is not None and dialect.known.match(row):
            tally.n_known += 1
            continue
        tally.n_stray += 1
        if len(tally.stray) < 3:
            tally.stray.append((number, squash(row)[:60]))


def _say(tally: _Tally, dialect: Dialect, file: str) -> Iterator[Problem]:
    if tally.no_end:
        yield Problem(
            code="no-end",
            message=f"{len(tally.no_end)} {dialect.name} entries lack the closing {dialect.end_tag}; all were kept",
            mend="if the file was cut off, export it again: the last entry may be incomplete",
            file=file,
            line=tally.no_end[-1],
        )
    if tally.no_start:
        yield Problem(
            code="no-start",
            message=f"{len(tally.no_start)} {dialect.name} entries lack their first line; what is there was kept",
            mend="compare the entry with the source; if the file was cut off, export it again",
            file=file,
            line=tally.no_start[0],
        )
    if tally.empty:
        yield Problem(
            code="empty-record",
            message=f"{len(tally.empty)} {dialect.name} entries have no field with a value; they were kept",
            mend="delete them from the export if they are left-overs",
            file=file,
            line=tally.empty[0],
        )
    if tally.n_known:
        yield Problem(
            code="text-between-records",
            message=f"{tally.n_known} numbering or header lines between entries were passed over",
            mend="nothing to do",
            severity="note",
            file=file,
        )
    if tally.n_stray:
        first, words = tally.stray[0]
        yield Problem(
            code="text-between-records",
            message=f"{tally.n_stray} lines belong to no entry and were not read; the first is {words!r}",
            mend="if they belong to an entry, mend its first line in the export",
            file=file,
            line=first,
        )


def count_entries(source: Source, dialect: Dialect, start: re.Pattern[str], tag: re.Pattern[str]) -> int:
    """Count entries line by line, without cutting the text: open at a beginning, shut at an end.

    Parameters
    ----------
    source : Source
    dialect : Dialect
        Only its ``end`` is used, and ``start`` to read the file in pieces.
    start : pattern
        Matches a line that begins an entry.
    tag : pattern
        Matches a line that can only stand inside an entry.
    """
    n = 0
    inside = False
    for _, text in source.pieces(dialect.start):
        for row in text.split("\n"):
            if start.match(row):
                n += 1
                inside = True
            elif dialect.end is not None and dialect.end.match(row):
                inside = False
            elif not inside and tag.match(row):
                n += 1
                inside = True
    return n
