"""Layers by choice: venue, authors, co-citation; the share that each layer has in a work's place."""

from __future__ import annotations

import json
from pathlib import Path

import generator
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from test_between_traditions import corpus, made

from metanarrative.graph.attributes import author_key, common_layer, venue_key
from metanarrative.traditions.mix import mix_layers


def square(size: int, *links: tuple[int, int, float]) -> csr_matrix:
    dense = np.zeros((size, size))
    for i, j, weight in links:
        dense[i, j] = dense[j, i] = weight
    return csr_matrix(dense)


def test_common_layer_is_the_cosine_of_what_works_share() -> None:
    layer, aside = common_layer([["a", "b"], ["b", "c", "d", "e"], ["b"], ["z"], [""], []])
    assert aside == 0
    assert layer[0, 1] == pytest.approx(1 / np.sqrt(8), abs=1e-6)
    assert layer[0, 2] == pytest.approx(1 / np.sqrt(2), abs=1e-6)
    assert (layer != layer.T).nnz == 0
    assert not layer.diagonal().any()
    assert not layer[3:].nnz  # alone, without anything, empty


def test_what_many_have_in_common_is_set_aside_and_counted() -> None:
    layer, aside = common_layer([["everywhere", f"own{n // 2}"] for n in range(6)], most=5)
    assert aside == 1
    assert [(i, j) for i, j in zip(*layer.nonzero(), strict=True) if i < j] == [(0, 1), (2, 3), (4, 5)]
    assert common_layer([], most=5)[0].shape == (0, 0)


@pytest.mark.parametrize("name", ["O'Connell, Máire", "O’Connell M", "Máire O'Connell", "OConnell, M. J."])
def test_spellings_of_an_author_meet(name: str) -> None:
    assert author_key(name) == "oconnell m"
    assert author_key("O'Connell, Seán") != author_key(name)


def test_venues_meet_without_their_article() -> None:
    assert venue_key("The Lancet") == venue_key("LANCET.") == "lancet"


def test_a_layer_without_weight_changes_nothing() -> None:
    made_up = generator.generate(2, works=150)
    layers = generator.layers(made_up)
    plain = mix_layers(made_up.ids, layers)
    more = {**layers, "venue": layers["bm25"], "author": layers["bm25"], "cocitation": layers["bm25"]}
    same = mix_layers(made_up.ids, more)
    assert (plain.matrix != same.matrix).nnz == 0
    assert plain.layer_share.keys() == same.layer_share.keys() == {"text", "bm25", "coupling", "citation"}
    lonely = mix_layers(("a", "b"), {"venue": square(2, (0, 1, 1.0)), "cocitation": square(2, (0, 1, 1.0))})
    assert lonely.matrix.nnz == 0  # missing data make no cluster


def test_shares_of_layers_are_those_of_the_formula() -> None:
    # work 0 has everything, 1 text only, 2 citations and a venue, 3 an author only
    layers = {
        "text": square(4, (0, 1, 0.9)),
        "coupling": square(4, (0, 2, 0.4)),
        "cocitation": square(4, (0, 2, 0.7)),
        "venue": square(4, (0, 2, 1.0)),
        "author": square(4, (0, 3, 1.0)),
    }
    mix = mix_layers(tuple("abcd"), layers, cocitation_share=0.25, venue_weight=0.5, author_weight=0.5)
    # rows spend: a: text .6, coupling .3, cocitation .1, venue .5, author .5 of 2; c: (.4 and .5) of .9; d: 1
    assert mix.matrix[0, 1] == pytest.approx((0.6 / 2 + 1) / 2)
    assert mix.matrix[0, 2] == pytest.approx((0.9 / 2 + 1) / 2)
    assert mix.matrix[0, 3] == pytest.approx((0.5 / 2 + 1) / 2)
    assert mix.layer_share["author"][3] == pytest.approx(1)
    assert mix.layer_share["venue"][2] == pytest.approx(((0.5 / 2) + (0.5 / 0.9)) / 2 / mix.matrix[2].sum())
    assert mix.layer_share["cocitation"][2] == pytest.approx(((0.1 / 2) + (0.1 / 0.9)) / 2 / mix.matrix[2].sum())
    np.testing.assert_allclose(sum(mix.layer_share.values()), 1)
    np.testing.assert_allclose(mix.layer_share["text"] + mix.layer_share["bm25"], mix.text_share)


def test_shares_of_a_made_literature_add_up() -> None:
    made_up = generator.generate(3, works=200)
    mix = mix_layers(made_up.ids, generator.layers(made_up))
    total = sum(mix.layer_share.values())
    linked = np.asarray(mix.matrix.sum(axis=1)).ravel() > 0
    np.testing.assert_allclose(total[linked], 1)
    assert not total[~linked].any()
    np.testing.assert_allclose(mix.layer_share["coupling"] + mix.layer_share["citation"], mix.citation_share)


def test_layers_asked_for_reach_the_clusters_and_are_told(tmp_path: Path) -> None:
    rows = [{**row, "venue": f"Journal {n % 3}"} for n, row in enumerate(made(60))]
    project = corpus(tmp_path, rows)
    project.overrides["traditions"] = {"venue_weight": 0.8, "author_weight": 0.1, "bootstraps": 0}
    project.run(last="traditions")
    codes = [p["code"] for p in project.store.read("problem", where={"stage": "traditions"})]
    assert codes.count("layer-missing") == 2  # no layer was asked for
    project.overrides["graph"] = {"extra_layers": "both"}
    project.run(last="traditions")
    problems = project.store.read("problem", where={"stage": "traditions"})
    assert [p["subject"] for p in problems if p["code"] == "layer-missing"] == ["traditions.author_weight"]
    shares = [json.loads(m["layers"]) for m in project.store.read("membership")]
    assert all(share["venue"] > 0.2 for share in shares)
    assert all(sum(share.values()) == pytest.approx(1, abs=1e-3) for share in shares)
    assert {e["layer"] for e in project.store.read("edge")} >= {"venue", "text", "bm25", "coupling"}
    layers = {row["layer"]: row["works"] for row in project.graph_stats().rows}
    assert layers["venue"] == 60
