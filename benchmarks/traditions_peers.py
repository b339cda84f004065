"""The hybrid beside each of its layers and beside BERTopic, on the same words and vectors; seeds, order, no model.

BERTopic is run as its documentation has it, on the vectors given to us, with UMAP seeded so that a run can be
repeated. Its best setting is chosen by the truth, among sizes of topic and with outliers left or reassigned; ours
is what the tool chooses, without the truth. Works that are in no cluster count as one group for both.
"""

from __future__ import annotations

import csv
import functools
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from traditions_rows import MEANING, SHARED, WORDS, Row, generator, layers, row, skipped, steps, timed, told

import metanarrative as mn
from metanarrative.embed.models import tfidf_svd
from metanarrative.graph.layers import bm25_layer, neighbours_rule, text_layer
from metanarrative.traditions.communities import Labels
from metanarrative.traditions.mix import Mix, layers_from_columns, mix_layers
from metanarrative.traditions.propose import Proposal, propose
from metanarrative.traditions.stability import adjusted_rand, gate

REVIEWS = SHARED / "labelled" / "mixed_reviews_A.csv"
OPENALEX = [SHARED / "openalex" / f"works_page_{page}.json" for page in (1, 3)]
GAP, STABLE, LOSS, FASTER = 0.05, 0.98, 0.10, 5


@dataclass(frozen=True)
class Corpus:
    """Works with layers, texts, vectors and a grouping that no method saw."""

    name: str
    ids: tuple[str, ...]
    truth: np.ndarray
    layers: dict[str, Any]
    texts: list[str]
    vectors: np.ndarray
    text_weight: float

    def mix(self, *names: str) -> Mix:
        """Return the mix of some layers, of all where none is named."""
        kept = {name: matrix for name, matrix in self.layers.items() if not names or name in names}
        return mix_layers(self.ids, kept, text_weight=self.text_weight)


def made(seed: int) -> Corpus:
    """Return a made literature: BM25, coupling, citations, and nearest neighbours of TF-IDF + SVD vectors."""
    found = generator.generate(seed)
    vectors = tfidf_svd().embed(found.texts)
    all_layers = {**layers(found), "text": text_layer(vectors, neighbours_rule(len(found.ids)))}
    return Corpus(f"generator {seed}", found.ids, found.family, all_layers, found.texts, vectors, WORDS)


@functools.cache
def read(kind: str, model: str) -> Corpus | None:
    """Read real files as a person would and return the layers of the graph stage; None where files lack."""
    paths = [REVIEWS] if kind == "reviews" else OPENALEX
    if not all(path.exists() for path in paths):
        return None
    truth = _reviews() if kind == "reviews" else _fields()
    with tempfile.TemporaryDirectory() as folder:
        project = _project(Path(folder), paths, model)
        project.run(last="graph")
        ids, home = _homes(project)
        known, matrix = project.array("work")
        place = {work: position for position, work in enumerate(known)}
        vectors = np.zeros((len(ids), matrix.shape[1]), dtype=np.float32)  # a model may not know a work's language
        held = [position for position, work in enumerate(ids) if work in place]
        vectors[held] = matrix[[place[ids[position]] for position in held]]
        text = {work["work_id"]: f"{work['title']}. {work['abstract']}" for work in project.store.read("work")}
        columns = project.store.read_columns("edge", "layer", "source_id", "target_id", "weight")
        weight = MEANING if model == "minilm" else WORDS
        name = f"{'mixed_reviews_A' if kind == 'reviews' else 'OpenAlex pages'}, {model}"
        groups = np.unique([truth[home[work]] for work in ids], return_inverse=True)[1]
        return Corpus(
            name, ids, groups, layers_from_columns(ids, *columns), [text[work] for work in ids], vectors, weight
        )


def _reviews() -> dict[str, str]:
    with REVIEWS.open(encoding="utf-8", newline="") as stream:
        return {line["id"]: line["review"] for line in csv.DictReader(stream)}


def _fields() -> dict[str, str]:
    """Return the field that OpenAlex gives each work."""
    out = {}
    for path in OPENALEX:
        answer = json.loads(path.read_text(encoding="utf-8"))
        for work in answer if isinstance(answer, list) else answer["results"]:
            topic = work.get("primary_topic") or {}
            out[work["id"].rsplit("/", 1)[-1]] = topic.get("field", {}).get("display_name", "")
    return out


def _project(folder: Path, paths: Sequence[Path], model: str) -> Any:
    project = mn.Project.init(folder / "project", title="measured")
    project.overrides["embed"] = {"model": model}
    project.add_literature(list(paths))
    return project


def _homes(project: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the works, sorted, and the key of each one's record."""
    key = dict(zip(*project.store.read_columns("record", "record_id", "key"), strict=True))
    record = dict(zip(*project.store.read_columns("work_record", "work_id", "record_id"), strict=True))
    return tuple(sorted(record)), {work: key[one] for work, one in record.items()}


def ours(mix: Mix, seed: int = 1) -> Labels:
    """Return what the tool proposes, its own resolution and all; clusters are kept below the gate too.

    Four resamples a resolution, where a run has eight: half the time, the same rule.
    """
    rng = np.random.default_rng(seed)
    return propose(mix.matrix, rng, bootstraps=4, second_steps=steps(mix), keep_weak=True).labels


def answer(mix: Mix, seed: int = 1) -> Proposal:
    """Return what a run would publish, its gate and eight resamples a resolution included."""
    return propose(mix.matrix, np.random.default_rng(seed), bootstraps=8, second_steps=steps(mix))


def _refused(corpus: Corpus, made: Proposal, names: Sequence[str]) -> str:
    """Say that the tool finds no traditions here, and what clusters would have been worth, gate left open."""
    worth = {}
    for name, own in [("hybrid", corpus.mix()), *((name, corpus.mix(name)) for name in names)]:
        scores = [_ami(corpus.truth, ours(own, seed)) for seed in range(1, 6)]
        worth[name] = f"{name} {np.mean(scores):.3f} ({min(scores):.3f}-{max(scores):.3f})"
    best = made.scan.best if made.scan else 0.0
    needed = gate(int((corpus.mix().matrix.getnnz(axis=1) > 0).sum()))
    return (
        f"no stable traditions found: resamples agree at {best:.2f}, {needed:.2f} is needed; gate left open, AMI over"
        f" 5 seeds: {', '.join(worth.values())}"
    )


def _ami(truth: np.ndarray, labels: Any) -> float:
    from sklearn.metrics import adjusted_mutual_info_score

    return float(adjusted_mutual_info_score(truth, labels))


def _bertopic(corpus: Corpus, smallest: int) -> Any:
    from bertopic import BERTopic
    from umap import UMAP

    size = len(corpus.ids)
    reducer = UMAP(n_neighbors=min(15, size - 1), n_components=5, min_dist=0.0, metric="cosine", random_state=1)
    return BERTopic(umap_model=reducer, min_topic_size=smallest).fit(corpus.texts, corpus.vectors)


def _installed() -> bool:
    try:
        import bertopic  # noqa: F401
    except ImportError:
        return False
    return True


def _best_bertopic(corpus: Corpus) -> tuple[float, str]:
    """Return its best agreement with the truth over sizes, outliers as they come and reassigned."""
    best, how = -1.0, ""
    size = len(corpus.ids)
    for smallest in sorted({5 if size < 200 else 10, max(5, round(0.015 * size)), max(5, round(0.03 * size))}):
        fitted = _bertopic(corpus, smallest)
        topics = list(fitted.topics_)
        tries = {"": topics}
        if -1 in topics and max(topics) >= 0:
            tries[", outliers reassigned"] = fitted.reduce_outliers(
                corpus.texts, topics, strategy="embeddings", embeddings=corpus.vectors
            )
        for more, labels in tries.items():
            score = _ami(corpus.truth, labels)
            if score > best:
                best, how = score, f"size {smallest}{more}"
    return best, how


def _corpora(model: bool) -> Iterator[Corpus]:
    yield from (made(seed) for seed in (1, 2, 3))
    for kind in ("openalex", "reviews"):
        for name in ("tfidf-svd", "minilm") if model else ("tfidf-svd",):
            found = read(kind, name)
            if found is not None:
                yield found


def hybrid(model: bool) -> Iterator[Row]:
    """The mix against each layer by itself, and against BERTopic's best setting.

    The figures are promised where a corpus has references and text; without references they are told.
    """
    peer = _installed()
    for corpus in _corpora(model):
        own = answer(corpus.mix())
        if own.refusal:
            names = [name for name, matrix in sorted(corpus.layers.items()) if matrix.nnz and name != "cocitation"]
            yield told(f"{corpus.name}: AMI above its best layer", _refused(corpus, own, names))
            continue
        whole = _ami(corpus.truth, ours(corpus.mix()))
        single = {
            name: _ami(corpus.truth, ours(corpus.mix(name)))
            for name, matrix in sorted(corpus.layers.items())
            if matrix.nnz and name != "cocitation"
        }
        best = max(single, key=lambda name: single[name])
        each = ", ".join(f"{name} {value:.3f}" for name, value in single.items())
        more = f" ({whole:.3f}; {each})"
        both = bool(single.keys() & {"coupling", "citation"})
        line = row(f"{corpus.name}: AMI above its best layer", whole - single[best], 0, form="+.3f", more=more)
        yield line if both else told(line[0], line[1])
        name = f"{corpus.name}: AMI above BERTopic's best"
        if not peer:
            yield skipped(name, "bertopic is not installed")
            continue
        theirs, how = _best_bertopic(corpus)
        line = row(name, whole - theirs, GAP, form="+.3f", more=f" ({whole:.3f} against {theirs:.3f}, {how})")
        yield line if both else told(line[0], f"{line[1]}; no references")


def published() -> Iterator[Row]:
    """How far what is published depends on the seed: the resolution is chosen anew by each.

    Two seeds that both say "no stable traditions found" agree; one that does and one that does not agree at 0.
    """
    real = [found for found in (read("openalex", "tfidf-svd"), read("reviews", "tfidf-svd")) if found is not None]
    for corpus in (made(1), made(2), *real):
        mix = corpus.mix()
        proposed = [answer(mix, seed) for seed in range(1, 6)]
        none = sum(1 for one in proposed if one.refusal)
        found = [one.labels for one in proposed]
        pairs = [adjusted_rand(a, b) for i, a in enumerate(found) for b in found[i + 1 :]]
        clusters = sorted({int(labels.max()) + 1 for labels in found})
        more = f" ({min(pairs):.3f}-{max(pairs):.3f}; clusters: {', '.join(map(str, clusters))})"
        if none:
            more = f" ({none} of 5 seeds: no stable traditions found)"
        yield row(f"{corpus.name}: mean ARI between 5 seeds", float(np.mean(pairs)), STABLE, more=more)


def order() -> Iterator[Row]:
    """The whole path on rows in two orders: the same works in the same clusters."""
    name = "mixed_reviews_A, rows shuffled: ARI with the rows as they are"
    if not REVIEWS.exists():
        yield skipped(name, f"no {REVIEWS.name}")
        return
    with REVIEWS.open(encoding="utf-8", newline="") as stream:
        head, *lines = list(csv.reader(stream))
    placed: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(2):
            here = Path(folder) / str(turn)
            here.mkdir()
            with (here / "reviews.csv").open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([head, *lines])
            project = _project(here, [here / "reviews.csv"], "tfidf-svd")
            project.run(last="traditions")
            member = project.store.read("membership")
            placed.append({one["work_id"]: one["cluster_id"] for one in member})
            random.Random(1).shuffle(lines)
    same = placed[0].keys() & placed[1].keys()
    ari = adjusted_rand([placed[0][work] for work in sorted(same)], [placed[1][work] for work in sorted(same)])
    yield row(name, ari, 1.0, more=f" on {len(same)} of {len(placed[0])} works")


def without_model(model: bool) -> Iterator[Row]:
    """What is lost where no language model is installed."""
    for kind in ("reviews", "openalex"):
        name = f"{'mixed_reviews_A' if kind == 'reviews' else 'OpenAlex pages'}: AMI lost without a model"
        if not model:
            yield skipped(name, "asked for by --model")
            continue
        with_it, without = read(kind, "minilm"), read(kind, "tfidf-svd")
        if with_it is None or without is None:
            yield skipped(name, "its files are not here")
            continue
        none = [bool(answer(one.mix()).refusal) for one in (with_it, without)]
        if any(none):
            said = {(True, True): "with it and without", (True, False): "with it", (False, True): "without"}
            worth = [
                np.mean([_ami(one.truth, ours(one.mix(), seed)) for seed in range(1, 6)]) for one in (with_it, without)
            ]
            yield told(
                name,
                f"no stable traditions found {said[none[0], none[1]]}; gate left open, mean AMI of 5 seeds:"
                f" {worth[0]:.3f} with it, {worth[1]:.3f} without",
            )
            continue
        scores = [_ami(one.truth, ours(one.mix())) for one in (with_it, without)]
        more = f" ({scores[0]:.3f} with it, {scores[1]:.3f} without)"
        yield row(name, scores[0] - scores[1], LOSS, most=True, more=more)


def faster() -> Iterator[Row]:
    """Processor seconds from words and vectors to clusters, 1,200 and 4,000 works; both warmed up."""
    for size in (1200, 4000):
        name = f"times faster than BERTopic, {size:,} works, same vectors"
        if not _installed():
            yield skipped(name, "bertopic is not installed")
            continue
        found = generator.generate(1, works=size)
        vectors = tfidf_svd().embed(found.texts)
        corpus = Corpus("", found.ids, found.family, {}, found.texts, vectors, WORDS)
        warm = made(1)
        _bertopic(warm, 10)  # its compiler runs once
        _clustering(warm, 1.0)()  # and our libraries are loaded once
        theirs, _ = timed(lambda corpus=corpus: _bertopic(corpus, 10))  # type: ignore[misc]
        mine, _ = timed(_clustering(corpus, 1.0))
        scanned, _ = timed(_clustering(corpus, 0.0))
        more = f" ({mine:.1f} s against {theirs:.1f} s; resolution scanned and resampled: {scanned:.1f} s)"
        yield row(name, theirs / mine, FASTER, form=".1f", more=more)


def _clustering(corpus: Corpus, resolution: float) -> Callable[[], Labels]:
    """Return the work of the graph and traditions stages on texts and vectors."""

    def cluster() -> Labels:
        near = neighbours_rule(len(corpus.ids))
        found = {"text": text_layer(corpus.vectors, near), "bm25": bm25_layer(corpus.texts, min(15, near))}
        mix = mix_layers(corpus.ids, found, text_weight=WORDS)
        number = 0 if resolution else 20
        rng = np.random.default_rng(1)
        return propose(mix.matrix, rng, resolution=resolution, bootstraps=number, second_steps=steps(mix)).labels

    return cluster
