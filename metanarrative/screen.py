"""In or out, and why: every work is included until a person, or a rule a person set, excludes it.

Takes ``work``, ``work_record`` and the decisions ``include`` and ``exclude`` (subject: a work or a
record of it; verdict or reason: why); gives ``screening``. Labels that another tool left in an
export are proposals of that tool: they are heeded only when the setting `use_labels` says so, and
the row says where the label came from. Nothing is excluded for lacking a DOI, a journal or an
abstract: grey and service-user literature stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metanarrative.model import Decision, Problem, Summary
from metanarrative.text.labels import label_of, labels_told, may_hold_label
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.config import ScreenSettings
    from metanarrative.project import Project

__all__ = ["Screened", "label_of", "run", "screen"]

VERSION = "2"
READS = ("work", "work_record", "record")
WRITES = ("screening",)
DECISIONS = ("include", "exclude")
FILES: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screened:
    """One work's verdict."""

    work_id: str
    verdict: str  # included | excluded
    reason: str
    decided_by: str


def screen(
    work_ids: Iterable[str],
    homes: Mapping[str, str],
    decisions: Sequence[Decision],
    labels: Mapping[str, bool] | None = None,
) -> tuple[list[Screened], list[Problem]]:
    """Give every work its verdict; of several decisions on one work the last holds.

    Parameters
    ----------
    work_ids : iterable of str
    homes : mapping of str to str
        Record id to the work it belongs to.
    decisions : sequence of Decision
        Of the kinds ``include`` and ``exclude``, in order of time.
    labels : mapping of str to bool, optional
        Labels of other tools by work; a decision overrules them.

    Returns
    -------
    verdicts : list of Screened
        Sorted by work id.
    problems : list of Problem
        Decisions whose work is gone, and people who disagree.
    """
    known = sorted(set(work_ids))
    rows = {work: Screened(work, "included", "", "default") for work in known}
    for work, label in sorted((labels or {}).items()):
        if work in rows:
            verdict = "included" if label else "excluded"
            rows[work] = Screened(work, verdict, "screening label in the export", "label")
    problems: list[Problem] = []
    for decision in decisions:
        for subject in re.split(r"[\s,;]+", decision.subject.strip()):
            # a work keeps its decisions when another copy gives it a new id
            work = subject if subject in rows else homes.get(re.sub(r"^wk_", "rec_", subject), "")
            if work not in rows:
                problems.append(
                    Problem(
                        "decision-subject-gone",
                        f"'{decision.kind}' names {subject}, which is no longer among the works",
                        "add the export that held it again, or undo the decision",
                        file=decision.file,
                        line=decision.line,
                        subject=subject,
                    )
                )
                continue
            verdict = "included" if decision.kind == "include" else "excluded"
            before = rows[work]
            if before.decided_by not in ("default", "label", decision.who) and before.verdict != verdict:
                problems.append(
                    Problem(
                        "decision-contradiction",
                        f"{before.decided_by} says {before.verdict}, {decision.who} later says {verdict}; "
                        "the later one holds",
                        "agree, then undo the decision that is wrong",
                        file=decision.file,
                        line=decision.line,
                        subject=work,
                    )
                )
            rows[work] = Screened(work, verdict, decision.reason or decision.verdict, decision.who)
    return [rows[work] for work in known], problems


def run(project: Project, settings: ScreenSettings) -> Summary:
    """Write one row a work; see the module."""
    store = project.store
    works = store.read_columns("work", "work_id")[0]
    pairs = store.read("work_record", columns=("work_id", "record_id"))
    homes = {row["record_id"]: row["work_id"] for row in pairs}
    labels: dict[str, bool] = {}
    for row in store.read("record", columns=("record_id", "extra"), where={"kind": "literature"}):
        label = label_of(json.loads(row["extra"])) if may_hold_label(row["extra"]) else None
        work = homes.get(row["record_id"])
        if label is not None and work is not None:
            # copies that disagree: one tool said yes, so a person should still see it
            labels[work] = labels.get(work, False) or label
    out_by_label = sum(not label for label in labels.values())
    rows, problems = screen(works, homes, project.decisions(*DECISIONS), labels if settings.use_labels else None)
    if labels and not settings.use_labels:
        problems.append(
            Problem(
                "labels-not-heeded",
                labels_told(len(labels) - out_by_label, out_by_label, heeded=False),
                "write [screen] use_labels = true into metanarrative.toml if they are yours; decisions overrule them",
                "note",
            )
        )
    excluded = sum(row.verdict == "excluded" for row in rows)
    with project.writing("screen") as out:
        out.write(
            "screening",
            (
                {"work_id": r.work_id, "verdict": r.verdict, "reason": r.reason, "decided_by": r.decided_by}
                for r in rows
            ),
        )
        out.problems(problems)
        counts = {"works": len(rows), "included": len(rows) - excluded, "excluded": excluded}
        are = "is" if 1 in (counts["included"], len(rows)) else "are"
        text = f"{counts['included']:,} of {counted(len(rows), 'work')} {are} included"
        if out_by_label and not settings.use_labels:
            counts["labelled_excluded"] = out_by_label
            stay = "stays" if out_by_label == 1 else "stay"
            text += f"; {out_by_label:,} labelled excluded {stay} in ([screen] use_labels = true takes labels)"
        out.summary = Summary("screen", counts, text)
    return out.summary
