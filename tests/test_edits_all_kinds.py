"""Every kind of edit at once, then a tenth more works: each is applied again or reported, none is lost."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from test_between_traditions import corpus, made

from metanarrative import Project
from metanarrative.errors import DecisionError

KINDS = {"name", "accept", "reject", "merge", "split", "move", "pin", "must-link", "cannot-link", "exclude", "undo"}


def add(project: Project, rows: list[dict[str, object]]) -> None:
    with (project.root / "corpus/literature/more.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]), restval="")
        table.writeheader()
        table.writerows(rows)


def holds(project: Project, d: dict[str, Any]) -> bool:
    """Whether the result does what a decision says, judged from the tables alone."""
    members = {m["work_id"]: m for m in project.store.read("membership")}
    clusters = {c["cluster_id"]: c for c in project.store.read("cluster")}
    home = {work: m["cluster_id"] for work, m in members.items()}

    def most(works: list[str]) -> str:
        held = [home[w] for w in works if home.get(w)]
        best = max(sorted(set(held)), key=held.count, default="")
        return best if best and 2 * held.count(best) >= len(works) else ""

    sides = [side.split() for side in d["subject"].split("|")]
    if d["kind"] == "name":
        found = most(sides[0])
        return bool(found) and clusters[found]["tradition"] == d["verdict"]
    if d["kind"] == "accept":
        found = most(sides[0])
        return bool(found) and clusters[found]["accepted"] == 1
    if d["kind"] == "merge":
        return len({most(side) for side in sides}) == 1 and most(sides[0]) != ""
    if d["kind"] == "split":
        groups = [group.split() for group in d["verdict"].split("|")]
        firsts = [most(group) for group in groups]
        stay = [w for w in sides[0] if w not in groups[0]]
        return bool(firsts[0]) and (len(set(firsts)) == len(groups) > 1 or firsts[0] != most(stay))
    if d["kind"] == "reject":
        return not any(home[w] for w in sides[0] if members[w]["placed_by"] == d["who"])
    if d["kind"] in ("move", "pin"):
        work = sides[0][0]
        if d["verdict"] == "none":
            return home[work] == ""
        named = {c["tradition"]: i for i, c in clusters.items() if c["tradition"]}
        return home[work] == (named.get(d["verdict"]) or most(d["verdict"].split())) != ""
    if d["kind"] == "must-link":
        return home[sides[0][0]] == home[sides[0][1]] != ""
    if d["kind"] == "cannot-link":
        return home[sides[0][0]] != home[sides[0][1]] or home[sides[0][0]] == ""
    assert d["kind"] == "exclude"
    return sides[0][0] not in members


@pytest.mark.parametrize("keep", [False, True])
def test_all_kinds_survive_a_tenth_more_works(tmp_path: Path, keep: bool) -> None:
    rows = made(240, seed=6)
    project = corpus(tmp_path, rows[:218])
    project.overrides["traditions"] = {"bootstraps": 0, "starts": 3, "resolution": 2.4, "nested_from": 0}
    project.run(last="traditions")
    by_number = {c["number"]: json.loads(c["anchors"]) for c in project.store.read("cluster")}
    assert len(by_number) >= 7
    if keep:
        project.keep(who="Ann")
    project.decide("merge", "T1", "T2", verdict="Both", who="Ann")
    project.decide("name", "T3", "Hope", who="Ann")
    project.decide("name", "T3", "Hope and meaning", who="Bob")  # a later name holds
    project.decide("accept", "T4", who="Ann")
    project.decide("split", "T5", ",".join(by_number[5][:3]), who="Ann")  # these leave
    project.decide("split", "T6", by_number[6][0], by_number[6][-1], who="Bob")  # seeds
    project.decide("reject", "T7", who="Bob")
    project.decide("move", by_number[4][2], "T3", who="Ann")
    project.decide("move", by_number[4][3], "A new tradition", who="Ann")
    project.decide("move", by_number[4][5], "none", who="Ann")
    project.decide("pin", by_number[3][1], "T3", who="Bob")
    project.decide("must-link", by_number[3][4], by_number[4][4], who="Ann")
    project.decide("cannot-link", by_number[1][5], by_number[1][6], who="Ann")
    project.decide("exclude", by_number[2][9], who="Ann")
    with pytest.raises(DecisionError, match="contradicts earlier"):
        project.decide("cannot-link", by_number[3][4], by_number[4][4], who="Cat")
    project.decide("move", by_number[1][8], "T4", who="Cat")
    project.decide("undo", "last", who="Cat")

    def check(most_reported: int) -> None:
        taken = [asdict(d) for d in project.decisions()]
        assert {d["kind"] for d in taken} == KINDS - {"undo"}
        problems = [p for p in project.store.read("problem") if p["code"].startswith("decision-")]
        told = {(p["file"], p["line"]) for p in problems}
        lost = [d for d in taken if not holds(project, d) and (d["file"], d["line"]) not in told]
        assert lost == []
        # a ruling that holds and says which of its works the new cut has elsewhere is applied
        unheeded = {(p["file"], p["line"]) for p in problems if p["code"] not in ("decision-thinned", "decision-held")}
        reported = [d for d in taken if (d["file"], d["line"]) in unheeded]
        assert len(reported) <= most_reported, [p["message"] for p in problems]
        counts = json.loads(project.store.read("run", where={"stage": "traditions"})[0]["counts"])
        assert counts["decisions"] == len([d for d in taken if d["kind"] != "exclude"])

    project.run(last="traditions")
    check(2)  # the name that was replaced says so
    add(project, rows[218:])
    project.run(last="traditions")
    assert len(project.store.read("membership")) == 239
    check(4)
    tables = [project.store.read(t) for t in ("cluster", "membership")]
    project.run("traditions", force=True)
    assert [project.store.read(t) for t in ("cluster", "membership")] == tables
