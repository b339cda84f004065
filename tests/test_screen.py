"""In or out, and why."""

from __future__ import annotations

from pathlib import Path

from making import fill, new_project

from metanarrative import dedupe, screen
from metanarrative.model import Decision, Record
from metanarrative.project import Project
from metanarrative.screen import label_of


def decision(kind: str, subject: str, who: str = "mair", reason: str = "") -> Decision:
    return Decision(
        id=f"dc_{kind}{subject}", when="2024", who=who, kind=kind, subject=subject, verdict="", reason=reason
    )


def records(n: int, **extra: str) -> list[Record]:
    return [
        Record(kind="literature", title=f"Study {'abcdefgh'[i]} of shared plans", doi=f"10.5555/{i}", extra=extra,
               source_file="corpus/literature/a.csv")
        for i in range(n)
    ]  # fmt: skip


def run(project: Project) -> dict[str, str]:
    dedupe.run(project, project.settings("dedupe"))
    screen.run(project, project.settings("screen"))
    return {row["work_id"]: row["verdict"] for row in project.store.read("screening")}


def test_labels() -> None:
    assert label_of({"Included": "yes"}) is True
    assert label_of({"final included": "0"}) is False
    assert label_of({"label": "maybe", "n": "0"}) is None
    assert label_of({}) is None


def test_last_decision_holds_and_disagreement_is_told() -> None:
    rows, problems = screen.screen(
        ["wk_1", "wk_2"],
        {"rec_1": "wk_1"},
        [decision("exclude", "rec_1", reason="not health"), decision("include", "wk_1", who="sian")],
    )
    assert [(r.work_id, r.verdict, r.decided_by) for r in rows] == [
        ("wk_1", "included", "sian"),
        ("wk_2", "included", "default"),
    ]
    assert [p.code for p in problems] == ["decision-contradiction"]
    rows, problems = screen.screen(["wk_1"], {}, [decision("exclude", "wk_1"), decision("include", "wk_1")])
    assert (rows[0].verdict, problems) == ("included", [])  # one person may change their mind


def test_decision_follows_a_work_that_got_a_new_id() -> None:
    rows, problems = screen.screen(["wk_1"], {"rec_1": "wk_1", "rec_2": "wk_1"}, [decision("exclude", "wk_2")])
    assert (rows[0].verdict, problems) == ("excluded", [])


def test_decision_about_a_work_that_is_gone() -> None:
    rows, problems = screen.screen(["wk_1"], {}, [decision("exclude", "wk_9")])
    assert rows[0].verdict == "included"
    assert [(p.code, p.subject) for p in problems] == [("decision-subject-gone", "wk_9")]


def test_run_includes_by_default_and_heeds_people(tmp_path: Path) -> None:
    project = new_project(tmp_path, records(3, label_included="0"))
    verdicts = run(project)
    assert set(verdicts.values()) == {"included"}
    first = min(verdicts)
    project.append_decision("exclude", first, "wrong population", who="mair")
    assert run(project)[first] == "excluded"
    row = project.store.read("screening", where={"work_id": first})[0]
    assert (row["reason"], row["decided_by"]) == ("wrong population", "mair")
    assert first not in project.included()


def test_labels_count_only_when_asked_for(tmp_path: Path) -> None:
    project = new_project(tmp_path, records(2, label_included="0"), screen={"use_labels": True})
    verdicts = run(project)
    assert set(verdicts.values()) == {"excluded"}
    project.append_decision("include", min(verdicts), "in after all", who="mair")
    assert sorted(run(project).values()) == ["excluded", "included"]


def test_nothing(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    fill(project, [])
    assert run(project) == {}
