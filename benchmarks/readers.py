"""Records read a second of processor time, ours beside a peer's, on the same files in one run.

Two figures are ours. "reader" is the reader of the format alone: every record with its normal fields, its raw
text and its place; a promise is held against it, since a peer only parses. "whole" is what a user waits for,
`metanarrative.read.read_file`: telling the format, hashing the file, reading it, counting its entries a second way.

The package is measured as it is when built to be installed, with its readers compiled where there is a compiler
(``setup.py``; the build is kept in ``build/``, so the first run takes a minute longer); with ``--written``, as an
editable install runs it.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import made

from metanarrative.model import Record
from metanarrative.plugins import Reader
from metanarrative.read import read_file, readers, sniff
from metanarrative.read.source import Source

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


def rispy_read(path: Path) -> int:
    """Return how many records rispy finds."""
    import rispy

    with path.open(encoding="utf-8") as stream:
        return len(rispy.load(stream))


def pybtex_read(path: Path) -> int:
    """Return how many entries pybtex finds."""
    import pybtex.errors
    from pybtex.database import parse_file

    with contextlib.redirect_stderr(io.StringIO()), pybtex.errors.capture():
        return len(parse_file(str(path)).entries)


def nbib_read(path: Path) -> int:
    """Return how many records nbib finds."""
    import nbib

    return len(nbib.read_file(str(path)))


def pdfium_read(path: Path) -> int:
    """Return how many pages pypdfium2 gives the text of."""
    import pypdfium2

    document = pypdfium2.PdfDocument(str(path))
    return sum(bool(document[n].get_textpage().get_text_bounded()) or True for n in range(len(document)))


def ours(path: Path, kind: str = "literature") -> int:
    """Return how many records we find."""
    return len(read_file(path, kind=kind)[0])


def reader_of(path: Path, kind: str) -> Callable[[], int]:
    """Return a call that reads the file with the reader of its format and counts the records."""
    known, _ = readers()
    told = sniff(Source(path, name=path.name), kind, known)
    if not isinstance(told, Reader):
        raise SystemExit(f"{path}: {told.message}")

    def read() -> int:
        return len([item for item in told.read(Source(path, name=path.name)) if isinstance(item, Record)])

    return read


@dataclass(frozen=True)
class Case:
    """One line of the table: a file, the peer, and what was promised."""

    name: str
    path: Path
    peer_name: str = ""
    peer: Callable[[Path], int] | None = None
    kind: str = "literature"
    ratio: float = 0.0
    a_second: int = 0


def timed(calls: Iterable[Callable[[], int]], rounds: int) -> list[tuple[float, int]]:
    """Return the best time of each call in seconds and what it counted; rounds take turns.

    The collector rests while a call is timed, as in :mod:`timeit`: what it costs depends on all that was imported.
    """
    calls = list(calls)
    best = [(float("inf"), 0)] * len(calls)
    for _ in range(rounds):
        for i, call in enumerate(calls):
            gc.collect()
            gc.disable()
            started = time.process_time()
            n = call()
            best[i] = min(best[i], (time.process_time() - started, n))
            gc.enable()
    return best


def cases(folder: Path, n: int) -> Iterable[Case]:
    """Write the made files below `folder` and yield what is to be measured."""
    entries = made.entries(n)

    def put(name: str, text: str) -> Path:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def repeated(name: str) -> Path | None:
        source = SHARED / name
        if not source.exists():
            return None
        text = source.read_text(encoding="utf-8").strip() + "\n\n"
        return put(f"repeated-{source.name}", text * max(1, n * 1000 // len(text)))

    yield Case("ris", put("made.ris", made.ris(entries)), "rispy", rispy_read, ratio=0.7)
    if path := repeated("bib/asreview/baseline_zotero.ris"):
        yield Case("ris, Zotero", path, "rispy", rispy_read, ratio=0.7)
    yield Case("bibtex", put("made.bib", made.bibtex(entries)), "pybtex", pybtex_read, ratio=10)
    few = put("made-wos.bib", made.bibtex_wos(entries[: n // 5], cited=30))
    yield Case("bibtex, 30 cited", few, "pybtex", pybtex_read, ratio=10)
    yield Case("medline", put("made.nbib", made.medline(entries)), "nbib", nbib_read, ratio=3)
    if path := repeated("bib/medline/pubmed_75.nbib"):
        yield Case("medline, PubMed", path, "nbib", nbib_read, ratio=3)
    yield Case("wos", put("made-0.txt", made.wos(entries, cited=0)), a_second=30_000)
    yield Case("wos, 5 cited", put("made-5.txt", made.wos(entries, cited=5)), a_second=30_000)
    yield Case("scopus csv", put("made-0.csv", made.scopus(entries)), a_second=20_000)
    yield Case("scopus, 5 cited", put("made-5.csv", made.scopus(entries, cited=5)), a_second=20_000)
    pdf = SHARED / "policy" / "cabinet_office_wikipedia.pdf"
    if pdf.exists():
        yield Case("pdf", pdf, "pypdfium2", pdfium_read, kind="policy", ratio=0.8)


def compiled() -> bool:
    """Tell whether the readers run compiled."""
    return not str(sys.modules["metanarrative.read.ris"].__file__).endswith(".py")


def start_again_compiled() -> None:
    """Build the package with its readers compiled and run this again with it."""
    sys.path.insert(0, str(ROOT / "tests"))
    from compiled import compiled_package

    place = compiled_package(ROOT / "build")
    environment = {**os.environ, "PYTHONPATH": str(place), "METANARRATIVE_MEASURED": str(place)}
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="measure only cases that begin so")
    parser.add_argument("--written", action="store_true", help="measure the sources as they are written")
    chosen = parser.parse_args()
    readers()  # imports them
    if not chosen.written and not compiled() and "METANARRATIVE_MEASURED" not in os.environ:
        start_again_compiled()
    print("readers compiled, as a built package has them" if compiled() else "readers as written, not compiled")
    print(f"{chosen.records} records a made file, best of {chosen.rounds} rounds, processor time")
    heads = f"{'what':16} {'reader/s':>9} {'whole/s':>9} {'peer':>9} {'peer/s':>8} {'ratio':>6}"
    print(f"{heads}  {'kept ours/peer':>15}  promised")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(Path(folder), chosen.records):
            if not case.name.startswith(chosen.only):
                continue
            calls = [reader_of(case.path, case.kind), lambda case=case: ours(case.path, case.kind)]  # type: ignore[misc]
            if case.peer is not None:
                calls.append(lambda case=case: case.peer(case.path))  # type: ignore[misc]
            try:
                (mine, kept), (whole, _), *peers = timed(calls, chosen.rounds)
            except ImportError as error:
                print(f"{case.name:16} {case.peer_name} is absent: {error}")
                continue
            row = f"{case.name:16} {kept / mine:9,.0f} {kept / whole:9,.0f} {case.peer_name:>9}"
            if peers:
                theirs, kept_theirs = peers[0]
                promise = f"x{case.ratio:g} {'met' if theirs / mine >= case.ratio else 'MISSED'}"
                row += f" {kept_theirs / theirs:8,.0f} {theirs / mine:6.2f}  {f'{kept}/{kept_theirs}':>15}"
            else:
                promise = f"{case.a_second:,}/s {'met' if kept / mine >= case.a_second else 'MISSED'}"
                row += f" {'':8} {'':6}  {kept:15}"
            print(f"{row}  {promise}", flush=True)


if __name__ == "__main__":
    main()
