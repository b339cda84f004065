"""JSON text a window at a time: values with their own text and line, memory flat in the size of the file.

The parsing is Python's own ``raw_decode``; here is only which piece of the text it is given. A value
that the window cuts off is tried again with more text behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

__all__ = ["Reel"]

LARGEST = 64 * 1024**2
"""Characters that a single value may have; more is taken for damage (a quote that is never closed)."""
_SPACE = re.compile(r"\s*")
_NEAR_END = 16
"""Characters: errors so near the end of the window may come from its end alone, as in ``tru``."""


class Reel:
    """Text that comes in pieces, read from left to right.

    Parameters
    ----------
    texts : iterable of str
        Pieces of the text, in order.
    line : int
        Number of the first line.

    Attributes
    ----------
    text : str
        The window; what is behind is let go when the window moves.
    place : int
        Where in the window reading stands.

    Examples
    --------
    >>> reel = Reel(['[{"a": 1},\\n {"a"', ": 2}]"])
    >>> reel.peek(), reel.place
    ('[', 0)
    >>> reel.place += 1
    >>> reel.value(), reel.line()
    (({'a': 1}, '{"a": 1}'), 1)
    >>> reel.peek(re.compile(r"[\\s,]*")), reel.line(), reel.value()
    ('{', 2, ({'a': 2}, '{"a": 2}'))
    """

    def __init__(self, texts: Iterable[str], line: int = 1) -> None:
        self.text = ""
        self.place = 0
        self._texts = iter(texts)
        self._line = line
        self._counted = 0
        self._decode = json.JSONDecoder().raw_decode

    def line(self) -> int:
        """Return the number of the line on which reading stands."""
        self._line += self.text.count("\n", self._counted, self.place)
        self._counted = self.place
        return self._line

    def more(self, at_least: int = 1) -> bool:
        """Let go what is behind and take more text in; False at the end of the text."""
        self.line()
        pieces, taken = [self.text[self.place :]], 0
        for piece in self._texts:
            pieces.append(piece)
            taken += len(piece)
            if taken >= at_least:
                break
        self.text, self.place, self._counted = "".join(pieces), 0, 0
        return taken > 0

    def peek(self, gap: re.Pattern[str] = _SPACE) -> str:
        """Go to the first character behind a gap and return it; ``""`` at the end of the text."""
        while True:
            self.place = gap.match(self.text, self.place).end()  # type: ignore[union-attr]
            if self.place < len(self.text):
                return self.text[self.place]
            if not self.more():
                return ""

    def value(self, most: int = LARGEST) -> tuple[Any, str]:
        """Return the value that begins here, and its text, and go behind it.

        Raises
        ------
        ValueError
            Where it is damaged, cut off, nested too deeply or longer than `most`; reading stays
            where it is.
        """
        while True:
            size = len(self.text) - self.place
            try:
                found, end = self._decode(self.text, self.place)
            except RecursionError as error:
                raise ValueError("nested too deeply") from error
            except json.JSONDecodeError as error:
                inside = error.pos < len(self.text) - _NEAR_END and not error.msg.startswith("Unterminated string")
                if inside or size > most or not self.more(size):
                    raise ValueError(error.msg if size <= most else "too long") from error
                continue
            # a number near the end of the window may go on
            length = end - self.place
            if len(self.text) - end < _NEAR_END and self.text[self.place] not in '[{"' and self.more(_NEAR_END):
                continue
            raw = self.text[self.place : self.place + length]
            self.place += length
            return found, raw

    def find(self, pattern: re.Pattern[str], *, longest: int = 400) -> bool:
        """Go to the next match of `pattern` (of at most `longest` characters); False, and to the end, without one."""
        while True:
            found = pattern.search(self.text, self.place)
            if found:
                self.place = found.end()
                return True
            self.place = max(self.place, len(self.text) - longest)
            if not self.more():
                self.place = len(self.text)
                return False

    def end(self) -> None:
        """Go to the end of the text."""
        self.place = len(self.text)
        while self.more():
            self.place = len(self.text)
