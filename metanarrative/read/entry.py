"""One entry of a tagged format or of any other that is a list of names and values.

Takes names and values; gives them out once each, white space made plain; what nobody took is left
for ``extra``, so that no field is lost for want of a place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["Entry", "Fields", "flat"]

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
        given = self.values
        for tag in tags:
            if tag in given:
                values = given[tag]
                if len(values) == 1:
                    self.left.pop(tag, None)
                else:
                    self.left[tag] = values[1:]
                value = values[0]
                if len(value) > 99:
                    return flat(value)
                return " ".join(value.split()) if " " in value or not value.isalnum() else value
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
        left = {}
        for tag, values in self.left.items():
            left[tag] = values[0] if len(values) == 1 else "\n".join(values)
        left |= {name: value for name, value in more.items() if value}
        return MappingProxyType(left)


@dataclass(slots=True)
class Entry:
    """One entry: where it begins, its text, its fields."""

    line: int
    raw: str
    fields: Fields
    headless: bool = False
