"""Themes taught by people, and force read unequally: grades, refusals, corrections."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from test_compare_run import codes, make, run, two_nations

from metanarrative.compare.agreement import krippendorff_alpha
from metanarrative.compare.calibrate import logistic, sampling_weights, weighted_alpha, weighted_kappa
from metanarrative.compare.contrasts import Sides, force_rows
from metanarrative.compare.error import SideError, unequal
from metanarrative.project import Project


def test_weights_give_the_corpus_back() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random(5000) < 0.1
    scores = truth * 1.5 + rng.normal(size=5000)
    top = np.argsort(-scores)[:1000]
    rest = np.argsort(-scores)[1000:]
    coded = np.concatenate([rng.choice(top, 300, replace=False), rng.choice(rest, 300, replace=False)])
    weights = sampling_weights(scores, coded)
    assert weights.sum() == pytest.approx(5000)
    assert (weights * truth[coded]).sum() / 5000 == pytest.approx(truth.mean(), abs=0.02)
    machine = scores > 1.5
    whole = weighted_kappa(machine, truth, np.ones(5000))
    assert weighted_kappa(machine[coded], truth[coded], weights) == pytest.approx(whole, abs=0.08)
    ones = np.ones(5000)
    assert weighted_alpha(machine, truth, ones) == pytest.approx(krippendorff_alpha([machine * 1.0, truth * 1.0]))


def test_folds_never_part_a_document() -> None:
    # the label is a mark of the document: a model that saw the document would be right, held out it is not
    rng = np.random.default_rng(2)
    groups = [f"wk_{k % 10}" for k in range(200)]
    features = rng.normal(size=(200, 3))
    labels = np.array([int(g[3:]) % 2 == 0 for g in groups])
    found = logistic(features, np.arange(200), labels, np.ones(200), groups)
    assert found is not None
    assert (found[1] == labels).mean() < 0.7
    assert logistic(features, np.arange(200), labels & (np.arange(200) < 20), np.ones(200), groups) is None


def code(project: Project, truth: bool | None = None) -> None:
    rng = np.random.default_rng(3)
    for row in project.store.read("passage"):
        carries = "carer" in row["text"] if truth is None else bool(rng.random() < 0.5)
        project.append_decision("theme", row["passage_id"], ("+" if carries else "-") + "carers", who="ann")


def test_people_teach_and_grade(tmp_path: Path) -> None:
    project = make(tmp_path, *two_nations(), vectors=True)
    code(project)
    run(project)
    theme = {row["theme_id"]: row for row in project.store.read("theme")}["carers"]
    assert theme["method"] == "logistic"
    assert theme["grade"] == "strong"
    assert theme["kappa_low"] <= theme["kappa"] <= theme["kappa_high"]
    assert theme["n_coded"] == project.store.count("passage")
    assert set(json.loads(theme["by_nation"])) == {"england", "wales"}
    assert json.loads(theme["by_nation"])["wales"]["recall"] == 1.0


def test_a_theme_that_is_not_found_well_is_not_compared(tmp_path: Path) -> None:
    project = make(tmp_path, *two_nations(), vectors=True)
    code(project, truth=True)  # what people said has nothing to do with the words
    run(project)
    theme = {row["theme_id"]: row for row in project.store.read("theme")}["carers"]
    assert theme["grade"].startswith("do not compare")
    rows = [r for r in project.store.read("contrast") if r["theme"] == "carers"]
    assert {r["verdict"] for r in rows} == {"not compared"}
    assert all(r["p"] is None and r["q"] is None for r in rows)
    assert "theme-not-comparable" in codes(project)
    others = [r for r in project.store.read("contrast") if r["theme"] == "review" and r["kind"] == "theme"]
    assert {r["verdict"] for r in others} <= {"differs", "no clear difference"}


def test_two_people_are_the_ceiling(tmp_path: Path) -> None:
    project = make(tmp_path, *two_nations())
    for at, row in enumerate(project.store.read("passage")[:20]):
        for who in ("ann", "bob"):
            sign = "+" if (at % 2 == 0) != (who == "bob" and at < 2) else "-"
            project.append_decision("theme", row["passage_id"], f"{sign}carers", who=who)
    run(project)
    theme = {row["theme_id"]: row for row in project.store.read("theme")}["carers"]
    assert theme["n_double"] == 20
    assert theme["human_kappa"] == pytest.approx(0.8)
    assert theme["kappa"] is None  # 20 passages are too few to grade the machine


def read_with_errors(seed: int, recall: tuple[float, float], gap: float) -> tuple[list[dict[str, str]], Sides]:
    """Provisions of 6 v 6 documents; the machine misses musts of side b more often."""
    rng = np.random.default_rng(seed)
    works = [f"wk_{k:02}" for k in range(12)]
    rows = []
    for at, work in enumerate(works):
        side = at >= 6
        truth = rng.random(120) < (0.45 + gap * side)
        seen = np.where(truth, rng.random(120) < recall[side], rng.random(120) < 0.08)
        rows += [{"work_id": work, "force": "must" if m else "should", "bearer": "x", "theme": ""} for m in seen]
    return rows, Sides("nation", ("england", "wales"), tuple(works), (False,) * 6 + (True,) * 6, ("code",) * 12, ())


def test_unequal_error_is_refused_or_corrected() -> None:
    # T8: no true difference, but the rules lose a quarter of the musts of one nation
    few = (SideError(40, 38, 40, 3), SideError(40, 26, 40, 3))
    many = (SideError(150, 142, 150, 12), SideError(150, 102, 150, 12))
    clean, false, found = 0, 0, 0
    off = np.zeros(2)
    for seed in range(20):
        rows, sides = read_with_errors(seed, (0.95, 0.68), 0.0)
        blind = force_rows(sides, [], rows)[0]
        clean += blind["verdict"] == "differs"
        refused = force_rows(sides, [], rows, errors=few, rng=np.random.default_rng(0))
        assert {r["verdict"] for r in refused} == {"not compared"}
        assert all(r["p"] is None for r in refused)
        mended = force_rows(sides, [], rows, errors=many, rng=np.random.default_rng(0))[0]
        false += mended["verdict"] == "differs"
        assert "corrected for unequal error" in mended["caveat"]
        off += abs(blind["estimate"]), abs(mended["estimate"])
        rows, sides = read_with_errors(seed, (0.95, 0.68), 0.25)
        found += force_rows(sides, [], rows, errors=many, rng=np.random.default_rng(0))[0]["verdict"] == "differs"
    assert clean >= 15  # without the check nearly every set shows a difference that is not there
    assert false <= 3
    assert off[1] < off[0] / 2
    assert found >= 15


def test_equal_error_and_too_little_coded() -> None:
    rows, sides = read_with_errors(1, (0.95, 0.95), 0.3)
    alike = (SideError(60, 57, 60, 5), SideError(60, 56, 60, 4))
    row = force_rows(sides, [], rows, errors=alike)[0]
    assert row["verdict"] == "differs"
    assert "read alike on both sides" in row["caveat"]
    assert unequal(SideError(2, 2, 2, 0), SideError(2, 0, 2, 2)) is None


def test_people_give_the_class(tmp_path: Path) -> None:
    project = make(tmp_path, *two_nations())
    run(project)
    first = next(r for r in project.store.read("provision") if r["force"] == "should")
    subject = f"{first['passage_id']} {first['position']}"
    project.append_decision("force", subject, "may", who="ann")
    project.append_decision("force", "ps_gone 1", "may", who="ann")
    run(project)
    (row,) = project.store.read("provision", where={"passage_id": first["passage_id"], "position": first["position"]})
    assert (row["force"], row["decided_by"]) == ("may", "ann")
    assert "decision-lost" in codes(project)
