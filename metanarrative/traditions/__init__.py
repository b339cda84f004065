"""Traditions: clusters as proposals by the machine, names and edits by people.

Takes the layers of the graph (text, bm25, citation, coupling), vectors of passages and works,
and people's decisions. Gives clusters with a stability figure, memberships with strength,
agreement and confidence, and the curve of resolutions from which one was chosen.

Method: layers row-normalised and mixed, second steps (``mix``), Leiden from several starts and
their consensus (``communities``, ``propose``), node bootstraps (``stability``), replayed decisions
(``edits``), c-TF-IDF labels (``labels``), a finer level inside large clusters (``nested``), policy
documents placed by the votes of their passages (``policy``). Where a person keeps a partition
(``kept``) it is the one to start from, and only new works look for places.
Policy documents do not shape the clusters. People's names come back by overlap with the anchors
in their decisions, never from an earlier run, so that the same inputs give the same bytes.

Sources: Traag et al. 2019, 10.1038/s41598-019-41695-z; Hennig 2007, 10.1016/j.csda.2006.11.025;
Lancichinetti & Fortunato 2012, 10.1038/srep00336; Guimerà & Amaral 2005, 10.1038/nature03288.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metanarrative.config import TraditionsSettings
    from metanarrative.model import Summary
    from metanarrative.project import Project

VERSION = "8"
READS = ("work", "screening", "passage", "array_file", "edge")
WRITES = ("cluster", "membership", "resolution", "subcluster")
DECISIONS = ("name", "accept", "reject", "merge", "split", "move", "pin", "must-link", "cannot-link")
FILES: tuple[str, ...] = ("corpus/kept.csv",)

__all__ = ["DECISIONS", "FILES", "READS", "VERSION", "WRITES", "run"]


def run(project: Project, settings: TraditionsSettings) -> Summary:
    """Propose traditions, apply people's decisions, write clusters and memberships."""
    from metanarrative.traditions.stage import run_stage

    return run_stage(project, settings)
