"""Coverage-guided fuzzing of the text readers, with atheris (`pip install atheris`, Linux and macOS).

    python benchmarks/fuzz_atheris.py --reader ris -- -max_total_time=300

What stands behind `--` goes to libFuzzer. The fixtures are the seeds. A reader may raise the package's own
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
    from metanarrative.read import bibtex, endnote, medline, ris, wos
    from metanarrative.read.source import Source

READERS = {
    "ris": (ris.READER, "*.ris"),
    "bibtex": (bibtex.READER, "*.bib"),
    "medline": (medline.READER, "*.nbib"),
    "wos": (wos.READER, "wos*"),
    "endnote-tagged": (endnote.TAGGED, "*.enw"),
    "endnote-xml": (endnote.XML, "endnote.xml"),
}
FIXTURES = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "read"


def main() -> None:
    """Fuzz until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", choices=sorted(READERS), default="ris")
    own = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    theirs = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    reader, pattern = READERS[parser.parse_args(own).reader]
    with tempfile.TemporaryDirectory() as folder:
        seeds, path = Path(folder, "seeds"), Path(folder, "input")
        seeds.mkdir()
        for seed in sorted(FIXTURES.glob(pattern)):
            shutil.copy(seed, seeds)

        def one(data: bytes) -> None:
            path.write_bytes(data)
            source = Source(path, name="input")
            score = reader.sniff(source.head_text(), source.head(), "input")
            if not 0 <= score <= 100:
                raise AssertionError(f"sniff gives {score}")
            try:
                items = list(reader.read(source))
            except MetanarrativeError:
                return
            if not all(isinstance(item, Record | Problem) for item in items):
                raise AssertionError("something that is neither record nor problem")
            if reader.count is not None:
                reader.count(source)

        atheris.Setup([sys.argv[0], "-timeout=10", *theirs, str(seeds)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
