"""Adding files: nations, folders, labels, counts, and what is said of each."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import metanarrative as mn
from metanarrative.api.choosing import checked_date, choose, policy_place
from metanarrative.errors import UsageError

NOTES = (
    "nation,date,text\n"
    "England,2031-01-01,People should work from home.\n"
    "Wales,2031-01-02,People must stay at home.\n"
    "Wales,2031-01-03,Shops may open.\n"
)
RIS = "TY  - JOUR\nTI  - {title}\nPY  - 2016\nER  - \n"


@pytest.fixture
def project(tmp_path: Path) -> mn.Project:
    return mn.Project.init(tmp_path / "review", title="Adding")


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def nations(project: mn.Project) -> dict[str, int]:
    project.run("read", "dedupe")
    found = [work["nation"] for work in project.store.read("work")]
    return {nation: found.count(nation) for nation in sorted(set(found))}


def manifest(project: mn.Project) -> list[dict[str, str]]:
    with (project.root / "corpus/policy/manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# -- nations ----------------------------------------------------------------------------------


def test_each_document_of_a_file_keeps_its_own_nation(project: mn.Project, tmp_path: Path) -> None:
    added = project.add_policy([put(tmp_path / "notes.csv", NOTES)], issuer="both governments")
    assert added.rows[0]["nation"] == "england, wales"
    assert manifest(project)[0]["nation"] == ""
    assert nations(project) == {"england": 1, "wales": 1}
    assert not [p for p in project.store.read("problem") if p["severity"] != "note"]


@pytest.mark.shared
def test_the_real_file_of_two_nations(project: mn.Project, shared: Callable[[str], Path]) -> None:
    project.add_policy([shared("policy/oxcgrt_england_wales_containment.csv")])
    assert nations(project) == {"england": 1, "wales": 1}


def test_a_person_who_gives_a_nation_is_believed_and_warned(project: mn.Project, tmp_path: Path) -> None:
    added = project.add_policy([put(tmp_path / "notes.csv", NOTES)], nation="wales")
    assert added.rows[0]["nation"] == manifest(project)[0]["nation"] == "wales"
    assert "documents of england and wales; you said wales" in "\n".join(added.notes)
    assert added.rows[0]["problems"] == 1
    assert nations(project) == {"wales": 2}


def test_the_nation_shown_is_the_one_stored(project: mn.Project, tmp_path: Path) -> None:
    one = NOTES.rsplit("\nWales", 2)[0] + "\n"
    said = project.add_policy([put(tmp_path / "notes.csv", one)], nation="wales")
    assert said.rows[0]["nation"] == "wales"
    assert "the document says england; you said wales" in "\n".join(said.notes)
    silent = put(tmp_path / "plan.md", "# A plan\n\nIt is reviewed.\n")
    assert project.add_policy([silent], nation="uk").rows[0]["nation"] == "uk"
    assert (project.root / "corpus/policy/uk/plan.md").is_file()
    again = project.add_policy([silent], nation="england")
    assert again.rows[0]["nation"] == "uk" and again.rows[0]["problems"] == 1


def test_where_some_documents_are_silent_none_is_guessed() -> None:
    found = policy_place("a.csv", {"england": 1, "": 2}, "", {})
    assert (found.folder, found.nation) == ("corpus/policy", "england, not said")
    assert "2 of 3 documents" in found.problems[0].message
    with pytest.raises(UsageError, match="does not say"):
        policy_place("a.csv", {"": 1}, "", {})


# -- folders ----------------------------------------------------------------------------------


def test_a_folder_gives_exports_and_nothing_else(project: mn.Project, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    put(folder / "a.ris", RIS.format(title="Kept"))
    put(folder / "deep/b.RIS", RIS.format(title="Kept too"))
    for name in (
        ".hidden/c.ris", ".d.ris", "env/pyvenv.cfg", "env/lib/e.ris", "__pycache__/f.txt",
        "old/metanarrative.toml", "old/corpus/literature/g.ris", "tool.py", "page.html", "page2.html", "README.txt",
    ):  # fmt: skip
        put(folder / name, RIS.format(title=name))
    dry = project.add_literature([folder], dry_run=True)
    told = next(note for note in dry.notes if note.startswith("skipped"))
    assert "skipped 11 in folders: 2 hidden, 2 in folders of a project, 3 in folders of programs" in told
    assert "1 named readme" in told and ".html 2, .py 1" in told
    assert not list((project.root / "corpus/literature").glob("*.ris"))
    added = project.add_literature([folder])
    assert [row["file"] for row in added.rows] == ["a.ris", "b.RIS"]
    assert told in added.notes
    inside = project.root / "corpus/literature"
    assert sorted(p.name for p in inside.iterdir()) == ["a.ris", "b.RIS", "sources.csv"]


def test_a_file_named_is_taken_whatever_its_name(tmp_path: Path) -> None:
    hidden = put(tmp_path / ".x/.a.py", "")
    assert choose([hidden], {".ris"}).files == [hidden]
    put(tmp_path / ".x/b.ris", "")
    assert choose([tmp_path / ".x"], {".ris"}).files == [tmp_path / ".x/b.ris"]


def test_a_folder_with_nothing_to_take_is_refused(project: mn.Project) -> None:
    with pytest.raises(UsageError, match="in folders of a project"):
        project.add_literature([project.root])


# -- labels -----------------------------------------------------------------------------------


def labelled(folder: Path) -> Path:
    rows = "".join(f"Work {i} of its own,20{i:02},{int(i > 3)}\n" for i in range(1, 6))
    return put(folder / "labelled.csv", "title,year,label_included\n" + rows)


def test_labels_are_told_at_add_and_at_run_and_in_lists(project: mn.Project, tmp_path: Path) -> None:
    added = project.add_literature([labelled(tmp_path)])
    assert added.data["labels"] == {"included": 2, "excluded": 3}
    assert any("3 excluded, 2 included; all stay in" in note for note in added.notes)
    ran = project.run(last="screen")
    told = next(row["what"] for row in ran.rows if row["step"] == "screen")
    assert told.startswith("5 of 5 works are included; 3 labelled excluded stay in")
    assert any("3 excluded" in note for note in project.records().notes)
    assert [p["code"] for p in project.store.read("problem") if p["stage"] == "screen"] == ["labels-not-heeded"]


def test_labels_that_are_heeded_are_not_told_as_left(project: mn.Project, tmp_path: Path) -> None:
    with (project.root / "metanarrative.toml").open("a", encoding="utf-8") as stream:
        stream.write("[screen]\nuse_labels = true\n")
    project = mn.Project.open(project.root)
    assert any("leaves the review" in note for note in project.add_literature([labelled(tmp_path)]).notes)
    ran = project.run(last="screen")
    assert next(row["what"] for row in ran.rows if row["step"] == "screen") == "2 of 5 works are included"
    assert not project.store.read("problem", where={"stage": "screen"})


# -- counts and lists -------------------------------------------------------------------------


def test_rows_and_footer_count_the_same(project: mn.Project, tmp_path: Path) -> None:
    files: list[Any] = [put(tmp_path / f"{i}.md", f"# Plan {i}\n\nReviewed.\n") for i in range(3)]
    result = project.add_policy([*files, put(tmp_path / "none.md", ""), put(tmp_path / "n.csv", NOTES)])
    assert sum(row["problems"] for row in result.rows) == 4
    assert result.notes[0] == "5 files, 2 documents kept, 4 problems"


def test_each_list_of_problems_keeps_its_file(project: mn.Project, tmp_path: Path) -> None:
    for _ in range(2):
        project.add_literature([put(tmp_path / "empty.ris", "")])
    assert len(list((project.root / "problems").glob("add-*.csv"))) == 2


def test_nothing_added_is_not_followed_by_run(project: mn.Project, tmp_path: Path) -> None:
    result = project.add_literature([put(tmp_path / "empty.ris", "")])
    assert result.exit_code == 4 and result.notes[-1] == "nothing was added"


@pytest.mark.parametrize("value", ["yesterday", "2031-13-01", "31-01-2031", "2031-02-30"])
def test_a_date_that_is_none_is_refused(project: mn.Project, tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError, match="is not a date"):
        project.add_literature([put(tmp_path / "a.ris", RIS.format(title="A"))], date=value)
    assert checked_date("date", "2031-02") == "2031-02"
