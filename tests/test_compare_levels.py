"""Levels: what policy says and practice does not show; no evidence, none found and coded absent kept apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_compare_run import codes, document, filler, make, run

import metanarrative as mn
from metanarrative import api
from metanarrative.compare.levels import Documents, discordance, level_rows
from metanarrative.errors import DecisionError, UsageError

REVIEW = "The care coordinator must review the plan each year."
CARERS = "Every carer is asked what help is wanted."


def corpus(*, micro: bool = True, sites: int = 6) -> tuple[list[dict[str, Any]], dict[str, list[Any]]]:
    """Return four national documents, and care plans of six sites: review is said above only, carers everywhere."""
    rng = np.random.default_rng(3)
    works: list[dict[str, Any]] = []
    texts: dict[str, list[Any]] = {}

    def add(nation: str, number: int, level: str, said: list[str], **more: Any) -> None:
        work = document(nation, number, level=level, **more)
        works.append(work)
        texts[work["work_id"]] = [f"{filler(rng)} {one} {filler(rng)}" for one in said] + [
            f"{filler(rng)} {filler(rng)}" for _ in range(6)
        ]

    for nation, force in (("england", "guidance"), ("wales", "statute")):
        for number in range(2):
            add(nation, number, "macro", [REVIEW] * 4 + [CARERS] * 2, force=force)
    for at in range(sites if micro else 0):
        nation = "wales" if at >= 4 else "england"
        for plan in range(2):
            add(nation, 10 + 2 * at + plan, "micro", [CARERS] * 2, site=f"Site {'ABCDEF'[at]}", force="care plan")
    return works, texts


def opened(root: Path, **how: Any) -> api.Project:
    works, texts = corpus(**how)
    run(make(root / "p", works, texts))
    return mn.Project.open(root / "p")


def test_said_above_and_not_found_below_comes_first_and_an_equal_theme_is_not_there(tmp_path: Path) -> None:
    project = opened(tmp_path)
    rows = [row for row in project.store.read("discordance") if row["scope"] == "all"]
    assert {row["theme"] for row in rows} == {"review"}
    (row,) = rows
    assert (row["above"], row["below"], row["pattern"]) == ("macro", "micro", "said above, not found below")
    assert (row["n_above"], row["with_above"], row["n_below"], row["n_against"]) == (4, 4, 12, 12)
    assert (row["strong"], row["binding"], row["n_must"]) == (1, "in law", 16)
    assert row["gap"] == pytest.approx(4 / 12)
    quotes = json.loads(row["quotes"])
    text = {p["passage_id"]: p["text"] for p in project.store.read("passage")}
    assert REVIEW in text[quotes["macro"][0]]
    assert quotes["micro"] == []
    of_nation = {r["value"]: r for r in project.store.read("discordance") if r["scope"] == "nation"}
    assert of_nation["england"]["binding"] == "in guidance"
    assert of_nation["wales"]["binding"] == "in law"
    shown = project.levels()
    assert shown.rows[0]["theme"] == "review"
    assert shown.rows[0]["macro"] == "33 % in 4/4"
    assert shown.rows[0]["micro"] == "0 % in 0/12"
    assert shown.rows[0]["meso"] == "no evidence"
    assert {row["theme"]: row["parts"] for row in shown.rows}["carers"] == ""


def test_no_evidence_is_not_zero_and_people_s_no_is_told_apart(tmp_path: Path) -> None:
    project = opened(tmp_path)
    first = next(p for p in project.store.read("passage") if p["work_id"] == "wk_e10")
    project.append_decision("theme", first["passage_id"], "-review")
    run(project)
    cells = {
        (r["theme"], r["level"]): r
        for r in project.store.read("theme_level")
        if r["scope"] == "site" and r["value"] == "Site A"
    }
    assert cells["review", "micro"]["evidence"] == "coded, absent"
    assert cells["nowhere", "micro"]["evidence"] == "none found"
    assert (cells["nowhere", "micro"]["share"], cells["nowhere", "meso"]["share"]) == (0.0, None)
    assert cells["nowhere", "meso"]["evidence"] == "no evidence"


def test_sites_are_the_clusters(tmp_path: Path) -> None:
    project = opened(tmp_path)
    rows = {
        (r["scope"], r["value"]): r
        for r in project.store.read("theme_level")
        if (r["theme"], r["level"]) == ("carers", "micro")
    }
    everyone, wales = rows["all", ""], rows["nation", "wales"]
    assert (everyone["n_sites"], everyone["interval"]) == (6, "resampled sites")
    assert everyone["low"] <= everyone["share"] <= everyone["high"]
    assert (wales["n_sites"], wales["interval"]) == (2, "range of sites")
    assert rows["site", "Site A"]["interval"] == ""


def test_range_of_two_sites_holds_both_values() -> None:
    works = {f"wk_{n}": {"level": "micro", "site": "AABB"[n], "nation": "wales"} for n in range(4)}
    hits = {("wk_0", "t"): [("ps_0", 1.0, "x")], ("wk_3", "t"): [("ps_3", 1.0, "x"), ("ps_4", 1.0, "y")]}
    docs = Documents(works, dict.fromkeys(works, 4), hits)
    (row,) = [
        r for r in level_rows(docs, ["t"], np.random.default_rng(1)) if (r["scope"], r["level"]) == ("all", "micro")
    ]
    assert (row["low"], row["high"], row["share"]) == (0.125, 0.25, 0.1875)


def test_people_say_what_is_done(tmp_path: Path) -> None:
    project = opened(tmp_path)
    plans = [w["work_id"] for w in project.store.read("work") if w["level"] == "micro"]
    for own in plans[:7]:  # people found it done, in words that the seeds do not know
        project.decide("practice", own, "review", verdict="done")
    for own in plans[:8]:
        project.decide("practice", own, "carers", verdict="contradicted")
    run(project)
    rows = {r["theme"]: r for r in project.store.read("discordance") if r["scope"] == "all"}
    assert "review" not in rows
    assert (rows["carers"]["n_against"], rows["carers"]["n_coded"]) == (8, 8)
    level = next(
        r
        for r in project.store.read("theme_level")
        if (r["scope"], r["level"], r["theme"]) == ("all", "micro", "carers")
    )
    assert (level["n_contradicted"], level["n_done"]) == (8, 0)
    with pytest.raises(DecisionError, match="no theme"):
        project.decide("practice", plans[0], "planets", verdict="done")
    with pytest.raises(DecisionError, match="say done, partly"):
        project.decide("practice", plans[0], "review", verdict="soon")
    project.append_decision("practice", "wk_gone review", "done")
    project.append_decision("practice", f"{plans[0]} review", "perhaps")
    run(project)
    assert {"decision-lost", "bad-decision"} <= codes(project)


def test_a_third_of_documents_everywhere_parts_nothing() -> None:
    works = {f"wk_{n}": {"level": "macro" if n < 3 else "micro"} for n in range(9)}
    hits = {(own, "rare"): [(f"ps_{own}", 1.0, "x")] for own in ("wk_0", "wk_3", "wk_4")}
    docs = Documents(works, dict.fromkeys(works, 5), hits)
    assert discordance(docs, ["rare"]) == []


def test_found_below_only() -> None:
    works = {"wk_1": {"level": "macro"}, "wk_2": {"level": "meso"}}
    docs = Documents(works, {"wk_1": 5, "wk_2": 5}, {("wk_2", "t"): [("ps_1", 1.0, "x")]})
    (row,) = discordance(docs, ["t"])
    assert (row["above"], row["below"], row["pattern"], row["gap"]) == (
        "macro",
        "meso",
        "found below, not said above",
        -0.2,
    )


def test_one_level_only_is_said(tmp_path: Path) -> None:
    project = opened(tmp_path, micro=False)
    assert project.store.read("discordance") == []
    result = project.levels()
    assert any("levels cannot be compared" in note and "is not zero" in note for note in result.notes)
    assert {row["micro"] for row in result.rows} == {"no evidence"}
    with pytest.raises(UsageError, match="no document of a level has site 'Llan'"):
        project.levels(site="Llan")
    assert project.levels(nation="Wales", theme="Carers").rows[0]["macro"] == "17 % in 2/2"
    with pytest.raises(UsageError):
        project.levels(nation="wales", site="x")


def test_actors_split_by_theme_and_nation(tmp_path: Path) -> None:
    project = opened(tmp_path)
    each = {(r["actor"], r["theme"], r["nation"]): r for r in project.matrix("actor", theme="each").rows}
    assert each["care coordinator", "review", "wales"]["duty-bearer"] == 8
    assert ("care coordinator", "carers", "wales") not in each
    only = project.matrix("actor", theme="Carers")
    assert {(r["actor"], r["nation"]) for r in only.rows} >= {("carer", "england"), ("carer", "wales")}
    assert "care coordinator" not in {r["actor"] for r in only.rows}
    with pytest.raises(UsageError):
        project.matrix("actor", theme="planets")
    words = " ".join(only.notes).casefold()
    assert not any(word in words for word in ("hero", "villain", "victim", "sentiment", "because of", "caused"))
