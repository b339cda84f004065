"""Verdicts and counts of the comparison are said once: page, report and command line agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_compare_run import make, run, two_nations

from metanarrative import Project
from metanarrative.compare.contrasts import Sides, share_rows
from metanarrative.compare.steps import count_once
from metanarrative.errors import UsageError
from metanarrative.map.views import compare, force
from metanarrative.report.comparison import comparison_part
from metanarrative.report.facts import Facts
from metanarrative.report.opening import _differences
from metanarrative.report.parts import Table
from metanarrative.results import Result
from metanarrative.text.verdicts import force_counts, tally, tally_words


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("verdicts")
    run(make(folder, *two_nations(), vectors=True))
    return Project.open(folder)


def test_page_report_and_command_line_count_alike(project: Project) -> None:
    rows = project.store.read("contrast")
    assert all((row["low"] is not None) == (row["verdict"] in VERDICTS_TESTED) for row in rows if row["p"] is not None)
    assert not [row for row in rows if row["low"] is None and row["verdict"] == "no clear difference"]
    sentence = tally_words(tally(rows))
    page = compare.page_of(compare.collect(project, project.settings("map")))
    assert page.lead.startswith(sentence)
    assert _differences(Facts(project))[0].endswith(sentence)
    assert sentence in project.compare().notes


VERDICTS_TESTED = ("differs", "reverses within genre", "no clear difference")


def test_must_is_one_number_on_page_report_and_comparison(project: Project) -> None:
    counts = force_counts(project.store.read("provision"))
    (must,) = (r for r in project.compare(kind="force").rows if r["item"] == "must" and not r["theme"])
    assert (must["n_a"], must["n_b"]) == (counts.get(("england", "must"), 0), counts.get(("wales", "must"), 0))
    assert must["n_a"] + must["n_b"] > 0
    data = force.collect(project, project.settings("map"))
    table = force.tabulate(data["provisions"], data["themes"])
    assert table["columns"][:2] == ["must", "must-not"]
    for nation in ("england", "wales"):
        seen = {i for (_, own, f), rows in table["cells"].items() if (own, f) == (nation, "must") for i in rows}
        assert len(seen) == counts.get((nation, "must"), 0)
    parts = comparison_part(Facts(project), {})
    (told,) = (part for part in parts if isinstance(part, Table) and part.caption == "Provisions by force")
    (row,) = (row for row in told.rows if row[0] == "must")
    assert tuple(row[1:]) == (must["n_a"], must["n_b"])


def test_prohibitions_stand_apart() -> None:
    rows = [
        {"nation": "wales", "force": f, "themes": ["x"], "filter": ""}
        for f in ("must", "must-not", "should", "should-not")
    ]
    table = force.tabulate(rows, {"x": "X"})
    assert table["columns"] == ["must", "must-not", "should", "should-not", "may", "aspires"]
    assert {key[2]: len(found) for key, found in table["cells"].items()} == dict.fromkeys(
        ("must", "must-not", "should", "should-not"), 1
    )
    count_once([copy := {**rows[0], "work_id": "wk_2"}], ["wk_2"])
    assert force_counts([copy]) == {}


def test_what_turns_round_within_genre_is_said() -> None:
    # England is mostly guidance with few, Wales mostly statute with many; within each genre England has more
    genres = ("guidance",) * 5 + ("statute",) * 6 + ("guidance",)
    sides = Sides("nation", ("england", "wales"), tuple("abcdefghijkl"), (False,) * 6 + (True,) * 6, genres, ())
    y = np.array([[4.0]] * 5 + [[18.0]] + [[14.0]] * 5 + [[1.0]])
    row = share_rows(sides, "theme", [("x", "x")], y, np.full((12, 1), 20.0))[0]
    assert row["estimate"] > 0.2
    assert row["same_genre"] < -0.1
    assert row["verdict"] == "reverses within genre"
    assert "Same genre only: +" in compare.picture.sentence({**row, "label": "x"})


def test_what_falls_to_correction_says_so() -> None:
    rng = np.random.default_rng(3)
    sides = Sides("nation", ("e", "w"), tuple("abcdefghij"), (False,) * 5 + (True,) * 5, ("g",) * 10, ())
    n = np.full((10, 30), 40.0)
    y = rng.binomial(40, 0.3, n.shape) * 1.0
    y[:, 0] = [11, 12, 13, 11, 13, 17, 18, 16, 17, 16]  # some difference, too little among thirty
    rows = share_rows(sides, "theme", [(str(k), str(k)) for k in range(30)], y, n)
    near = [row for row in rows if row["p"] < 0.05 and row["q"] > 0.1]
    assert near
    assert all("does not stand after correction for 30 tests" in row["caveat"] for row in near)
    assert not [row for row in rows if "does not stand" in row["caveat"] and row not in near]


def test_tables_keep_verdicts_whole_and_small_numbers_apart_from_nothing() -> None:
    rows = [{"item": "a" * 40, "low": -0.0034, "verdict": "reverses within genre", "remark": "b" * 60}]
    text = Result("x", ("item", "low", "verdict", "remark"), rows, whole=("verdict",), spare=("remark",)).text(width=60)
    assert max(map(len, text.splitlines()[:2])) <= 60
    assert "reverses within genre" in text
    assert "-0.0034" in text
    assert "no room for: remark" in text


def test_what_holds_for_every_row_stands_once(project: Project, tmp_path: Path) -> None:
    done = project.compare(kind="theme")
    common = [note for note in done.notes if note.startswith("for every row: ")]
    assert len(common) == 1
    for clause in common[0].removeprefix("for every row: ").split("; "):
        assert all(clause not in row["remark"] and clause in row["caveat"] for row in done.rows)


def test_a_number_of_force_leads_to_its_provisions(project: Project) -> None:
    (must,) = (r for r in project.compare(kind="force").rows if r["item"] == "must" and not r["theme"])
    rows = project.explain("force:must").rows
    assert sum(r["nation"] == "england" for r in rows) == must["n_a"]
    assert sum(r["nation"] == "wales" for r in rows) == must["n_b"]
    for wrong, word in (
        ("force:nix", "force:must"),
        ("theme:nix", "themes: "),
        ("lineage:nix", "documents with one"),
        ("term:nix", "words"),
    ):
        with pytest.raises(UsageError) as error:
            project.explain(wrong)
        assert word in error.value.mend
    term = project.compare(kind="term").rows[0]
    assert project.explain(f"term:{term['item']}").rows
