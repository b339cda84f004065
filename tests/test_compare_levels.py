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


def test_agreement_of_coders_is_not_that_of_the_machine(tmp_path: Path) -> None:
    project = opened(tmp_path)
    text = {p["passage_id"]: p["text"] for p in project.store.read("passage")}
    chosen = (
        sorted(p for p, words in text.items() if REVIEW in words)[:8]
        + sorted(p for p, words in text.items() if REVIEW not in words)[:52]
    )
    for at, passage in enumerate(chosen):
        yes = REVIEW in text[passage]
        project.append_decision("theme", passage, ("+" if yes else "-") + "review", who="ann")
        if at < 20:  # bob sees it differently in two of twenty
            project.append_decision("theme", passage, ("+" if yes != (at in (0, 15)) else "-") + "review", who="bob")
    for passage in chosen[:45]:  # on carers people and machine do not agree at all
        said = "-" if CARERS in text[passage] else "+"
        project.append_decision("theme", passage, f"{said}carers", who="ann")
    run(project)
    result = project.agreement()
    rows = {(r["theme"], r["between"]): r for r in result.rows}
    human = rows["review", "ann and bob"]
    assert human["n"] == 20
    # 18 of 20 agree: observed .9; by hand kappa = (.9 - .52) / (1 - .52)
    assert human["kappa"] == pytest.approx((0.9 - 0.52) / 0.48, abs=1e-4)
    assert human["pabak"] == pytest.approx(0.8)
    machine = rows["review", "machine and people"]
    assert machine["pabak"] is None
    assert machine["n"] == 60
    assert rows["nowhere", "machine and people"]["grade"] == "not calibrated"
    assert any("neither stands for the other" in note for note in result.notes)
    assert {r["theme"] for r in project.agreement(theme="Carers").rows} == {"carers"}


def test_the_page_and_the_report_say_it(tmp_path: Path) -> None:
    from metanarrative.map.views import levels as view
    from metanarrative.report.facts import Facts
    from metanarrative.report.levels import agreement_part, levels_part
    from metanarrative.report.parts import Quote, Table, Text

    project = opened(tmp_path)
    html = view.below(view.collect(project.store))
    assert "said in national policy, not found in practice" in html
    assert "no documents" in html
    assert "3 of 3 themes are not calibrated" in html
    assert "Absence of a word is not absence of the idea" in html
    parts = levels_part(Facts(project))
    tables = [part for part in parts if isinstance(part, Table)]
    assert [table.caption for table in tables] == [
        "Themes by level: mean share of a document's passages", "Where levels part",
    ]  # fmt: skip
    assert tables[1].rows[0][:3] == ("Review", "all", "said above, not found below (macro, micro)")
    assert "no evidence" in {cell for row in tables[0].rows for cell in row}
    assert any(REVIEW in part.text for part in parts if isinstance(part, Quote))
    assert any(isinstance(part, Table) for part in agreement_part(Facts(project)))
    one = opened(tmp_path / "one", micro=False)
    assert "no evidence" in view.below(view.collect(one.store))
    told = [part.text for part in levels_part(Facts(one)) if isinstance(part, Text)]
    assert any("only at level macro" in text and "not zero" in text for text in told)


def test_text_of_themes_and_sites_is_escaped() -> None:
    from metanarrative.map.views import levels as view

    row = {
        "theme": "<b>", "scope": "all", "value": "", "level": "macro", "n_documents": 1, "n_with": 1, "share": 0.5,
    }  # fmt: skip
    parted = {
        "theme": "<b>", "scope": "site", "value": "<i>", "above": "macro", "below": "micro", "pattern": "said above",
        "share_above": 0.5, "share_below": 0.0, "n_above": 1, "with_above": 1, "n_below": 1, "n_against": 1,
        "n_must": 1, "n_coded": 0, "strong": 1, "binding": "in law", "quotes": [["macro", "<script>", "A & B", "en"]],
    }  # fmt: skip
    html = view.below({"levels": [row, {**row, "level": "micro"}], "parted": [parted], "grades": []})
    assert "<script>" not in html
    assert "<i>" not in html
    assert "&lt;script&gt;" in html
