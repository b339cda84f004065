"""What analysts read beside the contrasts: links to literature, narrative elements, matrix and levels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem

if TYPE_CHECKING:
    from metanarrative.compare.actors import Gazetteer
    from metanarrative.project import Project

__all__ = ["element_rows", "evidence_rows", "level_tables", "matrix_rows"]

Row = dict[str, Any]


def evidence_rows(
    project: Project, passages: Sequence[Row], excluded: Collection[str], problems: list[Problem]
) -> list[Row]:
    """Match what policy passages refer to with the works that screening keeps, and heed what people ruled."""
    from metanarrative.compare.evidence import Literature, find_evidence, rule

    works = [
        {**row, "authors": json.loads(row["authors"] or "[]")}
        for row in project.store.read("work", where={"kind": "literature"})
        if row["work_id"] not in excluded
    ]
    rows = find_evidence(passages, Literature(works)) if works else []
    rulings = [(d.subject, d.verdict, d.who) for d in project.decisions("cite")]
    kept, lost = rule(rows, rulings, passages, frozenset(row["work_id"] for row in works))
    problems += [
        Problem("decision-lost", f"a decision on a link to literature no longer fits: {why}",
                mend="undo or correct the decision", subject=subject)
        for subject, why in lost
    ]  # fmt: skip
    return kept


def element_rows(passages: Sequence[Row], provisions: Sequence[Row], who: Gazetteer) -> list[Row]:
    """Find the narrative elements of every passage."""
    from metanarrative.compare.narrative import elements

    of_passage: dict[str, list[Row]] = {}
    for row in provisions:
        of_passage.setdefault(row["passage_id"], []).append(row)
    rows: list[Row] = []
    for passage in passages:
        own = of_passage.get(passage["passage_id"], ())
        for position, e in enumerate(elements(passage["text"], passage["language"], who, own), 1):
            rows.append(
                {
                    "passage_id": passage["passage_id"], "work_id": passage["work_id"], "position": position,
                    "nation": passage["nation"], "slot": e.slot, "kind": e.kind, "item": e.item, "role": e.role,
                    "cue": e.cue, "start": e.start, "end": e.end, "quote": e.quote[:600],
                }
            )  # fmt: skip
    return rows


def matrix_rows(
    project: Project, works: Mapping[str, Row], themes: Sequence[str], passages: Sequence[Row], hits: Sequence[Any],
    provisions: Sequence[Row], elements: Sequence[Row], problems: list[Problem],
) -> list[Row]:  # fmt: skip
    """Return the framework matrix: every theme by document, nation, level, site, tradition and group."""
    from metanarrative.compare.matrix import LEVELS, Case, cells, read_summaries

    store = project.store
    found: list[Case] = [Case("document", own, str(row["title"]), frozenset({own})) for own, row in works.items()]
    for facet, always in (("nation", ()), ("level", LEVELS), ("site", ())):
        values: dict[str, set[str]] = {value: set() for value in always}
        for own, row in works.items():
            value = str(row.get(facet) or "").strip()
            if value:
                values.setdefault(value, set()).add(own)
        found += [Case(facet, value, value, frozenset(mine)) for value, mine in values.items()]
    names = {row["cluster_id"]: row["tradition"] or row["label"] for row in store.read("cluster")}
    placed: dict[str, set[str]] = {}
    for row in store.read("membership", columns=("work_id", "cluster_id")):
        if row["work_id"] in works and row["cluster_id"] in names:
            placed.setdefault(row["cluster_id"], set()).add(row["work_id"])
    found += [Case("tradition", own, names[own], frozenset(mine)) for own, mine in placed.items()]
    named: dict[str, set[str]] = {}
    for row in elements:
        if row["slot"] == "character":
            named.setdefault(row["kind"], set()).add(row["passage_id"])
    found += [Case("group", kind, kind, frozenset(), frozenset(mine)) for kind, mine in named.items()]
    path = project.root / "corpus" / "matrix.csv"
    written, doubts = read_summaries(path.read_text("utf-8", errors="replace")) if path.is_file() else ({}, [])
    problems += doubts
    absent = [(d.subject, d.verdict[1:].strip()) for d in project.decisions("theme") if d.verdict.startswith("-")]
    rows = cells(found, themes, passages, [(h.passage_id, h.theme, h.score) for h in hits], provisions, absent, written)
    known = {row["cell_id"] for row in rows}
    problems += [
        Problem(
            "summary-lost", "a summary in corpus/matrix.csv belongs to a cell that is not there any more",
            mend="its theme or case has gone; the text stays in the file", severity="note", subject=own,
        )
        for own in sorted(set(written) - known)
    ]  # fmt: skip
    return rows


def level_tables(
    project: Project, works: Mapping[str, Row], themes: Sequence[str], passages: Sequence[Row], hits: Sequence[Any],
    provisions: Sequence[Row], problems: list[Problem],
) -> tuple[list[Row], list[Row]]:  # fmt: skip
    """Return the rows of ``theme_level`` and ``discordance``, with what people coded of documents."""
    from metanarrative.compare.levels import PRACTICE, Documents, discordance, level_rows

    owner = {row["passage_id"]: row["work_id"] for row in passages}
    text = {row["passage_id"]: row["text"] for row in passages}
    of_theme: dict[tuple[str, str], list[tuple[str, float, str]]] = {}
    for hit in hits:
        of_theme.setdefault((owner[hit.passage_id], hit.theme), []).append(
            (hit.passage_id, hit.score, text[hit.passage_id])
        )
    force: dict[tuple[str, str], Counter[str]] = {}
    for row in provisions:
        if row["force"] in ("must", "should", "may"):
            for theme in str(row["theme"]).split(";"):
                force.setdefault((row["passage_id"], theme), Counter())[row["force"]] += 1
    practice: dict[tuple[str, str], str] = {}
    for decision in project.decisions("practice"):
        work, _, theme = decision.subject.partition(" ")
        if decision.verdict not in PRACTICE:
            problems.append(
                Problem("bad-decision", f"{decision.verdict!r} says nothing of practice",
                        mend=f"say {', '.join(PRACTICE)}", subject=decision.subject)
            )  # fmt: skip
        elif work not in works or theme not in themes:
            problems.append(
                Problem("decision-lost", "a decision on practice names a document or a theme that is not here any more",
                        mend="undo or correct the decision", subject=decision.subject)
            )  # fmt: skip
        else:
            practice[work, theme] = decision.verdict
    absent = frozenset(
        (owner[d.subject], d.verdict[1:].strip())
        for d in project.decisions("theme")
        if d.verdict.startswith("-") and d.subject in owner
    )
    docs = Documents(works, Counter(owner.values()), of_theme, force, practice, absent)
    return level_rows(docs, themes, project.rng("compare")), discordance(docs, themes)
