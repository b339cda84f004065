"""Rows of the tables cluster, membership and subcluster, made from what the stage worked out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from metanarrative.text import content_id
from metanarrative.traditions.communities import Labels
from metanarrative.traditions.edits import Edited, anchors
from metanarrative.traditions.kept import KeptCluster
from metanarrative.traditions.labels import Label, label_clusters, representatives, separating
from metanarrative.traditions.mix import Mix
from metanarrative.traditions.nested import Part
from metanarrative.traditions.policy import Vote, clear
from metanarrative.traditions.rulings import words_of
from metanarrative.traditions.stability import Resample, cluster_jaccard, fused
from metanarrative.traditions.standing import Standing, grade_cluster, grade_work

__all__ = ["Held", "cluster_ids", "describe", "rows_of_parts", "work_text"]


@dataclass(frozen=True)
class Held:
    """Ids of the clusters, and what each was when it was kept: by cluster."""

    names: list[str]
    was: dict[int, tuple[KeptCluster, float]]
    matched: list[tuple[int, float]]


def cluster_ids(ids: Sequence[str], labels: Labels) -> list[str]:
    """Return the id of each cluster, made from its members."""
    members: list[list[str]] = [[] for _ in range(int(labels.max(initial=-1)) + 1)]
    for work, cluster in zip(ids, labels.tolist(), strict=True):
        if cluster >= 0:
            members[cluster].append(work)
    return [content_id("cl", *sorted(group), length=8) for group in members]


def work_text(work: Mapping[str, Any]) -> str:
    """Return what of a work its label is made from: title, abstract and keywords."""
    return f"{work['title']}.\n{work['abstract']}\n{'. '.join(json.loads(work['keywords'] or '[]'))}"


def describe(
    works: Mapping[str, Mapping[str, Any]],
    mix: Mix,
    edited: Edited,
    own: Standing,
    samples: Sequence[Resample],
    policies: Sequence[str],
    votes: Mapping[str, Vote],
    moved: Mapping[str, tuple[int, str]],
    machine: Mapping[str, Sequence[str]],
    held: Held,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Make the rows of the tables cluster and membership."""
    ids, labels = mix.ids, edited.labels
    names = held.names
    texts = [work_text(works[work]) for work in ids]
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


def _numbers(order: Sequence[int], held: Held) -> dict[int, int]:
    """Number clusters by size; a kept one keeps its number, and others take those that are free."""
    number = {cluster: old.number for cluster, (old, _) in held.was.items()}
    taken = {old.number for old, _ in held.was.values()}
    free = (n for n in range(1, len(order) + len(taken) + 1) if n not in taken)
    beyond = max(taken, default=0)
    for cluster in order:
        if cluster not in number:
            number[cluster] = next(n for n in free if n > beyond)
    return number


def _kept_labels(labelled: Sequence[Label], held: Held) -> list[Label]:
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


def rows_of_parts(
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
    held: Held,
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
