"""Why a work or a cluster stands where it does: layers, second best, references, decisions, file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_between_traditions import corpus, made

from metanarrative import Project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = corpus(tmp_path_factory.mktemp("explained"), made(100))
    project.run(last="storyline")
    return project


def lines(project: Project, subject: str, word: str) -> list[str]:
    return [line for line in project.explain(subject).lead if line.startswith(f"  {word} ")]


def test_a_cluster_says_what_holds_it_and_what_lies_next(project: Project) -> None:
    (layers,) = lines(project, "T1", "layers")
    assert "coupling" in layers
    assert "bm25" in layers
    references = lines(project, "T1", "reference")
    assert len(references) == 5
    members = {m["work_id"] for m in project.explain("T1").rows}
    cited: dict[str, set[str]] = {}
    for row in project.store.read("reference"):
        cited.setdefault(row["node"], set()).add(row["work_id"])
    for line in references:
        node = line.split()[-1]
        inside, everywhere = len(cited[node] & members), len(cited[node])
        assert f"cited by {inside} of " in line
        assert f"by {everywhere} of all" in line
        assert inside > 1
    (beside,) = lines(project, "T1", "next to")
    assert "second best of" in beside
    typical = lines(project, "T1", "typical")
    assert len(typical) == 3
    assert all("corpus/literature/made.csv:" in line for line in typical)
    assert set(project.explain("T1").columns) >= {"next", "grade", "strength"}


def test_a_work_says_which_layer_put_it_there(project: Project) -> None:
    row = next(m for m in project.store.read("membership") if m["cluster_id"] and m["citation_share"] > 0.2)
    shares = json.loads(row["layers"])
    (told,) = lines(project, row["work_id"], "layers")
    assert all(f"{name} {share:.2f}" in told for name, share in shares.items())
    assert sum(shares.values()) == pytest.approx(1, abs=0.001)
    assert lines(project, row["work_id"], "reference")
    outside = [m for m in project.store.read("membership") if not m["cluster_id"]]
    for m in outside[:1]:
        (told,) = lines(project, m["work_id"], "cluster")
        assert ("to no cluster clearly" in told) == bool(json.loads(m["layers"]))


def test_decisions_are_told_with_file_and_line(tmp_path: Path) -> None:
    project = corpus(tmp_path, made(90))
    project.run(last="traditions")
    second = next(c for c in project.store.read("cluster") if c["number"] == 2)
    mover = json.loads(second["anchors"])[0]
    project.decide("name", "T1", "Hope", who="Ann", reason="read them all")
    project.run(last="traditions")
    project.decide("move", mover, "Hope", who="Bob", reason="it speaks of hope")
    project.decide("must-link", mover, json.loads(second["anchors"])[1], who="Cat")
    project.decide("undo", "last", who="Cat")
    project.run(last="traditions")
    (moved,) = lines(project, mover, "decided")
    assert "Bob: move Hope (it speaks of hope)" in moved
    assert "corpus/decisions/Bob.csv:2" in moved
    (before,) = lines(project, mover, "before")
    assert "as the machine had it; Bob placed it here" in before
    told = "\n".join(lines(project, "Hope", "decided"))
    assert "Ann: name Hope (read them all)  corpus/decisions/Ann.csv:2" in told
    assert f"Bob: move {mover} Hope" in told
    assert "Cat" not in told  # taken back
    assert not lines(project, "T3", "decided") if project.store.count("cluster") > 2 else True


def test_stability_tells_how_fine_the_partition_is(project: Project) -> None:
    homes = [m["cluster_id"] for m in project.store.read("membership")]
    squares = sum(homes.count(h) ** 2 for h in set(homes) - {""}) + homes.count("")
    assert project.stability().notes[-1].startswith(f"granularity {len(homes) / squares:.4f}")
