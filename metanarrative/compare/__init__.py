"""Compare two sides of policy: themes, emphasis, keyness, force, alignment, lineage (stage 9).

Takes works and passages (policy only) with their vectors, the codebook, people's decisions on
themes, force and alignments, and their summaries in corpus/matrix.csv; gives the tables theme,
passage_theme, provision, contrast, alignment, lineage, emphasis_document, evidence, element and
matrix_cell. Nation is the usual divide; any facet works the same way.

The document is the unit of inference. Each document counts once: one language expression of it is
analysed, and near copies are set aside. Every step says so where there is not enough to go on.

Method and sources are named in the modules: ``codebook``, ``themes``, ``emphasis``, ``keyness``,
``force``, ``align``, ``machinery``, ``ligatures``, ``reuse``, ``mentions``, ``lineage``, ``agreement``, ``calibrate``,
``error``, ``evidence``, ``narrative``, ``matrix``, ``levels``, ``facets``, ``parallel``, ``bilingual``,
``dated``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metanarrative.config import CompareSettings
    from metanarrative.model import Summary
    from metanarrative.project import Project

__all__ = ["DECISIONS", "FILES", "READS", "VERSION", "WRITES", "run"]

VERSION = "11"
READS = ("work", "passage", "array_file", "screening", "record", "work_record", "membership", "cluster")
WRITES = (
    "theme",
    "passage_theme",
    "provision",
    "contrast",
    "alignment",
    "lineage",
    "emphasis_document",
    "evidence",
    "element",
    "matrix_cell",
    "theme_level",
    "discordance",
)
DECISIONS = ("theme", "align", "force", "practice", "cite")
FILES: tuple[str, ...] = ("corpus/codebook.toml", "corpus/actors.toml", "corpus/matrix.csv")


def run(project: Project, settings: CompareSettings) -> Summary:
    """Run the stage."""
    from metanarrative.compare.stage import run as whole

    return whole(project, settings)
