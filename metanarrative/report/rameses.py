"""The RAMESES reporting items for meta-narrative reviews: what the log fills, what people write.

Items after Wong et al. 2013, doi:10.1186/1741-7015-11-20, in short names of our own; never a score.
"""

from __future__ import annotations

ITEMS: tuple[tuple[str, str, str], ...] = (
    ("Title", "", "say meta-narrative review or synthesis in the title"),
    ("Abstract", "counts", "background, question, methods, results, implications"),
    ("Rationale", "", "why the review is needed"),
    ("Objectives and focus", "question", "why the focus was drawn so"),
    ("Changes in process", "decisions", "what changed against the first plan, and why"),
    ("Why a meta-narrative review", "", "why this method suits the question"),
    ("Adherence to the principles", "", "how the six principles shaped the work"),
    ("Scoping", "", "how the field was first explored"),
    ("Searching", "searches", "reasons for sources, terms and changes"),
    ("Selection and appraisal", "screening", "how documents were judged, by their own tradition's standards"),
    ("Data extraction", "", "what was taken and how it was checked"),
    ("Analysis and synthesis", "settings", "how storylines were built and contrasted"),
    ("Document flow", "flow", "check the figures"),
    ("Document characteristics", "coverage", "comment on the tables"),
    ("Main findings", "traditions", "the meta-narratives and how they compare"),
    ("Summary of findings", "", "findings against the objectives"),
    ("Strengths, limits, further work", "limits", "limits of the process, in your words"),
    ("Comparison with the literature", "", "fit with earlier reviews"),
    ("Conclusion and recommendations", "", "what follows, tied to findings"),
    ("Funding and interests", "", "funder's role, conflicts of interest"),
)
"""(item, what the log can fill: a key, what a person must write)."""
