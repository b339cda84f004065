"""Compiled readers read as their sources do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from compiled import ROOT, compiled_package

READ_ALL = """
import hashlib, json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import metanarrative.read.ris as module
from metanarrative.read import read_file
read = {}
for path in sorted(Path(sys.argv[2]).rglob("*")):
    if path.is_file():
        records, problems, info = read_file(path, name=path.name)
        read[str(path)] = (len(records), hashlib.sha256(repr((records, problems, info)).encode()).hexdigest())
print(json.dumps({"module": module.__file__, "read": read}))
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not any(map(shutil.which, ((sysconfig.get_config_var("CC") or "cc").split()[0], "cc", "gcc", "clang"))):
        pytest.skip("no C compiler here")
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        pytest.skip("no headers of Python here")
    return compiled_package(tmp_path_factory.mktemp("compiled"))


def test_compiled_readers_give_the_same_records_and_problems(compiled: Path) -> None:
    folder = ROOT / "tests" / "fixtures"
    told = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", READ_ALL, str(place), str(folder)],
                capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "0"},
            ).stdout
        )
        for place in (ROOT, compiled)
    ]  # fmt: skip
    written, built = told
    assert written["module"].endswith("ris.py")
    assert not built["module"].endswith(".py"), "nothing was compiled although there is a compiler"
    assert written["read"] == built["read"]
    assert sum(n for n, _ in written["read"].values()) > 50


def test_compiled_readers_pass_the_readers_own_tests(compiled: Path) -> None:
    suites = [f"tests/test_{name}.py" for name in ("read_tagged", "read_bibtex", "read_tables", "read_references")]
    run = (
        "import sys; sys.path.insert(0, sys.argv[1]); import metanarrative.read.ris as r, pytest; "
        "assert not r.__file__.endswith('.py'); sys.exit(pytest.main(['-q', '-x', *sys.argv[2:]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", run, str(compiled), *suites], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
