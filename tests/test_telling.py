"""Main paths by weight and search, cited works, historiograph, phases by machine and people."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_between_traditions import corpus, made

from metanarrative import Project
from metanarrative.errors import UsageError
from metanarrative.storyline.historiograph import historiograph, local_scores


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = corpus(tmp_path_factory.mktemp("told"), made(120))
    project.run(last="storyline")
    return project


def test_main_path_by_every_weight_and_search(told: Project) -> None:
    usual = told.main_path()
    stored = {
        (r["source_id"], r["target_id"]) for r in told.store.read("main_path", where={"scope": "all", "on_path": 1})
    }
    assert {(r["source_id"], r["target_id"]) for r in usual} == stored != set()
    assert usual.columns == ("cited", "citing", "spc", "share")
    again = told.main_path(key_routes=told.settings("storyline").key_routes)
    assert again.rows == usual.rows
    for weights in ("SPC", "SPLC", "SPNP", "pairs"):
        for search in ("key-route", "global", "local"):
            found = told.main_path(weights=weights, search=search)
            assert found.rows, (weights, search)
            assert weights.lower() in found.columns
            assert all(int(row["weight"]) > 0 for row in found)
            assert "longest chain" in found.notes[-1]
            if (weights, search) != ("SPC", "key-route"):
                assert "ties" in found.notes[0] or "total weight" in found.notes[0]
    one = told.main_path(search="key-route", key_routes=1)
    assert 0 < len(one) <= len(usual)
    more = {(r["source_id"], r["target_id"]): int(r["weight"]) for r in told.main_path(weights="SPLC", search="global")}
    less = {(r["source_id"], r["target_id"]): int(r["weight"]) for r in usual}
    assert all(more[arc] >= less[arc] for arc in more.keys() & less.keys())  # more paths begin


@pytest.mark.parametrize("wrong", [{"weights": "spc2"}, {"search": "best"}])
def test_an_unknown_weight_or_search_is_refused(told: Project, wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        told.main_path(**wrong)


def test_cited_works_carry_every_figure_and_the_denominator(told: Project) -> None:
    found = told.cited(top=0)
    scores = [row["cited"] for row in found]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == told.store.count("citation")
    total = told.store.count("cluster")
    assert all(row["clusters"].endswith(f"of {total}") for row in found)
    assert all(0 <= row["persistence"] <= 1 and 0 <= row["percentile"] <= 100 for row in found)
    assert any(row["cd"] is None for row in found)  # undefined is empty, not 0
    assert all(row["cd"] is None or -1 <= row["cd"] <= 1 for row in found)
    assert "have parsed references" in found.notes[0]
    own = told.cited(tradition="T1", top=0)
    assert {row["T"] for row in own} == {"T1"}
    by_work = {row["work_id"]: row["cited"] for row in found}
    assert all(row["cited"] <= by_work[row["work_id"]] for row in own)


def test_historiograph_layers_years_and_keeps_citations_inside(told: Project) -> None:
    found = told.historiograph(top=12)
    assert len(found) == 12
    years = [row["year"] for row in found]
    assert years == sorted(years)
    scores = {row["work_id"]: row["lcs"] for row in found}
    assert min(scores.values()) >= max((row["cited"] for row in told.cited(top=0).rows[12:]), default=0)
    pairs = {(c["citing_id"], c["cited_id"]) for c in told.store.read("citation")}
    assert all((arc["citing"], arc["cited"]) in pairs for arc in found.data["arcs"])


def test_historiograph_says_what_it_leaves_out() -> None:
    works = "abcdef"
    years = dict(zip(works, (1990, 1991, None, 1992, 1992, 1993), strict=True))
    cites = [("d", "a"), ("e", "a"), ("f", "b"), ("f", "c"), ("f", "d")]
    found = historiograph(works, years, cites, top=2)
    assert found.scores == {"a": 2, "b": 1, "c": 1, "d": 1, "e": 0, "f": 0}
    assert found.layers == ((1990, ("a",)), (1991, ("b",)))
    assert found.ties == 2  # c and d are cited as often as b
    everything = historiograph(works, years, cites, top=30)
    assert [layer for layer in everything.layers if layer[0] is None] == [(None, ("c",))]
    assert everything.arcs == (("a", "d"),)
    assert historiograph((), {}, []).layers == ()
    assert local_scores("ab", [("a", "b"), ("b", "b")]) == {"a": 0, "b": 1}


def test_phases_say_who_saw_them(told: Project) -> None:
    machine = told.phases()
    assert {row["by"] for row in machine} == {"machine"}
    anchors = told.store.read("cluster", where={"number": 1})[0]["anchors"]
    (told.root / "corpus/cards.toml").write_text(
        f'[[card]]\nanchors = {anchors}\nby = "Ann"\nevents = [{{year = 1998, text = "A report begins it."}}]\n'
        'shifts = ["After 2004 the word changes."]\n',
        encoding="utf-8",
    )
    both = told.phases(tradition="T1")
    people = {(row["what"], row["years"], row["by"]) for row in both if row["by"] != "machine"}
    assert people == {("event", "1998", "Ann"), ("shift", "2004", "Ann")}
    assert all(row["T"] == "T1" for row in both)


def test_too_thin_a_corpus_has_no_path_by_any_weight(tmp_path: Path) -> None:
    project = corpus(tmp_path, [{**row, "references": ""} for row in made(40)])
    project.run(last="storyline")
    found = project.main_path(weights="SPLC", search="global")
    assert not found.rows
    assert any("no main path" in note for note in found.notes)
    assert project.historiograph().notes == ["none"]
    assert not project.cited().rows
