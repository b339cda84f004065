"""A project is a folder of plain inputs and human decisions; this is the handle on it.

It hands out views, records runs and decisions, and knows what is fresh. It computes nothing.
"""

from metanarrative.project.decisions import DECISION_COLUMNS, DECISION_KINDS, clean_name, default_who
from metanarrative.project.handle import Project
from metanarrative.project.making import MANIFEST_COLUMNS, SOURCES_COLUMNS
from metanarrative.project.writing import Writing, versions

__all__ = [
    "DECISION_COLUMNS",
    "DECISION_KINDS",
    "MANIFEST_COLUMNS",
    "SOURCES_COLUMNS",
    "Project",
    "Writing",
    "clean_name",
    "default_who",
    "versions",
]
