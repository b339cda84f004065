"""Judge whether two records describe one work: same, different or unsure, with the reason.

Evidence is looked at in the order in which it binds. Identifiers first: one DOI or PMID joins, two
different ones forbid. Then the vetoes that similar wording must never overrule: numbered parts,
notices (erratum, reply, protocol) against their article, a meeting abstract against the article,
years more than one apart. Only then wording, authors, venue, volume and page.

Sources: the vetoes answer wrong merges reported of other tools (two DOIs merged, "Part I" lost in
"Part II"); similarity is the normalised indel ratio of rapidfuzz.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from metanarrative.dedupe.entry import Entry, make_entry, same_venue
from metanarrative.dedupe.twins import twin_signs

NEAR = 0.95
"""Titles this similar count as the same words with slips of spelling."""
LIKE = 0.85
"""Titles this similar may be one title in two wordings."""
FAR = 0.60
"""Below this, one DOI on two titles is an error in the DOI, or a translation."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a pair.

    Parameters
    ----------
    verdict : str
        ``same``, ``different`` or ``unsure``.
    score : float
        Similarity of the pair, 0 to 1.
    reason : str
        What agreed, or what forbade.
    hard : bool
        The records may not end in one work through a third record either.
    """

    verdict: str
    score: float
    reason: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class _Signs:
    """The comparisons, each True (agrees), False (conflicts) or None (cannot be told)."""

    title: float
    prefix: bool
    authors: bool | None
    year_gap: int | None
    venue: bool | None
    volume: bool | None
    page: bool | None
    score: float


def title_similarity(a: Entry, b: Entry) -> float:
    """Return the similarity of two titles, 0 to 1; word order may differ."""
    if not a.title or not b.title:
        return 0.0
    if a.title == b.title:
        return 1.0
    plain = fuzz.ratio(a.title, b.title)
    if plain >= 95 or plain < 50:
        return float(plain) / 100
    joined = fuzz.ratio(a.title.replace(" ", ""), b.title.replace(" ", ""))
    return float(max(plain, joined, 0.98 * fuzz.token_sort_ratio(a.title, b.title))) / 100


def authors_agree(a: Entry, b: Entry) -> bool | None:
    """Tell whether two author lists may belong to one work; None where one is missing."""
    if not a.author_text or not b.author_text:
        return None
    first, second = set(a.families), set(b.families)
    # a name typed with slips, particles or accents lost is still the same person
    shared = first & second
    if not shared and first and second:
        shared = {x for x in first if any(fuzz.ratio(x, y) >= 85 or x.split()[-1] == y.split()[-1] for y in second)}
    smaller = min(len(first), len(second))
    if smaller and len(shared) / smaller >= 0.5:
        first_a, first_b = a.families[0], b.families[0]
        leads = (
            first_a in second
            or first_b in first
            or first_a.split()[-1] == first_b.split()[-1]
            or fuzz.ratio(first_a, first_b) >= 80
        )
        if leads or len(shared) / smaller >= 0.8:
            return True
    return bool(fuzz.token_set_ratio(a.author_text, b.author_text) >= 80)


def _signs(a: Entry, b: Entry) -> _Signs:
    title = title_similarity(a, b)
    short, long = sorted((a.words, b.words), key=len)
    prefix = len(short) >= 4 and len(short) < len(long) and long[: len(short)] == short
    authors = authors_agree(a, b)
    gap = abs(a.year - b.year) if a.year is not None and b.year is not None else None
    venue = same_venue(a.venue, b.venue) if a.venue and b.venue else None
    volume = a.volume == b.volume if a.volume and b.volume else None
    page: bool | None = None
    if a.page and b.page:
        page = a.page == b.page
        if "1" in (a.page, b.page) and not (page and volume):
            page = None  # articles published ahead of their issue are numbered from 1
    agreed = 0.0
    total = 0.0
    for weight, sign in ((5.0, title), (2.0, authors), (1.0, venue), (1.0, page), (0.5, volume)):
        if sign is not None:
            agreed += weight * float(sign)
            total += weight
    if gap is not None:
        agreed += 1.5 * max(0.0, 1.0 - 0.5 * gap)
        total += 1.5
    return _Signs(title, prefix, authors, gap, venue, volume, page, round(agreed / total, 4))


def judge_pair(a: Mapping[str, Any], b: Mapping[str, Any]) -> Verdict:
    """Judge two records.

    Parameters
    ----------
    a, b : mapping
        Columns of the ``record`` table; any of them may be missing.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> one = {"title": "Care planning in Wales", "authors": ["Jones, A."], "year": 2012, "doi": "10.1000/a"}
    >>> judge_pair(one, {**one, "doi": ""}).verdict
    'same'
    >>> judge_pair(one, {**one, "doi": "10.1000/b"}).verdict
    'unsure'
    >>> judge_pair({**one, "title": "Recovery. Part I"}, {**one, "title": "Recovery. Part II", "doi": ""}).verdict
    'different'
    """
    return judge(make_entry(a), make_entry(b))


def judge(a: Entry, b: Entry) -> Verdict:
    """Judge two entries; see :func:`judge_pair`."""
    if a.kind != b.kind:
        return Verdict("different", 0.0, "one is literature, the other policy", hard=True)
    if a.kind == "policy":
        return judge_policy(a, b)
    signs = _signs(a, b)
    if a.doi and b.doi:
        return _one_doi(a, b, signs) if a.doi == b.doi else _two_dois(a, b, signs)
    if a.pmid and b.pmid:
        if a.pmid == b.pmid:
            return _one_identifier(a, b, signs, f"PMID {a.pmid}")
        if signs.title >= NEAR and signs.authors is not False and not _veto(a, b, signs):
            return Verdict("unsure", signs.score, "two PMIDs for the same title and authors", hard=True)
        return Verdict("different", signs.score, f"two PMIDs: {a.pmid}, {b.pmid}", hard=True)
    return _by_wording(a, b, signs)


def _one_doi(a: Entry, b: Entry, signs: _Signs) -> Verdict:
    return _one_identifier(a, b, signs, f"DOI {a.doi}")


def _one_identifier(a: Entry, b: Entry, signs: _Signs, what: str) -> Verdict:
    if not a.title or not b.title:
        return Verdict("same", max(signs.score, 0.9), f"same {what}; one has no title")
    if a.series != b.series and a.series and b.series:
        return Verdict("unsure", signs.score, f"same {what}, but the titles number different parts", hard=True)
    if signs.title >= FAR or signs.prefix or fuzz.token_set_ratio(a.title, b.title) >= 85:
        if a.notice != b.notice and "retracted" not in (a.notice, b.notice):
            notice = a.notice or b.notice
            return Verdict("unsure", signs.score, f"same {what}, but one is a {notice}", hard=True)
        return Verdict("same", max(signs.score, 0.9), f"same {what} and title")
    if signs.authors and (signs.year_gap or 0) <= 1:
        reason = f"same {what} and authors, but other titles: a translation, or a wrong identifier"
        return Verdict("unsure", signs.score, reason)
    return Verdict("different", signs.score, f"same {what}, but titles, authors or years differ: wrong in one of them")


def _two_dois(a: Entry, b: Entry, signs: _Signs) -> Verdict:
    reason = f"two DOIs: {a.doi}, {b.doi}"
    if signs.title < NEAR and not (signs.title >= LIKE and signs.page and signs.volume):
        return Verdict("different", signs.score, reason, hard=True)
    if _numbered(a, b) or _notice(a, b):
        return Verdict("different", signs.score, f"{_numbered(a, b) or _notice(a, b)}; {reason}", hard=True)
    if signs.authors is False:
        return Verdict("different", signs.score, f"{reason}; other authors", hard=True)
    if _stem(a.doi) == _stem(b.doi):
        return Verdict("unsure", signs.score, f"versions of one publication? {reason}", hard=True)
    if a.preprint != b.preprint:
        return Verdict("unsure", signs.score, f"preprint and article? {reason}", hard=True)
    if a.generic or b.generic or a.conference != b.conference or (signs.year_gap or 0) > 1:
        return Verdict("different", signs.score, reason, hard=True)
    if signs.year_gap == 1 and not (signs.page or (signs.venue is not False and not a.conference)):
        return Verdict("different", signs.score, reason, hard=True)
    return Verdict("unsure", signs.score, f"same title and authors, but {reason}", hard=True)


def _stem(doi: str) -> str:
    # ".pub2" of a Cochrane review, ".v3" or "/v3" of a preprint: versions of one text
    for mark in (".pub", ".v", "/v", "v"):
        head, found, tail = doi.rpartition(mark)
        if found and tail.isdigit() and len(tail) <= 2:
            return head
    return doi


def _numbered(a: Entry, b: Entry) -> str:
    if a.series != b.series:
        one, other = ", ".join(sorted(a.series)) or "none", ", ".join(sorted(b.series)) or "none"
        return f"parts of a series: {one} against {other}"
    # a number dropped on one side is a slip, another number is another study
    if a.numbers and b.numbers and not (a.numbers <= b.numbers or b.numbers <= a.numbers):
        return "other numbers in the titles"
    return ""


def _notice(a: Entry, b: Entry) -> str:
    if a.notice == b.notice:
        return ""
    return f"{a.notice or 'article'} against {b.notice or 'article'}"


def _veto(a: Entry, b: Entry, signs: _Signs) -> str:
    return (
        _numbered(a, b)
        or _notice(a, b)
        or ("years more than one apart" if signs.year_gap is not None and signs.year_gap > 1 else "")
    )


def _by_wording(a: Entry, b: Entry, signs: _Signs) -> Verdict:
    """Judge without a shared or conflicting identifier."""
    score = signs.score
    if not a.title or not b.title:
        return _without_title(a, b, signs)
    close = signs.title >= LIKE or signs.prefix
    located = bool(signs.page) and signs.volume is not False and signs.year_gap in (0, 1)
    if not close and not (signs.title >= FAR and located and signs.authors):
        return Verdict("different", score, f"titles differ ({signs.title:.2f})")
    notice = _notice(a, b)
    if notice:
        if "retracted" in (a.notice, b.notice) and signs.title >= LIKE and signs.authors is not False:
            return Verdict("unsure", score, "one is marked as retracted", hard=True)
        return Verdict("different", score, notice, hard=True)
    numbered = _numbered(a, b)
    if numbered:
        if located and signs.authors and signs.title >= NEAR:
            return Verdict("unsure", score, f"{numbered}, but same page", hard=True)
        return Verdict("different", score, numbered, hard=True)
    if signs.year_gap is not None and signs.year_gap > 1:
        return Verdict("different", score, f"years {signs.year_gap} apart without an identifier", hard=True)
    if a.conference != b.conference:
        return _meeting(a, b, signs)
    if signs.authors is False:
        if located and signs.venue is not False and signs.title >= NEAR:
            return Verdict("same", score, "same title, volume and page; authors spelled otherwise")
        if signs.title >= NEAR and len(a.words) >= 8 and signs.venue and not signs.year_gap:
            return Verdict("unsure", score, "same title, year and venue, but other authors")
        return Verdict("different", score, "other authors")
    if a.generic or b.generic:
        return _generic(a, b, signs)
    if signs.title >= NEAR:
        return _same_title(a, b, signs)
    return _like_title(a, b, signs)


def _without_title(a: Entry, b: Entry, signs: _Signs) -> Verdict:
    if a.title or b.title:
        if signs.page and signs.volume and signs.venue and signs.authors and not signs.year_gap:
            return Verdict("unsure", signs.score, "one has no title; authors, volume and page agree")
        return Verdict("different", signs.score, "one has no title")
    if signs.page and signs.volume and signs.venue and signs.authors:
        return Verdict("unsure", signs.score, "neither has a title; authors, volume and page agree")
    return Verdict("different", signs.score, "neither has a title")


def _meeting(a: Entry, b: Entry, signs: _Signs) -> Verdict:
    reason = "a conference paper against an article"
    if a.venue and b.venue and signs.venue is False:
        return Verdict("different", signs.score, reason, hard=True)
    if signs.title >= NEAR and signs.authors is not False and not signs.year_gap:
        if signs.venue and (signs.page or signs.volume):
            return Verdict("same", signs.score, "same title, venue and place; typed otherwise")
        return Verdict("unsure", signs.score, reason)
    return Verdict("different", signs.score, reason, hard=True)


def _generic(a: Entry, b: Entry, signs: _Signs) -> Verdict:
    if signs.title < 1.0:
        return Verdict("different", signs.score, "titles that many works share, and they differ")
    if a.abstract and a.abstract == b.abstract:
        return Verdict("same", signs.score, "same title and abstract")
    if signs.page and signs.volume is not False and signs.venue is not False and not signs.year_gap:
        return Verdict("same", signs.score, "same short title, year and page")
    if signs.authors and not signs.year_gap and signs.venue is not False and signs.page is not False:
        return Verdict("unsure", signs.score, "a title that many works share")
    return Verdict("different", signs.score, "a title that many works share, nothing else to go by")


def _same_title(a: Entry, b: Entry, signs: _Signs) -> Verdict:
    score = signs.score
    placed = bool(signs.page) and signs.volume is not False
    if signs.year_gap == 1 and not (placed or (signs.venue and signs.authors)):
        if signs.venue is False or signs.authors is None:
            return Verdict("different", score, "same title a year apart, nothing else agrees")
        return Verdict("unsure", score, "same title and authors a year apart")
    if placed:
        return Verdict("same", score, "same title and page")
    if signs.venue is False:
        if signs.volume and signs.page is not False and signs.authors:
            return Verdict("same", score, "same title, authors and volume; venue spelled otherwise")
        reason = "same title, but another venue"
        return Verdict("unsure" if signs.authors else "different", score, reason)
    if signs.authors:
        if signs.page is False and signs.volume is False:
            return Verdict("unsure", score, "same title and authors, another volume and page")
        if signs.page is False and signs.volume is None and len(a.words) < 5:
            return Verdict("unsure", score, "same short title and authors, another page")
        return Verdict("same", score, "same title and authors")
    if a.abstract and a.abstract == b.abstract:
        return Verdict("same", score, "same title and abstract")
    if signs.page is False:
        return Verdict("unsure", score, "same title, another page, authors missing")
    # without authors a slip of spelling and another title look alike: numbers and abstracts must agree
    firm = signs.title == 1.0 or (a.numbers == b.numbers and not (a.abstract and b.abstract))
    if firm and min(len(a.words), len(b.words)) >= 5 and (signs.year_gap == 0 or signs.venue or signs.title == 1.0):
        return Verdict("same", score, "same long title; nothing contradicts it")
    return Verdict("unsure", score, "same title, too little else to go by")


def _like_title(a: Entry, b: Entry, signs: _Signs) -> Verdict:
    score = signs.score
    how = "one title is longer" if signs.prefix else f"titles alike ({signs.title:.2f})"
    placed = bool(signs.page) and (bool(signs.volume) or bool(signs.venue))
    if signs.title < LIKE and not signs.prefix:
        # abstracts of one group on one page of a supplement look like this too
        return Verdict("unsure", score, f"{how}; authors and first page agree")
    if signs.authors and placed and (signs.year_gap or 0) <= 1:
        return Verdict("same", score, f"{how}; authors and page agree")
    if signs.authors and not signs.year_gap and signs.venue is not False and signs.page is not False:
        if signs.prefix and signs.venue and signs.year_gap == 0:
            return Verdict("same", score, f"{how}; authors, year and venue agree")
        return Verdict("unsure", score, f"{how}; authors agree")
    if placed and signs.authors is None and signs.year_gap == 0:
        return Verdict("unsure", score, f"{how}; page agrees")
    return Verdict("different", score, f"{how}, but not enough else agrees")


def judge_policy(a: Entry, b: Entry) -> Verdict:
    """Judge two policy documents by their text; titles alone never join them."""
    if a.text and a.text == b.text:
        return Verdict("same", 1.0, "word for word the same text")
    if not a.text and not b.text and a.title and a.title == b.title and a.year == b.year:
        return Verdict("unsure", 0.9, "same title and year; neither has a text to compare")
    shared = overlap(a.sketch, b.sketch)
    title = title_similarity(a, b)
    languages = {a.language, b.language} - {""}
    if len(languages) == 2:
        score, signs = twin_signs(a, b)
        if signs:
            return Verdict("unsure", round(score, 4), f"looks like two language versions of one document: {signs}")
        return Verdict("different", round(title, 4), "two languages, and what is the same in all languages differs")
    if shared >= 0.9 and not _numbered(a, b) and a.year == b.year:
        return Verdict("same", round(shared, 4), f"{shared:.0%} of the sampled wording is the same")
    if shared >= 0.5:
        return Verdict("unsure", round(shared, 4), f"{shared:.0%} of the sampled wording is the same: versions?")
    if title >= NEAR and a.year == b.year and not _numbered(a, b) and not _notice(a, b):
        return Verdict("unsure", round(title, 4), f"same title and year, {shared:.0%} of the wording the same")
    return Verdict("different", round(max(shared, 0.0), 4), "other texts")


def overlap(a: frozenset[int], b: frozenset[int], k: int = 128) -> float:
    """Return the estimated Jaccard similarity of two bottom-k sketches, 0 to 1."""
    if not a or not b:
        return 0.0
    union = sorted(a | b)[:k]
    return sum(value in a and value in b for value in union) / len(union)
