"""Words that lost a letter where a document's ligatures were lost ("wil" for "will"), told from other documents.

Takes the texts of each document; gives, a document, the broken words and what they stand for. Nothing
is changed in the stored text: only what counts words reads them whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from metanarrative.compare.words import words
from metanarrative.text.welsh import STOP_EN

__all__ = ["broken_words", "mended"]

FEW = 10
"""One use in so many is a slip, not a habit."""

LEAST_USES = 3
"""Fewest uses in a document: one slip of the pen is no lost ligature."""


def broken_words(texts: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return document to (broken word to whole word).

    A word counts as broken where doubling one l or f in it gives a word that this document hardly uses
    and two others do (or one, if it is a common English word), and those hardly use the broken one.

    Examples
    --------
    >>> whole = {"b": ["They will plan and will meet all."], "c": ["All of them will wait."]}
    >>> broken_words({"a": ["We wil plan.", "It wil be.", "He wil of course."], **whole})
    {'a': {'wil': 'will'}}
    """
    counts = {work: Counter(word for text in texts[work] for word in words(text)) for work in sorted(texts)}
    owners: dict[str, set[str]] = {}
    for work, own in counts.items():
        for word in own:
            owners.setdefault(word, set()).add(work)
    found: dict[str, dict[str, str]] = {}
    for work, own in counts.items():
        for word in sorted(own):
            if own[word] < LEAST_USES or not re.search("[lf]", word):
                continue
            for at in (m.start() for m in re.finditer(r"(?<![lf])[lf](?![lf])", word)):
                whole = word[: at + 1] + word[at:]
                with_whole = {o for o in owners.get(whole, set()) if counts[o][word] < counts[o][whole]}
                if own[whole] * FEW > own[word] or any(counts[o][word] * FEW > counts[o][whole] for o in with_whole):
                    continue
                if len(with_whole) >= 2 or (whole in STOP_EN and with_whole):
                    found.setdefault(work, {})[word] = whole
                    break
    return found


def mended(text: str, broken: Mapping[str, str]) -> str:
    """Return `text` with its broken words whole.

    Examples
    --------
    >>> mended("We wil meet, Wil we?", {"wil": "will"})
    'We will meet, will we?'
    """
    if not broken:
        return text
    pattern = rf"\b(?:{'|'.join(map(re.escape, sorted(broken)))})\b"
    return re.sub(pattern, lambda m: broken[m.group().lower()], text, flags=re.IGNORECASE)
