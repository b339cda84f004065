"""Texts made to fit a place: cut at a word, and seen to be cut."""

from __future__ import annotations


def cut(text: str, most: int) -> str:
    """Return `text` with at most `most` characters and an ellipsis, cut at a word; blanks become one.

    Examples
    --------
    >>> cut("care and treatment plan", 12), cut("care\\nplan", 12)
    ('care and…', 'care plan')
    """
    words = " ".join(text.split())
    if len(words) <= most:
        return words
    return words[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
