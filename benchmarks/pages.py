"""The pages at size: ten views of the worked example and of a made project, checked in a headless browser.

    python benchmarks/pages.py                  # everything, as `make pages` does
    python benchmarks/pages.py --only browser   # what lies in benchmarks/out, once more
    python benchmarks/pages.py --only speed     # of that, the times alone

Prints every figure that the pages promise, with "met" or "MISSED" beside it. Layout and build run in
processes of their own, so that time and memory are theirs alone. Times depend on what else the
machine does: beside wall time stands CPU time where it can be had, and the first lines say how
much slower than its CPU time a plain loop runs just now, and when an empty page has its first
picture. Leaves pages and screenshots under ``benchmarks/out``, the README's pictures under
``docs/images``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pages_browser import FLAGS, draws_without_3d, first_pictures, injected, moving, pictures, visit
from pages_made import large, make_project, network, shift

import metanarrative as mn
from metanarrative.map import VIEWS, check_page, draw_pages, gather_stored, lay_out, place_rows
from metanarrative.map.narrow import find_browser
from metanarrative.map.views import index

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
EMPTY = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Empty</title><p>Nothing</p><script>
requestAnimationFrame(() => setTimeout(() => { performance.mark("mn-picture"); performance.mark("mn-ready");
document.documentElement.setAttribute("data-ready", "1"); }));</script></html>"""


class Report:
    """The table of figures, printed as they come."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def __call__(self, what: str, figure: str, goal: str = "", good: bool | None = None) -> None:
        """Print a row; `good` None where no goal is set."""
        if good is False:
            self.missed.append(what)
        verdict = "" if good is None else "  met" if good else "  MISSED"
        sys.stdout.write(f"{what:46}  {figure:62}  {goal}{verdict}\n")
        sys.stdout.flush()


# ---- parts that run in a process of their own ----


def part_make(root: Path, n: int) -> dict[str, Any]:
    """Make the project."""
    make_project(root, n)
    return {}


def part_layout(root: Path, n: int) -> dict[str, Any]:
    """Lay out works and concepts and store their places."""
    project = mn.Project.open(root)
    places = lay_out(project)
    with project.writing("map") as out:
        out.write("place", place_rows(places))
    return {"works": len(places["work"])}


def part_build(root: Path, n: int) -> dict[str, Any]:
    """Collect, draw, check and write the ten views at the stored places."""
    project = mn.Project.open(root)
    settings = project.settings("map")
    data = gather_stored(project, settings)
    pages = draw_pages({**data, "index": index.collect(project, settings)})
    wrong = {name: found for name, text in pages.items() if (found := check_page(text))}
    folder = root / "pages"
    folder.mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / f"{name}.html").write_bytes(text.encode("utf-8"))
    digest = hashlib.sha256("".join(pages[name] for name in sorted(pages)).encode()).hexdigest()
    return {"digest": digest, "wrong": wrong}


def part_large(root: Path, n: int) -> dict[str, Any]:
    """Write a map of `n` marks with 130,000 links, and a network of 1,000 nodes by pyvis."""
    (root / "large.html").write_text(large(n, 130_000), encoding="utf-8")
    (root / "network.html").write_text(network(1000, 2300), encoding="utf-8")
    return {}


def part_shift(root: Path, n: int) -> dict[str, Any]:
    """Lay out a made literature with and without its last twentieth."""
    return {"moved": shift(n)}


PARTS = {"make": part_make, "layout": part_layout, "build": part_build, "large": part_large, "shift": part_shift}


def apart(part: str, root: Path, n: int, seed: str = "0") -> dict[str, Any]:
    """Run a part in a process of its own; adds seconds, CPU seconds and peak memory in MB."""
    command = [sys.executable, __file__, "--part", part, "--root", str(root), "--works", str(n)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONHASHSEED": seed}
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_part(part: str, root: Path, n: int) -> None:
    """Do a part and print what it found as JSON."""
    begun, used = time.perf_counter(), time.process_time()
    found = PARTS[part](root, n)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    found |= {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - used, "peak": peak}
    sys.stdout.write(json.dumps(found) + "\n")


# ---- the two halves ----


def build_half(row: Report, n_works: int, *, quick: bool) -> None:
    """Make the projects, draw their pages, time and weigh them."""
    with tempfile.TemporaryDirectory() as temporary:
        example, made, thousand = (Path(temporary) / name for name in ("example", "made", "thousand"))
        shutil.copytree(ROOT / "corpus", example / "corpus")
        shutil.copy(ROOT / "metanarrative.toml", example)
        command = [sys.executable, "-m", "metanarrative", "-q", "-C", str(example), "run"]
        subprocess.run(command, check=True, capture_output=True)
        shutil.copytree(example / "maps", OUT / "example", dirs_exist_ok=True)
        apart("make", made, n_works)
        laid = apart("layout", made, n_works)
        figure = f"{laid['seconds']:.1f} s ({laid['cpu']:.1f} CPU s, {laid['peak']:,.0f} MB)"
        row(f"layout of {n_works:,} works", figure, "<= 40 s", laid["seconds"] <= 40)
        built = apart("build", made, n_works)
        figure = f"{built['seconds']:.1f} s ({built['cpu']:.1f} CPU s)"
        row(f"ten views of {n_works:,} works, besides layout", figure, "<= 30 s", built["seconds"] <= 30)
        row("peak memory of that process", f"{built['peak']:,.0f} MB", "<= 1,024 MB", built["peak"] <= 1024)
        again = apart("build", made, n_works, seed="1")
        same = built["digest"] == again["digest"]
        row("two builds, two hash seeds", "identical" if same else "differ", "identical", same)
        row("static gate", f"{len(built['wrong'])} pages fail", "0", not built["wrong"])
        shutil.copytree(made / "pages", OUT / "made", dirs_exist_ok=True)
        size = (OUT / "made" / "tradition.html").stat().st_size
        row(f"size of the map of {n_works:,} works", f"{size / 1e6:.2f} MB", "<= 1 MB at 10,000", size <= 1e6)
        for part in ("make", "layout", "build"):
            apart(part, thousand, 1000)
        size = (thousand / "pages" / "tradition.html").stat().st_size
        row("size of the map of 1,000 works", f"{size / 1e6:.2f} MB", "<= 0.5 MB", size <= 5e5)
        sizes = {path.stem: path.stat().st_size for path in sorted((OUT / "made").glob("*.html"))}
        row(
            "largest of the ten pages",
            "{}, {:.2f} MB".format(*max(((n, s / 1e6) for n, s in sizes.items()), key=lambda p: p[1])),
        )
        apart("large", OUT / "made", 50_000)
        if not quick:
            moved = apart("shift", Path(temporary), n_works)["moved"]
            row("median shift of old works when 5 % come", f"{moved:.2%} of the map's width", "reported")


def speed(row: Report, browser: Any, n_works: int) -> None:
    """Print when pictures are there and what moving them costs."""
    empty = OUT / "empty.html"
    empty.write_text(EMPTY, encoding="utf-8")
    paths = {"empty": empty, "tradition": OUT / "made/tradition.html", "large": OUT / "made/large.html",
             "network": OUT / "made/network.html"}  # fmt: skip
    found = first_pictures(browser, paths, 5)
    row("(an empty page on this machine now)", f"{found['empty']['picture']:.2f} s ({found['empty']['cpu']:.2f} CPU s)")
    for name, what, goal in (
        ("tradition", f"first picture, {n_works:,} marks", 0.4),
        ("large", "first picture, 50,000 marks, 130,000 links", 1.2),
        ("network", "1,000 nodes by pyvis, visible", 1.0),
    ):
        each = found[name]
        figure = f"{each['picture']:.2f} s ({each['cpu']:.2f} CPU s; all in use {each['ready']:.2f} s)"
        row(what, figure, f"<= {goal} s", each["picture"] <= goal)
    for name, n in (("tradition", n_works), ("large", 50_000)):
        cost = moving(browser, paths[name])
        for kind in ("pan", "zoom"):
            beside = f" ({cost['wall']:.0f} ms wall; an idle frame {cost['idle']:.1f})" if kind == "pan" else ""
            row(f"{kind}, {n:,} marks", f"{cost[kind]:.1f} CPU ms a frame{beside}", "<= 10", cost[kind] <= 10)
        figure = f"{cost['redraw']:.0f} ms ({cost['redraw_cpu']:.0f} CPU ms)"
        goal = "<= 50 ms" if n <= 10_000 else ""
        row(f"full redraw, {n:,} marks", figure, goal, cost["redraw"] <= 50 if goal else None)


def gates(row: Report, browser: Any, *, quick: bool) -> None:
    """Open every page as readers may; print what was wrong, leave screenshots."""
    try:
        from axe_playwright_python.sync_playwright import Axe

        axe = Axe()
    except ImportError:
        axe = None
        row("axe", "not run: axe-playwright-python is not installed (extra dev)", "0")
    for label in ("example", "made"):
        files = sorted((OUT / label).glob("*.html"))
        chosen = {path.stem: path for path in files if path.stem in (*VIEWS, "report", "card-T1")}
        shots = OUT / f"shots-{label}"
        shots.mkdir(exist_ok=True)
        rows = {name: visit(browser, name, path, shots, axe) for name, path in chosen.items()}
        for key, goal in (("requests", "0, an outside host hangs"), ("complaints", "0"), ("axe", "0, light and dark")):
            if key != "axe" or axe:
                where = ", ".join(name for name, found in rows.items() if found[key])
                total = sum(found[key] for found in rows.values())
                row(f"{key}, {len(rows)} pages, {label}", f"{total} {where}".strip(), goal, total == 0)
        both = [name for name in ("tradition", "concepts") if draws_without_3d(browser, chosen[name])]
        row(f"without WebGL, {label}", f"{', '.join(both) or 'nothing'} drawn", "both", len(both) == 2)
    if not quick:
        n, harm = injected(browser, OUT)
        row(f"{n} payloads in every text of every view", f"{harm} pages harmed", "0", harm == 0)


def slower() -> float:
    """Return how much longer than its CPU time a plain loop takes on this machine now."""
    begun, used = time.perf_counter(), time.process_time()
    math.fsum(1 / i for i in range(1, 6_000_000))
    return (time.perf_counter() - begun) / max(time.process_time() - used, 1e-9)


def main() -> int:
    """Build, check, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="no layout shift, no injection")
    parser.add_argument(
        "--only", choices=["build", "browser", "speed"], help="browser and speed take what lies in out/"
    )
    parser.add_argument("--part", choices=sorted(PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        run_part(options.part, options.root, options.works)
        return 0
    row = Report()
    row("(a plain loop on this machine now)", f"wall time is {slower():.1f} times its CPU time")
    if options.only in (None, "build"):
        shutil.rmtree(OUT, ignore_errors=True)
        (OUT / "made").mkdir(parents=True)
        build_half(row, options.works, quick=options.quick)
    program = find_browser()
    if options.only != "build" and not program:
        row("browser", "skipped: no browser found", "", False)
    elif options.only != "build":
        from playwright.sync_api import sync_playwright

        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=program, args=FLAGS)
            speed(row, browser, options.works)
            if options.only != "speed":
                gates(row, browser, quick=options.quick)
                for note in pictures(browser, OUT / "example", ROOT / "docs" / "images"):
                    row("picture", note, "<= 250 kB", float(note.split()[-2]) <= 250)
            browser.close()
    row(f"{len(row.missed)} missed", ", ".join(row.missed))
    return 1 if row.missed else 0


if __name__ == "__main__":
    sys.exit(main())
