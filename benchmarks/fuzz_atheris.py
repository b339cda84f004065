"""Coverage-guided fuzzing of every reader, with atheris (`pip install atheris`, Linux and macOS).

    python benchmarks/fuzz_atheris.py --reader ris -- -max_total_time=300

What stands behind `--` goes to libFuzzer. The fixtures with the reader's suffixes are the seeds, and the small
ones of the hostile files. A reader may raise the package's own
errors and nothing else, and may yield records and problems and nothing else; a crash leaves its input in the
present folder.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["metanarrative.read", "metanarrative.text"]):
    from metanarrative.errors import MetanarrativeError
    from metanarrative.model import Problem, Record
    from metanarrative.read import readers
    from metanarrative.read.source import Source

TESTS = Path(__file__).resolve().parents[1] / "tests"
SMALL = 400
"""Bytes of the hostile files among the seeds."""


def seeds_of(suffixes: tuple[str, ...], folder: Path) -> None:
    """Fill `folder` with files that have one of these suffixes."""
    sys.path.insert(0, str(TESTS))
    from hostile import costly

    for path in sorted((TESTS / "fixtures").rglob("*")):
        if path.suffix in suffixes:
            shutil.copy(path, folder)
    for number, (name, content) in enumerate(costly(SMALL)):
        if Path(name).suffix in suffixes:
            Path(folder, f"hostile-{number}").write_bytes(content)


def main() -> None:
    """Fuzz until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = readers()[0]
    parser.add_argument("--reader", choices=sorted(known), default="ris")
    own = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    theirs = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    reader = known[parser.parse_args(own).reader]
    with tempfile.TemporaryDirectory() as folder:
        seeds, path = Path(folder, "seeds"), Path(folder, "input")
        seeds.mkdir()
        seeds_of(reader.suffixes, seeds)

        def one(data: bytes) -> None:
            path.write_bytes(data)
            source = Source(path, name="input")
            score = reader.sniff(source.head_text(), source.head(), "input")
            if not 0 <= score <= 100:
                raise AssertionError(f"sniff gives {score}")
            try:
                items = list(reader.read(source))
                if reader.count is not None:
                    reader.count(source)
            except MetanarrativeError:
                return
            if not all(isinstance(item, Record | Problem) for item in items):
                raise AssertionError("something that is neither record nor problem")

        atheris.Setup([sys.argv[0], "-timeout=10", *theirs, str(seeds)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
