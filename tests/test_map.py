"""The pages without a browser: layout, escaping, arithmetic, the static gate, the whole stage."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pages_data
import pytest
from reading_pages import data_of

from metanarrative.errors import CheckError
from metanarrative.map import LINKED, VIEWS, draw_pages, engine_of, thumbnails, write_page
from metanarrative.map.check import check_page
from metanarrative.map.layout import neighbour_layout, part, settle
from metanarrative.map.page import columnar
from metanarrative.map.pyvis_engine import vis_assets
from metanarrative.map.strings import ENGLISH, VIEW_TITLES, WELSH, strings
from metanarrative.map.svg import ENGLAND, WALES
from metanarrative.map.views import aligned, compare, concepts, evidence, flow, force, storyline, themes, tradition
from metanarrative.map.views.common import cluster_words, grouped, place_words

PAYLOAD = '"><script>window.__xss=1</script><img src=x onerror="window.__xss=2">\'{{7*7}}</title></style>'


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return draw_pages(pages_data.every())


# ---- the gate ----


@pytest.mark.parametrize("name", VIEWS)
def test_every_page_passes_the_static_gate(pages: dict[str, str], name: str) -> None:
    assert check_page(pages[name]) == []


@pytest.mark.parametrize("name", VIEWS)
def test_every_page_passes_with_poison_in_every_text(name: str) -> None:
    data = pages_data.MAKERS[name]()
    html = draw_pages({name: pages_data.poison(data, PAYLOAD)})[name]
    assert check_page(html) == []
    assert "<img src=x" not in html
    assert html.count("<script") == draw_pages({name: data})[name].count("<script")


@pytest.mark.parametrize("name", VIEWS)
def test_same_data_same_bytes_whatever_the_order(name: str) -> None:
    first = draw_pages({name: pages_data.MAKERS[name]()})[name]
    assert draw_pages({name: pages_data.MAKERS[name]()})[name] == first


def test_gate_finds_what_it_should() -> None:
    good = draw_pages({"index": pages_data.index()})["index"]
    for bad, words in (
        (good.replace("</body>", '<img src="https://x.example/a.png"></body>'), "asks for"),
        (good.replace("</body>", '<a href="http://x.example">x</a></body>'), "a link leads to"),
        (good.replace("</body>", '<a href="javascript:alert(1)">x</a></body>'), "a link leads to"),
        (good.replace("</body>", '<p onclick="x()">x</p></body>'), "inline handler"),
        (good.replace("</body>", '<p style="color:red">x</p></body>'), "style attribute"),
        (good.replace("</body>", "<script>1</script></body>"), "not named"),
        (good.replace("</body>", "<iframe></iframe></body>"), "no place"),
        (good.replace("</style>", "@import 'x';</style>"), "style sheet"),
        (good.replace("base-uri 'none'; ", ""), "lacks base-uri"),
    ):
        assert any(words in wrong for wrong in check_page(bad)), words
    assert check_page(good, largest=10) != []


def test_policy_is_the_first_element_and_within_the_first_kilobyte(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        assert html.index("Content-Security-Policy") < html.index("charset") < 1024, name
        if name != "concepts":
            assert "unsafe" not in html[: html.index("charset")], name


def test_no_clock_in_a_page(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        ours = html.replace(vis_assets()[0], "")  # its banner carries the date of its own making
        assert not re.search(r"20\d\d-\d\d-\d\dT\d\d", ours), name


def test_size_of_a_thousand_works() -> None:
    html = tradition.build(pages_data.tradition(1000))
    assert len(html.encode()) <= 500_000
    assert 'data-packed="gzip"' in html


# ---- words ----


def test_a_cluster_is_no_tradition_until_a_person_says_so() -> None:
    proposal = {"number": 4, "tradition": "", "accepted": 0, "label": "risk, safety"}
    assert cluster_words(proposal)["full"] == "cluster 4 (proposal): risk, safety"
    assert cluster_words(proposal)["note"] == "cluster 4 (proposal)"
    assert cluster_words({**proposal, "accepted": 1, "tradition": "Risk talk"})["full"] == "Risk talk"


def test_nine_clusters_share_eight_colours() -> None:
    rows = [
        {**pages_data.clusters()[0], "cluster_id": f"c{i}", "number": i + 1, "tradition": "", "accepted": 0}
        for i in range(12)
    ]
    groups, where = grouped(rows)
    assert [group["label"] for group in groups][-2:] == ["other (5)", "no cluster"]
    assert where["c11"] == 7
    assert len({(group["colour"], group["shape"]) for group in groups[:7]}) == 7


def test_every_string_has_a_welsh_one_with_the_same_slots() -> None:
    assert set(WELSH) == set(ENGLISH)
    assert set(VIEW_TITLES["cy"]) == set(VIEW_TITLES["en"])
    for key, words in ENGLISH.items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", WELSH[key])), key
    assert strings("cy")["search"] == "Chwilio"


def test_welsh_page_says_so() -> None:
    data = pages_data.force()
    data["meta"] = pages_data.meta(lang="cy")
    html = draw_pages({"force": data})["force"]
    assert '<html lang="cy"' in html
    assert "Tystiolaeth" in html


def test_place_does_not_say_the_title_twice() -> None:
    passage = {"section": "The Code > Review", "page": 2, "paragraph": "", "nation": ""}
    assert place_words(passage, "The Code (2012)") == "The Code (2012), p. 2, Review"


def test_digest_notice_and_navigation(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        assert "digests written for this example" in html, name
        for other in LINKED:
            assert f'href="{other}.html"' in html, (name, other)


# ---- layout ----


def two_islands(n: int = 60) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(1)
    half = n // 2
    pairs = {(int(min(a, b)), int(max(a, b))) for a, b in rng.integers(0, half, (4 * n, 2)) if a != b}
    pairs |= {(a + half, b + half) for a, b in pairs}
    keys = sorted({*pairs, (0, half)})
    return np.array([a for a, _ in keys]), np.array([b for _, b in keys]), np.ones(len(keys))


def test_layout_is_the_same_for_the_same_seed_and_not_for_another() -> None:
    source, target, weight = two_islands()
    first = neighbour_layout(60, source, target, weight, np.random.default_rng(3))
    again = neighbour_layout(60, source, target, weight, np.random.default_rng(3))
    other = neighbour_layout(60, source, target, weight, np.random.default_rng(4))
    assert (first == again).all()
    assert not (first == other).all()
    assert np.abs(first).max() <= 1
    assert (np.round(first, 4) == first).all()


def test_layout_keeps_islands_apart() -> None:
    source, target, weight = two_islands()
    place = neighbour_layout(60, source, target, weight, np.random.default_rng(3))
    one, two = place[:30], place[30:]
    gap = np.linalg.norm(one.mean(axis=0) - two.mean(axis=0))
    assert gap > 1.5 * max(one.std(), two.std())


def test_layout_of_nothing_one_and_the_unlinked() -> None:
    none = np.array([], dtype=np.int64)
    rng = np.random.default_rng(0)
    assert neighbour_layout(0, none, none, none.astype(float), rng).shape == (0, 2)
    assert neighbour_layout(1, none, none, none.astype(float), rng).tolist() == [[0, 0]]
    alone = neighbour_layout(5, none, none, none.astype(float), rng, groups=[0, 0, 1, 1, 1])
    assert np.isfinite(alone).all()
    same = neighbour_layout(6, none, none, none.astype(float), rng, matrix=np.ones((6, 3)))
    assert np.isfinite(same).all()


def test_isolates_are_drawn_in() -> None:
    source, target, weight = two_islands()
    place = neighbour_layout(
        63, source, target, weight, np.random.default_rng(3), groups=[0] * 30 + [1] * 30 + [0, 1, 2]
    )
    assert np.abs(place).max() <= 1
    spread = np.ptp(place[:60], axis=0).max()
    assert spread > 1.2


def test_settle_and_part() -> None:
    many = np.vstack([np.random.default_rng(0).normal(size=(1000, 2)), [[500, 500]]])
    assert np.abs(settle(many)[:1000]).mean() > 0.1
    apart = part(np.zeros((5, 2)), np.full(5, 0.1))
    gaps = [np.linalg.norm(apart[i] - apart[j]) for i in range(5) for j in range(i)]
    assert min(gaps) > 0.15


def test_mixed_layers_count_alike() -> None:
    edges = [
        {"layer": "text", "source_id": "a", "target_id": "b", "weight": 0.5},
        {"layer": "coupling", "source_id": "b", "target_id": "a", "weight": 8.0},
        {"layer": "text", "source_id": "a", "target_id": "gone", "weight": 0.5},
    ]
    assert tradition.mixed(edges, {"a": 0, "b": 1}) == {(0, 1): 2.0}


# ---- views ----


def test_tradition_page_has_every_work_and_its_doubt() -> None:
    data = pages_data.tradition()
    page = data_of(tradition.build(data))
    items = page["items"]
    assert items["id"] == [work["id"] for work in data["works"]]
    low = [
        i for i, work in enumerate(data["works"]) if not work["cluster"] or work["confidence"] < tradition.HOLLOW_BELOW
    ]
    assert [i for i, hollow in enumerate(items["h"]) if hollow] == low
    assert len(page["x"]) == len(page["y"]) == len(items["id"])
    assert page["groups"][0]["label"] == "Making services work together"
    assert page["groups"][2]["note"] == "cluster 3 (proposal)"
    assert all(0 <= a < 60 and 0 <= b < 60 for a, b in page["links"])


def test_storyline_puts_years_downwards_and_says_that_there_is_no_landmark() -> None:
    data = pages_data.storyline()
    works, lanes, groups, links = storyline.scene(data)
    plan = storyline.arrange(works, lanes, len(groups), 900)
    for a, b, _ in links:
        assert plan["spot"][a][1] < plan["spot"][b][1]
    bands = {first: (top, high) for first, _, top, high in plan["bands"]}
    for i, work in enumerate(works):
        top, high = bands[work["year"]]
        assert top <= plan["spot"][i][1] <= top + high
    assert "No landmark meets the rule" in storyline.build(data)
    chosen = next(work for work in data["works"] if work["year"])
    chosen["roles"] = [{"role": "landmark", "score": 1.0, "evidence": "cited in 9 of 11 years"}]
    assert "1 landmark candidate" in storyline.build(data)


def test_a_lone_early_work_does_not_stretch_the_storyline_and_the_break_is_said() -> None:
    data = pages_data.storyline()
    early = {**data["works"][0], "id": "early", "year": 1900, "roles": [], "main": True}
    plain, broken = storyline.draw(data), storyline.draw({**data, "works": [early, *data["works"]]})
    first = min(work["year"] for work in data["works"] if work["year"])
    assert f"no works 1901–{first - 1}" in broken and "no works" not in plain
    tall = [float(re.search(r'height="([\d.]+)"', one)[1]) for one in (plain, broken)]  # type: ignore[index]
    assert tall[1] < tall[0] + 80


def test_the_storyline_says_how_many_works_of_the_corpus_it_draws() -> None:
    data = {**pages_data.storyline(), "n_works": 385, "with_references": 3}
    drawn = len(storyline.scene(data)[0])
    page = storyline.build(data)
    assert f"{drawn} of 385 works and the citations" in page
    assert '"inAll":385' in page.replace(" ", "")


def test_lane_names_of_one_storyline_have_one_size_and_names_in_a_row_do_not_meet() -> None:
    data = pages_data.storyline()
    for group in data["clusters"]:
        group["label"] = "personalisation, model of assertive treatment, mental health services"
    works, lanes, groups, _ = storyline.scene(data)
    plan = storyline.arrange(works, lanes, len(groups), 900)
    rows: dict[tuple[int, float], list[tuple[float, float]]] = {}
    for i, (x, y) in enumerate(plan["spot"]):
        rows.setdefault((lanes[i], y), []).append((x, plan["room"][i]))
    for row in rows.values():
        row.sort()
        assert all(x + room <= after for (x, room), (after, _) in pairwise(row))
    sizes = set(re.findall(r'font-size="([\d.]+)"[^>]*font-weight="650"[^>]*>[a-z]', storyline.draw(data)))
    assert len(sizes) == 1


def test_concepts_never_pass_their_budget_and_physics_is_off() -> None:
    rows = [{**pages_data.concepts()["concepts"][0], "concept_id": f"c{i}", "n_documents": i} for i in range(400)]
    nodes, links = concepts.choose(
        rows, [{"source_id": f"c{i}", "target_id": f"c{i + 1}", "n": 2, "strength": 1.0 + i} for i in range(399)]
    )
    assert len(nodes) == 150
    assert len(links) == 149
    network = data_of(concepts.build(pages_data.concepts()))["network"]
    assert network["options"]["physics"] == {"enabled": False}
    assert all(node["physics"] is False and "x" in node and "title" not in node for node in network["nodes"])


def test_names_of_concepts_cover_neither_names_nor_marks() -> None:
    spot = [(100.0, 100.0), (104.0, 100.0), (100.0, 120.0), (300.0, 100.0)]
    crowd = [(20.0 + 9 * i, 300.0 + 14 * (i % 2)) for i in range(30)]
    names = concepts._names(["mental health"] * 34, spot + crowd, [8.0] * 4 + [5.0] * 30, (400, 400))
    assert 3 <= len(names) < 34  # a dozen may cover a mark, none a name
    boxes = []
    for name in names:
        x, y = (float(v) for v in re.findall(r' [xy]="([\d.]+)"', name))
        boxes.append((x - 35, y - 11, x + 35, y + 3))
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            assert one[0] >= other[2] or one[2] <= other[0] or one[1] >= other[3] or one[3] <= other[1]


def test_names_of_themes_stand_nearer_to_their_own_bubble() -> None:
    from metanarrative.map.views.themes.names import named

    # the free place to the right of the first bubble ends at the second one
    spots = [(100.0, 100.0, 10.0), (235.0, 100.0, 10.0)]
    paints = [{"colour": "#000", "shape": "disc"}, {"colour": "#111", "shape": "square"}]
    drawn = named(["case management, trial", "act"], spots, paints, (0, 0, 600, 300), [], [], 12, room=200)
    at = [tuple(float(v) for v in re.findall(r' [xy]="([\d.]+)"', part)) for part in drawn if part.startswith("<text")]
    assert not (110 < at[0][0] < 125 and abs(at[0][1] - 104) < 2)
    assert sum(1 for part in drawn if 'class="mk"' in part) == 2
    hemmed = named(["a theme"], [(50.0, 50.0, 10.0)], paints[:1], (0, 0, 100, 100), [(0, 0, 100, 100)], [], 12, room=90)
    assert hemmed == []


def test_thumbnails_carry_no_words() -> None:
    small = thumbnails(pages_data.every())
    assert len(small) >= 6
    assert not any("<text" in picture for picture in small.values())


def test_concept_page_carries_nothing_of_pyvis_own_page() -> None:
    html = concepts.build(pages_data.concepts())
    assert engine_of(html) == "pyvis"
    assert "bootstrap" not in html.lower()
    assert "cdn" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL).lower()


def test_compare_says_plainly_what_it_cannot_say() -> None:
    html = compare.build(pages_data.compare())
    assert "too few documents to say (9 and 8)" in html
    items = data_of(html)["items"]
    at = items["t"].index("Advocacy")
    assert items["w"][at] == "Too few documents to say (9 and 8 documents)."
    assert items["o"][at] is None
    must = items["t"].index("must")
    assert "genre" in json.dumps(items["f"][must])
    assert {quote[3] for quote in items["q"][must]} == {0, 1}


def test_compare_counts_all_contrasts_and_heads_each_block_by_its_unit() -> None:
    counts = {"differs": 6, "no clear difference": 5, "not tested": 26, "too few documents": 3}
    data = {**pages_data.compare(), "n_terms": 33, "tally": counts}
    page = compare.page_of(data)
    assert page.lead.startswith(
        "40 contrasts: 6 differ, 5 no clear difference, 26 not tested, 3 too few documents. 9 are drawn; 31 words with"
    )
    assert [group["full"] for group in page.data["groups"]] == list(counts)
    picture = compare.draw(compare.ordered(data["contrasts"]), 800)
    assert picture.count(">passages<") == picture.count(">uses<") == picture.count(">provisions<") == 1
    assert "+10 points" in picture
    unclear = [row for row in data["contrasts"] if row["verdict"] == "no clear difference"]
    alone = compare.draw(unclear, 800)
    assert ENGLAND not in alone
    assert WALES not in alone
    facts = data_of(compare.build(data))["items"]["f"][0]
    assert ["Documents with it", "7 of 9 in England, 8 of 8 in Wales"] in facts


def test_compare_draws_hollow_where_there_is_no_clear_difference() -> None:
    rows = compare.ordered(pages_data.compare()["contrasts"])
    picture = compare.draw(rows, 800)
    unclear = sum(1 for row in rows if row["verdict"] == "no clear difference")
    assert picture.count('class="mk hollow unclear"') == unclear
    assert picture.count('class="mk"') == sum(1 for row in rows if row["verdict"] == "differs")


def test_heads_of_narrow_cells_stand_upright() -> None:
    data = pages_data.force()
    table = force.tabulate(data["provisions"], data["themes"])
    names = {**data["themes"], force.NO_THEME: "no theme"}
    cells = len(table["columns"])
    for narrow in (False, True):
        picture = force.draw(table, names, data["words"], narrow=narrow)
        assert picture.count("rotate(-90") == (2 * cells if narrow and cells > 5 else 0)


def test_force_prints_a_number_or_a_gap_in_every_cell() -> None:
    data = pages_data.force()
    table = force.tabulate(data["provisions"], data["themes"])
    picture = force.draw(table, {**data["themes"], force.NO_THEME: "no theme"}, data["words"])
    cells = len(table["themes"]) * 2 * len(table["columns"])
    assert picture.count("<rect") - 1 - picture.count('class="ring"') == cells
    assert picture.count(">gap<") == cells - len(force.cell_keys(table))
    for nation in ("england", "wales"):
        assert table["totals"][nation] == sum(1 for p in data["provisions"] if p["nation"] == nation)
    shown = {key: len(rows) for key, rows in table["cells"].items()}
    assert sum(shown.values()) == len(data["provisions"])  # one theme each in this fixture
    items = data_of(force.build(data))["items"]
    assert sum(items["c"]) == len(data["provisions"])


def test_flow_adds_up_or_is_refused() -> None:
    data = pages_data.flow()
    page = data_of(flow.build(data))
    assert page["items"]["c"][0] == data["streams"][0]["found"]
    data["streams"][0]["included"] += 1
    with pytest.raises(CheckError, match="does not add up"):
        flow.build(data)


def test_aligned_marks_only_what_differs_and_escapes() -> None:
    assert (
        aligned.marked("must <b> the plan every year", "should <b> the plan every year")
        == "<ins>must</ins> &lt;b&gt; the plan every year"
    )
    assert aligned.marked("wholly other words", "nothing like it") == "wholly other words"
    html = aligned.build(pages_data.aligned())
    assert html.count('class="pair"') == 12
    assert 'data-subject="ps_a0 ps_b0"' in html
    assert '<p lang="cy">' in html
    assert "No counterpart found in the documents of Wales" in html


def test_documents_in_no_cluster_are_drawn_beside_what_they_come_near() -> None:
    places = {f"w{i}": (0.5 + 0.05 * (i % 3), 0.5 + 0.05 * (i // 3)) for i in range(9)} | {"v": (-0.8, -0.8)}
    homes = {**{f"w{i}": "c" for i in range(9)}, "v": "d"}
    made = tradition.place_beside({"p1": "c", "p2": "c", "p3": ""}, homes, places)
    assert set(made) == {"p1", "p2", "p3"}
    assert made == tradition.place_beside({"p3": "", "p2": "c", "p1": "c"}, homes, dict(reversed(places.items())))
    assert all(np.hypot(made[p][0] - 0.55, made[p][1] - 0.55) < 0.3 for p in ("p1", "p2"))
    assert len({made["p1"], made["p2"], *places.values()}) == len(places) + 2
    assert tradition.place_beside({"p": ""}, {}, {})["p"]


def test_documents_in_no_cluster_are_counted_aloud() -> None:
    data = pages_data.tradition()
    policy = next(w for w in data["works"] if w["kind"] == "policy")
    policy.update(cluster="", second="cl_0")
    alone = {
        kind: sum(1 for w in data["works"] if w["kind"] == kind and not w["cluster"])
        for kind in ("literature", "policy")
    }
    html = tradition.build(data)
    assert f"{alone['literature']} works and {alone['policy']} policy document" in html
    page = data_of(html)
    at = page["items"]["id"].index(policy["id"])
    assert page["items"]["h"][at] == 1
    assert "drawn near what its passages come nearest to" in page["items"]["w"][at]
    assert page["groups"][-1]["label"] == "no cluster"


def test_callon_figures_and_their_ranges() -> None:
    labels = np.array([0, 0, 1, 1, -1])
    ends = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    held = [np.array(rows) for rows in ([0, 1, 2, 3], [0, 1, 2], [2, 3, 4], [3, 4], [4])]
    both = np.array([[3.0], [1.0], [2.0], [1.0]])
    sizes = np.array([[4.0], [3.0], [3.0], [2.0], [1.0]])
    made = themes.figures(labels, ends, both, sizes)[:, :, 0]
    # equivalence: 9/12 inside the first, 1/9 between, 4/6 inside the second; a concept of no theme counts nowhere
    assert made.round(4).tolist() == [[1.1111, 37.5], [1.1111, 33.3333]]
    found = themes.ranges(labels, ends, held, 5, np.random.default_rng(1), 400)
    assert found.shape == (2, 2, 2)
    assert (found[:, :, 0] <= found[:, :, 1]).all()
    assert found[0, 1, 0] <= 37.5 <= found[0, 1, 1]
    assert (found == themes.ranges(labels, ends, held, 5, np.random.default_rng(1), 400)).all()


def test_themes_say_where_resamples_do_not_decide() -> None:
    data = pages_data.themes()
    page = data_of(themes.build(data))
    assert page["items"]["t"][0] == "planning, review, care plan"
    middle = themes.medians(data["themes"])
    for row, why in zip(themes.ranked(data), page["items"]["w"], strict=True):
        low, high = row["centrality_range"]
        assert ("median of centrality" in why) == (low < middle[0] < high)
    assert themes.build(data).count("data-period=") == 3


def test_nothing_is_said_of_documents_whose_references_could_not_be_read() -> None:
    data = pages_data.evidence()
    policies = [{**row, "n_references": 0, "readable": False} for row in data["policies"]]
    html = evidence.build({**data, "policies": policies, "links": []})
    assert "Whether policy documents cite research cannot be told" in html
    assert "cannot be told: no references could be read in" in html
    assert "interval" not in html.partition("Documents that cite research here")[2].partition("</ul>")[0]
    assert "citing no research of this corpus" not in html


def test_evidence_adds_up_and_says_who_is_silent() -> None:
    data = pages_data.evidence()
    plan = evidence.arrange(data)
    assert sum(row[2] for row in plan["links"]) == len(data["links"])
    assert plan["one_by_one"]
    picture = evidence.draw(data, plan)
    dashed = sum(1 for row in plan["links"] if not row[3])
    assert picture.count('stroke-dasharray="7 5"') == dashed
    html = evidence.build(data)
    readable = [p for p in data["policies"] if evidence.can_be_read(p, {row["citing"] for row in data["links"]})]
    assert f"5 policy documents of {len(readable)} whose references could be read cite research of this corpus" in html
    if len(readable) > 5:
        assert f"{len(readable) - 5} policy documents citing no research of this corpus" in html
    low, high = evidence.interval(5, 8)
    assert (round(low, 3), round(high, 3)) == (0.306, 0.863)
    many = {**data, "works": [{**data["works"][0], "id": f"w{i}", "cluster": f"cl_{i % 3}"} for i in range(60)]}
    many["links"] = [{"citing": "wk_p1", "cited": f"w{i}", "how": "doi", "quotes": []} for i in range(60)]
    joined = evidence.arrange(many)
    assert not joined["one_by_one"]
    assert [row[2] for row in joined["links"]] == [20, 20, 20]


@pytest.mark.parametrize("name", VIEWS)
def test_empty_views_are_pages_too(name: str) -> None:
    data = pages_data.MAKERS[name]()
    for key, value in data.items():
        if isinstance(value, list):
            data[key] = []
        elif isinstance(value, dict) and key != "meta":
            data[key] = {}
        elif isinstance(value, int):
            data[key] = 0
    html = draw_pages({name: data})[name]
    assert check_page(html) == []
    if name not in ("index",):
        assert "nothing to draw here yet" in html


def test_one_work_without_anything() -> None:
    work = {
        **pages_data.works(1)[0],
        "title": "",
        "authors": [],
        "year": None,
        "doi": "",
        "cluster": "",
        "strength": None,
        "confidence": None,
        "agreement": None,
        "quote": "",
    }
    data = {"meta": pages_data.meta(), "clusters": [], "works": [work], "pairs": [], "max_links": 1000}
    assert check_page(tradition.build(data)) == []
    assert tradition.static(data).startswith("<svg")


def test_thumbnails_are_stills() -> None:
    made = thumbnails(pages_data.every())
    assert set(made) == {
        "tradition", "storyline", "concepts", "themes", "compare", "force", "evidence", "flow",
    }  # fmt: skip
    for picture in made.values():
        assert 'role="img"' in picture
        assert "tabindex" not in picture
        assert "data-i" not in picture


def test_columns_hold_what_rows_held() -> None:
    assert columnar([]) == {}
    assert columnar([{"a": 1}, {"b": 2}]) == {"a": [1, None], "b": [None, 2]}


def test_a_page_is_written_whole_as_utf8(tmp_path: Path) -> None:
    path = tmp_path / "maps" / "x.html"
    write_page(path, "Ŵ\n")
    assert path.read_bytes() == "Ŵ\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["x.html"]


def test_a_digest_is_not_passed_off_as_the_source() -> None:
    data = pages_data.tradition()
    assert data_of(tradition.build(data))["strings"]["quotes"] == "In the source’s words"
    data["meta"]["digest"] = True
    assert data_of(tradition.build(data))["strings"]["quotes"].startswith("From the digest")


def test_whiskers_hold_the_figure_they_belong_to() -> None:
    rng = np.random.default_rng(4)
    held = [np.sort(rng.choice(60, size, replace=False)) for size in (40, 30, 12, 9, 20, 6)]
    labels = np.array([0, 0, 0, 1, 1, 1])
    ends = np.array([[0, 1], [1, 2], [0, 3], [3, 4], [4, 5], [2, 5]])
    sizes = np.array([[float(len(rows))] for rows in held])
    both = np.array([[float(len(np.intersect1d(held[a], held[b])))] for a, b in ends])
    here = themes.figures(labels, ends, both, sizes)[:, :, 0]
    found = themes.ranges(labels, ends, held, 60, np.random.default_rng(2), 300)
    assert (found[:, :, 0] <= here).all()
    assert (here <= found[:, :, 1]).all()


def test_the_storyline_of_a_small_screen_has_a_row_a_work() -> None:
    data = pages_data.storyline()
    drawn = storyline.draw_narrow(data)
    assert drawn.count('role="button"') == storyline.draw(data).count('role="button"') > 10
    assert 'class="pic narrowonly"' in drawn
    assert storyline.draw_narrow({**data, "works": []}) == ""


def test_one_cluster_too_many_keeps_its_name() -> None:
    rows = [
        {"cluster_id": f"c{i}", "number": i, "label": f"label {i}", "tradition": "", "accepted": 0} for i in range(1, 9)
    ]
    groups, where = grouped(rows)
    assert groups[where["c8"]]["label"] == "label 8"
    assert [group["label"] for group in grouped([*rows, {**rows[0], "cluster_id": "c9", "number": 9}])[0]][7:] == [
        "other (2)",
        "no cluster",
    ]
