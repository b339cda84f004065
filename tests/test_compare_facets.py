"""Comparing by any facet: computed, never stored; the same numbers as the stage gives; honest where few."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_compare_run import document, filler, make, run, two_nations

import metanarrative as mn
from metanarrative import api, compare
from metanarrative.compare import facets
from metanarrative.config import CompareSettings
from metanarrative.errors import UsageError

FACETS = ("nation", "level", "site", "issuer", "type", "force", "period")
COUNTED = (
    "estimate", "low", "high", "p", "q", "share_a", "share_b", "n_docs_a", "n_docs_b", "n_a", "n_b", "of_a", "of_b",
    "with_a", "with_b", "dispersion", "verdict", "caveat",
)  # fmt: skip


def state(project: api.Project) -> dict[str, str]:
    """Return the hash of every file of the project that is not SQLite's own notebook, and of every table."""
    held = {
        path.relative_to(project.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(project.root.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }
    for table in (*compare.WRITES, "run", "problem"):
        rows = json.dumps(project.store.read(table), sort_keys=True, default=str)
        held[f"table {table}"] = hashlib.sha256(rows.encode()).hexdigest()
    return held


def numbers(rows: Any) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return what each contrast says."""
    return {(r["kind"], r["item"], r["theme"]): {k: r[k] for k in COUNTED} for r in rows}


def made(root: Path, per_side: int = 4, **columns: Any) -> api.Project:
    """Return a project, compared by nation; `columns` give works values in turn."""
    works, texts = two_nations(per_side)
    for at, work in enumerate(works):
        for name, values in columns.items():
            work[name] = values[at % len(values)]
    run(make(root / "p", works, texts))
    return mn.Project.open(root / "p")


@pytest.mark.parametrize("facet", FACETS)
def test_a_facet_gives_what_the_stage_gives_and_writes_nothing(tmp_path: Path, facet: str) -> None:
    columns: dict[str, Any] = {} if facet in ("nation", "period") else {facet: ("macro", "meso")}
    sides = {"nation": ("england", "wales"), "period": ("-2001", "2002-")}.get(facet, ("macro", "meso"))
    project = made(tmp_path, **columns)
    before = state(project)
    result = project.compare(by=facet, sides=sides)
    assert state(project) == before
    assert project.overrides == {}
    run(project, facet=facet, side_a=sides[0], side_b=sides[1])
    assert numbers(result.rows) == numbers(project.store.read("contrast"))
    assert numbers(result.rows)["theme", "review", "review"]["n_docs_a"] == 4


def test_six_sites_make_fifteen_pairs_and_say_where_there_is_too_little(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    works, texts = [], {}
    # four sites with three documents, two with one
    for number, site in enumerate("AAABBBCCCDDDEF"):
        work = document("england" if site < "E" else "wales", number, site=f"Site {site}")
        works.append(work)
        every = "Every carer has a voice." if site == "A" else "The room is cold."
        texts[work["work_id"]] = [f"{filler(rng)} {every} {filler(rng)}" for _ in range(12)]
    run(make(tmp_path / "p", works, texts))
    project = mn.Project.open(tmp_path / "p")
    result = project.compare(by="site")
    assert len(result.data["pairs"]) == 15
    assert {r["sides"] for r in result.rows} == {f"Site {a} v Site {b}" for a in "ABCDEF" for b in "ABCDEF" if a < b}
    carers = {r["sides"]: r for r in result.rows if r["item"] == "carers"}
    assert all(
        (row["verdict"] == "too few documents") == bool({"E", "F"} & set(sides)) for sides, row in carers.items()
    )
    assert all(row["q"] is None for sides, row in carers.items() if "E" in sides)
    assert {sides for sides, row in carers.items() if row["verdict"] == "differs"} == {
        f"Site A v Site {other}" for other in "BCD"
    }
    assert any("Site E has 1 document" in note for note in result.notes)
    # one family: q over all pairs is never below q of the pair alone
    alone = {r["item"]: r for r in project.compare(by="site", sides=["Site A", "Site B"], kind="theme").rows}
    together = {r["item"]: r for r in result.rows if r["sides"] == "Site A v Site B" and r["kind"] == "theme"}
    assert together["carers"]["p"] == alone["carers"]["p"]
    assert together["carers"]["q"] >= alone["carers"]["q"] > 0
    assert {r["kind"] for r in result.rows} == {"theme", "force"}


def test_periods(tmp_path: Path) -> None:
    project = made(tmp_path, per_side=6, year=(2005, 2008, 2011, 2012, 2015, None))
    result = project.compare(period="2012", kind="theme")
    assert [(p["side_a"], p["side_b"], p["a"], p["b"]) for p in result.data["pairs"]] == [("-2011", "2012-", 6, 4)]
    assert any("2 documents without year" in note for note in result.notes)
    three = project.compare(period="2008,2012", kind="theme")
    assert [(p["a"], p["b"]) for p in three.data["pairs"]] == [(2, 4), (2, 4), (4, 4)]
    for wrong in ("soon", "2012-06", ""):
        if wrong:
            with pytest.raises(UsageError, match="no year"):
                project.compare(period=wrong)
    with pytest.raises(UsageError, match="not by site"):
        project.compare(by="site", period="2012")


def test_only_what_was_in_force(tmp_path: Path) -> None:
    works, texts = two_nations(4)
    for at, work in enumerate(works):
        work.update(valid_from=f"{2000 + at % 4}-01-01", valid_to="2004-12-31" if at % 4 == 0 else "")
    run(make(tmp_path / "p", works, texts))
    project = mn.Project.open(tmp_path / "p")
    found = project.compare(on="2002-06-01", kind="theme")
    assert [(p["side_a"], p["side_b"]) for p in found.data["pairs"]] == [("england", "wales")]
    assert {(r["n_docs_a"], r["n_docs_b"]) for r in found.rows} == {(3, 3)}
    assert {(r["n_docs_a"], r["n_docs_b"]) for r in project.compare(on="2006-01-01", kind="theme").rows} == {(3, 3)}
    with pytest.raises(UsageError):
        project.compare(on="one day")


def test_words_of_levels_are_not_compared(tmp_path: Path) -> None:
    project = made(tmp_path, level=("macro", "micro"))
    by_level = project.compare(by="level")
    assert {r["kind"] for r in by_level.rows} == {"theme", "force"}
    assert any("few words" in note for note in by_level.notes)
    assert "term" in {r["kind"] for r in project.compare(by="nation", sides=["England", "WALES"]).rows}


def test_sides_that_are_not_there_are_refused_in_words(tmp_path: Path) -> None:
    project = made(tmp_path, site=("Llan", "Aber, north"))
    with pytest.raises(UsageError, match="no document has site 'Bangor'") as refused:
        project.compare(by="site", sides=["Llan", "Bangor"])
    assert "Llan (4)" in refused.value.mend
    assert "Aber, north (4)" in refused.value.mend
    with pytest.raises(UsageError, match="nothing to compare by level: no document has a level"):
        project.compare(by="level")
    with pytest.raises(UsageError, match="no span of years"):
        project.compare(by="period", sides=["before", "after"])
    with pytest.raises(UsageError):
        project.compare(by="planet")
    result = subprocess.run(
        [sys.executable, "-m", "metanarrative", "-C", str(project.root), "compare", "--by", "site", "--sides",
         "Llan;Aber, north", "--kind", "theme", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [p["side_b"] for p in json.loads(result.stdout)["pairs"]] == ["Aber, north"]


def test_more_than_six_values_are_told(tmp_path: Path) -> None:
    project = made(tmp_path, issuer=tuple(f"Office {n}" for n in range(8)))
    result = project.compare(by="issuer", kind="theme")
    assert len(result.data["pairs"]) == 15
    assert any("2 more: name them with --sides" in note for note in result.notes)
    assert any("2 documents of another issuer" in note for note in result.notes)


def test_force_coded_by_hand_counts_in_every_facet(tmp_path: Path) -> None:
    works, texts = two_nations(4)
    for at, work in enumerate(works):
        work["site"] = ("one", "two")[at % 2]
    project = make(tmp_path / "p", works, texts)
    run(project)
    chosen = [p for p in project.store.read("provision") if p["force"] == "should"][:6]
    for row in chosen:
        project.append_decision("force", f"{row['passage_id']} {row['position']}", "must")
    run(project)
    opened = mn.Project.open(tmp_path / "p")
    found = facets.stored_evidence(opened)
    assert sorted(found.by_hand) == sorted((row["work_id"], "should", "must") for row in chosen)
    computed = {(r["item"], r["theme"]): r["n_a"] + r["n_b"] for r in opened.compare(by="site", kind="force").rows}
    run(project, facet="site", side_a="one", side_b="two")
    stored = {
        (r["item"], r["theme"]): r["n_a"] + r["n_b"] for r in project.store.read("contrast", where={"kind": "force"})
    }
    assert computed == stored


def test_a_kill_costs_nothing(tmp_path: Path) -> None:
    project = made(tmp_path, per_side=6, site=("one", "two", "three"))
    before = state(project)
    run_it = [sys.executable, "-m", "metanarrative", "-C", str(project.root), "compare", "--by", "site"]
    for wait in (0.3, 0.8, 1.2):
        child = subprocess.Popen(run_it, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert state(project) == before
    assert project.compare(by="site").rows


def test_two_values_of_settings_stay_the_default(tmp_path: Path) -> None:
    project = made(tmp_path, level=("macro", "meso"))
    usual = project.compare()
    project.compare(by="level")
    assert project.compare().rows == usual.rows
    assert CompareSettings().facet == "nation"
