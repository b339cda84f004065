"""The pages in a real browser: no request, no error, nothing injected runs, keyboard, axe."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pages_data
import pytest

from metanarrative.map import VIEWS, draw_pages
from metanarrative.map.pack import script_json
from metanarrative.map.views import tradition

pytestmark = pytest.mark.browser

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-3d-apis",
]
INTERACTIVE = tuple(name for name in VIEWS if name not in ("aligned", "index"))


STIR = (
    "MN.byId('tabled').open = true; for (let i = 0; i < Math.min(12, MN.items.length); i += 1) MN.select(i, true); "
    "MN.state.query = 'script'; MN.apply(); MN.svgText(); "
    "MN.csvText(['a'], MN.rows().map((item) => [item.t])); MN.cite(MN.items[0]);"
)
"""What a reader may do to a page: open evidence, search, table, exports."""

GROWN = """() => [
  ...[...document.querySelectorAll("[onerror],[onload],[onmouseover],[onfocus],[ontoggle],[autofocus],iframe,object,"
    + "math,base,img,link,meta[http-equiv='refresh' i],a[href^='javascript' i]")].map((node) => node.outerHTML),
  ...[...document.scripts].filter((node) => !node.type && node.textContent.includes('__xss')).map(() => 'script'),
]"""
"""What a text that was taken for markup would have left in the page."""


def browser_path() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return ""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = browser_path()
    if not path:
        pytest.skip("no browser found (chromium, chromium-browser or google-chrome): make test-browser installs one")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra dev)")
    flags = [*FLAGS, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else FLAGS
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    out = {}
    for name, html in draw_pages(pages_data.every()).items():
        out[name] = folder / f"{name}.html"
        out[name].write_text(html, encoding="utf-8")
    return out


class Visit:
    """One page, with what it asked for and what it complained about."""

    def __init__(self, browser: Any, path: Path, *, width: int = 1400, dark: bool = False, hash_: str = "") -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            offline=True,
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on(
            "console", lambda message: self.said.append(message.text) if message.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        self.page.goto(path.as_uri() + hash_)
        self.page.wait_for_selector("html[data-ready]", timeout=15000)

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def outside(self) -> list[str]:
        return [url for url in self.asked if not url.startswith(("file:", "data:", "blob:"))]


@pytest.mark.parametrize("name", VIEWS)
def test_no_request_no_complaint_no_sideways_scroll(browser: Any, written: dict[str, Path], name: str) -> None:
    for width in (1400, 360):
        with Visit(browser, written[name], width=width) as visit:
            if name in INTERACTIVE:
                visit.page.evaluate("MN.byId('tabled').open = true; MN.select(0, true)")
                visit.page.wait_for_timeout(120)
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
            assert visit.outside() == []
            assert len(visit.asked) == 1
            assert visit.said == []


def test_injection_corpus_is_inert(browser: Any, tmp_path: Path) -> None:
    """Every payload in every text of every view: each text holds all of them, each time another one first."""
    visit = None
    for name in VIEWS:
        clean = pages_data.MAKERS[name]()
        for shift in (0, 13):
            path = tmp_path / f"{name}-{shift}.html"
            html = draw_pages({name: pages_data.poison(clean, shift)})[name]
            assert "__xss" in html
            path.write_text(html, encoding="utf-8")
            if visit is None:
                visit = Visit(browser, path)
            else:
                visit.page.goto(path.as_uri())  # a tab of its own for each would only cost time
                visit.page.wait_for_selector("html[data-ready]", timeout=15000)
            if name in INTERACTIVE:
                visit.page.evaluate(STIR)
            if name == "tradition":
                visit.page.mouse.move(700, 600)
            assert visit.page.evaluate("window.__xss") is None, (name, shift)
            assert visit.page.evaluate(GROWN, html.count("<script")) == [], (name, shift)
            assert visit.said == [], (name, shift)
            assert visit.outside() == [], (name, shift)
    assert visit is not None
    visit.context.close()


def test_what_gets_into_a_page_is_stopped_by_its_policy(browser: Any, written: dict[str, Path], tmp_path: Path) -> None:
    html = written["tradition"].read_text(encoding="utf-8")
    path = tmp_path / "hit.html"
    path.write_text(
        html.replace("</body>", "<script>window.__xss=1</script><img src=x onerror='window.__xss=2'></body>"),
        encoding="utf-8",
    )
    with Visit(browser, path) as visit:
        assert visit.page.evaluate("window.__xss") is None
        write = "(() => { try { document.body.innerHTML = 'x'; return 'let in'; } catch (e) { return e.name; } })()"
        assert visit.page.evaluate(write) == "TypeError"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing(browser: Any, written: dict[str, Path], name: str, dark: bool) -> None:
    axe_module = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed (extra dev)"
    )
    with Visit(browser, written[name], dark=dark) as visit:
        if name in INTERACTIVE:
            visit.page.evaluate("MN.byId('tabled').open = true; MN.select(1, true)")
            visit.page.wait_for_timeout(100)
        found = axe_module.Axe().run(visit.page, options={"resultTypes": ["violations"]})
        broken = [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found.response["violations"]]
        assert broken == []


@pytest.mark.parametrize("name", INTERACTIVE)
def test_search_select_filter_export_without_a_mouse(browser: Any, written: dict[str, Path], name: str) -> None:
    with Visit(browser, written[name]) as visit:
        page = visit.page
        title = page.evaluate("MN.items[2].t")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "panel"
        assert page.evaluate("MN.items[MN.state.id].t") == title
        assert title in page.inner_text("#panel")
        page.keyboard.press("Escape")
        assert page.evaluate("MN.state.id") is None
        page.evaluate("MN.byId('reset').focus()")
        page.keyboard.press("Enter")
        with page.expect_download() as save:
            page.evaluate("MN.byId('csv').focus()")
            page.keyboard.press("Enter")
        rows = Path(save.value.path()).read_text(encoding="utf-8-sig").splitlines()
        assert len(rows) == page.evaluate("MN.items.length") + 1


@pytest.mark.parametrize("name", INTERACTIVE)
def test_arrows_walk_from_mark_to_mark(browser: Any, written: dict[str, Path], name: str) -> None:
    with Visit(browser, written[name]) as visit:
        page = visit.page
        if name == "tradition":
            page.focus("canvas.map")
            page.keyboard.press("ArrowRight")
            first = page.evaluate("MN.state.id")
            for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
                page.keyboard.press(key)
            assert first is not None
            assert page.evaluate("MN.state.id") is not None
        elif name == "concepts":
            page.focus("#net .vis-network")
            page.keyboard.press("ArrowRight")
            assert page.evaluate("MN.state.id") is not None
        else:
            assert page.evaluate("document.querySelectorAll('[data-i][tabindex=\"0\"]').length") == 1
            page.evaluate("document.querySelector('[data-i][tabindex=\"0\"]').focus()")
            before = page.evaluate("document.activeElement.dataset.i")
            page.keyboard.press("ArrowDown")
            assert page.evaluate("document.activeElement.dataset.i") != before
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == "panel"


def test_legend_filters_and_permalink_returns(browser: Any, written: dict[str, Path]) -> None:
    with Visit(browser, written["tradition"]) as visit:
        page = visit.page
        page.click("#legend fieldset:first-of-type input >> nth=0")
        page.fill("#y0", "2000")
        page.keyboard.press("Tab")
        page.evaluate("MN.select(MN.mask.indexOf(true), true)")
        words, address, chosen = page.inner_text("#count"), page.evaluate("location.hash"), page.evaluate("MN.state.id")
        assert "off=0" in address
        assert "yr=2000-" in address
    with Visit(browser, written["tradition"], hash_=address) as visit:
        assert visit.page.inner_text("#count") == words
        assert visit.page.evaluate("MN.state.id") == chosen
    with Visit(browser, written["tradition"], hash_="#id=%E0%A4%A&off=99.x&yr=1-2&z=1e9&by=<b>&no=-1") as visit:
        assert visit.page.inner_text("#count") == "60 of 60 shown"
        assert visit.said == []


def test_numbers_in_the_page_agree_with_the_data(browser: Any, written: dict[str, Path]) -> None:
    with Visit(browser, written["force"]) as visit:
        total = visit.page.evaluate(
            "[...document.querySelectorAll('svg.wideonly [data-v0]')].reduce((sum, cell) => sum + "
            "Number(cell.textContent), 0)"
        )
        assert total == len(pages_data.force()["provisions"])
        visit.page.click("[data-measure='1']")
        assert visit.page.evaluate("document.querySelector('svg.wideonly [data-v0]').textContent").endswith("%")


def test_lasso_fills_the_table(browser: Any, written: dict[str, Path]) -> None:
    with Visit(browser, written["tradition"]) as visit:
        page = visit.page
        page.click("#mlasso")
        box = page.locator("canvas.map").bounding_box()
        corners = [(0.02, 0.02), (0.6, 0.02), (0.6, 0.5), (0.02, 0.98), (0.02, 0.03)]
        spots = [(box["x"] + fx * box["width"], box["y"] + fy * box["height"]) for fx, fy in corners]
        page.mouse.move(*spots[0])
        page.mouse.down()
        for x, y in spots[1:]:
            page.mouse.move(x, y, steps=4)
        page.mouse.up()
        inside = page.evaluate("MN.state.lasso.size")
        assert 0 < inside < 60
        assert page.locator("#table tbody tr").count() == inside


def test_large_data_are_unpacked(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    data = pages_data.tradition(1500)
    path.write_text(draw_pages({"tradition": data})["tradition"], encoding="utf-8")
    made = tradition.page_of(data).data
    with Visit(browser, path) as visit:
        assert visit.page.inner_text("#count") == "1,500 of 1,500 shown"
        assert visit.said == []
        for key, column in made["items"].items():
            read = visit.page.evaluate(f"MN.items.map((item) => (item.{key} === undefined ? null : item.{key}))")
            assert read == json.loads(script_json(column)), key
        # a browser without Uint8Array.fromBase64 reads the same
        old = """() => { const read = () => [...MN.bytes("AAH/fw==")].join(); const first = read();
          Uint8Array.fromBase64 = null; return [first, read()]; }"""
        assert visit.page.evaluate(old) == ["0,1,255,127"] * 2


def test_the_first_picture_does_not_wait_for_the_texts(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "cut.html"
    html = draw_pages({"tradition": pages_data.tradition(1500)})["tradition"]
    path.write_text(html[: html.index('<script type="text/plain" id="rest"')], encoding="utf-8")
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_function("performance.getEntriesByName('mn-picture').length === 1")
    inked = page.evaluate(
        "(() => { const c = document.querySelector('canvas.map'); const d = c.getContext('2d').getImageData(0, 0, "
        "c.width, c.height).data; const seen = new Set(); for (let i = 0; i < d.length; i += 4) "
        "seen.add((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]); return [0xffffff, 0x0072b2, 0xd55e00].map((v) => "
        "seen.has(v)); })()"
    )
    assert inked == [True, True, True]
    assert page.evaluate("document.documentElement.dataset.ready") is None
    context.close()


RASTER = """(act) => {
  const [w, h] = [120, 120];
  const r = MN.raster();
  const ground = (alpha) => r.ground("#ffffff", "#000000", alpha);
  const at = (x, y) => [...r.image.data.slice(4 * (y * w + x), 4 * (y * w + x) + 3)];
  r.resize(w, h);
  r.clearLinks();
  %s
}"""


def test_marks_links_and_density_are_laid_where_they_belong(browser: Any, written: dict[str, Path]) -> None:
    with Visit(browser, written["tradition"]) as visit:
        marks = """
          const put = (alpha) => r.marks([0], [true], [20.5], [20.5], [6], 1,
            [{ shape: "disc", fill: "#0072b2", edge: "#22262e", line: 1, alpha, drawn: [] }], [0]);
          ground(0.2); put(1);
          const solid = [at(20, 20), at(20, 26), at(20, 30)];
          ground(0.2); put(0.15);
          return [...solid, at(20, 20)];"""
        middle, rim, outside, faint = visit.page.evaluate(RASTER % marks)
        assert middle == [0, 0x72, 0xB2]
        assert rim == [0x22, 0x26, 0x2E]
        assert outside == [255, 255, 255]
        for tone, full in zip(faint, middle, strict=True):
            assert abs(tone - (255 * 0.85 + full * 0.15)) <= 2
        # one line leaves a fifth of its colour, two that cross leave more, and all of it lies within the bitmap
        links = """
          const x = [-50, 190, 20.5, 20.5, 5, 5], y = [10.5, 10.5, -9, 199, 5, 5];
          const stop = r.addLinks(Uint32Array.from([0, 1, 2, 3, 4, 5]), 0, Infinity, x, y, x.map(() => true), false);
          ground(0.2);
          return [stop, at(0, 10), at(119, 10), at(20, 10), at(20, 0), at(20, 119), at(5, 5), at(10, 11)];"""
        stop, left, right, crossed, top, bottom, point, beside = visit.page.evaluate(RASTER % links)
        assert stop == 3
        assert left == right == top == bottom == [204, 204, 204]
        assert crossed == [163, 163, 163]
        assert point == beside == [255, 255, 255]
        density = """
          ground(0.2);
          r.density([60], [60], [true], () => [200, 0, 0], 40);
          return [at(60, 60), at(80, 60), at(110, 60)];"""
        middle, half, far = visit.page.evaluate(RASTER % density)
        assert middle[1] < half[1] < far[1] == 255
        assert abs(middle[1] - 255 * 0.835) < 8


def test_links_too_many_for_one_frame_come_in_slices(browser: Any, written: dict[str, Path]) -> None:
    with Visit(browser, written["tradition"]) as visit:
        slices = """
          const n = 5000, ends = Uint32Array.from({ length: 2 * n }, (_, i) => i % 2);
          const add = (from, until) => r.addLinks(ends, from, until, [0, 119], [3, 100], [true, true], true);
          const seen = () => { ground(0.01); return [...r.image.data].join(); };
          let next = 0, turns = 0;
          while (next < n) { next = add(next, 0); turns += 1; }
          const slow = seen();
          r.clearLinks();
          add(0, Infinity);
          return [turns, slow === seen(), new Set(slow.split(",")).size > 1];"""
        assert visit.page.evaluate(RASTER % slices) == [10, True, True]


def test_colour_search_filter_and_density_change_the_picture(browser: Any, written: dict[str, Path]) -> None:
    with Visit(browser, written["tradition"]) as visit:
        page = visit.page
        state = "MN.view.redrawNow(), document.querySelector('canvas.map').toDataURL()"
        seen = [page.evaluate(state)]
        for act in (
            "document.querySelector('#mdensity').click()",
            "MN.byId('by').value = 'year', MN.byId('by').dispatchEvent(new Event('change'))",
            "MN.state.query = 'recovery', MN.apply()",
            "MN.state.off.add(0), MN.apply()",
            "MN.select(MN.mask.indexOf(true), true)",
            "document.querySelector('#theme').click()",
        ):
            page.evaluate(act)
            seen.append(page.evaluate(state))
        assert len(set(seen)) == len(seen)
        assert page.evaluate(state) == seen[-1]


def test_print_puts_a_picture_in_place_of_the_canvas(browser: Any, written: dict[str, Path]) -> None:
    with Visit(browser, written["tradition"]) as visit:
        visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert visit.page.evaluate("document.querySelectorAll('.standin svg path').length") > 60
        visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert visit.page.evaluate("document.querySelectorAll('.standin svg').length") == 0


@pytest.mark.parametrize("name", INTERACTIVE)
def test_pictures_come_out(browser: Any, written: dict[str, Path], name: str) -> None:
    with Visit(browser, written[name]) as visit:
        for button, start in (("svg", b"<?xml"), ("png", b"\x89PNG")):
            with visit.page.expect_download() as save:
                visit.page.click(f"#{button}")
            body = Path(save.value.path()).read_bytes()
            assert body.startswith(start)
            assert b"<script" not in body
        assert visit.said == []


def test_decisions_of_a_reader_come_out_as_a_file(browser: Any, written: dict[str, Path]) -> None:
    with Visit(browser, written["aligned"]) as visit:
        page = visit.page
        page.fill("#rwho", "Mair Ŵyn")
        page.click(".pair >> nth=0 >> [data-verdict=accept]")
        page.click(".pair >> nth=1 >> [data-verdict=reject]")
        with page.expect_download() as save:
            page.click("#rsave")
        assert save.value.suggested_filename == "mair-wyn.csv"
        rows = Path(save.value.path()).read_text(encoding="utf-8").split()
        text = Path(save.value.path()).read_text(encoding="utf-8").splitlines()
        assert text[0] == "when,who,kind,subject,verdict,reason"
        assert "align,ps_a0 ps_b0,accept," in text[1]
        assert len(text) == 3
        assert rows
        page.select_option("#rkind", label="Wales: no counterpart found yet")
        assert "1 of 12 shown" in page.inner_text("#rcount")
