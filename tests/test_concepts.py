"""Concepts: candidate terms, variants, Welsh, the concept graph and the stage."""

from __future__ import annotations

import json
from pathlib import Path

import generator
import numpy as np
import pytest
from test_traditions import write_corpus

from metanarrative.concepts import run, tradition_rows
from metanarrative.concepts.extract import Passage, acronyms, c_values, extract, squash_key, welsh_folds
from metanarrative.concepts.network import (
    association,
    callon,
    cooccurrence,
    equivalence,
    theme_figures,
    themes,
)
from metanarrative.project import Project
from metanarrative.text.terms import diverse, singular, spans, strip_boilerplate, term_key, terms
from metanarrative.traditions import run as run_traditions


def passages(*texts: str, language: str = "en") -> list[Passage]:
    return [Passage(f"ps_{n}", f"wk_{n}", language, text) for n, text in enumerate(texts)]


# -- terms -----------------------------------------------------------------------------------


def test_terms_stay_inside_punctuation_and_edges_are_content() -> None:
    found = [" ".join(term) for term in terms("The care plan, and the quality of life. In 2012 results", 3)]
    assert "care plan" in found
    assert "quality of life" in found
    assert not any(t.startswith("the ") or t.endswith(" the") or "2012" in t or "plan quality" in t for t in found)
    assert "results" not in found


def test_words_that_need_company() -> None:
    found = {" ".join(term) for term in terms("case management for people with mental illness", 4)}
    assert "case management" in found
    assert "people with mental illness" in found
    assert "case" not in found
    assert "people" not in found


def test_free_sides_are_told() -> None:
    found = {" ".join(t): (before, after) for t, before, after in spans("mental health services", 3)}
    assert found["mental"] == (True, False)
    assert found["health services"] == (False, True)
    assert found["mental health services"] == (True, True)


def test_plurals_and_boilerplate() -> None:
    assert [singular(w) for w in ("services", "policies", "illness", "analyses", "bus", "boxes")] == [
        "service", "policy", "illness", "analyse", "bus", "box",
    ]  # fmt: skip
    assert term_key(("care", "plans")) == "care plan"
    text = "BACKGROUND: Plans help. RESULTS: They do. doi:10.1000/xyz123 https://a.org/b © 2014 Elsevier Ltd."
    left = strip_boilerplate(text)
    assert "Plans help" in left
    for gone in ("BACKGROUND", "RESULTS", "10.1000", "http", "Elsevier"):
        assert gone not in left
    assert diverse({"care plan": 1.0, "care plans": 0.99, "hope": 0.2}, 3) == ["care plan", "hope"]


# -- extraction ------------------------------------------------------------------------------


def test_variants_meet_in_one_concept() -> None:
    found = extract(
        passages(
            "We study care co-ordination.",
            "Care coordination fails.",
            "About care coordination and personalisation.",
            "Personalization and care coordination.",
        )
    )
    by_label = {c.label: c for c in found}
    assert len(by_label["care coordination"].works) == 4
    assert set(by_label["care coordination"].variants) == {"care coordination", "care co ordination"}
    assert len(by_label["personalisation"].works if "personalisation" in by_label else ()) in (0, 2)
    assert squash_key("personalization") == squash_key("personalisation")


def test_acronyms_join_their_words_but_not_other_words() -> None:
    texts = [
        "Assertive community treatment (ACT) was tried.",
        "ACT teams in two towns.",
        "The act was passed. Assertive community treatment.",
    ]
    assert acronyms(texts) == {"act": "assertive community treatment"}
    (concept,) = [c for c in extract(passages(*texts)) if "assertive community treatment" in c.label]
    assert concept.label == "assertive community treatment (ACT)"
    assert len(concept.works) == 3
    assert concept.places["ps_2"] == 1  # the lower-case act is not counted
    assert acronyms(["Something else (XYZ) here", "(ABC)"]) == {}


def test_fragments_and_parts_do_not_stand_alone() -> None:
    found = {c.key for c in extract(passages(*["The framework for personal recovery in services."] * 6))}
    assert "framework for personal" not in found
    assert "personal" not in found
    values = c_values({"care plan": 6, "plan": 6})
    assert values["plan"] == 0


def test_welsh_mutations_fold_to_the_radical() -> None:
    assert welsh_folds({"gofal": 5, "ofal": 4, "ngofal": 1}) == {"ngofal": "gofal", "ofal": "gofal"}
    found = extract(
        passages(
            "Mae cynllun gofal yn bwysig.",
            "Bydd y cynllun gofal yn newid.",
            "Eu cynllun ofal hwy.",
            "Adolygu'r cynllun gofal.",
            language="cy",
        )
    )
    (concept,) = [c for c in found if c.key == "cynllun gofal"]
    assert concept.language == "cy"
    assert len(concept.works) == 4
    assert "cynllun ofal" in concept.variants


def test_both_languages_keep_their_share() -> None:
    english = [Passage(f"e{n}", f"we{n}", "en", f"Care plan and recovery college number{n % 3}x.") for n in range(20)]
    welsh = [Passage(f"c{n}", f"wc{n}", "cy", "Cynllun gofal a llais y claf.") for n in range(3)]
    assert {c.language for c in extract([*english, *welsh], most=20)} == {"en", "cy"}


def test_nothing_gives_nothing() -> None:
    assert extract([]) == []
    assert extract(passages("", "...")) == []
    assert extract(passages("Only one work here about recovery.")) == []


# -- graph -----------------------------------------------------------------------------------


def test_strength_and_equivalence_worked_numbers() -> None:
    assert association(6, 10, 15, 1) == pytest.approx(0.04)
    assert equivalence(6, 10, 15) == pytest.approx(0.24)
    centrality, density = callon([0.25, 0.16, 0.09], [0.04, 0.05], 3)
    assert density == pytest.approx(16.6667, abs=5e-5)
    assert centrality == pytest.approx(0.9)
    assert callon([], [], 0) == (0, 0)


def test_cooccurrence_counts_works() -> None:
    held = [frozenset("abc"), frozenset("ab"), frozenset("cd"), frozenset("x")]
    (edge,) = cooccurrence(held, works=8)
    assert (edge.source, edge.target, edge.n) == (0, 1, 2)
    assert edge.strength == pytest.approx(2 * 8 / (3 * 2))
    assert cooccurrence([], works=0) == []


def test_themes_and_their_figures() -> None:
    held = [frozenset(f"a{n}" for n in range(6))] * 3 + [frozenset(f"b{n}" for n in range(6))] * 4
    edges = cooccurrence(held, works=12)
    labels = themes(7, edges, seed=1)
    assert labels.tolist() == [1, 1, 1, 0, 0, 0, 0]
    figures = theme_figures(labels, edges, [6] * 7)
    assert figures[0] == (0, pytest.approx(100 * 6 / 4))
    assert figures[1] == (0, pytest.approx(100 * 3 / 3))
    assert themes(3, [], seed=1).tolist() == [-1, -1, -1]


def test_a_link_between_themes_counts_for_both() -> None:
    from metanarrative.concepts.network import Edge

    figures = theme_figures(np.array([0, 0, 1, 1]), [Edge(0, 2, 2, 1.5), Edge(0, 1, 2, 3.0)], [4, 4, 4, 4])
    assert figures[0] == (pytest.approx(10 * 4 / 16), pytest.approx(100 * 4 / 16 / 2))
    assert figures[1] == (pytest.approx(10 * 4 / 16), 0)


def test_tradition_table_by_hand() -> None:
    home = {"a": "T", "b": "T", "c": "U", "d": "U", "e": "U"}
    rows = tradition_rows({"cn_x": frozenset("abce"), "cn_y": frozenset("z")}, home)
    assert [(r["tradition_id"], r["n_works"], r["share"]) for r in rows] == [
        ("T", 2, 1.0),
        ("U", 2, 0.666667),
    ]
    assert rows[0]["lift"] == pytest.approx(1 / 0.8)


# -- the stage -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = write_corpus(tmp_path_factory.mktemp("concepts") / "p", generator.generate(4, works=150))
    project.overrides["traditions"] = {"bootstraps": 2, "starts": 2}
    project.overrides["concepts"] = {"max_concepts": 40}
    run_traditions(project, project.settings("traditions"))
    run(project, project.settings("concepts"))
    return project


def test_stage_tables_hold_together(made: Project) -> None:
    concepts = {c["concept_id"]: c for c in made.store.read("concept")}
    mentions = made.store.read("mention")
    assert 0 < len(concepts) <= 40
    works: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for mention in mentions:
        works.setdefault(mention["concept_id"], set()).add(mention["work_id"])
        counts[mention["concept_id"]] = counts.get(mention["concept_id"], 0) + mention["n"]
    assert {i: len(w) for i, w in works.items()} == {i: c["n_documents"] for i, c in concepts.items()}
    assert counts == {i: c["n_mentions"] for i, c in concepts.items()}
    themes_ = {t["cluster_id"] for t in made.store.read("concept_theme")}
    assert {c["cluster_id"] for c in concepts.values()} - {""} == themes_
    for edge in made.store.read("concept_edge"):
        assert edge["source_id"] < edge["target_id"]
        assert edge["n"] == len(works[edge["source_id"]] & works[edge["target_id"]])
    homes = {m["work_id"]: m["cluster_id"] for m in made.store.read("membership")}
    for row in made.store.read("tradition_concept"):
        own = [w for w in works[row["concept_id"]] if homes[w] == row["tradition_id"]]
        assert row["n_works"] == len(own)
    assert all(json.loads(c["variants"]) for c in concepts.values())


def test_stage_is_deterministic(made: Project) -> None:
    tables = ("concept", "mention", "concept_edge", "concept_theme", "tradition_concept")
    before = [made.store.read(t) for t in tables]
    run(made, made.settings("concepts"))
    assert [made.store.read(t) for t in tables] == before


def test_stage_on_nothing(tmp_path: Path) -> None:
    Project.create(tmp_path / "p", title="Empty")
    project = Project(tmp_path / "p")
    summary = run(project, project.settings("concepts"))
    assert summary.counts["concepts"] == 0
