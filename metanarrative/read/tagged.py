"""What all tagged formats share: cut a text into entries, an entry into fields, count both.

Takes a text in which an entry begins at a line that a pattern tells, and every field at a line
that begins with a tag; gives entries with their first line, raw text and fields. Lines that
belong to no entry are counted, shown and never dropped in silence. An entry without its end mark
is an entry; a stretch of tagged lines before any beginning is one too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from metanarrative.model import Problem, Record
from metanarrative.read.entry import Choice, Entry, Fields, flat
from metanarrative.read.source import Source
from metanarrative.text import squash

__all__ = ["Choice", "Dialect", "Entry", "Fields", "bare_tags", "count_entries", "flat", "read_tagged"]


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
        Matches the tag at the beginning of a line as printed, which is its only group: the same
        tags as `field`, to cut an entry line by line.
    bare : mapping of str to str
        Tags as they are usually printed, and without what is around them; it only saves time.
    width : int
        How wide they are printed.
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
    opens : str, optional
        The tag of every line that begins an entry; with it, entries that are as they should be
        are read in one pass over the lines. It holds for the first text of `lead` only.
    """

    name: str
    start: re.Pattern[str]
    field: re.Pattern[str]
    tag: re.Pattern[str]
    bare: Mapping[str, str]
    width: int
    end: re.Pattern[str] | None = None
    end_tag: str = ""
    telling: frozenset[str] = frozenset()
    known: re.Pattern[str] | None = None
    lead: tuple[str, ...] = ()
    opens: str = ""

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
        usual, width, match = self.bare.get, self.width, self.tag.match
        tag = value = trimmed = ""
        more: list[str] = []  # the lines that continue the last tag's
        for row in text.split("\n"):
            name = usual(row[:width])
            if name is not None:
                printed = row[width:]
            elif found := match(row):
                name, printed = _bare(found[1]), row[found.end() :]
            else:
                more.append(row)
                continue
            if more:
                if tag:
                    _lengthen(values, empty, tag, trimmed, "\n".join((value, *more)).strip())
                more.clear()
            tag, value, trimmed = name, printed, printed.strip()
            if not trimmed:
                empty.append(tag)
            elif tag in values:
                values[tag].append(trimmed)
            else:
                values[tag] = [trimmed]
        if tag:
            if more:
                value = "\n".join((value, *more))
                _lengthen(values, empty, tag, trimmed, value.strip())
            if value and not value.isspace():
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

    A tag that ends its line has lost the space behind it.

    Examples
    --------
    >>> bare_tags("{:4}- ", "TI", "PMID")
    {'TI  - ': 'TI', 'TI  -': 'TI', 'PMID- ': 'PMID', 'PMID-': 'PMID'}
    """
    capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    pairs = tags or [a + b for a in capitals for b in f"{capitals}0123456789"]
    return {cut: tag for tag in pairs for cut in (form.format(tag), form.format(tag).rstrip(" "))}


def _lengthen(values: dict[str, list[str]], empty: list[str], tag: str, was: str, now: str) -> None:
    """Replace the last value of `tag` by what it is with the lines behind it."""
    if was:
        values[tag][-1] = now
    elif now:
        empty.pop()
        values.setdefault(tag, []).append(now)


def _bare(printed: str) -> str:
    return printed.rstrip(" -\t\xa0").lstrip("\ufeff%")


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
        for entry in _regular(text, line, dialect, tally):
            record = make(entry, source.name, problems)
            if problems:
                yield from problems
                problems.clear()
            yield record
    yield from _say(tally, dialect, source.name)
    yield from source.encoding_problems()


def _regular(text: str, line: int, dialect: Dialect, tally: _Tally) -> Iterator[Entry]:
    """Yield what :func:`_entries` does, in one pass over the lines; entries that are odd go there."""
    opens, shuts = dialect.opens, dialect.end_tag
    if not opens or "\ufeff" in text or any(lead in text or lead in f"\n\n{text[:40]}" for lead in dialect.lead[1:]):
        yield from _entries(text, line, dialect, tally)
        return
    usual, width, match, starts = dialect.bare.get, dialect.width, dialect.tag.match, dialect.start.match
    rows = text.split("\n")
    values: dict[str, list[str]] = {}
    more: list[str] = []  # the lines that continue the last tag's
    tag = value = trimmed = ""
    begin = stop = 0  # the entry's first row, and the one behind its closing line
    odd = True  # what stands before the first beginning belongs to no entry
    for n, row in enumerate(rows):
        name = usual(row[:width])
        doubtful = False
        if name is not None:
            printed = row[width:]
        elif row[:1] == " " and not stop:  # no tag begins so
            more.append(row)
            continue
        elif found := match(row) if row else None:
            name, printed = _bare(found[1]), row[found.end() :]
        elif row.startswith(opens) and starts(row):
            name, printed, doubtful = opens, "", True
        else:
            if not stop:
                more.append(row)
            elif row:
                odd = True
            continue
        if name == opens and starts(row):
            if more and values and not odd:
                _lengthen(values, [""], tag, trimmed, "\n".join((value, *more)).strip())
            if not odd and values and (stop or not shuts):
                yield Entry(line + begin, "\n".join(rows[begin : stop or n]).strip("\n"), Fields(values=values))
            elif n:
                yield from _entries("\n".join((*rows[begin:n], "")), line + begin, dialect, tally)
            values, begin, stop, odd = {}, n, 0, doubtful
            more.clear()
        elif stop:
            odd = True
            continue
        elif name == shuts:
            stop = n + 1
            odd = odd or bool(printed.strip())
            continue
        elif more:
            _lengthen(values, [""], tag, trimmed, "\n".join((value, *more)).strip())
            more.clear()
        tag, value, trimmed = name, printed, printed.strip()
        if not trimmed:
            continue
        if tag in values:
            values[tag].append(trimmed)
        else:
            values[tag] = [trimmed]
    if rows != [""]:
        yield from _entries("\n".join(rows[begin:]), line + begin, dialect, tally)


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
    end = dialect.end
    for _, text in source.pieces(dialect.start):
        if "\ufeff" in text:
            text = text.replace("\ufeff", "")
        # from a beginning to the next; only what stands behind an end is looked at line by line
        begins = _places(text, dialect.lead[0][1:3], start)
        n += len(begins)
        ends = _places(text, dialect.end_tag, end) if end is not None else []
        begins.append(len(text))
        outside, place = text[: begins[0]], 0
        for begin, stop in pairwise(begins):
            n += _opened(outside, dialect, tag)
            while place < len(ends) and ends[place] < begin:
                place += 1
            outside = text[ends[place] : stop] if place < len(ends) and ends[place] < stop else ""
        n += _opened(outside, dialect, tag)
    return n


def _places(text: str, two: str, line: re.Pattern[str]) -> list[int]:
    """Return where the lines begin that open with the letters `two` and match."""
    match = line.match
    places = [0] if text.startswith(two) and match(text) else []
    two = f"\n{two}"
    at = text.find(two)
    while at >= 0:
        if match(text, at + 1):
            places.append(at + 1)
        at = text.find(two, at + 1)
    return places


def _opened(text: str, dialect: Dialect, tag: re.Pattern[str]) -> int:
    """Count the entries without a beginning in a stretch outside of entries."""
    if len(text) < 20 and text[2:].strip() in ("", "-"):  # the closing line alone
        return 0
    n = 0
    inside = False
    end = dialect.end
    for row in text.split("\n"):
        if end is not None and row.startswith(dialect.end_tag) and end.match(row):
            inside = False
        elif not inside and row and tag.match(row):
            n += 1
            inside = True
    return n
