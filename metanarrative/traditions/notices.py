"""What the stage has to say besides its tables: evidence that lacks, structure that is weak, works outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from metanarrative.model import Problem
from metanarrative.traditions.communities import Labels
from metanarrative.traditions.edits import Edited
from metanarrative.traditions.mix import Mix
from metanarrative.traditions.propose import FEWEST, Proposal
from metanarrative.traditions.stability import GATE, WEAK, gate

if TYPE_CHECKING:
    from metanarrative.config import TraditionsSettings

UNSURE, CHANCE = 0.50, 0.25
"""Share of resamples below which a torn work, and any work, is listed as unsure."""
OUTLIER = 0.25
"""A work whose nearest neighbour in text is less alike than this may not belong."""

__all__ = [
    "CHANCE", "OUTLIER", "UNSURE", "about_proposal", "missing_evidence", "missing_layers", "outlying_works",
    "outside_works", "unsure_works",
]  # fmt: skip


def missing_evidence(mix: Mix, ids: Sequence[str]) -> list[Problem]:
    """Say which kind of evidence is missing altogether."""
    problems = []
    if not ids:
        return [
            Problem(
                "no-works",
                "there are no included research works to cluster",
                mend="add exports to corpus/literature and run again",
                severity="note",
            )
        ]
    if not (mix.citation_share > 0).any():
        problems.append(
            Problem(
                "no-citation-layer",
                "no work shares a reference with another or cites one: the clusters rest on text alone",
                mend="export the records with their cited references",
                severity="note",
            )
        )
    if not (mix.text_share > 0).any():
        problems.append(
            Problem(
                "no-text-layer",
                "no two works resemble each other in text: the clusters rest on citations alone",
                mend="export the records with abstracts",
                severity="note",
            )
        )
    return problems


def missing_layers(settings: TraditionsSettings, layers: Mapping[str, Any], ids: Sequence[str]) -> list[Problem]:
    """Say which layer a setting weighs that is not there."""
    asked = {"venue": settings.venue_weight, "author": settings.author_weight}
    return [
        Problem(
            "layer-missing",
            f"traditions.{name}_weight is {weight:g}, but there is no layer {name!r}: it counts for nothing",
            mend='set [graph] extra_layers = "both"; if it is set, no two works have that in common',
            subject=f"traditions.{name}_weight",
        )
        for name, weight in asked.items()
        if weight and ids and name not in layers
    ]


def about_proposal(proposal: Proposal, asked: float, linked: int, claimed: bool) -> list[Problem]:
    """Say what the scan said: too little, no structure, weak structure."""
    if proposal.refusal == "too-few-works":
        if not linked:
            return []
        return [
            Problem(
                "too-few-works",
                f"{linked} linked works are too few to cluster (at least {FEWEST})",
                mend="add more works, or read them without clusters",
            )
        ]
    if proposal.scan is None:
        return [
            Problem(
                "stability-not-computed",
                "stability was not computed: traditions.bootstraps is 0",
                mend="set traditions.bootstraps = 20",
                severity="note",
            )
        ]
    best, needed = proposal.scan.best, gate(linked)
    if best < needed:
        kept = "clusters are shown because " + ("a person set the resolution" if asked else "people named them")
        return [
            Problem(
                "no-stable-traditions",
                f"no stable traditions found: resamples agree at {best:.2f} only, {needed:.2f} is needed"
                + (f" among {linked} works" if needed > GATE else "")
                + (f"; {kept}" if asked or claimed else ""),
                mend="see the table resolution; traditions.resolution = 1 shows clusters all the same",
            )
        ]
    if best < WEAK:
        return [
            Problem(
                "weak-traditions",
                f"the clusters are weak: resamples agree at {best:.2f} ({WEAK:.2f} would be firm)",
                mend="read the works of lowest confidence first; see the table resolution for other levels",
            )
        ]
    return []


def unsure_works(ids: Sequence[str], unsure: npt.NDArray[np.bool_], edited: Edited) -> list[Problem]:
    """Count the works that resamples place now here, now there, and that no person placed."""
    names = [ids[row] for row in np.flatnonzero(unsure).tolist() if row not in edited.placed]
    if not names:
        return []
    return [
        Problem(
            "unsure-works",
            f"{len(names)} works are in their cluster by little more than chance: resamples place them now here, now "
            f"there (in it in fewer than {UNSURE:.0%}, with another as near, or in fewer than {CHANCE:.0%}): "
            f"{', '.join(names[:12])}{' ...' if len(names) > 12 else ''}",
            mend="read these first; memberships.csv has their next best cluster; metanarrative decide move places one",
            severity="note",
            subject=names[0],
        )
    ]


def outside_works(
    ids: Sequence[str], edited: Edited, proposal: Proposal, works: Mapping[str, Mapping[str, Any]]
) -> list[Problem]:
    """List works that stand outside every cluster, unless nothing was clustered."""
    if proposal.refusal:
        return []
    alone = [ids[row] for row in np.flatnonzero(edited.labels < 0).tolist() if row not in edited.placed]
    if not alone:
        return []
    bare = sum(1 for w in alone if not works[w]["abstract"].strip() and not works[w]["n_references"])
    return [
        Problem(
            "isolates",
            f"{len(alone)} works stand outside every cluster ({bare} of them without abstract and references): "
            f"{', '.join(alone[:12])}{' ...' if len(alone) > 12 else ''}",
            mend="metanarrative decide move WORK TRADITION places one by hand",
            severity="note",
            subject=alone[0],
        )
    ]


def outlying_works(ids: Sequence[str], labels: Labels, text: Any, mix: Mix) -> list[Problem]:
    """List works that resemble no other and are linked by no citation: they may not belong."""
    if text is None or not (labels >= 0).any():
        return []
    nearest = np.asarray(text.max(axis=1).todense()).ravel()
    # a work without any text neighbour was not measured: it is no outlier by this rule
    far = (labels >= 0) & (nearest > 0) & (nearest < OUTLIER) & (mix.citation_share == 0)
    names = [ids[row] for row in np.flatnonzero(far).tolist()]
    if not names:
        return []
    return [
        Problem(
            "outliers",
            f"{len(names)} works resemble no other (cosine below {OUTLIER}) and are linked by no citation: "
            f"{', '.join(names[:12])}{' ...' if len(names) > 12 else ''}",
            mend="look whether they belong to the review; metanarrative decide exclude WORK",
            severity="note",
            subject=names[0],
        )
    ]
