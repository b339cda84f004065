"""The command line: exit codes, words on stderr, one JSON object, a twin in Python for every command."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from metanarrative import api, pipeline
from metanarrative.api import Project
from metanarrative.cli import EXIT_CODES, main

RIS = "TY  - JOUR\nAU  - Rees, Mair\nTI  - Care plans in two valleys\nAB  - Plans, read twice.\nPY  - 2016\nER  - \n"
ESCAPE = re.compile(r"\x1b\[")

TWINS: dict[str, tuple[Any, str]] = {
    "init": (Project, "init"),
    "add literature": (Project, "add_literature"),
    "add policy": (Project, "add_policy"),
    **{f"fetch {where}": (Project, "fetch") for where in (
        "openalex", "crossref", "europepmc", "legislation", "govuk",
    )},
    "enrich": (Project, "enrich"),
    "remove": (Project, "remove"),
    "status": (Project, "status"),
    "run": (Project, "run"),
    **{f"decide {kind}": (Project, "decide") for kind in (
        "name", "accept", "reject", "merge", "split", "move", "pin", "must-link", "cannot-link", "include",
        "exclude", "theme", "align", "force", "practice", "cite", "undo",
    )},
    "decide same": (Project, "decide_together"),
    "decide different": (Project, "decide_together"),
    "decide list": (Project, "decided"),
    "decide import": (Project, "import_file"),
    "records list": (Project, "records"),
    "records search": (Project, "records"),
    "records show": (Project, "explain"),
    "records problems": (Project, "problems"),
    "records duplicates": (Project, "duplicates"),
    "traditions list": (Project, "traditions"),
    "traditions show": (Project, "explain"),
    "traditions stability": (Project, "stability"),
    "graph stats": (Project, "graph_stats"),
    "graph main-path": (Project, "main_path"),
    "graph bridges": (Project, "bridges"),
    "graph cited": (Project, "cited"),
    "graph historiograph": (Project, "historiograph"),
    "graph phases": (Project, "phases"),
    "graph traffic": (Project, "traffic"),
    "graph rpys": (Project, "signals"),
    "graph bursts": (Project, "signals"),
    "traditions review": (Project, "review_queue"),
    "traditions keep": (Project, "keep"),
    "concepts list": (Project, "concepts"),
    "concepts themes": (Project, "concept_themes"),
    "concepts evolution": (Project, "concept_evolution"),
    "concepts contested": (Project, "contested"),
    "compare": (Project, "compare"),
    "align": (Project, "align"),
    "lineage": (Project, "lineage"),
    "matrix": (Project, "matrix"),
    "levels": (Project, "levels"),
    "links": (Project, "links"),
    "agreement": (Project, "agreement"),
    "explain": (Project, "explain"),
    "log": (Project, "log"),
    "map": (Project, "map"),
    "report": (Project, "report"),
    "export": (Project, "export"),
    "open": (api, "open_in_browser"),
    "verify": (Project, "verify"),
    "doctor": (api, "doctor"),
    "plugins": (api, "plugins_list"),
    "config": (Project, "config_list"),
}  # fmt: skip
"""Every command and the call that does the same in Python."""

PROMISED = (
    "init add status run decide records traditions graph compare align map report export open explain log verify "
    "doctor plugins"
).split()


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


COMMANDS = dict(walk(main))
LEAVES = {name: command for name, command in COMMANDS.items() if not isinstance(command, click.Group)}


def call(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def told(result: Result) -> dict[str, str]:
    """Return what an error says on stderr, by its parts."""
    first, *rest = result.stderr.strip().splitlines()
    found = re.fullmatch(r"error\[([a-z-]+)\]: (.+)", first)
    assert found, result.stderr
    parts = dict(line.strip().split(": ", 1) for line in rest)
    assert set(parts) <= {"where", "mend"}
    return {"code": found[1], "message": found[2], **parts}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Project.init(tmp_path / "review", title="Care planning")
    return tmp_path / "review"


@pytest.fixture
def something_to_read(root: Path) -> None:
    """One record: a run of an empty project is refused."""
    text = "TY  - JOUR\nTI  - A work of its own\nPY  - 2001\nER  - \n"
    (root / "corpus" / "literature" / "one.ris").write_text(text, encoding="utf-8")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.ris"
    path.write_text(RIS, encoding="utf-8")
    return path


# -- the shape --------------------------------------------------------------------------------


def test_every_promised_command_is_there() -> None:
    assert set(PROMISED) <= set(main.commands)


def test_every_command_has_a_twin_in_python() -> None:
    assert set(TWINS) == set(LEAVES)
    for name, (home, twin) in TWINS.items():
        assert callable(getattr(home, twin)), name
        assert getattr(home, twin).__doc__, name


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert len(command.help) > 10
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name}"
    shown = call(*name.split(), "--help")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Usage:")
    assert "--json" in shown.stdout


def test_help_answers_at_once_and_imports_nothing_heavy() -> None:
    script = """
import sys, time
from metanarrative.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
heavy = {"torch", "sklearn", "networkx", "sqlalchemy", "numpy", "scipy", "lxml", "rich", "pyvis", "pandas"}
print("imported:", sorted(heavy & set(sys.modules)))
print("seconds:", time.process_time())
"""
    lines = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert lines[0].startswith("Usage:")
    assert lines[-2] == "imported: []"
    # seconds of this process, not of the clock: other work on the machine is not its fault
    assert float(lines[-1].removeprefix("seconds: ")) < 0.3


def test_the_version_and_the_exit_codes_are_shown() -> None:
    assert re.fullmatch(r"metanarrative \d+\.\d+\.\d+\n", call("--version").stdout)
    listed = re.findall(r"^ +(\d+)  ", call("--help").stdout, re.MULTILINE)
    assert listed == re.findall(r"^ +(\d+)  ", EXIT_CODES, re.MULTILINE)
    assert listed == ["0", "1", "2", "3", "4", "5", "6", "7", "130"]


# -- every exit code --------------------------------------------------------------------------


def test_0_done(root: Path, export: Path) -> None:
    result = call("-C", root, "add", "literature", export)
    assert result.exit_code == 0, result.stderr
    assert "1 record kept" in result.stdout
    assert (root / "corpus/literature/export.ris").read_text(encoding="utf-8") == RIS
    assert call("-C", root, "status").exit_code == 0


def test_4_an_empty_project_and_5_a_part_that_cannot_be_read(root: Path) -> None:
    empty = call("-C", root, "run")
    assert empty.exit_code == 4
    assert "add literature" in empty.stderr
    (root / "corpus" / "literature" / "empty.ris").write_bytes(b"")
    none = call("-C", root, "-q", "run", "--to", "screen")
    assert none.exit_code == 4
    assert "none of 1 files" in none.stderr
    text = "TY  - JOUR\nTI  - A work of its own\nPY  - 2001\nER  - \n"
    (root / "corpus" / "literature" / "one.ris").write_text(text, encoding="utf-8")
    part = call("-C", root, "-q", "run", "--to", "screen")
    assert part.exit_code == 5
    assert "1 error listed" in part.stdout
    assert call("-C", root, "-q", "run", "--to", "screen").exit_code == 0, "nothing to do, nothing new to say"
    (root / "corpus" / "decisions" / "ann.csv").write_text(
        "when,who,kind,subject,verdict,reason\n2026-01-01T00:00:00Z,ann,excl", encoding="utf-8"
    )
    torn = call("-C", root, "-q", "run", "--to", "screen")
    assert torn.exit_code == 5, "a ruling that does not take part is told at every run"
    assert "ann.csv:2" in torn.stdout


@pytest.mark.usefixtures("something_to_read")
def test_1_another_command_is_writing(root: Path) -> None:
    with Project.open(root).lock():
        result = call("-C", root, "run")
    assert result.exit_code == 1
    error = told(result)
    assert error["code"] == "locked"
    assert f"process {os.getpid()}" in error["message"]
    assert result.stdout == ""


@pytest.mark.usefixtures("something_to_read")
def test_1_a_full_disk(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipeline, "run_all", full)
    result = call("-C", root, "run")
    assert result.exit_code == 1
    assert told(result)["message"] == "the disk is full"
    assert "nothing is lost" in told(result)["mend"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "drawing"], "no step is called 'drawing'"),
        (["decide", "name", "T1", "A"], "there are no clusters"),
        (["decide", "undo", "dc_nothing"], "no decision 'dc_nothing' holds"),
        (["explain", "nobody"], "no work answers to 'nobody'"),
        (["add", "policy", "x.md", "--nation", "france"], "nation 'france' is not known"),
    ],
)
def test_2_wrong_usage(root: Path, args: list[str], words: str) -> None:
    result = call("-C", root, *args)
    assert result.exit_code == 2
    assert words in told(result)["message"]
    assert told(result)["mend"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["stauts"], "Did you mean 'status'"),
        (["status", "--chek"], "'--check'"),
        (["export", "excel", "-o", "x"], "'csv', 'graphml'"),
        (["add", "literature"], "Missing argument"),
        (["--seed", "-1", "status"], "not in the range"),
    ],
)
def test_2_what_the_parser_refuses(root: Path, args: list[str], words: str) -> None:
    result = call("-C", root, *args)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_2_a_wrong_setting_is_told_with_its_place(root: Path) -> None:
    (root / "metanarrative.toml").write_text("[embed]\nbatch = 0\n", encoding="utf-8")
    result = call("-C", root, "status")
    assert result.exit_code == 2
    assert told(result) == {
        "code": "setting",
        "message": "batch = 0 is out of range",
        "where": "metanarrative.toml: [embed]",
        "mend": "give a value from 1 to 1024",
    }


def test_2_a_second_init_is_refused(root: Path) -> None:
    result = call("init", root, "--title", "Again")
    assert result.exit_code == 2
    assert "is a project already" in told(result)["message"]


@pytest.mark.usefixtures("something_to_read")
def test_3_no_project_and_no_earlier_step(root: Path, tmp_path: Path) -> None:
    result = call("-C", tmp_path, "status")
    assert result.exit_code == 3
    assert told(result)["code"] == "step-missing"
    assert "metanarrative init" in told(result)["mend"]
    for command in ("traditions list", "graph stats", "compare", "align", "map", "report", "run map"):
        result = call("-C", root, *command.split())
        assert result.exit_code == 3, command
        assert told(result)["mend"].startswith("metanarrative run"), command


def test_4_nothing_could_be_read(root: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.ris"
    empty.write_bytes(b"")
    result = call("-C", root, "add", "literature", empty)
    assert result.exit_code == 4
    assert "empty" in result.stdout
    assert list((root / "corpus/literature").glob("*.ris")) == []
    assert call("-C", root, "add", "literature", tmp_path / "not-there.ris").exit_code == 4


def test_5_done_in_part_and_the_rejects_are_listed(root: Path, export: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.ris"
    empty.write_bytes(b"")
    result = call("-C", root, "add", "literature", export, empty)
    assert result.exit_code == 5
    (rejects,) = (root / "problems").glob("add-*.csv")
    assert rejects.relative_to(root).as_posix() in result.stdout
    lines = rejects.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("file,line,severity,code,message,mend")
    assert any(line.startswith("empty.ris,") for line in lines[1:])
    assert [p.name for p in (root / "corpus/literature").glob("*.ris")] == ["export.ris"]


def test_6_a_model_that_was_asked_for_is_absent(root: Path, export: Path) -> None:
    call("-C", root, "add", "literature", export)
    with (root / "metanarrative.toml").open("a", encoding="utf-8") as stream:
        stream.write('[embed]\nmodel = "models/not-here"\n')
    result = call("-C", root, "run", "--to", "embed")
    assert result.exit_code == 6
    errors = [line for line in result.stderr.splitlines() if line.startswith("error[")]
    assert len(errors) == 1
    assert errors[0].startswith("error[model-missing]")
    assert Project.open(root).store.count("work") == 1, "the steps before it are kept"


def test_7_a_check_that_was_asked_for_fails(root: Path) -> None:
    assert call("-C", root, "status").exit_code == 0
    assert call("-C", root, "status", "--check").exit_code == 7


@pytest.mark.usefixtures("something_to_read")
def test_130_interrupted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run_all", interrupted)
    result = call("-C", root, "run")
    assert result.exit_code == 130
    assert "the same command goes on" in result.stderr


_WAITING = """
import sys, time
from types import SimpleNamespace
from metanarrative import pipeline
from metanarrative.cli import main

def run(project, settings):
    with project.writing("read") as out:
        out.write("record", [{"record_id": "half"}])
        print("inside", flush=True)
        time.sleep(60)

fake = {"VERSION": "1", "READS": (), "DECISIONS": (), "FILES": (), "run": run}
pipeline.Stage.module = property(lambda stage: SimpleNamespace(**fake))
main(sys.argv[1:])
"""


@pytest.mark.usefixtures("something_to_read")
def test_130_a_real_interrupt_in_mid_step_changes_nothing(root: Path) -> None:
    command = [sys.executable, "-c", _WAITING, "-C", str(root), "run", "read"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on" in stderr
    assert "Traceback" not in stderr
    project = Project.open(root)
    assert (project.store.count("record"), project.store.count("run")) == (0, 0)


# -- JSON and text ----------------------------------------------------------------------------


def test_errors_are_json_on_stderr_where_json_is_wanted(root: Path) -> None:
    for args in (["--json", "-C", root, "run", "drawing"], ["-C", root, "run", "drawing", "--json"]):
        result = call(*args)
        assert result.exit_code == 2
        assert result.stdout == ""
        error = json.loads(result.stderr)
        assert error["schema"] == "metanarrative.error/1"
        assert set(error) == {"schema", "code", "message", "mend", "where"}
        assert error["code"] == "usage"
    assert json.loads(call("--json", "stauts").stderr)["code"] == "usage"


SAME: list[tuple[str, Callable[[Project], Any]]] = [
    ("status", lambda p: p.status()),
    ("config", lambda p: p.config_list()),
    ("records list", lambda p: p.records()),
    ("records search care valleys", lambda p: p.records("care valleys")),
    ("records problems", lambda p: p.problems()),
    ("explain Care plans in two valleys", lambda p: p.explain("Care plans in two valleys")),
    ("decide list", lambda p: p.decided()),
    ("log", lambda p: p.log()),
    ("verify", lambda p: p.verify()),
    ("plugins", lambda p: api.plugins_list()),
    ("doctor", lambda p: api.doctor()),
]


def test_a_command_and_its_twin_return_the_same(root: Path, export: Path) -> None:
    call("-C", root, "add", "literature", export)
    assert call("-C", root, "-q", "run", "--to", "screen").exit_code == 0
    for line, twin in SAME:
        args = ["explain", line.removeprefix("explain ")] if line.startswith("explain") else line.split()
        result = call("-C", root, *args, "--json")
        assert result.exit_code == 0, (line, result.stderr)
        shown = json.loads(result.stdout)
        expected = json.loads(json.dumps(twin(Project.open(root)).to_dict(), default=str))
        assert shown == expected, line
        assert re.fullmatch(r"metanarrative\.[a-z-]+/1", shown["schema"])


def test_deciding_on_the_command_line_and_in_python(root: Path, export: Path) -> None:
    call("-C", root, "add", "literature", export)
    call("-C", root, "-q", "run", "--to", "screen")
    result = call(
        "-C", root, "decide", "exclude", "Care plans", "--who", "Mair", "--reason", "only a protocol", "--json"
    )
    assert result.exit_code == 0, result.stderr
    decision = json.loads(result.stdout)["decision"]
    assert (decision["kind"], decision["who"], decision["reason"]) == ("exclude", "Mair", "only a protocol")
    assert decision["subject"].startswith("wk_")
    assert call("-C", root, "-q", "run", "screen").exit_code == 0
    assert Project.open(root).included() == frozenset()
    other = call("-C", root, "decide", "undo", "last", "--who", "Ann")
    assert other.exit_code == 2, "what Mair decided is not Ann's last"
    result = call("-C", root, "decide", "undo", "last", "--who", "Mair")
    assert result.exit_code == 0
    assert "takes back: exclude" in result.stdout
    call("-C", root, "-q", "run", "screen")
    assert Project.open(root).included() == {decision["subject"]}


def test_text_is_plain_when_piped_and_progress_is_not_in_it(root: Path, export: Path) -> None:
    call("-C", root, "add", "literature", export)
    result = call("-C", root, "run", "--to", "screen")
    assert result.exit_code == 0, result.stderr
    assert not ESCAPE.search(result.stdout)
    assert [line.split()[0] for line in result.stdout.splitlines()[1:4]] == ["read", "dedupe", "screen"]
    assert result.stderr == "", "what is going on is shown to a person at a terminal only"
    again = call("-C", root, "run", "--to", "screen")
    assert "nothing to do: all steps are fresh" in again.stdout
    assert again.stderr == ""


def test_dry_runs_change_nothing(root: Path, export: Path) -> None:
    before = sorted(p for p in root.rglob("*") if p.is_file() and ".metanarrative" not in p.parts)
    assert "dry run" in call("-C", root, "add", "literature", export, "-n").stdout
    assert call("-C", root, "run", "-n").stdout.count("to do") == len(pipeline.NAMES)
    assert sorted(p for p in root.rglob("*") if p.is_file() and ".metanarrative" not in p.parts) == before
    assert Project.open(root).store.count("run") == 0


@pytest.mark.usefixtures("something_to_read")
def test_the_seed_of_one_call_and_of_the_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("-C", root, "--seed", "9", "-q", "run", "read")
    assert Project.open(root).store.read("run")[0]["seed"] == 9
    assert "seed" in call("-C", root, "status", "--why", "read").stdout
    monkeypatch.setenv("METANARRATIVE_SEED", "9")
    assert "fresh" in call("-C", root, "status", "--why", "read").stdout


def test_a_reader_that_goes_away_is_no_failure(root: Path) -> None:
    command = f"{sys.executable} -m metanarrative -C {root} config; echo $? >&2"
    done = subprocess.run(
        ["/bin/sh", "-c", f"( {command} ) | true"], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stderr.strip() == "0"


def test_the_installed_command_is_this_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "metanarrative", "-C", str(tmp_path), "status"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("error[step-missing]: there is no project in ")
