"""The rows of the large benchmark, at a small size: what they measure is right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from metanarrative.graph import layers
from metanarrative.graph.layers import coupling_layer, incidence
from metanarrative.traditions import stability
from metanarrative.traditions.stability import resample, subsamples

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("row", ["layers", "main-path"])
def test_rows_run(row: str) -> None:
    command = [sys.executable, str(ROOT / "benchmarks/large.py"), "--child", row, "--share", "0.02"]
    out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    got = json.loads(out)
    assert got["cpu"] > 0
    if row == "layers":
        assert got["said"]["clusters"] > 1
        assert got["said"]["citations"] > 0
    else:
        assert got["said"]["citations"] == 2000
        assert got["said"]["bits of the largest count"] > 20


def _references(works: int = 300) -> object:
    rng = np.random.default_rng(3)
    rows = np.repeat(np.arange(works), 12)
    return incidence(rows, (rows % 7) * 40 + rng.integers(0, 40, rows.size), (works, 280))


def test_threads_change_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    cites = _references()
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(layers, "_threads", lambda n, threads=threads: threads)
        found.append(coupling_layer(cites, 8)[0])
    assert all((one != found[0]).nnz == 0 for one in found)
    assert found[0].nnz > 1000


def test_coupling_by_columns_is_coupling_by_the_formula() -> None:
    cites = _references()
    n = cites.shape[0]  # type: ignore[attr-defined]
    frequency = np.asarray(cites.sum(axis=0)).ravel()  # type: ignore[attr-defined]
    weighted = cites.toarray() * np.sqrt(np.log(n / np.maximum(frequency, 1)))  # type: ignore[attr-defined]
    weighted[:, (frequency < 2) | (frequency > n // 2)] = 0
    length = np.linalg.norm(weighted, axis=1, keepdims=True)
    cosine = (weighted @ weighted.T) / (length * length.T)
    np.fill_diagonal(cosine, 0)
    found = coupling_layer(cites, n)[0].toarray()
    np.testing.assert_allclose(found, cosine, atol=1e-6)
    top = coupling_layer(cites, 5)[0].toarray()
    strongest = np.sort(cosine, axis=1)[:, -5]
    assert ((top > 0) <= (cosine >= np.minimum.outer(strongest, strongest) - 1e-6)).all()


def test_resamples_two_at_a_time_are_those_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from scipy.sparse import block_diag

    matrix = block_diag([np.ones((20, 20)) - np.eye(20)] * 10).tocsr()
    draws = subsamples(200, 6, np.random.default_rng(1))
    one = resample(matrix, draws, resolution=1.0, seed=4)
    monkeypatch.setattr(stability, "THREADED", 1)
    two = resample(matrix, draws, resolution=1.0, seed=4)
    assert all((a.rows == b.rows).all() and (a.labels == b.labels).all() for a, b in zip(one, two, strict=True))
