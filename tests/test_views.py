"""Views in the hand: narrowed, as page, picture, numbers; cards; nothing lost in silence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pages_data
import pytest
from conftest import ROOT

import metanarrative as mn
from metanarrative.errors import ModelMissingError, UsageError
from metanarrative.map import VIEWS, is_card, module_of, narrow
from metanarrative.map.cards import FIELDS, Card, match, read_cards
from metanarrative.map.check import check_page
from metanarrative.map.page import contract
from metanarrative.map.views import card

PAYLOAD = '"><script>window.__xss=1</script><img src=x onerror="window.__xss=2">'


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> mn.Project:
    """The worked example without a language model: quick, and as good for pages."""
    root = tmp_path_factory.mktemp("views")
    shutil.copytree(ROOT / "corpus", root / "corpus")
    text = (ROOT / "metanarrative.toml").read_text(encoding="utf-8")
    (root / "metanarrative.toml").write_text(f'{text}\n[embed]\nmodel = "tfidf-svd"\n', encoding="utf-8")
    project = mn.Project.open(root)
    project.run(last="map")
    return project


# ---- narrowing ----


def test_years_are_read_or_refused() -> None:
    assert narrow.years_of("2000-2010") == (2000, 2010)
    assert narrow.years_of("-2010") == (None, 2010)
    for wrong in ("", "-", "2010-2000", "abc", "20-30"):
        with pytest.raises(UsageError):
            narrow.years_of(wrong)


def test_narrowing_keeps_the_links_right() -> None:
    data = pages_data.tradition()
    out, said = narrow.narrowed("tradition", data, years=(2000, 2010))
    assert {work["year"] for work in out["works"]} <= set(range(2000, 2011))
    old = {(data["works"][a]["id"], data["works"][b]["id"]): w for a, b, w in data["pairs"]}
    assert out["pairs"]
    for a, b, w in out["pairs"]:
        assert old[out["works"][a]["id"], out["works"][b]["id"]] == w
    assert said == ["Narrowed to the years 2000 to 2010."]
    assert len(data["works"]) == 60


@pytest.mark.parametrize("name", [name for name in VIEWS if name in narrow.COUNTED])
def test_top_keeps_so_many_and_says_what_it_left(name: str) -> None:
    out, said = narrow.narrowed(name, pages_data.MAKERS[name](), top=2)
    key = {"tradition": "works", "storyline": "works", "concepts": "concepts", "themes": "themes",
           "compare": "contrasts", "force": "themes", "aligned": "pairs", "evidence": "works"}[name]  # fmt: skip
    assert len(out[key]) == 2
    assert said and said[0].startswith("Narrowed to the 2 ")
    assert check_page(module_of(name).build(out)) == []


def test_what_cannot_be_narrowed_is_refused() -> None:
    with pytest.raises(UsageError, match="over all years"):
        narrow.narrowed("concepts", pages_data.concepts(), years=(2000, None))
    with pytest.raises(UsageError, match="whole or not at all"):
        narrow.narrowed("flow", pages_data.flow(), top=3)


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_has_a_versioned_contract(name: str) -> None:
    made = contract(module_of(name).page_of(pages_data.MAKERS[name]()))
    assert made["schema"] == f"metanarrative.view.{name}/1"
    assert made["about"]["seed"] == 7 or made["about"]["seed"] is not None
    assert "strings" not in made
    assert json.loads(json.dumps(made, allow_nan=False)) == made


# ---- the view object ----


def test_a_view_shows_itself_in_a_notebook(example: mn.Project, tmp_path: Path) -> None:
    view = example.map("tradition")
    picture = view._repr_html_()
    assert picture.startswith("<figure><svg")
    assert "<script" not in picture
    assert "<figcaption>" in picture
    assert view._repr_svg_() == view.svg()
    frame = view.show(height=500)._repr_html_()
    assert frame.startswith('<iframe sandbox="allow-scripts allow-downloads"')
    assert "allow-same-origin" not in frame
    assert "<script" not in frame  # the page stands escaped in srcdoc
    assert view.check().exit_code == 0
    assert view.data["schema"] == "metanarrative.view.tradition/1"
    assert json.loads(view.save(tmp_path / "t.json").read_text(encoding="utf-8")) == view.data
    assert view.save(tmp_path / "t.html").read_text(encoding="utf-8") == view.html()
    # the same page as the one of the map step, byte for byte
    assert view.html() == (example.root / "maps/tradition.html").read_text(encoding="utf-8")


def test_every_page_again_is_the_same_bytes(example: mn.Project) -> None:
    for name in VIEWS:
        assert example.map(name).html() == (example.root / f"maps/{name}.html").read_text(encoding="utf-8"), name


def test_all_works_and_documents_are_on_the_map(example: mn.Project) -> None:
    shown = example.map("tradition").data["items"]["id"]
    assert sorted(shown) == sorted(example.included())


def test_narrowed_files_leave_the_project_alone(example: mn.Project, tmp_path: Path) -> None:
    before = {p.name: p.read_bytes() for p in (example.root / "maps").glob("*.html")}
    result = example.write_maps(["tradition"], tmp_path / "t.html", years="2000-2010", page_lang="cy")
    text = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert '<html lang="cy"' in text
    assert "Narrowed to the years 2000 to 2010." in text
    assert result.rows[0]["carries"]
    assert {p.name: p.read_bytes() for p in (example.root / "maps").glob("*.html")} == before
    with pytest.raises(UsageError, match="exists already"):
        example.write_maps(["tradition"], tmp_path / "t.html")


def test_several_views_go_into_a_folder(example: mn.Project, tmp_path: Path) -> None:
    result = example.write_maps(["all"], tmp_path / "out", format="svg")
    assert {row["name"] for row in result.rows} == set(VIEWS) - {"index", "aligned"} - {
        name for name in VIEWS if f"{name} has nothing to draw" in " ".join(result.notes)
    }
    for path in (tmp_path / "out").glob("*.svg"):
        assert path.read_text(encoding="utf-8").startswith("<?xml")


def test_a_png_needs_a_browser_and_says_so(
    example: mn.Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrow, "find_browser", lambda: "")
    with pytest.raises(ModelMissingError) as caught:
        example.write_maps(["themes"], tmp_path / "t.png")
    assert caught.value.exit_code == 6
    assert "Chromium" in caught.value.mend


@pytest.mark.browser
def test_a_png_is_drawn(example: mn.Project) -> None:
    if not narrow.find_browser():
        pytest.skip("no browser found")
    assert example.map("themes").png(scale=1).startswith(b"\x89PNG")


def test_unknown_views_are_refused(example: mn.Project) -> None:
    for wrong in ("nothing", "card-T99"):
        with pytest.raises(UsageError):
            example.map(wrong)
    with pytest.raises(UsageError, match="no single view"):
        example.map().show()
    with pytest.raises(UsageError, match="has no picture"):
        example.map("aligned").svg()


# ---- cards ----


def test_cards_are_read_with_their_evidence() -> None:
    cards, problems = read_cards(
        '[[card]]\ntradition = "Hope"\nclaim = ["One.", {text = "Two.", evidence = ["wk_a"]}]\nodd = 1\n'
        'events = [{year = 1999, what = "A start"}]\n[[card]]\nclaim = "Whose?"\n'
    )
    assert [entry.words for entry in cards[0].fields["claim"]] == ["One.", "Two."]
    assert cards[0].fields["claim"][1].evidence == ("wk_a",)
    assert cards[0].fields["events"][0].words == "1999: A start"
    assert [p.code for p in problems] == ["card-unknown-field", "card-without-home"]
    assert read_cards("[[card")[1][0].code == "bad-cards"
    assert read_cards("")[0] == []


def test_cards_follow_their_anchors_and_are_reported_when_lost() -> None:
    clusters = [{"cluster_id": "c1", "tradition": "Hope"}, {"cluster_id": "c2", "tradition": ""}]
    members = {"a": "c2", "b": "c2", "c": "c1", "d": "c1"}
    cards = [
        Card("hope", ()),
        Card("", ("a", "b", "c")),
        Card("", ("a", "c", "x")),
        Card("Gone", ("x", "y")),
    ]
    homes, problems = match(cards, clusters, members, frozenset(members))
    assert homes == {"c1": [cards[0], cards[2]], "c2": [cards[1]]}
    assert [p.code for p in problems] == ["card-unsure", "card-without-home"]


def test_the_file_of_cards_is_shown_and_never_written(example: mn.Project) -> None:
    cluster = example.store.read("cluster")[0]
    anchors = json.loads(cluster["anchors"])[:4]
    file = example.root / "corpus/cards.toml"
    text = (
        f"[[card]]\nanchors = {json.dumps(anchors)}\nby = 'Mair'\nclaim = 'Plans <b>are</b> talk.'\n"
        f"findings = {{text = 'It helped.', evidence = ['{anchors[0]}', 'wk_gone']}}\n"
    )
    file.write_text(text, encoding="utf-8")
    name = f"card-T{cluster['number']}"
    html = example.map(name).html()
    assert "Plans &lt;b&gt;are&lt;/b&gt; talk." in html
    assert f'href="tradition.html#id={anchors[0]}"' in html
    assert f"2 of {len(FIELDS)} fields are written by people" in html
    assert html.count('class="towrite"') == len(FIELDS) - 2
    assert check_page(html) == []
    assert file.read_text(encoding="utf-8") == text
    codes = {row["code"] for row in example.store.read("problem", where={"stage": "map"})}
    assert "card-lost-evidence" in codes
    pages = {p.stem for p in (example.root / "maps").glob("card-*.html")}
    assert pages == {f"card-T{row['number']}" for row in example.store.read("cluster")}
    assert all(is_card(page) for page in pages)
    file.unlink()


def card_data() -> dict[str, Any]:
    """A card with text in every field."""
    works = pages_data.works(6)
    return {
        "meta": pages_data.meta(),
        "cluster": {**pages_data.clusters()[0], "grade": "stable"},
        "names": {"cl_0": ["Making services work together", 1], "cl_1": ["cluster 2 (proposal)", 2]},
        "works": {
            w["id"]: {"title": w["title"], "year": w["year"], "short": "A 2001", "kind": "literature", "nation": ""}
            for w in works
        },
        "passages": {"ps_1": "A made-up passage."},
        "members": [
            {"work_id": w["id"], "grade": "core", "strength": 0.9, "agreement": None, "placed_by": "machine"}
            for w in works
        ],
        "venues": [["Journal of Made-up Studies", 3]],
        "authors": [["Bevan, A.", 2]],
        "concepts": [["care plan", 3, 2.5]],
        "roles": [{"role": "earliest", "work_id": works[0]["id"], "year": 1990, "evidence": "First."}],
        "phases": [],
        "cites": [["cl_1", 2, 0]],
        "inside": 4,
        "policy_links": [[works[0]["id"], works[1]["id"]]],
        "decisions": [["2026-01-01", "Mair", "name", "Making services work together", "why not"]],
        "written": [{"by": "Mair", "fields": {"claim": [["It is so.", [works[0]["id"], "ps_1", "odd"]]]}}],
    }


def test_a_card_passes_the_gate_with_poison_in_it() -> None:
    clean = card.build(card_data())
    assert check_page(clean) == []
    html = card.build(pages_data.poison(card_data(), PAYLOAD))
    assert check_page(html) == []
    assert "<img src=x" not in html
    assert html.count("<script") == clean.count("<script")
