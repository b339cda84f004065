"""Modularity and the constant Potts model, the free libraries and igraph."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import generator
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_mutual_info_score as ami
from test_between_traditions import corpus, made

from metanarrative.errors import ModelMissingError
from metanarrative.traditions.communities import POTTS, Method, best_of, leiden, quality
from metanarrative.traditions.mix import mix_layers
from metanarrative.traditions.propose import propose

HAS_IGRAPH = importlib.util.find_spec("igraph") is not None
RING = 12


def ring_of_cliques() -> csr_matrix:
    """Twelve cliques of four in a ring: modularity at 0.3 joins neighbours, the Potts model never does."""
    dense = np.zeros((RING * 4, RING * 4))
    for clique in range(RING):
        own = slice(4 * clique, 4 * clique + 4)
        dense[own, own] = 1
        one, other = 4 * clique, (4 * clique + 7) % (4 * RING)
        dense[one, other] = dense[other, one] = 1
    np.fill_diagonal(dense, 0)
    return csr_matrix(dense)


def partitions(size: int) -> list[list[int]]:
    """Every partition of `size` things, as labels."""
    found = [[0]]
    for _ in range(size - 1):
        found = [[*own, label] for own in found for label in range(max(own) + 2)]
    return found


def test_potts_finds_the_best_partition_there_is() -> None:
    assert len(partitions(6)) == 203
    rng = np.random.default_rng(5)
    for _ in range(5):
        upper = np.triu(rng.random((6, 6)) * (rng.random((6, 6)) < 0.6), k=1)
        matrix = csr_matrix(upper + upper.T)
        best = max(quality(matrix, np.array(own), resolution=0.4, method=POTTS) for own in partitions(6))
        _, found, _ = best_of(matrix, range(8), resolution=0.4, method=POTTS)
        linked = np.asarray(matrix.sum(axis=1)).ravel() > 0
        assert linked.all()
        assert found == pytest.approx(best)


def test_the_two_qualities_differ_where_they_should() -> None:
    matrix = ring_of_cliques()
    apart, _, _ = best_of(matrix, range(5), resolution=0.5, method=POTTS)
    joined, _, _ = best_of(matrix, range(5), resolution=0.3)
    assert apart.max() + 1 == RING
    assert joined.max() + 1 < RING


def test_relative_resolution_does_not_know_the_scale_of_weights() -> None:
    matrix = ring_of_cliques()
    relative = Method("cpm", relative=True)
    mean = matrix.sum() / matrix.shape[0] ** 2
    assert relative.scaled(matrix, 2.0) == pytest.approx(2 * mean)
    assert POTTS.scaled(matrix, 2.0) == 2.0
    once = leiden(matrix, resolution=5.0, seed=1, method=relative)
    assert (once == leiden(matrix * 7, resolution=5.0, seed=1, method=relative)).all()
    assert once.max() + 1 == RING


def test_potts_proposes_families_as_modularity_does() -> None:
    made_up = generator.generate(3, works=300)
    matrix = mix_layers(made_up.ids, generator.layers(made_up)).matrix
    found = propose(
        matrix, np.random.default_rng(1), resolution=1.0, bootstraps=0, starts=3, method=Method("cpm", relative=True)
    )
    assert ami(made_up.family, found.labels) > 0.5


@pytest.mark.skipif(HAS_IGRAPH, reason="igraph is installed here")
def test_igraph_asked_for_and_absent_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="not installed") as told:
        leiden(ring_of_cliques(), method=Method(library="igraph"))
    assert "gpl" in told.value.mend


@pytest.mark.skipif(not HAS_IGRAPH, reason="igraph is not installed (extra gpl)")
@pytest.mark.parametrize("name", ["modularity", "cpm"])
def test_igraph_gives_what_the_free_libraries_give(name: str) -> None:
    matrix = ring_of_cliques()
    gamma = 1.0 if name == "modularity" else 0.5
    free, score, _ = best_of(matrix, range(5), resolution=gamma, method=Method(name))
    theirs, other, _ = best_of(matrix, range(5), resolution=gamma, method=Method(name, "igraph"))
    assert other == pytest.approx(score)
    assert ami(free, theirs) == pytest.approx(1)
    again = leiden(matrix, resolution=gamma, seed=3, method=Method(name, "igraph"))
    assert (again == leiden(matrix, resolution=gamma, seed=3, method=Method(name, "igraph"))).all()


def test_the_setting_reaches_the_stage(tmp_path: Path) -> None:
    project = corpus(tmp_path, made(60))
    project.overrides["traditions"] = {"quality": "cpm", "bootstraps": 2, "starts": 2}
    project.run(last="traditions")
    assert project.store.count("cluster") > 1
    assert project.store.read("resolution")
