"""`init` takes the folder's name where no title is given."""

import tomllib
from pathlib import Path

from click.testing import CliRunner

from metanarrative.cli import main


def test_without_a_title_the_folder_gives_it(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["-C", str(tmp_path), "init", "care_planning"])
    assert made.exit_code == 0, made.output
    settings = tomllib.loads((tmp_path / "care_planning" / "metanarrative.toml").read_text(encoding="utf-8"))
    assert "care planning" in str(settings)


def test_a_title_given_is_the_title(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["-C", str(tmp_path), "init", "folder", "--title", "Care in two nations"])
    assert made.exit_code == 0, made.output
    text = (tmp_path / "folder" / "metanarrative.toml").read_text(encoding="utf-8")
    assert "Care in two nations" in text
