"""Limits: what could not be compared, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.compare.contrasts import Sides
    from metanarrative.config import CompareSettings

Row = dict[str, Any]


def judge(
    settings: CompareSettings, sides: Sides, works: Mapping[str, Row], n_theme: Mapping[tuple[str, str], int],
    themes: Sequence[str], edges: Sequence[Any], unresolved: Mapping[str, int], problems: list[Problem],
) -> None:  # fmt: skip
    """Say in words what could not be compared."""
    from metanarrative.compare.inputs import named

    if not works:
        problems.append(
            Problem(
                "no-policy",
                "there is no policy document, so there is nothing to compare",
                mend="metanarrative add policy FILE --nation wales",
                severity="note",
            )
        )
        return
    for name, n in zip(sides.names, sides.counts(), strict=True):
        if n == 0:
            problems.append(
                Problem(
                    "one-side-empty",
                    f"no document has {sides.facet} {name!r}, so nothing was compared by {sides.facet}",
                    mend="add documents, correct the manifest, or choose other sides",
                    subject=name,
                )
            )
        elif n < settings.min_documents:
            problems.append(
                Problem(
                    "too-few-documents",
                    f"{name[:1].upper()}{name[1:]} has {counted(n, 'document')}, fewer than "
                    f"{settings.min_documents}: described, not tested",
                    severity="note",
                    subject=name,
                )
            )
    nowhere = [work for work in sorted(works) if not str(works[work].get(sides.facet) or works[work].get("year") or "")]
    if nowhere:
        problems.append(
            Problem(
                "no-facet",
                f"{counted(len(nowhere), 'document')} without {sides.facet} on neither side: {named(works, nowhere)}",
                mend="fill the column of corpus/policy/manifest.csv",
            )
        )
    for theme in themes:
        if not any(t == theme and n for (_, t), n in n_theme.items()):
            problems.append(
                Problem(
                    "theme-not-found",
                    f"no passage carries theme {theme!r}; absence of its words is not absence of the idea",
                    mend="add seed phrases, or code passages by hand",
                    severity="note",
                    subject=theme,
                )
            )
    for name, n in unresolved.items():
        problems.append(
            Problem(
                "ambiguous-title",
                f"{name!r} ({n} times) is the title of more than one document and was not resolved",
                mend="give the documents distinct titles in the manifest",
                severity="note",
                subject=name,
            )
        )
    titles = {edge.other_id: edge.other_title for edge in edges}
    for edge in edges:
        if edge.conflict:
            first = named(works, [edge.work_id]) if edge.work_id in works else titles.get(edge.work_id) or edge.work_id
            problems.append(
                Problem(
                    "lineage-conflict",
                    f"{first} {edge.relation} {edge.other_title}: {edge.conflict}",
                    mend="check the manifest against the document",
                    subject=edge.work_id,
                )
            )
