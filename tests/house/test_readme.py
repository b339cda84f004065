"""What the README tells people to type works, in the order it tells them."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def sessions() -> list[tuple[str, list[str]]]:
    """Every console block under its heading, as the commands typed in it."""
    found = []
    heading = ""
    block: list[str] | None = None
    for line in README.splitlines():
        if line.startswith("## "):
            heading = line[3:].strip()
        elif line.startswith("```console"):
            block = []
        elif line.startswith("```") and block is not None:
            found.append((heading, block))
            block = None
        elif block is not None and line.startswith("$ "):
            block.append(line[2:].strip())
    return found


def test_the_two_commands_are_named_and_made() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in README
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("heading", ["A reviewer's day", "An analyst's day"])
def test_sessions_run_as_written(heading: str, tmp_path: Path) -> None:
    commands = [c for title, block in sessions() if title == heading for c in block]
    assert len(commands) >= 5
    for name in ("corpus", "metanarrative.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    here = tmp_path
    for command in commands:
        words = shlex.split(command, comments=True)
        if words[0] == "cd":
            here = (here / words[1]).resolve()
            continue
        assert words[0] == "metanarrative", command
        done = subprocess.run(
            [sys.executable, "-m", "metanarrative", *words[1:]], cwd=here, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_every_linked_file_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README):
        assert (ROOT / target).exists(), target
