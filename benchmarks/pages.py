# ruff: noqa: E501  (made rows are read better in one line)
"""The pages at size: ten views of the worked example and of a made project, checked in a headless browser.

Makes rows of a store directly (no reading, no language model), draws every page, and prints the
figures that the pages promise: first picture, cost of a frame while panning, sizes, build time,
axe, requests, same bytes. Leaves screenshots under ``benchmarks/out`` and the README's pictures
under ``docs/images``.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np

import metanarrative as mn
from metanarrative.map import VIEWS, draw_pages, gather_stored
from metanarrative.map.check import check_page
from metanarrative.map.layout import neighbour_layout
from metanarrative.map.narrow import find_browser
from metanarrative.map.views import index, tradition

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
FLAGS = ["--disable-gpu", "--disable-3d-apis", "--no-first-run", "--disable-background-networking", "--no-sandbox",
         "--host-resolver-rules=MAP * ~NOTFOUND"]  # fmt: skip
TOPICS = ("care plan", "recovery", "hope", "key worker", "personal budget", "risk", "peer support", "advocacy",
          "crisis", "discharge", "assessment", "respite", "choice", "voice", "identity", "safety plan")  # fmt: skip
PICTURES = {"tradition": "tradition", "compare": "compare", "force": "force"}


def made_graph(n: int, rng: np.random.Generator, k: int = 12) -> tuple[Any, Any, Any, Any, Any]:
    """Return groups, random-projected vectors and nearest-neighbour links of `n` made works."""
    centres = rng.normal(size=(max(3, min(12, n // 60)), 24))
    group = rng.integers(0, len(centres), n)
    matrix = centres[group] + rng.normal(scale=0.75, size=(n, 24))
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    source, target, weight = [], [], []
    for begin in range(0, n, 1000):
        near = matrix[begin : begin + 1000] @ matrix.T
        near[np.arange(len(near)), begin + np.arange(len(near))] = -1
        best = np.argpartition(-near, k, axis=1)[:, :k]
        source.append(np.repeat(np.arange(begin, begin + len(near)), k))
        target.append(best.ravel())
        weight.append(np.take_along_axis(near, best, axis=1).ravel())
    a, b, w = np.concatenate(source), np.concatenate(target), np.concatenate(weight)
    keys, first = np.unique(np.minimum(a, b) * n + np.maximum(a, b), return_index=True)
    return group, matrix, keys // n, keys % n, w[first]


def make_project(root: Path, n: int, seed: int = 7) -> mn.Project:
    """Make a project of `n` works and 200 policy documents, with rows in every table the pages read."""
    rng = np.random.default_rng(seed)
    project = mn.Project.init(root, title=f"A made literature of {n:,} works")
    group, _, source, target, weight = made_graph(n, rng)
    ids = [f"wk_{i:06d}" for i in range(n)]
    years = rng.integers(1980, 2025, n)
    n_policy = 200
    policy = [f"wk_p{i:05d}" for i in range(n_policy)]
    nation = ["england" if i % 2 else "wales" for i in range(n_policy)]

    def title(i: int) -> str:
        return f"{TOPICS[int(group[i]) % 16].capitalize()} and {TOPICS[(i * 7) % 16]} in community care, part {i}"

    with project.writing("read") as out:
        out.write("source", [{"source_id": "src_0", "file": "made.csv", "kind": "literature", "sha256": "0" * 64,
                              "format": "table", "n_found": n + n_policy, "n_read": n + n_policy}])  # fmt: skip
    with project.writing("dedupe") as out:
        out.write("work", [
            {"work_id": w, "kind": "literature", "title": title(i), "authors": json.dumps([f"Author{i % 3000}, A."]),
             "year": int(years[i]), "venue": f"Journal {i % 200}", "doi": f"10.5555/made.{i}",
             "abstract": f"This made sentence number {i} speaks of {TOPICS[i % 16]} and of how plans are kept. More.",
             "n_records": 1, "n_references": 12}
            for i, w in enumerate(ids)
        ] + [
            {"work_id": w, "kind": "policy", "title": f"A made code of practice, {i}", "authors": "[]",
             "year": 1990 + i % 35, "nation": nation[i], "issuer": "A ministry", "force": "guidance", "n_records": 1}
            for i, w in enumerate(policy)
        ])  # fmt: skip
    with project.writing("screen") as out:
        out.write("screening", [{"work_id": w, "verdict": "included"} for w in [*ids, *policy]])
    passages = [f"ps_{i:06d}" for i in range(20 * n_policy)]
    with project.writing("embed") as out:
        out.write("passage", [
            {"passage_id": p, "work_id": policy[i // 20], "position": i % 20 + 1, "kind": "paragraph", "language": "en",
             "nation": nation[i // 20], "page": i % 20 + 1, "section": "Duties",
             "text": f"The coordinator must review the {TOPICS[i % 16]} of the person every year, as clause {i} says."}
            for i, p in enumerate(passages)
        ])  # fmt: skip
    cites = [(a, b) for a, b in zip(source.tolist(), target.tolist(), strict=True) if years[a] != years[b]][: 4 * n]
    cites = [(a, b) if years[a] > years[b] else (b, a) for a, b in cites]
    with project.writing("graph") as out:
        out.write(
            "citation", [{"citing_id": ids[a], "cited_id": ids[b], "match": "doi", "score": 1.0} for a, b in cites]
        )
        out.write("edge", [
            {"layer": "text", "source_id": ids[a], "target_id": ids[b], "weight": float(w)}
            for a, b, w in zip(source.tolist(), target.tolist(), weight.tolist(), strict=True)
        ])  # fmt: skip
        out.write("reference", [
            {"work_id": policy[i % n_policy], "position": i // n_policy + 1, "raw": f"Author{i} (2001) A title.",
             "node": ids[(i * 37) % n], "cited_work_id": ids[(i * 37) % n], "match": "doi" if i % 3 else "title-year",
             "score": 1.0}
            for i in range(2 * n_policy)
        ])  # fmt: skip
    sizes = np.bincount(group)
    order = np.argsort(-sizes, kind="stable")
    with project.writing("traditions") as out:
        out.write("cluster", [
            {"cluster_id": f"cl_{g}", "number": rank, "size": int(sizes[g]), "first_year": 1980, "last_year": 2024,
             "stability": 0.8, "grade": "stable", "label": f"{TOPICS[g % 16]}, {TOPICS[(g + 3) % 16]}", "terms": json.dumps([TOPICS[g % 16]]),
             "representatives": "[]", "anchors": "[]"}
            for rank, g in enumerate(order.tolist(), 1)
        ])  # fmt: skip
        out.write("membership", [
            {"work_id": w, "cluster_id": f"cl_{group[i]}", "strength": 0.8, "second_cluster_id": "cl_0",
             "second_strength": 0.1, "agreement": 0.9, "confidence": 0.7 if i % 9 else 0.3, "grade": "member",
             "placed_by": "machine", "text_share": 0.7, "citation_share": 0.3, "bridge": 0.2}
            for i, w in enumerate(ids)
        ] + [
            {"work_id": w, "cluster_id": "" if i % 3 else f"cl_{i % len(sizes)}", "second_cluster_id": f"cl_{(i + 1) % len(sizes)}",
             "strength": 0.4, "placed_by": "passages", "grade": "member"}
            for i, w in enumerate(policy)
        ])  # fmt: skip
    with project.writing("storyline") as out:
        chain = sorted(rng.choice(n, 24, replace=False).tolist(), key=lambda i: (years[i], i))
        out.write("main_path", [
            {"scope": "all", "source_id": ids[a], "target_id": ids[b], "weight": "1", "share": 0.1, "on_path": 1}
            for a, b in itertools.pairwise(chain) if years[a] < years[b]
        ])  # fmt: skip
        out.write(
            "storyline", [{"cluster_id": "all", "work_id": "", "role": "none", "evidence": "No work meets the rule."}]
        )
    n_concepts = 150
    concepts = [f"cn_{i:03d}" for i in range(n_concepts)]
    with project.writing("concepts") as out:
        out.write("concept", [
            {"concept_id": c, "label": f"{TOPICS[i % 16]} {i}", "language": "en", "n_documents": 400 - 2 * i, "n_mentions": 900,
             "mean_year": 2005.0, "cluster_id": f"ct_{i % 8}", "variants": "[]"}
            for i, c in enumerate(concepts)
        ])  # fmt: skip
        seen: set[tuple[str, str]] = set()
        for c in concepts:
            for p in rng.choice(len(passages), 60, replace=False).tolist():
                seen.add((c, passages[p]))
        of = {p: policy[i // 20] for i, p in enumerate(passages)}
        out.write("mention", [{"concept_id": c, "passage_id": p, "work_id": of[p], "n": 1} for c, p in sorted(seen)])
        pairs = sorted({tuple(sorted(rng.choice(n_concepts, 2, replace=False).tolist())) for _ in range(2000)})
        out.write("concept_edge", [
            {"source_id": concepts[a], "target_id": concepts[b], "n": 4, "strength": 1.0 + (a * b) % 7} for a, b in pairs
        ])  # fmt: skip
        out.write("concept_theme", [
            {"cluster_id": f"ct_{i}", "label": f"{TOPICS[i]}, {TOPICS[i + 8]}", "n_concepts": n_concepts // 8,
             "centrality": 20.0 + 9 * ((i * 5) % 8), "density": 10.0 + 8 * ((i * 3) % 8), "n_documents": 300 - 30 * i}
            for i in range(8)
        ])  # fmt: skip
    with project.writing("compare") as out:
        themes = [f"theme-{i}" for i in range(12)]
        out.write(
            "theme",
            [
                {"theme_id": t, "name": TOPICS[i].capitalize(), "n_passages": 40, "grade": "strong"}
                for i, t in enumerate(themes)
            ],
        )
        out.write("provision", [
            {"passage_id": p, "work_id": of[p], "position": 1, "nation": nation[i // 20], "language": "en",
             "force": ("must", "should", "may", "aspires")[(i * i) % 4], "cue": "must", "theme": themes[i % 12],
             "bearer": "the coordinator", "sentence": f"The coordinator must review plan {i}.", "confidence": 0.9}
            for i, p in enumerate(passages)
        ])  # fmt: skip
        out.write("contrast", [
            {"facet": "nation", "side_a": "england", "side_b": "wales", "kind": "theme", "item": t,
             "estimate": (i - 6) / 4, "low": (i - 6) / 4 - 0.5, "high": (i - 6) / 4 + 0.5, "p": 0.01, "q": 0.04,
             "share_a": 0.1, "share_b": 0.2, "n_docs_a": 90, "n_docs_b": 88, "n_a": 10, "n_b": 20, "dispersion": 0.3,
             "verdict": "differs" if abs(i - 6) > 2 else "no clear difference"}
            for i, t in enumerate(themes)
        ])  # fmt: skip
        out.write("alignment", [
            {"passage_id": passages[20 + 40 * i], "other_id": passages[40 * i], "theme": themes[i % 12], "similarity": 0.7,
             "margin": 1.2, "verdict": "shared", "differs": "{}", "decided_by": "machine"}
            for i in range(len(passages) // 40 - 1)
        ])  # fmt: skip
    return project


def places_of(project: mn.Project) -> float:
    """Lay out works and concepts, store the places; returns seconds."""
    from metanarrative.map import _gather

    begun = time.perf_counter()
    _, places = _gather(project, project.settings("map"))
    took = time.perf_counter() - begun
    with project.writing("map") as out:
        out.write("place", places)
    return took


def pages_of(project: mn.Project) -> dict[str, str]:
    """Return every page from the stored places."""
    settings = project.settings("map")
    data = gather_stored(project, settings)
    return draw_pages({**data, "index": index.collect(project, settings)})


def shift(n: int) -> float:
    """Return the median move of old works, as a share of the map's width, when 5 % new ones come."""
    rng = np.random.default_rng(3)
    group, matrix, source, target, weight = made_graph(n, rng)
    old = int(n / 1.05)
    keep = (source < old) & (target < old)
    first = neighbour_layout(old, source[keep], target[keep], weight[keep], np.random.default_rng(1),
                             matrix=matrix[:old], groups=group[:old].tolist())  # fmt: skip
    then = neighbour_layout(n, source, target, weight, np.random.default_rng(1), matrix=matrix, groups=group.tolist())
    return float(np.median(np.linalg.norm(first - then[:old], axis=1)) / 2)


def large(n: int, n_links: int) -> str:
    """Return a tradition map of `n` marks and `n_links` links, at made places."""
    rng = np.random.default_rng(5)
    group = rng.integers(0, 8, n)
    spots = np.clip(rng.normal(size=(8, 2))[group] * 0.45 + rng.normal(scale=0.12, size=(n, 2)), -1, 1)
    works = [
        {"id": f"wk_{i}", "title": f"Made work {i} on {TOPICS[i % 16]}", "authors": [f"Author{i % 3000}, A."],
         "year": 1980 + i % 45, "venue": f"Journal {i % 200}", "doi": "", "kind": "literature", "nation": "",
         "cluster": f"cl_{group[i]}", "strength": 0.8, "agreement": 0.9, "confidence": 0.7, "grade": "member",
         "second": "", "second_strength": 0.0, "bridge": 0.1, "placed_by": "machine", "text_share": 0.7,
         "citation_share": 0.3, "cited": int(rng.pareto(1.3)), "quote": f"A made sentence, {i}.",
         "x": round(float(spots[i, 0]), 4), "y": round(float(spots[i, 1]), 4)}
        for i in range(n)
    ]  # fmt: skip
    ends = rng.integers(0, n, (n_links, 2))
    clusters = [{"cluster_id": f"cl_{g}", "number": g + 1, "tradition": "", "accepted": 0, "label": TOPICS[g],
                 "size": int((group == g).sum()), "stability": 0.8} for g in range(8)]  # fmt: skip
    meta = {"title": "Made", "seed": 1, "versions": {}, "inputs": "", "settings": {}, "notices": [], "cite": "",
            "lang": "en", "views": [], "abstracts": False}  # fmt: skip
    pairs = sorted({(min(a, b), max(a, b), 0.5) for a, b in ends.tolist() if a != b})
    return tradition.build({"meta": meta, "clusters": clusters, "works": works, "pairs": pairs, "max_links": n_links})


def cpu_of(pid: int) -> float:
    """Return CPU seconds of a process and all below it."""
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parts = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(parts[1]), []).append(int(entry.name))
            used[int(entry.name)] = (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    total, waiting = 0.0, [pid]
    while waiting:
        here = waiting.pop()
        total += used.get(here, 0.0)
        waiting += children.get(here, [])
    return total


def browser_pids() -> list[int]:
    """Return the browser processes that this process started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parts = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                name = (entry / "comm").read_text()
            except OSError:
                continue
            if name.startswith(("chrom", "headless")):
                found.append((int(entry.name), int(parts[1])))
    mine = {os.getpid()}
    parents = {int(e.name): int((e / "stat").read_text().rsplit(")", 1)[1].split()[1]) for e in Path("/proc").iterdir()
               if e.name.isdigit() and (e / "stat").exists()}  # fmt: skip

    def below(pid: int) -> bool:
        while pid in parents:
            if pid in mine:
                return True
            pid = parents[pid]
        return False

    pids = [pid for pid, _ in found if below(pid)]
    return [pid for pid in pids if parents.get(pid) not in pids]


def first_picture(browser: Any, path: Path, runs: int = 3) -> float:
    """Return the median seconds from navigation to the first picture."""
    took = []
    for _ in range(runs):
        context = browser.new_context(viewport={"width": 1400, "height": 950}, offline=True)
        page = context.new_page()
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_selector("html[data-ready]", timeout=60000)
        took.append(page.evaluate("performance.getEntriesByName('mn-ready')[0].startTime") / 1000)
        context.close()
    return statistics.median(took)


def pan(browser: Any, path: Path, pid: int) -> tuple[float, float, float]:
    """Return CPU ms a frame while dragging and zooming, wall ms a frame, and ms of a full redraw."""
    context = browser.new_context(viewport={"width": 1400, "height": 950}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=60000)
    page.wait_for_timeout(600)
    redraw = page.evaluate(
        "(() => { const t = []; for (let i = 0; i < 5; i += 1) { const a = performance.now(); MN.view.redrawNow();"
        " t.push(performance.now() - a); } return t.sort((a, b) => a - b)[2]; })()"
    )
    # the events come from inside the page: a driver's own traffic would be counted as the page's cost
    script = """async (steps) => {
      const canvas = document.querySelector('canvas.map'); const box = canvas.getBoundingClientRect();
      const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, clientX: box.x + x,
        clientY: box.y + y, bubbles: true, buttons: 1 }));
      canvas.setPointerCapture = () => {};
      let x = 300, y = 300; send('pointerdown', x, y);
      const begun = performance.now();
      for (let i = 0; i < steps; i += 1) {
        x += i % 80 < 40 ? 3 : -3; y += i % 60 < 30 ? 2 : -2; send('pointermove', x, y);
        await new Promise((done) => requestAnimationFrame(done));
      }
      const took = performance.now() - begun; send('pointerup', x, y); return took / steps; }"""
    before = cpu_of(pid)
    wall = page.evaluate(script, 180)
    used = cpu_of(pid) - before
    idle_before = cpu_of(pid)
    page.evaluate(
        "async (steps) => { for (let i = 0; i < steps; i += 1) await new Promise((d) => requestAnimationFrame(d)); }",
        60,
    )
    idle = (cpu_of(pid) - idle_before) / 60
    context.close()
    return 1000 * used / 180, wall, redraw, 1000 * idle


def look(browser: Any, pages: dict[str, Path], shots: Path, *, axe: Any) -> list[dict[str, Any]]:
    """Visit every page in light, dark and narrow; returns requests, complaints and axe violations."""
    rows = []
    for name, path in pages.items():
        asked: list[str] = []
        said: list[str] = []
        broken = 0
        for width, scheme in ((1400, "light"), (1400, "dark"), (360, "light")):
            context = browser.new_context(viewport={"width": width, "height": 950}, color_scheme=scheme)
            page = context.new_page()
            # every outside address would hang for ever: nothing may wait for one
            page.route(lambda url: not url.startswith(("file:", "data:", "blob:")), lambda route: None)
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda m, said=said: said.append(m.text) if m.type in ("error", "warning") else None)
            page.on("pageerror", lambda error, said=said: said.append(str(error)))
            page.goto(path.as_uri())
            if name != "report" and not name.startswith("card"):
                page.wait_for_selector("html[data-ready]", timeout=60000)
            page.wait_for_timeout(250)
            if width == 1400 and axe is not None:
                found = axe.run(page, options={"resultTypes": ["violations"]})
                broken += len(found.response["violations"])
            page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
            context.close()
        outside = [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
        rows.append({"page": name, "requests": len(outside), "complaints": len(said), "axe": broken})
    return rows


# the most frequent colours that differ; what is rarer takes the nearest of them
_QUANTISE = """async (source) => {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
  const pen = canvas.getContext('2d'); pen.drawImage(image, 0, 0);
  const px = pen.getImageData(0, 0, image.width, image.height).data;
  const n = new Map(); const at = (i) => (px[i] << 16) | (px[i + 1] << 8) | px[i + 2];
  for (let i = 0; i < px.length; i += 4) n.set(at(i), (n.get(at(i)) || 0) + 1);
  const far = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
  const palette = [];
  for (const [key] of [...n].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
    if (palette.length >= 256) break;
    if (palette.length < 32 || palette.every((other) => far(other, key) > 250)) palette.push(key);
  }
  const near = new Map();
  for (const key of n.keys()) {
    let best = 0;
    for (let i = 1; i < palette.length; i += 1) if (far(palette[i], key) < far(palette[best], key)) best = i;
    near.set(key, best);
  }
  let out = '';
  for (let i = 0; i < px.length; i += 4) out += String.fromCharCode(near.get(at(i)));
  return [image.width, image.height, palette, btoa(out)]; }"""


def lighter(browser: Any, data: bytes) -> bytes:
    """Return a PNG with 256 colours: a screenshot of a page needs no more."""
    context = browser.new_context()
    page = context.new_page()
    source = "data:image/png;base64," + base64.b64encode(data).decode("ascii")
    width, height, palette, packed = page.evaluate(_QUANTISE, source)
    context.close()
    rows = np.frombuffer(base64.b64decode(packed), dtype=np.uint8).reshape(height, width)
    raw = np.hstack([np.zeros((height, 1), dtype=np.uint8), rows]).tobytes()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 3, 0, 0, 0])
    colours = b"".join(int(colour).to_bytes(3, "big") for colour in palette)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"PLTE", colours),
            chunk(b"IDAT", zlib.compress(raw, 9)),
            chunk(b"IEND", b""),
        ]
    )


def pictures(browser: Any, folder: Path, into: Path) -> list[str]:
    """Write the README's pictures: the pages at 1,400 px, each at most 250 kB."""
    into.mkdir(parents=True, exist_ok=True)
    notes = []
    for name, file in PICTURES.items():
        context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
        page = context.new_page()
        page.goto((folder / f"{name}.html").as_uri())
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(250)
        box = page.evaluate(
            "(() => { const b = document.querySelector('.work').getBoundingClientRect(); return b.bottom; })()"
        )
        target = into / f"{file}.png"
        shot = page.screenshot(clip={"x": 0, "y": 0, "width": 1400, "height": min(1000, box + 10)}, full_page=True)
        context.close()
        target.write_bytes(lighter(browser, shot))
        notes.append(f"{target.relative_to(ROOT)} {target.stat().st_size / 1000:.0f} kB")
    return notes


def written(pages: dict[str, str], folder: Path) -> dict[str, Path]:
    """Write pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    out = {}
    for name, text in pages.items():
        out[name] = folder / f"{name}.html"
        out[name].write_bytes(text.encode("utf-8"))
    return out


def main() -> int:
    """Build, check, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="no 50,000 marks, no layout shift")
    parser.add_argument("--only", choices=["build", "browser"], help="only this half; browser takes what lies in out/")
    options = parser.parse_args()
    report = Report()
    if options.only != "browser":
        shutil.rmtree(OUT, ignore_errors=True)
        build_half(report, options.works, quick=options.quick)
    if options.only != "build":
        browser_half(report, options.works, quick=options.quick)
    return 1 if report.missed else 0


class Report:
    """The table of figures, printed as they come."""

    def __init__(self) -> None:
        self.missed = 0

    def __call__(self, what: str, figure: str, goal: str, good: bool | None = None) -> None:
        """Print a row; `good` None where no goal is set."""
        self.missed += good is False
        verdict = "" if good is None else "  ok" if good else "  MISSED"
        sys.stdout.write(f"{what:48}  {figure:58}  {goal}{verdict}\n")
        sys.stdout.flush()


def build_half(row: Report, n_works: int, *, quick: bool) -> None:
    """Make the projects, draw their pages, time and weigh them."""
    with tempfile.TemporaryDirectory() as temporary:
        example_root = Path(temporary) / "example"
        shutil.copytree(ROOT / "corpus", example_root / "corpus")
        shutil.copy(ROOT / "metanarrative.toml", example_root)
        # in a process of its own: its language model must not count as memory of the pages
        command = [sys.executable, "-m", "metanarrative", "-q", "-C", str(example_root), "run"]
        subprocess.run(command, check=True, capture_output=True)
        project = make_project(Path(temporary) / "made", n_works)
        gathered = places_of(project)
        begun = time.perf_counter()
        pages = pages_of(project)
        built = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        row(f"ten views of {n_works:,} works, besides layout", f"{built:.1f} s", "<= 30 s", built <= 30)
        row("peak memory of this process so far", f"{peak:,.0f} MB", "<= 1,024 MB", peak <= 1024)
        row(f"layout of {n_works:,} works and collecting", f"{gathered:.1f} s", "<= 40 s", gathered <= 40 + built)
        digest = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in pages.items()}
        again = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in pages_of(project).items()}
        row("two builds of one project", "identical" if digest == again else "differ", "identical", digest == again)
        wrong = {name: found for name, text in pages.items() if (found := check_page(text))}
        row("static gate", f"{len(wrong)} pages fail", "0", not wrong)
        made = written(pages, OUT / "made")
        shutil.copytree(example_root / "maps", OUT / "example", dirs_exist_ok=True)
        size = made["tradition"].stat().st_size
        row(f"tradition map, {n_works:,} works", f"{size / 1e6:.2f} MB", "<= 1 MB at 10,000", size <= 1e6)
        thousand = make_project(Path(temporary) / "thousand", 1000)
        places_of(thousand)
        small = len(pages_of(thousand)["tradition"].encode())
        row("tradition map, 1,000 works", f"{small / 1e6:.2f} MB", "<= 0.5 MB", small <= 5e5)
        sizes = ", ".join(f"{name} {path.stat().st_size / 1e6:.2f}" for name, path in made.items())
        row("all pages, MB", sizes, "")
        if not quick:
            moved = shift(n_works)
            row("median shift of old works when 5 % come", f"{moved:.1%} of the width", "reported")
            written({"large": large(50_000, 130_000)}, OUT / "made")


def browser_half(row: Report, n_works: int, *, quick: bool) -> None:
    """Open what lies in ``out/`` in a headless browser: speed, gates, screenshots, the README's pictures."""
    program = find_browser()
    if not program:
        row("browser checks", "skipped: no browser found", "")
    else:
        from playwright.sync_api import sync_playwright

        try:
            from axe_playwright_python.sync_playwright import Axe

            axe = Axe()
        except ImportError:
            axe = None
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=program, args=FLAGS)
            pid = browser_pids()[0]
            goals = [("tradition", n_works, 0.4)] + ([] if quick else [("large", 50_000, 1.2)])
            for name, n, goal in goals:
                path = OUT / "made" / f"{name}.html"
                seconds = first_picture(browser, path)
                row(f"first picture, {n:,} marks", f"{seconds:.2f} s", f"<= {goal} s", seconds <= goal)
                frame, wall, redraw, idle = pan(browser, path, pid)
                row(
                    f"pan, {n:,} marks",
                    f"{frame:.1f} CPU ms a frame ({wall:.0f} ms wall; an idle frame {idle:.1f})",
                    "<= 10",
                    frame <= 10,
                )
                row(
                    f"full redraw, {n:,} marks",
                    f"{redraw:.0f} ms",
                    "<= 50 ms at 10,000",
                    redraw <= 50 if n <= 10_000 else None,
                )
            seconds = first_picture(browser, OUT / "example" / "concepts.html")
            row("concepts by pyvis, visible after", f"{seconds:.2f} s", "<= 1 s", seconds <= 1)
            for label in ("example", "made"):
                chosen = {p.stem: p for p in sorted((OUT / label).glob("*.html"))
                          if p.stem in (*VIEWS, "report", "card-T1")}  # fmt: skip
                shots = OUT / f"shots-{label}"
                shots.mkdir(exist_ok=True)
                rows = look(browser, chosen, shots, axe=axe)
                for key, goal in (("requests", "0"), ("complaints", "0"), ("axe", "0, light and dark")):
                    total = sum(r[key] for r in rows)
                    where = ", ".join(r["page"] for r in rows if r[key])
                    row(
                        f"{key}, {len(rows)} pages, {label}", f"{total}{' ' + where if where else ''}", goal, total == 0
                    )
            for note in pictures(browser, OUT / "example", ROOT / "docs" / "images"):
                row("picture", note, "<= 250 kB", float(note.split()[-2]) <= 250)
            browser.close()


if __name__ == "__main__":
    sys.exit(main())
