"""Files taken out of the corpus again."""

from __future__ import annotations

from pathlib import Path

import pytest

from metanarrative.api import Project
from metanarrative.errors import UsageError

RIS = "TY  - JOUR\nAU  - Rees, Mair\nTI  - {title}\nPY  - 2016\nER  - \n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.init(tmp_path / "review", title="Plans")
    for name, title in (("a.ris", "Care plans in two valleys"), ("b.ris", "Letters to a ward")):
        (tmp_path / name).write_text(RIS.format(title=title), "utf-8")
        made.add_literature([tmp_path / name], database="Ovid, two parts", search='"care plan*"')
    made.run(last="dedupe")
    return made


def test_a_file_is_moved_aside_with_what_was_written_about_it(project: Project, tmp_path: Path) -> None:
    tables = project.root / "corpus/literature/sources.csv", project.root / "removed/literature/sources.csv"
    before = tables[0].read_text("utf-8")
    found = project.remove(["a.ris"], dry_run=True)
    assert (found.rows[0]["records"], tables[0].read_text("utf-8")) == (1, before)
    assert (project.root / "corpus/literature/a.ris").exists()
    project.remove(["corpus/literature/a.ris"])
    assert (project.root / "removed/literature/a.ris").read_text("utf-8") == RIS.format(
        title="Care plans in two valleys"
    )
    rows = [table.read_text("utf-8").splitlines() for table in tables]
    assert [len(one) for one in rows] == [2, 2]
    assert {*rows[0], *rows[1]} == {*before.splitlines()}
    project.run(last="dedupe")
    assert [work["title"] for work in project.store.read("work")] == ["Letters to a ward"]
    # back again, and out again: nothing is overwritten
    project.add_literature([project.root / "removed/literature/a.ris"])
    assert {path.name for path in project.inputs()} == {"a.ris", "b.ris"}
    project.remove(["a.ris"])
    assert (project.root / "removed/literature/a-2.ris").exists()


def test_what_is_no_file_of_the_corpus_is_refused_and_nothing_moves(project: Project) -> None:
    for wrong in ("c.ris", "corpus/literature/sources.csv", "../a.ris", ""):
        with pytest.raises(UsageError, match="is no file of the corpus"):
            project.remove(["b.ris", wrong])
    assert {path.name for path in project.inputs()} == {"a.ris", "b.ris"}


def test_a_policy_document_in_a_folder_keeps_its_place(project: Project, tmp_path: Path) -> None:
    text = tmp_path / "plan.md"
    text.write_text("# A plan for Wales\n\nThe health board must review each care plan every year.\n", "utf-8")
    project.add_policy([text], nation="wales")
    project.remove(["plan.md"])
    assert (project.root / "removed/policy/wales/plan.md").exists()
    assert "plan.md" in (project.root / "removed/policy/manifest.csv").read_text("utf-8")
    assert "plan.md" not in (project.root / "corpus/policy/manifest.csv").read_text("utf-8")
