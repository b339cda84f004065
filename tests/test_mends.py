"""Every mend that begins with the command's name can be typed; slips on the command line are refused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import metanarrative as mn
from metanarrative.api import _renumbered
from metanarrative.cli import main
from metanarrative.errors import UsageError
from metanarrative.read import read_file

PACKAGE = Path(mn.__file__).parent


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "STEP" for part in node.values)
    return ""


def mends() -> Iterator[tuple[str, str]]:
    """Yield every mend in the source, by keyword or as the third word of a problem."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                told = [word.value for word in node.keywords if word.arg == "mend"]
                told += node.args[2:3] if isinstance(node.func, ast.Name) and node.func.id == "Problem" else []
                for words in map(text_of, told):
                    if words.startswith("metanarrative "):
                        yield f"{path.name}:{node.lineno}", words


def wrong(words: str) -> str:
    """Say why a line cannot be typed; ``""`` where it can."""
    command: click.Command = main
    known = {"--help"}
    for word in re.split(r"[,;]", words.replace(" -C STEP", ""))[0].split()[1:]:
        if word.startswith("-"):
            known |= {option for param in command.params for option in [*param.opts, *param.secondary_opts]}
            if word not in known:
                return f"{word} is no option"
        elif isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        elif isinstance(command, click.Group) and word == "STEP":  # filled in when it is said: any of the group
            inner = [one for _, one in sorted(command.commands.items())]
            known |= {option for one in inner for param in one.params for option in param.opts}
            command = inner[0]
        elif isinstance(command, click.Group):
            return f"{word} is no command"
    return ""


def test_every_mend_can_be_typed() -> None:
    found = list(mends())
    assert len(found) > 30
    assert not [(where, words, wrong(words)) for where, words in found if wrong(words)]


def test_a_mend_that_cannot_be_typed_is_found() -> None:
    assert wrong("metanarrative add FILE --kind policy --nation wales") == "FILE is no command"
    assert wrong("metanarrative add policy FILE --kind x") == "--kind is no option"
    assert not wrong("metanarrative add policy FILE --nation wales")


@pytest.fixture
def project(tmp_path: Path) -> mn.Project:
    project = mn.Project.init(tmp_path / "review", title="Mends")
    (project.root / "corpus/literature/a.ris").write_text(
        "TY  - JOUR\nTI  - A work of its own\nPY  - 2016\nER  - \n", encoding="utf-8"
    )
    project.run(last="screen")
    with project.writing("traditions") as out:
        out.write("cluster", [{"cluster_id": "cl_1", "number": 1, "label": "plans", "size": 1, "anchors": "[]"}])
    return project


@pytest.mark.parametrize("target", ["T99", "t9", "cl_0000"])
def test_a_cluster_that_is_not_there_founds_nothing(project: mn.Project, target: str) -> None:
    with pytest.raises(UsageError, match="no cluster answers"):
        project.decide("move", "A work of its own", target)
    assert project.meant("move", "A work of its own", target)[1:] == []


def test_a_name_that_founds_a_tradition_is_said(project: mn.Project) -> None:
    about = project.meant("move", "A work of its own", "Quiet", "rivers")
    assert about[1].startswith("this founds a new tradition: 'Quiet rivers'")
    assert project.decide("move", "A work of its own", "Quiet", "rivers").verdict == "Quiet rivers"
    assert "to T1: plans (1 work; id cl_1)" in project.meant("move", "A work of its own", "T1")
    (row,) = project.decided().rows
    assert (row["about"], row["ruling"], len(row["date"])) == ("A work of its own", "Quiet rivers", 10)


def test_numbers_that_changed_are_said() -> None:
    old = [{"cluster_id": "cl_1", "number": 1, "tradition": ""}, {"cluster_id": "cl_2", "number": 2, "tradition": "R"}]
    new = [{"cluster_id": "cl_9", "number": 1, "tradition": "R"}, {"cluster_id": "cl_1", "number": 2, "tradition": ""}]
    assert _renumbered(old, new) == ["numbers changed: T1 was T2, T2 was T1; ids (cl_...) and names stay"]
    assert _renumbered(old, old) == []


@pytest.mark.parametrize(
    "args", [["lineage", "--nation", "walse"], ["links", "--verdict", "zz"], ["matrix", "--theme", "zz"]]
)
def test_slips_are_refused(args: list[str]) -> None:
    assert CliRunner().invoke(main, args).exit_code == 2


def test_a_file_of_the_other_kind_is_called_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_text("# A plan\n\nCare plans are reviewed every year.\n\n## Duties\n\n- one\n- two\n", encoding="utf-8")
    (problem,) = read_file(path, kind="literature")[1]
    assert "it looks like" in problem.message and "holds no" not in problem.message
    assert problem.mend == "metanarrative add policy FILE"
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"no PDF at all")
    (problem,) = read_file(broken, kind="policy")[1][-1:]
    assert "download or export it again" in problem.mend
