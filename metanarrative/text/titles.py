"""Numbers in titles: what tells part one from part two, and last year's report from this year's."""

from __future__ import annotations

__all__ = ["SERIES_WORDS", "title_numbers"]

_ROMAN = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10,
    "xi": 11, "xii": 12, "xiii": 13, "xiv": 14, "xv": 15,
}  # fmt: skip
# "i", "v" and "x" are words or letters too: they count as numbers only behind a series word
_CLEAR_ROMAN = frozenset(_ROMAN) - {"i", "v", "x", "xi"}
_NUMBER_WORD = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5,
}  # fmt: skip
_SERIES = (
    "part parts pt phase stage study paper volume vol section chapter series report round wave type "
    "experiment episode issue number no rhan cyfrol pennod adran"
)
SERIES_WORDS = frozenset(_SERIES.split())


def title_numbers(words: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the numbers in a title, and those of them that number a series.

    Examples
    --------
    >>> sorted(title_numbers(tuple("recovery part ii methods".split()))[1])
    ['2']
    >>> sorted(title_numbers(tuple("a trial of 12 weeks".split()))[0])
    ['12']
    """
    numbers: set[str] = set()
    series: set[str] = set()
    for place, word in enumerate(words):
        behind = place > 0 and words[place - 1] in SERIES_WORDS
        value = ""
        if word.isdigit():
            value = word.lstrip("0") or "0"
        elif word in _CLEAR_ROMAN or (word in _ROMAN and behind):
            value = str(_ROMAN[word])
        elif behind and word in _NUMBER_WORD:
            value = str(_NUMBER_WORD[word])
        elif behind and len(word) == 1 and "a" <= word <= "h" and words[place - 1] in ("part", "rhan"):
            value = word
        if value:
            numbers.add(value)
            final = place == len(words) - 1 and place > 0 and len(value) < 4
            if behind or final or word in _CLEAR_ROMAN:
                series.add(value)
    return frozenset(numbers), frozenset(series)
