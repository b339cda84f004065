"""What the documentation says is what the code does."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from metanarrative import errors
from metanarrative.cli import EXIT_CODES, main
from metanarrative.config import describe
from metanarrative.export import CSV_TABLES
from metanarrative.pipeline import NAMES
from metanarrative.project import DECISION_COLUMNS, DECISION_KINDS, MANIFEST_COLUMNS, SOURCES_COLUMNS
from metanarrative.store import SHARED_TABLES, tables_by_stage

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "metanarrative"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(GENERATOR.pages()))
def test_reference_pages_are_what_the_code_says(name: str) -> None:
    assert page(name) == GENERATOR.pages()[name], "run: python docs/generate.py"


def test_the_check_says_which_page_is_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GENERATOR, "DOCS", tmp_path)
    assert GENERATOR.main(["--check"]) == 1
    assert GENERATOR.main([]) == 0
    assert GENERATOR.main(["--check"]) == 0
    (tmp_path / "cli.md").write_text("old", encoding="utf-8")
    assert GENERATOR.main(["--check"]) == 1


def test_every_command_is_documented() -> None:
    text = page("cli.md")

    def look(group: click.Group, path: tuple[str, ...]) -> None:
        for name, command in group.commands.items():
            assert re.search(rf"^##+ {' '.join((*path, name))}$", text, re.MULTILINE)
            if isinstance(command, click.Group):
                look(command, (*path, name))

    look(main, ())
    for code in re.findall(r"^ +(\d+)  ", EXIT_CODES, re.MULTILINE):
        assert f"| {code} |" in text


def test_every_setting_is_documented() -> None:
    sections = dict(zip(NAMES, re.split(r"^## \[\w+\]$", page("settings.md"), flags=re.MULTILINE)[1:], strict=True))
    for row in describe():
        assert f"| `{row['name']}` |" in sections[row["stage"]]


def test_every_table_and_export_is_documented() -> None:
    text = page("tables.md")
    for table in [*SHARED_TABLES, *(t for tables in tables_by_stage().values() for t in tables)]:
        assert f"\n### {table}\n" in text, table
    for name in CSV_TABLES:
        assert f"`{name}.csv`" in text


def test_every_error_and_problem_code_is_documented() -> None:
    text = page("errors.md")
    for item in vars(errors).values():
        if isinstance(item, type) and issubclass(item, errors.MetanarrativeError):
            assert f"| `{item.code}` | {item.exit_code} |" in text
            assert item.__doc__
    assert len(GENERATOR.problem_codes()) > 50
    for code in GENERATOR.problem_codes():
        assert f"| `{code}` |" in text


def test_the_format_names_every_column_and_kind_of_decision() -> None:
    text = page("format.md")
    for name in {*DECISION_COLUMNS, *MANIFEST_COLUMNS, *SOURCES_COLUMNS}:
        assert f"`{name}`" in text, name
    for kind in (*DECISION_KINDS,):
        assert f"| `{kind}` |" in text, kind
    for key in ("id", "name", "definition", "seeds.en", "seeds.cy", "includes", "excludes"):
        assert f"`{key}`" in text, key


def test_every_step_has_its_method() -> None:
    text = page("method.md")
    for number, name in enumerate(NAMES, 1):
        assert re.search(rf"^## {number}\. {name}\b", text, re.MULTILINE), name


def test_every_decision_record_is_numbered_and_whole() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name[:4] for path in records] == [f"{n:04d}" for n in range(1, len(records) + 1)]
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert re.match(rf"# {path.name[:4]}: \S", text), path.name
        for part in ("## Why", "## What follows"):
            assert f"\n{part}\n" in text, f"{path.name} has no {part}"


def prose() -> list[Path]:
    kept = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "corpus").glob("*.md")]
    return sorted(path for path in kept if path.is_file())


@pytest.mark.parametrize("path", prose(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not re.match(r"(https?|mailto):", target):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", prose(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_line_shown_is_one_that_exists(path: Path) -> None:
    for line in re.findall(r"^\$? *metanarrative ([^\n]+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        words = [word for word in line.split() if not word.startswith("-")]
        if "-C" in line.split():
            words = words[1:]
        if not words or not re.fullmatch(r"[a-z]+", words[0]):
            continue
        assert words[0] in main.commands, f"{path.name}: metanarrative {line}"
        group = main.commands[words[0]]
        if isinstance(group, click.Group) and len(words) > 1 and re.fullmatch(r"[a-z-]+", words[1]):
            assert words[1] in group.commands, f"{path.name}: metanarrative {line}"


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_public_function_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path} has no docstring"

    def look(body: list[ast.stmt], inside: str = "") -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if node.name.startswith("_"):
                    continue
                assert ast.get_docstring(node), f"{path.relative_to(ROOT)}:{node.lineno}: {inside}{node.name}"
                if isinstance(node, ast.ClassDef):
                    look(node.body, f"{node.name}.")

    look(tree.body)


def test_nothing_is_left_to_do_in_the_text() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    files = [*sources(), *PACKAGE.rglob("*.js"), *PACKAGE.rglob("*.css"), *PACKAGE.rglob("*.sql"), *prose()]
    files += [*(ROOT / "tests").rglob("*.py"), *DOCS.rglob("*.py"), ROOT / "setup.cfg", ROOT / "Makefile"]
    for path in files:
        found = marks.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"


def test_the_script_runs_as_a_script() -> None:
    done = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
