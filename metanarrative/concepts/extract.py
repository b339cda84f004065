"""Concepts in passages: candidate terms, their variants, and which are worth keeping.

Candidates are runs of content words (``text.terms``). Variants meet under one key: plural and
singular, hyphen or none, -ise and -ize, a Welsh mutation and its radical, an acronym and the words
it was introduced for. They are ranked by a C-value over documents, so that neither one long
document nor the parts of a longer term rule the list.

References
----------
Frantzi, Ananiadou & Mima 2000, 10.1007/s007999900023 (C-value).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metanarrative.text.terms import spans, strip_boilerplate, term_key
from metanarrative.text.welsh import radicals

FREE = 0.15
"""Least share of its occurrences in which a term stands free on either side."""

__all__ = ["Concept", "Passage", "acronyms", "c_values", "extract", "squash_key", "welsh_folds"]

_INTRODUCED = re.compile(r"\(([A-Z][A-Za-z]{1,6})\)")
_IZE = re.compile(r"(?<=[a-z]{2})iz(?=e|ation|ing)|yz(?=e|ing)")
_SMALL = frozenset(["of", "and", "for", "the", "in", "to", "on"])


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as far as concepts care."""

    passage_id: str
    work_id: str
    language: str
    text: str


@dataclass(frozen=True)
class Concept:
    """A term family with where it occurs: ``places`` is passage id -> count."""

    key: str
    label: str
    language: str
    variants: tuple[str, ...]
    works: frozenset[str]
    places: dict[str, int]
    score: float


def squash_key(key: str) -> str:
    """Return the form in which hyphen, compound and -ize variants agree.

    Examples
    --------
    >>> squash_key("care co ordination") == squash_key("care coordination")
    True
    >>> squash_key("personalization")
    'personalisation'
    """
    return _IZE.sub(lambda found: found.group()[0] + "s", key.replace(" ", ""))


def acronyms(texts: Iterable[str]) -> dict[str, str]:
    """Return acronyms introduced in brackets and the key of the words they stand for.

    The commonest reading wins; ties by the alphabet.

    Examples
    --------
    >>> acronyms(["The Care Programme Approach (CPA) was reviewed."])
    {'cpa': 'care programme approach'}
    """
    found: dict[str, Counter[str]] = {}
    for text in texts:
        for match in _INTRODUCED.finditer(text):
            letters = match.group(1).rstrip("s")
            before = re.findall(r"[^\W\d_]+", text[max(0, match.start() - 120) : match.start()].lower())
            words = _initials(before, letters.lower())
            if words and letters.isupper() and len(letters) >= 2:
                found.setdefault(letters.lower(), Counter())[term_key(tuple(words))] += 1
    return {
        short: min(readings.items(), key=lambda item: (-item[1], item[0]))[0]
        for short, readings in sorted(found.items())
    }


def _initials(before: Sequence[str], letters: str) -> list[str]:
    """Match letters backwards with the initials of the words before; small words may be skipped."""
    words: list[str] = []
    left = len(letters) - 1
    for word in reversed(before):
        if left < 0:
            break
        if word[0] == letters[left]:
            words.append(word)
            left -= 1
        elif word in _SMALL and words:
            words.append(word)
        else:
            return []
    return words[::-1] if left < 0 and 2 <= len(words) <= 6 else []


def _spell_out(text: str, short: Mapping[str, str]) -> str:
    """Write the words in place of their acronym; only capitals count, so that an act is no ACT."""
    for initials, words in short.items():
        name = initials.upper()
        if name in text:
            text = re.sub(rf"\(\s*{name}s?\s*\)", " ", text)
            text = re.sub(rf"\b{name}s?\b", words, text)
    return text


def welsh_folds(counts: Mapping[str, int]) -> dict[str, str]:
    """Return printed Welsh forms and the radical that the corpus itself also prints.

    A form folds to its commonest possible radical, if that occurs at least a fifth as often.

    Examples
    --------
    >>> welsh_folds({"gofal": 5, "ofal": 4, "ngofal": 1, "cynllun": 3})
    {'ngofal': 'gofal', 'ofal': 'gofal'}
    """
    out = {}
    for word in sorted(counts):
        if len(word) < 4:
            continue
        options = [form for form in radicals(word)[1:] if counts.get(form, 0) * 5 >= counts[word]]
        if options:
            out[word] = min(options, key=lambda form: (-counts[form], form))
    return out


def c_values(documents: Mapping[str, int]) -> dict[str, float]:
    """Return the C-value of each term over document counts.

    ``log2(|a| + 1) * (f(a) - f of the commonest longer term that holds it)``, at least 0.

    Parameters
    ----------
    documents : mapping of key to number of works

    References
    ----------
    10.1007/s007999900023; with ``|a| + 1`` so that single words are not all 0, and the commonest host in
    place of the mean over hosts, which rare hosts would dilute.

    Examples
    --------
    >>> values = c_values({"care plan": 6, "plan": 8, "recovery": 4})
    >>> round(values["plan"], 3), round(values["care plan"], 3), round(values["recovery"], 3)
    (2.0, 9.51, 4.0)
    """
    longer: dict[str, list[int]] = {}
    for key in documents:
        words = key.split()
        for length in range(1, len(words)):
            for start in range(len(words) - length + 1):
                inner = " ".join(words[start : start + length])
                if inner in documents:
                    longer.setdefault(inner, []).append(documents[key])
    out = {}
    for key, count in documents.items():
        outer = longer.get(key)
        held = max(outer) if outer else 0
        out[key] = math.log2(len(key.split()) + 1) * max(0.0, count - held)
    return out


def extract(passages: Sequence[Passage], *, most: int = 150, fewest: int = 0, longest: int = 4) -> list[Concept]:
    """Find the concepts of a set of passages.

    Parameters
    ----------
    passages : sequence of Passage
    most : int
        Concepts kept; each language gets its share of works, at least a fifth where there are two.
    fewest : int
        Fewest works a concept occurs in; 0: 2, or 1 % of the works.
    longest : int
        Words in a term.

    Returns
    -------
    list of Concept
        Best first; ties by key.
    """
    n_works = len({p.work_id for p in passages})
    fewest = fewest or max(2, math.ceil(0.01 * n_works))
    short = acronyms(p.text for p in passages)
    texts = [_spell_out(strip_boilerplate(p.text), short) for p in passages]
    folds = _welsh_words(passages, texts)
    places: dict[str, dict[str, int]] = {}
    forms: dict[str, Counter[str]] = {}
    works: dict[str, dict[str, set[str]]] = {}
    free: Counter[tuple[str, bool]] = Counter()
    for passage, text in zip(passages, texts, strict=True):
        welsh = passage.language == "cy"
        for term, before, after in spans(text, longest):
            folded = tuple(folds.get(word, word) for word in term) if welsh else term
            key = " ".join(folded) if welsh else term_key(folded)
            own = places.setdefault(key, {})
            own[passage.passage_id] = own.get(passage.passage_id, 0) + 1
            forms.setdefault(key, Counter())[" ".join(term)] += 1
            free[key, False] += before
            free[key, True] += after
            by_language = works.setdefault(key, {})
            by_language.setdefault("cy" if welsh else "en", set()).add(passage.work_id)
    fragments = {
        key for key, form in forms.items() if min(free[key, False], free[key, True]) < FREE * sum(form.values())
    }
    for key in fragments - set(short.values()):
        del places[key], forms[key], works[key]
    merged = _merge(places, forms, works)
    counts = {key: len(set().union(*held.values())) for key, held in merged[2].items()}
    kept = {key: count for key, count in counts.items() if count >= fewest}
    values = c_values(kept)
    ceiling = 0.6 * n_works if n_works >= 20 else n_works + 1
    concepts = [
        Concept(
            key,
            _label(merged[1][key], short, key),
            max(sorted(merged[2][key]), key=lambda lang: len(merged[2][key][lang])),
            tuple(form for form, _ in sorted(merged[1][key].items(), key=lambda item: (-item[1], item[0]))[:12]),
            frozenset().union(*merged[2][key].values()),
            dict(sorted(merged[0][key].items())),
            values[key],
        )
        for key in sorted(kept)
        if values[key] > 0 and not (" " not in key and counts[key] > ceiling) and len(key) > 2
    ]
    concepts.sort(key=lambda c: (-round(c.score, 9), c.key))
    return _quota(concepts, passages, most)


def _welsh_words(passages: Sequence[Passage], texts: Sequence[str]) -> dict[str, str]:
    counts: Counter[str] = Counter()
    for passage, text in zip(passages, texts, strict=True):
        if passage.language == "cy":
            counts.update(re.findall(r"[^\W\d_]+", text.lower()))
    return welsh_folds(counts)


Places = dict[str, dict[str, int]]
Forms = dict[str, Counter[str]]
Works = dict[str, dict[str, set[str]]]


def _merge(places: Places, forms: Forms, works: Works) -> tuple[Places, Forms, Works]:
    """Join keys that differ by hyphen, space or -ize into the commonest of them."""
    groups: dict[str, list[str]] = {}
    for key in places:
        groups.setdefault(squash_key(key), []).append(key)
    for group in groups.values():
        if len(group) < 2:
            continue
        group.sort(key=lambda key: (-len(places[key]), key))
        keeper = group[0]
        for other in group[1:]:
            for passage, count in places.pop(other).items():
                places[keeper][passage] = places[keeper].get(passage, 0) + count
            forms[keeper].update(forms.pop(other))
            for language, held in works.pop(other).items():
                works[keeper].setdefault(language, set()).update(held)
    return places, forms, works


def _label(printed: Counter[str], short: Mapping[str, str], key: str) -> str:
    """Return the commonest printed form, with its acronym in brackets."""
    initials = sorted(name for name, words in short.items() if words == key)
    best = min(printed.items(), key=lambda item: (-item[1], item[0]))[0]
    return f"{best} ({initials[0].upper()})" if initials else best


def _quota(concepts: Sequence[Concept], passages: Sequence[Passage], most: int) -> list[Concept]:
    """Give each language its share of the places; single words get a third at most, and need three works."""
    held = Counter(language for _, language in {(p.work_id, "cy" if p.language == "cy" else "en") for p in passages})
    total = sum(held.values()) or 1
    kept: list[Concept] = []
    top = max((len(c.works) for c in concepts), default=0)
    for language in sorted(held):
        share = held[language] / total
        places = most if len(held) == 1 else round(most * min(max(share, 0.2), 0.8))
        own = [c for c in concepts if c.language == language]
        single = [c for c in own if " " not in c.key and len(c.works) >= min(3, top)][: max(1, places // 3)]
        several = [c for c in own if " " in c.key][: max(places - len(single), places // 2)]
        kept += sorted([*single, *several], key=lambda c: (-round(c.score, 9), c.key))[:places]
    return sorted(kept, key=lambda c: (-round(c.score, 9), c.key))
