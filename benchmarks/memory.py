"""Peak memory and time of reading very large files, each way in a process of its own.

    python benchmarks/memory.py --records 1000000
    python benchmarks/memory.py --records 0 --works 200000

`stream` is what the reader alone needs, `scan` what `metanarrative add` does with the file before it copies
it, `stage` the whole step `metanarrative run read` with its rows written to the store. The works are made in
the shape of OpenAlex's answers, as one list in one line, as one page and as JSON lines.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import made

PROMISED_MB = 1024


def write(path: Path, n: int) -> None:
    """Write `n` made records as RIS, a few thousand at a time."""
    with path.open("w", encoding="utf-8") as stream:
        for begin in range(0, n, 5000):
            stream.write(made.ris(made.entries(min(5000, n - begin), seed=begin + 1)))
            stream.write("\n")


def works(n: int) -> Iterator[dict[str, Any]]:
    """Yield works in the shape of OpenAlex's, of about five kilobytes each."""
    rng = random.Random(5)
    for begin in range(0, n, 5000):
        for i, entry in enumerate(made.entries(min(5000, n - begin), seed=begin + 1), begin):
            index: dict[str, list[int]] = {}
            for place, word in enumerate(str(entry["abstract"]).split()):
                index.setdefault(word, []).append(place)
            place = {
                "is_oa": False,
                "source": {"id": f"https://openalex.org/S{i % 900}", "display_name": entry["journal"]},
            }
            names = [str(name) for name in entry["authors"]]  # type: ignore[attr-defined]
            yield {
                "id": f"https://openalex.org/W{2_000_000_000 + i}",
                "doi": f"https://doi.org/{entry['doi']}",
                "title": entry["title"],
                "publication_year": entry["year"],
                "type": "article",
                "authorships": [
                    {"author_position": "first", "author": {"id": f"https://openalex.org/A{i}", "display_name": name},
                     "institutions": [{"display_name": "University of Wales", "country_code": "GB"}]}
                    for name in names
                ],
                "primary_location": place,
                "locations": [place, place],
                "biblio": {"volume": str(i % 90), "first_page": "11", "last_page": "29"},
                "concepts": [{"id": f"https://openalex.org/C{k}", "display_name": made.WORDS[k]} for k in range(12)],
                "abstract_inverted_index": index,
                "referenced_works": [f"https://openalex.org/W{rng.randrange(10**10)}" for _ in range(30)],
            }  # fmt: skip


def write_works(path: Path, n: int, way: str) -> None:
    """Write works as one list, one page, or one a line."""
    before, between, after = {
        "list": ("[", ",", "]"),
        "page": ('{"meta": {"count": 0}, "results": [', ", ", "]}"),
        "lines": ("", "\n", "\n"),
    }[way]
    with path.open("w", encoding="utf-8") as stream:
        stream.write(before)
        for number, work in enumerate(works(n)):
            stream.write(between if number else "")
            stream.write(json.dumps(work, ensure_ascii=False))
        stream.write(after)


def stream(path: Path) -> int:
    """Return how many records the reader yields."""
    from metanarrative.read import openalex, ris
    from metanarrative.read.source import Source

    reader = ris.READER if path.suffix == ".ris" else openalex.READER
    return sum(hasattr(item, "title") for item in reader.read(Source(path)))


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
        (Path(root) / f"corpus/literature/{path.name}").hardlink_to(path)
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
    parser.add_argument("--records", type=int, default=1_000_000, help="of RIS")
    parser.add_argument("--works", type=int, default=200_000, help="of JSON, in each wrapping")
    parser.add_argument("--ways", default="stream,scan,stage")
    chosen = parser.parse_args()
    ways: dict[str, Callable[[Path], int]] = {"stream": stream, "scan": scan, "stage": whole_stage}
    files: list[tuple[str, int, Callable[[Path], None]]] = [
        ("made.ris", chosen.records, lambda path: write(path, chosen.records))
    ]
    for wrapping in ("list", "page", "lines"):
        files.append(
            (f"{wrapping}.json", chosen.works, lambda path, way=wrapping: write_works(path, chosen.works, way))  # type: ignore[misc]
        )
    print(f"{'file':10} {'MB':>6}  {'way':8} {'records':>10} {'seconds':>8} {'a second':>9} {'peak MB':>8}  promised")
    for name, n, fill in files:
        if not n:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            fill(path)
            size = path.stat().st_size / 1024**2
            for way in chosen.ways.split(","):
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    found, seconds, peak = pool.apply(measured, (ways[way], path))
                verdict = "met" if peak < PROMISED_MB and found == n else "MISSED"
                row = f"{name:10} {size:6,.0f}  {way:8} {found:10,} {seconds:8.1f} {found / seconds:9,.0f} {peak:8,.0f}"
                print(f"{row}  under {PROMISED_MB:,} MB {verdict}", flush=True)


if __name__ == "__main__":
    main()
