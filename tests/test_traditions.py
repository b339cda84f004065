"""Traditions: the mix, communities, stability, people's edits, labels, and the stage itself."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import generator
import numpy as np
import pytest
from scipy.sparse import block_diag, csr_matrix

from metanarrative.model import Decision
from metanarrative.project import Project
from metanarrative.traditions import run
from metanarrative.traditions.communities import (
    POTTS,
    absorb_small,
    best_of,
    canonical,
    consensus,
    leiden,
    quality,
)
from metanarrative.traditions.edits import anchors, apply_edits
from metanarrative.traditions.labels import c_tf_idf, label_clusters, representatives
from metanarrative.traditions.mix import layers_from_edges, mix_layers
from metanarrative.traditions.notices import unsure_works
from metanarrative.traditions.policy import vote
from metanarrative.traditions.propose import propose
from metanarrative.traditions.stability import (
    Level,
    Resample,
    adjusted_rand,
    agreement,
    choose,
    cluster_jaccard,
    fused,
    gate,
    participation,
    resample,
    shares,
    subsamples,
)
from metanarrative.traditions.standing import Standing, grade_work, torn


def cliques(sizes: list[int], bridge: float = 0.0) -> csr_matrix:
    """Cliques of weight 1, each pair of neighbours joined by one weak link."""
    dense = block_diag([np.ones((n, n)) - np.eye(n) for n in sizes]).toarray()
    edge = np.cumsum(sizes)
    for end in edge[:-1]:
        dense[end - 1, end] = dense[end, end - 1] = bridge
    return csr_matrix(dense)


def decide(number: int, kind: str, subject: str, verdict: str = "", who: str = "Ann") -> Decision:
    return Decision(f"dc_{number:08d}", f"2026-01-{number:02d}T10:00:00Z", who, kind, subject, verdict)


# -- mix -------------------------------------------------------------------------------------


def test_mix_follows_the_stated_formula() -> None:
    ids = ("a", "b", "c", "d")
    layers = {
        "text": csr_matrix([[0, 0.8, 0.2, 0], [0.8, 0, 0, 0], [0.2, 0, 0, 0], [0, 0, 0, 0]]),
        "bm25": csr_matrix([[0, 5.0, 0, 0], [5.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]),
        "coupling": csr_matrix([[0, 0, 0.5, 0], [0, 0, 0, 0], [0.5, 0, 0, 0.5], [0, 0, 0.5, 0]]),
        "citation": csr_matrix([[0, 1.0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]),
    }
    mix = mix_layers(ids, layers)
    t_ab, t_ac = 0.7 * 0.8 + 0.3, 0.7 * 0.2  # row a has both text parts
    c_ab, c_ac = 0.3, 0.7
    row_ab = 0.6 * t_ab + 0.4 * c_ab
    row_ba = 0.6 * 1.0 + 0.4 * 1.0  # b: all text to a, citations (backwards) to a
    row_ac = 0.6 * t_ac + 0.4 * c_ac
    row_ca = 0.6 * 1.0 + 0.4 * 0.5  # c has no bm25: text alone; no citation: coupling alone
    row_cd, row_dc = 0.4 * 0.5, 1.0  # d has no text: citations at full weight
    got = mix.matrix.toarray()
    assert got[0, 1] == pytest.approx((row_ab + row_ba) / 2)
    assert got[0, 2] == pytest.approx((row_ac + row_ca) / 2)
    assert got[2, 3] == pytest.approx((row_cd + row_dc) / 2)
    assert np.allclose(got, got.T)
    assert np.allclose(mix.text_share + mix.citation_share, 1)
    assert mix.text_share[3] == 0


def test_works_without_any_layer_are_isolates_and_strangers_are_ignored() -> None:
    edges = [
        {"layer": "text", "source_id": "a", "target_id": "b", "weight": 0.5},
        {"layer": "text", "source_id": "a", "target_id": "gone", "weight": 0.5},
        {"layer": "text", "source_id": "a", "target_id": "a", "weight": 1.0},
        {"layer": "text", "source_id": "b", "target_id": "c", "weight": -0.1},
    ]
    mix = mix_layers(("a", "b", "c"), layers_from_edges(("a", "b", "c"), edges))
    assert mix.matrix.nnz == 2
    assert mix.text_share.tolist() == [1.0, 1.0, 0.0]
    assert mix.citation_share.tolist() == [0.0, 0.0, 0.0]


def test_no_edges_at_all_is_an_empty_mix() -> None:
    assert mix_layers((), {}).matrix.shape == (0, 0)
    assert mix_layers(("a",), {}).matrix.nnz == 0


# -- communities -----------------------------------------------------------------------------


def test_modularity_and_cpm_worked_numbers() -> None:
    upper = csr_matrix(([3.0, 1, 2, 4], ([0, 0, 1, 2], [1, 2, 2, 3])), shape=(4, 4))
    matrix = (upper + upper.T).tocsr()
    labels = canonical([0, 0, 1, 1])
    assert quality(matrix, labels) == pytest.approx(0.195)
    assert quality(matrix, labels, method=POTTS) == pytest.approx(5.0)


def test_leiden_finds_cliques_and_leaves_isolates() -> None:
    matrix = cliques([6, 4, 3, 1], 0.0)
    assert leiden(matrix, seed=3).tolist() == [0] * 6 + [1] * 4 + [2] * 3 + [-1]
    assert leiden(csr_matrix((3, 3)), seed=1).tolist() == [-1, -1, -1]


def test_fallbacks_find_the_same_cliques(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    matrix = cliques([6, 5, 4], 0.1)
    expected = leiden(matrix, seed=1).tolist()
    monkeypatch.setitem(sys.modules, "graspologic_native", None)
    assert leiden(matrix, seed=1).tolist() == expected
    monkeypatch.setitem(sys.modules, "sknetwork.clustering", None)
    assert leiden(matrix, seed=1).tolist() == expected


def test_vosviewer_clusters_by_association_strength_and_cpm(shared: Callable[[str], Path]) -> None:
    data = json.loads(shared("graphs/vosviewer_qss_bibliographic_coupling.json").read_text("utf-8"))
    items = sorted(item["id"] for item in data["network"]["items"])
    place = {item: row for row, item in enumerate(items)}
    truth = [0] * len(items)
    for item in data["network"]["items"]:
        truth[place[item["id"]]] = item["cluster"]
    links = data["network"]["links"]
    rows = [place[link["source_id"]] for link in links]
    columns = [place[link["target_id"]] for link in links]
    upper = csr_matrix(([float(link.get("strength", 1)) for link in links], (rows, columns)), shape=(39, 39))
    raw = (upper + upper.T).tocoo()
    degree = np.asarray(raw.sum(axis=1)).ravel()
    raw.data = raw.data * degree.sum() / (degree[raw.row] * degree[raw.col])
    labels, _, _ = best_of(raw.tocsr(), range(10), resolution=1.0, method=POTTS)
    assert adjusted_rand(labels, truth) == 1.0


def test_consensus_and_small_communities() -> None:
    matrix = cliques([8, 8, 2], 0.05)
    labels, score, runs = best_of(matrix, range(5))
    agreed = consensus(matrix, runs, range(5), resolution=1.0)
    assert adjusted_rand(labels, agreed) == 1.0
    assert score == pytest.approx(quality(matrix, labels))
    joined, moved = absorb_small(matrix, agreed, 3)
    assert moved.tolist() == [16, 17]
    assert set(joined.tolist()) == {0, 1}
    alone, _ = absorb_small(cliques([8, 2]), canonical([0] * 8 + [1] * 2), 3)
    assert alone.tolist() == [0] * 8 + [-1] * 2  # listed, not forced


# -- stability -------------------------------------------------------------------------------


def test_adjusted_rand_agrees_with_scikit_learn() -> None:
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(1)
    for _ in range(20):
        a, b = rng.integers(0, 4, 50), rng.integers(0, 6, 50)
        assert adjusted_rand(a, b) == pytest.approx(adjusted_rand_score(a, b))


def test_figures_a_cluster_and_a_work() -> None:
    labels = canonical([0, 0, 0, 0, 1, 1, 1, 1])
    same = Resample(np.arange(8), labels)
    shifted = Resample(np.arange(8), canonical([0, 0, 0, 1, 1, 1, 1, 1]))  # work 3 goes over
    assert cluster_jaccard(labels, [same]).tolist() == [1.0, 1.0]
    assert cluster_jaccard(labels, [shifted]) == pytest.approx([3 / 4, 4 / 5])
    assert agreement(labels, [same, shifted]).tolist() == [1, 1, 1, 0.5, 1, 1, 1, 1]
    merged = Resample(np.arange(8), np.zeros(8, dtype=np.int64))
    assert fused(labels, [merged, merged, same]) == [(0, 1, pytest.approx(2 / 3))]


def test_shares_and_participation() -> None:
    matrix = cliques([4, 4], 1.0)
    share = shares(matrix, canonical([0] * 4 + [1] * 4))
    assert share.toarray()[3].tolist() == [0.75, 0.25]
    assert participation(share)[3] == pytest.approx(1 - 0.75**2 - 0.25**2)
    assert participation(share)[0] == 0


def test_rule_takes_the_finest_level_near_the_best() -> None:
    levels = [Level(0.3, 2, 0.99), Level(0.7, 7, 0.959), Level(0.86, 8, 0.969), Level(1.05, 8, 0.968)]
    levels += [Level(1.27, 9, 0.948), Level(1.54, 12, 0.827)]
    found = choose(levels, (4, 15))
    assert (found.gamma, found.best) == (1.05, 0.969)
    assert [level.gamma for level in found.levels if level.chosen] == [1.05]
    nearest = choose([Level(0.3, 2, 0.9), Level(0.5, 3, 0.8)], (4, 15))
    assert nearest.gamma == 0.5
    assert "no level has" in nearest.why
    assert choose([Level(1.0, 1, 0.0)], (4, 15)).best == 0.0


def test_structure_is_found_and_input_order_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    matrix = cliques([30, 25, 20, 15], 0.2)
    found = propose(matrix, rng, bootstraps=4, starts=3)
    assert adjusted_rand(found.labels, np.repeat([0, 1, 2, 3], [30, 25, 20, 15])) == 1.0
    assert found.scan is not None
    assert found.scan.best > 0.9
    again = propose(matrix, np.random.default_rng(0), bootstraps=4, starts=3)
    assert again.labels.tolist() == found.labels.tolist()
    assert again.scan == found.scan


@pytest.mark.parametrize("size", [0, 1, 2, 7])
def test_too_few_works_are_refused(size: int) -> None:
    dense = np.ones((size, size)) - np.eye(size)
    found = propose(csr_matrix(dense), np.random.default_rng(0))
    assert found.refusal == "too-few-works"
    assert (found.labels == -1).all()


# -- the generator: the acceptance test of the clustering -------------------------------------


def test_generator_hybrid_finds_the_families() -> None:
    from sklearn.metrics import adjusted_mutual_info_score, roc_auc_score

    literature = generator.generate(1)
    layers = generator.layers(literature)
    hybrid = mix_layers(literature.ids, layers).matrix
    text = mix_layers(literature.ids, {"bm25": layers["bm25"]}).matrix
    cited = mix_layers(literature.ids, {name: layers[name] for name in ("coupling", "citation")}).matrix
    scores = {}
    for name, matrix in (("hybrid", hybrid), ("text", text), ("cited", cited)):
        labels, _, _ = best_of(matrix, range(4), resolution=0.7)
        scores[name] = adjusted_mutual_info_score(literature.family, labels)
        if name == "hybrid":
            bridging = roc_auc_score(literature.bridging, participation(shares(matrix, labels)))
    assert scores["hybrid"] >= 0.80
    assert scores["hybrid"] > max(scores["text"], scores["cited"])
    assert bridging >= 0.80
    draws = subsamples(len(literature.ids), 4, np.random.default_rng(3))
    from metanarrative.traditions.stability import together

    assert together(resample(hybrid, draws, resolution=0.7, seed=5), len(literature.ids)) >= 0.93


def test_generator_without_structure_is_refused() -> None:
    literature = generator.generate(2, works=600, structure=0.0)
    matrix = mix_layers(literature.ids, generator.layers(literature)).matrix
    found = propose(matrix, np.random.default_rng(1), bootstraps=6, starts=2)
    assert found.refusal == "no-stable-traditions"
    assert found.scan is not None
    assert found.scan.best < 0.40
    assert (found.labels == -1).all()


@pytest.mark.parametrize("seed", range(1, 7))
def test_few_works_without_structure_are_refused_too(seed: int) -> None:
    literature = generator.generate(seed, works=100, structure=0.0)
    matrix = mix_layers(literature.ids, generator.layers(literature)).matrix
    found = propose(matrix, np.random.default_rng(seed), bootstraps=8, starts=2)
    assert found.refusal == "no-stable-traditions"
    assert found.scan is not None
    assert found.scan.best < gate(100)


def test_hundred_works_with_structure_are_clustered() -> None:
    literature = generator.generate(2, works=100, traditions=4)
    matrix = mix_layers(literature.ids, generator.layers(literature)).matrix
    assert propose(matrix, np.random.default_rng(1), bootstraps=8).refusal == ""


def test_one_large_cluster_and_crumbs_are_no_structure() -> None:
    # by citations alone and without structure, crumbs at the rim of one large cluster come back at 0.7
    literature = generator.generate(4, works=400, structure=0.0)
    found = {name: layer for name, layer in generator.layers(literature).items() if name != "bm25"}
    matrix = mix_layers(literature.ids, found).matrix
    proposal = propose(matrix, np.random.default_rng(1004), bootstraps=8, starts=2)
    assert proposal.refusal == "no-stable-traditions"
    crumbs = [Level(0.3, 4, 0.95, largest=0.9), Level(0.8, 5, 0.2, largest=0.3)]
    assert choose(crumbs, (4, 15)).gamma == 0.8
    assert choose(crumbs[:1], (4, 15)).best == 0.0


def test_mixed_reviews_are_told_apart_by_words_alone(shared: Callable[[str], Path]) -> None:
    with shared("labelled/mixed_reviews_A.csv").open(encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: row["id"])
    texts = [f"{row['title']} {row['abstract']}" for row in rows]
    number = min(15, int(np.clip(round(0.5 * np.sqrt(len(rows))), 8, 30)))
    mix = mix_layers([row["id"] for row in rows], {"bm25": generator.bm25(texts, number)})
    found = propose(mix.matrix, np.random.default_rng(1))
    truth = np.unique([row["review"] for row in rows], return_inverse=True)[1]
    linked = found.labels >= 0
    assert linked.mean() > 0.98
    assert 4 <= found.labels.max() + 1 <= 6
    assert adjusted_rand(found.labels[linked], truth[linked]) >= 0.90


# -- people's edits --------------------------------------------------------------------------

IDS = tuple(f"wk_{row:02d}" for row in range(15))
MATRIX = cliques([6, 5, 4], 0.3)
MACHINE = canonical([0] * 6 + [1] * 5 + [2] * 4)
A, B, C = " ".join(IDS[:6]), " ".join(IDS[6:11]), " ".join(IDS[11:])


def edit(
    *decisions: Decision,
    labels: np.ndarray = MACHINE,
    ids: tuple[str, ...] = IDS,
    matrix: csr_matrix = MATRIX,
):  # type: ignore[no-untyped-def]
    return apply_edits(ids, labels, matrix, decisions)


def groups(labels: np.ndarray, ids: tuple[str, ...] = IDS) -> set[frozenset[str]]:
    return {frozenset(ids[r] for r in np.flatnonzero(labels == c)) for c in range(labels.max() + 1)}


def test_names_come_back_by_overlap_or_are_reported() -> None:
    out = edit(decide(1, "name", f"T: {A}", "Recovery"), decide(2, "accept", B))
    assert out.names == {0: ("Recovery", "Ann")}
    assert out.accepted == {0, 1}
    assert out.problems == []
    spread = " ".join([*IDS[:2], *IDS[6:8], IDS[11]])  # 2 of 5 at best, and a tie
    unsure = edit(decide(1, "name", spread, "Recovery"))
    assert [p.code for p in unsure.problems] == ["decision-unsure"]
    assert "Ann" in unsure.problems[0].message
    assert "2026-01-01" in unsure.problems[0].message
    assert "Recovery" in unsure.problems[0].message
    outside = canonical([-1] * 6 + [1] * 5 + [2] * 4)
    assert [p.code for p in edit(decide(1, "name", A, "X"), labels=outside).problems] == ["decision-homeless"]


def test_a_deleted_work_is_reported_and_the_rest_still_counts() -> None:
    out = edit(decide(1, "name", f"{A} wk_gone", "Recovery"))
    assert out.names[0] == ("Recovery", "Ann")
    assert [(p.code, p.severity, p.subject) for p in out.problems] == [("decision-subject-gone", "note", "wk_gone")]
    lost = edit(decide(1, "move", "wk_gone", A))
    assert [(p.code, p.severity) for p in lost.problems] == [("decision-subject-gone", "warning")]


def test_a_later_name_wins_with_a_note() -> None:
    out = edit(decide(1, "name", A, "One"), decide(2, "name", A, "Two", who="Bob"))
    assert out.names == {0: ("Two", "Bob")}
    assert [p.code for p in out.problems] == ["decision-replaced"]
    both = edit(decide(1, "name", A, "Same"), decide(2, "name", B, "Same"))
    assert list(both.names.values()) == [("Same", "Ann")]
    assert [p.code for p in both.problems] == ["decision-unclear"]


def test_merge_then_name_then_split() -> None:
    out = edit(decide(1, "merge", f"{A} | {B}", "Services"))
    assert groups(out.labels) == {frozenset(IDS[:11]), frozenset(IDS[11:])}
    assert out.names == {0: ("Services", "Ann")}
    back = edit(
        decide(1, "merge", f"{A} | {B}", "Services"),
        decide(2, "split", f"{A} {B}", f"{IDS[0]} {IDS[1]} | {IDS[9]}"),
    )
    assert groups(back.labels) == {frozenset(IDS[:6]), frozenset(IDS[6:11]), frozenset(IDS[11:])}
    assert list(back.names.values()) == [("Services", "Ann")]  # the larger part keeps the name
    leaves = edit(decide(1, "split", A, f"{IDS[4]} {IDS[5]}"))
    assert frozenset(IDS[4:6]) in groups(leaves.labels)
    assert frozenset(IDS[:4]) in groups(leaves.labels)


def test_move_pin_and_reject() -> None:
    out = edit(
        decide(1, "name", B, "Efficiency"),
        decide(2, "move", IDS[0], "Efficiency"),
        decide(3, "pin", IDS[11], C),
        decide(4, "reject", A),
    )
    assert out.labels[0] == out.labels[6]
    assert out.placed[0] == "Ann"
    assert (out.labels[1:6] == -1).all()
    assert out.names == {0: ("Efficiency", "Ann")}
    early = edit(decide(1, "move", IDS[0], "Efficiency"), decide(2, "name", B, "Efficiency"))
    assert early.labels[0] == early.labels[6]  # the name came later
    begun = edit(decide(1, "move", IDS[0], "A new one"), decide(2, "move", IDS[6], "A new one"))
    assert begun.labels[0] == begun.labels[6]
    assert begun.names[int(begun.labels[0])] == ("A new one", "Ann")
    assert edit(decide(1, "move", IDS[0], "none")).labels[0] == -1


def test_links_are_honoured_and_contradictions_refused_with_their_chain() -> None:
    out = edit(decide(1, "must-link", f"{IDS[0]} {IDS[6]}"), decide(2, "cannot-link", f"{IDS[1]} {IDS[2]}"))
    assert out.labels[0] == out.labels[6]
    assert out.labels[1] != out.labels[2]
    assert not [p for p in out.problems if p.severity == "error"]
    clash = edit(
        decide(1, "must-link", f"{IDS[0]} {IDS[1]}"),
        decide(2, "must-link", f"{IDS[1]} {IDS[2]}", who="Bob"),
        decide(3, "cannot-link", f"{IDS[0]} {IDS[2]}", who="Cat"),
    )
    (problem,) = clash.problems
    assert problem.code == "decision-contradiction"
    for word in (f"{IDS[0]} = {IDS[1]} (Ann", f"{IDS[1]} = {IDS[2]} (Bob", f"{IDS[0]} is not {IDS[2]} (Cat"):
        assert word in problem.message
    assert clash.labels[0] == clash.labels[2]
    other = edit(
        decide(1, "cannot-link", f"{IDS[0]} {IDS[2]}"),
        decide(2, "must-link", f"{IDS[0]} {IDS[1]}"),
        decide(3, "must-link", f"{IDS[1]} {IDS[2]}"),
    )
    assert [p.code for p in other.problems] == ["decision-contradiction", "decision-set-aside"]
    assert other.labels[0] != other.labels[2]
    pinned = edit(
        decide(1, "pin", IDS[0], A), decide(2, "pin", IDS[6], B), decide(3, "must-link", f"{IDS[0]} {IDS[6]}")
    )
    assert [p.code for p in pinned.problems] == ["decision-contradiction"]
    assert pinned.labels[0] != pinned.labels[6]


def test_decisions_survive_ten_per_cent_more_works() -> None:
    ids = (*IDS, "wk_90", "wk_91")
    dense = np.zeros((17, 17))
    dense[:15, :15] = MATRIX.toarray()
    dense[15, :3] = dense[:3, 15] = 1
    dense[16, 6:9] = dense[6:9, 16] = 1
    matrix = csr_matrix(dense)
    taken = [
        decide(1, "name", A, "Recovery"),
        decide(2, "merge", f"{B} | {C}", "Organisation"),
        decide(3, "move", IDS[5], B),
        decide(4, "must-link", f"{IDS[1]} {IDS[2]}"),
    ]
    out = edit(*taken, labels=leiden(matrix, seed=1), ids=ids, matrix=matrix)
    assert sorted(name for name, _ in out.names.values()) == ["Organisation", "Recovery"]
    assert out.problems == []
    assert out.applied == 4


def test_unclear_decisions_are_said_so() -> None:
    codes = [
        p.code
        for p in edit(
            decide(1, "merge", A),
            decide(2, "split", A, ""),
            decide(3, "name", A, " "),
            decide(4, "must-link", IDS[0]),
        ).problems
    ]
    assert codes == ["decision-unclear"] * 4


def test_anchors_are_the_surest_works() -> None:
    assert anchors(range(3), ("c", "b", "a"), [0.5, 0.5, 0.9], 2) == ["a", "b"]


# -- labels and policies ---------------------------------------------------------------------


def test_c_tf_idf_worked_numbers() -> None:
    a, b = c_tf_idf([{"x": 4, "y": 1}, {"x": 2, "z": 3}])
    assert {k: round(v, 6) for k, v in a.items()} == {"x": 0.484909, "y": 0.358352}
    assert {k: round(v, 6) for k, v in b.items()} == {"x": 0.242454, "z": 0.588498}
    assert c_tf_idf([]) == []


def test_no_two_labels_are_equal_and_fragments_are_no_labels() -> None:
    texts = ["Framework for personal recovery."] * 4 + ["Case management teams."] * 4 + ["Case management teams."] * 4
    labels, _ = label_clusters(texts, canonical([0] * 4 + [1] * 4 + [2] * 4))
    names = [label.label for label in labels]
    assert len(set(names)) == 3
    assert "recovery" in names[0]
    assert "framework for personal" not in labels[0].terms
    assert label_clusters([], np.zeros(0, dtype=np.int64)) == ([], [])
    empty, _ = label_clusters([""] * 2, canonical([0, 0]))
    assert empty[0].label


def test_representatives_are_central_and_confident() -> None:
    star = csr_matrix(np.array([[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]], dtype=float))
    assert representatives(star, canonical([0] * 4), np.array([1, 1, 0.5, 1]), 2) == [[0, 1]]


def test_a_document_glued_from_two_traditions_is_placed_by_its_passages() -> None:
    rng = np.random.default_rng(0)
    centres = np.eye(2, 20) * 4
    works = np.concatenate([rng.normal(centres[t], 1, (40, 20)) for t in (0, 1)])
    chunks = np.concatenate([rng.normal(centres[0], 1, (7, 20)), rng.normal(centres[1], 1, (3, 20))])
    unit = lambda rows: (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)  # noqa: E731
    found = vote(unit(chunks), ["d"] * 10, unit(works), canonical([0] * 40 + [1] * 40))["d"]
    assert found.shares.argmax() == 0
    assert abs(found.shares[1] - 0.3) <= 0.15
    assert found.agreement == pytest.approx(0.7)
    assert vote(unit(chunks), ["d"] * 10, unit(works), np.full(80, -1)) == {}


# -- the stage -------------------------------------------------------------------------------


def write_corpus(root: Path, literature: generator.Literature, *, policies: int = 2) -> Project:
    """Make a project whose earlier stages have run, straight through the store."""
    Project.create(root, title="Made up")
    project = Project(root)
    ids = literature.ids
    layers = generator.layers(literature)
    works = [
        {
            "work_id": work, "kind": "literature", "title": literature.texts[row][:60], "authors": [],
            "year": int(literature.years[row]), "abstract": literature.texts[row], "keywords": [], "routes": [],
            "sources": [], "n_records": 1, "n_references": len(literature.references[row]),
        }
        for row, work in enumerate(ids)
    ]  # fmt: skip
    works += [
        {"work_id": f"wk_p{n}", "kind": "policy", "title": f"Policy {n}", "nation": "wales", "authors": [],
         "keywords": [], "routes": [], "sources": []}
        for n in range(policies)
    ]  # fmt: skip
    with project.writing("dedupe") as out:
        out.write("work", works)
    with project.writing("screen") as out:
        out.write(
            "screening",
            [{"work_id": w["work_id"], "verdict": "included", "reason": "", "decided_by": "machine"} for w in works],
        )
    rng = np.random.default_rng(0)
    vectors = np.eye(literature.family.max() + 1, 16, dtype=np.float32)[literature.family]
    vectors = vectors + rng.normal(0, 0.05, vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    passages = [(f"ps_{n}", f"wk_p{n}", vectors[n]) for n in range(policies)]
    with project.writing("embed") as out:
        out.write(
            "passage",
            [
                {
                    "passage_id": p,
                    "work_id": w,
                    "position": 1,
                    "kind": "paragraph",
                    "language": "en",
                    "text": "A text.",
                }
                for p, w, _ in passages
            ]
            + [
                {
                    "passage_id": f"ps_{w}",
                    "work_id": w,
                    "position": 1,
                    "kind": "abstract",
                    "language": "en",
                    "text": t,
                }
                for w, t in zip(ids, literature.texts, strict=True)
            ],
        )
        out.array("work", ids, vectors, model="made-up")
        if passages:
            out.array("passage", [p for p, _, _ in passages], np.stack([v for _, _, v in passages]), model="made-up")
    edges = []
    for layer, matrix in layers.items():
        cells = matrix.tocoo()
        for i, j, weight in zip(cells.row.tolist(), cells.col.tolist(), cells.data.tolist(), strict=True):
            if layer == "citation" or i < j:
                edges.append({"layer": layer, "source_id": ids[i], "target_id": ids[j], "weight": weight})
    with project.writing("graph") as out:
        out.write("edge", edges)
        out.write(
            "citation",
            [{"citing_id": ids[a], "cited_id": ids[b], "match": "doi", "score": 1.0} for a, b in literature.citations],
        )
        out.write(
            "reference",
            [
                {"work_id": work, "position": n + 1, "raw": name, "year": 1980 + len(name), "node": f"ref_{name}",
                 "match": "none"}
                for work, own in zip(ids, literature.references, strict=True)
                for n, name in enumerate(own)
            ],
        )  # fmt: skip
    return project


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = write_corpus(tmp_path_factory.mktemp("project") / "p", generator.generate(4, works=220))
    project.overrides["traditions"] = {"bootstraps": 6, "starts": 3}
    run(project, project.settings("traditions"))
    return project


def test_stage_tables_hold_together(made: Project) -> None:
    clusters = made.store.read("cluster")
    members = made.store.read("membership")
    assert len(clusters) >= 2
    assert {c["number"] for c in clusters} == set(range(1, len(clusters) + 1))
    sizes = [c["size"] for c in sorted(clusters, key=lambda c: c["number"])]
    assert sizes == sorted(sizes, reverse=True)
    held = [m["cluster_id"] for m in members if m["cluster_id"]]
    assert {c["cluster_id"]: c["size"] for c in clusters} == {h: held.count(h) for h in set(held)}
    assert len(members) == 222  # every included work has its row
    assert {m["placed_by"] for m in members if m["work_id"].startswith("wk_p")} == {"passages"}
    assert all(0 <= m["strength"] <= 1 and 0 <= m["bridge"] <= 1 for m in members)
    # who has a link has a place
    linked = [m for m in members if m["placed_by"] == "machine" and m["text_share"] + m["citation_share"] > 0]
    assert linked and all(m["cluster_id"] for m in linked)
    labels = [c["label"] for c in clusters]
    assert len(set(labels)) == len(labels)
    assert all(json.loads(c["anchors"]) and json.loads(c["representatives"]) for c in clusters)
    assert sum(r["chosen"] for r in made.store.read("resolution")) == 1


def test_stage_is_deterministic_and_applies_decisions(made: Project) -> None:
    before = [made.store.read(t) for t in ("cluster", "membership", "resolution")]
    run(made, made.settings("traditions"))
    assert [made.store.read(t) for t in ("cluster", "membership", "resolution")] == before
    first, second = sorted(before[0], key=lambda c: c["number"])[:2]
    made.append_decision("name", " ".join(json.loads(first["anchors"])), "Recovery", who="Ann")
    mover = json.loads(second["anchors"])[0]
    made.append_decision("move", mover, "Recovery", who="Ann")
    made.append_decision("name", "wk_gone1 wk_gone2", "Lost", who="Ann")
    summary = run(made, made.settings("traditions"))
    named = [c for c in made.store.read("cluster") if c["tradition"]]
    assert [(c["tradition"], c["accepted"]) for c in named] == [("Recovery", 1)]
    (moved,) = made.store.read("membership", where={"work_id": mover})
    assert (moved["tradition"], moved["placed_by"]) == ("Recovery", "Ann")
    assert moved["grade"] in ("core", "member")
    codes = [p["code"] for p in made.store.read("problem", where={"stage": "traditions"})]
    assert "decision-subject-gone" in codes
    assert "decision-homeless" in codes
    assert summary.counts["decisions applied"] == 2


@pytest.mark.parametrize("works", [0, 1, 5])
def test_stage_on_next_to_nothing(tmp_path: Path, works: int) -> None:
    if works == 0:
        Project.create(tmp_path / "p", title="Empty")
        project = Project(tmp_path / "p")
    else:
        project = write_corpus(tmp_path / "p", generator.generate(1, works=works), policies=1)
    summary = run(project, project.settings("traditions"))
    assert summary.counts["clusters"] == 0
    assert project.store.read("cluster") == []
    assert all(m["grade"] == "isolate" for m in project.store.read("membership"))


def test_policy_documents_are_placed_by_a_clear_lead_or_by_a_person() -> None:
    from metanarrative.model import Decision
    from metanarrative.traditions.policy import Vote, clear, moves_of, place_by_people

    assert clear(Vote(np.array([0.45, 0.3, 0.25]), 0.8, 5))
    assert not clear(Vote(np.array([0.36, 0.34, 0.3]), 0.8, 5))
    ids, labels = ("wk_a", "wk_b", "wk_c"), np.array([0, 0, 1])
    by_name = Decision("d1", "2026-01-01", "Ann", "move", "wk_p", "Recovery")
    by_anchor = Decision("d2", "2026-01-02", "Ben", "pin", "wk_q", "wk_a wk_b wk_c")
    nowhere = Decision("d3", "2026-01-03", "Ann", "move", "wk_p", "No such tradition")
    about_work = Decision("d4", "2026-01-04", "Ann", "move", "wk_a", "Recovery")
    moves = moves_of([by_name, by_anchor, nowhere, about_work], {"wk_p", "wk_q"})
    assert [d.id for d in moves] == ["d1", "d2", "d3"]
    placed, problems = place_by_people(moves, {"wk_p", "wk_q"}, ids, labels, {1: "Recovery"})
    assert placed == {"wk_p": (1, "Ann"), "wk_q": (0, "Ben")}
    assert [p.code for p in problems] == ["decision-homeless"]


def test_torn_works_are_told() -> None:
    """Agreement below a half with another cluster as near, or below a quarter; never a work outside."""
    labels = np.array([0] * 8 + [1] * 2 + [-1], dtype=np.int64)
    stays = np.array([0.9, 0.49, 0.49, 0.24, 0.5, 0.9, 0.9, np.nan, 0.1, 0.9, 0.1])
    strength = np.array([0.5, 0.5, 0.6, 0.9, 0.4, 1.0, 1.0, 0.1, 0.9, 0.9, 0.0])
    second = np.array([0.5, 0.5, 0.4, 0.1, 0.6, 0.0, 0.0, 0.9, 0.1, 0.1, 0.0])
    own = Standing(None, strength, labels, second, stays, strength, strength)
    assert np.flatnonzero(torn(own, labels)).tolist() == [1, 3, 8]
    # whatever its ties, such a work is peripheral: agreement below a half bounds its confidence
    assert all(grade_work(float(stays[row] * strength[row])) == "peripheral" for row in (1, 3, 8))


def test_torn_works_are_listed_unless_a_person_placed_them() -> None:
    ids = ["wk_a", "wk_b", "wk_c", "wk_d"]
    pairs = block_diag([np.array([[0.0, 1.0], [1.0, 0.0]])] * 2).tocsr()
    labels = np.array([0, 0, 1, 1], dtype=np.int64)
    unsure = np.array([True, False, True, False])
    (problem,) = unsure_works(ids, unsure, apply_edits(ids, labels, pairs, []))
    assert problem.code == "unsure-works" and problem.message.startswith("2 works are in their cluster")
    assert "wk_a, wk_c" in problem.message
    placed = apply_edits(ids, labels, pairs, [])
    placed.placed[0] = "Ann"
    (problem,) = unsure_works(ids, unsure, placed)
    assert "wk_a" not in problem.message and problem.subject == "wk_c"
    assert unsure_works(ids, np.zeros(4, dtype=np.bool_), apply_edits(ids, labels, pairs, [])) == []
