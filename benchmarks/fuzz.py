"""Mutations of every fixture and shared export: nothing raises, hangs or is lost in silence.

Bytes are flipped, lines cut or doubled, files truncated, stretches moved, encodings swapped; each from
a seed that is printed where something fails, so that it can be made again:

    python benchmarks/fuzz.py --mutations 10000
    python benchmarks/fuzz.py --only tolerant.bib --seed 1234 --mutations 1
    python benchmarks/fuzz.py --sweep 1000000

With ``--sweep`` files made to hurt (``tests/hostile.py``: nested braces, quotes never closed, one tag over and
over, entities, archives that unpack to much) are read instead, each of about so many bytes, and the worst
seconds of the processor are printed by reader.

A reader must raise nothing but the package's own errors (the read stage turns those into problems), take
less than ten seconds a megabyte, and what was counted must be read or listed as lost.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from metanarrative import read as stage
from metanarrative.errors import MetanarrativeError
from metanarrative.model import Problem, Record
from metanarrative.read.source import Source

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "tests" / "fixtures"
SHARED = ROOT.parent / "shared" / "data"
ROOMS = ("read", "tables", "policy")
SHARED_ROOMS = {
    "bib": "literature",
    "crossref": "literature",
    "csl-json": "literature",
    "dedup": "literature",
    "jats": "literature",
    "openalex": "literature",
    "policy": "policy",
}
SECONDS = 10.0


def flip(data: bytes, rng: random.Random) -> bytes:
    """Change up to eight bytes."""
    body = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        body[rng.randrange(len(body))] = rng.randrange(256)
    return bytes(body)


def cut_lines(data: bytes, rng: random.Random) -> bytes:
    """Take up to five lines out."""
    lines = data.split(b"\n")
    for _ in range(min(len(lines) - 1, rng.randint(1, 5))):
        del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def double_lines(data: bytes, rng: random.Random) -> bytes:
    """Repeat a stretch of lines."""
    lines = data.split(b"\n")
    begin = rng.randrange(len(lines))
    stretch = lines[begin : begin + rng.randint(1, 10)]
    return b"\n".join(lines[:begin] + stretch * rng.randint(2, 4) + lines[begin:])


def truncate(data: bytes, rng: random.Random) -> bytes:
    """Cut the end off, or the beginning."""
    at = rng.randrange(len(data))
    return data[:at] if rng.random() < 0.8 else data[at:]


def remove(data: bytes, rng: random.Random) -> bytes:
    """Take a stretch out."""
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randint(1, 200) :]


def move(data: bytes, rng: random.Random) -> bytes:
    """Put a stretch elsewhere."""
    at, to = rng.randrange(len(data)), rng.randrange(len(data))
    stretch = data[at : at + rng.randint(1, 400)]
    rest = data[:at] + data[at + len(stretch) :]
    return rest[:to] + stretch + rest[to:]


def swap_encoding(data: bytes, rng: random.Random) -> bytes:
    """Write the text in another encoding, or read it in a wrong one."""
    text = data.decode("utf-8", "replace")
    encoding = rng.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "utf-32", "latin-1"])
    if rng.random() < 0.3:
        return data.decode("latin-1").encode("utf-8")
    return text.encode(encoding, "replace")


def insert_odd(data: bytes, rng: random.Random) -> bytes:
    """Put something in that means something to one format or another."""
    odd = [
        b"\0",
        b"\xff\xfe",
        b"\r",
        b"\x1a",
        b"{",
        b"}",
        b'"',
        b"@",
        b"<",
        b"&",
        b"]]>",
        b"\nER  - \n",
        b"\nTY  - JOUR\n",
    ]
    odd += [
        b"\xef\xbb\xbf",
        b"\n\n",
        b"\t" * 50,
        b";",
        b",",
        b"'",
        b"\xe2\x80\xa8",
        b"\x85",
        b"<!--",
        b"\\" * 9,
        b"9" * 400,
    ]
    at = rng.randrange(len(data))
    return data[:at] + rng.choice(odd) * rng.randint(1, 3) + data[at:]


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip, cut_lines, double_lines, truncate, remove, move, swap_encoding, insert_odd,
)  # fmt: skip


def mutated(data: bytes, seed: int) -> tuple[bytes, str]:
    """Return `data` mutated in one to three ways, and their names."""
    rng = random.Random(seed)
    ways = rng.choices(WAYS, k=rng.choice((1, 1, 2, 3)))
    for way in ways:
        if data:
            data = way(data, rng)
    return data, " ".join(way.__name__ for way in ways)


def seeds(only: str, largest: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield (name, kind, bytes) of the files to mutate, in a fixed order."""
    paths = [
        (path, "policy" if room == "policy" else "literature") for room in ROOMS for path in (OWN / room).rglob("*")
    ]
    paths += [(path, kind) for room, kind in SHARED_ROOMS.items() for path in (SHARED / room).rglob("*")]
    for path, kind in sorted(paths):
        if path.is_file() and path.stat().st_size and only in path.name:
            data = path.read_bytes()
            if len(data) > largest:
                # the beginning is enough to go wrong in
                data = data[:largest]
            yield path.name, kind, data


def judge(path: Path, name: str, kind: str) -> tuple[str, list[str], bool]:
    """Read one mutated file; return its format, what went wrong, and whether the second count differed."""
    known, _ = stage.readers()
    wrong = []
    started = time.perf_counter()
    try:
        records, problems, info = stage.read_file(path, kind=kind, name=name)
    except Exception:  # noqa: BLE001 - whatever it raises is the finding
        return "", ["raised: " + traceback.format_exc(limit=-3).strip().splitlines()[-1]], False
    seconds = time.perf_counter() - started
    if seconds > SECONDS * max(1.0, path.stat().st_size / 1024**2):
        wrong.append(f"slow: {seconds:.1f} s for {path.stat().st_size:,} bytes")
    lost = sum(problem.severity == "error" for problem in problems)
    if info.n_found != info.n_read + info.n_lost:
        wrong.append(f"counts: {info.n_found} found, {info.n_read} read, {info.n_lost} lost")
    if info.n_read != len(records) or (info.n_lost and not lost):
        wrong.append(f"counts: {info.n_read} read, {len(records)} given; {info.n_lost} lost, {lost} listed")
    wrong += [f"reader: {problem.message}" for problem in problems if problem.code == "reader-failed"]
    for record in records:
        if not (record.title or record.raw or record.blocks or record.doi):
            wrong.append("a record with nothing in it")
        if record.year is not None and not 1000 <= record.year <= 2200:
            wrong.append(f"the year {record.year}")
    # the readers themselves too: the stage would hide what they raise
    if reader := known.get(info.format):
        try:
            items = list(reader.read(Source(path, name=name)))
        except MetanarrativeError:
            items = []
        except Exception as error:  # noqa: BLE001 - whatever it raises is the finding
            return info.format, [*wrong, f"{info.format} raised {type(error).__name__}: {error}"[:200]], False
        if not all(isinstance(item, Record | Problem) for item in items):
            wrong.append("something that is neither record nor problem")
    return info.format, wrong, any(problem.code == "count-mismatch" for problem in problems)


def sweep(size: int) -> bool:
    """Print the worst seconds of every reader on hostile files of about `size` bytes; tell whether any went wrong."""
    sys.path.insert(0, str(ROOT / "tests"))
    from hostile import costly, entity_bombs, zip_bombs

    worst: dict[str, tuple[float, str]] = {}
    findings: list[str] = []
    n = 0
    with tempfile.TemporaryDirectory() as folder:
        for shapes in (costly(size), entity_bombs(), zip_bombs()):
            for name, content in shapes:
                path = Path(folder, "hostile" + Path(name).suffix)
                path.write_bytes(content)
                for kind in ("literature", "policy"):
                    n += 1
                    started = time.process_time()
                    records, problems, info = stage.read_file(path, kind=kind, name=name)
                    seconds = time.process_time() - started
                    told = info.format or "(refused)"
                    worst[told] = max(worst.get(told, (0.0, "")), (seconds, f"{name} as {kind}"))
                    if seconds > SECONDS * max(1.0, len(content) / 1024**2):
                        findings.append(f"{name}: {seconds:.1f} s for {len(content):,} bytes")
                    if not (records or problems) or info.n_found != info.n_read + info.n_lost:
                        findings.append(f"{name}: lost in silence")
                    findings += [f"{name}: {one.message}" for one in problems if one.code == "reader-failed"]
    print(f"{n} readings of files of about {size:,} bytes; promised: under {SECONDS:.0f} s a megabyte")
    print(f"{'read as':16} {'worst s':>8}  file")
    for told, (seconds, name) in sorted(worst.items(), key=lambda row: -row[1][0]):
        print(f"{told:16} {seconds:8.2f}  {name}")
    without = sorted(set(stage.readers()[0]) - set(worst))
    print(f"readers without a hostile file: {', '.join(without) or 'none'}")
    for finding in findings:
        print(finding)
    return bool(findings)


def main() -> None:
    """Print a table; end with 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="files whose name holds this")
    parser.add_argument("--largest", type=int, default=30_000, help="bytes taken of larger files")
    parser.add_argument("--sweep", type=int, default=0, help="read hostile files of so many bytes instead")
    chosen = parser.parse_args()
    if chosen.sweep:
        sys.exit(sweep(chosen.sweep))
    files = list(seeds(chosen.only, chosen.largest))
    if not files:
        sys.exit("no file to mutate")
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    slowest: dict[str, float] = defaultdict(float)
    findings: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(chosen.mutations):
            name, kind, data = files[number % len(files)]
            seed = chosen.seed + number
            changed, ways = mutated(data, seed)
            path = Path(folder, "mutated")
            path.write_bytes(changed)
            started = time.perf_counter()
            told, wrong, differed = judge(path, name, kind)
            told = told or "(refused)"
            slowest[told] = max(slowest[told], time.perf_counter() - started)
            tally[told]["files"] += 1
            tally[told]["wrong"] += bool(wrong)
            tally[told]["differed"] += differed
            findings += [f"{name} --seed {seed} ({ways}): {each}" for each in wrong]
    print(f"{chosen.mutations} mutations of {len(files)} files, seeds from {chosen.seed}")
    print(f"{'read as':16} {'files':>7} {'wrong':>7} {'slowest s':>10}  second count differed, and said so")
    for told in sorted(tally):
        files, bad, differed = (tally[told][name] for name in ("files", "wrong", "differed"))
        print(f"{told:16} {files:7} {bad:7} {slowest[told]:10.2f}  {differed or ''}")
    print(f"{'together':16} {chosen.mutations:7} {sum(c['wrong'] for c in tally.values()):7}")
    for finding in findings[:40]:
        print(finding)
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
