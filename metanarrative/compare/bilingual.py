"""Welsh passages among English ones: through the English expression of the same work, or a dictionary.

Takes Welsh passages; gives English text to align them by, and says by which way. Where the work has
an English expression, the passage that stands at its place speaks for it: same section and
paragraph, else the order-keeping match of numbers, years and dictionary terms. Where there is none,
the terms of the bilingual dictionary that occur in the passage (in any mutated form) are what is
known of it; such a pair is never more than possible.

The dictionary is ``data/dictionary_cy.csv``: pairs seen in public bilingual texts, with their provenance.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from metanarrative.compare.parallel import monotone
from metanarrative.compare.words import flat, mutations, words

__all__ = ["dictionary", "gloss", "paired_passages"]

LEAST_TERMS = 2
"""Fewer dictionary terms than this say nothing about a passage."""

Row = Mapping[str, Any]


@cache
def dictionary() -> tuple[tuple[str, str, str], ...]:
    """Return (Welsh, English, provenance), the longest Welsh term first.

    Examples
    --------
    >>> ("llesiant", "well-being") in {(cy, en) for cy, en, _ in dictionary()}
    True
    """
    text = (files("metanarrative.compare") / "data" / "dictionary_cy.csv").read_text("utf-8")
    rows = [(row["cy"], row["en"], row["provenance"]) for row in csv.DictReader(text.splitlines())]
    return tuple(sorted(rows, key=lambda row: (-len(row[0]), row[0])))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    found = []
    for welsh, english, _ in dictionary():
        parts = [
            "(?:" + "|".join(re.escape(form) for form in mutations(flat(word))) + ")" for word in flat(welsh).split()
        ]
        found.append((re.compile(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)"), english))
    return tuple(found)


def gloss(text: str) -> list[str]:
    """Return the English of the dictionary terms in a Welsh text, in order of place; longer terms win.

    Examples
    --------
    >>> gloss("Rhaid i'r awdurdod lleol adolygu'r cynllun gofal a thriniaeth.")
    ['must', 'local authority', 'review', 'care and treatment plan']
    """
    low = flat(text)
    taken = np.zeros(len(low), dtype=bool)
    found: list[tuple[int, str]] = []
    for pattern, english in _patterns():
        for hit in pattern.finditer(low):
            if not taken[hit.start() : hit.end()].any():
                taken[hit.start() : hit.end()] = True
                found.append((hit.start(), english))
    return [english for _, english in sorted(found)]


def _signs(text: str, *, welsh: bool) -> frozenset[str]:
    """What two languages share: numbers, years, capitalised names, and terms of the dictionary."""
    terms = gloss(text) if welsh else [en for _, en, _ in dictionary() if en.casefold() in text.casefold()]
    return frozenset(re.findall(r"\d+", text)) | frozenset(word for term in terms for word in words(term))


def paired_passages(welsh: Sequence[Row], english: Sequence[Row]) -> dict[str, str]:
    """Return Welsh passage id -> id of the passage at its place in the English expression of the same work.

    Parameters
    ----------
    welsh, english : sequence of mapping
        passage_id, section, paragraph, text of one work, in reading order.

    Examples
    --------
    >>> cy = [{"passage_id": "ps_c", "section": "", "paragraph": "18", "text": "Rhaid adolygu."}]
    >>> en = [{"passage_id": "ps_e", "section": "", "paragraph": "18", "text": "It must be reviewed."}]
    >>> paired_passages(cy, en)
    {'ps_c': 'ps_e'}
    """
    numbered: dict[str, list[str]] = {}
    for row in english:
        if row.get("paragraph"):
            numbered.setdefault(str(row["paragraph"]), []).append(str(row["passage_id"]))
    count: dict[str, int] = {}
    for row in welsh:
        if row.get("paragraph"):
            count[str(row["paragraph"])] = count.get(str(row["paragraph"]), 0) + 1
    result: dict[str, str] = {}
    for row in welsh:
        number = str(row.get("paragraph") or "")
        if number and count[number] == 1 and len(numbered.get(number, ())) == 1:
            result[str(row["passage_id"])] = numbered[number][0]
    used = set(result.values())
    left = [row for row in welsh if str(row["passage_id"]) not in result]
    right = [row for row in english if str(row["passage_id"]) not in used]
    if left and right and len(left) * len(right) <= 1_000_000:
        a = [_signs(str(row["text"]), welsh=True) for row in left]
        b = [_signs(str(row["text"]), welsh=False) for row in right]
        likeness = np.array([[len(x & y) / len(x | y) if x and y else 0.0 for y in b] for x in a])
        for i, j in monotone(likeness, 0.25):
            result[str(left[i]["passage_id"])] = str(right[j]["passage_id"])
    return result
