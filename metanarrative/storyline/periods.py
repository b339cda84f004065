"""The years of a scope: phases, bursts, and years that references go to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metanarrative.storyline.bursts import bursts
from metanarrative.storyline.corpus import ALL, Corpus, Row
from metanarrative.storyline.phases import Phase, document_terms, find_phases
from metanarrative.storyline.rpys import deviations, peaks
from metanarrative.text.terms import diverse


def signal_rows(scope: str, members: Sequence[str], corpus: Corpus) -> list[Row]:
    """Return the spectroscopy of a scope's references, year by year, and its bursts of output."""
    cited = corpus.dated_references(members)
    counts = Counter(year for year, _ in cited)
    peak = {found.year: found for found in peaks(cited)}

    def row(kind: str, first: int, last: int, n: int, score: float, evidence: str, stands_out: bool) -> Row:
        return {
            "kind": kind, "scope": scope, "first_year": first, "last_year": last, "n": n, "score": round(score, 6),
            "peak": int(stands_out), "evidence": evidence,
        }  # fmt: skip

    rows = []
    for year, deviation in deviations(counts).items():
        made = peak.get(year)
        title = corpus.titles.get(made.node, made.node) if made else ""
        why = f"{made.share:.0%} of them go to {title}" if made else ""
        if counts[year]:
            rows.append(row("rpys", year, year, counts[year], deviation, why, made is not None))
    if scope == ALL:
        return rows
    every = Counter(year for year in corpus.years.values() if year is not None)
    own = Counter(y for y in (corpus.years[work] for work in members) if y is not None)
    if own:
        span = list(range(min(every), max(every) + 1))
        found = bursts([own[year] for year in span], [every[year] for year in span])
        for burst in found.found:
            first, last = span[burst.begin], span[burst.end]
            number = sum(own[year] for year in range(first, last + 1))
            of = sum(every[year] for year in range(first, last + 1))
            few = "; fewer than five works are too few to speak of a burst" if found.few else ""
            why = f"{number} of {of} works of these years, {found.base:.0%} over all years{few}"
            rows.append(row("burst", first, last, number, burst.weight, why, not found.few))
    return rows


def phase_rows(
    scope: str,
    members: Sequence[str],
    corpus: Corpus,
    terms_of: Mapping[str, Counter[str]],
    rng: np.random.Generator,
    shuffles: int,
) -> list[Row]:
    """Return the phases of a tradition with the terms that mark each."""
    dated = sorted((w for w in members if corpus.years[w] is not None), key=lambda w: (corpus.years[w] or 0, w))
    if not dated:
        return []
    years = np.array([corpus.years[w] for w in dated], dtype=np.int64)
    documents, names = document_terms([terms_of[w] for w in dated])
    cited, _ = document_terms(
        [Counter(node for _, node in corpus.references.get(w, ())) for w in dated], fewest=2, most=5000
    )
    found = find_phases(documents, years, rng, references=cited, shuffles=shuffles)
    grown = _growth(dated, corpus)
    undated = len(members) - len(dated)
    extra = [grown] if grown else []
    if undated:
        extra.append(f"{undated} of its {len(members)} works have no year")
    rows = []
    for phase in found:
        note = "; ".join([phase.note, *extra]) if phase is found[0] else phase.note
        rows.append(
            {
                "cluster_id": scope,
                "first_year": phase.first_year,
                "last_year": phase.last_year,
                "n_works": len(phase.rows),
                "terms": _phase_terms(phase, documents, names),
                "p": phase.p,
                "note": note,
            }
        )
    return rows


def _growth(dated: Sequence[str], corpus: Corpus) -> str:
    """Say in which years the tradition's share of yearly output burst."""
    own = Counter(corpus.years[w] for w in dated)
    every = Counter(year for year in corpus.years.values() if year is not None)
    span = range(min(every), max(every) + 1)
    if len(span) > 500:
        return ""
    found = bursts([own.get(y, 0) for y in span], [every.get(y, 0) for y in span])
    if found.few or not found.found:
        return ""
    times = ", ".join(f"{span[b.begin]}" if b.begin == b.end else f"{span[b.begin]}-{span[b.end]}" for b in found.found)
    return f"its share of yearly output bursts in {times}"


def _phase_terms(phase: Phase, documents: Any, names: Sequence[str], number: int = 8) -> list[str]:
    """Terms whose share of works is highest here against the rest of the tradition."""
    rows = list(phase.rows)
    inside = np.asarray(documents[rows].sum(axis=0)).ravel()
    outside = np.asarray(documents.sum(axis=0)).ravel() - inside
    n_in, n_out = len(rows), documents.shape[0] - len(rows)
    lift = (inside + 0.5) / (n_in + 1) * np.log(((inside + 0.5) / (n_in + 1)) / ((outside + 0.5) / (n_out + 1)))
    if not n_out:
        lift = inside.astype(np.float64)
    weight = {names[column]: float(lift[column]) for column in np.flatnonzero((inside >= 2) & (lift > 0)).tolist()}
    # phrases first: their single words follow only where they say something else
    return diverse({term: value * (1 + 0.35 * term.count(" ")) for term, value in weight.items()}, number)
