"""Works that stand out: landmarks, the earliest and the latest, bridges, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem
from metanarrative.storyline.corpus import ALL, Corpus, Row
from metanarrative.storyline.disruption import disruption
from metanarrative.storyline.landmarks import WINDOW, Signals, signals
from metanarrative.storyline.rpys import Peak, peaks
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.config import StorylineSettings

FEWEST_DATED = 3
"""With fewer dated works there is no earliest and no latest."""


def landmark_rows(
    scope: str, members: Sequence[str], corpus: Corpus, settings: StorylineSettings
) -> tuple[list[Row], list[Problem]]:
    """Return the landmark rows of a scope, or the one row that says none and why."""
    within = set(members)
    parsed = [work for work in members if corpus.references.get(work)]
    cited = corpus.dated_references(members)
    made = {peak.node: peak for peak in peaks(cited)}
    found = signals(
        members,
        corpus.years,
        corpus.citations,
        canon={node: peak for node, peak in made.items() if node in within},
        min_citations=settings.min_citations,
        percentile=settings.percentile,
    )
    chosen = [s for s in found if s.count >= 2]
    index = (
        disruption(
            [(a, b) for a, b in corpus.citations if a in within and b in within],
            {s.work: corpus.years[s.work] for s in chosen} | {w: corpus.years[w] for w in members},
            strict=True,
        )
        if chosen
        else {}
    )
    base = len(parsed)
    rows = [
        {
            "cluster_id": scope,
            "work_id": s.work,
            "role": "landmark",
            "year": s.year,
            "score": float(s.cited),
            "evidence": _landmark_evidence(s, base, len(members), index.get(s.work), corpus, within),
        }
        for s in chosen
    ]
    if not rows:
        rows = [
            {
                "cluster_id": scope,
                "work_id": "",
                "role": "none",
                "year": None,
                "score": 0.0,
                "evidence": _none_evidence(found, base, len(members), settings),
            }
        ]
    outside = sorted((p for p in made.values() if p.node not in corpus.works), key=lambda p: (p.year, p.node))
    notes = []
    if outside and scope == ALL:
        named = "; ".join(
            f"{corpus.titles.get(p.node, p.node)} ({p.references} references to {p.year})" for p in outside[:5]
        )
        notes.append(
            Problem(
                "canon-outside",
                f"{len(outside)} things that the corpus cites most for their year are not in it: {named}",
                mend="look whether they belong to the review",
                severity="note",
                subject=outside[0].node,
            )
        )
    return rows, notes


def _landmark_evidence(s: Signals, base: int, size: int, index: float | None, corpus: Corpus, within: set[str]) -> str:
    parts = [
        f"cited by {s.cited} of {base} works with parsed references",
        f"more than {s.percentile:.0f} % of {s.peers} works within {WINDOW} years",
        f"PageRank {s.rank} of {size}",
        f"{s.per_year:.2f} citations a year, cited in {s.persistence:.0%} of later years",
    ]
    homes = {corpus.home[a] for a, b in corpus.citations if b == s.work and a in within and a in corpus.home}
    if len(homes) > 1:
        parts.append(f"from {len(homes)} traditions")
    if s.canon is not None:
        parts.append(_peak_words(s.canon))
    if index is not None:
        parts.append(f"CD index {index:.2f} inside the corpus")
    met = [
        name
        for name, yes in (
            ("citations", s.often),
            ("PageRank", s.central),
            ("reference peak", s.canon is not None),
        )
        if yes
    ]
    return f"Signals met: {', '.join(met)}. " + "; ".join(parts)


def _peak_words(peak: Peak) -> str:
    return f"makes {peak.share:.0%} of the reference peak of {peak.year} ({counted(peak.references, 'reference')})"


def _none_evidence(found: Sequence[Signals], base: int, size: int, settings: StorylineSettings) -> str:
    text = (
        f"None: no work meets two of three signals (at least {settings.min_citations} citations and more than "
        f"{settings.percentile:g} % of works within {WINDOW} years; top 5 % by PageRank; a reference peak of its own). "
    )
    most = max(found, key=lambda s: (s.cited, s.work), default=None)
    if not base:
        return text + f"No work of {size} has parsed references, so citations inside the corpus cannot be seen."
    if most is None or not most.cited:
        return text + f"No work of {size} is cited inside the corpus ({base} have parsed references)."
    return (
        text + f"Most cited: {most.work} ({counted(most.cited, 'citation')} from {counted(base, 'work')} with parsed "
        "references)."
    )


def role_rows(
    scope: str,
    members: Sequence[str],
    corpus: Corpus,
    membership: Mapping[str, Mapping[str, Any]],
    numbers: Mapping[str, int],
) -> list[Row]:
    """Return the earliest and the latest works of a tradition, and its bridges.

    Earliest and latest are taken from all its dated works, with their grade beside them: the work
    that a tradition began with is often loosely tied to what it became.
    """
    dated = [work for work in members if corpus.years[work] is not None]

    def row(work: str, role: str, score: float, evidence: str) -> Row:
        return {
            "cluster_id": scope, "work_id": work, "role": role, "year": corpus.years[work],
            "score": round(score, 6), "evidence": evidence,
        }  # fmt: skip

    def key(work: str) -> tuple[int, float, str]:
        return (int(corpus.years[work] or 0), -float(membership[work]["confidence"] or 0), work)

    rows = []
    few = min(3, len(dated) // 2) if len(dated) >= FEWEST_DATED else 0
    earliest = sorted(dated, key=key)[:few]
    begun = max((int(corpus.years[work] or 0) for work in earliest), default=0)
    # ties go the other way, and no work of the first years is among the latest: nothing is both
    latest = [w for w in sorted(dated, key=key, reverse=True) if int(corpus.years[w] or 0) > begun][:few]
    for role, chosen in (("earliest", earliest if latest else []), ("recent", latest)):
        word = "earliest" if role == "earliest" else "latest"
        for work in chosen:
            m = membership[work]
            why = f"{m['grade'] or 'ungraded'} work; among the {few} {word} of {len(dated)} dated works"
            rows.append(row(work, role, float(m["confidence"] or 0), why))
    between = [
        w for w in members
        if membership[w]["strength"] >= 0.3 and membership[w]["second_strength"] >= 0.3
    ]  # fmt: skip
    between.sort(key=lambda w: (-membership[w]["bridge"], w))
    for work in between[: max(1, len(members) // 20)]:
        m = membership[work]
        via = "text" if m["text_share"] >= m["citation_share"] else "citations"
        rows.append(
            row(
                work,
                "bridge",
                float(m["bridge"]),
                f"{m['strength']:.0%} of its links stay here, {m['second_strength']:.0%} go to "
                f"T{numbers.get(m['second_cluster_id'], '?')}, mostly through {via}",
            )
        )
    return rows
