"""The package with its readers compiled, in a folder of its own: for tests and benchmarks."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def compiled_package(folder: Path) -> Path:
    """Build a copy of the package below `folder` and return what to put on the path.

    A copy of the same sources that is there already is taken as it is. Where nothing can be compiled the copy
    holds the sources only.
    """
    sources = [ROOT / "setup.py", *sorted((ROOT / "metanarrative").rglob("*.py"))]
    name = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    place = folder / f"compiled-{name}"
    if place.exists():
        return place
    half = folder / f"half-made-{os.getpid()}"
    half.mkdir(parents=True)
    for part in ("setup.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / part, half)
    shutil.copytree(
        ROOT / "metanarrative", half / "metanarrative", ignore=shutil.ignore_patterns("__pycache__", "*.so")
    )
    done = subprocess.run(
        [sys.executable, "setup.py", "build_ext", "--inplace"], cwd=half, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    shutil.rmtree(half / "build", ignore_errors=True)
    half.replace(place)
    return place
