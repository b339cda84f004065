"""The stage: read layers and decisions, propose, edit, describe, write."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from metanarrative.errors import StepMissingError
from metanarrative.model import Problem, Summary
from metanarrative.text import content_id
from metanarrative.traditions.communities import Labels, Method
from metanarrative.traditions.edits import KINDS, SURE, Edited, anchors, apply_edits
from metanarrative.traditions.kept import FILE, Kept, KeptCluster, fill, match, read_kept, report, start
from metanarrative.traditions.labels import Label, label_clusters, representatives, separating
from metanarrative.traditions.mix import Mix, layers_from_columns, mix_layers, reach, step_weights
from metanarrative.traditions.nested import Part, split_inside
from metanarrative.traditions.notices import (
    CHANCE,
    UNSURE,
    about_proposal,
    missing_evidence,
    missing_layers,
    outlying_works,
    outside_works,
    unsure_works,
)
from metanarrative.traditions.policy import (
    LEAST_LEAD,
    LEAST_SHARE,
    Vote,
    clear,
    moves_of,
    place_by_people,
    vote,
)
from metanarrative.traditions.propose import Proposal, propose, smallest_size
from metanarrative.traditions.rulings import told, words_of
from metanarrative.traditions.stability import (
    Resample,
    agreement,
    cluster_jaccard,
    fused,
    participation,
    shares,
)

if TYPE_CHECKING:
    from metanarrative.config import TraditionsSettings
    from metanarrative.project import Project

Floats = npt.NDArray[np.float64]

STABLE, PATTERN = 0.75, 0.60
"""Hennig's usual reading of a cluster's Jaccard."""
CORE, MEMBER = 0.80, 0.50
"""Confidence from which a work is core, and member."""

__all__ = ["Standing", "cluster_ids", "grade_cluster", "grade_work", "run_stage", "standing", "torn"]


@dataclass(frozen=True)
class Standing:
    """What is known of each work: arrays of shape (n,), ``share`` CSR (n, k)."""

    share: Any
    strength: Floats
    second: Labels
    second_strength: Floats
    agreement: Floats  # nan where not computed
    confidence: Floats
    bridge: Floats


def cluster_ids(ids: Sequence[str], labels: Labels) -> list[str]:
    """Return the id of each cluster, made from its members."""
    members: list[list[str]] = [[] for _ in range(int(labels.max(initial=-1)) + 1)]
    for work, cluster in zip(ids, labels.tolist(), strict=True):
        if cluster >= 0:
            members[cluster].append(work)
    return [content_id("cl", *sorted(group), length=8) for group in members]


def grade_cluster(stability: float | None) -> str:
    """Read a bootstrap Jaccard in words.

    Examples
    --------
    >>> [grade_cluster(value) for value in (0.9, 0.7, 0.4, None)]
    ['stable', 'pattern', 'provisional', 'not computed']
    """
    if stability is None:
        return "not computed"
    return "stable" if stability >= STABLE else "pattern" if stability >= PATTERN else "provisional"


def grade_work(confidence: float, placed: bool = False) -> str:
    """Read a confidence in words; a work that a person placed is a member at least.

    Examples
    --------
    >>> [grade_work(value) for value in (0.85, 0.5, 0.2)], grade_work(0.2, placed=True)
    (['core', 'member', 'peripheral'], 'member')
    """
    if confidence >= CORE:
        return "core"
    return "member" if confidence >= MEMBER or placed else "peripheral"


def standing(matrix: Any, labels: Labels, samples: Sequence[Resample], light: npt.NDArray[np.bool_]) -> Standing:
    """Work out strength, second best, agreement, confidence and bridging of every work.

    Parameters
    ----------
    matrix : CSR, shape (n, n)
    labels : ndarray of int, shape (n,)
    samples : sequence of Resample
        Empty where stability was not asked for: agreement is nan, confidence is strength.
    light : ndarray of bool, shape (n,)
        Works with neither abstract nor references: their confidence stays below "member".
    """
    share = shares(matrix, labels)
    size = labels.size
    strength, second_strength = np.zeros(size), np.zeros(size)
    second = np.full(size, -1, dtype=np.int64)
    for row in range(size):
        span = slice(share.indptr[row], share.indptr[row + 1])
        clusters, values = share.indices[span], share.data[span]
        own = clusters == labels[row]
        if own.any():
            strength[row] = float(values[own][0])
        others = np.flatnonzero(~own & (values > 0))
        if others.size:
            best = others[np.lexsort((clusters[others], -np.round(values[others], 12)))[0]]
            second[row], second_strength[row] = int(clusters[best]), float(values[best])
    stays = agreement(labels, samples) if samples else np.full(size, np.nan)
    confidence = np.where(np.isnan(stays), strength, strength * np.nan_to_num(stays))
    confidence = np.where(light, np.minimum(confidence, MEMBER - 0.01), confidence)
    confidence[labels < 0] = 0.0
    return Standing(share, strength, second, second_strength, stays, confidence, participation(share))


def torn(own: Standing, labels: Labels) -> npt.NDArray[np.bool_]:
    """Return which works are in a cluster by little more than chance: shape (n,).

    Agreement below 0.5 with a second-best cluster as near as its own, or agreement below 0.25.
    They keep their place, graded peripheral: a work that has links is always placed, and what is
    known of the place is told. Listed, they are where a person should look first.
    """
    stays = np.where(np.isnan(own.agreement), 1.0, own.agreement)
    between = (stays < UNSURE) & (np.round(own.second_strength, 12) >= np.round(own.strength, 12))
    return np.asarray((labels >= 0) & (between | (stays < CHANCE)), dtype=np.bool_)


def run_stage(project: Project, settings: TraditionsSettings) -> Summary:
    """Read, compute, write; see the package's docstring."""
    store = project.store
    included = project.included()
    works = {w["work_id"]: w for w in store.read("work") if w["work_id"] in included}
    ids = tuple(sorted(work for work, row in works.items() if row["kind"] != "policy"))
    policies = sorted(work for work, row in works.items() if row["kind"] == "policy")
    layers = layers_from_columns(ids, *store.read_columns("edge", "layer", "source_id", "target_id", "weight"))
    semantic = any(row["semantic"] for row in store.read("array_file", where={"name": "work"}))
    mix = mix_layers(
        ids,
        layers,
        text_weight=settings.text_weight if semantic else settings.words_weight,
        bm25_share=settings.bm25_share,
        coupling_share=settings.coupling_share,
        cocitation_share=settings.cocitation_share,
        venue_weight=settings.venue_weight,
        author_weight=settings.author_weight,
    )
    decisions = project.decisions(*KINDS)
    policy_moves = moves_of(decisions, policies)
    kept, problems = _kept(project)
    claimed = kept is not None or any(d.kind in ("name", "accept", "merge", "split") for d in decisions)
    rng = project.rng("traditions")
    method = Method(settings.quality, settings.solver, relative=True)
    second_steps = step_weights(mix, settings.second_steps)
    proposal = propose(
        mix.matrix,
        rng,
        resolution=settings.resolution or (kept.resolution if kept else 0.0),
        starts=settings.starts,
        bootstraps=settings.bootstraps,
        min_size=settings.min_size,
        second_steps=second_steps,
        keep_weak=claimed,
        method=method,
        track=partial(project.track, label="clustering at each resolution"),
    )
    fresh = proposal.labels
    new = np.ones(len(ids), dtype=np.bool_)
    if kept is not None:
        proposal, new = _fill_kept(mix, ids, kept, proposal, second_steps, settings, method)
    light = np.array(
        [not works[w]["abstract"].strip() and not works[w]["n_references"] for w in ids], dtype=np.bool_
    ).reshape(len(ids))
    first = standing(mix.matrix, proposal.labels, proposal.samples, light)
    unsure = torn(first, proposal.labels) & new
    machine_names = _machine_names(ids, proposal.labels, kept)
    machine = dict(zip(machine_names, _members(ids, proposal.labels), strict=True))
    about_works = [d for d in decisions if d not in policy_moves]
    edited = apply_edits(ids, proposal.labels, mix.matrix, about_works, confidence=first.confidence, machine=machine)
    own = standing(mix.matrix, edited.labels, proposal.samples, light)
    held = _held(ids, edited.labels, kept)
    moved, move_problems = place_by_people(
        policy_moves, policies, ids, edited.labels, {c: name for c, (name, _) in edited.names.items()}
    )
    votes, policy_problems = _place_policies(project, ids, policies, edited.labels, moved)

    cluster_rows, membership_rows = _describe(
        works, mix, edited, own, proposal.samples, policies, votes, moved, machine, held
    )
    before = {w: machine_names[c] if c >= 0 else "" for w, c in zip(ids, proposal.labels.tolist(), strict=True)}
    for row in membership_rows:
        row["machine_id"] = before.get(row["work_id"], "")
    parts = split_inside(
        mix.matrix,
        edited.labels,
        [_work_text(works[work]) for work in ids],
        rng,
        least=settings.nested_from if settings.bootstraps else 0,
        second_steps=second_steps,
        method=method,
    )
    part_rows = _part_rows(parts, ids, held.names, cluster_rows)
    problems += [
        *missing_evidence(mix, ids),
        *missing_layers(settings, layers, ids),
        *about_proposal(proposal, settings.resolution, int((mix.matrix.getnnz(axis=1) > 0).sum()), claimed),
        *(report(kept, ids, held.matched, fresh, _astray(ids, kept, edited, own)) if kept else ()),
        *edited.problems,
        *told(edited, ids, _caller(edited, held.names, cluster_rows)),
        *move_problems,
        *policy_problems,
        *unsure_works(ids, unsure, edited),
        *outside_works(ids, edited, proposal, works),
        *outlying_works(ids, edited.labels, layers.get("text"), mix),
    ]
    counts: dict[str, int | float | str] = {
        "clusters": len(cluster_rows),
        "traditions": sum(1 for row in cluster_rows if row["accepted"]),
        "parts": len(part_rows),
        "works": len(ids),
        "outside": int((edited.labels < 0).sum()),
        "policies placed": len({w for w, v in votes.items() if clear(v)} | set(moved)),
        "decisions applied": edited.applied + len(policy_moves) - len(move_problems),
        "decisions": len([d for d in decisions if d.kind in KINDS]),
    }
    if cluster_rows:
        counts["resolution"] = proposal.gamma
    if proposal.scan is not None:
        counts["stability"] = round(proposal.scan.best, 3)
        counts["resolution"] = proposal.gamma
    with project.writing("traditions") as out:
        out.write("cluster", cluster_rows)
        out.write("membership", membership_rows)
        out.write("subcluster", part_rows)
        if proposal.scan is not None:
            out.write(
                "resolution",
                [
                    {
                        "gamma": lv.gamma,
                        "k": lv.k,
                        "stability": round(lv.stability, 6),
                        "chosen": int(lv.chosen),
                    }
                    for lv in proposal.scan.levels
                ],
            )
        for problem in problems:
            out.problem(problem)
        out.summary = Summary("traditions", counts, _sentence(proposal, cluster_rows, counts))
    return out.summary


@dataclass(frozen=True)
class _Held:
    """Ids of the clusters, and what each was when it was kept: by cluster."""

    names: list[str]
    was: dict[int, tuple[KeptCluster, float]]
    matched: list[tuple[int, float]]


def _caller(edited: Edited, names: Sequence[str], clusters: Sequence[Mapping[str, Any]]) -> Callable[[int], str]:
    """Return a function that calls a cluster by its number and name."""
    about = {row["cluster_id"]: f"T{row['number']} {row['tradition'] or row['label']}" for row in clusters}
    return lambda cluster: about[names[cluster]] if cluster >= 0 else "no cluster"


def _kept(project: Project) -> tuple[Kept | None, list[Problem]]:
    """Return the partition that a person keeps; None where there is none or it cannot be read."""
    path = project.root / FILE
    if not path.is_file():
        return None, []
    return read_kept(path.read_text(encoding="utf-8-sig", errors="replace"))


def _fill_kept(
    mix: Mix,
    ids: Sequence[str],
    kept: Kept,
    proposal: Proposal,
    second_steps: Floats,
    settings: TraditionsSettings,
    method: Method,
) -> tuple[Proposal, npt.NDArray[np.bool_]]:
    """Put the kept partition, with new works added to it, in place of the proposed one."""
    labels, new = start(ids, kept)
    linked = int((mix.matrix.getnnz(axis=1) > 0).sum())
    filled = fill(
        reach(mix.matrix, second_steps),
        labels,
        new,
        proposal.labels,
        resolution=proposal.gamma,
        smallest=smallest_size(linked, settings.min_size),
        method=method,
    )
    why = f"as kept by {kept.who} on {kept.when[:10]}, {int((new & (filled >= 0)).sum())} new works added"
    return replace(proposal, labels=filled, refusal="", why=why), new


def _machine_names(ids: Sequence[str], labels: Labels, kept: Kept | None) -> list[str]:
    """Return the ids of the clusters before decisions: the kept ones where there are any."""
    names = cluster_ids(ids, labels)
    if kept is not None:
        for work, cluster in zip(ids, labels.tolist(), strict=True):
            if cluster >= 0 and kept.machine.get(work):
                names[cluster] = kept.machine[work]
    return names


def _held(ids: Sequence[str], labels: Labels, kept: Kept | None) -> _Held:
    """Return what each cluster is called: kept ones come back by overlap, at least half of their works."""
    names = cluster_ids(ids, labels)
    matched = match(ids, labels, [c.works for c in kept.clusters]) if kept else []
    was = {}
    for old, (cluster, share) in zip(kept.clusters if kept else (), matched, strict=True):
        if cluster >= 0 and share >= SURE:
            was[cluster] = (old, share)
            names[cluster] = old.cluster_id
    return _Held(names, was, matched)


def _astray(ids: Sequence[str], kept: Kept, edited: Edited, own: Standing) -> list[str]:
    """Return kept works whose ties go more to another cluster, those that people placed left out."""
    far = (edited.labels >= 0) & (np.round(own.second_strength, 9) > np.round(own.strength, 9))
    return [ids[row] for row in np.flatnonzero(far).tolist() if ids[row] in kept.machine and row not in edited.placed]


def _members(ids: Sequence[str], labels: Labels) -> list[list[str]]:
    return [[ids[row] for row in np.flatnonzero(labels == c).tolist()] for c in range(int(labels.max(initial=-1)) + 1)]


def _work_text(work: Mapping[str, Any]) -> str:
    return f"{work['title']}.\n{work['abstract']}\n{'. '.join(json.loads(work['keywords'] or '[]'))}"


def _describe(
    works: Mapping[str, Mapping[str, Any]],
    mix: Mix,
    edited: Edited,
    own: Standing,
    samples: Sequence[Resample],
    policies: Sequence[str],
    votes: Mapping[str, Vote],
    moved: Mapping[str, tuple[int, str]],
    machine: Mapping[str, Sequence[str]],
    held: _Held,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Make the rows of the tables cluster and membership."""
    ids, labels = mix.ids, edited.labels
    names = held.names
    texts = [_work_text(works[work]) for work in ids]
    labelled, weights = label_clusters(texts, labels)
    typical = representatives(mix.matrix, labels, own.confidence)
    jaccard = cluster_jaccard(labels, samples) if samples else None
    alike = fused(labels, samples) if samples else []
    traditions = {c: edited.names[c][0] if c in edited.names else "" for c in range(len(names))}
    home = {work: int(np.argmax(np.round(found.shares, 12))) for work, found in votes.items() if clear(found)}
    home |= {work: cluster for work, (cluster, _) in moved.items()}
    sizes = [int((labels == c).sum()) + sum(1 for h in home.values() if h == c) for c in range(len(names))]
    order = sorted(range(len(names)), key=lambda c: (-sizes[c], names[c]))
    number = _numbers(order, held)
    labelled = _kept_labels(labelled, held)

    cluster_rows = []
    for cluster in sorted(order, key=lambda c: number[c]):
        members = np.flatnonzero(labels == cluster).tolist()
        years = [works[ids[row]]["year"] for row in members if works[ids[row]]["year"] is not None]
        stability = None if jaccard is None else round(float(jaccard[cluster]), 4)
        label: Label = labelled[cluster]
        cluster_rows.append(
            {
                "cluster_id": names[cluster],
                "number": number[cluster],
                "tradition": traditions[cluster],
                "accepted": int(cluster in edited.accepted),
                "ruled": words_of(edited, cluster),
                "size": sizes[cluster],
                "first_year": min(years, default=None),
                "last_year": max(years, default=None),
                "stability": stability,
                "grade": grade_cluster(stability),
                "label": label.label,
                "terms": list(label.terms),
                "representatives": [ids[row] for row in typical[cluster]],
                "anchors": anchors(members, ids, own.confidence.tolist()),
                "note": " ".join(
                    _cluster_notes(cluster, len(members), sizes, number, alike, weights, edited, names, machine, held)
                ),
            }
        )

    rows = []
    for row, work in enumerate(ids):
        cluster = int(labels[row])
        second = int(own.second[row])
        who = edited.placed.get(row, "machine")
        inside = cluster >= 0
        rows.append(
            {
                "work_id": work,
                "cluster_id": names[cluster] if inside else "",
                "tradition": traditions[cluster] if inside else "",
                "strength": round(float(own.strength[row]), 6),
                "second_cluster_id": names[second] if second >= 0 else "",
                "second_strength": round(float(own.second_strength[row]), 6),
                "agreement": None
                if not inside or np.isnan(own.agreement[row])
                else round(float(own.agreement[row]), 6),
                "confidence": round(float(own.confidence[row]), 6) if inside else None,
                "grade": grade_work(float(own.confidence[row]), who != "machine") if inside else "isolate",
                "text_share": round(float(mix.text_share[row]), 6),
                "citation_share": round(float(mix.citation_share[row]), 6),
                "layers": {
                    name: round(float(share[row]), 4)
                    for name, share in sorted(mix.layer_share.items())
                    if share[row] > 0
                },
                "placed_by": who,
                "bridge": round(float(own.bridge[row]), 6),
            }
        )
    rows.extend(_policy_row(work, votes.get(work), names, traditions, moved.get(work)) for work in policies)
    return cluster_rows, sorted(rows, key=lambda row: str(row["work_id"]))


def _numbers(order: Sequence[int], held: _Held) -> dict[int, int]:
    """Number clusters by size; a kept one keeps its number, and others take those that are free."""
    number = {cluster: old.number for cluster, (old, _) in held.was.items()}
    taken = {old.number for old, _ in held.was.values()}
    free = (n for n in range(1, len(order) + len(taken) + 1) if n not in taken)
    beyond = max(taken, default=0)
    for cluster in order:
        if cluster not in number:
            number[cluster] = next(n for n in free if n > beyond)
    return number


def _kept_labels(labelled: Sequence[Label], held: _Held) -> list[Label]:
    """Give kept clusters their label back; a new one that came upon the same words takes more of its own."""
    out = list(labelled)
    taken = {old.label for old, _ in held.was.values()}
    for cluster, own in enumerate(labelled):
        if cluster in held.was:
            out[cluster] = replace(own, label=held.was[cluster][0].label or own.label)
        elif own.label in taken:
            more = [term for term in own.terms if term not in own.label]
            out[cluster] = replace(own, label=f"{own.label}, {', '.join(more[:2]) or 'another'}")
    return out


def _part_rows(
    parts: Mapping[int, Sequence[Part]],
    ids: Sequence[str],
    names: Sequence[str],
    clusters: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Make the rows of the table subcluster."""
    number = {row["cluster_id"]: row["number"] for row in clusters}
    rows = []
    for cluster, own in parts.items():
        ordered = sorted(own, key=lambda part: (-len(part.rows), part.rows))
        for place, part in enumerate(ordered, start=1):
            members = sorted(ids[row] for row in part.rows)
            rows.append(
                {
                    "subcluster_id": content_id("cl", *members, length=8),
                    "cluster_id": names[cluster],
                    "number": f"T{number[names[cluster]]}.{place}",
                    "size": len(members),
                    "stability": round(part.stability, 4),
                    "label": part.label.label,
                    "terms": list(part.label.terms),
                    "members": members,
                }
            )
    return sorted(rows, key=lambda row: str(row["subcluster_id"]))


def _policy_row(
    work: str,
    found: Vote | None,
    names: Sequence[str],
    traditions: Mapping[int, str],
    moved: tuple[int, str] | None,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "work_id": work, "cluster_id": "", "tradition": "", "strength": 0.0, "second_cluster_id": "",
        "second_strength": 0.0, "agreement": None, "confidence": None, "grade": "isolate", "text_share": 0.0,
        "citation_share": 0.0, "layers": {}, "placed_by": "passages", "bridge": 0.0,
    }  # fmt: skip
    if moved is not None:
        cluster, who = moved
        share = float(found.shares[cluster]) if found is not None else 0.0
        return row | {
            "cluster_id": names[cluster],
            "tradition": traditions[cluster],
            "strength": round(share, 6),
            "grade": grade_work(share, placed=True),
            "placed_by": who,
        }
    if found is None:
        return row
    ranked = np.argsort(-np.round(found.shares, 12), kind="stable")
    first = int(ranked[0])
    strength = float(found.shares[first])
    confidence = strength * found.agreement
    if not clear(found):
        # the nearest cluster is told, but the document is not counted in it
        row |= {"second_cluster_id": names[first], "second_strength": round(strength, 6), "text_share": 1.0}
        row["bridge"] = round(float(1 - np.square(found.shares).sum()), 6)
        return row
    row |= {
        "cluster_id": names[first],
        "tradition": traditions[first],
        "strength": round(strength, 6),
        "agreement": round(found.agreement, 6),
        "confidence": round(confidence, 6),
        "grade": grade_work(confidence),
        "text_share": 1.0,
        "bridge": round(float(1 - np.square(found.shares).sum()), 6),
    }
    if len(ranked) > 1 and found.shares[ranked[1]] > 0:
        row["second_cluster_id"] = names[int(ranked[1])]
        row["second_strength"] = round(float(found.shares[ranked[1]]), 6)
    return row


def _cluster_notes(
    cluster: int,
    members: int,
    sizes: Sequence[int],
    number: Mapping[int, int],
    alike: Sequence[tuple[int, int, float]],
    weights: Sequence[Mapping[str, float]],
    edited: Edited,
    names: Sequence[str],
    machine: Mapping[str, Sequence[str]],
    held: _Held,
) -> list[str]:
    """Say in words what a reader of the row should know."""
    notes = []
    documents = sizes[cluster] - members
    if documents:
        notes.append(f"{members} research works and {documents} policy documents placed by their passages.")
    if names[cluster] not in machine:
        notes.append("People's decisions changed its membership.")
    for a, b, share in alike:
        if cluster in (a, b):
            other = b if a == cluster else a
            apart = separating(weights, cluster, other)
            words = f" Words that set it apart: {', '.join(apart)}." if apart else ""
            notes.append(f"The data do not tell it apart from T{number[other]} in {share:.0%} of resamples.{words}")
    if cluster in held.was:
        notes.append(f"Kept: {held.was[cluster][1]:.0%} of its works then and now (Jaccard).")
    if cluster in edited.names:
        notes.append(f"Named by {edited.names[cluster][1]}.")
    return notes


def _place_policies(
    project: Project,
    ids: Sequence[str],
    policies: Sequence[str],
    labels: Labels,
    moved: Mapping[str, tuple[int, str]],
) -> tuple[dict[str, Vote], list[Problem]]:
    """Let the passages of policy documents vote; say which documents stay unplaced."""
    if not policies or not (labels >= 0).any():
        return {}, []
    try:
        work_ids, work_matrix = project.array("work")
        passage_ids, passage_matrix = project.array("passage")
    except StepMissingError:
        return {}, [
            Problem(
                "policy-not-placed",
                f"{len(policies)} policy documents have no vectors and were not placed among the traditions",
                mend="metanarrative run embed",
            )
        ]
    row_of = {work: row for row, work in enumerate(work_ids)}
    have = [(row_of[work], int(label)) for work, label in zip(ids, labels, strict=True) if work in row_of]
    wanted = set(policies)
    owner = {
        p["passage_id"]: (p["work_id"], p["kind"])
        for p in project.store.read("passage", columns=("passage_id", "work_id", "kind"))
        if p["work_id"] in wanted
    }
    body = {work for work, kind in owner.values() if kind not in ("heading", "title")}
    rows, documents = [], []
    for row, passage in enumerate(passage_ids):
        work, kind = owner.get(passage, ("", ""))
        # headings vote only for documents that have nothing else
        if work and (kind not in ("heading", "title") or work not in body):
            rows.append(row)
            documents.append(work)
    votes = vote(
        passage_matrix[rows],
        documents,
        work_matrix[[row for row, _ in have]],
        np.array([label for _, label in have], dtype=np.int64),
    )
    unclear = [work for work in policies if work in votes and work not in moved and not clear(votes[work])]
    unplaced = [work for work in policies if work not in votes and work not in moved]
    problems = []
    if unclear:
        problems.append(
            Problem(
                "policy-unclear",
                f"{len(unclear)} of {len(policies)} policy documents stand in no cluster: the votes of their passages "
                f"give none a clear lead (at least {LEAST_SHARE:.0%}, and {LEAST_LEAD:.0%} more than the next)",
                mend="their nearest cluster is in memberships.csv; place one by metanarrative decide move",
                severity="note",
                subject=unclear[0],
            )
        )
    if not unplaced:
        return votes, problems
    return votes, [
        *problems,
        Problem(
            "policy-not-placed",
            f"{len(unplaced)} policy documents were not placed: none of their passages has a vector in the "
            f"works' language model ({', '.join(unplaced[:5])})",
            mend="texts in a language that the model does not know stay outside; see metanarrative doctor",
            severity="note",
            subject=unplaced[0],
        ),
    ]


def _sentence(proposal: Proposal, clusters: Sequence[Mapping[str, Any]], counts: Mapping[str, Any]) -> str:
    """Say the result in one sentence."""
    if not clusters:
        if proposal.refusal == "no-stable-traditions" and proposal.scan is not None:
            return f"no stable traditions found (best stability {proposal.scan.best:.2f})"
        return f"no clusters: {counts['works']} works give too little to link them"
    text = f"{len(clusters)} clusters of {counts['works']} works at resolution {proposal.gamma:g}"
    if proposal.scan is not None:
        text += f", stability {proposal.scan.best:.2f}: {proposal.why}"
    if counts["traditions"]:
        text += f"; {counts['traditions']} accepted by people"
    if counts["outside"]:
        text += f"; {counts['outside']} outside"
    return text
