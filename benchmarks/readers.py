"""Records read a second, ours beside a peer's, on the same made files in one run."""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import made

from metanarrative.read import read_file


def timed(call: Callable[[], int]) -> tuple[float, int]:
    """Return the best of three runs in seconds, and what the call counted."""
    best, n = float("inf"), 0
    for _ in range(3):
        started = time.perf_counter()
        n = call()
        best = min(best, time.perf_counter() - started)
    return best, n


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=5000)
    n = parser.parse_args().records
    entries = made.entries(n)
    folder = Path(tempfile.mkdtemp())
    files = {"ris": made.ris(entries), "bib": made.bibtex(entries), "nbib": made.medline(entries)}
    for suffix, text in files.items():
        (folder / f"made.{suffix}").write_text(text, encoding="utf-8")

    def ours(suffix: str) -> Callable[[], int]:
        return lambda: len(read_file(folder / f"made.{suffix}")[0])

    def rispy_read() -> int:
        import rispy

        with (folder / "made.ris").open(encoding="utf-8") as stream:
            return len(rispy.load(stream))

    def pybtex_read() -> int:
        import pybtex.errors
        from pybtex.database import parse_file

        with contextlib.redirect_stderr(io.StringIO()), pybtex.errors.capture():
            return len(parse_file(str(folder / "made.bib")).entries)

    def nbib_read() -> int:
        import nbib

        return len(nbib.read_file(str(folder / "made.nbib")))

    print(f"{n} records a file; ours keeps raw text and line of each record")
    print(f"{'format':8} {'ours/s':>10} {'peer':>8} {'peer/s':>10} {'ratio':>7}  kept ours/peer")
    for suffix, name, peer in (
        ("ris", "rispy", rispy_read),
        ("bib", "pybtex", pybtex_read),
        ("nbib", "nbib", nbib_read),
    ):
        mine, kept = timed(ours(suffix))
        try:
            theirs, kept_theirs = timed(peer)
        except ImportError:
            print(f"{suffix:8} {kept / mine:10,.0f} {name:>8} {'absent':>10}")
            continue
        row = f"{suffix:8} {kept / mine:10,.0f} {name:>8} {kept_theirs / theirs:10,.0f} {theirs / mine:7.2f}"
        print(f"{row}  {kept}/{kept_theirs}")


if __name__ == "__main__":
    main()
