"""Rulings on clusters against a cut that changed: held together, kept apart, or told what left and what came."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from scipy.sparse import block_diag, csr_matrix
from test_between_traditions import corpus, made

from metanarrative import Project
from metanarrative.model import Decision, Problem
from metanarrative.traditions.communities import canonical
from metanarrative.traditions.edits import Edited, apply_edits
from metanarrative.traditions.rulings import told, words_of

IDS = tuple(f"wk_{row:02d}" for row in range(24))
MATRIX = csr_matrix(block_diag([np.ones((6, 6)) - np.eye(6)] * 4) + 0.01 * (1 - np.eye(24)))
FOUR = canonical(np.repeat([0, 1, 2, 3], 6))
A, B, C, D = (" ".join(IDS[start : start + 6]) for start in (0, 6, 12, 18))


def decide(number: int, kind: str, subject: str, verdict: str = "", who: str = "Ann") -> Decision:
    place = {"file": "corpus/decisions/ann.csv", "line": number}
    return Decision(f"dc_{number:08d}", f"2026-01-{number:02d}T10:00:00Z", who, kind, subject, verdict, **place)


def edit(*decisions: Decision, labels: np.ndarray = FOUR) -> Edited:
    return apply_edits(IDS, labels, MATRIX, decisions)


def say(out: Edited) -> list[Problem]:
    return told(out, IDS, lambda cluster: f"T{cluster + 1}" if cluster >= 0 else "no cluster")


def together(out: Edited, *works: str) -> bool:
    homes = {int(out.labels[IDS.index(work)]) for text in works for work in text.split()}
    return len(homes) == 1 and homes != {-1}


def test_a_merge_holds_its_works_whatever_the_cut() -> None:
    # the second side is scattered over three clusters, and one work of the first has none
    cut = FOUR.copy()
    cut[[6, 7]], cut[[8, 9]], cut[0] = 2, 3, -1
    out = edit(decide(1, "merge", f"{A} | {B}"), labels=cut)
    assert together(out, A, B)
    assert not together(out, A, C)
    (problem,) = out.problems
    assert (problem.code, problem.severity, problem.line) == ("decision-held", "note", 1)
    assert "puts 7 of its 12 works together" in problem.message
    assert IDS[8] in problem.message
    assert out.ruled == {int(out.labels[1]): "merged by Ann"}
    assert out.accepted == {int(out.labels[1])}
    assert out.placed[6] == "Ann"
    assert out.applied == 1


def test_a_merge_without_any_home_stands_on_its_works_alone() -> None:
    cut = canonical(np.arange(24) % 8)
    out = edit(decide(1, "merge", f"{A} | {B}", "Both"), labels=cut)
    home = int(out.labels[0])
    assert {IDS[row] for row in np.flatnonzero(out.labels == home)} == set(IDS[:12])
    assert out.names == {home: ("Both", "Ann")}


def test_two_merges_that_the_cut_joins_are_kept_apart() -> None:
    one = np.zeros(24, dtype=np.int64)
    first, second = (
        decide(1, "merge", f"{A} | {B}", "Left"),
        decide(2, "merge", f"{C} | {' '.join(IDS[18:21])}", who="Bob"),
    )
    out = edit(first, second, labels=one)
    assert together(out, A, B)
    assert together(out, C, *IDS[18:21])
    assert not together(out, A, C)
    assert out.labels[23] == out.labels[18]  # seen by nobody: to the side it is linked to
    assert sorted(out.ruled.values()) == ["merged by Ann", "merged by Bob"]
    assert [name for name, _ in out.names.values()] == ["Left"]
    problems = say(out)
    assert [(p.code, p.severity, p.line) for p in problems] == [("decision-swollen", "warning", n) for n in (2, 1)]
    assert "would share one cluster of 24 works with decision merge by Ann" in problems[0].message
    assert "12 works, 12 seen" in problems[1].message
    # a later decision says otherwise
    joined = edit(first, second, decide(3, "merge", f"{A} {B} | {C}", "All"), labels=one)
    assert together(joined, A, B, C, D)
    assert [name for name, _ in joined.names.values()] == ["All"]
    assert say(joined) == []
    assert edit(second, labels=one).ruled == {0: "merged by Bob"}  # undone: only one ruling is left


def test_two_names_that_the_cut_joins_are_kept_apart_and_moved_works_go_along() -> None:
    cut = canonical(np.repeat([0, 1, 2], [12, 6, 6]))
    out = edit(decide(1, "name", A, "One"), decide(2, "move", IDS[12], "One"), decide(3, "name", B, "Two"), labels=cut)
    assert sorted(out.names.values()) == [("One", "Ann"), ("Two", "Ann")]
    assert together(out, A, IDS[12])
    assert together(out, B)
    assert not together(out, A, B)
    assert out.problems == []
    # a name for the merged cluster is no rival of what went into it
    merged = edit(
        decide(1, "name", A, "One"),
        decide(2, "name", B, "Two"),
        decide(3, "merge", f"{A} | {B}"),
        decide(4, "name", B, "Both"),
    )
    assert together(merged, A, B)
    assert list(merged.names.values()) == [("Both", "Ann")]
    assert say(merged) == []


def test_split_reject_and_accept_leave_the_works_of_other_rulings_alone() -> None:
    cut = canonical(np.repeat([0, 1, 2], [12, 6, 6]))
    name = decide(1, "name", A, "One")
    rejected = edit(name, decide(2, "reject", B), labels=cut)
    assert together(rejected, A)
    assert (rejected.labels[6:12] == -1).all()
    parts = edit(name, decide(2, "split", B, f"{IDS[6]} | {IDS[11]}"), labels=cut)
    assert together(parts, A)
    assert not together(parts, A, IDS[6])
    assert not together(parts, IDS[6], IDS[11])
    both = edit(name, decide(2, "accept", B, who="Bob"), labels=cut)
    assert sorted(both.ruled.values()) == ["accepted by Bob", "named by Ann"]
    # works that nobody saw are not dissolved with the few that were
    few = edit(decide(1, "reject", " ".join(IDS[:4])), labels=cut)
    assert (few.labels[:4] == -1).all()
    assert (few.labels[4:12] >= 0).all()
    assert [p.code for p in few.problems] == ["decision-swollen"]


def test_thinned_and_swollen_are_told_with_counts_and_places() -> None:
    cut = FOUR.copy()
    cut[[4, 5]] = 1, -1
    out = edit(decide(1, "name", A, "One"), decide(2, "accept", C), labels=cut)
    (problem,) = say(out)
    assert (problem.code, problem.severity) == ("decision-thinned", "warning")
    assert "ruled on 6 works; 2 of them no longer stand in" in problem.message
    assert f"{IDS[5]} in no cluster; {IDS[4]} in T" in problem.message
    # what a later decision took away is no thinning
    assert say(edit(decide(1, "name", A, "One"), decide(2, "move", IDS[4], B))) == []
    grown = edit(decide(1, "name", A, "One"), labels=canonical(np.repeat([0, 1], [14, 10])))
    (problem,) = say(grown)
    assert problem.code == "decision-swollen"
    assert "ruled on 6 works; T1 has 14 works now, 6 of them seen" in problem.message
    assert words_of(grown, 0) == "named by Ann; 6 \u2192 14 works, 6 of them seen"
    assert say(edit(decide(1, "name", A, "One"), labels=canonical(np.repeat([0, 1], [12, 12])))) == []
    # works that people moved there were seen
    added = [decide(n, "move", IDS[n + 4], A) for n in range(2, 10)]
    assert say(edit(decide(1, "name", A, "One"), *added)) == []


def test_links_bring_works_to_a_merge_and_part_it_only_where_they_must() -> None:
    merge = decide(1, "merge", f"{A} | {B}")
    drawn = edit(merge, decide(2, "must-link", f"{IDS[0]} {IDS[12]}"))
    assert together(drawn, A, B, IDS[12])
    parted = edit(merge, decide(2, "cannot-link", f"{IDS[0]} {IDS[1]}"))
    assert parted.labels[0] != parted.labels[1]
    assert together(parted, " ".join(IDS[2:12]))
    assert say(parted) == []  # a later decision, not the cut


def more(project: Project, rows: list[dict[str, object]]) -> None:
    with (project.root / "corpus/literature/more.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]), restval="")
        table.writeheader()
        table.writerows(rows)


def test_exclusions_another_cut_and_a_second_database(tmp_path: Path) -> None:
    rows = made(240, seed=6)
    project = corpus(tmp_path, rows[:160])
    project.overrides["traditions"] = {"bootstraps": 0, "starts": 3, "resolution": 2.4, "nested_from": 0}
    project.run(last="traditions")
    before = {c["number"]: c for c in project.store.read("cluster")}
    one = project.decide("merge", "T1", "T2", who="Ann")
    two = project.decide("merge", "T3", "T4", verdict="Both", who="Ann")
    listed = one.subject.replace("|", " ").split()
    assert len(listed) == before[1]["size"] + before[2]["size"]
    assert listed[:12] == json.loads(before[1]["anchors"])
    for work in listed[1:3]:
        project.decide("exclude", work, who="Ann")

    def holds() -> dict[str, str]:
        home = {m["work_id"]: m["cluster_id"] for m in project.store.read("membership")}
        for ruling in (one, two):
            works = [work for work in ruling.subject.replace("|", " ").split() if work in home]
            assert len({home[work] for work in works}) == 1
            assert home[works[0]]
        assert home[listed[0]] != home[two.subject.split()[0]]
        return {row["cluster_id"]: row["ruled"] for row in project.store.read("cluster") if row["ruled"]}

    for resolution in (2.4, 5.0, 0.6):  # finer, so that both come apart; coarser, so that they meet
        project.overrides["traditions"]["resolution"] = resolution
        project.run(last="traditions")
        assert [words[:13] for words in holds().values()] == ["merged by Ann"] * 2
    codes = {p["code"] for p in project.store.read("problem")}
    assert "decision-swollen" in codes
    more(project, rows[160:])
    project.overrides["traditions"]["resolution"] = 1.0
    project.run(last="traditions")
    holds()
    listing = project.traditions()
    assert "ruled" in listing.columns
    assert any(str(row["ruled"]).startswith("merged by Ann") and row["tradition"] == "-" for row in listing.rows)
    assert any(row["code"].startswith("decision-") for row in project.problems().rows)
