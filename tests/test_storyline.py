"""Storylines: main paths, landmarks, spectroscopy, bursts, disruption, phases, and the stage."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import generator
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from test_traditions import write_corpus

from metanarrative.config import StorylineSettings
from metanarrative.project import Project
from metanarrative.storyline import run
from metanarrative.storyline.bursts import bursts
from metanarrative.storyline.corpus import Corpus
from metanarrative.storyline.disruption import cd_from_counts, disruption
from metanarrative.storyline.landmarks import pagerank, signals
from metanarrative.storyline.main_path import path_rows
from metanarrative.storyline.paths import (
    basket,
    global_paths,
    key_route,
    local_forward,
    make_acyclic,
    order,
    search_path_counts,
    share_of,
    weights,
)
from metanarrative.storyline.phases import POWER, document_terms, find_phases, turn
from metanarrative.storyline.roles import role_rows
from metanarrative.storyline.rpys import deviations, peaks
from metanarrative.traditions import run as run_traditions

TEN = [tuple(arc) for arc in "ac bc bd ce cf df eg fg fh gi hi hj dj".split()]

WORKED = {
    "ac": (4, 4, 10, 7), "bd": (4, 4, 8, 6), "cf": (6, 9, 18, 15), "df": (3, 6, 12, 10), "fg": (3, 6, 12, 10),
    "fh": (6, 12, 18, 15), "gi": (5, 11, 11, 7), "hj": (3, 7, 7, 6), "dj": (1, 2, 2, 2),
}  # fmt: skip


def paths_through(arcs: list[tuple[str, str]], arc: tuple[str, str], kind: str) -> int:
    """Count paths through an arc by enumeration."""
    after: dict[str, list[str]] = {}
    nodes = sorted({end for a in arcs for end in a})
    for u, v in arcs:
        after.setdefault(u, []).append(v)
    heads = {v for _, v in arcs}
    starts = nodes if kind != "SPC" else [n for n in nodes if n not in heads]

    def walk(path: list[str]) -> int:
        ended = kind == "SPNP" or path[-1] not in after
        own = int(ended and arc in set(pairwise(path)))
        return own + sum(walk([*path, v]) for v in after.get(path[-1], []))

    return sum(walk([start]) for start in starts)


def test_worked_weights_of_four_kinds() -> None:
    for column, kind in enumerate(("SPC", "SPLC", "SPNP", "pairs")):
        found = weights(TEN, kind)
        for arc, numbers in WORKED.items():
            assert found[(arc[0], arc[1])] == numbers[column], (arc, kind)
    assert search_path_counts(TEN)[1] == 12
    total, paths = global_paths(weights(TEN))
    assert total == 19
    assert paths == [list("acfhi"), list("acfhj"), list("bcfhi"), list("bcfhj")]


@pytest.mark.parametrize("kind", ["SPC", "SPLC", "SPNP"])
def test_weights_agree_with_enumeration(kind: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        arcs = sorted({(f"n{a}", f"n{b}") for a, b in rng.integers(0, 9, (18, 2)).tolist() if a < b})
        assert weights(arcs, kind) == {arc: paths_through(arcs, arc, kind) for arc in arcs}


def test_known_answers_of_main_path(shared: Callable[[str], Path]) -> None:
    cases = json.loads(shared("known_answers/main_path.json").read_text("utf-8"))["cases"]
    assert cases
    for case in cases.values():
        arcs = [tuple(arc) for arc in case["arcs"]]
        for kind in ("SPC", "SPLC", "SPNP"):
            assert weights(arcs, kind) == {(u, v): w for u, v, w in case[kind]}
        counts, total = search_path_counts(arcs)
        assert total == case["total_source_sink_paths"]
        best, paths = global_paths(counts)
        assert best == case["global_main_path_SPC"]["sum"]
        assert sorted(paths) == sorted(case["global_main_path_SPC"]["paths"])
        assert sorted(local_forward(counts).arcs) == sorted(
            tuple(arc) for arc in case["local_forward_main_path_SPC_arcs"]
        )


def test_counts_are_exact_beyond_64_bits() -> None:
    ladder = [(f"{n:03d}{a}", f"{n + 1:03d}{b}") for n in range(200) for a in "xy" for b in "xy"]
    counts, total = search_path_counts(ladder)
    assert total == 2**201
    assert set(counts.values()) == {2**199}
    assert share_of(2**199, total) == 0.25
    assert key_route(counts, 3).ties > 0


def test_key_route_keeps_ties_and_finds_more_than_the_global_path() -> None:
    counts = weights(TEN)
    route = key_route(counts, 2)
    assert {("c", "f"), ("f", "h"), ("h", "i"), ("h", "j"), ("a", "c"), ("b", "c")} <= set(route.arcs)
    assert route.ties >= 2
    assert key_route({}, 10).arcs == ()
    assert set(key_route(counts, 100).arcs) == set(counts)


def test_cycles_are_broken_by_a_stated_rule() -> None:
    years = {"a": 2000, "b": 2001, "c": 2002, "d": 2002}
    found = make_acyclic([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "c"), ("a", "a"), ("d", "b")], years)
    assert found.mutual == (("c", "d"), ("d", "c"))
    assert found.backward == (("c", "a"),)
    assert found.arcs == (("a", "b"), ("b", "c"), ("d", "b"))  # a year backwards is no cycle: it stays
    order(found.arcs)
    with pytest.raises(ValueError, match="cycle"):
        order([("a", "b"), ("b", "a")])
    rng = np.random.default_rng(1)
    arcs = [(f"n{a}", f"n{b}") for a, b in rng.integers(0, 40, (300, 2)).tolist()]
    tangled = make_acyclic(arcs, {f"n{n}": int(rng.integers(1990, 1995)) for n in range(40)})
    order(tangled.arcs)
    assert weights(tangled.arcs)


def test_a_long_chain_needs_no_recursion() -> None:
    chain = [(f"{n:05d}", f"{n + 1:05d}") for n in range(5000)]
    assert make_acyclic([*chain, ("05000", "00000")], {}).backward == (("05000", "00000"),)
    assert search_path_counts(chain)[1] == 1


def test_basket_of_longest_paths() -> None:
    longest, criticality = basket(TEN)
    assert longest == 4
    assert criticality["c"] == 0
    assert criticality["d"] == 0
    assert basket([]) == (0, {})


# -- landmarks -------------------------------------------------------------------------------


def test_landmarks_need_two_of_three_signals() -> None:
    years = {f"w{n:02d}": 1990 + n // 3 for n in range(40)}
    cites = [(f"w{n:02d}", "w00") for n in range(1, 30)]
    found = signals(sorted(years), years, cites)
    assert (found[0].work, found[0].often, found[0].central, found[0].count) == ("w00", True, True, 2)
    assert [s.work for s in found if s.count >= 2] == ["w00"]
    assert found[0].persistence > 0.5
    few = signals(sorted(years), years, cites[:3])
    assert not [s for s in few if s.count >= 2]
    assert signals([], {}, []) == []
    assert signals(["a"], {"a": None}, [])[0].count == 0


def test_percentile_is_taken_among_works_of_about_the_same_year() -> None:
    years = {f"o{n}": 1990 for n in range(10)} | {f"y{n}": 2010 for n in range(10)}
    cites = [(f"y{n}", f"o{m}") for n in range(10) for m in range(10)]  # old ones are all cited much
    cites += [(f"y{n}", "y0") for n in range(1, 7)]
    found = {s.work: s for s in signals(sorted(years), years, cites)}
    assert found["o0"].percentile == 0
    assert not found["o0"].often
    assert found["y0"].percentile == 100
    assert found["y0"].often


def test_pagerank_sums_to_one_and_follows_citations() -> None:
    rank = pagerank(4, [(1, 0), (2, 0), (3, 1)])
    assert rank.sum() == pytest.approx(1)
    assert rank.argmax() == 0
    assert pagerank(0, []).size == 0


# -- spectroscopy, bursts, disruption ----------------------------------------------------------


def test_rpys_worked_number_and_edges() -> None:
    found = deviations({2000: 397, 2001: 344, 2002: 512, 2003: 318, 2004: 323})
    assert found[2002] == 168
    assert set(deviations({1990: 3, 1993: 1})) == {1990, 1991, 1992, 1993}
    assert deviations({}) == {}
    assert peaks([]) == []
    spread = [(1993, f"r{n}") for n in range(10)] + [(y, "x") for y in range(1985, 2005)]
    assert peaks(spread) == []  # a high year that no single reference makes


def test_bursts_worked_numbers() -> None:
    found = bursts([2, 3, 2, 12, 14, 3, 2], [100] * 7)
    assert round(found.base, 7) == 0.0542857
    assert round(found.raised, 7) == 0.1085714
    assert found.states == (0, 0, 0, 1, 1, 0, 0)
    assert round(found.found[0].weight, 6) == 7.735784
    assert round(found.cost, 6) == 19.448691
    assert bursts([], []).found == ()
    assert bursts([0, 0], [5, 0]).found == ()
    assert bursts([1, 1], [9, 9]).few
    assert bursts([9, 9], [9, 9]).states == (0, 0)
    with pytest.raises(ValueError, match="relevant"):
        bursts([3], [2])


def test_bursts_known_optimum(shared: Callable[[str], Path]) -> None:
    case = json.loads(shared("known_answers/bursts.json").read_text("utf-8"))["batched_two_state"]
    found = bursts(case["r"], case["d"], scale=case["s"], gamma=case["gamma"])
    assert found.base == pytest.approx(case["p0"])
    assert found.raised == pytest.approx(case["p1"])
    assert list(found.states) == case["optimal_states"]
    assert found.cost == pytest.approx(case["optimal_cost"])
    assert [[b.begin, b.end] for b in found.found] == [b[:2] for b in case["bursts_begin_end_weight"]]
    assert [b.weight for b in found.found] == pytest.approx([b[2] for b in case["bursts_begin_end_weight"]])


def test_disruption_known_answers(shared: Callable[[str], Path]) -> None:
    case = json.loads(shared("known_answers/disruption_index.json").read_text("utf-8"))
    years = dict(case["vertices"])
    found = disruption([tuple(edge) for edge in case["edges_citing_cited"]], years)
    assert set(found) == set(case["cd5"])
    for work, value in case["cd5"].items():
        assert found[work] == (None if value is None else pytest.approx(value))
    strict = disruption([tuple(edge) for edge in case["edges_citing_cited"]], years, strict=True)
    assert strict["4Z"] == pytest.approx(1 / 6)
    assert strict["0Z"] is None  # no references in the data: the 1 would be made of missing data
    assert disruption([("b", "a")], {"a": None, "b": 2000})["a"] is None
    assert cd_from_counts(6, 3, 4) == pytest.approx(0.230769, abs=5e-7)


# -- phases ----------------------------------------------------------------------------------


def literature_with_a_turn(seed: int, share: float, size: int = 160) -> tuple[csr_matrix, np.ndarray]:
    rng = np.random.default_rng(seed)
    years = np.sort(rng.integers(1990, 2010, size))
    dense = np.zeros((size, 300))
    for row, year in enumerate(years):
        new = rng.random(60) < share if year >= 2000 else np.zeros(60, dtype=bool)
        words = np.where(new, 200 + rng.integers(0, 100, 60), rng.integers(0, 200, 60))
        dense[row, words] = 1
    return csr_matrix(dense), years


def test_a_planted_turn_is_found_at_its_year() -> None:
    documents, years = literature_with_a_turn(1, 0.5)
    found = turn(documents, years, np.random.default_rng(0), shuffles=99)
    assert found is not None
    assert abs(found.year - 2000) <= 1
    assert found.p <= 0.05
    assert found.p_references is None
    phases = find_phases(documents, years, np.random.default_rng(0), references=documents, shuffles=99)
    assert [p.first_year for p in phases][1] in (1999, 2000, 2001)
    assert any("paradigm-shift candidate" in p.note for p in phases)
    assert sum(len(p.rows) for p in phases) == len(years)


def test_no_turn_says_that_small_ones_cannot_be_seen() -> None:
    documents, years = literature_with_a_turn(2, 0.0)
    (phase,) = find_phases(documents, years, np.random.default_rng(0), shuffles=99)
    assert phase.p is not None
    assert phase.p > 0.05
    assert POWER in phase.note
    (short,) = find_phases(documents[:20], years[:20], np.random.default_rng(0), shuffles=19)
    assert short.p is None
    assert "too few" in short.note
    assert find_phases(documents[:0], years[:0], np.random.default_rng(0)) == []
    one_year = find_phases(documents, np.full(160, 2000), np.random.default_rng(0))
    assert "no year has" in one_year[0].note


def test_document_terms_keeps_what_several_works_share() -> None:
    matrix, names = document_terms([{"a": 2, "b": 1}, {"a": 1}, {"b": 1, "c": 5}], fewest=2)
    assert names == ["a", "b"]
    assert matrix.toarray().tolist() == [[1, 1], [1, 0], [0, 1]]


# -- the stage -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Project:
    literature = generator.generate(4, works=220)
    # one early work that later works of its tradition keep citing
    seed = int(np.flatnonzero(literature.family == literature.family[100])[0])
    later = [row for row in np.flatnonzero(literature.family == literature.family[seed]).tolist() if row > seed]
    literature.citations.extend((row, seed) for row in later[:30] if (row, seed) not in literature.citations)
    project = write_corpus(tmp_path_factory.mktemp("told") / "p", literature, policies=1)
    project.overrides["traditions"] = {"bootstraps": 4, "starts": 2}
    project.overrides["storyline"] = {"shuffles": 19}
    run_traditions(project, project.settings("traditions"))
    run(project, project.settings("storyline"))
    return project


def test_stage_names_landmarks_or_none_in_every_scope(told: Project) -> None:
    rows = told.store.read("storyline")
    scopes = {"all"} | {c["cluster_id"] for c in told.store.read("cluster")}
    for scope in scopes:
        marks = [r for r in rows if r["cluster_id"] == scope and r["role"] in ("landmark", "none")]
        assert marks
        assert len({r["role"] for r in marks}) == 1
        for row in marks:
            assert (row["work_id"] == "") == (row["role"] == "none")
            assert "works with parsed references" in row["evidence"] or "work" in row["evidence"]
    assert any(r["role"] == "landmark" for r in rows if r["cluster_id"] == "all")
    assert {"earliest", "recent", "main-path"} <= {r["role"] for r in rows}
    homes = {m["work_id"]: m["cluster_id"] for m in told.store.read("membership")}
    assert all(homes[r["work_id"]] == r["cluster_id"] for r in rows if r["role"] in ("earliest", "recent"))
    earliest = {r["work_id"] for r in rows if r["role"] == "earliest"}
    assert not earliest & {r["work_id"] for r in rows if r["role"] == "recent"}


def test_stage_main_path_is_exact_and_connected(told: Project) -> None:
    rows = told.store.read("main_path", where={"scope": "all"})
    arcs = [(r["source_id"], r["target_id"]) for r in rows]
    counts, total = search_path_counts(arcs)
    assert {(r["source_id"], r["target_id"]): int(r["weight"]) for r in rows} == counts
    assert any(r["on_path"] for r in rows)
    assert all(r["share"] == pytest.approx(int(r["weight"]) / total, abs=1e-8) for r in rows)
    assert told.store.read("phase")


def corpus_of(years: dict[str, int | None], citations: Sequence[tuple[str, str]] = ()) -> Corpus:
    references = {citing: [(None, cited)] for citing, cited in citations}
    return Corpus({work: {} for work in years}, years, citations, references, dict.fromkeys(years, "cl_1"), {})


def roles_of(years: dict[str, int | None], grades: dict[str, str] | None = None) -> dict[str, list[tuple[str, str]]]:
    blank = {"confidence": 0.5, "strength": 1.0, "second_strength": 0.0, "bridge": 0.0}
    members = {w: blank | {"grade": (grades or {}).get(w, "member")} for w in years}
    found: dict[str, list[tuple[str, str]]] = {}
    for row in role_rows("cl_1", sorted(years), corpus_of(years), members, {}):
        found.setdefault(row["role"], []).append((row["work_id"], row["evidence"]))
    return found


def test_earliest_works_are_those_of_the_whole_cluster() -> None:
    years: dict[str, int | None] = {f"w{n}": 2000 + n for n in range(8)} | {"old": 1988, "lost": None}
    found = roles_of(years, {"old": "peripheral", "w0": "core"})
    assert [w for w, _ in found["earliest"]] == ["old", "w0", "w1"]
    assert [w for w, _ in found["recent"]] == ["w7", "w6", "w5"]
    assert found["earliest"][0][1] == "peripheral work; among the 3 earliest of 9 dated works"


def test_earliest_and_latest_are_never_the_same_works() -> None:
    assert roles_of({"a": 1990, "b": 2000}) == {}
    assert roles_of({"a": 1990, "b": 1990, "c": 1990}) == {}
    assert roles_of({"a": 1990, "b": None, "c": None, "d": 2000}) == {}
    three = roles_of({"a": 1990, "b": 2000, "c": 2000})
    assert ([w for w, _ in three["earliest"]], [w for w, _ in three["recent"]]) == (["a"], ["c"])
    tied = roles_of({"a": 1990, "b": 1990, "c": 1990, "d": 1990, "e": 1991})
    assert ([w for w, _ in tied["earliest"]], [w for w, _ in tied["recent"]]) == (["a", "b"], ["e"])


def test_no_main_path_below_its_minimum() -> None:
    years: dict[str, int | None] = {f"w{n:02}": 1990 + n for n in range(30)}
    works = sorted(years)
    chain = [(works[n + 1], works[n]) for n in range(20)]
    pairs = [(works[n + 1], works[n]) for n in range(0, 30, 2)]
    settings = StorylineSettings()
    rows, story, notes = path_rows("all", works, corpus_of(years, chain), settings)
    assert len([r for r in rows if r["on_path"]]) == 20
    assert len(story) == 21
    assert [n.code for n in notes] == ["main-path-ties"]
    for citations in (chain[:19], pairs):
        rows, story, notes = path_rows("all", works, corpus_of(years, citations), settings)
        assert len(rows) == len(citations)
        assert not any(r["on_path"] for r in rows)
        assert story == []
        assert [n.code for n in notes] == ["no-main-path"]
    assert notes[0].message.startswith("no main path of all works: 15 citations among 30 works (15 have parsed")
    lower = dataclasses.replace(settings, path_citations=15, path_works=2)
    rows, story, notes = path_rows("cl_1", works, corpus_of(years, pairs), lower)
    assert any(r["on_path"] for r in rows)
    assert notes == []
    assert path_rows("cl_1", [], corpus_of(years), settings) == ([], [], [])
    _, _, empty = path_rows("cl_1", works, corpus_of(years), settings)
    assert empty[0].subject == "cl_1"


def test_a_path_runs_only_through_large_groups() -> None:
    years: dict[str, int | None] = {f"w{n:02}": 1990 + n for n in range(30)}
    works = sorted(years)
    citations = [(works[n + 1], works[n]) for n in range(19)] + [(works[25], works[24]), (works[27], works[26])]
    rows, story, _ = path_rows("all", works, corpus_of(years, citations), StorylineSettings())
    assert not {"w24", "w25", "w26", "w27"} & {r["work_id"] for r in story}
    assert len(rows) == 21


def test_stage_is_deterministic(told: Project) -> None:
    before = [told.store.read(t) for t in ("storyline", "main_path", "phase")]
    run(told, told.settings("storyline"))
    assert [told.store.read(t) for t in ("storyline", "main_path", "phase")] == before


@pytest.mark.parametrize("works", [0, 1, 4])
def test_stage_on_next_to_nothing(tmp_path: Path, works: int) -> None:
    if works:
        project = write_corpus(tmp_path / "p", generator.generate(3, works=works), policies=0)
    else:
        Project.create(tmp_path / "p", title="Empty")
        project = Project(tmp_path / "p")
    run_traditions(project, project.settings("traditions"))
    run(project, project.settings("storyline"))
    (row,) = [r for r in project.store.read("storyline") if r["role"] in ("landmark", "none")]
    assert (row["role"], row["work_id"], row["cluster_id"]) == ("none", "", "all")
    assert "None" in row["evidence"]
