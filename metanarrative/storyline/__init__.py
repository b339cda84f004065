"""Storylines: each tradition's dated account, as candidates for a person to judge.

Takes works, in-corpus citations, matched references and memberships. Gives landmarks with their
evidence (or "none"), earliest and recent works, and bridges; the main path through the citations of
each tradition and of all; phases with what was tested; citations between traditions against expectation;
years that stand out among those cited (RPYS) and those published (bursts).

Method: see ``landmarks`` (two of three signals), ``paths`` (search path counts in exact integers,
key-route), ``rpys``, ``bursts``, ``disruption``, ``phases`` (divergence against shuffled years).

Sources: Batagelj 2003, arXiv cs/0309023; Liu & Lu 2012, 10.1002/asi.21692; Marx et al. 2014,
10.1002/asi.23089; Kleinberg 2002, 10.1145/775047.775061; Funk & Owen-Smith 2017,
10.1287/mnsc.2015.2366.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metanarrative.config import StorylineSettings
    from metanarrative.model import Summary
    from metanarrative.project import Project

VERSION = "3"
READS = ("work", "screening", "reference", "citation", "cluster", "membership")
WRITES = ("storyline", "main_path", "phase", "traffic", "signal")
DECISIONS: tuple[str, ...] = ()
FILES: tuple[str, ...] = ()

__all__ = ["DECISIONS", "FILES", "READS", "VERSION", "WRITES", "run"]


def run(project: Project, settings: StorylineSettings) -> Summary:
    """Write landmarks or none, main paths and phases, for all works and each tradition."""
    from metanarrative.storyline.stage import run_stage

    return run_stage(project, settings)
