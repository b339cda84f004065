"""The steps of the stage: themes, force, terms, alignment, and what could not be compared."""

from metanarrative.compare.steps.alignment import LEAST_WORDS, alignment_rows
from metanarrative.compare.steps.force import coded_force, count_once, provision_rows
from metanarrative.compare.steps.limits import judge
from metanarrative.compare.steps.terms import keyness_rows
from metanarrative.compare.steps.themes import theme_hits

__all__ = [
    "LEAST_WORDS",
    "alignment_rows",
    "coded_force",
    "count_once",
    "judge",
    "keyness_rows",
    "provision_rows",
    "theme_hits",
]
