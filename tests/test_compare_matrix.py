# ruff: noqa: E501  (a case a line)
"""The framework matrix, its way to a spreadsheet and back, levels, and lineage on a day."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from test_compare_run import document, make, run, two_nations

import metanarrative as mn
from metanarrative import api
from metanarrative.compare.matrix import Case, Summary, cell_id, cells, pick_quotes, read_summaries
from metanarrative.errors import UsageError

PASSAGES = [
    {"passage_id": "ps_1", "work_id": "wk_1", "text": "Plans are reviewed with carers."},
    {"passage_id": "ps_2", "work_id": "wk_1", "text": "Rooms are warm."},
    {"passage_id": "ps_3", "work_id": "wk_2", "text": "Streets are long."},
]


def by_theme(case: Case, **more: Any) -> dict[str, dict[str, Any]]:
    rows = cells([case], ["review", "carers"], PASSAGES, [("ps_1", "review", 1.0)], [], **more)
    return {row["theme"]: row for row in rows}


def test_zero_is_said_in_its_own_way() -> None:
    one = by_theme(Case("document", "wk_1", "One", frozenset({"wk_1"})))
    assert (one["review"]["evidence"], one["review"]["n_passages"], one["review"]["n_all"]) == ("found", 1, 2)
    assert (one["carers"]["evidence"], one["carers"]["status"]) == ("none found", "empty")
    looked = by_theme(Case("document", "wk_1", "One", frozenset({"wk_1"})), absent=[("ps_2", "carers")])
    assert looked["carers"]["evidence"] == "coded, absent"
    silent = by_theme(Case("level", "micro", "micro", frozenset()))
    assert {row["evidence"] for row in silent.values()} == {"no evidence"}


def test_force_is_counted_in_the_cell() -> None:
    duty = [{"passage_id": "ps_1", "force": force, "theme": "review"} for force in ("must", "must", "should", "none")]
    rows = cells(
        [Case("nation", "wales", "wales", frozenset({"wk_1"}))], ["review"], PASSAGES, [("ps_1", "review", 1.0)], duty
    )
    assert (rows[0]["n_must"], rows[0]["n_should"], rows[0]["n_may"]) == (2, 1, 0)


def test_a_group_has_passages_of_its_own() -> None:
    row = cells([Case("group", "carer", "carer", frozenset(), frozenset({"ps_1", "ps_3"}))], ["review"], PASSAGES, [("ps_1", "review", 1.0)], [])[0]  # fmt: skip
    assert (row["n_all"], row["n_passages"], row["n_documents"], row["n_with"]) == (2, 1, 2, 1)


def test_people_write_the_summary() -> None:
    own = cell_id("document", "wk_1", "review")
    rows = by_theme(
        Case("document", "wk_1", "One", frozenset({"wk_1"})), summaries={own: Summary("Shared.", "checked", "ann")}
    )
    assert (rows["review"]["status"], rows["review"]["summary"], rows["review"]["coder"]) == (
        "checked",
        "Shared.",
        "ann",
    )
    assert rows["carers"]["summary"] == ""


def test_last_line_holds_and_doubts_are_told() -> None:
    text = "cell_id,summary,status\ncell_1,old,\ncell_1,new,checked\n,lost,\ncell_2,gone,\ncell_2,,\n"
    found, problems = read_summaries(text)
    assert {key: (s.text, s.status) for key, s in found.items()} == {"cell_1": ("new", "checked")}
    assert [(p.code, p.line) for p in problems] == [("matrix-row", 4)]
    assert read_summaries("a,b\n1,2\n")[1][0].code == "matrix-columns"
    assert read_summaries("") == ({}, [])


def test_quotes_differ_and_do_not_depend_on_order() -> None:
    rows = [("ps_3", 1.0, "carers wait"), ("ps_1", 2.0, "plans are shared"), ("ps_2", 1.2, "plans are shared")]
    assert pick_quotes(rows, 2) == pick_quotes(rows[::-1], 2) == ["ps_1", "ps_3"]
    assert pick_quotes([]) == []


@pytest.fixture
def project(tmp_path: Path) -> api.Project:
    works, texts = two_nations()
    for at, work in enumerate(works):
        work.update(level="macro" if at % 2 else "meso", site="" if at else "Llan", valid_from=f"{2000 + at}-01-01")
    made = make(tmp_path / "p", works, texts)
    run(made)
    return mn.Project.open(tmp_path / "p")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_round_trip(project: api.Project, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"matrix.{suffix}"
    project.export("matrix", file)
    first = file.read_bytes()
    project.export("matrix", file)
    assert file.read_bytes() == first
    own = cell_id("nation", "wales", "review")
    said = "=Every plan is reviewed, says the text."
    if suffix == "csv":
        rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
        for row in rows:
            if row["cell_id"] == own:
                row.update(summary="'" + said, status="checked", coder="ann")
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        from openpyxl import load_workbook

        book = load_workbook(file)
        sheet = book["cells"]
        head = [cell.value for cell in sheet[1]]
        line = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == own)
        for name, value in (("summary", "'" + said), ("status", "checked"), ("coder", "ann")):
            line[head.index(name)].value = value
        assert "nation x theme" in book.sheetnames
        book.save(file)
        book.close()
    result = project.import_matrix(file)
    assert [(r["cell_id"], r["summary"], r["status"], r["coder"]) for r in result.rows] == [
        (own, said, "checked", "ann")
    ]
    kept = (project.root / "corpus" / "matrix.csv").read_text("utf-8")
    assert project.import_matrix(file).rows == []
    assert (project.root / "corpus" / "matrix.csv").read_text("utf-8") == kept
    run(project)
    (cell,) = project.store.read("matrix_cell", where={"cell_id": own})
    assert (cell["status"], cell["coder"]) == ("checked", "ann")
    assert cell["summary"].lstrip("'") == said
    assert len(json.loads(cell["quotes"])) == 3


def _fill(file: Path, summary: str, coder: str) -> None:
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    for row in rows:
        if row["cell_id"] == cell_id("nation", "wales", "review"):
            row.update(summary=summary, coder=coder)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_cell_that_another_person_changed_is_a_conflict(project: api.Project, tmp_path: Path) -> None:
    ann, bob = tmp_path / "ann.csv", tmp_path / "bob.csv"
    for file, coder in ((ann, "ann"), (bob, "bob")):
        project.export("matrix", file)
        _fill(file, f"What {coder} saw.", coder)
    assert len(project.import_matrix(bob).rows) == 1
    result = project.import_matrix(ann)
    assert result.rows == []
    assert any(note.startswith("conflict: 1 cells") and "wales x review by bob" in note for note in result.notes)
    _fill(bob, "What bob saw later.", "bob")  # one's own earlier line is no conflict
    assert len(project.import_matrix(bob).rows) == 1
    run(project)
    project.export("matrix", ann, force=True)
    _fill(ann, "What both agree on.", "ann")
    assert [row["summary"] for row in project.import_matrix(ann).rows] == ["What both agree on."]
    untouched = tmp_path / "old.csv"
    project.export("matrix", untouched)
    assert project.import_matrix(untouched).rows == []


def test_levels_without_text_are_not_zero(project: api.Project) -> None:
    result = project.matrix("level")
    assert result.columns == ("theme", "macro", "meso", "micro")
    assert {row["micro"] for row in result.rows} == {"no evidence"}
    nowhere = next(row for row in result.rows if row["theme"] == "nowhere")
    assert nowhere["macro"].startswith("0 of ")
    assert project.matrix("site").columns == ("theme", "Llan")
    with pytest.raises(UsageError):
        project.matrix("planet")


def test_actors_by_nation(project: api.Project) -> None:
    rows = {(r["actor"], r["nation"]): r for r in project.matrix("actor").rows}
    assert rows["care coordinator", "wales"]["duty-bearer"] > 0
    assert rows["care coordinator", "england"]["recommended"] > 0
    assert rows["care coordinator", "wales"]["agency"] == 1.0


def test_lineage_on_a_day(project: api.Project) -> None:
    all_of_them = project.lineage(on="2020-01-01")
    assert len(all_of_them.rows) == 8
    assert [r["nation"] for r in project.lineage(on="2002-06-01", nation="Wales").rows] == []
    assert len(project.lineage(on="2002-06-01").rows) == 3
    assert project.lineage().name == "lineage"
    for wrong in ("soon", "2020", "2020-02-30"):
        with pytest.raises(UsageError, match="not one day"):
            project.lineage(on=wrong)
    with pytest.raises(UsageError, match="nation 'walse' is not known"):
        project.lineage(nation="walse")
    with pytest.raises(UsageError, match="verdict 'zz' is not known"):
        project.align(verdict="zz")
    with pytest.raises(UsageError, match="verdict 'zz' is not known"):
        project.links(verdict="zz")
    with pytest.raises(UsageError, match="goes with the cases"):
        project.matrix("level", theme="recovery")


def test_a_file_that_is_no_matrix(project: api.Project, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(UsageError):
        project.import_matrix(bad)
    with pytest.raises(UsageError):
        project.export("matrix", tmp_path / "m.docx")
    assert document("wales", 1)["nation"] == "wales"
