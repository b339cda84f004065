"""Freshness: what runs, what rests, and the reason given, with small stages in place of the real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from metanarrative import pipeline
from metanarrative.errors import LockedError, StepMissingError, StoreError, UsageError
from metanarrative.model import Problem, Summary
from metanarrative.pipeline import NAMES, run_all, run_stage, status
from metanarrative.project import Project


class Ran(list[str]):
    """Names of the stages that ran, and the small modules that stand in for the real ones."""

    modules: dict[str, SimpleNamespace]


def _read(project: Project, settings: Any) -> Summary:
    with project.writing("read") as out:
        files = project.files("corpus/literature/*.txt")
        # only the first word counts, so that a file may change without changing the result
        out.write("record", [{"record_id": p.read_text().split()[0], "kind": "literature"} for p in files])
        out.problem(Problem("note", f"limit {settings.max_raw}", severity="note"))
        out.summary = Summary("read", {"records": len(files)}, f"{len(files)} records")
    return out.summary


def _dedupe(project: Project, settings: Any) -> Summary:
    with project.writing("dedupe") as out:
        ids = project.store.read_columns("record", "record_id")[0]
        out.write("work", [{"work_id": f"wk_{i}", "title": f"work {i}"} for i in ids])
    return out.summary or Summary("dedupe", {"works": len(ids)})


def _screen(project: Project, settings: Any) -> Summary:
    out_ids = {d.subject for d in project.decisions("exclude")}
    with project.writing("screen") as out:
        for work in project.store.read_columns("work", "work_id")[0]:
            verdict = "excluded" if work in out_ids else "included"
            out.write("screening", [{"work_id": work, "verdict": verdict}])
    return Summary("screen", {})


def _map(project: Project, settings: Any) -> Summary:
    page = project.root / "maps" / "index.html"
    page.write_text(f"<p>{project.title}: {len(project.included())}</p>", encoding="utf-8")
    with project.writing("map") as out:
        out.write("view", [{"name": "index", "file": "maps/index.html", "bytes": page.stat().st_size}])
    return Summary("map", {})


def _nothing(name: str) -> Callable[[Project, Any], Summary]:
    def run(project: Project, settings: Any) -> Summary:
        with project.writing(name) as out:
            pass
        return out.summary or Summary(name, {})

    return run


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Replace every stage by a small one; the list grows by the names of those that ran."""
    log = Ran()
    doing = {"read": _read, "dedupe": _dedupe, "screen": _screen, "map": _map}
    modules: dict[str, SimpleNamespace] = {}
    for name in NAMES:

        def run(project: Project, settings: Any, name: str = name) -> Summary:
            log.append(name)
            return doing.get(name, _nothing(name))(project, settings)

        modules[name] = SimpleNamespace(
            VERSION="1",
            READS=("run",) if name == "report" else (),
            DECISIONS=("include", "exclude") if name == "screen" else (),
            FILES=("corpus/literature/*",) if name == "read" else (),
            run=run,
        )
    monkeypatch.setattr(pipeline.Stage, "module", property(lambda stage: modules[stage.name]))
    log.modules = modules
    return log


@pytest.fixture
def project(tmp_path: Path, ran: Ran) -> Project:
    root = Project.create(tmp_path / "review", title="Care planning")
    (root / "corpus/literature/a.txt").write_text("a one", encoding="utf-8")
    (root / "corpus/literature/b.txt").write_text("b one", encoding="utf-8")
    return Project(root)


def states(project: Project) -> dict[str, tuple[str, str]]:
    return {s.stage: (s.state, s.why) for s in status(project)}


def run(project: Project, ran: Ran, **options: Any) -> list[str]:
    ran.clear()
    run_all(project, **options)
    return list(ran)


def test_everything_runs_once_and_then_rests(project: Project, ran: Ran) -> None:
    assert set(states(project).values()) == {("to do", "never run")}
    assert run(project, ran) == list(NAMES)
    assert run(project, ran) == []
    assert set(states(project).values()) == {("fresh", "")}
    assert all(summary.skipped for summary in run_all(project))
    assert run_all(project)[0].text == "2 records", "the words of the last run are kept"


def test_a_new_handle_on_the_same_folder_finds_it_fresh(project: Project, ran: Ran) -> None:
    run(project, ran)
    assert run(Project(project.root), ran) == []


def test_a_change_without_effect_stops_early(project: Project, ran: Ran) -> None:
    run(project, ran)
    (project.root / "corpus/literature/a.txt").write_text("a other words", encoding="utf-8")
    found = states(project)
    assert found["read"] == ("stale", "changed: input files")
    assert found["dedupe"] == ("waiting", "after read")
    assert run(project, ran) == ["read"]
    assert set(states(project).values()) == {("fresh", "")}


def test_a_change_with_effect_goes_through(project: Project, ran: Ran) -> None:
    run(project, ran)
    (project.root / "corpus/literature/c.txt").write_text("c", encoding="utf-8")
    done = run(project, ran)
    assert done[:2] == ["read", "dedupe"]
    assert project.store.count("work") == 3
    assert set(states(project).values()) == {("fresh", "")}


def test_each_reason_is_named(project: Project, ran: Ran) -> None:
    run(project, ran)
    config = project.root / "metanarrative.toml"
    plain = config.read_text(encoding="utf-8")

    config.write_text(plain + "[traditions]\nstarts = 3\n", encoding="utf-8")
    found = states(Project(project.root))
    assert found["traditions"] == ("stale", "changed: settings")
    assert found["storyline"] == ("waiting", "after traditions")
    assert found["compare"] == ("waiting", "after traditions")

    config.write_text(plain.replace("seed = 1", "seed = 2"), encoding="utf-8")
    assert states(Project(project.root))["read"] == ("stale", "changed: seed")

    config.write_text(plain.replace("Care planning", "Other"), encoding="utf-8")
    found = states(Project(project.root))
    assert found["map"] == ("stale", "changed: title and question")
    assert found["report"][0] == "stale"
    assert found["read"] == ("fresh", "")

    config.write_text(plain, encoding="utf-8")
    project.append_decision("exclude", "wk_a", "", who="me")
    assert states(project)["screen"] == ("stale", "changed: decisions")

    ran.modules["graph"].VERSION = "2"
    assert states(project)["graph"] == ("stale", "changed: version of the step")


def test_what_prints_how_steps_ran_runs_again_when_only_that_changed(project: Project, ran: Ran) -> None:
    run(project, ran)
    config = project.root / "metanarrative.toml"
    config.write_text(config.read_text(encoding="utf-8") + "[graph]\nhub_cap = 9\n", encoding="utf-8")
    assert run(Project(project.root), ran) == ["graph", "report"]


def test_a_decision_runs_what_heeds_it_and_what_follows_from_it(project: Project, ran: Ran) -> None:
    run(project, ran)
    decision = project.append_decision("exclude", "wk_a", "", who="me")
    done = run(project, ran)
    assert done[0] == "screen"
    assert "read" not in done
    assert "embed" not in done, "vectors do not depend on screening"
    assert project.included() == {"wk_b"}
    project.append_decision("undo", decision.id, "", who="me")
    run(project, ran)
    assert project.included() == {"wk_a", "wk_b"}


def test_a_page_that_was_changed_or_removed_is_drawn_again(project: Project, ran: Ran) -> None:
    run(project, ran)
    page = project.root / "maps" / "index.html"
    page.unlink()
    assert states(project)["map"] == ("stale", "maps/index.html is gone or was changed")
    assert run(project, ran) == ["map"]
    assert page.exists()


def test_force_runs_the_named_steps_even_if_fresh(project: Project, ran: Ran) -> None:
    run(project, ran)
    assert run(project, ran, steps=["map", "graph"], force=True) == ["graph", "map"]
    assert run(project, ran, first="concepts", last="map", force=True) == ["concepts", "compare", "map"]


def test_a_step_needs_those_before_it(project: Project, ran: Ran) -> None:
    with pytest.raises(StepMissingError, match="step 'read' has not run") as caught:
        run_stage(project, "dedupe")
    assert caught.value.mend.startswith("metanarrative run --to ")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": ["draw"]}, "no step is called 'draw'"),
        ({"first": "mapp"}, "no step is called 'mapp'"),
        ({"first": "map", "last": "read"}, "map comes after read"),
        ({"steps": ["map"], "last": "report"}, "not both"),
    ],
)
def test_wrong_names_and_spans_are_refused(project: Project, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run_all(project, **options)
    with pytest.raises(UsageError) as caught:
        run_all(project, steps=["tradition"])
    assert "did you mean 'traditions'" in caught.value.mend


def test_the_log_keeps_settings_seed_and_versions(project: Project, ran: Ran) -> None:
    project.seed_override = 9
    run(project, ran)
    row = project.store.read("run", where={"stage": "read"})[0]
    assert row["seed"] == 9
    assert json.loads(row["settings"]) == {"max_raw": 200_000}
    assert json.loads(row["versions"])["python"].startswith("3.")
    assert row["seconds"] >= 0
    assert json.loads(row["counts"]) == {"records": 2}
    assert len(row["started"]) == 20


def test_a_failing_step_keeps_the_old_results_and_stays_stale(project: Project, ran: Ran) -> None:
    run(project, ran)
    (project.root / "corpus/literature/c.txt").write_text("c", encoding="utf-8")

    def broken(project: Project, settings: Any) -> Summary:
        with project.writing("dedupe") as out:
            out.write("work", [{"work_id": "wk_half"}])
            raise RuntimeError("a bug")

    ran.modules["dedupe"].run = broken
    with pytest.raises(RuntimeError, match="a bug"):
        run_all(project)
    assert project.store.read_columns("work", "work_id")[0] == ["wk_a", "wk_b"]
    found = states(project)
    assert found["read"][0] == "fresh"
    assert found["dedupe"] == ("stale", "changed: step read")
    with project.lock():
        assert project._lock_depth == 1, "the lock was given back"


def test_a_full_disk_in_mid_run_is_told_with_its_mend(project: Project, ran: Ran) -> None:
    from sqlalchemy import event

    run(project, ran)
    (project.root / "corpus/literature/c.txt").write_text("c", encoding="utf-8")

    @event.listens_for(project.store._engine, "connect")
    def _small(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

    def large(project: Project, settings: Any) -> Summary:
        with project.writing("read") as out:
            out.write("record", ({"record_id": f"r{i}", "raw": "x" * 3000} for i in range(2000)))
        return Summary("read", {})

    ran.modules["read"].run = large
    with pytest.raises(StoreError, match="full") as caught:
        run_all(project)
    assert "nothing that was there is lost" in caught.value.mend
    assert project.store.count("record") == 2


def test_two_runs_at_once_are_kept_apart(project: Project, ran: Ran) -> None:
    with project.lock(), pytest.raises(LockedError, match="process"):
        run_all(Project(project.root))


_KILLED = """
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
from metanarrative import pipeline
from metanarrative.model import Summary
from metanarrative.project import Project

def run(project, settings):
    with project.writing("read") as out:
        out.write("record", ({"record_id": f"new{i}"} for i in range(20000)))
        os.kill(os.getpid(), signal.SIGKILL)

module = SimpleNamespace(VERSION="2", READS=(), DECISIONS=(), FILES=(), run=run)
pipeline.Stage.module = property(lambda stage: module)
pipeline.run_stage(Project(Path(sys.argv[1])), "read")
"""


def test_kill_in_mid_run_leaves_the_last_results_and_the_next_run_goes_on(project: Project, ran: Ran) -> None:
    run(project, ran)
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(project.root)], check=False, capture_output=True, text=True
    )
    assert done.returncode == -9, done.stderr
    again = Project(project.root)
    assert again.store.read_columns("record", "record_id")[0] == ["a", "b"]
    assert again.store.integrity() == []
    assert set(states(again).values()) == {("fresh", "")}
    assert run(again, ran, force=True) == list(NAMES)


def test_a_damaged_store_is_rebuilt_and_keeps_every_decision(project: Project, ran: Ran) -> None:
    run(project, ran)
    project.append_decision("exclude", "wk_a", "", who="me")
    project.store.file.write_bytes(b"no database at all" * 100)
    again = Project(project.root)
    assert states(again)["read"] == ("to do", "never run")
    assert run(again, ran) == list(NAMES)
    assert again.included() == {"wk_b"}
