"""The project: decisions as text that nothing loses, the lock, input hashes, opening."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from metanarrative.errors import DecisionError, LockedError, SettingError, StepMissingError, StoreError, UsageError
from metanarrative.project import DECISION_COLUMNS, DECISION_KINDS, Project, clean_name, default_who

HEADER = ",".join(DECISION_COLUMNS) + "\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(Project.create(tmp_path / "review", title="Care planning"))


def write_decisions(project: Project, name: str, text: str | bytes) -> Path:
    path = project.decisions_folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# -- opening ----------------------------------------------------------------------------------


def test_init_makes_the_folders_and_refuses_a_second_time(tmp_path: Path) -> None:
    root = Project.create(tmp_path / "r", title='A "quoted" title\nin two lines', question="What?", kind="review")
    project = Project(root)
    assert project.title == 'A "quoted" title in two lines'
    assert (project.question, project.seed) == ("What?", 1)
    for name in ("corpus/literature/sources.csv", "corpus/policy/manifest.csv", "corpus/codebook.toml", ".gitignore"):
        assert (root / name).is_file(), name
    with pytest.raises(UsageError, match="is a project already") as caught:
        Project.create(root, title="B")
    assert caught.value.exit_code == 2
    assert project.title in (root / "metanarrative.toml").read_text(encoding="utf-8").replace("\\", "")


def test_init_overwrites_nothing_that_was_there(tmp_path: Path) -> None:
    book = tmp_path / "corpus" / "codebook.toml"
    book.parent.mkdir()
    book.write_text("# mine\n", encoding="utf-8")
    Project.create(tmp_path, title="A")
    assert book.read_text(encoding="utf-8") == "# mine\n"


def test_init_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot make the project"):
        Project.create(tmp_path / "file" / "below", title="A")


def test_a_project_is_found_from_inside_and_missed_outside(project: Project, tmp_path: Path) -> None:
    assert Project.find(project.root / "corpus" / "policy" / "wales") == project.root
    with pytest.raises(StepMissingError, match="no project") as caught:
        Project.find(tmp_path)
    assert caught.value.exit_code == 3
    assert "metanarrative init" in caught.value.mend


@pytest.mark.parametrize(
    ("text", "message", "mend"),
    [
        ("titel = 'A'\n", "unknown entry 'titel'", "did you mean 'title'"),
        ("[embed]\nbatsh = 3\n", "unknown setting 'batsh'", "did you mean 'batch'"),
        ("[embed]\nbatch = 0\n", "out of range", "from 1 to 1024"),
        ("[embed]\nbatch = true\n", "must be like 32", "batch = 32"),
        ("[embed]\ndtype = 'float64'\n", "not known", "bfloat16"),
        ("[traditions]\ntext_weight = nan\n", "out of range", "0.0 to 1.0"),
        ("seed = -1\n", "seed must be from 0", "seed = 1"),
        ("seed = 99999999999999999999999\n", "seed must be from 0", "seed = 1"),
        ("seed = 'one'\n", "seed must be a whole number", "seed = 1"),
        ("embed = 3\n", "embed must be a table", "[embed]"),
        ("title = 'A\n", "not valid TOML", "mend the line"),
    ],
)
def test_a_wrong_setting_is_named_with_its_mend(project: Project, text: str, message: str, mend: str) -> None:
    (project.root / "metanarrative.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingError, match=r"metanarrative\.toml") as caught:
        Project(project.root)
    assert message in caught.value.message
    assert mend in caught.value.mend
    assert caught.value.exit_code == 2


def test_settings_with_a_byte_order_mark_and_settings_in_another_encoding(project: Project) -> None:
    path = project.root / "metanarrative.toml"
    path.write_bytes(b"\xef\xbb\xbftitle = 'A'\n")
    assert Project(project.root).title == "A"
    path.write_bytes("title = 'Ŵy'\n".encode("utf-16"))
    with pytest.raises(SettingError, match="UTF-8"):
        Project(project.root)


def test_randomness_comes_from_seed_and_stage(project: Project) -> None:
    draw = project.rng("graph").random(3)
    assert np.array_equal(draw, project.rng("graph").random(3))
    assert not np.array_equal(draw, project.rng("traditions").random(3))
    project.seed_override = 2
    assert not np.array_equal(draw, project.rng("graph").random(3))


# -- decisions --------------------------------------------------------------------------------


def test_a_decision_is_one_line_of_plain_text(project: Project) -> None:
    decision = project.append_decision("name", "wk_1 wk_2", "Recovery", reason='said "so",\nthen left', who="Mair")
    path = project.root / decision.file
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] + "\n" == HEADER
    assert len(lines) == 2
    assert path.name == "Mair.csv"
    (again,) = project.decisions()
    assert (again.id, again.subject, again.verdict) == (decision.id, "wk_1 wk_2", "Recovery")
    assert again.reason == 'said "so", then left'
    assert again.line == 2


def test_decisions_are_only_ever_appended(project: Project) -> None:
    first = project.append_decision("include", "wk_1", "", who="a")
    before = (project.root / first.file).read_bytes()
    project.append_decision("exclude", "wk_1", "", who="a")
    assert (project.root / first.file).read_bytes().startswith(before)


def test_unknown_kinds_and_empty_subjects_are_refused(project: Project) -> None:
    with pytest.raises(DecisionError, match="no decision is called 'rename'") as caught:
        project.append_decision("rename", "wk_1", "x")
    assert "name" in caught.value.mend
    for empty in ("", "  \n", "\0"):
        with pytest.raises(DecisionError, match="needs a subject"):
            project.append_decision("name", empty, "x")
    assert list(project.decisions_folder.glob("*.csv")) == []


def test_what_csv_and_utf8_cannot_hold_is_cleaned_before_it_is_written(project: Project) -> None:
    decision = project.append_decision("exclude", "wk_1\0", "\udcff", reason="a\0b", who="me")
    (again,) = project.decisions()
    assert again.id == decision.id
    assert (again.subject, again.verdict, again.reason) == ("wk_1", "?", "ab")


def test_nul_bytes_bom_and_windows_line_ends_of_other_editors_are_read(project: Project) -> None:
    body = (HEADER + "2026-01-02T00:00:00Z,Tom,include,wk_1,,ok\0\n").replace("\n", "\r\n")
    write_decisions(project, "Tom.csv", b"\xef\xbb\xbf" + body.encode())
    (decision,) = project.decisions()
    assert (decision.who, decision.subject, decision.reason) == ("Tom", "wk_1", "ok")
    assert project.all_decisions()[1] == []


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_torn_last_line_loses_no_other_decision(project: Project, cut: int) -> None:
    project.append_decision("name", "wk_1", "Kept", who="me")
    torn = project.append_decision("name", "wk_2", "Torn, later", reason='he said "yes", twice', who="me")
    path = project.root / torn.file
    path.write_bytes(path.read_bytes()[:-cut])
    assert next(d.verdict for d in project.decisions()) == "Kept"
    project.append_decision("name", "wk_3", "New", who="me")
    project.append_decision("name", "wk_4", "Newer", who="me")
    verdicts = [d.verdict for d in project.decisions()]
    assert verdicts[0] == "Kept"
    assert verdicts[-2:] == ["New", "Newer"]


def test_a_quote_in_the_middle_of_a_cell_is_no_torn_line(project: Project) -> None:
    write_decisions(project, "me.csv", HEADER + '2026-01-02T00:00:00Z,me,exclude,wk_1,,a 5" disc\n')
    project.append_decision("include", "wk_2", "", who="me")
    assert [d.subject for d in project.decisions()] == ["wk_1", "wk_2"]


def test_a_bad_kind_is_listed_with_its_line_and_stays_in_the_file(project: Project) -> None:
    text = HEADER + "2026-01-01T00:00:00Z,T,rename,wk_1,x,\n\n2026-01-02T00:00:00Z,T,include,wk_2,,\nscribble\n"
    path = write_decisions(project, "T.csv", text)
    decisions, problems = project.all_decisions()
    assert [d.subject for d in decisions] == ["wk_2"]
    assert [(p.code, p.severity, p.file, p.line) for p in problems] == [
        ("bad-decision", "error", "corpus/decisions/T.csv", 2),
        ("bad-decision", "error", "corpus/decisions/T.csv", 5),
    ]
    assert all(p.mend for p in problems)
    project.append_decision("include", "wk_3", "", who="T")
    assert path.read_text(encoding="utf-8").startswith(text)


def test_a_file_without_its_columns_is_one_problem(project: Project) -> None:
    write_decisions(project, "T.csv", "date,person\n2026,T\n2026,T\n")
    decisions, problems = project.all_decisions()
    assert decisions == []
    assert [(p.code, p.line) for p in problems] == [("missing-column", 1)]
    assert "when" in problems[0].message


def test_columns_may_stand_in_another_order_with_others_beside_them(project: Project) -> None:
    write_decisions(project, "T.csv", "kind,subject,note,verdict,who,when\nname,wk_1,!,A,T,2026-01-01\n")
    (decision,) = project.decisions()
    assert (decision.kind, decision.subject, decision.verdict, decision.reason) == ("name", "wk_1", "A", "")


def test_two_files_are_read_together_in_order_of_time(project: Project) -> None:
    write_decisions(
        project, "b.csv", HEADER + "2026-01-03T00:00:00Z,b,name,wk_1,Third,\n2026-01-01,b,name,wk_1,First,\n"
    )
    write_decisions(project, "a.csv", HEADER + "2026-01-02T00:00:00Z,a,name,wk_1,Second,\n")
    assert [d.verdict for d in project.decisions("name")] == ["First", "Second", "Third"]
    assert project.decisions("merge") == []


def test_undo_and_undo_of_the_undo(project: Project) -> None:
    named = project.append_decision("name", "wk_1", "A", who="a")
    undo = project.append_decision("undo", named.id, "", who="b")
    assert project.decisions() == []
    assert project.decision_states() == {named.id: "undone", undo.id: "active"}
    again = project.append_decision("undo", undo.id, "", who="a")
    assert [d.id for d in project.decisions()] == [named.id]
    assert project.decision_states() == {named.id: "active", undo.id: "undone", again.id: "active"}
    project.append_decision("undo", again.id, "", who="b")
    assert project.decisions() == []


def test_an_undo_counts_even_if_its_writers_clock_is_behind(project: Project) -> None:
    named = project.append_decision("name", "wk_1", "A", who="a")
    write_decisions(project, "b.csv", HEADER + f"2001-01-01T00:00:00Z,b,undo,{named.id},,\n")
    assert project.decisions() == []


def test_two_undos_of_one_decision_and_an_undo_of_nothing(project: Project) -> None:
    named = project.append_decision("name", "wk_1", "A", who="a")
    first = project.append_decision("undo", named.id, "", who="a")
    project.append_decision("undo", named.id, "", who="b")
    project.append_decision("undo", "dc_nothing", "", who="b")
    assert project.decisions() == []
    project.append_decision("undo", first.id, "", who="a")
    assert project.decisions() == [], "the other undo still holds"


def test_a_full_disk_takes_no_decision_and_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="could not be written") as caught:
        project.append_decision("include", "wk_1", "", who="a")
    assert "decide again" in caught.value.mend


def test_names_become_safe_files(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clean_name("../../etc/passwd") == "etc-passwd"
    assert clean_name("..") == "someone"
    monkeypatch.setenv("METANARRATIVE_WHO", "Siân ap Rhys")
    assert default_who() == "Siân ap Rhys"
    assert project.append_decision("include", "wk_1", "").file == "corpus/decisions/Siân-ap-Rhys.csv"


def test_every_kind_of_decision_says_what_it_means() -> None:
    assert all(len(text) > 15 for text in DECISION_KINDS.values())


# -- the lock ---------------------------------------------------------------------------------

_HOLDER = """
import sys, time
from pathlib import Path
from metanarrative.project import Project
with Project(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_names_its_holder_and_dies_with_it(project: Project) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(project.root)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"process {holder.pid}") as caught, project.lock():
            pass
        assert caught.value.exit_code == 1
        assert "wait" in caught.value.mend
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with project.lock():
            held = (project.store.folder / "lock").read_text(encoding="utf-8")
            assert held.startswith(f"process {os.getpid()} ")
    assert (project.store.folder / "lock").read_text(encoding="utf-8") == ""


def test_the_lock_may_be_taken_again_by_its_holder(project: Project) -> None:
    with project.lock(), project.lock():
        pass
    with pytest.raises(RuntimeError, match="inside"), project.lock():
        raise RuntimeError("inside")
    with project.lock():
        assert project._lock_depth == 1


# -- inputs -----------------------------------------------------------------------------------


def test_hashes_follow_the_content_and_leave_hidden_files_out(project: Project) -> None:
    folder = project.root / "corpus/literature"
    (folder / "a.ris").write_text("TY  - JOUR", encoding="utf-8")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    (folder / "deep").mkdir()
    (folder / "deep" / "b.ris").write_text("TY  - BOOK", encoding="utf-8")
    first = project.file_hashes("corpus/literature/**/*")
    assert list(first) == ["corpus/literature/a.ris", "corpus/literature/deep/b.ris", "corpus/literature/sources.csv"]
    assert project.file_hashes("corpus/literature/**/*") == first
    (folder / "a.ris").write_text("TY  - BOOK", encoding="utf-8")
    second = project.file_hashes("corpus/literature/**/*")
    assert (
        second["corpus/literature/a.ris"] == second["corpus/literature/deep/b.ris"] != first["corpus/literature/a.ris"]
    )


def test_a_change_within_one_tick_of_the_clock_is_seen(project: Project) -> None:
    path = project.root / "corpus/literature/a.ris"
    path.write_text("one", encoding="utf-8")
    stamp = time.time_ns()
    os.utime(path, ns=(stamp, stamp))
    before = project.file_hashes("corpus/literature/*.ris")
    path.write_text("two", encoding="utf-8")
    os.utime(path, ns=(stamp, stamp))  # same size, same time, other bytes
    assert project.file_hashes("corpus/literature/*.ris") != before


def test_an_old_unchanged_file_is_not_read_again(project: Project) -> None:
    path = project.root / "corpus/literature/a.ris"
    path.write_text("one", encoding="utf-8")
    os.utime(path, ns=(10**18, 10**18))
    before = project.file_hashes("corpus/literature/*.ris")
    path.write_text("two", encoding="utf-8")
    os.utime(path, ns=(10**18, 10**18))
    assert project.file_hashes("corpus/literature/*.ris") == before, "size and time are what tells a change"
    for damaged in ("[]", "{", '{"corpus/literature/a.ris": 3}'):
        (project.store.folder / "hashes.json").write_text(damaged, encoding="utf-8")
        assert project.file_hashes("corpus/literature/*.ris") != before
