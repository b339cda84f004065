"""What the report says: chapter after chapter, every sentence filled from the store with the ids it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from metanarrative.model import Problem
from metanarrative.report.audit import checklist_part, method_part, provenance_part
from metanarrative.report.comparison import comparison_part, lineage_part
from metanarrative.report.contested import FILE, parts_of, read_points
from metanarrative.report.facts import QUOTED, Facts, Part, cite
from metanarrative.report.ideas import concepts_part
from metanarrative.report.levels import agreement_part, levels_part
from metanarrative.report.opening import flow_part, in_short, question_part
from metanarrative.report.parts import Report
from metanarrative.report.storylines import traditions_part
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.project import Project


def build(project: Project, pictures: Mapping[str, str], *, question: str = "") -> Report:
    """Collect the report from the store.

    Parameters
    ----------
    project : Project
    pictures : mapping of view name to SVG
    question : str
        Printed at the head; the project's own where empty.
    """
    facts = Facts(project)
    contested, problems, n_points = _contested(facts)
    parts: list[Part] = question_part(question or project.question)
    parts += in_short(facts, n_points)
    parts += flow_part(facts, pictures)
    parts += traditions_part(facts, pictures)
    parts += concepts_part(facts, pictures)
    parts += comparison_part(facts, pictures)
    parts += agreement_part(facts)
    parts += levels_part(facts)
    parts += lineage_part(facts, pictures)
    parts += contested
    parts += method_part(facts)
    parts += checklist_part(facts, question or project.question)
    parts += provenance_part(facts)
    return Report(project.title, tuple(parts), tuple(problems))


def _contested(facts: Facts) -> tuple[list[Part], list[Problem], int]:
    path = facts.project.root / FILE
    points, problems = (
        read_points(path.read_bytes().decode("utf-8-sig", errors="replace")) if path.is_file() else ([], [])
    )
    wanted = sorted({p for point in points for framing in point["framings"] for p in framing["passages"]})
    rows = facts.project.store.read("passage", where={"passage_id": wanted}) if wanted else []
    passages = {}
    for row in rows:
        work = facts.work[row["work_id"]]
        place = ", ".join(part for part in (f"page {row['page']}" if row["page"] else "", row["section"]) if part)
        language = "cy" if row["language"] == "cy" else "en"
        passages[row["passage_id"]] = (
            cut(row["text"], QUOTED),
            f"{cite(work)}{', ' if place else ''}{place}",
            language,
        )
    names = {f"t{row['number']}": facts.names[row["cluster_id"]] for row in facts.clusters}
    names |= {
        str(row["tradition"]).casefold(): facts.names[row["cluster_id"]] for row in facts.clusters if row["tradition"]
    }
    names |= {"england": "England", "wales": "Wales", "uk": "UK or both"}
    works = {w for point in points for framing in point["framings"] for w in framing["works"]} & set(facts.work)
    parts, lost = parts_of(
        points, names=names, passages=passages, works={w: cite(facts.work[w]) for w in sorted(works)}
    )
    return list(parts), problems + lost, len(points)
