"""A tolerant scanner for BibTeX: text -> entries with place, raw text and every field.

Each entry is sought between its own ``@`` and the next one that begins an entry, so that no
mistake in one reaches another. Where braces mislead, fields are taken line by line and the entry
carries a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

__all__ = ["MONTHS", "NOT_ENTRIES", "START", "Macros", "Scan", "Scanned", "closing_brace", "lines_of", "scan"]

START = re.compile(r"(?:^|(?<=[})]))[ \t]*\ufeff?[ \t,]*@[ \t]*([A-Za-z][\w-]*)\s*([{(])", re.MULTILINE)
NOT_ENTRIES = ("comment", "preamble", "string")
_HEAD: Final = re.compile(r"@[ \t]*([A-Za-z][\w-]*)\s*([{(])")
_KEY: Final = re.compile(r"\s*([^,={}\n\"]{0,300}?)\s*(?:,|(?=\}|\n|\Z))")
_REST = re.compile(r"[\s,]*")
_NAME: Final = re.compile(r"[\s,]*([^\s={},\"#@][^={},\"#\n]{0,80}?)\s*=\s*")
_BARE = re.compile(r"[^\s,{}#\"=]+")
_SPACE = re.compile(r"\s*")
_BRACE = re.compile(r"[{}]")
_QUOTE_OR_BRACE = re.compile(r"[{}\"]")
_FIELD_LINE = re.compile(r"^[ \t]*,?[ \t]*([A-Za-z][\w .:+/-]{0,60}?)[ \t]*=[ \t]*(?=[{\"\w])", re.MULTILINE)
MONTHS = {
    "jan": "January", "feb": "February", "mar": "March", "apr": "April", "may": "May", "jun": "June",
    "jul": "July", "aug": "August", "sep": "September", "oct": "October", "nov": "November",
    "dec": "December",
}  # fmt: skip


@dataclass(slots=True)
class Scanned:
    """One entry as the scanner found it."""

    line: int
    kind: str  # as printed
    key: str
    pairs: list[tuple[str, str]]  # lower-case name, value without its outer delimiters
    raw: str
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a BibTeX text holds.

    ``undefined`` lists (line, name) of macros that are used and nowhere defined: their name
    stands in for the value. ``hostile``: macros grew over their budget.
    """

    entries: list[Scanned]
    undefined: list[tuple[int, str]]
    hostile: bool


class Macros:
    """The abbreviations of a file; a budget keeps a hostile file from growing without end.

    Examples
    --------
    >>> macros = Macros()
    >>> macros.define("jos", "Journal of Samples")
    >>> macros.meaning("JOS"), macros.meaning("jan"), macros.meaning("x")
    ('Journal of Samples', 'January', None)
    """

    LONGEST = 10_000
    BUDGET = 8_000_000

    def __init__(self) -> None:
        self._known = dict(MONTHS)
        self._left = self.BUDGET
        self.refused = False

    def define(self, name: str, value: str) -> None:
        """Keep an abbreviation, unless it is longer than any name of a journal."""
        if len(value) <= self.LONGEST:
            self._known[name.casefold()] = value
        else:
            self.refused = True

    def meaning(self, name: str) -> str | None:
        """Return what `name` stands for, or None."""
        value = self._known.get(name.casefold())
        if value is None:
            return None
        self._left -= len(value)
        if self._left < 0:
            self.refused = True
            return None
        return value


def scan(text: str) -> Scan:
    """Find every entry of a BibTeX text.

    Parameters
    ----------
    text : str
        With ``\\n`` line ends.

    Returns
    -------
    Scan

    Examples
    --------
    >>> entries = scan('@article{a b, key words = {x}, year = 1999, title = "A {B}" # jan}').entries
    >>> entries[0].key, entries[0].pairs
    ('a b', [('key words', 'x'), ('year', '1999'), ('title', 'A {B}January')])
    """
    entries: list[Scanned] = []
    macros = Macros()
    undefined: list[tuple[int, str]] = []
    starts = list(_starts(text))
    signs = [text.index("@", begin) for begin, *_ in starts]
    lines = lines_of(text, signs)
    for number, (_, body, kind, opener) in enumerate(starts):
        stop = starts[number + 1][0] if number + 1 < len(starts) else len(text)
        at, line = signs[number], lines[number]
        word = kind.casefold()
        if word in ("comment", "preamble"):
            continue
        missing: list[str] = []
        if word == "string":
            pairs, _, _ = _fields(text, body, stop, opener, macros, missing)
            for name, value in pairs:
                macros.define(name, value)
        else:
            entries.append(_entry(text, at, body, stop, kind, opener, line, macros, missing))
        undefined += ((line, name) for name in missing)
    return Scan(entries, undefined, macros.refused)


def lines_of(text: str, places: list[int]) -> list[int]:
    r"""Return the line, from 1, in which each of `places` stands.

    Parameters
    ----------
    text : str
    places : list of int
        Ascending.

    Examples
    --------
    >>> lines_of("a\nb\n\nc", [0, 2, 5])
    [1, 2, 4]
    """
    lines: list[int] = []
    line, end = 1, text.find("\n")
    for place in places:
        while 0 <= end < place:
            line += 1
            end = text.find("\n", end + 1)
        lines.append(line)
    return lines


def _starts(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield what the pattern ``START`` finds, which would try every letter of the text."""
    at = text.find("@")
    while at >= 0:
        found = _HEAD.match(text, at)
        begin = at
        if found is not None:
            while begin and text[begin - 1] in " \t,":
                begin -= 1
            if begin and text[begin - 1] == "\ufeff":
                begin -= 1
                while begin and text[begin - 1] in " \t":
                    begin -= 1
            if begin and text[begin - 1] not in "\n})":
                found = None
        if found is not None:
            yield begin, found.end(), found[1], found[2]
        at = text.find("@", at + 1 if found is None else found.end())


def _entry(
    text: str,
    at: int,
    body: int,
    stop: int,
    kind: str,
    opener: str,
    line: int,
    macros: Macros,
    missing: list[str],
) -> Scanned:
    place = text.find(",", body, stop) + 1
    key = text[body : place - 1]
    if not place or not key.isalnum():  # most are letters and digits
        key, place = "", body
        if (found := _KEY.match(text, body, stop)) is not None:
            key, place = found[1], found.end()
    doubts: list[str] = []
    pairs, end, doubt = _fields(text, place, stop, opener, macros, missing)
    if doubt:
        # the braces mislead: take the lines that begin a field for what they look like
        by_line = _fields_by_line(text[place:stop], macros)
        if len(by_line) >= len(pairs):
            pairs, end = by_line, stop
        doubts.append(doubt)
    raw = text[at : end if end > 0 else stop].rstrip()
    return Scanned(line, kind, key, pairs, raw, doubts)


def _fields(
    text: str, place: int, stop: int, opener: str, macros: Macros, missing: list[str]
) -> tuple[list[tuple[str, str]], int, str]:
    """Return the fields from `place`, where the entry ends, and what is wrong with it."""
    pairs, place = _plain_fields(text, place, stop)
    closer = "}" if opener == "{" else ")"
    if closer == "}" and stop - place < 9 and text[place:stop].strip("\n") == closer:
        return pairs, text.index(closer, place) + 1, ""  # as it should be
    while True:
        found = _NAME.match(text, place, stop)
        if found is None:
            rest = _REST.match(text, place, stop)
            place = rest.end() if rest else place
            if place < stop and text[place] == closer:
                place += 1
                if text.find("=", place, stop) >= 0 and _FIELD_LINE.search(text, place, stop):
                    return pairs, place, "a brace closes the entry before its last field"
                return pairs, place, ""
            return (
                pairs,
                stop,
                "the entry does not end with a closing brace"
                if place >= stop
                else ("something that is not a field stands inside"),
            )
        value, place = _value(text, found.end(), stop, macros, missing)
        if place < 0:
            return pairs, stop, f"the value of {found[1]!r} does not end"
        pairs.append((found[1].casefold(), value))


def _plain_fields(text: str, place: int, stop: int) -> tuple[list[tuple[str, str]], int]:
    """Return the fields from `place` up to the first odd one, and its place.

    Nearly every value stands in braces, with none inside but a second pair round the whole, and
    behind it a comma or the end of the entry: then the closing braces are where to cut.
    """
    pairs: list[tuple[str, str]] = []
    while True:
        opened = text.find("{", place, place + 100)
        closed = text.find("}", opened, stop) if opened >= 0 else -1
        if closed < 0 or not (name := _field_name(text[place:opened])):
            return pairs, place
        inner = text.rfind("{", opened + 1, closed)
        end = closed + 1
        if inner == opened + 1 and text.startswith("}", end, stop):
            end += 1
            inner = -1
        # a sign behind the value may join another to it
        after = text[end : min(end + 2, stop)]
        if inner >= 0 or not (after[:1] in (",", "}", "") or after in ("\n", "\n}")):
            return pairs, place
        pairs.append((name, text[opened + 1 : end - 1]))
        place = end


@lru_cache(maxsize=4096)
def _field_name(printed: str) -> str:
    """Return the name of a field that is printed with all up to its value, ``""`` where it is not only that."""
    found = _NAME.fullmatch(printed)
    return found[1].casefold() if found else ""


def _value(text: str, place: int, stop: int, macros: Macros, missing: list[str]) -> tuple[str, int]:
    """Return a value joined over ``#`` and the place after it; -1 where it does not end."""
    parts: list[str] = []
    while True:
        if text.startswith("{", place, stop):
            end = closing_brace(text, place, stop)
            if end < 0:
                return "", -1
            parts.append(text[place + 1 : end])
            place = end + 1
        elif text.startswith('"', place):
            end = _closing_quote(text, place + 1, stop)
            if end < 0:
                return "", -1
            parts.append(text[place + 1 : end])
            place = end + 1
        else:
            bare = _BARE.match(text, place, stop)
            if bare is not None:
                word = bare[0]
                if word.isdecimal():
                    parts.append(word)
                else:
                    meaning = macros.meaning(word)
                    if meaning is None:
                        missing.append(word)
                    parts.append(word if meaning is None else meaning)
                place = bare.end()
        after = _SPACE.match(text, place, stop)
        place = after.end() if after else place
        if place < stop and text[place] == "#":
            again = _SPACE.match(text, place + 1, stop)
            place = again.end() if again else place + 1
            continue
        return "".join(parts), place


def closing_brace(text: str, place: int, stop: int) -> int:
    """Return where the brace that opens at `place` is closed, -1 where it is not."""
    end = text.find("}", place, stop)
    if end < 0 or text.find("{", place + 1, end) < 0:
        return end
    depth = 0
    for found in _BRACE.finditer(text, place, stop):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return -1


def _closing_quote(text: str, place: int, stop: int) -> int:
    depth = 0
    for found in _QUOTE_OR_BRACE.finditer(text, place, stop):
        sign = found[0]
        if sign == '"':
            if depth <= 0:
                return found.start()
        else:
            depth += 1 if sign == "{" else -1
    return -1


def _fields_by_line(body: str, macros: Macros) -> list[tuple[str, str]]:
    """Return fields where each begins at a line of its own; for entries with unbalanced braces."""
    found = list(_FIELD_LINE.finditer(body))
    pairs = []
    for number, field_ in enumerate(found):
        last = number + 1 == len(found)
        value = body[field_.end() : len(body) if last else found[number + 1].start()].strip()
        if last:
            # the entry's own closing brace ends it, on a line of its own or at the end
            value = re.sub(r"\n\s*[})]\s*\Z", "", value) if re.search(r"\n\s*[})]\s*\Z", value) else value
        value = value.rstrip().rstrip(",").rstrip()
        if value[:1] in '{"':
            closing = "}" if value[0] == "{" else '"'
            value = value[1:]
            if last and closing == "}" and value.endswith("}}") and value.count("{") < value.count("}") - 1:
                value = value[:-1]
            value = value[:-1] if value.endswith(closing) else value
        else:
            value = macros.meaning(value) or value
        pairs.append((field_[1].casefold(), value))
    return pairs
