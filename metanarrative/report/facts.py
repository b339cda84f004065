"""What every chapter of the report reads, once, and how it names clusters and works."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metanarrative.report.flow import Flow, document_flow
from metanarrative.report.parts import Bullets, Heading, Picture, Quote, Table, Text, ToWrite

if TYPE_CHECKING:
    from metanarrative.project import Project

Part = Heading | Text | ToWrite | Table | Picture | Quote | Bullets
Row = dict[str, Any]

FLOW, TRADITIONS, COMPARISON = "Document flow", "Traditions and proposals", "England and Wales compared"
CONTESTED = "Contested points"
"""Chapters that the first page leads to."""


class Facts:
    """Everything the report reads, once."""

    def __init__(self, project: Project) -> None:
        store = project.store
        self.project = project
        self.sources = store.read("source")
        self.works = store.read("work")
        self.work = {row["work_id"]: row for row in self.works}
        self.screening = {row["work_id"]: row for row in store.read("screening")}
        self.memberships = {row["work_id"]: row for row in store.read("membership")}
        self.clusters = sorted(store.read("cluster"), key=lambda row: row["number"])
        self.names = {row["cluster_id"]: cluster_name(row) for row in self.clusters}
        kinds = {row["work_id"]: row["kind"] for row in self.works}
        self.placed = Counter((m["cluster_id"], kinds.get(w, "")) for w, m in self.memberships.items())
        self.problems = [row for row in store.read("problem") if row["stage"] not in ("map", "report")]
        self.runs = {row["stage"]: row for row in store.read("run")}
        self.storyline = store.read("storyline")
        self.themes = store.read("theme")
        self.theme_name = {row["theme_id"]: row["name"] for row in self.themes}
        self.contrasts = store.read("contrast")

    def flow(self, stream: str) -> Flow:
        """Return the checked document flow of one stream."""
        return document_flow(
            stream,
            sources=self.sources,
            works=self.works,
            screening=self.screening,
            memberships=self.memberships,
            names=self.names,
        )

    def said(self, stage: str, *codes: str) -> list[str]:
        """Return the messages a stage listed, without repeats, in order."""
        found = [p["message"] for p in self.problems if p["stage"] == stage and (not codes or p["code"] in codes)]
        return list(dict.fromkeys(found))


QUOTED = 420
"""Characters of a quotation at most."""


def side_name(side: str) -> str:
    """Return a nation, or another value of the facet compared, as readers see it.

    Examples
    --------
    >>> side_name("wales"), side_name("uk"), side_name("2008 or before")
    ('Wales', 'UK or both', '2008 or before')
    """
    names = {"uk": "UK or both", "": "nation not stated"}
    return names.get(side) or (side.replace("-", " ").title() if side.replace("-", "").isalpha() else side)


def cluster_name(row: Mapping[str, Any]) -> str:
    """Return what a cluster is called: a tradition only where a person has ruled.

    Examples
    --------
    >>> cluster_name({"number": 2, "accepted": 0, "tradition": "", "label": "care plan"})
    'proposal T2 (care plan)'
    >>> cluster_name({"number": 2, "accepted": 1, "tradition": "Care planning", "label": "care plan"})
    'Care planning (T2)'
    """
    if row["accepted"]:
        return f"{row['tradition'] or row['label']} (T{row['number']})"
    return f"proposal T{row['number']} ({row['label']})"


def cite(work: Mapping[str, Any]) -> str:
    """Return a short citation with the work's id.

    Examples
    --------
    >>> cite({"work_id": "wk_1", "authors": '["Leamy, Mary"]', "issuer": "", "title": "CHIME", "year": 2011})
    'Leamy (2011) CHIME [wk_1]'
    """
    authors = json.loads(work["authors"] or "[]")
    who = authors[0].split(",")[0] if authors else work["issuer"]
    title = work["title"] if len(work["title"]) < 90 else work["title"][:87] + "..."
    lead = f"{who} " if who else ""
    return f"{lead}({work['year'] if work['year'] is not None else 'n.d.'}) {title} [{work['work_id']}]"


def share(row: Mapping[str, Any], side: str) -> str:
    """Return a side's mean share with the counts behind it."""
    value = row[f"share_{side}"]
    return "–" if value is None else f"{100 * value:.0f} % ({row[f'n_{side}']} of {row[f'of_{side}']})"


def interval(row: Mapping[str, Any]) -> str:
    """Return a difference in percentage points with its interval, as far as there is one."""
    if row["estimate"] is None:
        return "–"
    if row["low"] is None:
        return points(row["estimate"])
    return f"{points(row['estimate'])} ({points(row['low'])} to {points(row['high'])})"


def points(share: float) -> str:
    """Return a difference of shares in percentage points, with as many digits as keep it from being 0.

    Examples
    --------
    >>> points(-0.134), points(-0.0003), points(0.0)
    ('-13.4', '-0.03', '+0.0')
    """
    value = 100 * share
    return f"{value:+.1f}" if abs(value) >= 0.05 or not value else f"{value:+.1g}"
