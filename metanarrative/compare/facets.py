"""Compare by another facet than the settings': computed from what the stage stored, nothing written.

Takes the tables work, passage, theme, passage_theme and provision; gives contrast rows as the stage
makes them, for one pair of values or for all pairs of up to six. Where several pairs are printed,
the false discovery rate is controlled over all of them. Documents without the facet, or with a
value that is not compared, are named, not dropped in silence.

References
----------
Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x (one family for all that is printed).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.compare.contrasts import Sides
    from metanarrative.config import CompareSettings
    from metanarrative.project import Project

__all__ = [
    "Compared",
    "Evidence",
    "Pair",
    "compare_by",
    "contrast_rows",
    "in_order",
    "one_family",
    "periods",
    "stored_evidence",
    "values_of",
]

MOST_VALUES = 6
"""Values of a facet compared with each other without being asked: six sites make fifteen pairs."""

_ORDER = {
    "level": ("macro", "meso", "micro"),
    "nation": ("england", "wales", "uk", "scotland", "northern-ireland"),
}
_YEARS = re.compile(r"\s*(\d{4})(?:\s*,\s*(\d{4}))*\s*")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What contrasts are counted from.

    ``n_theme`` is by (work, theme), ``n_passages`` by work, ``refused`` theme to why it must not be
    compared, ``by_hand`` (work, machine's force, person's force) of coded triggers.
    """

    works: Mapping[str, Row]
    passages: Sequence[Row]
    themes: Sequence[str]
    n_theme: Mapping[tuple[str, str], int]
    n_passages: Mapping[str, int]
    refused: Mapping[str, str]
    provisions: Sequence[Row]
    by_hand: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two compared values with their documents; ``a`` and ``b`` are numbers of documents."""

    side_a: str
    side_b: str
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows as in the table ``contrast``, the pairs they belong to, and what to know of them."""

    facet: str
    rows: list[Row]
    pairs: list[Pair]
    notes: list[str] = field(default_factory=list)


def contrast_rows(
    project: Project, settings: CompareSettings, sides: Sides, found: Evidence, reused: set[str] | None = None
) -> list[Row]:
    """Return the contrasts of themes, force and terms of one pair of sides.

    Terms are left out where `reused` (passages that stand on both sides) is None, and between
    levels: interviews and statutes share few words, so themes are compared there, not vocabularies.
    """
    from metanarrative.compare import contrasts, steps
    from metanarrative.compare.error import side_error

    rows = contrasts.theme_rows(
        sides, found.themes, found.n_theme, found.n_passages,
        q=settings.q, least=settings.min_documents, refused=found.refused,
    )  # fmt: skip
    side = dict(zip(sides.works, sides.side_b, strict=True))
    errors = (
        side_error((machine, person) for work, machine, person in found.by_hand if side.get(work) is False),
        side_error((machine, person) for work, machine, person in found.by_hand if side.get(work) is True),
    )
    rows += contrasts.force_rows(
        sides, found.themes, found.provisions, q=settings.q, least=settings.min_documents, refused=found.refused,
        errors=errors if found.by_hand else None, rng=project.rng("compare"),
    )  # fmt: skip
    if reused is not None and sides.facet != "level":
        rows += steps.keyness_rows(project, settings, sides, found.works, found.passages, reused)
    return rows


def stored_evidence(project: Project) -> Evidence:
    """Return the evidence as the last run of the stage left it."""
    from metanarrative.compare import inputs, steps

    store = project.store
    excluded = {row["work_id"] for row in store.read("screening", where={"verdict": "excluded"}, columns=("work_id",))}
    works = {
        row["work_id"]: row for row in store.read("work", where={"kind": "policy"}) if row["work_id"] not in excluded
    }
    run = store.read("run", where={"stage": "compare"})
    kept = json.loads(run[0]["settings"]) if run else {}
    passages = inputs.analysed_passages(works, store.read("passage", where={"work_id": set(works)}) if works else [])
    if kept.get("quoted_amendments") is False:
        passages = inputs.without_quoted(passages, [])
    themes = store.read("theme")
    n_theme = {(row["work_id"], row["theme"]): row["n_theme"] for row in store.read("emphasis_document")}
    provisions = store.read("provision")
    # what the machine had said is worked out anew for the few passages where a person coded a trigger
    coded = {decision.subject.split()[0] for decision in project.decisions("force") if decision.subject.strip()}
    again = [row for row in passages if row["passage_id"] in coded]
    by_hand: list[tuple[str, str, str]] = []
    if again:
        by_hand = steps.coded_force(
            project, steps.provision_rows(project, works, again, {}, inputs.gazetteer(project)), []
        )
    return Evidence(
        works, passages, [row["theme_id"] for row in themes], n_theme,
        Counter(row["work_id"] for row in passages),
        {row["theme_id"]: row["grade"] for row in themes if row["grade"].startswith("do not")},
        provisions, by_hand,
    )  # fmt: skip


def values_of(works: Iterable[Mapping[str, Any]], facet: str) -> list[tuple[str, int]]:
    """Return the values of a facet with their documents, most documents first.

    Capitals do not tell values apart; the commonest spelling is shown.

    Examples
    --------
    >>> values_of([{"site": "Bangor"}, {"site": "bangor"}, {"site": "Aber"}, {"site": ""}, {"site": "Bangor"}], "site")
    [('Bangor', 3), ('Aber', 1)]
    """
    spelt: dict[str, Counter[str]] = {}
    for row in works:
        value = " ".join(str(row.get(facet) or "").split())
        if value:
            spelt.setdefault(value.casefold(), Counter())[value] += 1
    found = [(min(c, key=lambda v: (-c[v], v)), c.total()) for c in spelt.values()]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].casefold()))


def in_order(facet: str, values: Iterable[str]) -> list[str]:
    """Return values as people list them: levels downwards, periods by time, the rest by the alphabet.

    Examples
    --------
    >>> in_order("level", ["micro", "macro"]), in_order("period", ["2012-", "-2011"])
    (['macro', 'micro'], ['-2011', '2012-'])
    """
    known = {value: at for at, value in enumerate(_ORDER.get(facet, ()))}
    if facet == "period":
        return sorted(values, key=lambda v: (not v.startswith("-"), v))
    return sorted(values, key=lambda v: (known.get(v.casefold(), len(known)), v.casefold()))


def periods(years: str) -> tuple[str, ...]:
    """Return the periods that begin with the years named, and the one before them.

    Raises
    ------
    ValueError
        If it is no list of years.

    Examples
    --------
    >>> periods("2012"), periods("2008, 2012")
    (('-2011', '2012-'), ('-2007', '2008-2011', '2012-'))
    """
    if not _YEARS.fullmatch(years):
        raise ValueError(f"{years!r} is no year and no list of years")
    first = sorted({int(year) for year in re.findall(r"\d{4}", years)})
    middle = tuple(f"{a}-{b - 1}" for a, b in pairwise(first))
    return (f"-{first[0] - 1}", *middle, f"{first[-1]}-")


def one_family(rows: Sequence[Row], q: float) -> None:
    """Correct p over all rows of a kind, where rows of several pairs are printed together.

    Examples
    --------
    >>> rows = [{"kind": "theme", "p": p, "q": p, "estimate": 0.2, "same_genre": None, "verdict": "differs",
    ...          "caveat": ""} for p in (0.01, 0.09)]
    >>> one_family(rows, 0.05)
    >>> [(round(row["q"], 3), row["verdict"]) for row in rows]
    [(0.02, 'differs'), (0.09, 'no clear difference')]
    """
    import numpy as np

    from metanarrative.compare.emphasis import benjamini_hochberg
    from metanarrative.text.verdicts import DIFFERS, UNCLEAR, judged, uncorrected

    for kind in sorted({row["kind"] for row in rows}):
        own = [row for row in rows if row["kind"] == kind and row["p"] is not None]
        if not own:
            continue
        corrected = benjamini_hochberg(np.array([row["p"] for row in own], dtype=float))
        for row, value in zip(own, corrected, strict=True):
            row["q"] = float(value) if math.isfinite(value) else None
            if row["verdict"] in (DIFFERS, UNCLEAR):
                row["verdict"] = judged(row["estimate"], row["same_genre"], row["q"], q)
        uncorrected(own, q)


def compare_by(
    project: Project, settings: CompareSettings, facet: str, values: Sequence[str], *,
    within: frozenset[str] | None = None,
) -> Compared:  # fmt: skip
    """Compare every pair of `values` of a facet, from the stored evidence; nothing is written.

    Parameters
    ----------
    project : Project
    settings : CompareSettings
        For q, the least number of documents and the relabellings.
    facet : str
        nation, level, site, issuer, type, force or period.
    values : sequence of str
        Two values or more.
    within : frozenset of work ids, optional
        Only these documents, such as those in force on a day.
    """
    from metanarrative.compare import contrasts, inputs
    from metanarrative.compare.reuse import find_reuse
    from metanarrative.compare.steps import LEAST_WORDS

    found = stored_evidence(project)
    works = {own: row for own, row in found.works.items() if within is None or own in within}
    terms = len(values) == 2
    rows: list[Row] = []
    pairs: list[Pair] = []
    notes: list[str] = []
    problems: list[Problem] = []
    outside: set[str] = set(works)
    for side_a, side_b in combinations(values, 2):
        everyone = contrasts.contrast_by(works.values(), facet, side_a, side_b)
        outside &= set(everyone.outside)
        sides = inputs.once(everyone, works, found.passages, problems)
        reused: set[str] | None = None
        if terms:
            side = dict(zip(sides.works, sides.side_b, strict=True))
            both = [
                [p for p in found.passages if side.get(p["work_id"]) is at and len(p["text"].split()) >= LEAST_WORDS]
                for at in (False, True)
            ]
            reused = set()
            for pair in find_reuse([row["text"] for row in both[0]], [row["text"] for row in both[1]]):
                if pair.share >= 0.9:
                    reused |= {both[0][pair.a]["passage_id"], both[1][pair.b]["passage_id"]}
        rows += contrast_rows(project, settings, sides, found, reused)
        a, b = sides.counts()
        pairs.append(Pair(side_a, side_b, a, b))
        if min(a, b) < settings.min_documents:
            few = " and ".join(
                f"{name} has {counted(n, 'document')}"
                for name, n in ((side_a, a), (side_b, b))
                if n < settings.min_documents
            )
            notes.append(
                f"{side_a} v {side_b}: too few documents to test: {few}, and {settings.min_documents} a side are needed"
            )
    if len(pairs) > 1:
        one_family(rows, settings.q)
        notes.append(f"q is corrected over all {len(pairs)} pairs; terms are compared where --sides names two values")
    elif facet == "level":
        notes.append("terms are not compared between levels: interviews and statutes share few words")
    for row in rows:  # as many digits as the store keeps
        row.update({key: float(f"{value:.9g}") for key, value in row.items() if isinstance(value, float)})
    if outside:
        without = sorted(own for own in outside if not _told(works[own], facet))
        other = len(outside) - len(without)
        if without:
            notes.append(
                f"{counted(len(without), 'document')} without {'year' if facet == 'period' else facet}, on no side: "
                f"{_titles(works, without)}; fill the column of corpus/policy/manifest.csv"
            )
        if other:
            notes.append(f"{counted(other, 'document')} of another {facet}, not compared here")
    notes += list(
        dict.fromkeys(p.message for p in problems if p.code in ("one-text-two-sides", "near-copy", "no-text"))
    )
    return Compared(facet, rows, pairs, notes)


def _told(row: Mapping[str, Any], facet: str) -> bool:
    value = row.get("year" if facet == "period" else facet)
    return value is not None and str(value).strip() != ""


def _titles(works: Mapping[str, Row], ids: Sequence[str]) -> str:
    named = [str(works[own].get("title") or own) for own in ids]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return "; ".join(name if len(name) <= 60 else name[:57].rstrip() + "…" for name in named[:3]) + more
