"""What people decided: one append-only CSV file a person, read in order of time.

A file may have been edited by hand, torn by a crash or merged from two machines: every line is a
decision or listed as a problem, and none is ever rewritten.
"""

from __future__ import annotations

import csv
import getpass
import io
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from metanarrative.errors import DecisionError, StoreError
from metanarrative.model import Decision, Problem
from metanarrative.text import content_id

DECISION_COLUMNS = ("when", "who", "kind", "subject", "verdict", "reason")
DECISION_KINDS = {
    "same": "two records describe one work",
    "different": "two records describe different works",
    "include": "a work belongs to the review",
    "exclude": "a work does not belong to the review",
    "name": "a cluster is a tradition of this name",
    "accept": "a cluster is accepted as proposed",
    "reject": "a cluster is not a tradition",
    "merge": "two clusters are one tradition",
    "split": "a cluster is two traditions",
    "move": "a work belongs to another tradition",
    "pin": "a work stays in its tradition",
    "must-link": "two works belong together",
    "cannot-link": "two works belong apart",
    "theme": "a passage carries a theme, or does not",
    "align": "two passages answer each other, or do not",
    "force": "a provision has this force",
    "practice": "a document shows a theme as done, partly, not done or contradicted",
    "cite": "a policy passage refers to a work, or does not",
    "undo": "an earlier decision no longer holds",
}


def folder_of(root: Path) -> Path:
    """Return the folder of the decision files of a project."""
    return root / "corpus" / "decisions"


def read_all(root: Path) -> tuple[list[Decision], list[Problem]]:
    """Return every decision ever taken, in order of time, and the lines that are none."""
    decisions: list[Decision] = []
    problems: list[Problem] = []
    for path in sorted(folder_of(root).glob("*.csv")):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_bytes().decode("utf-8-sig", errors="replace")
        except OSError as error:
            problems.append(
                Problem("unreadable", f"cannot be read: {error.strerror}", "check permissions", "error", name)
            )
            continue
        decisions += _of_file(text, name, problems)
    decisions.sort(key=lambda d: (d.when, d.file, d.line or 0))
    return decisions, problems


def _of_file(text: str, name: str, problems: list[Problem]) -> list[Decision]:
    """Return the decisions of one file; adds to `problems` the lines that are none."""
    decisions: list[Decision] = []
    csv.field_size_limit(1 << 24)  # a ruling lists the works of a cluster, which may be thousands
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""))
    header: list[str] = []
    started = 1
    for row in _rows_or_problem(reader, name, problems):
        line, started = started, reader.line_num + 1
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header = [cell.strip().lower() for cell in row]
            missing = [c for c in DECISION_COLUMNS[:5] if c not in header]
            if missing:
                problems.append(
                    Problem(
                        "missing-column",
                        f"has no column {', '.join(missing)}",
                        f"its first line must be {','.join(DECISION_COLUMNS)}",
                        "error",
                        name,
                        line,
                    )
                )
                break
            continue
        cells = dict(zip(header, row, strict=False))
        kind, subject = cells.get("kind", "").strip(), cells.get("subject", "").strip()
        if len(row) < 5 or kind not in DECISION_KINDS or not subject:
            problems.append(
                Problem(
                    "bad-decision",
                    f"is not a decision: {','.join(row)[:120]}",
                    f"kinds are {', '.join(DECISION_KINDS)}; the line is kept in the file",
                    "error",
                    name,
                    line,
                )
            )
            continue
        values = tuple(cells.get(column, "").strip() for column in DECISION_COLUMNS)
        decisions.append(_decision(values, file=name, line=line))
    return decisions


def states_of(decisions: Sequence[Decision]) -> dict[str, str]:
    """Return ``active`` or ``undone`` for each decision's id."""
    states = dict.fromkeys((d.id for d in decisions), "active")
    # an undo holds unless it is undone itself. Clocks of two people differ, so the chain of ids
    # counts, not the time; an id is made from what it undoes, so chains have an end
    undoing: dict[str, list[str]] = {}
    for d in decisions:
        if d.kind == "undo":
            undoing.setdefault(d.subject, []).append(d.id)
    waiting = [d.id for d in decisions if d.kind == "undo" and d.id not in undoing]
    left = {target: len(set(ids)) for target, ids in undoing.items()}
    targets = {d.id: d.subject for d in decisions if d.kind == "undo"}
    while waiting:
        undo = waiting.pop()
        target = targets[undo]
        if target not in states:
            continue
        if states[undo] == "active":
            states[target] = "undone"
        left[target] -= 1
        if not left[target] and target in targets:
            waiting.append(target)
    return states


def append(root: Path, kind: str, subject: str, verdict: str, *, reason: str, who: str) -> Decision:
    """Write one decision durably and return it.

    Raises
    ------
    DecisionError
        If `kind` is unknown or `subject` empty.
    StoreError
        If it cannot be written.
    """
    if kind not in DECISION_KINDS:
        raise DecisionError(f"no decision is called {kind!r}", mend=f"known: {', '.join(DECISION_KINDS)}")
    if not _one_line(subject):
        raise DecisionError(f"a decision {kind!r} needs a subject", mend="name a work, record or cluster")
    who = clean_name(who or default_who())
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    subject, verdict, reason = (_one_line(value) for value in (subject, verdict, reason))
    values = (when, who, kind, subject, verdict, reason)
    path = folder_of(root) / f"{who}.csv"
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_bytes() if path.exists() else b""
        if not old.strip():
            writer.writerow(DECISION_COLUMNS)
        elif _inside_quotes(old):
            buffer.write('"\n')  # torn by a crash inside a quoted cell, which would swallow our line
        elif not old.endswith(b"\n"):
            buffer.write("\n")  # the last line was torn by a crash: it stays, ours begins anew
        writer.writerow(values)
        with path.open("ab") as stream:
            stream.write(buffer.getvalue().encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StoreError(
            f"the decision could not be written: {error.strerror or error}",
            mend="free some space or check permissions, then decide again; nothing was changed",
            where=str(path),
        ) from error
    return _decision(values, file=path.relative_to(root).as_posix())


def _rows_or_problem(reader: Any, name: str, problems: list[Problem]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        problems.append(
            Problem(
                "bad-decision",
                f"cannot be read on: {error}",
                "mend the quotes of this line",
                "error",
                name,
                reader.line_num,
            )
        )


def _decision(values: tuple[str, ...], *, file: str, line: int | None = None) -> Decision:
    when, who, kind, subject, verdict, reason = values
    return Decision(
        content_id("dc", *values, length=8), when, who, kind, subject, verdict, reason, file=file, line=line
    )


def _inside_quotes(data: bytes) -> bool:
    """Tell whether a CSV file ends inside a quoted cell."""
    text = data.decode("utf-8", "replace").replace("\0", "") + "\nend\n"
    try:
        *_, last = csv.reader(io.StringIO(text, newline=""))
    except csv.Error:
        return False
    return last != ["end"]


def _one_line(text: str) -> str:
    """Return text as a CSV cell keeps it: one line, no NUL, nothing that UTF-8 cannot hold."""
    return " ".join(text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").split())


def clean_name(who: str) -> str:
    """Return a person's name as a safe file name.

    Examples
    --------
    >>> clean_name("Mair Ŵyn / reviewer")
    'Mair-Ŵyn-reviewer'
    """
    return re.sub(r"[^\w.-]+", "-", who, flags=re.UNICODE).strip("-.")[:60] or "someone"


def default_who() -> str:
    """Return who is deciding: ``METANARRATIVE_WHO``, else the login name."""
    named = os.environ.get("METANARRATIVE_WHO", "")
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "someone"
