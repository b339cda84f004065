"""One entry of a tagged format or of any other that is a list of names and values.

Takes names and values; gives them out once each, white space made plain; what nobody took is left
for ``extra``, so that no field is lost for want of a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["Choice", "Entry", "Fields", "flat"]

# all white space beyond ASCII; control characters are gone when a text comes here
_SPACES = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def flat(value: str) -> str:
    """Collapse white space in a trimmed text of which :func:`plain_text` made the line ends."""
    if value.isascii() and "\n" not in value and "\t" not in value and value.rfind("  ") < 0:
        return value  # looking for two letters from the end is twice as quick
    if (end := value.find("\n")) >= 0:
        # wrapped lines are all indented alike
        begin = end + 1
        while value.startswith(" ", begin):
            begin += 1
        value = value.replace(value[end:begin], " ")
    if len(value) < 100 or "\n" in value or "\t" in value:
        return " ".join(value.split())
    if not value.isascii():
        # looking for each is quicker than splitting a whole abstract
        for space in _SPACES:
            if space in value:
                value = value.replace(space, " ")
    return " ".join(value.split()) if value.rfind("  ") >= 0 else value


class Choice:
    """Which tag gives which field, chosen once for all entries that have the same tags.

    Parameters
    ----------
    *wanted : tuple of str
        For each field its tags, the best first.

    Examples
    --------
    >>> choice = Choice(("TI", "T1"), ("JF", "JO"))
    >>> choice.of({"AU": ["A"], "T1": ["Care"]})
    ('T1', '')
    """

    __slots__ = ("_known", "wanted")

    def __init__(self, *wanted: tuple[str, ...]) -> None:
        self.wanted = wanted
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def of(self, given: Mapping[str, list[str]]) -> tuple[str, ...]:
        """Return for each field the tag to take it from, ``""`` where there is none."""
        tags = tuple(given)
        chosen = self._known.get(tags)
        if chosen is None:
            chosen = tuple(next((tag for tag in wanted if tag in given), "") for wanted in self.wanted)
            if len(self._known) > 4096:  # a file of nonsense
                self._known.clear()
            self._known[tags] = chosen
        return chosen


class Fields:
    """The fields of an entry, taken one after another; what nobody takes is left for ``extra``.

    Attributes
    ----------
    values : dict of str to list of str
        All of them, whether taken or not; not to be changed.
    Examples
    --------
    >>> fields = Fields([("TI", "A title"), ("KW", "a"), ("KW", "b"), ("XX", "?")])
    >>> fields.first("T1", "TI"), fields.all("KW"), fields.rest()
    ('A title', ['a', 'b'], mappingproxy({'XX': '?'}))
    """

    __slots__ = ("_gone", "_part", "values")

    def __init__(self, pairs: Iterable[tuple[str, str]] = (), *, values: dict[str, list[str]] | None = None) -> None:
        if values is None:
            values = {}
            for tag, value in pairs:
                if value := value.strip():
                    values.setdefault(tag, []).append(value)
        self.values = values
        self._gone: set[str] = set()  # tags of which nothing is left
        self._part: dict[str, list[str]] = {}  # what is left of those of which the first value was taken

    def __bool__(self) -> bool:
        return bool(self.values)

    def __contains__(self, tag: str) -> bool:
        return tag in self.values

    def first(self, *tags: str) -> str:
        """Take the first value of the first of `tags` that has one; further values stay."""
        given = self.values
        for tag in tags:
            if tag in given:
                values = given[tag]
                if len(values) == 1:
                    self._gone.add(tag)
                else:
                    self._part[tag] = values[1:]
                return flat(values[0])
        return ""

    def firsts(self, choice: Choice) -> list[str]:
        """Do for every field of `choice` what :meth:`first` does."""
        given = self.values
        chosen = choice.of(given)
        found = []
        for tag in chosen:
            if not tag:
                found.append("")
                continue
            values = given[tag]
            value = values[0]
            if len(values) > 1:
                self._part[tag] = values[1:]
            found.append(flat(value))
        self._gone.update(chosen)
        return found

    def take(self, tag: str) -> None:
        """Say that nothing is left of `tag`."""
        self._gone.add(tag)

    def all(self, *tags: str) -> list[str]:
        """Take every value of every one of `tags`, in that order, lines kept."""
        taken: list[str] = []
        for tag in tags:
            if tag in self.values:
                taken += self.values[tag]
                self._gone.add(tag)
                self._part.pop(tag, None)
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
        gone, part = self._gone, self._part
        if part:
            left = {
                tag: "\n".join(part.get(tag, values))
                for tag, values in self.values.items()
                if tag in part or tag not in gone
            }
        else:
            left = {tag: "\n".join(values) for tag, values in self.values.items() if tag not in gone}
        left |= {name: value for name, value in more.items() if value}
        return MappingProxyType(left)


@dataclass(slots=True)
class Entry:
    """One entry: where it begins, its text, its fields."""

    line: int
    raw: str
    fields: Fields
    headless: bool = False
