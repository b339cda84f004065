"""What all tagged formats share: cut a text into entries, an entry into fields, count both.

Takes a text in which an entry begins at a line that a pattern tells, and every field at a line
that begins with a tag; gives entries with their first line, raw text and fields. Lines that
belong to no entry are counted, shown and never dropped in silence. An entry without its end mark
is an entry; a stretch of tagged lines before any beginning is one too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from metanarrative.model import Problem, Record
from metanarrative.read.source import Source
from metanarrative.text import squash

__all__ = ["Dialect", "Entry", "Fields", "bare_tags", "count_entries", "flat", "read_tagged"]


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
    tag : pattern
        Matches a line end and the tag behind it as printed, which is its only group: the same
        tags as `field`, to cut an entry in one go.
    bare : mapping of str to str
        Tags as they are usually printed, and without what is around them; it only saves time.
    end : pattern, multi-line, optional
        Matches the whole line that ends an entry.
    end_tag : str
        How messages call that line.
    telling : frozenset of str
        Tags that make a stretch of text without a beginning an entry.
    known : pattern, multi-line, optional
        Lines between entries that say nothing new: numbering, providers' headers.
    lead : tuple of str
        Texts with one of which every match of `start` begins, a line end before it unless the
        text begins there; the pattern is tried only where one stands. Patterns that begin a
        line are slow to search for, and a thousand letters of abstract follow each tag.
    """

    name: str
    start: re.Pattern[str]
    field: re.Pattern[str]
    tag: re.Pattern[str]
    bare: Mapping[str, str]
    end: re.Pattern[str] | None = None
    end_tag: str = ""
    telling: frozenset[str] = frozenset()
    known: re.Pattern[str] | None = None
    lead: tuple[str, ...] = ()

    def starts(self, text: str) -> list[int]:
        """Return where entries begin."""
        if not self.lead or "\ufeff" in text:
            return [found.start() for found in self.start.finditer(text)]
        match = self.start.match
        places = [0] if match(text) else []
        for lead in self.lead:
            at = text.find(lead)
            while at >= 0:
                begin = at + lead.count("\n")
                if match(text, begin):
                    places.append(begin)
                at = text.find(lead, at + 1)
        return sorted(set(places)) if len(self.lead) > 1 else places

    def cut(self, text: str) -> tuple[dict[str, list[str]], list[str], str]:
        """Cut an entry into fields.

        Returns
        -------
        values : dict of str to list of str
            The values of every tag, trimmed, lines kept; no empty ones.
        empty : list of str
            The tags without a value, and the last tag.
        behind : str
            The last tag's value with all that follows it.
        """
        values: dict[str, list[str]] = {}
        empty: list[str] = []
        parts = iter(self.tag.split(f"\n{text}"))
        next(parts)  # what stands before the first tag
        bare = self.bare.get
        tag = value = trimmed = ""
        for printed, value in zip(parts, parts, strict=True):
            tag = bare(printed) or _bare(printed)
            if trimmed := value.strip():
                if tag in values:
                    values[tag].append(trimmed)
                else:
                    values[tag] = [trimmed]
            else:
                empty.append(tag)
        if trimmed:
            empty.append(tag)
        return values, empty, value

    def ends_well(self, values: dict[str, list[str]], empty: list[str], behind: str) -> bool:
        """Tell from what :meth:`cut` gave whether the only closing line is the last."""
        return (
            bool(empty)
            and empty[-1] == self.end_tag
            and self.end_tag not in values
            and empty.count(self.end_tag) == 1
            and not behind.strip()
        )


def bare_tags(form: str = "{}", *tags: str) -> dict[str, str]:
    """Return ``Dialect.bare`` of `tags`, or of every pair of a capital and a capital or digit.

    Examples
    --------
    >>> bare_tags("{:4}- ", "TI", "PMID")
    {'TI  - ': 'TI', 'PMID- ': 'PMID'}
    """
    capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return {form.format(tag): tag for tag in tags or [a + b for a in capitals for b in f"{capitals}0123456789"]}


def _bare(printed: str) -> str:
    return printed.rstrip(" -\t\xa0").lstrip("\ufeff%")


# all white space beyond ASCII; control characters are gone when a text comes here
_SPACES = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def flat(value: str) -> str:
    """Collapse white space in a trimmed text of which :func:`plain_text` made the line ends."""
    if len(value) < 100 or "\n" in value or "\t" in value:
        return " ".join(value.split())
    if not value.isascii():
        # looking for each is quicker than splitting a whole abstract
        for space in _SPACES:
            if space in value:
                value = value.replace(space, " ")
    return " ".join(value.split()) if "  " in value else value


class Fields:
    """The fields of an entry, taken one after another; what nobody takes is left for ``extra``.

    Attributes
    ----------
    values : dict of str to list of str
        All of them, whether taken or not; not to be changed.
    left : dict of str to list of str
        Those that nobody took.

    Examples
    --------
    >>> fields = Fields([("TI", "A title"), ("KW", "a"), ("KW", "b"), ("XX", "?")])
    >>> fields.first("T1", "TI"), fields.all("KW"), fields.rest()
    ('A title', ['a', 'b'], mappingproxy({'XX': '?'}))
    """

    __slots__ = ("left", "values")

    def __init__(self, pairs: Iterable[tuple[str, str]] = (), *, values: dict[str, list[str]] | None = None) -> None:
        if values is None:
            values = {}
            for tag, value in pairs:
                if value := value.strip():
                    values.setdefault(tag, []).append(value)
        self.values = values
        self.left = values.copy()

    def __bool__(self) -> bool:
        return bool(self.values)

    def __contains__(self, tag: str) -> bool:
        return tag in self.values

    def first(self, *tags: str) -> str:
        """Take the first value of the first of `tags` that has one; further values stay."""
        for tag in tags:
            if tag in self.values:
                values = self.values[tag]
                if len(values) == 1:
                    self.left.pop(tag, None)
                else:
                    self.left[tag] = values[1:]
                value = values[0]
                return flat(value) if len(value) > 99 else " ".join(value.split())
        return ""

    def all(self, *tags: str) -> list[str]:
        """Take every value of every one of `tags`, in that order, lines kept."""
        taken: list[str] = []
        for tag in tags:
            if tag in self.values:
                taken += self.values[tag]
                self.left.pop(tag, None)
        return taken

    def look(self, *tags: str) -> list[str]:
        """Return the values of `tags` without taking them."""
        found: list[str] = []
        for tag in tags:
            if tag in self.values:
                found += self.values[tag]
        return found

    def rest(self, **more: str) -> MappingProxyType[str, str]:
        """Return what was not taken, by its own name, and `more` where it is not empty."""
        left = {tag: "\n".join(values) for tag, values in self.left.items()}
        left |= {name: value for name, value in more.items() if value}
        return MappingProxyType(left)


@dataclass(slots=True)
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


def _entries(text: str, line: int, dialect: Dialect, tally: _Tally) -> Iterator[Entry]:
    starts = dialect.starts(text)
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
        cut = dialect.cut(piece)
        if dialect.end is not None and not dialect.ends_well(*cut):
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
            if rest:
                cut = dialect.cut(piece)
        fields = Fields(values=cut[0])
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
        values, _, _ = dialect.cut(part)
        if not dialect.telling.isdisjoint(values):
            first = line + len(part) - len(part.lstrip("\n"))
            tally.no_start.append(first)
            yield Entry(first, part.strip("\n"), Fields(values=values), headless=True)
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
        Matches a line that begins an entry; its first two letters are those of `dialect.lead`.
    tag : pattern
        Matches a line that can only stand inside an entry.
    """
    n = 0
    inside = False
    opens, shuts = dialect.lead[0][1:3], dialect.end_tag
    for _, text in source.pieces(dialect.start):
        if "\ufeff" in text:
            text = text.removeprefix("\ufeff").replace("\n\ufeff", "\n")
        for row in text.split("\n"):
            two = row[:2]
            if two == opens and start.match(row):
                n += 1
                inside = True
            elif two == shuts and dialect.end is not None and dialect.end.match(row):
                inside = False
            elif not inside and row and tag.match(row):
                n += 1
                inside = True
    return n
