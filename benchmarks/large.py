"""Large: the speed and memory promised for corpora of a hundred thousand works and more.

Each row runs in a process of its own, so that peak memory is that of the row. Processor seconds
count all threads together; seconds of the clock are what a person waits. On a busy machine the
clock runs ahead: where it misses, the verdict is on processor seconds over the threads that the row
works with, and says so. It is then an estimate for two quiet cores, not a measurement.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def made(works: int, each: int, seed: int) -> tuple[Any, np.ndarray, list[tuple[int, int]]]:
    """Return works x cited things, the column of each work as a cited thing, and citations among works.

    Nine in ten references go to the canon of the work's field, where few take most; one in ten goes
    anywhere. A tenth of the field's canon are works of the corpus.
    """
    from metanarrative.graph.layers import incidence

    rng = np.random.default_rng(seed)
    fields = max(20, works // 500)
    field = rng.integers(0, fields, works)
    near = np.repeat(field, each) * 2000 + (2000 * rng.random(works * each) ** 2).astype(np.int64)
    common = 2000 * fields + rng.integers(0, works, works * each)
    columns = np.where(rng.random(works * each) < 0.9, near, common)
    rows = np.repeat(np.arange(works), each)
    cites = incidence(rows, columns, (works, int(columns.max()) + 1))
    place = np.full(works, -1)
    for one in range(fields):
        own = np.flatnonzero(field == one)[:200]
        place[own] = one * 2000 + 10 * np.arange(own.size)
    work_of = np.full(cites.shape[1], -1)
    work_of[place[place >= 0]] = np.flatnonzero(place >= 0)
    cited = work_of[cites.indices]
    citing = np.repeat(np.arange(works), np.diff(cites.indptr))
    inside = (cited >= 0) & (cited != citing)
    return cites, place, list(zip(citing[inside].tolist(), cited[inside].tolist(), strict=True))


def planted(nodes: int, edges: int, seed: int) -> Any:
    """Return a graph of 20 communities, symmetric, four links in five inside."""
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(seed)
    home = rng.integers(0, 20, nodes)
    order = np.argsort(home, kind="stable")
    begin = np.searchsorted(home[order], np.arange(21))
    one = rng.integers(0, nodes, edges)
    inside = order[begin[home[one]] + (rng.random(edges) * np.diff(begin)[home[one]]).astype(np.int64)]
    other = np.where(rng.random(edges) < 0.8, inside, rng.integers(0, nodes, edges))
    upper = csr_matrix((np.ones(edges), (one, other)), shape=(nodes, nodes))
    whole = (upper + upper.T).tocsr()
    whole.setdiag(0)
    whole.eliminate_zeros()
    whole.data[:] = 1.0
    return whole


def layers(works: int) -> Callable[[], dict[str, Any]]:
    """Coupling, co-citation and direct citation, mixed, and one Leiden."""
    from metanarrative.graph.layers import citation_layer, cocitation_layer, coupling_layer
    from metanarrative.traditions.communities import leiden
    from metanarrative.traditions.mix import mix_layers

    cites, place, inside = made(works, 30, 1)

    def run() -> dict[str, Any]:
        coupling, _ = coupling_layer(cites, 15, hub_cap=200)
        together = cocitation_layer(cites, place.tolist(), 15)
        direct = citation_layer([a for a, _ in inside], [b for _, b in inside], works)
        mix = mix_layers(
            [f"{i:07d}" for i in range(works)],
            {"coupling": coupling, "cocitation": together, "citation": direct},
            cocitation_share=0.2,
        )
        labels = leiden(mix.matrix, seed=1)
        return {"links": int(mix.matrix.nnz // 2), "citations": len(inside), "clusters": int(labels.max()) + 1}

    return run


def coupling(works: int) -> Callable[[], dict[str, Any]]:
    """Coupling of a million works, the twenty strongest partners of each."""
    from metanarrative.graph.layers import coupling_layer

    cites, _, _ = made(works, 30, 1)

    def run() -> dict[str, Any]:
        found, hubs = coupling_layer(cites, 20, hub_cap=200)
        return {"links": int(found.nnz // 2), "hubs set aside": hubs}

    return run


def stability(nodes: int) -> Callable[[], dict[str, Any]]:
    """Fifty resamples of a graph, clustered, and how far they agree."""
    from metanarrative.traditions.stability import resample, subsamples, together

    graph = planted(nodes, 10 * nodes, 1)
    draws = subsamples(nodes, 50, np.random.default_rng(1))

    def run() -> dict[str, Any]:
        samples = resample(graph, draws, resolution=1.0, seed=1)
        return {"links": int(graph.nnz // 2), "mean ARI": round(together(samples, nodes), 4)}

    return run


def main_path(citations: int) -> Callable[[], dict[str, Any]]:
    """Search path counts and key-route of an acyclic graph of many generations."""
    from metanarrative.storyline.paths import key_route, search_path_counts

    rng = np.random.default_rng(2)
    pairs: dict[tuple[int, int], None] = {}
    while len(pairs) < citations:
        citing = rng.integers(1, citations // 5, citations)
        age = rng.geometric(0.01, citations)  # mostly recent works are cited: many generations, large counts
        for cited, own in zip((citing - age).tolist(), citing.tolist(), strict=True):
            if cited >= 0 and len(pairs) < citations:
                pairs[cited, own] = None
    arcs = sorted((f"w{a:05d}", f"w{b:05d}") for a, b in pairs)

    def run() -> dict[str, Any]:
        weight, total = search_path_counts(arcs)
        found = key_route(weight, 10)
        return {"citations": len(arcs), "bits of the largest count": max(weight.values()).bit_length(),
                "paths": f"2^{total.bit_length() - 1}", "on the path": len(found.arcs)}  # fmt: skip

    return run


ROWS: dict[str, tuple[str, Callable[[int], Callable[[], dict[str, Any]]], int, float, float, int]] = {
    "layers": ("100,000 works x 30 references: layers and one Leiden", layers, 100_000, 60.0, 4.0, 1),
    "coupling": ("1,000,000 works x 30: coupling, top 20", coupling, 1_000_000, 20.0, 0.0, 2),
    "stability": ("50 resamples of 20,000 works, 200,000 links", stability, 20_000, 20.0, 0.0, 2),
    "main-path": ("main path of 100,000 citations", main_path, 100_000, 1.0, 0.0, 1),
}
"""What: words, how, size, most seconds, most GB (0: no promise), threads that it works with."""


def measure(name: str, share: float) -> dict[str, Any]:
    """Make the input, run the row, and return its figures."""
    _, how, size, *_ = ROWS[name]
    call = how(max(1000, round(size * share)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock, cpu = time.perf_counter(), time.process_time()
    said = call()
    return {
        "seconds": time.perf_counter() - clock,
        "cpu": time.process_time() - cpu,
        "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "gb_input": before / 2**20,
        "said": said,
    }


def main() -> int:
    """Print the table; the exit status is 1 where a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(ROWS), help="only this row")
    parser.add_argument("--share", type=float, default=1.0, help="share of the full size, to try it out")
    parser.add_argument("--child", choices=sorted(ROWS), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(measure(chosen.child, chosen.share)))
        return 0
    missed = 0
    print(f"{'what':52} {'seconds':>8} {'cpu':>8} {'GB':>6}   wanted")
    for name, (what, _, _, most, memory, threads) in ROWS.items():
        if chosen.only and chosen.only != name:
            continue
        command = [sys.executable, __file__, "--child", name, "--share", str(chosen.share)]
        out = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ)).stdout
        got = json.loads(out.splitlines()[-1])
        verdict = "reached" if got["seconds"] <= most else "reached (by processor)"
        if min(got["seconds"], got["cpu"] / threads) > most or (memory and got["gb"] > memory):
            verdict = "MISSED"
        missed += verdict == "MISSED"
        wanted = f"<= {most:g} s" + (f", {memory:g} GB" if memory else "")
        print(f"{what:52} {got['seconds']:8.2f} {got['cpu']:8.2f} {got['gb']:6.2f}   {wanted:14} {verdict}",
              flush=True)  # fmt: skip
        print(f"  {', '.join(f'{key} {value}' for key, value in got['said'].items())}; input {got['gb_input']:.2f} GB")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
