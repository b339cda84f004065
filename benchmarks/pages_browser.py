"""Pages in a headless browser: times, gates, screenshots, the README's pictures."""

from __future__ import annotations

import base64
import os
import statistics
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--disable-gpu", "--disable-3d-apis", "--no-first-run", "--disable-background-networking", "--no-sandbox",
         "--host-resolver-rules=MAP * ~NOTFOUND"]  # fmt: skip
PICTURES = {"tradition": "tradition", "compare": "compare", "force": "force"}
SIZE = {"width": 1400, "height": 950}
STILL = ("report", "aligned", "index")
"""Pages without a panel and a table; a card is another."""


def cpu_below(pid: int) -> float:
    """Return CPU seconds that the browser processes under `pid` have used so far."""
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
            except OSError:
                continue
            parts = rest.split()
            children.setdefault(int(parts[1]), []).append(int(entry.name))
            if name.startswith(("chrom", "headless")):
                used[int(entry.name)] = (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    total, waiting = 0.0, [pid]
    while waiting:
        here = waiting.pop()
        total += used.get(here, 0.0)
        waiting += children.get(here, [])
    return total


def first_pictures(browser: Any, paths: Mapping[str, Path], rounds: int) -> dict[str, dict[str, float]]:
    """Return median seconds of every page from navigation to its first picture and to full use.

    The pages take turns. ``picture`` and ``ready`` are wall time to the marks that the page sets when
    its picture is on the screen, and when search, table and links to evidence work; ``cpu`` is
    what the page's own thread had used by the first of them, which load of the machine changes little.
    """
    seen: dict[str, list[tuple[float, float, float]]] = {name: [] for name in paths}
    session = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    ended: list[object] = []
    session.on("Tracing.dataCollected", lambda message: events.extend(message["value"]))
    session.on("Tracing.tracingComplete", lambda message: ended.append(message))
    for _ in range(rounds):
        for name, path in paths.items():
            context = browser.new_context(viewport=SIZE, offline=True)
            page = context.new_page()
            events.clear()
            ended.clear()
            categories = {"includedCategories": ["blink.user_timing"]}
            session.send("Tracing.start", {"traceConfig": categories, "transferMode": "ReportEvents"})
            page.goto(path.as_uri(), wait_until="commit")
            page.wait_for_selector("html[data-ready]", timeout=120000)
            read = "['mn-picture', 'mn-ready'].map((n) => performance.getEntriesByName(n)[0].startTime / 1000)"
            picture, ready = page.evaluate(read)
            session.send("Tracing.end")
            while not ended:
                page.wait_for_timeout(20)
            cpu = next((event["tts"] / 1e6 for event in events if event["name"] == "mn-picture"), float("nan"))
            seen[name].append((picture, ready, cpu))
            context.close()
    return {
        name: dict(zip(("picture", "ready", "cpu"), map(statistics.median, zip(*rows, strict=True)), strict=True))
        for name, rows in seen.items()
    }


# the events come from inside the page: a driver's own traffic would be counted as the page's cost
_MOVE = """async ([kind, steps]) => {
  const canvas = document.querySelector('canvas.map'); const box = canvas.getBoundingClientRect();
  const at = { pointerId: 1, bubbles: true, cancelable: true, buttons: 1, ctrlKey: kind === 'zoom' };
  const send = (Kind, type, x, y, more) => canvas.dispatchEvent(new Kind(type, { ...at, clientX: box.x + x,
    clientY: box.y + y, ...more }));
  canvas.setPointerCapture = () => {};
  let x = 300, y = 300; if (kind === 'pan') send(PointerEvent, 'pointerdown', x, y);
  const begun = performance.now();
  for (let i = 0; i < steps; i += 1) {
    x += i % 80 < 40 ? 3 : -3; y += i % 60 < 30 ? 2 : -2;
    if (kind === 'pan') send(PointerEvent, 'pointermove', x, y);
    if (kind === 'zoom') send(WheelEvent, 'wheel', x, y, { deltaY: i % 40 < 20 ? -12 : 12 });
    await new Promise((done) => requestAnimationFrame(done));
  }
  const took = performance.now() - begun; if (kind === 'pan') send(PointerEvent, 'pointerup', x, y);
  return took / steps; }"""

_REDRAW = """(times) => Array.from({ length: times }, () => { const begun = performance.now(); MN.view.redrawNow();
  return performance.now() - begun; }).sort((a, b) => a - b)[times >> 1]"""


def moving(browser: Any, path: Path, steps: int = 120) -> dict[str, float]:
    """Return what a map costs while it moves, in ms.

    ``pan`` and ``zoom``: CPU of the whole browser a frame; ``idle`` the same where nothing moves;
    ``wall``: time a frame; ``redraw``: time of a full redraw, ``redraw_cpu`` the page's thread in it.
    """
    context = browser.new_context(viewport=SIZE, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=120000)
    page.wait_for_timeout(1500)
    session = context.new_cdp_session(page)
    session.send("Performance.enable")

    def thread() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")

    out: dict[str, float] = {}
    times = 9
    before = thread()
    out["redraw"] = page.evaluate(_REDRAW, times)
    out["redraw_cpu"] = (thread() - before) / times
    page.wait_for_timeout(1000)
    for kind in ("pan", "zoom", "idle"):
        before = cpu_below(os.getpid())
        wall = page.evaluate(_MOVE, [kind, steps])
        out[kind] = 1000 * (cpu_below(os.getpid()) - before) / steps
        if kind == "pan":
            out["wall"] = wall
        page.wait_for_timeout(800)
    context.close()
    return out


_DRAWN = """() => { const canvas = document.querySelector('canvas');
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let i = 0; i < pixels.length; i += 4) seen.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
  return document.createElement('canvas').getContext('webgl') === null ? seen.size : -1; }"""


def draws_without_3d(browser: Any, path: Path) -> bool:
    """Return whether the canvas of a page shows a picture where the browser has no WebGL."""
    context = browser.new_context(viewport=SIZE, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=120000)
    page.wait_for_timeout(300)
    colours = page.evaluate(_DRAWN)
    context.close()
    return bool(colours > 8)


def visit(browser: Any, name: str, path: Path, shots: Path, axe: Any) -> dict[str, int]:
    """Open a page wide and narrow, light and dark; returns outside requests, complaints and axe violations."""
    asked: list[str] = []
    said: list[str] = []
    broken = 0
    for width, scheme in ((1400, "light"), (1400, "dark"), (360, "light"), (360, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 950}, color_scheme=scheme)
        page = context.new_page()
        # every outside address would hang for ever: nothing may wait for one
        page.route(lambda url: not url.startswith(("file:", "data:", "blob:")), lambda route: None)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        still = name.startswith("card") or name in STILL
        if name != "report" and not name.startswith("card"):
            page.wait_for_selector("html[data-ready]", timeout=60000)
        page.wait_for_timeout(250)
        page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
        if width == 1400 and axe is not None:
            if not still:
                page.evaluate("MN.byId('tabled').open = true; if (MN.items.length) MN.select(0, true)")
                page.wait_for_timeout(150)
            found = axe.run(page, options={"resultTypes": ["violations"]})
            broken += len(found.response["violations"])
        context.close()
    outside = [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    return {"requests": len(outside), "complaints": len(said), "axe": broken}


def injected(browser: Any, folder: Path, shifts: Sequence[int] = (0, 5, 10, 15, 20)) -> tuple[int, int]:
    """Put every payload of the tests into every text of every view; returns payloads tried and pages harmed.

    Every text holds all payloads, each time another one first, where a short label still has it.
    """
    sys.path.insert(0, str(ROOT / "tests"))
    import pages_data
    from test_pages_browser import GROWN, INTERACTIVE, STIR

    from metanarrative.map import VIEWS, draw_pages

    path = folder / "injected.html"
    harm = 0
    for name in VIEWS:
        context = browser.new_context(viewport=SIZE, offline=True)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda m, said=said: said.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("dialog", lambda dialog, said=said: (said.append("dialog"), dialog.dismiss()))
        clean = pages_data.MAKERS[name]()
        for shift in shifts:
            said.clear()
            html = draw_pages({name: pages_data.poison(clean, shift)})[name]
            path.write_text(html, encoding="utf-8")
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-ready]", timeout=60000)
            if name in INTERACTIVE:
                page.evaluate(STIR)
            ran = page.evaluate("window.__xss !== undefined")
            harm += bool(ran or said or page.evaluate(GROWN, html.count("<script")))
        context.close()
    path.unlink()
    return len(pages_data.PAYLOADS), harm


# the most frequent colours that differ; what is rarer takes the nearest of them
_QUANTISE = """async (source) => {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
  const pen = canvas.getContext('2d'); pen.drawImage(image, 0, 0);
  const px = pen.getImageData(0, 0, image.width, image.height).data;
  const n = new Map(); const at = (i) => (px[i] << 16) | (px[i + 1] << 8) | px[i + 2];
  for (let i = 0; i < px.length; i += 4) n.set(at(i), (n.get(at(i)) || 0) + 1);
  const part = (a, b, k) => (((a >> k) & 255) - ((b >> k) & 255)) ** 2;
  const far = (a, b) => part(a, b, 16) + part(a, b, 8) + part(a, b, 0);
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
