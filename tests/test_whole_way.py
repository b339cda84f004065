"""From init to report: the worked example with its known answers, and a project of real files."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

import metanarrative as mn
from metanarrative import export


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> mn.Project:
    """The worked example, run through every stage in a folder of its own."""
    root = tmp_path_factory.mktemp("example")
    shutil.copytree(ROOT / "corpus", root / "corpus")
    shutil.copy(ROOT / "metanarrative.toml", root)
    project = mn.Project.open(root)
    project.run()
    return project


def work_of(project: mn.Project, key: str) -> dict[str, object]:
    """The work whose record has this key (L010, P33)."""
    record = project.store.read("record", where={"key": key})[0]
    owner = project.store.read("work_record", where={"record_id": record["record_id"]})[0]
    return project.store.read("work", where={"work_id": owner["work_id"]})[0]


def test_every_step_is_done_and_the_sums_hold(example: mn.Project) -> None:
    states = {row["step"]: row["state"] for row in example.status().rows}
    assert set(states.values()) == {"fresh"}, states
    checks = example.verify()
    assert checks.exit_code == 0, checks.text()
    assert example.store.count("work", where={"kind": "literature"}) == 97
    assert example.store.count("work", where={"kind": "policy"}) == 50


def test_a_second_run_does_nothing_and_says_so(example: mn.Project) -> None:
    started = time.perf_counter()
    result = example.run()
    assert result.data["ran"] == []
    assert "nothing to do" in result.text()
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("key", "force"),
    [
        ("P33", "statute"),
        ("P38", "regulations"),
        ("P41", "statutory-code"),
        ("P25", "guidance"),
        ("P44", "statute"),
        ("P37", "strategy"),
    ],
)
def test_legal_force_of_documents(example: mn.Project, key: str, force: str) -> None:
    assert work_of(example, key)["force"] == force


def test_two_languages_of_one_document_are_one_work(example: mn.Project) -> None:
    work = work_of(example, "P33")
    records = example.store.read("work_record", where={"work_id": work["work_id"]})
    assert sorted(row["expression"] for row in records) == ["cy", "en"]
    assert [row["expression"] for row in records if row["analysed"]] == ["en"]


@pytest.mark.parametrize(
    ("newer", "older"), [("P37", "P31"), ("P42", "P12"), ("P42", "P15"), ("P51", "P27"), ("P54", "P25")]
)
def test_supersession(example: mn.Project, newer: str, older: str) -> None:
    new, old = work_of(example, newer), work_of(example, older)
    rows = example.store.read("lineage", where={"work_id": new["work_id"], "other_id": old["work_id"]})
    assert "supersedes" in {row["relation"] for row in rows}


def test_known_citations_are_found_and_no_others_invented(example: mn.Project) -> None:
    found = {(row["citing_id"], row["cited_id"]) for row in example.store.read("citation")}
    for citing, cited in (("L012", "L010"), ("L043", "L041"), ("L059", "L081"), ("L093", "P22")):
        assert (work_of(example, citing)["work_id"], work_of(example, cited)["work_id"]) in found
    assert len(found) <= 17  # the example lists 17 references in all


def test_no_landmark_is_forced(example: mn.Project) -> None:
    roles = [row for row in example.store.read("storyline") if row["cluster_id"] == "all"]
    assert "landmark" not in {row["role"] for row in roles}
    none = [row for row in roles if row["role"] == "none"]
    assert none and none[0]["evidence"]
    report = (example.root / "maps" / "report.md").read_text(encoding="utf-8")
    assert "Landmarks: none." in report


def test_every_page_from_the_example_says_it_is_made_of_digests(example: mn.Project) -> None:
    pages = sorted((example.root / "maps").glob("*.html"))
    assert {p.stem for p in pages} >= {"index", "tradition", "storyline", "concepts", "compare", "force", "report"}
    for page in pages:
        assert "digests written for this example" in page.read_text(encoding="utf-8"), page.name


def test_pages_pass_their_checks(example: mn.Project) -> None:
    checked = example.check_maps()
    assert checked.exit_code == 0, checked.text()


def test_must_stands_where_the_law_is(example: mn.Project) -> None:
    works = {w["work_id"]: w for w in example.store.read("work")}
    binding = [
        p
        for p in example.store.read("provision")
        if p["force"] == "must" and not p["filter"] and p["cue"].lower() in ("must", "shall")
    ]
    assert len(binding) >= 10
    forces = {works[p["work_id"]]["force"] for p in binding}
    assert forces <= {"statute", "regulations", "statutory-code"}


def test_export_writes_the_contracted_tables(example: mn.Project, tmp_path: Path) -> None:
    example.export("csv", tmp_path)
    for name, columns in export.CSV_TABLES.items():
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            assert tuple(next(csv.reader(stream))) == columns
    with (tmp_path / "passages.csv").open(encoding="utf-8", newline="") as stream:
        assert sum(1 for _ in csv.DictReader(stream)) == example.store.count("passage")


def test_same_input_same_bytes(example: mn.Project, tmp_path: Path) -> None:
    shutil.copytree(example.root / "corpus", tmp_path / "corpus")
    shutil.copy(example.root / "metanarrative.toml", tmp_path)
    # the vectors are the one slow part; they are a function of text and model alone
    shutil.copytree(example.store.folder / "vectors", tmp_path / ".metanarrative" / "vectors")
    environment = {**os.environ, "PYTHONHASHSEED": "4321"}
    command = [sys.executable, "-m", "metanarrative", "-q", "-C", str(tmp_path), "run"]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    for page in sorted((example.root / "maps").glob("*.html")):
        assert page.read_bytes() == (tmp_path / "maps" / page.name).read_bytes(), page.name
    again = mn.Project.open(tmp_path)
    for name in export.CSV_TABLES:
        if name != "runs":
            assert export.table_rows(again, name) == export.table_rows(example, name), name


def test_decisions_hold_after_a_rerun_and_are_reported_when_they_do_not_fit(
    example: mn.Project, tmp_path: Path
) -> None:
    shutil.copytree(example.root, tmp_path / "p")
    project = mn.Project.open(tmp_path / "p")
    project.decide("name", "T1", verdict="Recovery as lived", who="mair")
    clusters = {row["number"]: row for row in project.store.read("cluster")}
    home = {row["work_id"]: row["cluster_id"] for row in project.store.read("membership")}
    literature = set(project.store.read_columns("work", "work_id", where={"kind": "literature"})[0])
    moved = next(w for w, c in sorted(home.items()) if c == clusters[2]["cluster_id"] and w in literature)
    project.decide("move", moved, "T1", who="mair")
    project.run(last="traditions")
    named = [row for row in project.store.read("cluster") if row["tradition"] == "Recovery as lived"]
    assert len(named) == 1 and named[0]["accepted"] == 1
    now = {row["work_id"]: row for row in project.store.read("membership")}
    assert now[moved]["cluster_id"] == named[0]["cluster_id"]
    assert now[moved]["placed_by"] == "mair"
    # a decision about a work that is gone is reported, never dropped
    file = project.root / "corpus/decisions/mair.csv"
    with file.open("a", encoding="utf-8") as stream:
        stream.write("2026-01-01T00:00:00Z,mair,move,wk_gone00000000,Recovery as lived,\n")
    project.run(last="traditions")
    codes = {row["code"]: row for row in project.store.read("problem", where={"stage": "traditions"})}
    assert "decision-subject-gone" in codes
    assert "wk_gone00000000" in json.dumps(codes["decision-subject-gone"])
    assert any(row["tradition"] == "Recovery as lived" for row in project.store.read("cluster"))
    # and taking it back restores the proposal
    project.decide("undo", "last", who="mair")


def test_kill_in_mid_run_loses_nothing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    (tmp_path / "metanarrative.toml").write_text('title = "t"\nseed = 1\n[embed]\nmodel = "tfidf-svd"\n', "utf-8")
    project = mn.Project.open(tmp_path)
    project.append_decision("exclude", "wk_none", "", reason="kept", who="ann")
    command = [sys.executable, "-m", "metanarrative", "-q", "-C", str(tmp_path), "run"]
    for pause in (0.4, 0.9, 1.6):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        reopened = mn.Project.open(tmp_path)
        assert reopened.store.integrity() == []
        assert [d.reason for d in reopened.decisions("exclude")] == ["kept"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert mn.Project.open(tmp_path).verify().exit_code == 0


def test_real_files_go_the_whole_way(shared: Callable[[str], Path], tmp_path: Path) -> None:
    project = mn.Project.init(tmp_path / "real", title="Real files")
    added = project.add_literature(
        [
            shared("labelled/mixed_reviews_A.csv"),
            shared("openalex/works_page_1.json"),
            shared("openalex/works_page_3.json"),
        ]
    )
    assert added.exit_code == 0, added.text()
    assert sum(row["kept"] for row in added.rows) == 720 + 49 + 50
    england = sorted(shared("policy").glob("england_*"))
    wales = [shared("policy/wales_asc_2025_1.xml"), shared("policy/wales_wsi_2024_1002_cy.xml")]
    project.add_policy(england, nation="england", force="guidance", year="2025")
    project.add_policy(wales)
    (project.root / "metanarrative.toml").write_text(
        'title = "Real files"\nseed = 1\n[embed]\nmodel = "tfidf-svd"\n', encoding="utf-8"
    )
    shutil.copy(ROOT / "corpus" / "codebook.toml", project.root / "corpus" / "codebook.toml")
    project = mn.Project.open(project.root)
    project.run()
    assert project.status().data["fresh"]
    assert project.verify().exit_code == 0, project.verify().text()
    log = project.log()
    assert {row["stage"] for row in log.rows} == {"read", "dedupe", "screen", "embed", "graph", "traditions",
                                                  "storyline", "concepts", "compare", "map", "report"}  # fmt: skip
    assert "peak" in log.text()
    nations = {w["title"]: w["nation"] for w in project.store.read("work", where={"kind": "policy"})}
    assert sorted(nations.values()) == ["england", "england", "wales", "wales"]
    # one Act against two guidelines: too few documents, and it says so
    verdicts = {row["verdict"] for row in project.store.read("contrast") if row["kind"] == "theme"}
    assert verdicts <= {"too few documents"}
    assert (project.root / "maps" / "index.html").stat().st_size > 2000
