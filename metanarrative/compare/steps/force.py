"""Legal force: every trigger of it, and what people said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem

if TYPE_CHECKING:
    from metanarrative.compare.actors import Gazetteer
    from metanarrative.project import Project

Row = dict[str, Any]

COPY = "document counted once"
"""Why a provision of a near copy does not count."""


def provision_rows(
    project: Project,
    works: Mapping[str, Row],
    passages: Sequence[Row],
    themes_of: Mapping[str, Sequence[str]],
    who: Gazetteer,
) -> list[Row]:
    """Find every trigger of force, of the passage and of the stem it hangs from."""
    from metanarrative.compare.force import in_place, inherited, provisions
    from metanarrative.compare.inputs import INSERTED, QUOTED

    rows: list[Row] = []
    for passage in project.track(passages, "force", total=len(passages)):
        found = provisions(passage["text"], passage["language"], who)
        if passage["stem"]:
            first = inherited(passage["stem"], passage["text"], passage["language"], who)
            found = [first, *found] if first else found
        section = str(passage["section"] or "")
        most = INSERTED if section.endswith(QUOTED) else 1.0
        own = str(works.get(passage["work_id"], {}).get("force") or "")
        found = in_place(found, document=own, section=section, text=passage["text"])
        for position, p in enumerate(found, 1):
            rows.append(
                {
                    "passage_id": passage["passage_id"], "work_id": passage["work_id"], "position": position,
                    "nation": passage["nation"], "language": passage["language"], "force": p.force, "cue": p.cue,
                    "start": p.start, "end": p.end, "negated": int(p.negated), "passive": int(p.passive),
                    "bearer": p.bearer, "bearer_type": p.bearer_type, "filter": p.filter,
                    "theme": ";".join(sorted(themes_of.get(passage["passage_id"], ()))),
                    "sentence": p.sentence, "confidence": min(p.confidence, most), "decided_by": "machine",
                }
            )  # fmt: skip
    return rows


def coded_force(project: Project, provisions: list[Row], problems: list[Problem]) -> list[tuple[str, str, str]]:
    """Put people's classes in place of the machine's; return (work, machine's class, person's class)."""
    from metanarrative.compare.force import FORCES

    at = {f"{row['passage_id']} {row['position']}": row for row in provisions}
    latest: dict[str, tuple[str, str]] = {}
    for decision in project.decisions("force"):
        subject = " ".join(decision.subject.split())
        if decision.verdict not in FORCES:
            problems.append(
                Problem(
                    "bad-decision", f"{decision.verdict!r} is no class of force",
                    mend=f"classes: {', '.join(FORCES)}", subject=decision.subject,
                )
            )  # fmt: skip
        elif subject not in at:
            problems.append(
                Problem(
                    "decision-lost", "a force decision is about a trigger that is not there any more",
                    mend="undo or correct the decision", subject=decision.subject,
                )
            )  # fmt: skip
        else:
            latest[subject] = (decision.verdict, decision.who)
    coded = []
    for subject, (force, who) in sorted(latest.items()):
        row = at[subject]
        coded.append((row["work_id"], row["force"], force))
        row["force"], row["decided_by"], row["confidence"] = force, who, 1.0
        if force != "none":
            row["filter"] = ""
        elif not row["filter"]:
            row["filter"] = "a person says so"
    return coded


def count_once(provisions: Sequence[Row], copies: Iterable[str]) -> None:
    """Mark, in place, the provisions of documents that are copies of another: a document counts once.

    Examples
    --------
    >>> rows = [{"work_id": "wk_1", "filter": ""}, {"work_id": "wk_2", "filter": ""}]
    >>> count_once(rows, {"wk_2"})
    >>> [row["filter"] for row in rows]
    ['', 'document counted once']
    """
    aside = set(copies)
    for row in provisions:
        if row["work_id"] in aside and not row["filter"]:
            row["filter"] = COPY
