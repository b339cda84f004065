# ruff: noqa: E501  (patterns are read better in one line)
"""Policy → literature: which works of the corpus a policy passage refers to, and how surely.

Takes passages of policy and works of literature; gives one row for every reference found, with
how it was matched, score, verdict and quote. Surest first: DOI and PubMed number, an entry of a
list of references (author, year and words of the title), the title itself, a report by its short
name, an author with a year in running text. Only a unique match counts; a year that is one off is
for a person to check; two candidates are named and none is chosen; a citation of something that
the corpus does not hold is kept as such, because what policy cites and the review lacks is news.

A link says that policy names a work, never that it followed it.

References
----------
Grobid and Crossref match author-year strings in the same order of evidence; the thresholds (title
words .6, year ±1, unique) are those of the design notes and are tested on marked sentences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metanarrative.compare.words import flat
from metanarrative.text import family_name, fold, normal_doi, normal_title

__all__ = ["Found", "Literature", "find_evidence", "references_in", "rule"]

LEAST_TITLE = 4
TITLE_SHARE = 0.6

VERDICTS = ("matched", "possible", "ambiguous", "not in the corpus")


@dataclass(frozen=True, slots=True)
class Found:
    """One reference in a passage: ``text[start:end]``.

    ``how`` is doi, pmid, reference, title, report or author-year; ``cited_work_id`` is "" unless
    the verdict is matched or possible; ``candidates`` are the works a person may choose from.
    """

    start: int
    end: int
    cited_work_id: str
    how: str
    score: float
    verdict: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    id: str
    families: tuple[str, ...]
    year: int | None
    title: str
    words: frozenset[str]


_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"'<>,;]+[^\s\"'<>,;.)\]]")
_PMID = re.compile(r"\bPMID:?\s*(\d{4,9})\b", re.IGNORECASE)
_YEAR = r"(?:19|20)\d\d"
_NAME = r"(?:(?:van|von|de|der|den|du|la|le|di)\s+(?:der\s+|den\s+)?)?[A-ZÀ-ÞŴŶ][\w'’]*[a-zà-ÿŵŷ][\w'’]*(?:-[A-ZÀ-Þ][\w'’]+)?"
_NAMES = rf"(?P<first>{_NAME})(?P<rest>(?:,\s+{_NAME})*(?:,?\s+(?:and|&|a|ac)\s+(?:{_NAME}|others|colleagues|eraill))?(?:,?\s+et\s+al\.?)?)"
# "Slade et al. (2014)", "Slade and Amering (2014a)"
_OUTSIDE = re.compile(rf"(?<![\w-]){_NAMES}(?:['’]s)?\s+\((?P<year>{_YEAR})[a-h]?(?:\s*[,:]\s*pp?\.?\s*[\d–-]+)?\)")
# inside brackets: "(Slade et al., 2014; Simpson 2016)"
_INSIDE = re.compile(rf"(?<![\w-]){_NAMES},?\s+(?P<year>{_YEAR})[a-h]?(?=\s*[;,):]|\s+and\b|$)")
_BRACKET = re.compile(r"\(([^()]{4,300})\)")
_REPORT = re.compile(
    rf"\b(?:the|The|y|Y|yr|Yr)\s+(?P<name>{_NAME}(?:\s+{_NAME}){{0,2}})\s+(?P<kind>[Rr]eport|[Rr]eview|[Ii]nquiry|[Cc]ommission|[Ss]tudy|[Aa]droddiad|[Aa]dolygiad)\b(?:\s*[(,]?\s*(?P<year>{_YEAR}))?"
)
_NOT_AUTHOR = frozenset(
    "act measure regulations order rules code bill part section schedule chapter annex table figure wales england scotland ireland "
    "january february march april may june july august september october november december spring summer autumn winter "
    "nhs government department ministers minister welsh english british national assembly senedd parliament commission the a an in "
    "by since from until after before during plan strategy framework guidance circular policy report review standard standards "
    "mental health service services deddf mesur rheoliadau gorchymyn cymru lloegr".split()
)
_SMALL = frozenset("the a an of and in for to on with at by from or as its their is are".split())
_ENTRY = re.compile(
    rf"^\W{{0,4}}(?:\[?\d{{1,3}}[\].)]\s*)?{_NAME},?\s+(?:[A-Z]\.?[\s-]?){{1,3}}[,.;&(\s].{{0,200}}?\b{_YEAR}\b",
    re.DOTALL,
)
_LIST = re.compile(
    r"\b(?:references|bibliography|works cited|further reading|sources|cyfeiriadau|llyfryddiaeth)\s*$", re.IGNORECASE
)


class Literature:
    """The works that policy may refer to, ready to be looked up.

    Parameters
    ----------
    works : iterable of mapping
        work_id, title, authors (list of "Family, Given"), year, doi, pmid.

    Examples
    --------
    >>> books = Literature([{"work_id": "wk_1", "title": "What is recovery?", "authors": ["Slade, Mike"], "year": 2009}])
    >>> books.by_author("slade", 2009)
    ['wk_1']
    """

    def __init__(self, works: Iterable[Mapping[str, Any]]) -> None:
        self.works: dict[str, _Work] = {}
        self.doi: dict[str, list[str]] = {}
        self.pmid: dict[str, list[str]] = {}
        self._author: dict[str, list[str]] = {}
        self._opening: dict[tuple[str, ...], list[str]] = {}
        for row in sorted(works, key=lambda w: str(w["work_id"])):
            own = str(row["work_id"])
            title = normal_title(str(row.get("title") or ""))
            families = tuple(dict.fromkeys(fold(family_name(str(a))) for a in row.get("authors") or ()))
            year = row.get("year")
            work = _Work(own, families, int(year) if year else None, title, frozenset(title.split()) - _SMALL)
            self.works[own] = work
            if row.get("doi"):
                self.doi.setdefault(normal_doi(str(row["doi"])), []).append(own)
            if row.get("pmid"):
                self.pmid.setdefault(str(row["pmid"]), []).append(own)
            if families:
                self._author.setdefault(families[0], []).append(own)
            tokens = title.split()
            if len(tokens) >= LEAST_TITLE and len(title) >= 20:
                self._opening.setdefault(tuple(tokens[:3]), []).append(own)
        self._first = frozenset(opening[0] for opening in self._opening)

    def by_author(self, family: str, year: int, *, others: Sequence[str] = (), slack: int = 0) -> list[str]:
        """Return the works whose first author is `family`, of `year` give or take `slack`, that name `others`."""
        return [
            own
            for own in self._author.get(fold(family), ())
            if (known := self.works[own].year) is not None
            and abs(known - year) <= slack
            and all(fold(other) in self.works[own].families for other in others)
        ]

    def titles_in(self, text: str) -> list[tuple[int, int, list[str]]]:
        """Return (start, end, works) of titles that stand in `text`, the longest at a place."""
        spans = [(m.group(), m.start(), m.end()) for m in re.finditer(r"[^\W_]+", flat(text))]
        found: list[tuple[int, int, list[str]]] = []
        free = 0
        for at in range(len(spans) - 2):
            if at < free or spans[at][0] not in self._first:
                continue
            best: dict[int, list[str]] = {}
            for own in self._opening.get(tuple(word for word, _, _ in spans[at : at + 3]), ()):
                tokens = self.works[own].title.split()
                if [word for word, _, _ in spans[at : at + len(tokens)]] == tokens:
                    best.setdefault(len(tokens), []).append(own)
            if best:
                size = max(best)
                start, end = spans[at][1], spans[at + size - 1][2]
                if text[start].isupper() or text[start].isdigit():  # a title begins with a capital
                    found.append((start, end, best[size]))
                    free = at + size
        return found


def _decide(found: list[str], near: list[str], how: str, score: float) -> tuple[str, float, str, tuple[str, ...]]:
    """(work, score, verdict, candidates) from exact matches and matches with a year one off."""
    if len(found) == 1:
        return found[0], score, "matched", ()
    if found:
        return "", round(score / len(found), 2), "ambiguous", tuple(found)
    if len(near) == 1:
        return near[0], round(score - 0.25, 2), "possible", ()
    if near:
        return "", round((score - 0.25) / len(near), 2), "ambiguous", tuple(near)
    return "", 0.0, "not in the corpus", ()


def _others(rest: str) -> list[str]:
    names = re.findall(_NAME, rest)
    return [name for name in names if name.casefold() not in ("et", "al", "others", "colleagues", "eraill")]


def _entry(text: str, books: Literature, *, in_list: bool) -> Found | None:
    """Match a whole passage that is an entry of a list of references."""
    if not in_list and not _ENTRY.match(text):
        return None
    if len(text) > 700:
        return None
    years = [int(y) for y in re.findall(rf"\b({_YEAR})[a-h]?\b", text[:400])]
    head = re.match(rf"\W{{0,4}}(?:\[?\d{{1,3}}[\].)]\s*)?(?P<name>{_NAME})", text)
    if not years or not head:
        return None
    tokens = frozenset(normal_title(text).split()) - _SMALL
    scored: list[tuple[float, str]] = []
    for year in dict.fromkeys(years):
        for own in books.by_author(head["name"], year, slack=1):
            words = books.works[own].words
            if words:
                scored.append((len(words & tokens) / len(words), own))
    best = sorted({(share, own) for share, own in scored if share >= TITLE_SHARE}, key=lambda x: (-x[0], x[1]))
    end = len(text.rstrip())
    if not best:
        return Found(0, end, "", "reference", 0.0, "not in the corpus", tuple(sorted({own for _, own in scored})))
    if len(best) > 1 and best[0][0] - best[1][0] < 0.15:
        return Found(0, end, "", "reference", round(best[0][0] / 2, 2), "ambiguous", tuple(own for _, own in best))
    return Found(0, end, best[0][1], "reference", round(best[0][0], 2), "matched")


def _by_number(hit: re.Match[str], how: str, ids: Sequence[str]) -> Found:
    """Return a reference by DOI or PMID; `ids` are the works that have it."""
    verdict = "matched" if len(ids) == 1 else "ambiguous" if ids else "not in the corpus"
    return Found(
        hit.start(), hit.end(), ids[0] if len(ids) == 1 else "", how, 1.0 if ids else 0.0, verdict,
        tuple(ids) if len(ids) > 1 else (),
    )  # fmt: skip


def references_in(text: str, books: Literature, *, in_list: bool = False) -> list[Found]:
    """Return the references of one passage, in order of place.

    Parameters
    ----------
    text : str
    books : Literature
    in_list : bool
        The passage stands in a list of references.

    Examples
    --------
    >>> books = Literature([{"work_id": "wk_1", "title": "Recovery and care planning", "authors": ["Simpson, Alan"],
    ...                      "year": 2016, "doi": "10.1000/abc"}])
    >>> [(f.how, f.cited_work_id, f.verdict) for f in references_in("As shown (Simpson et al., 2016).", books)]
    [('author-year', 'wk_1', 'matched')]
    >>> [(f.how, f.verdict) for f in references_in("See doi:10.1000/abc and the Measure (2010).", books)]
    [('doi', 'matched')]
    >>> [f.verdict for f in references_in("Some say so (Bloggs et al., 1999).", books)]
    ['not in the corpus']
    """
    found: list[Found] = []

    def free(start: int, end: int) -> bool:
        return all(end <= f.start or start >= f.end for f in found)

    for hit in _DOI.finditer(text):
        found.append(_by_number(hit, "doi", books.doi.get(normal_doi(hit.group()), [])))
    for hit in _PMID.finditer(text):
        found.append(_by_number(hit, "pmid", books.pmid.get(hit.group(1), [])))
    entry = _entry(text, books, in_list=in_list)
    if entry is not None:
        # the entry's own DOI is the surer word on the same reference
        return sorted(found, key=lambda f: f.start) if any(f.verdict == "matched" for f in found) else [entry]
    for start, end, ids in books.titles_in(text):
        if free(start, end):
            year = re.match(rf"['\"”’)]?\s*\(?({_YEAR})\b", text[end:])
            exact = [i for i in ids if year and books.works[i].year == int(year.group(1))]
            chosen = exact or ids
            work, score, verdict, more = _decide(chosen, [], "title", 0.95)
            if (
                year
                and not exact
                and verdict == "matched"
                and abs((books.works[work].year or 0) - int(year.group(1))) > 1
            ):
                score, verdict = 0.6, "possible"
            found.append(Found(start, end, work, "title", score, verdict, more))
    if not re.search(_YEAR, text) and not _REPORT.search(text):
        return sorted(found, key=lambda f: (f.start, f.end))
    places = [(m, 0, True) for m in _OUTSIDE.finditer(text)]
    for bracket in _BRACKET.finditer(text):
        places += [(m, bracket.start(1), False) for m in _INSIDE.finditer(bracket.group(1))]
    for hit, offset, outside in places:
        start, end = hit.start() + offset, hit.end() + offset
        first, rest, year_found = hit["first"], hit["rest"] or "", int(hit["year"])
        if fold(first) in _NOT_AUTHOR or not free(start, end):
            continue
        if outside and re.search(r"\b(?:of|for|and|Act|on)\s+$", text[:start]):
            continue  # the tail of a title: "Department of Health (2008)"
        others = _others(rest)
        if any(fold(name) in _NOT_AUTHOR for name in others):
            continue
        exact = books.by_author(first, year_found, others=others)
        near = books.by_author(first, year_found, others=others, slack=1) if not exact else []
        work, score, verdict, more = _decide(exact, near, "author-year", 0.9)
        if verdict == "not in the corpus" and not rest and outside:
            continue  # "Wales (2012)", "Lampeter (2010)": a bare name and a year may be anything
        found.append(Found(start, end, work, "author-year", score, verdict, more))
    for hit in _REPORT.finditer(text):
        if not free(hit.start(), hit.end()):
            continue
        name, year_text = hit["name"], hit["year"]
        if any(fold(part) in _NOT_AUTHOR for part in name.split()):
            continue
        ids = [
            own
            for own, work in books.works.items()
            if (fold(name) in work.families[:1] or set(fold(name).split()) <= work.words)
            and {"report", "review", "inquiry", "commission", "study", fold(hit["kind"])} & work.words
            and (not year_text or (work.year is not None and abs(work.year - int(year_text)) <= 1))
        ]
        if ids:
            work_id, score, verdict, more = _decide(ids, [], "report", 0.8)
            found.append(
                Found(
                    hit.start(),
                    hit.end(),
                    work_id,
                    "report",
                    score,
                    "possible" if verdict == "matched" and not year_text else verdict,
                    more,
                )
            )
    return sorted(found, key=lambda f: (f.start, f.end))


def find_evidence(passages: Iterable[Mapping[str, Any]], books: Literature) -> list[dict[str, Any]]:
    """Return the rows of the table ``evidence``.

    Parameters
    ----------
    passages : iterable of mapping
        passage_id, work_id, nation, section, text; in reading order.
    books : Literature

    Examples
    --------
    >>> books = Literature([{"work_id": "wk_9", "title": "Hope", "authors": ["Repper, Julie"], "year": 2003}])
    >>> row = {"passage_id": "ps_1", "work_id": "wk_1", "nation": "wales", "section": "", "text": "Repper (2003) says so."}
    >>> [(r["cited_work_id"], r["how"], r["verdict"], r["quote"]) for r in find_evidence([row], books)]
    [('wk_9', 'author-year', 'matched', 'Repper (2003) says so.')]
    """
    rows: list[dict[str, Any]] = []
    for passage in passages:
        text = str(passage["text"])
        in_list = bool(_LIST.search(str(passage.get("section") or "")))
        for position, hit in enumerate(references_in(text, books, in_list=in_list), 1):
            low, high = max(0, hit.start - 120), min(len(text), hit.end + 120)
            rows.append(
                {
                    "passage_id": passage["passage_id"], "work_id": passage["work_id"], "position": position,
                    "nation": passage.get("nation", ""), "cited_work_id": hit.cited_work_id, "how": hit.how,
                    "score": hit.score, "verdict": hit.verdict, "start": hit.start, "end": hit.end,
                    "quote": " ".join(text[low:high].split()), "candidates": json.dumps(list(hit.candidates)), "decided_by": "machine",
                }
            )  # fmt: skip
    return rows


def rule(
    rows: Sequence[Mapping[str, Any]], rulings: Iterable[tuple[str, str, str]], passages: Iterable[Mapping[str, Any]],
    works: frozenset[str],
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:  # fmt: skip
    """Put people's rulings over the machine's links; return the rows and the rulings that no longer fit.

    Parameters
    ----------
    rows : sequence of mapping
        From :func:`find_evidence`.
    rulings : iterable of (subject, verdict, who)
        Subject ``"passage work"``, verdict accept or reject, in order of time: the last one holds. To
        accept a work that the machine did not see in a passage adds a link of a person's own.
    passages : iterable of mapping
        passage_id, work_id, nation, text.
    works : frozenset of str
        Ids of the works that may be referred to.

    Returns
    -------
    rows, lost : list of dict, list of (subject, why)

    Examples
    --------
    >>> books = Literature([{"work_id": "wk_9", "title": "Hope", "authors": ["Repper, Julie"], "year": 2003}])
    >>> text = [{"passage_id": "ps_1", "work_id": "wk_1", "nation": "wales", "section": "", "text": "Repper (2004) says so."}]
    >>> found = find_evidence(text, books)
    >>> found[0]["verdict"], rule(found, [("ps_1 wk_9", "accept", "ann")], text, frozenset({"wk_9"}))[0][0]["verdict"]
    ('possible', 'accepted')
    >>> rule(found, [("ps_2 wk_9", "accept", "ann")], text, frozenset({"wk_9"}))[1]
    [('ps_2 wk_9', 'the passage is not here any more')]
    """
    out = [dict(row) for row in rows]
    there = {str(row["passage_id"]): row for row in passages}
    latest: dict[tuple[str, str], tuple[str, str]] = {}
    lost: list[tuple[str, str]] = []
    for subject, verdict, who in rulings:
        parts = subject.split()
        if len(parts) != 2 or verdict not in ("accept", "reject"):
            lost.append((subject, "it needs a passage, a work, and accept or reject"))
            continue
        latest.pop((parts[0], parts[1]), None)
        latest[parts[0], parts[1]] = (verdict, who)
    for (passage, work), (verdict, who) in latest.items():
        subject = f"{passage} {work}"
        if passage not in there:
            lost.append((subject, "the passage is not here any more"))
            continue
        if work not in works:
            lost.append((subject, "the work is not among those that the review keeps"))
            continue
        own = [row for row in out if row["passage_id"] == passage]
        about = [row for row in own if work == row["cited_work_id"]]
        about = about or [row for row in own if work in json.loads(row["candidates"])]
        if verdict == "accept":
            if about:
                about[0].update(cited_work_id=work, verdict="accepted", score=1.0, candidates="[]", decided_by=who)
            else:
                text = str(there[passage]["text"])
                out.append(
                    {
                        "passage_id": passage, "work_id": there[passage]["work_id"],
                        "position": max((int(row["position"]) for row in own), default=0) + 1,
                        "nation": there[passage].get("nation", ""), "cited_work_id": work, "how": "person",
                        "score": 1.0, "verdict": "accepted", "start": 0, "end": len(text),
                        "quote": " ".join(text.split())[:240], "candidates": "[]", "decided_by": who,
                    }
                )  # fmt: skip
        elif not about:
            lost.append((subject, "the machine does not link them any more"))
        for row in about if verdict == "reject" else ():
            left = [own_id for own_id in json.loads(row["candidates"]) if own_id != work]
            if row["cited_work_id"] == work:
                row.update(verdict="rejected", decided_by=who)
            elif len(left) == 1:
                row.update(cited_work_id=left[0], verdict="possible", candidates="[]", decided_by=who)
            else:
                row.update(candidates=json.dumps(left), decided_by=who)
    return sorted(out, key=lambda row: (row["passage_id"], row["position"])), lost
