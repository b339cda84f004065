"""Between traditions: traffic, contested concepts, parts of clusters, themes over time; odd corpora."""

from __future__ import annotations

import csv
from pathlib import Path

import generator
import numpy as np
import pytest
from scipy.sparse import csr_matrix

from metanarrative.api import Project
from metanarrative.concepts.contested import contested, uses_of
from metanarrative.concepts.evolution import evolution, weighted_inclusion
from metanarrative.concepts.network import bibliometrix_figures, cooccurrence, theme_figures
from metanarrative.storyline.traffic import log_ratio, traffic
from metanarrative.traditions.communities import canonical
from metanarrative.traditions.mix import reach
from metanarrative.traditions.nested import split_inside
from metanarrative.traditions.stability import adjusted_rand

# -- traffic ---------------------------------------------------------------------------------


def test_traffic_worked_by_hand() -> None:
    home = {"a0": "A", "a1": "A", "a2": "A", "b0": "B", "b1": "B", "b2": "B"}
    cites = [("a1", "a0"), ("a2", "a0"), ("a2", "a1"), ("b1", "b0"), ("b2", "b0"), ("b2", "a0")]
    rows = {(r.citing, r.cited): r for r in traffic(cites, home, {}, np.random.default_rng(1))}
    # A makes 3 of 6 citations, and A receives 4 of 6
    assert rows["A", "A"].expected == pytest.approx(3 * 4 / 6)
    assert rows["A", "B"].observed == 0
    assert rows["B", "A"].expected == pytest.approx(2.0)
    assert rows["B", "A"].ratio == pytest.approx(np.log2(1.5 / 2.5)) == log_ratio(1, 2)
    assert sum(r.expected for r in rows.values()) == pytest.approx(6)
    assert rows["A", "B"].verdict == "too few citations"


def test_silence_is_said_and_years_count() -> None:
    home = {f"a{n}": "A" for n in range(40)} | {f"b{n}": "B" for n in range(40)}
    cites = [(f"a{n}", f"a{n % 5}") for n in range(5, 40)] + [(f"b{n}", f"b{n % 5}") for n in range(5, 40)]
    rows = {(r.citing, r.cited): r for r in traffic(cites, home, {}, np.random.default_rng(1))}
    assert rows["A", "B"].verdict == "silent"
    assert rows["A", "A"].verdict == "more than expected"
    assert rows["A", "A"].low > 0
    # B came later: A could not have cited it, so that its silence says nothing
    years = {work: (1990 if tradition == "A" else 2010) for work, tradition in home.items()}
    later = {(r.citing, r.cited): r for r in traffic(cites, home, years, np.random.default_rng(1))}
    assert later["A", "B"].expected == 0
    assert later["A", "B"].verdict == "too few citations"
    assert later["B", "A"].verdict == "silent"


def test_traffic_needs_two_traditions_and_leaves_out_the_future() -> None:
    rng = np.random.default_rng(1)
    assert traffic([("a", "b")], {"a": "A", "b": "A"}, {}, rng) == []
    home, years = {"a": "A", "b": "B"}, {"a": 1990, "b": 2000}
    assert all(row.observed == 0 for row in traffic([("a", "b")], home, years, rng))


# -- contested concepts ----------------------------------------------------------------------


def _speech(seed: int, *, two_senses: bool) -> tuple[list[tuple[str, str, str]], dict[str, str]]:
    """Two traditions of 40 works that share 60 words; "recovery" keeps other company in each."""
    rng = np.random.default_rng(seed)
    shared = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    company = {"A": ["symptom", "remission", "relapse"], "B": ["hope", "identity", "meaning"]}
    passages, home = [], {}
    for n in range(80):
        side = "A" if n < 40 else "B"
        home[f"wk_{n:02d}"] = side
        words = []
        for _ in range(6):
            words += rng.choice(shared, 14).tolist()
            own = company[side if two_senses else str(rng.choice(["A", "B"]))]
            words += [*rng.choice(own, 3).tolist(), "recovery", *rng.choice(own, 3).tolist()]
        passages.append((f"ps_{n:02d}", f"wk_{n:02d}", " ".join(words)))
    return passages, home


def test_a_term_of_two_senses_stands_out_and_one_of_one_sense_does_not() -> None:
    passages, home = _speech(1, two_senses=True)
    uses, words, rarity = uses_of(passages, {"recovery": "cn_recovery"})
    found, tested = contested(uses, words, rarity, home, np.random.default_rng(1))
    assert tested == 1
    assert [(c.term, c.side, c.other, c.works) for c in found] == [("cn_recovery", "A", "B", (40, 40))]
    assert set(found[0].words[0]) & {"symptom", "remission", "relapse"}
    assert set(found[0].words[1]) & {"hope", "identity", "meaning"}
    assert [len(side) for side in found[0].quotes] == [3, 3]
    assert all(home[q.replace("ps", "wk")] == "B" for q in found[0].quotes[1])
    same, looked_at = contested(*_three(_speech(2, two_senses=False)), np.random.default_rng(1))
    assert (same, looked_at) == ([], 1)


def _three(made: tuple[list[tuple[str, str, str]], dict[str, str]]):  # type: ignore[no-untyped-def]
    passages, home = made
    return *uses_of(passages, {"recovery": "cn_recovery"}), home


def test_too_few_works_are_not_tested() -> None:
    passages, home = _speech(1, two_senses=True)
    uses, words, rarity = uses_of(passages[30:50], {"recovery": "cn_recovery"})
    assert contested(uses, words, rarity, home, np.random.default_rng(1)) == ([], 0)


# -- themes over time, and Callon in two forms ------------------------------------------------


def test_evolution_follows_a_theme_from_period_to_period() -> None:
    years = {f"w{n:03d}": 2000 + n // 30 for n in range(60)}
    early, late = sorted(years)[:30], sorted(years)[30:]
    care = [frozenset(early[:15] + late[:15])] * 3
    rest = [frozenset(early[15:] + late[15:])] * 3
    flows = evolution([*care, *rest], years, seed=1)
    assert {(f.period, f.next_period) for f in flows} == {((2000, 2000), (2001, 2001))}
    assert [(f.inclusion, f.stability, f.weighted) for f in flows] == [(1.0, 1.0, 1.0)] * 2
    assert evolution(care, {}, seed=1) == []
    assert weighted_inclusion({}, {}) == 0.0


def test_callon_in_both_forms_differs_where_it_should() -> None:
    held = [frozenset(map(str, s)) for s in ([1, 2, 3, 4], [1, 2, 3], [1, 2], [3, 4, 5, 6, 7], [5, 6, 7], [6, 7])]
    edges = cooccurrence(held, works=7, fewest=1)
    labels = np.array([0, 0, 0, 1, 1, 1])
    sizes = [len(own) for own in held]
    classic, theirs = theme_figures(labels, edges, sizes), bibliometrix_figures(labels, edges, sizes)
    assert classic[0][0] == classic[1][0]  # a link between two themes counts for both
    assert sorted(c for c, _ in theirs)[0] == 0.0  # theirs for one only
    inside = 3 / 12 + 2 / 8 + 2 / 6 + 1 / 4 + 1 / 3 + 1 / 2
    assert theirs[0][1] == pytest.approx(100 * inside / 3)


# -- parts of clusters, second steps ----------------------------------------------------------


def test_a_cluster_of_two_parts_is_split_and_one_of_one_part_is_not() -> None:
    rng = np.random.default_rng(3)
    home = np.repeat([0, 1, 2], [60, 60, 80])
    chance = np.where(home[:, None] == home[None, :], 0.3, 0.01)
    upper = np.triu(rng.random((200, 200)) < chance, 1)
    matrix = csr_matrix((upper | upper.T).astype(float))
    texts = [f"{['recovery hope', 'bed ward', 'law duty'][part]} care plan number" for part in home.tolist()]
    labels = canonical(np.where(home == 2, 1, 0))
    parts = split_inside(matrix, labels, texts, np.random.default_rng(1))
    assert sorted(parts) == [0]
    assert sorted(tuple(np.unique(home[list(p.rows)])) for p in parts[0]) == [(0,), (1,)]
    assert min(p.stability for p in parts[0]) >= 0.6
    assert split_inside(matrix, labels, texts, np.random.default_rng(1), least=0) == {}
    alike = split_inside(matrix, labels, ["care plan number"] * 200, np.random.default_rng(1))
    assert alike == {}  # parts that say the same are no parts


def test_second_steps_are_the_stated_formula_and_none_where_not_asked() -> None:
    matrix = csr_matrix([[0, 2.0, 0, 0], [2.0, 0, 1.0, 0], [0, 1.0, 0, 1.0], [0, 0, 1.0, 0]])
    assert (reach(matrix, 0.0) != matrix).nnz == 0
    walk = np.array([[0, 1, 0, 0], [2 / 3, 0, 1 / 3, 0], [0, 0.5, 0, 0.5], [0, 0, 1, 0]])
    second = walk @ walk
    np.fill_diagonal(second, 0)
    second /= second.sum(axis=1, keepdims=True)
    mixed = 0.5 * walk + 0.5 * second
    assert reach(matrix, 0.5).toarray() == pytest.approx((mixed + mixed.T) / 2)
    # without text a work keeps its own links: its row has no second steps
    only = reach(matrix, np.array([0.5, 0.0, 0.0, 0.0])).toarray()
    assert only[3].tolist() == [0, 0, 0.75, 0]


# -- odd corpora through the whole path --------------------------------------------------------


def corpus(folder: Path, rows: list[dict[str, object]]) -> Project:
    project = Project.init(folder / "p", title="odd")
    columns = ["id", "title", "abstract", "authors", "year", "venue", "doi", "references"]
    with (project.root / "corpus/literature/made.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, columns, restval="")
        table.writeheader()
        table.writerows(rows)
    project.overrides["embed"] = {"model": "tfidf-svd"}
    project.overrides["traditions"] = {"bootstraps": 4, "starts": 2}
    project.overrides["storyline"] = {"shuffles": 19}
    return project


def made(number: int = 90, seed: int = 4) -> list[dict[str, object]]:
    """Works of a made literature as rows; titles differ so that none is taken for another's copy."""
    literature = generator.generate(seed, works=number)
    cited: dict[int, list[str]] = {}
    for one, other in literature.citations:
        cited.setdefault(one, []).append(f"L{other:03d}")
    return [
        {
            "id": f"L{row:03d}",
            "title": f"Study {row} of {' '.join(literature.texts[row].split()[:9])}",
            "abstract": literature.texts[row],
            "authors": f"Author{row}, A.",
            "year": int(literature.years[row]),
            "references": ";".join(
                [*cited.get(row, []), *(f"Smith J. {n} J Made 1990" for n in literature.references[row])]
            ),
        }
        for row in range(number)
    ]


def codes(project: Project) -> set[str]:
    return {row["code"] for row in project.store.read("problem")}


def held(project: Project) -> list[dict[str, object]]:
    return project.store.read("membership")


def test_an_ordinary_corpus_shows_all_there_is(tmp_path: Path) -> None:
    project = corpus(tmp_path, made(120))
    project.run(last="concepts")
    queue = project.review_queue(limit=5)
    assert [row["confidence"] for row in queue.rows] == sorted(row["confidence"] for row in queue.rows)
    assert len(queue.rows) == 5
    clusters = project.store.count("cluster")
    assert len(project.traffic().rows) == clusters**2
    assert project.signals("rpys").rows
    assert project.concepts(limit=3).rows
    assert project.concept_themes().columns
    assert "stand out" in project.contested().notes[-1]
    for name in ("signals", "concept_evolution"):
        result = getattr(project, name)("burst") if name == "signals" else getattr(project, name)()
        assert result.rows or result.notes


@pytest.mark.parametrize("missing", ["references", "abstract"])
def test_without_references_or_abstracts_there_is_a_result(tmp_path: Path, missing: str) -> None:
    project = corpus(tmp_path, [{**row, missing: ""} for row in made()])
    project.run(last="storyline")
    assert len(held(project)) == 90
    if missing == "references":
        assert {"no-references", "no-citation-layer"} <= codes(project)
        assert all(row["citation_share"] == 0 for row in held(project))
        assert all(row["role"] == "none" for row in project.store.read("storyline") if row["role"] == "landmark")


@pytest.mark.parametrize("number", [1, 2])
def test_one_work_and_two_identical_ones_are_refused_in_words(tmp_path: Path, number: int) -> None:
    same = {"title": "The same work", "abstract": "One text. " * 20, "year": 2000}
    rows = [{"id": f"L{n}", **same} for n in range(number)]
    project = corpus(tmp_path, rows)
    project.run(last="concepts")
    assert project.store.count("cluster") == 0
    assert all(row["grade"] == "isolate" for row in held(project))
    assert "no clusters" in project.store.read("run", where={"stage": "traditions"})[0]["text"]


def test_cycles_and_the_future_are_named(tmp_path: Path) -> None:
    rows = made()
    rows[3]["references"], rows[5]["references"], rows[7]["references"] = "L005", "L007", "L003"
    rows[10]["references"] = "L080"  # thirty years before it
    project = corpus(tmp_path, rows)
    project.run(last="storyline")
    assert {"citation-cycles", "citation-into-future"} & codes(project)
    paths = project.store.read("main_path", where={"scope": "all"})
    assert paths
    assert all(int(row["weight"]) > 0 for row in paths)


def test_wrong_years_do_not_stop_the_story(tmp_path: Path) -> None:
    rows = made()
    rng = np.random.default_rng(1)
    for place in range(0, 90, 10):
        rows[place]["year"] = int(rng.integers(1900, 2025))
    project = corpus(tmp_path, rows)
    project.run(last="storyline")
    assert project.store.count("cluster") > 1
    assert project.store.read("main_path", where={"on_path": 1})


def test_one_reference_cited_by_everybody_makes_no_cluster(tmp_path: Path) -> None:
    plain = made(60)
    project = corpus(tmp_path / "a", plain)
    project.run(last="traditions")
    common = "Everybody A. The one report all cite. J Common 1999"
    shared = corpus(tmp_path / "b", [{**row, "references": f"{row['references']};{common}"} for row in plain])
    shared.run(last="traditions")
    home = []
    for each in (project, shared):
        title = dict(zip(*each.store.read_columns("work", "work_id", "title"), strict=True))
        home.append({title[m["work_id"]]: m["cluster_id"] for m in each.store.read("membership")})
    names = sorted(home[0])
    assert 1 < shared.store.count("cluster") <= project.store.count("cluster") + 2
    assert adjusted_rand([home[0][t] for t in names], [home[1][t] for t in names]) > 0.6
