"""Whole projects in a real browser: payloads on the long way round, and rulings that come home."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pages_data
import pytest
from conftest import ROOT
from test_pages_browser import GROWN, STIR, Visit, browser  # noqa: F401  (the fixture)

import metanarrative as mn

pytestmark = pytest.mark.browser

NAMED = ("<img src=x onerror=window.__xss=1>.md", "' onmouseover=window.__xss=1 x='.md")


def toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\u2028", "\\u2028").replace(
        "\u2029", "\\u2029") + '"'  # fmt: skip


def line(first: int) -> str:
    """All payloads without characters that end a line of RIS or CSV."""
    return pages_data.all_payloads(first).replace("\u2028", " ").replace("\u2029", " ")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> mn.Project:
    """A project in which every text that people or files bring in is a payload."""
    root = tmp_path_factory.mktemp("hostile")
    folder = root / "corpus" / "literature"
    folder.mkdir(parents=True)
    topics = ("recovery and hope", "care plans and review", "personal budgets")
    records = []
    for i in range(36):
        topic = topics[i % 3]
        records += [
            "TY  - JOUR",
            f"TI  - {line(i)} On {topic} in community teams, part {i}",
            f"AU  - {line(i + 1)}, A.",
            f"JO  - {line(i + 2)}",
            f"AB  - {line(i + 3)} This study of {topic} asks how {topic} is lived with. It finds {topic} matters.",
            f"KW  - {line(i + 4)}",
            f"PY  - {1990 + i}",
            f"DO  - 10.1234/abc.{i}{line(i + 5)}",
            "ER  - ",
            "",
        ]
    (folder / NAMED[0].replace(".md", ".ris")).write_text("\n".join(records), encoding="utf-8")
    shutil.copytree(ROOT / "corpus" / "policy", root / "corpus" / "policy")
    policy = root / "corpus" / "policy"
    with (policy / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        every = list(csv.DictReader(stream))
    rows = [row for nation in ("england", "wales") for row in every if row["nation"] == nation][::3]
    kept = {row["file"] for row in rows}
    for row in every:
        if row["file"] not in kept:
            (policy / row["file"]).unlink()
    for i, row in enumerate(rows):
        path = policy / row["file"]
        parts = path.read_text(encoding="utf-8").split("\n\n")
        path.write_text("\n\n".join(f"{part} {line(i + at)}" for at, part in enumerate(parts)), encoding="utf-8")
        if i < 2:
            path.rename(path.with_name(NAMED[i]))
            row["file"] = str(Path(row["file"]).with_name(NAMED[i]))
        for at, key in enumerate(("title", "issuer", "type", "site", "licence", "note", "supersedes")):
            row[key] = f"{line(i + at)} {row[key]}"
    with (policy / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    themes = [
        f'[[theme]]\nid = "t{i}"\nname = {toml(line(i))}\ndefinition = {toml(line(i + 1))}\nseeds.en = [{toml(seed)}]\n'
        f"includes = {toml(line(i + 2))}\nexcludes = {toml(line(i + 3))}\n"
        for i, seed in enumerate(("care plan", "recovery", "risk", "review of the plan", "direct payment"))
    ]
    (root / "corpus" / "codebook.toml").write_text("\n".join(themes), encoding="utf-8")
    (root / "corpus" / "contested.toml").write_text(
        f"[[point]]\nquestion = {toml(line(0))}\nnote = {toml(line(1))}\n"
        + "".join(f"[[point.framing]]\nby = {toml(line(n))}\nwords = {toml(line(n + 1))}\n" for n in (2, 4)),
        encoding="utf-8",
    )
    (root / "metanarrative.toml").write_text(
        f'title = {toml(line(3))}\nquestion = {toml(line(4))}\nseed = 1\n[embed]\nmodel = "tfidf-svd"\n'
        "[traditions]\nbootstraps = 4\nstarts = 2\n[compare]\nrelabellings = 5\n",
        encoding="utf-8",
    )
    project = mn.Project.open(root)
    project.run(last="dedupe")
    literature = project.store.read("work", columns=("work_id", "title"), where={"kind": "literature"})
    anchors = [row["work_id"] for row in literature if topics[0] in row["title"]]
    project.append_decision("name", " ".join(anchors), line(6), reason=line(7), who="mair")
    (root / "corpus" / "cards.toml").write_text(
        f"[[card]]\nanchors = {anchors}\nby = {toml(line(8))}\n"
        + "".join(f"{key} = {toml(line(9 + n))}\n" for n, key in enumerate(("claim", "disciplines", "memo", "shifts"))),
        encoding="utf-8",
    )
    project.run()
    return project


def test_payloads_in_every_field_of_a_project_are_inert_on_every_page(hostile: mn.Project, browser: Any) -> None:  # noqa: F811
    pages = sorted((hostile.root / "maps").glob("*.html"))
    assert {path.stem for path in pages} >= {"index", "tradition", "aligned", "force", "report", "card-T1"}
    assert any(row["tradition"] for row in hostile.store.read("cluster")), "the name found no home"
    counts = {name: hostile.store.count(name) for name in ("work", "alignment", "provision", "contrast", "concept")}
    assert all(counts.values()), counts
    visit = None
    for path in pages:
        html = path.read_text(encoding="utf-8")
        assert "__xss" in html, path.name
        if visit is None:
            visit = Visit(browser, path)
        else:
            visit.page.goto(path.as_uri())
            if 'id="data"' in html and "<script>" in html:
                visit.page.wait_for_selector("html[data-ready]", timeout=15000)
        if visit.page.evaluate("typeof MN === 'object' && MN.items && MN.items.length > 0 && !!MN.byId('tabled')"):
            visit.page.evaluate(STIR)
        assert visit.page.evaluate("window.__xss") is None, path.name
        assert visit.page.evaluate(GROWN) == [], path.name
        assert visit.said == [], path.name
        assert visit.outside() == [], path.name
    assert visit is not None
    visit.context.close()


def test_a_ruling_made_in_the_reader_comes_home(hostile: mn.Project, browser: Any, tmp_path: Path) -> None:  # noqa: F811
    with Visit(browser, hostile.root / "maps" / "aligned.html") as visit:
        page = visit.page
        page.fill("#rwho", "Mair Ŵyn")
        subjects = []
        for verdict in ("accept", "reject"):
            pair = page.locator(".pair:has([data-verdict])").nth(len(subjects))
            subjects.append(pair.get_attribute("data-subject"))
            pair.locator(f"[data-verdict={verdict}]").click()
        with page.expect_download() as save:
            page.click("#rsave")
        saved = tmp_path / save.value.suggested_filename
        save.value.save_as(saved)
    with saved.open("a", encoding="utf-8") as stream:
        stream.write("2026-01-01T00:00:00Z,Mair Ŵyn,align,ps_gone ps_lost,accept,\n")
        stream.write("2026-01-01T00:00:00Z,Mair Ŵyn,name,T1,mine,\n")
    result = hostile.import_file(saved)
    assert [row["state"] for row in result.rows] == ["new", "new", "refused", "refused"]
    assert "ps_gone" in result.rows[2]["why"]
    again = hostile.import_file(saved)
    assert [row["state"] for row in again.rows] == ["known", "known", "refused", "refused"]
    hostile.run(first="compare", last="compare")
    found = {f"{row['passage_id']} {row['other_id']}": row for row in hostile.store.read("alignment")}
    found |= {f"{row['other_id']} {row['passage_id']}": row for row in hostile.store.read("alignment")}
    assert found[subjects[0]]["verdict"] == "accepted"
    assert found[subjects[1]]["verdict"] == "rejected"
    assert found[subjects[0]]["decided_by"] != "machine"


@pytest.mark.parametrize("name", ["tradition", "storyline", "concepts", "aligned"])
def test_a_notebook_frame_draws(hostile: mn.Project, browser: Any, tmp_path: Path, name: str) -> None:  # noqa: F811
    """As a notebook does it: the frame's HTML inside another page, sandboxed, with the page in srcdoc."""
    view = hostile.map(name)
    outer = tmp_path / "notebook.html"
    outer.write_text(f"<!doctype html><title>n</title>{view.show(height=700)._repr_html_()}", encoding="utf-8")
    context = browser.new_context(viewport={"width": 1200, "height": 900}, offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(outer.as_uri())
    frame = page.frames[1]
    frame.wait_for_selector("html[data-ready]", timeout=15000)
    assert frame.evaluate("window.origin") == "null"  # a frame of its own: nothing of the notebook is in reach
    if name == "aligned":
        assert frame.locator(".pair").count() > 0
        frame.click(".pair:has([data-verdict]) >> nth=0 >> [data-verdict=accept]")
        assert frame.evaluate("!MN.byId('rsave').disabled")
    else:
        assert frame.evaluate("MN.items.length") > 0
        frame.evaluate("MN.select(0, true)")
        assert frame.inner_text("#panel h2")
        box = frame.locator("#stage").bounding_box()
        assert box["width"] > 300 and box["height"] > 200
    assert frame.evaluate("window.__xss") is None
    assert said == []
    context.close()
    still = view._repr_html_()
    assert "<script" not in still
    if name != "aligned":
        assert still.startswith("<figure><svg") and "<figcaption>" in still
