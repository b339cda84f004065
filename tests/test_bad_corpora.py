"""The bad input of the promise, line by line, through the whole path: a result or a refusal in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from test_between_traditions import corpus, made

from metanarrative import Project

Rows = list[dict[str, object]]


def no_references(rows: Rows) -> Rows:
    return [{**row, "references": ""} for row in rows]


def no_abstracts(rows: Rows) -> Rows:
    return [{**row, "abstract": ""} for row in rows]


def one_work(rows: Rows) -> Rows:
    return rows[:1]


def two_identical(rows: Rows) -> Rows:
    return [rows[0], {**rows[0], "id": "L999"}]


def a_cycle(rows: Rows) -> Rows:
    rows[3]["references"], rows[5]["references"], rows[7]["references"] = "L005", "L007", "L003"
    rows[20]["references"], rows[21]["references"] = "L021", "L020"
    rows[20]["year"] = rows[21]["year"]
    return rows


def into_the_future(rows: Rows) -> Rows:
    rows[10]["references"] = "L080"
    return rows


def wrong_years(rows: Rows) -> Rows:
    rng = np.random.default_rng(1)
    for place in range(0, len(rows), 10):
        rows[place]["year"] = int(rng.integers(1900, 2025))
    return rows


def one_reference_of_all(rows: Rows) -> Rows:
    common = "Everybody A. The one report all cite. J Common 1999"
    return [{**row, "references": common} for row in rows]


def nothing_in_common(rows: Rows) -> Rows:
    return [
        {
            "id": f"L{n}",
            "title": f"Only{n} word{n} here{n}",
            "abstract": f"alone{n} apart{n} single{n}",
            "year": 2000 + n,
        }
        for n in range(30)
    ]


CASES: list[tuple[Callable[[Rows], Rows], set[str], bool]] = [
    (no_references, {"no-references", "no-citation-layer"}, True),
    (no_abstracts, set(), False),  # the titles of 90 works tell too little
    (one_work, set(), False),
    (two_identical, set(), False),
    (a_cycle, {"citation-cycles"}, True),
    (into_the_future, {"citation-into-future"}, True),
    (wrong_years, set(), True),
    (one_reference_of_all, {"hubs-set-aside"}, True),
    (nothing_in_common, set(), False),
]
"""What is wrong, the problems that must be told, whether clusters may be expected all the same."""


@pytest.mark.parametrize(("spoil", "told", "clusters"), CASES, ids=[case[0].__name__ for case in CASES])
def test_bad_input_gives_a_result_or_says_why(
    tmp_path: Path, spoil: Callable[[Rows], Rows], told: set[str], clusters: bool
) -> None:
    rows = spoil(made(90))
    project = corpus(tmp_path, rows)
    project.run(last="concepts")
    store = project.store
    problems = store.read("problem")
    assert told <= {p["code"] for p in problems}
    assert all(p["mend"] for p in problems if p["code"] in told)
    found = store.read("cluster")
    members = store.read("membership")
    works = store.count("work")
    assert len(members) == works == (1 if spoil in (one_work, two_identical) else len(rows))
    assert bool(found) == clusters
    if not clusters:
        text = store.read("run", where={"stage": "traditions"})[0]["text"]
        assert "no clusters" in text or "no stable traditions" in text
    for m in members:  # no cluster is made of missing data: what holds a work is told
        assert bool(json.loads(m["layers"])) or not m["cluster_id"]
    if spoil in (no_references, one_reference_of_all):
        assert all(m["citation_share"] == 0 for m in members)
    for row in store.read("main_path"):
        assert int(row["weight"]) > 0
    _every_view_answers(project, clusters)


def _every_view_answers(project: Project, clusters: bool) -> None:
    views: list[Callable[[], object]] = [
        project.traditions, project.stability, project.review_queue, project.graph_stats, project.main_path,
        project.bridges, project.cited, project.historiograph, project.phases, project.traffic, project.concepts,
        project.concept_themes, project.concept_evolution, project.contested,
        lambda: project.signals("rpys"), lambda: project.signals("burst"),
        lambda: project.main_path(weights="SPNP", search="global"),
    ]  # fmt: skip
    for view in views:
        result = view()
        assert result.rows or result.notes  # type: ignore[attr-defined]
    work = project.store.read("work")[0]["work_id"]
    assert any(line.startswith("  record") for line in project.explain(work).lead)
    if clusters:
        assert project.explain("T1").rows
