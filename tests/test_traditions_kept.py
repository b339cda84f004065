"""A kept partition: read, filled with new works, matched, and what no longer fits."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_matrix
from test_between_traditions import corpus, made

from metanarrative import Project
from metanarrative.errors import UsageError
from metanarrative.traditions.communities import POTTS, Method, canonical
from metanarrative.traditions.kept import COLUMNS, Kept, KeptCluster, fill, kept_text, match, read_kept, report, start


def add(project: Project, rows: list[dict[str, object]]) -> None:
    """Add works to a project, as a second export."""
    with (project.root / "corpus/literature/more.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]), restval="")
        table.writeheader()
        table.writerows(rows)


def cliques(*sizes: int) -> csr_matrix:
    return csr_matrix(block_diag([np.ones((n, n)) - np.eye(n) for n in sizes]))


def kept_of(*groups: str) -> Kept:
    clusters = tuple(KeptCluster(f"cl_{n}", n, f"label {n}", frozenset(own)) for n, own in enumerate(groups, start=1))
    machine = {work: c.cluster_id for c in clusters for work in sorted(c.works)}
    return Kept(clusters, machine, 1.0, "Ann", "2026-01-01")


@pytest.mark.parametrize("method", [Method(), Method("cpm", relative=True), POTTS])
def test_new_works_join_begin_or_stay_outside_and_kept_ones_never_move(method: Method) -> None:
    # two kept cliques (0-4, 5-9), one new work in each (10, 11), a new clique (12-15), a work without links
    dense = np.zeros((17, 17))
    dense[:12, :12] = cliques(5, 5, 1, 1).toarray()
    dense[10, :5] = dense[:5, 10] = 1
    dense[11, 5:10] = dense[5:10, 11] = 1
    dense[12:16, 12:16] = 1 - np.eye(4)
    dense[4, 5] = dense[5, 4] = 0.1
    labels = np.array([0] * 5 + [1] * 4 + [0] + [-1] * 7)  # work 9 is kept where its ties are not
    new = np.array([False] * 10 + [True] * 7)
    fresh = canonical([0] * 5 + [1] * 5 + [0, 1] + [2] * 4 + [-1])
    found = fill(
        csr_matrix(dense), labels, new, fresh, resolution=0.5 if method == POTTS else 1.0, smallest=3, method=method
    )
    assert found[9] == found[0] != found[5]  # kept where a person kept it
    assert found[10] == found[0]
    assert found[11] == found[5]
    assert len(set(found[12:16])) == 1
    assert found[12] not in (found[0], found[5], -1)
    assert found[16] == -1


def test_a_new_cluster_that_is_too_small_joins_the_nearest() -> None:
    dense = np.zeros((7, 7))
    dense[:5, :5] = 1 - np.eye(5)
    dense[5, 6] = dense[6, 5] = 1
    dense[6, 0] = dense[0, 6] = 0.2
    labels, new = np.array([0] * 5 + [-1] * 2), np.array([False] * 5 + [True] * 2)
    fresh = canonical([0] * 5 + [1] * 2)
    assert fill(csr_matrix(dense), labels, new, fresh, resolution=1.0, smallest=2).tolist() == [0] * 5 + [1] * 2
    joined = fill(csr_matrix(dense), labels, new, fresh, resolution=1.0, smallest=3)
    assert joined.tolist() == [0] * 5 + [-1, 0]  # work 5 is linked to the scrap only: listed, not forced


def test_matching_is_one_to_one_and_counts_shared_works_only() -> None:
    ids = tuple("abcdefgh")
    labels = canonical([0, 0, 0, 1, 1, 1, 2, 2])
    groups = [frozenset("abcxyz"), frozenset("de"), frozenset("f"), frozenset("q")]
    found = match(ids, labels, groups)
    assert found[0] == (int(labels[0]), 1.0)  # x, y, z are gone, g and h are new
    assert found[1] == (int(labels[3]), pytest.approx(2 / 3))
    assert found[2] == (-1, 0.0)
    assert found[3] == (-1, 0.0)
    assert match((), np.zeros(0, dtype=np.int64), []) == []


def test_what_no_longer_fits_is_said() -> None:
    ids = tuple("abcdefgh")
    kept = kept_of("abcd", "efgh", "yz")
    labels, _ = start(ids, kept)
    matched = match(ids, labels, [c.works for c in kept.clusters])
    fresh = canonical([0, 0, 1, 1, 2, 2, 2, 2])
    told = {p.code: p for p in report(kept, ids, matched, fresh, ["b"])}
    assert set(told) == {"kept-works-gone", "kept-lost", "kept-torn"}
    assert "y, z" in told["kept-works-gone"].message
    assert "T3" in told["kept-lost"].message
    assert "1 kept works" in told["kept-torn"].message
    mixed = canonical([0, 1, 2, 3, 0, 1, 2, 3])
    lost = [p.subject for p in report(kept, ids, matched, mixed, []) if p.code == "kept-not-found-afresh"]
    assert lost == ["cl_1", "cl_2"]
    assert report(kept_of("abcd", "efgh"), ids, matched[:2], labels, []) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("work_id,cluster_id\nwk_1,cl_1\n", "lacks the columns"),
        (",".join(COLUMNS) + "\n", "no works"),
        (",".join(COLUMNS) + "\nwk_1,cl_1,1,care,cl_1,many,Ann,2026\n", "not as it was written"),
        (",".join(COLUMNS) + "\n" + "wk_1,cl_1,1,care,cl_1,1.0,Ann,2026\n" * 2, "not as it was written"),
        ("", "lacks the columns"),
    ],
)
def test_a_file_that_is_not_as_written_is_refused_with_its_line(text: str, why: str) -> None:
    kept, (problem,) = read_kept(text)
    assert kept is None
    assert why in problem.message
    assert (problem.code, problem.file) == ("kept-unreadable", "corpus/kept.csv")


def test_the_file_says_all_there_is() -> None:
    rows = [
        dict(zip(COLUMNS, values, strict=True))
        for values in (
            ("wk_2", "cl_9", 4, 'care, "planned"', "cl_1", 1.27, "Ann", "2026-01-01T10:00:00Z"),
            ("wk_1", "", 0, "", "", 1.27, "Ann", "2026-01-01T10:00:00Z"),
        )
    ]
    kept, problems = read_kept(kept_text(rows))
    assert problems == []
    assert kept == Kept(
        (KeptCluster("cl_9", 4, 'care, "planned"', frozenset({"wk_2"})),), {"wk_1": "", "wk_2": "cl_1"}, 1.27,
        "Ann", "2026-01-01T10:00:00Z",
    )  # fmt: skip
    assert kept_text(rows) == kept_text(rows[::-1])


def test_kept_clusters_come_back_with_a_tenth_more_works(tmp_path: Path) -> None:
    rows = made(130)
    project = corpus(tmp_path, rows[:118])
    project.overrides["traditions"] = {"bootstraps": 3, "starts": 2, "resolution": 1.0}
    project.run(last="traditions")
    with pytest.raises(UsageError, match="nothing was kept"):
        project.keep(drop=True)
    before = {c["cluster_id"]: c for c in project.store.read("cluster")}
    second = next(c for c in before.values() if c["number"] == 2)
    third = next(c for c in before.values() if c["number"] == 3)
    split = json.loads(second["anchors"])
    project.decide("split", "T2", ",".join(split[:6]))
    project.decide("move", json.loads(third["anchors"])[0], "T1")
    project.run(last="traditions")
    before = {c["cluster_id"]: c for c in project.store.read("cluster")}
    placed = {m["work_id"]: (m["cluster_id"], m["placed_by"]) for m in project.store.read("membership")}
    project.keep(who="Ann")
    with pytest.raises(UsageError, match="kept before"):
        project.keep()
    text = (project.root / "corpus/kept.csv").read_text(encoding="utf-8")
    project.run(last="traditions")
    tables = ("cluster", "membership", "subcluster")

    def same() -> None:
        after = {c["cluster_id"]: c for c in project.store.read("cluster")}
        assert {c: (after[c]["number"], after[c]["label"]) for c in before} == {
            c: (own["number"], own["label"]) for c, own in before.items()
        }
        here = {m["work_id"]: (m["cluster_id"], m["placed_by"]) for m in project.store.read("membership")}
        assert {work: here[work] for work in placed} == placed

    same()  # nothing new: nothing moves, decisions over the kept partition included
    assert not [p for p in project.store.read("problem") if p["code"].startswith("kept-") and p["severity"] != "note"]
    add(project, rows[118:])
    project.run(last="traditions")
    same()
    grown = {m["work_id"]: m["cluster_id"] for m in project.store.read("membership")}
    fresh = set(grown) - set(placed)
    assert len(fresh) == 12
    assert sum(bool(grown[work]) for work in fresh) >= 8
    first = [project.store.read(table) for table in tables]
    project.run("traditions", force=True)
    assert [project.store.read(table) for table in tables] == first
    project.keep(force=True, who="Ann")
    assert (project.root / "corpus/kept.csv").read_text(encoding="utf-8") != text
    project.keep(drop=True)
    project.run(last="traditions")
    assert not any("Kept" in c["note"] for c in project.store.read("cluster"))


def test_a_kept_file_that_cannot_be_read_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    project = corpus(tmp_path, made(60))
    project.overrides["traditions"] = {"bootstraps": 0, "starts": 2}
    (project.root / "corpus/kept.csv").write_text("work_id\nwk_1\n", encoding="utf-8")
    project.run(last="traditions")
    (problem,) = [p for p in project.store.read("problem") if p["code"] == "kept-unreadable"]
    assert (problem["file"], problem["severity"]) == ("corpus/kept.csv", "error")
    assert project.store.count("cluster") > 1
