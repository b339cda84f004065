"""Close the chains of pairs and make one work of each group of records.

If A is B and B is C, the three are one work, unless something forbids A with C: two DOIs, another
part of a series, a person. Then the weaker link is not drawn, and listed for a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from metanarrative.dedupe.entry import Entry, as_list
from metanarrative.text import fold

Pair = tuple[str, str]

_VAGUE_TYPES = frozenset({"", "misc", "other", "generic", "gen", "online", "web", "electronic", "unpublished"})


def ordered(a: str, b: str) -> Pair:
    """Return two ids in a fixed order."""
    return (a, b) if a <= b else (b, a)


def groups(
    entries: Sequence[Entry],
    links: Mapping[Pair, float],
    apart: Iterable[Pair],
    *,
    together: Sequence[Pair] = (),
) -> tuple[list[list[str]], dict[Pair, str], list[tuple[Pair, str]]]:
    """Close chains under constraints.

    Parameters
    ----------
    entries : sequence of Entry
    links : mapping of pair to float
        Pairs judged the same, with their scores.
    apart : iterable of pair
        Pairs that may not end in one work, whatever the chain.
    together : sequence of pair
        Pairs that people joined, in order of time; they overrule DOIs, not `apart`.

    Returns
    -------
    groups : list of list of str
        Each sorted; sorted by first member; every entry in exactly one.
    held : dict of pair to str
        Links not drawn, with the reason.
    contradictions : list of (pair, reason)
        Pairs of `together` that another decision forbids.

    Examples
    --------
    >>> from metanarrative.dedupe.entry import make_entry
    >>> e = [make_entry({"id": i, "doi": d}) for i, d in (("a", "10.1000/1"), ("b", ""), ("c", "10.1000/2"))]
    >>> groups(e, {("a", "b"): 0.9, ("b", "c"): 0.8}, [])[:2]
    ([['a', 'b'], ['c']], {('b', 'c'): 'would join two DOIs through a third record'})
    """
    parent = {entry.id: entry.id for entry in entries}
    members = {entry.id: [entry.id] for entry in entries}
    dois = {entry.id: {entry.doi} - {""} for entry in entries}
    enemies: dict[str, set[str]] = {}
    for a, b in apart:
        enemies.setdefault(a, set()).add(b)
        enemies.setdefault(b, set()).add(a)

    def root(x: str) -> str:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def forbidden(x: str, y: str) -> bool:
        few, many = sorted((x, y), key=lambda r: (len(members[r]), r))
        group = set(members[many])
        return any(enemies.get(member, set()) & group for member in members[few])

    def join(x: str, y: str) -> None:
        keep, gone = ordered(x, y)
        parent[gone] = keep
        members[keep] += members.pop(gone)
        dois[keep] |= dois.pop(gone)

    contradictions: list[tuple[Pair, str]] = []
    for a, b in together:
        x, y = root(a), root(b)
        if x == y:
            continue
        if forbidden(x, y):
            contradictions.append(((a, b), "another decision keeps records of these two works apart"))
        else:
            join(x, y)
    held: dict[Pair, str] = {}
    for (a, b), _score in sorted(links.items(), key=lambda item: (-item[1], item[0])):
        x, y = root(a), root(b)
        if x == y:
            continue
        if dois[x] and dois[y] and not dois[x] & dois[y]:
            held[(a, b)] = "would join two DOIs through a third record"
        elif forbidden(x, y):
            held[(a, b)] = "would join records that must stay apart through a third record"
        else:
            join(x, y)
    found = sorted(sorted(group) for group in members.values())
    return found, held, contradictions


def best_order(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return copies of one work, the fullest first.

    A DOI counts most, then an abstract, then references, then the number of filled fields.
    """

    def fullness(record: Mapping[str, Any]) -> tuple[int, int, int, int, int]:
        filled = sum(bool(record.get(f)) for f in ("title", "year", "venue", "volume", "issue", "pages", "pmid", "url"))
        return (
            int(bool(record.get("doi"))),
            int(bool(record.get("abstract"))),
            int(int(record.get("n_references") or 0) > 0),
            filled + len(as_list(record.get("authors"))[:3]),
            len(str(record.get("abstract") or "")),
        )

    return sorted(records, key=lambda r: (*(-v for v in fullness(r)), str(r.get("record_id", ""))))


def merge(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make one work's description from its records, each field from the best source.

    Parameters
    ----------
    records : sequence of mapping
        Rows of the ``record`` table that describe one work; at least one.

    Returns
    -------
    dict
        Bibliographic columns of the ``work`` table. Year, volume, issue and pages come from one
        record, because an online year with an issue's pages describes nothing.

    Examples
    --------
    >>> merge([{"record_id": "rec_b", "title": "CARE", "year": 2016, "doi": "10.1/x"},
    ...        {"record_id": "rec_a", "title": "Care", "year": 2017, "pages": "1-9"}])["title"]
    'Care'
    """
    ranked = best_order(records)

    def first(field: str) -> Any:
        return next((r[field] for r in ranked if r.get(field)), "")

    def placed(record: Mapping[str, Any]) -> int:
        return sum(bool(record.get(f)) for f in ("volume", "pages", "issue"))

    printed = max(ranked, key=lambda r: (placed(r), bool(r.get("year"))))
    titles = [str(r["title"]) for r in ranked if r.get("title")]
    title = next((t for t in titles if not t.isupper()), titles[0] if titles else "")
    venues = [str(r["venue"]) for r in ranked if r.get("venue")]
    authors = max((as_list(r.get("authors")) for r in ranked), key=lambda a: (len(a), sum(map(len, a))), default=[])
    types = [str(r["type"]) for r in ranked if r.get("type")]
    keywords: dict[str, str] = {}
    for record in ranked:
        for word in as_list(record.get("keywords")):
            keywords.setdefault(fold(word), word)
    year = printed.get("year")
    return {
        "kind": str(ranked[0].get("kind") or "literature"),
        "title": title,
        "authors": authors,
        "year": year if year is not None else next((r["year"] for r in ranked if r.get("year")), None),
        "venue": max(venues, key=lambda v: (not v.isupper(), len(v)), default=""),
        "volume": printed.get("volume") or first("volume"),
        "issue": printed.get("issue") or first("issue"),
        "pages": printed.get("pages") or first("pages"),
        "doi": first("doi"),
        "pmid": first("pmid"),
        "url": first("url"),
        "type": next((t for t in types if t.casefold() not in _VAGUE_TYPES), types[0] if types else ""),
        "language": first("language"),
        "abstract": max((str(r.get("abstract") or "") for r in ranked), key=len, default=""),
        "keywords": list(keywords.values()),
    }


def facets_of(record: Mapping[str, Any]) -> dict[str, str]:
    """Return a record's facets as a dictionary."""
    value = record.get("facets") or {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = {}
    return {str(k): str(v) for k, v in value.items() if v is not None} if isinstance(value, Mapping) else {}
