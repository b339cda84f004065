"""References become works, layers follow the rules, and formulas give their published numbers."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import new_project
from scipy.sparse import csr_matrix

from metanarrative import dedupe, embed, graph, screen
from metanarrative.errors import UsageError
from metanarrative.graph import layers, similarity
from metanarrative.graph.resolve import outside_nodes, resolve
from metanarrative.model import Record, Reference
from metanarrative.project import Project
from metanarrative.text.boilerplate import strip_boilerplate
from metanarrative.text.citations import parse_reference, same_reference_keys

# -- formulas, with worked numbers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (similarity.association_strength, 0.04),
        (similarity.salton, 0.489898),
        (similarity.jaccard, 0.315789),
        (similarity.equivalence, 0.24),
        (similarity.inclusion, 0.6),
        (similarity.dice, 0.48),
    ],
)
def test_measures(measure: Any, value: float) -> None:
    assert measure(6.0, 10.0, 15.0) == pytest.approx(value, abs=5e-7)
    assert measure(0.0, 0.0, 0.0) == 0.0
    both = measure(np.array([6.0, 0.0]), np.array([10.0, 3.0]), np.array([15.0, 0.0]))
    assert both.tolist() == pytest.approx([value, 0.0], abs=5e-7)


def network(links: dict[tuple[int, int], float], n: int) -> Any:
    matrix = np.zeros((n, n))
    for (i, j), weight in links.items():
        matrix[i, j] = matrix[j, i] = weight
    return csr_matrix(matrix)


def test_observed_over_expected() -> None:
    given = network({(0, 1): 3, (0, 2): 1, (1, 2): 2, (2, 3): 4}, 4)
    found = similarity.normalise(given, "association").toarray()
    assert found[0, 1] == pytest.approx(3.0)
    assert found[0, 2] == pytest.approx(0.714286, abs=5e-7)
    assert found[1, 2] == pytest.approx(1.142857, abs=5e-7)
    assert found[2, 3] == pytest.approx(2.857143, abs=5e-7)
    assert np.array_equal(found, found.T)


def test_fractionalisation() -> None:
    # k = 4, 5, 7, 4 and n = 4: link ab is 3 (4/4 + 4/5) / 2
    given = network({(0, 1): 3, (0, 2): 1, (1, 2): 2, (2, 3): 4}, 4)
    found = similarity.fractionalisation(given).toarray()
    assert found[0, 1] == pytest.approx(2.7)
    assert found[2, 3] == pytest.approx(4 * (4 / 7 + 1) / 2)


def test_the_two_readings_of_association_rank_alike_only_up_to_a_constant() -> None:
    given = network({(0, 1): 3, (0, 2): 1, (1, 2): 2, (2, 3): 4}, 4)
    totals = np.asarray(given.sum(axis=1)).ravel()
    plain = similarity.normalise(given, "association", occurrences=totals)
    other = similarity.normalise(given, "association")
    assert np.allclose((plain * totals.sum()).toarray(), other.toarray())


# references A {1,2,3,4}, B {3,4,5}, C {4,6}
CITES = csr_matrix(np.array([[1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 0, 1]], dtype=float))


def test_coupling_full_and_normalised() -> None:
    counts = similarity.coupling_counts(CITES)
    assert counts.toarray().tolist() == [[0, 2, 1], [2, 0, 1], [1, 1, 0]]
    lengths = np.array([4.0, 3.0, 2.0])
    cosine = similarity.normalise(counts, "salton", occurrences=lengths).toarray()
    jaccard = similarity.normalise(counts, "jaccard", occurrences=lengths).toarray()
    assert cosine[0, 1] == pytest.approx(0.577350, abs=5e-7)
    assert cosine[0, 2] == pytest.approx(0.353553, abs=5e-7)
    assert cosine[1, 2] == pytest.approx(0.408248, abs=5e-7)
    assert (jaccard[0, 1], jaccard[0, 2], jaccard[1, 2]) == pytest.approx((0.4, 0.2, 0.25))


def test_coupling_fractional() -> None:
    counts = similarity.coupling_counts(CITES, fractional=True)
    assert counts.toarray().tolist() == [[0, 1.5, 0.5], [1.5, 0, 0.5], [0.5, 0.5, 0]]
    # row totals: how many of a document's references another one shares
    assert np.asarray(counts.sum(axis=1)).ravel().tolist() == [2, 2, 1]
    alone = csr_matrix(np.eye(3))
    assert similarity.coupling_counts(alone, fractional=True).nnz == 0


def test_unknown_normalisation() -> None:
    with pytest.raises(UsageError, match="no normalisation"):
        similarity.normalise(CITES @ CITES.T, "magic")


# -- layers -----------------------------------------------------------------------------------------


def test_coupling_layer_is_the_weighted_cosine() -> None:
    layer, hubs = layers.coupling_layer(CITES, 5)
    # references 3 and 4 are cited twice and three times by three works
    weight = np.sqrt(np.maximum(np.log(3 / np.array([2.0, 3.0])), 1e-3))
    a = b = weight
    c = np.array([0.0, weight[1]])
    expected = c @ a / np.linalg.norm(a) / np.linalg.norm(c)
    assert layer[0, 1] == pytest.approx(1.0)
    assert layer[0, 2] == pytest.approx(expected, abs=1e-6)
    assert layer[1, 2] == pytest.approx(b @ c / np.linalg.norm(b) / np.linalg.norm(c), abs=1e-6)
    assert hubs == 0
    assert layer.diagonal().sum() == 0


def test_hubs_are_set_aside_and_counted() -> None:
    layer, hubs = layers.coupling_layer(CITES, 5, hub_cap=2)
    assert hubs == 1
    assert layer[0, 1] == pytest.approx(1.0)
    assert layer[0, 2] == 0


def test_coupling_keeps_the_strongest() -> None:
    rng = np.random.default_rng(2)
    cites = csr_matrix((rng.random((60, 40)) < 0.2).astype(float))
    full, _ = layers.coupling_layer(cites, 59)
    top, _ = layers.coupling_layer(cites, 3)
    dense = full.toarray()
    for row in range(60):
        best = np.sort(dense[row])[::-1][:3]
        got = np.sort(top.toarray()[row])[::-1][:3]
        assert got == pytest.approx(best, abs=2e-6)
    assert (np.diff(top.indptr) >= 3).all()
    assert abs(top - top.T).nnz == 0


def test_cocitation() -> None:
    # works 0..3; work 3 cites 0 and 1, work 2 cites 0 and 1 and 3
    cites = csr_matrix(np.array([[0, 0, 0], [0, 0, 0], [1, 1, 1], [1, 1, 0]], dtype=float))
    layer = layers.cocitation_layer(cites, [0, 1, -1, 2], 5)
    assert layer[0, 1] == pytest.approx(1.0)
    assert layer[0, 3] == pytest.approx(1 / np.sqrt(2), abs=1e-6)
    assert layer[2].nnz == 0


def test_text_layer_is_exact_and_breaks_ties_by_id() -> None:
    rng = np.random.default_rng(1)
    rows = embed.unit_rows(rng.normal(size=(50, 8)))
    layer = layers.text_layer(rows, 5, block=7).toarray()
    cosines = np.round(rows @ rows.T, 5)
    np.fill_diagonal(cosines, -1)
    for i in range(50):
        best = np.argsort(-cosines[i], kind="stable")[:5]
        assert all(layer[i, j] == pytest.approx(cosines[i, j], abs=1e-5) for j in best if cosines[i, j] > 0)
    same = layers.text_layer(np.ones((6, 2), np.float32) / np.sqrt(2).astype(np.float32), 2)
    assert same[5, 0] == pytest.approx(1.0, abs=1e-5)
    assert same[5, 4] == 0


@pytest.mark.parametrize("n", [0, 1, 2])
def test_layers_of_next_to_nothing(n: int) -> None:
    empty = csr_matrix((n, 0))
    assert layers.coupling_layer(empty, 5)[0].shape == (n, n)
    assert layers.cocitation_layer(empty, [-1] * n, 5).shape == (n, n)
    assert layers.bm25_layer([""] * n, 5).shape == (n, n)
    assert layers.text_layer(np.zeros((n, 3), np.float32), 5).shape == (n, n)
    assert layers.citation_layer([], [], n).nnz == 0


def test_bm25_finds_shared_words() -> None:
    texts = [
        "Recovery narratives and hope in mental health",
        "Hope and recovery narratives told by nurses",
        "Direct payments for carers of older people",
        "Carers who hold direct payments",
        "",
    ]
    layer = layers.bm25_layer(texts, 2).toarray()
    assert layer[0].argmax() == 1
    assert layer[2].argmax() == 3
    assert layer[4].sum() == 0


_WORDS = st.sampled_from(
    ["care", "Care", "the", "y", "gwaith", "o'r", "well-being", "3rd", "a_b", "ôl", "x", "\n", "rôle"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_WORDS, max_size=6).map(" ".join), min_size=2, max_size=30))
def test_words_are_counted_as_by_scikit_learn(texts: list[str]) -> None:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    peer = CountVectorizer(
        min_df=2,
        max_df=1.0 if len(texts) < 25 else 0.4,
        token_pattern=r"(?u)\b[^\W\d_][\w'’-]+\b",
        stop_words=sorted({*ENGLISH_STOP_WORDS, *layers._WELSH_STOP}),
    )
    mine = layers._word_counts(texts)
    try:
        theirs = peer.fit_transform(texts)
    except ValueError:  # no word is left
        assert mine is None
        return
    assert np.array_equal(mine.toarray(), theirs.toarray())


def test_boilerplate() -> None:
    text = "Plans help people. (C) 2015 The Authors. Published by Elsevier Ltd. All rights reserved."
    assert strip_boilerplate(text) == "Plans help people."
    assert strip_boilerplate("OBJECTIVES: To ask. RESULTS: They said.") == "To ask. They said."
    assert strip_boilerplate("© 2012 Wiley") != ""
    assert strip_boilerplate("") == ""


# -- references ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "family", "year", "volume", "page"),
    [
        ("GREEN A, 2003, J ADV CARE, V44, P489, DOI 10.5555/j.x", "green", 2003, "44", "489"),
        ("Green, A. & Brown, B. (2003). Plans. Journal of Care, 44(5), 489-496.", "green", 2003, "44", "489"),
        ("1. Green A, Brown B. Plans. J Care. 2003;44(5):489-96.", "green", 2003, "44", "489"),
        ("van der Berg K. Plans. J Care 1998; 7: e12", "van der berg", 1998, "7", "e12"),
        ("Department of Health (1999) A framework. London: DH.", "department", 1999, "", ""),
        ("A leaflet without a year", "", None, "", ""),
    ],
)
def test_parse(raw: str, family: str, year: int | None, volume: str, page: str) -> None:
    part = parse_reference({"raw": raw})
    if family != "department":  # a body is no family name; what matters is the year and the title
        assert part["family"] == family
    assert (part["year"], part["volume"], part["page"]) == (year, volume, page)


TITLE = "Planning care with people in the community: a study of six teams"
BLANK = {"doi": "", "pmid": "", "volume": "", "pages": "", "source_file": "a.csv"}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.one_of(st.none(), st.integers(0, 3000)), st.text(max_size=30))
def test_any_reference_is_parsed_and_resolved(raw: str, year: int | None, title: str) -> None:
    (found,) = resolve([{"raw": raw, "year": year, "title": title}], WORKS)
    assert found.match == "none" or found.work_id


WORKS: list[dict[str, Any]] = [
    {"work_id": "wk_1", "record_id": "rec_1", "source_file": "a.csv", "key": "k1", "title": TITLE, "year": 2003,
     "authors": ["Green, A."], "doi": "10.5555/one", "pmid": "123456", "volume": "44", "pages": "489-96"},
    {"work_id": "wk_2", "record_id": "rec_2", "key": "W2022222", "title": "Review meetings observed. Part I",
     "year": 2009, "authors": ["Lindqvist, B."], **BLANK},
    {"work_id": "wk_3", "record_id": "rec_3", "key": "k3", "title": "Review meetings observed. Part II",
     "year": 2009, "authors": ["Lindqvist, B."], **BLANK},
    {"work_id": "wk_4", "record_id": "rec_4", "key": "m", "title": "Mental Health (Wales) Measure 2010",
     "year": 2010, "authors": [], **BLANK, "kind": "policy"},
    {"work_id": "wk_5", "record_id": "rec_5", "title": "Putting plans first", "year": 2007, "authors": [],
     **BLANK, "kind": "policy", "key": "P22", "source_file": "p22.md"},
]  # fmt: skip
SHORT = "Planning care with people in the community"


@pytest.mark.parametrize(
    ("reference", "node", "match"),
    [
        ({"key": "k1", "source_file": "a.csv"}, "wk_1", "key"),
        ({"key": "k1", "source_file": "b.csv"}, "", "none"),
        ({"key": "https://openalex.org/W2022222", "source_file": "b.json"}, "wk_2", "key"),
        ({"raw": "P22", "source_file": "b.csv"}, "wk_5", "key"),
        ({"raw": "see https://doi.org/10.5555/ONE."}, "wk_1", "doi"),
        ({"raw": "x", "pmid": "123456"}, "wk_1", "pmid"),
        ({"raw": "GREEN A, 2003, J ADV CARE, V44, P489"}, "wk_1", "author-year-volume-page"),
        (
            {"title": TITLE, "year": 2004, "first_author": "Green A"},
            "wk_1",
            "title-year",
        ),
        (
            {"title": "Planing care with people in the comunity: a study of six teams", "year": 2003},
            "wk_1",
            "title-year",
        ),
        ({"title": SHORT, "year": 2003, "first_author": "Green, A."}, "wk_1", "title-year"),
        (
            {"title": f"Study of six teams: {SHORT}", "year": 2003, "first_author": "Green"},
            "wk_1",
            "author-year-title",
        ),
        ({"title": TITLE, "year": 2011}, "", "none"),
        ({"title": TITLE, "year": 2003, "doi": "10.5555/two"}, "", "none"),
        ({"title": "Review meetings observed: part 2", "year": 2009}, "wk_3", "title-year"),
        ({"title": "Review meetings observed: part 3", "year": 2009, "first_author": "Lindqvist B"}, "", "none"),
        ({"raw": "Mental Health (Wales) Measure 2010. Cardiff: Welsh Assembly Government; 2010."}, "wk_4", "text-year"),
        (
            {"raw": "Green A, Brown B. Planning care with people in the community: a study of six teams. J Care 2003."},
            "wk_1",
            "text-year",
        ),
        ({"raw": "Brown B. Quite another thing altogether in the community. J Care 2003."}, "", "none"),
        ({"raw": ""}, "", "none"),
    ],
)  # fmt: skip
def test_resolve(reference: dict[str, Any], node: str, match: str) -> None:
    (found,) = resolve([reference], WORKS)
    assert (found.work_id, found.match) == (node, match)
    assert 0.0 <= found.score <= 1.0
    assert not node or found.score >= 0.8


@pytest.mark.parametrize("key", ["pub.1005391567", "034-512-098-761-23X"])
def test_ids_of_databases_hold_in_every_file(key: str) -> None:
    cited = {"work_id": "wk_9", "record_id": "rec_9", "key": key, "title": "Another work", "year": 2001, "authors": []}
    works = [*WORKS, {**BLANK, **cited, "source_file": "a.csv"}]
    (found,) = resolve([{"key": key, "raw": key, "source_file": "b.json"}], works)
    assert (found.work_id, found.match) == ("wk_9", "key")
    (other,) = resolve([{"key": "12-345", "raw": "12-345", "source_file": "b.json"}], works)
    assert other.match == "none"


def test_nobody_cites_the_future() -> None:
    title = {"title": WORKS[0]["title"], "first_author": "Green A"}
    assert resolve([{**title, "citing_year": 1999}], WORKS)[0].match == "none"
    assert resolve([{**title, "citing_year": 2003}], WORKS)[0].work_id == "wk_1"


def test_a_spelling_resolved_once_resolves_its_twins() -> None:
    with_doi = {"raw": "GREEN A, 2003, J ADV CARE, V45, P490, DOI 10.5555/one"}
    without = {"raw": "Green A, 2003, JOURNAL OF ADVANCED CARE, V45, P490"}
    assert [r.work_id for r in resolve([with_doi, without], WORKS)] == ["wk_1", "wk_1"]


def test_outside_nodes_cluster_by_spelling_but_never_two_dois() -> None:
    raws = [
        "WEICK A, 1989, SOCIAL WORK, V34, P350, DOI 10.5555/weick",
        "Weick A., 1989, SOC WORK, V34, P350",
        "WEICK A, 1989, SOCIAL WORK, V34, P350, DOI 10.5555/other",
        "WEICK A, 1989, SOCIAL WORK, V34, P350, DOI 10.5555/weick",
        "PAWSON R, 1997, REALISTIC EVALUATION",
        "Pawson R., 1997, REALISTIC EVALUATION",
    ]
    nodes = [found.node for found in resolve([{"raw": raw} for raw in raws], WORKS)]
    assert nodes[0] == nodes[1]
    assert nodes[0] != nodes[2]
    assert nodes[4] == nodes[5]
    assert len({node[:4] for node in nodes}) == 1
    titles = [
        {"title": "A good title for a report on plans", "year": 2001, "first_author": "Hall"},
        {"title": "A good title for the report on plans", "year": 2001, "first_author": "Hall"},
        {"title": "A good title for a report on plans, part 2", "year": 2001, "first_author": "Hall"},
    ]
    one, two, three = outside_nodes([same_reference_keys(t) for t in titles])
    assert one == two != three


def test_resolution_does_not_depend_on_order() -> None:
    references = [
        {"raw": f"HALL {'ABCDEFG'[i % 7]}, {1990 + i % 5}, J CARE, V{i % 3 + 1}, P{i % 11 + 1}"} for i in range(60)
    ]
    expected = {r["raw"]: found.node for r, found in zip(references, resolve(references, WORKS), strict=True)}
    random.Random(4).shuffle(references)
    shuffled = random.Random(5).sample(WORKS, len(WORKS))
    assert {r["raw"]: f.node for r, f in zip(references, resolve(references, shuffled), strict=True)} == expected


def test_many_noisy_references_find_their_works() -> None:
    rng = random.Random(7)
    stems = "care plan risk trust hope nurse team ward home carer choice budget review crisis early voice".split()
    works = []
    for i in range(400):
        words = rng.sample(stems, 5)
        first, second, third, fourth, fifth = words
        works.append(
            {
                "work_id": f"wk_{i:03d}",
                "record_id": f"rec_{i:03d}",
                "year": 1990 + i % 25,
                "authors": [f"Name{chr(97 + i % 26)}, A."],
                "title": f"{first} and {second} in the {third}: {fourth} of {fifth} for {chr(97 + i // 26)}{first}s",
            }
        )
    references = []
    for work in works:
        letters = list(str(work["title"]))
        del letters[rng.randrange(len(letters) - 8)]
        references.append({"title": "".join(letters), "year": work["year"], "first_author": work["authors"][0]})
    found = resolve(references, works)
    right = sum(r.work_id == w["work_id"] for r, w in zip(found, works, strict=True))
    wrong = sum(bool(r.work_id) and r.work_id != w["work_id"] for r, w in zip(found, works, strict=True))
    assert right >= 0.95 * len(works)
    assert wrong <= 0.01 * len(works)


# -- the stage ------------------------------------------------------------------------------------------


def corpus(n: int = 8) -> list[Record]:
    topics = ("hope recovery stories", "risk safety forms", "family carers breaks")
    return [
        Record(
            kind="literature",
            title=f"{topics[i % 3]} in town {'abcdefghijkl'[i]}",
            abstract=f"We asked about {topics[i % 3]} and more {topics[i % 3]}.",
            authors=(f"Name{'abcdefghijkl'[i]}, A.",),
            year=2000 + i,
            doi=f"10.5555/{i}",
            source_file="corpus/literature/a.csv",
            references=(
                Reference("WEICK A, 1989, SOCIAL WORK, V34, P350"),
                Reference("Nobody in particular, undated"),
                *(Reference("", doi=f"10.5555/{j}") for j in range(i)),
                Reference("itself", doi=f"10.5555/{i}"),
            ),
        )
        for i in range(n)
    ]


def run(project: Project) -> dict[str, Any]:
    for stage in (dedupe, screen, embed):
        stage.run(project, project.settings(stage.__name__.rsplit(".", 1)[-1]))
    return dict(graph.run(project, project.settings("graph")).counts)


SETTINGS: dict[str, dict[str, Any]] = {"embed": {"model": "tfidf-svd"}}


def test_run(tmp_path: Path) -> None:
    project = new_project(tmp_path, corpus(), **SETTINGS)
    counts = run(project)
    store = project.store
    assert counts["citations"] == 28
    assert counts["resolved"] == 36
    assert counts["outside_nodes"] == 2
    citations = store.read("citation")
    assert len(citations) == 28
    assert all(row["citing_id"] != row["cited_id"] and row["match"] == "doi" for row in citations)
    edges = store.read("edge")
    assert {row["layer"] for row in edges} == {"citation", "coupling", "cocitation", "text", "bm25"}
    assert all(row["source_id"] < row["target_id"] for row in edges if row["layer"] != "citation")
    assert all(0 < row["weight"] <= 1 for row in edges)
    assert counts["edges_citation"] == 28
    reference = store.read("reference", where={"match": "none"})
    assert len(reference) == 16
    assert len({row["node"] for row in reference}) == 2


def test_excluded_works_are_not_in_the_layers(tmp_path: Path) -> None:
    project = new_project(tmp_path, corpus(), **SETTINGS)
    run(project)
    gone = min(project.included())
    project.append_decision("exclude", gone, "off topic", who="mair")
    run(project)
    assert not [r for r in project.store.read("edge") if gone in (r["source_id"], r["target_id"])]
    assert [r for r in project.store.read("citation") if gone in (r["citing_id"], r["cited_id"])]


def test_copies_bring_their_references_together(tmp_path: Path) -> None:
    first = corpus(1)[0]._replace(references=(Reference("A", doi="10.1000/a"), Reference("B", doi="10.1000/b")))
    second = first._replace(doi="", source_file="corpus/literature/b.csv",
                     references=(Reference("B again", doi="10.1000/B"), Reference("C", doi="10.1000/c")))  # fmt: skip
    project = new_project(tmp_path, [first, second], **SETTINGS)
    run(project)
    rows = project.store.read("reference")
    assert [row["position"] for row in rows] == [1, 2, 3]
    assert len({row["node"] for row in rows}) == 3
    assert project.store.read("work")[0]["n_references"] == 3


def test_no_references_is_said(tmp_path: Path) -> None:
    project = new_project(tmp_path, [r._replace(references=()) for r in corpus(4)], **SETTINGS)
    counts = run(project)
    assert (counts["references"], counts["edges_coupling"], counts["edges_citation"]) == (0, 0, 0)
    assert counts["edges_text"] > 0
    assert [p["code"] for p in project.store.read("problem")] == ["no-references"]


@pytest.mark.parametrize(
    "records",
    [
        [],
        corpus(1),
        [r._replace(title="", abstract="", references=()) for r in corpus(2)],
        [r._replace(year=None) for r in corpus(3)],
        [r._replace(abstract="") for r in corpus(3)],
        [corpus(1)[0]._replace(doi=f"10.5555/x{i}") for i in range(4)],
        [r._replace(kind="policy") for r in corpus(2)],
    ],
)
def test_next_to_nothing(tmp_path: Path, records: list[Record]) -> None:
    project = new_project(tmp_path, records, **SETTINGS)
    assert run(project)["references"] >= 0


def test_same_bytes_when_rows_are_shuffled(tmp_path: Path) -> None:
    found = []
    for name, records in (("a", corpus()), ("b", corpus()[::-1])):
        (tmp_path / name).mkdir()
        project = new_project(tmp_path / name, records, **SETTINGS)
        run(project)
        found.append([row["outputs"] for row in project.store.read("run") if row["stage"] != "read"])
    assert found[0] == found[1]


def test_policy_is_cited_but_not_on_the_map(tmp_path: Path) -> None:
    policy = Record(
        kind="policy", title="Mental Health (Wales) Measure 2010", year=2010, source_file="corpus/policy/m.txt"
    )
    citing = corpus(1)[0]._replace(year=2012, references=(Reference("Mental Health (Wales) Measure 2010", year=2010,
                     title="Mental Health (Wales) Measure 2010"),))  # fmt: skip
    project = new_project(tmp_path, [policy, citing], **SETTINGS)
    assert run(project)["citations"] == 1
    assert project.store.read("edge") == []
