# ruff: noqa: E501  (patterns are read better in one line)
"""Lineage of policy: what refers to, supersedes, amends or revokes what, with the sentence.

Takes passages and what the manifest says; gives edges between works (or instruments cited but not
in the corpus), each with its evidence, and conflicts between manifest, text and dates. Nothing is
corrected in silence: an edge that cannot be right is kept and marked.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from metanarrative.compare.mentions import (
    Mention,
    Titles,
    builtin_laws,
    document_aliases,
    find_mentions,
    law_key,
    outside_id,
    year_in,
)
from metanarrative.compare.words import flat, sentences

__all__ = ["Edge", "in_force", "lineage", "period_of", "relations"]

RELATIONS = ("supersedes", "revokes", "amends", "refers-to")


@dataclass(frozen=True, slots=True)
class Edge:
    """``work_id`` stands in `relation` to ``other_id``; ids may be ``law_...`` outside the corpus."""

    work_id: str
    other_id: str
    relation: str
    how: str  # manifest | text | both
    other_title: str
    evidence: str
    passage_id: str
    conflict: str = ""


_VERBS = {
    "supersed": "supersedes", "replac": "supersedes", "withdraw": "supersedes", "withdrawn": "supersedes",
    "revok": "revokes", "repeal": "revokes", "amend": "amends",
}  # fmt: skip
_VERB = r"(supersed\w*|replac\w*|revok\w*|repeal\w*|amend(?:s|ed|ing)?|withdr[ae]w\w*)"
_ACTIVE = re.compile(rf"\b{_VERB}\b", re.IGNORECASE)
_PASSIVE = re.compile(
    rf"\b(?:is|are|was|were|been|be|being|as|hereby|now|since|later|subsequently)\s+(?:\w+ly\s+|now\s+|hereby\s+|been\s+|also\s+|not\s+)?{_VERB}\b(\s+(?:\w+\s+){{0,3}}?by\b|\s+by\b)?",
    re.IGNORECASE,
)
# "S.I. 2006/214, amended by S.I. 2017/213": no auxiliary, but passive for all that
_BY = re.compile(r"\b(superseded|replaced|revoked|repealed|amended|withdrawn)\s+by\b", re.IGNORECASE)
# in "inserted by the 2007 Act and amended by the 2012 Act" it is not the 2007 Act that is amended
_DONE_BY = re.compile(
    r"\b(?:inserted|substituted|added|omitted|amended|repealed|revoked|replaced|applied|modified)\s+by\b[^;]*$",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|never|without|rather than)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_WELSH_ACTIVE = re.compile(
    r"\b(yn\s+disodli|sy'n\s+disodli|disodlodd|disodlir|yn\s+dirymu|dirymir|yn\s+diddymu|diddymir|yn\s+diwygio|diwygir|yn\s+cymryd\s+lle)\b"
)
_WELSH = {"disodl": "supersedes", "cymryd": "supersedes", "dirym": "revokes", "diddym": "revokes", "diwyg": "amends"}
_SELF = re.compile(
    r"\b(?:this|these|the\s+present|our|new|y\s+(?:canllawiau|strategaeth|rheoliadau)\s+h[wo]n|it|we)\b", re.IGNORECASE
)
_NONE_BOX = re.compile(
    r"supersed(?:es|ed)\s*(?:docs?|documents?|guidance)?\s*:?\s*(?:n/?a\b|none\b|not applicable)", re.IGNORECASE
)


def _relation(verb: str) -> str:
    low = verb.lower()
    return next((relation for root, relation in _VERBS.items() if low.startswith(root)), "supersedes")


def _words_between(text: str) -> int:
    return len(text.split())


def relations(sentence: str, mentions: Sequence[Mention]) -> list[tuple[Mention | None, Mention | None, str]]:
    """Return (newer, older, relation) for the cue verbs of a sentence; None is the document itself.

    Parameters
    ----------
    sentence : str
    mentions : sequence of Mention
        Places are inside `sentence`.

    Examples
    --------
    >>> text = "This framework supersedes the Care Act 2014."
    >>> [(a, b.title, r) for a, b, r in relations(text, find_mentions(text))]
    [(None, 'Care Act 2014', 'supersedes')]
    """
    found: list[tuple[Mention | None, Mention | None, str]] = []
    used: list[tuple[int, int]] = []
    for m in _PASSIVE.finditer(sentence):
        if _NEGATED.search(sentence[: m.start()]) or " not " in m.group():
            used.append(m.span())
            continue
        relation = _relation(m.group(1))
        before = [x for x in mentions if x.end <= m.start() and _words_between(sentence[x.end : m.start()]) <= 12]
        after = [x for x in mentions if x.start >= m.end() and _words_between(sentence[m.end() : x.start]) <= 12]
        if m.group(2):
            older = before[-1] if before else None
            if after and _words_between(sentence[m.end() : after[0].start]) <= 6:
                found.append((after[0], older, relation))
            elif _SELF.search(sentence[m.end() : m.end() + 30]) and older:
                found.append((None, older, relation))
        elif before and m.group().lower().split()[0] != "as":
            found.append((None, before[-1], relation))
        used.append(m.span())
    for m in _BY.finditer(sentence):
        if any(start <= m.start() < end for start, end in used):
            continue
        used.append(m.span())
        before = [x for x in mentions if x.end <= m.start() and _words_between(sentence[x.end : m.start()]) <= 3]
        after = [x for x in mentions if x.start >= m.end() and _words_between(sentence[m.end() : x.start]) <= 6]
        if before and after and not _DONE_BY.search(sentence[: before[-1].start]):
            found.append((after[0], before[-1], _relation(m.group(1))))
    for m in _ACTIVE.finditer(sentence):
        if any(a <= m.start() < b for a, b in used) or _NEGATED.search(sentence[: m.start()]):
            continue
        if m.group(1).lower().endswith(("ment", "ments")):
            continue
        after = [x for x in mentions if x.start >= m.end() and _words_between(sentence[m.end() : x.start]) <= 12]
        if not after:
            continue
        before = [x for x in mentions if x.end <= m.start() and _words_between(sentence[x.end : m.start()]) <= 6]
        newer = before[-1] if before and not _SELF.search(sentence[before[-1].end : m.start()]) else None
        relation = _relation(m.group(1))
        for at, older in enumerate(after):
            # "replaces A, B and C": the verb governs the whole list
            if at and not re.fullmatch(
                r"\s*(?:\([^()]*\))?\s*(?:,|and|,\s*and|;|or)?\s*(?:the\s+)?(?:\([^()]*\)\s*)?",
                sentence[after[at - 1].end : older.start],
            ):
                break
            found.append((newer, older, relation))
    low = flat(sentence)
    for m in _WELSH_ACTIVE.finditer(low):
        relation = next(r for root, r in _WELSH.items() if root in m.group())
        after = [x for x in mentions if x.start >= m.end() and _words_between(sentence[m.end() : x.start]) <= 12]
        before = [x for x in mentions if x.end <= m.start() and _words_between(sentence[x.end : m.start()]) <= 6]
        if after:
            found.append((before[-1] if before else None, after[0], relation))
    return found


def _start_year(work: Mapping[str, Any]) -> int | None:
    for name in ("issued", "valid_from"):
        value = str(work.get(name) or "")
        if re.match(r"\d{4}", value):
            return int(value[:4])
    year = work.get("year")
    return int(year) if year else None


def _dates_conflict(newer: str, older: str, years: Mapping[str, int | None], relation: str) -> str:
    if relation == "refers-to":
        return ""
    late, early = years.get(newer), years.get(older)
    if late is not None and early is not None and late < early:
        return f"dates speak against it: {late} cannot {relation.rstrip('s')} {early}"
    return ""


def _resolve_title(text: str, works: Sequence[Mapping[str, Any]], titles: Titles) -> tuple[str, str]:
    """Return (id, title) for what the manifest's column names."""
    name = text.strip()
    key = law_key(name, year_in(name))
    for work in works:
        if (
            name == work["work_id"]
            or name in work.get("keys", ())
            or law_key(str(work["title"]), year_in(str(work["title"]))) == key
        ):
            return str(work["work_id"]), str(work["title"])
    if key in titles.by_key:
        return titles.by_key[key], name
    bare = re.sub(r"\s*\(?\b(?:1[5-9]|20)\d\d\)?\s*$", "", name)
    year = year_in(name)
    near = [
        w for w in works
        if law_key(re.split(r":\s", str(w["title"]))[0], None) in (law_key(bare, None), law_key(re.split(r":\s", name)[0], None))
        and (year is None or _start_year(w) in (None, year))
    ]  # fmt: skip
    if len(near) == 1:
        return str(near[0]["work_id"]), str(near[0]["title"])
    files = [w for w in works if name in str(w.get("sources") or "")] if re.search(r"\.\w{2,5}$", name) else []
    if len(files) == 1:
        return str(files[0]["work_id"]), str(files[0]["title"])
    return outside_id(key), name


def manifest_edges(works: Sequence[Mapping[str, Any]], titles: Titles) -> list[Edge]:
    """Return the edges that the manifest states; several in one cell are parted by ";" or "|".

    A cell names a work by its title, its key in the manifest, its file or its id.

    Examples
    --------
    >>> works = [{"work_id": "wk_1", "title": "New Plan", "supersedes": "Old Plan"},
    ...          {"work_id": "wk_2", "title": "Old Plan", "supersedes": ""}]
    >>> [(e.work_id, e.other_id, e.how) for e in manifest_edges(works, Titles())]
    [('wk_1', 'wk_2', 'manifest')]
    """
    edges = []
    stated = [
        (work, relation, part)
        for work in works
        for relation, column in (("supersedes", "supersedes"), ("refers-to", "refers_to"))
        for part in re.split(r"\s*[;|]\s*", str(work.get(column) or ""))
    ]
    for work, relation, part in stated:
        if not part.strip() or re.fullmatch(r"(?i)n/?a|none|-|not applicable", part.strip()):
            continue
        other, title = _resolve_title(part, works, titles)
        if other != work["work_id"]:
            evidence = f"manifest: {relation.replace('-', ' ')} {part.strip()}"
            edges.append(Edge(str(work["work_id"]), other, relation, "manifest", title, evidence, ""))
    return edges


def lineage(
    works: Sequence[Mapping[str, Any]], passages: Sequence[Mapping[str, Any]]
) -> tuple[list[Edge], dict[str, int]]:
    """Return the edges of a corpus, and how often a short name stayed unresolved, by name.

    Parameters
    ----------
    works : sequence of mapping
        Rows of policy works: work_id, title, year, issued, valid_from, supersedes, sources; and
        where known ``keys`` (ids in the manifest), ``titles`` (of other expressions), ``refers_to``.
    passages : sequence of mapping
        Rows in order: passage_id, work_id, language, text.

    Examples
    --------
    >>> works = [{"work_id": "wk_1", "title": "Care Act 2014", "year": 2014, "supersedes": ""},
    ...          {"work_id": "wk_2", "title": "A Framework", "year": 2019, "supersedes": ""}]
    >>> rows = [{"passage_id": "ps_1", "work_id": "wk_2", "language": "en", "text": "It builds on the Care Act 2014."}]
    >>> [(e.work_id, e.other_id, e.relation, e.how) for e in lineage(works, rows)[0]]
    [('wk_2', 'wk_1', 'refers-to', 'text')]
    """
    titles = Titles.of(
        (str(w["work_id"]), title, _start_year(w)) for w in works for title in (str(w["title"]), *w.get("titles", ()))
    )
    known = {str(w["work_id"]): w for w in works}
    years: dict[str, int | None] = {work_id: _start_year(w) for work_id, w in known.items()}
    shown = builtin_laws()[2]
    by_work: dict[str, list[Mapping[str, Any]]] = {}
    for row in passages:
        by_work.setdefault(str(row["work_id"]), []).append(row)
    edges: dict[tuple[str, str, str], Edge] = {}
    unresolved: dict[str, int] = {}

    def identify(mention: Mention | None, own: str) -> tuple[str, str]:
        if mention is None:
            return own, str(known[own]["title"]) if own in known else own
        if mention.key in known:
            return mention.key, str(known[mention.key]["title"])
        other = outside_id(mention.key)
        numbered = re.match(r"SI (\d{4})/", mention.title)
        years.setdefault(other, int(numbered.group(1)) if numbered else year_in(mention.title))
        return other, shown.get(mention.key, mention.title)

    says_none: set[str] = set()
    for own in sorted(by_work):
        rows = by_work[own]
        texts = [str(row["text"]) for row in rows]
        languages = [str(row["language"]) for row in rows]
        aliases = document_aliases(texts, titles, languages)
        for row, text, language in zip(rows, texts, languages, strict=True):
            if _NONE_BOX.search(text):
                says_none.add(own)
            for start, end in sentences(text):
                sentence = text[start:end]
                mentions = find_mentions(sentence, titles, aliases, language)
                for mention in mentions:
                    if mention.how == "unresolved":
                        unresolved[mention.title] = unresolved.get(mention.title, 0) + 1
                mentions = [m for m in mentions if m.how != "unresolved"]
                if not mentions:
                    continue
                quote = " ".join(sentence.split())[:500]
                stated: list[tuple[str, str, str, str]] = []
                for newer, older, relation in relations(sentence, mentions):
                    a, _ = identify(newer, own)
                    b, title = identify(older, own)
                    stated.append((a, b, relation, title))
                for mention in mentions:
                    other, title = identify(mention, own)
                    stated.append((own, other, "refers-to", title))
                for a, b, relation, title in stated:
                    if a == b or (a, b, relation) in edges:
                        continue
                    edges[a, b, relation] = Edge(a, b, relation, "text", title, quote, str(row["passage_id"]))
    manifest = manifest_edges(works, titles)
    for edge in manifest:
        key = (edge.work_id, edge.other_id, edge.relation)
        text_edge = edges.get(key)
        edges[key] = replace(text_edge, how="both") if text_edge else edge
    final = []
    for key in sorted(edges):
        edge = edges[key]
        conflicts = [_dates_conflict(edge.work_id, edge.other_id, years, edge.relation)]
        if edge.relation == "supersedes":
            back = edges.get((edge.other_id, edge.work_id, "supersedes"))
            if back is not None:
                conflicts.append(f"the {back.how if back.how != 'both' else 'manifest and text'} also says the reverse")
            if edge.how == "manifest" and edge.work_id in says_none:
                conflicts.append("the document's own box says that it supersedes nothing")
        final.append(replace(edge, conflict="; ".join(c for c in conflicts if c)))
    return final, dict(sorted(unresolved.items()))


def period_of(value: str, *, last: bool = False) -> date | None:
    """Return the first (or last) day of an ISO date that may be partial; None for "" or nonsense.

    Examples
    --------
    >>> period_of("2012-06"), period_of("2012", last=True), period_of("soon") is None
    (datetime.date(2012, 6, 1), datetime.date(2012, 12, 31), True)
    """
    found = re.match(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", value or "")
    if not found:
        return None
    year, month, day = int(found.group(1)), int(found.group(2) or 0), int(found.group(3) or 0)
    try:
        if last:
            month = month or 12
            return date(year, month, day or calendar.monthrange(year, month)[1])
        return date(year, month or 1, day or 1)
    except ValueError:
        return None


def in_force(
    works: Iterable[Mapping[str, Any]], on: str, edges: Iterable[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Return the works in force on a day, with from when and why.

    A work begins on ``valid_from``, else ``issued``, else its year; it ends on ``valid_to``, else
    the day a work that supersedes or revokes it begins. Edges with a conflict end nothing.

    Parameters
    ----------
    works : iterable of mapping
        Rows of the work table.
    on : str
        ISO date; a partial one means its first day.
    edges : iterable of mapping
        Rows of the lineage table.

    Returns
    -------
    list of dict
        work_id, title, nation, since, until ("" open), ended_by; sorted by nation, since, work_id.

    Raises
    ------
    ValueError
        `on` is no date.

    Examples
    --------
    >>> works = [{"work_id": "wk_1", "title": "Old", "nation": "wales", "issued": "2008"},
    ...          {"work_id": "wk_2", "title": "New", "nation": "wales", "issued": "2016-10-03"}]
    >>> edges = [{"work_id": "wk_2", "other_id": "wk_1", "relation": "supersedes", "conflict": ""}]
    >>> [(w["work_id"], w["until"]) for w in in_force(works, "2016-10-02", edges)]
    [('wk_1', '2016-10-03')]
    >>> [w["work_id"] for w in in_force(works, "2016-10-03", edges)]
    ['wk_2']
    """
    day = period_of(on)
    if day is None:
        raise ValueError(f"{on!r} is no date; write 2012-06-06")
    rows = list(works)
    begins: dict[str, date] = {}
    for work in rows:
        start = (
            period_of(str(work.get("valid_from") or ""))
            or period_of(str(work.get("issued") or ""))
            or period_of(str(work.get("year") or ""))
        )
        if start:
            begins[str(work["work_id"])] = start
    ends: dict[str, tuple[date, str]] = {}
    for edge in edges:
        newer, older = str(edge["work_id"]), str(edge["other_id"])
        if edge["relation"] in ("supersedes", "revokes") and not edge.get("conflict") and newer in begins:
            ends[older] = min(ends.get(older, (begins[newer], newer)), (begins[newer], newer))
    result = []
    for work in rows:
        own = str(work["work_id"])
        since = begins.get(own)
        if since is None or since > day:
            continue
        until = period_of(str(work.get("valid_to") or ""), last=True)
        ended = ends.get(own)
        if until is not None:
            if day > until:
                continue
        elif ended and day >= ended[0]:
            continue
        result.append(
            {
                "work_id": own,
                "title": work.get("title", ""),
                "nation": work.get("nation", ""),
                "since": since.isoformat(),
                "until": until.isoformat() if until else (ended[0].isoformat() if ended else ""),
                "ended_by": ended[1] if ended and until is None else "",
            }
        )
    return sorted(result, key=lambda w: (w["nation"], w["since"], w["work_id"]))
