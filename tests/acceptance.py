"""Acceptance tests T3, T4, T10 and T12 to T16 of the comparison: what the suite runs small and the benchmark large.

Each function plants something known, asks the package's own stages for it, and returns counts.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import metanarrative as mn
from metanarrative.compare.align import best_pairs, candidates, verdict_of
from metanarrative.compare.keyness import keyness
from metanarrative.project import Project
from metanarrative.storyline.phases import turn

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = Path(__file__).parent / "fixtures" / "compare"


# -- T3 and T4: words without and with a difference ----------------------------------------------


def speech(
    rng: np.random.Generator, a: int, b: int, factor: float
) -> tuple[np.ndarray, np.ndarray, set[int], set[int]]:
    """Make `a` and `b` documents of about 5,000 words over 1,200 terms, overdispersed, with 15 one-document bursts.

    Returns the counts (documents, terms), the side of each document, the 30 terms that one side says `factor`
    times as often (none where `factor` is 1), and the terms that burst.
    """
    v, phi, d = 1200, 0.28, a + b
    base = 1 / np.arange(1, v + 1)
    side = np.arange(d) >= a
    rate = np.tile(base / base.sum(), (d, 1))
    planted = rng.choice(np.arange(20, 400), 30, replace=False)
    if factor > 1:
        rate[np.ix_(side, planted[:15])] *= factor
        rate[np.ix_(~side, planted[15:])] *= factor
    bursts = set()
    for term in rng.choice(np.setdiff1d(np.arange(60, 900), planted), 15, replace=False):
        rate[rng.integers(d), term] *= 20
        bursts.add(int(term))
    size = rng.integers(2700, 8100, d)
    mean = rate / rate.sum(1, keepdims=True) * size[:, None]
    counts = rng.poisson(mean * rng.gamma(1 / phi, phi, mean.shape)).astype(float)
    return counts, side, set(planted.tolist()) if factor > 1 else set(), bursts


def listed(rng: np.random.Generator, a: int, b: int, factor: float) -> tuple[set[int], set[int], set[int], bool]:
    """Return the printed terms, the planted ones, the bursts, and whether the gate opened."""
    counts, side, planted, bursts = speech(rng, a, b, factor)
    keep = np.flatnonzero((counts.sum(0) >= 20) & ((counts > 0).sum(0) >= 3))
    out = keyness(counts[:, keep], counts.sum(1), side, rng)
    return (set(keep[out.listed].tolist()) if out.gate else set()), planted, bursts, out.gate


# -- T10: paraphrases among provisions of one nation ---------------------------------------------


@dataclass(frozen=True)
class Aligned:
    """Counts of :func:`align_paraphrases`."""

    pairs: int
    shared: int
    shared_right: int
    given: int
    given_right: int
    absent: int
    absent_right: int
    in_best_three: int


def paraphrases() -> tuple[list[str], list[str], int]:
    """Return the provisions of both sides, partners first and in the same order, and how many have one."""
    lines = (FIXTURES / "paraphrases.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    both = [(a, b) for a, b in rows if a and b]
    left = [a for a, _ in both] + [a for a, b in rows if a and not b]
    right = [b for _, b in both] + [b for a, b in rows if b and not a]
    return left, right, len(both)


def align_paraphrases(a: Any, b: Any, n: int, *, semantic: bool) -> Aligned:
    """Align the rows of both sides and count what is right; the first `n` of each are partners.

    "Nothing like it" is said of a passage by its cosine alone (below .40, with a language model):
    the other half of that rule, five passages on the theme, is asked of the corpus.
    """
    found, best_a, best_b = best_pairs(a, b)
    told = [(p, verdict_of(p, semantic=semantic)) for p in found]
    shared = [p for p, verdict in told if verdict in ("shared", "same subject")]
    given = [p for p, verdict in told if verdict]
    lonely = [k for best in (best_a, best_b) for k in range(len(best)) if semantic and best[k] < 0.40]
    top = candidates(a[:n], b, 3)

    def right(pairs: list[Any]) -> int:
        return sum(p.a == p.b and p.a < n for p in pairs)

    return Aligned(
        n, len(shared), right(shared), len(given), right(given), len(lonely), sum(k >= n for k in lonely),
        sum(k in top[k] for k in range(n)),
    )  # fmt: skip


# -- T12 and T13: quotations, and what people ruled ----------------------------------------------


def policy_project(root: Path, more: Sequence[Path] = ()) -> Project:
    """Run the policy documents of the worked example, and `more` files, up to compare; no language model."""
    shutil.copytree(ROOT / "corpus" / "policy", root / "corpus" / "policy")
    shutil.copy(ROOT / "corpus" / "codebook.toml", root / "corpus" / "codebook.toml")
    shutil.copy(ROOT / "metanarrative.toml", root)
    project = mn.Project.open(root)
    project.overrides["embed"] = {"model": "tfidf-svd"}
    for path in more:
        project.add_policy([path])
    project.run(last="compare")
    return project


def quotations(project: Project, number: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return how many of `number` random quotations are at their stored place, and how many were looked up."""
    store = project.store
    texts = {(row["work_id"], row["language"]): row["text"] for row in store.read("document_text")}
    passages = {row["passage_id"]: row for row in store.read("passage") if row["kind"] not in ("abstract", "title")}
    quotes: list[tuple[str, str]] = []
    for row in passages.values():
        text = texts.get((row["work_id"], row["expression"]))
        if text is not None:
            quotes.append((row["text"], text[row["start"] : row["end"]]))
    for row in store.read("provision"):
        own = passages.get(row["passage_id"])
        text = texts.get((own["work_id"], own["expression"])) if own else None
        if own and text is not None and row["end"]:
            begin = own["start"] + row["start"]
            quotes.append((row["cue"], text[begin : begin + len(row["cue"])]))
    for row in store.read("lineage"):
        if row["passage_id"] in passages and row["evidence"]:
            said = " ".join(row["evidence"].split()).removesuffix("…")
            quotes.append((said, said if said in " ".join(passages[row["passage_id"]]["text"].split()) else ""))
    drawn = rng.choice(len(quotes), min(number, len(quotes)), replace=False)
    return sum(quotes[k][0] == quotes[k][1] for k in drawn), len(drawn)


def _decision_bytes(project: Project) -> str:
    files = sorted(project.decisions_folder.glob("*.csv"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def corrections(project: Project, number: int, rng: np.random.Generator) -> tuple[int, int, bool]:
    """Correct `number` things at random, run again, read every document anew, and look whether they hold.

    Returns
    -------
    kept : int
        Corrections that are in effect at the end.
    asked : int
    same : bool
        The decisions are the same bytes as before the runs.
    """
    store = project.store
    themes = [row["theme_id"] for row in store.read("theme")]
    passages = [row["passage_id"] for row in store.read("passage")]
    carried = {(row["passage_id"], row["theme"]) for row in store.read("passage_theme") if row["how"] != "suggested"}
    triggers = store.read("provision")
    pairs = [row for row in store.read("alignment") if row["other_id"] and row["verdict"] != "reuse"]
    asked: list[tuple[str, str, str]] = []
    kinds = ["theme"] * (number // 2) + ["force"] * (number // 4)
    kinds += ["align"] * (number - len(kinds))
    drawn: dict[str, list[int]] = {
        "theme": rng.choice(len(passages), min(number, len(passages)), replace=False).tolist(),
        "force": rng.choice(len(triggers), min(number, len(triggers)), replace=False).tolist(),
        "align": rng.choice(len(pairs), min(number, len(pairs)), replace=False).tolist(),
    }
    for kind in kinds:
        if not drawn[kind]:
            kind = "theme"
        at = drawn[kind].pop()
        if kind == "theme":
            theme = str(rng.choice(themes))
            sign = "-" if (passages[at], theme) in carried else "+"
            asked.append((kind, passages[at], sign + theme))
        elif kind == "force":
            row = triggers[at]
            asked.append((kind, f"{row['passage_id']} {row['position']}", "none" if row["force"] == "must" else "must"))
        else:
            subject = f"{pairs[at]['passage_id']} {pairs[at]['other_id']}"
            asked.append((kind, subject, str(rng.choice(["accept", "reject"]))))
    for kind, subject, verdict in asked:
        project.append_decision(kind, subject, verdict, who="ann")
    before = _decision_bytes(project)
    project.run(last="compare")
    project.run(first="read", last="compare", force=True)
    carried = {(row["passage_id"], row["theme"]) for row in store.read("passage_theme") if row["how"] != "suggested"}
    forces = {f"{row['passage_id']} {row['position']}": row["force"] for row in store.read("provision")}
    verdicts = {f"{row['passage_id']} {row['other_id']}": row["verdict"] for row in store.read("alignment")}
    kept = 0
    for kind, subject, verdict in asked:
        if kind == "theme":
            kept += ((subject, verdict[1:]) in carried) == (verdict[0] == "+")
        elif kind == "force":
            kept += forces.get(subject) == verdict
        else:
            kept += verdicts.get(subject) == f"{verdict}ed"
    return kept, len(asked), _decision_bytes(project) == before


# -- T15: a turn at a known year -----------------------------------------------------------------


def turns(sets: int, share: float, *, base: int = 15, shuffles: int = 199) -> tuple[int, int]:
    """Return in how many of `sets` literatures a change is found, and found within a year of the planted one.

    100 works before 2000 and 100 from then on; from then on `share` of the words come from a
    vocabulary that was not there before. `share` 0 gives the same literature with years that say nothing.
    """
    from scipy.sparse import csr_matrix

    found = near = 0
    for seed in range(sets):
        rng = np.random.default_rng([base, seed, round(100 * share)])
        years = np.r_[rng.integers(1990, 2000, 100), rng.integers(2000, 2010, 100)]
        dense = np.zeros((200, 600))
        for row, year in enumerate(years):
            new = rng.random(60) < share if year >= 2000 else np.zeros(60, dtype=bool)
            dense[row, np.where(new, 400 + rng.integers(0, 200, 60), rng.integers(0, 400, 60))] = 1
        out = turn(csr_matrix(dense), years, np.random.default_rng(seed), shuffles=shuffles)
        if out is not None and out.p <= 0.05:
            found += 1
            near += abs(out.year - 2000) <= 1
    return found, near


# -- T16: with a language model and without ------------------------------------------------------

REVIEWS = ROOT.parent / "shared" / "data" / "labelled" / "mixed_reviews_A.csv"
"""720 abstracts of four reviews; the review is the theme, and the cluster, that each should come to."""
SEEDS = {
    "Nagtegaal_2019": (
        "nudge", "choice architecture", "default option", "health care professionals", "guidelines", "reminder",
        "feedback to clinicians", "prescribing",
    ),
    "Kitchenham_2010": (
        "software engineering", "effort estimation", "systematic literature review", "software testing",
        "object-oriented", "requirements engineering", "empirical study of software", "source code",
    ),
    "Bannach-Brown_2019": (
        "depression in rats", "animal model", "antidepressant", "forced swim test", "mice", "chronic stress",
        "depressive-like behaviour", "sucrose preference",
    ),
    "van_de_Schoot_2017_fulltext_stage": (
        "posttraumatic stress", "PTSD", "trajectories", "trauma", "growth mixture", "resilience", "veterans",
        "survivors",
    ),
}  # fmt: skip


def kappa_of_themes(
    texts: list[str],
    truth: list[str],
    vectors: Any,
    seed_rows: dict[str, Any],
    rng: np.random.Generator,
    coded: int = 80,
) -> float:
    """Return the mean kappa of calibrated themes against the truth, each theme taught by `coded` codings.

    Without `seed_rows` it is the way without a model: closeness by BM25 of the seed phrases, and in
    the classifier what the nearest passages by TF-IDF score in place of the vector. Half of the
    codings come from the fifth that scores best, half from the rest.
    """
    from metanarrative.compare.calibrate import logistic, weighted_kappa
    from metanarrative.compare.codebook import Theme
    from metanarrative.compare.themes import bm25, lexical_hits, neighbour_features, seed_cosines, theme_features

    names = sorted(set(truth))
    themes = tuple(Theme(name, name, seeds=tuple(("en", phrase) for phrase in SEEDS[name])) for name in names)
    tongues = ["en"] * len(texts)
    hits = lexical_hits(themes, texts, tongues)
    if not seed_rows:
        closeness = bm25(themes, texts, tongues)
    else:
        closeness = seed_cosines(vectors, [seed_rows[name] for name in names])
    scores, features = theme_features(hits, closeness)
    around = neighbour_features(scores, vectors)
    kappas = []
    for at, name in enumerate(names):
        carries = np.array([own == name for own in truth])
        order = np.argsort(-scores[:, at], kind="stable")
        fifth = len(texts) // 5
        rows = np.r_[
            rng.choice(order[:fifth], coded // 2, replace=False), rng.choice(order[fifth:], coded // 2, replace=False)
        ]
        weights = np.r_[
            np.full(coded // 2, fifth / (coded // 2)), np.full(coded // 2, (len(texts) - fifth) / (coded // 2))
        ]
        known = np.hstack([features[at], vectors if seed_rows else around[at]])
        told = logistic(known, rows, carries[rows], weights, [str(k) for k in rows])
        assert told is not None
        kappas.append(weighted_kappa(told[0] >= 0.5, carries, np.ones(len(texts))))
    return float(np.mean(kappas))


def reviews_by(model: str) -> tuple[float, float]:
    """Return AMI of the clusters, and kappa of the taught themes, of the four reviews; "" is without a model.

    The whole way runs: reading, vectors, layers, clusters. Without a language model themes and
    clusters are made of phrases, BM25 and TF-IDF.
    """
    from sklearn.metrics import adjusted_mutual_info_score as ami

    with REVIEWS.open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    with tempfile.TemporaryDirectory() as folder:
        project = mn.Project.init(Path(folder) / "reviews", title="four reviews")
        project.overrides["embed"] = {"model": model or "tfidf-svd"}
        project.add_literature([REVIEWS])
        project.run(last="traditions")
        store = project.store
        key = dict(zip(*store.read_columns("record", "record_id", "key"), strict=True))
        record = dict(zip(*store.read_columns("work_record", "work_id", "record_id"), strict=True))
        truth = {work: rows[key[own]]["review"] for work, own in record.items()}
        member = store.read("membership")
        found = float(ami([truth[m["work_id"]] for m in member], [m["cluster_id"] for m in member]))
        names, vectors = project.array("work")
        texts = {row["work_id"]: f"{row['title']}. {row['abstract']}" for row in store.read("work")}
        seed_rows = {}
        if model:
            seed_rows = {name: project.embed_texts(list(phrases)) for name, phrases in SEEDS.items()}
        kappa = kappa_of_themes(
            [texts[work] for work in names], [truth[work] for work in names], vectors,
            seed_rows, np.random.default_rng(16),
        )  # fmt: skip
    return found, kappa
