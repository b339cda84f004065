"""Peak memory and time of reading a very large file, each way in a process of its own.

    python benchmarks/memory.py --records 1000000

`stream` is what the reader alone needs, `scan` what `metanarrative add` does with the file before it copies
it, `stage` the whole step `metanarrative run read` with its rows written to the store.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import made

PROMISED_MB = 1024


def write(path: Path, n: int) -> None:
    """Write `n` made records as RIS, a few thousand at a time."""
    with path.open("w", encoding="utf-8") as stream:
        for begin in range(0, n, 5000):
            stream.write(made.ris(made.entries(min(5000, n - begin), seed=begin + 1)))
            stream.write("\n")


def stream(path: Path) -> int:
    """Return how many records the reader yields."""
    from metanarrative.read import ris
    from metanarrative.read.source import Source

    return sum(hasattr(item, "title") for item in ris.READER.read(Source(path)))


def scan(path: Path) -> int:
    """Return how many records `metanarrative add` counts."""
    from metanarrative.read import scan_file

    return scan_file(path).n


def whole_stage(path: Path) -> int:
    """Return how many records the read stage writes."""
    from metanarrative import read
    from metanarrative.project import Project

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        root = Project.create(Path(folder, "p"), title="Memory")
        (Path(root) / "corpus/literature/made.ris").hardlink_to(path)
        project = Project(root)
        read.run(project, project.settings("read"))
        return project.store.count("record")


def measured(call: Callable[[Path], int], path: Path) -> tuple[int, float, float]:
    """Return what `call` counted, its seconds of wall time, and the peak in MB; run in a fresh process."""
    started = time.perf_counter()
    n = call(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return n, time.perf_counter() - started, peak


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--ways", default="stream,scan,stage")
    chosen = parser.parse_args()
    ways: dict[str, Callable[[Path], int]] = {"stream": stream, "scan": scan, "stage": whole_stage}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.ris")
        write(path, chosen.records)
        print(f"{chosen.records:,} RIS records, {path.stat().st_size / 1024**2:,.0f} MB")
        print(f"{'way':8} {'records':>10} {'seconds':>8} {'a second':>9} {'peak MB':>8}  promised")
        for name in chosen.ways.split(","):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                n, seconds, peak = pool.apply(measured, (ways[name], path))
            verdict = "met" if peak < PROMISED_MB else "MISSED"
            row = f"{name:8} {n:10,} {seconds:8.1f} {n / seconds:9,.0f} {peak:8,.0f}"
            print(f"{row}  under {PROMISED_MB:,} MB {verdict}", flush=True)


if __name__ == "__main__":
    main()
