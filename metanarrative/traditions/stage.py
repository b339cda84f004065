"""The stage: read layers and decisions, propose, edit, describe, write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from metanarrative.errors import StepMissingError
from metanarrative.model import Problem, Summary
from metanarrative.traditions.communities import Labels, Method
from metanarrative.traditions.describe import Held, cluster_ids, describe, rows_of_parts, work_text
from metanarrative.traditions.edits import KINDS, SURE, Edited, apply_edits
from metanarrative.traditions.kept import FILE, Kept, fill, match, read_kept, report, start
from metanarrative.traditions.mix import Mix, layers_from_columns, mix_layers, reach, step_weights
from metanarrative.traditions.nested import split_inside
from metanarrative.traditions.notices import (
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
from metanarrative.traditions.rulings import told
from metanarrative.traditions.standing import Standing, standing, torn

if TYPE_CHECKING:
    from metanarrative.config import TraditionsSettings
    from metanarrative.project import Project

Floats = npt.NDArray[np.float64]

__all__ = ["run_stage"]


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

    cluster_rows, membership_rows = describe(
        works, mix, edited, own, proposal.samples, policies, votes, moved, machine, held
    )
    before = {w: machine_names[c] if c >= 0 else "" for w, c in zip(ids, proposal.labels.tolist(), strict=True)}
    for row in membership_rows:
        row["machine_id"] = before.get(row["work_id"], "")
    parts = split_inside(
        mix.matrix,
        edited.labels,
        [work_text(works[work]) for work in ids],
        rng,
        least=settings.nested_from if settings.bootstraps else 0,
        second_steps=second_steps,
        method=method,
    )
    part_rows = rows_of_parts(parts, ids, held.names, cluster_rows)
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


def _held(ids: Sequence[str], labels: Labels, kept: Kept | None) -> Held:
    """Return what each cluster is called: kept ones come back by overlap, at least half of their works."""
    names = cluster_ids(ids, labels)
    matched = match(ids, labels, [c.works for c in kept.clusters]) if kept else []
    was = {}
    for old, (cluster, share) in zip(kept.clusters if kept else (), matched, strict=True):
        if cluster >= 0 and share >= SURE:
            was[cluster] = (old, share)
            names[cluster] = old.cluster_id
    return Held(names, was, matched)


def _astray(ids: Sequence[str], kept: Kept, edited: Edited, own: Standing) -> list[str]:
    """Return kept works whose ties go more to another cluster, those that people placed left out."""
    far = (edited.labels >= 0) & (np.round(own.second_strength, 9) > np.round(own.strength, 9))
    return [ids[row] for row in np.flatnonzero(far).tolist() if ids[row] in kept.machine and row not in edited.placed]


def _members(ids: Sequence[str], labels: Labels) -> list[list[str]]:
    return [[ids[row] for row in np.flatnonzero(labels == c).tolist()] for c in range(int(labels.max(initial=-1)) + 1)]


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
