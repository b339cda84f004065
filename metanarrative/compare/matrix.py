"""Framework matrix: themes by cases, with counts, quotes and the summary a person writes.

Takes works, passages, their themes and provisions, who is named in them, and the summaries of
``corpus/matrix.csv``; gives one cell a case and theme. A case is a document, nation, level, site,
tradition or stakeholder group. Zero is said in four ways: *none found* (there is text, the machine
saw nothing), *coded, absent* (people looked and said no), *no evidence* (the case has no text at
all), and *found*. The machine suggests up to three quotes and never writes a summary.

References
----------
Ritchie & Spencer 1994 (Framework); Gale et al. 2013, doi:10.1186/1471-2288-13-117 (how it is
used); Carbonell & Goldstein 1998, doi:10.1145/290941.291025 (maximal marginal relevance).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metanarrative.compare.words import stem_en, words
from metanarrative.model import Problem
from metanarrative.text import content_id

__all__ = ["CASES", "LEVELS", "MATRIX_COLUMNS", "Case", "Summary", "cell_id", "cells", "pick_quotes", "read_summaries"]

CASES = ("document", "nation", "level", "site", "tradition", "group")
LEVELS = ("macro", "meso", "micro")
MATRIX_COLUMNS = ("when", "cell_id", "cases", "case_name", "theme", "status", "coder", "summary")
"""Columns of corpus/matrix.csv, which people write; a later line of a cell wins."""

MOST_QUOTES = 3


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the matrix: `passages` are the ids of its text, `works` its documents."""

    cases: str
    id: str
    name: str
    works: frozenset[str]
    passages: frozenset[str] | None = None  # None: every passage of its works


@dataclass(frozen=True, slots=True)
class Summary:
    """What a person wrote in a cell."""

    text: str
    status: str
    coder: str


def cell_id(cases: str, case: str, theme: str) -> str:
    """Return the id of a cell; it does not change when documents or codes do.

    Examples
    --------
    >>> cell_id("nation", "wales", "review") == cell_id("nation", "wales", "review")
    True
    """
    return content_id("cell", cases, case, theme)


def read_summaries(text: str, file: str = "corpus/matrix.csv") -> tuple[dict[str, Summary], list[Problem]]:
    """Read people's summaries; the last line of a cell holds.

    Examples
    --------
    >>> found, _ = read_summaries("cell_id,summary,status\\ncell_1,Plans are shared.,checked\\n")
    >>> found["cell_1"].text, found["cell_1"].status
    ('Plans are shared.', 'checked')
    """
    problems: list[Problem] = []
    found: dict[str, Summary] = {}
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    if "cell_id" not in (reader.fieldnames or ()):
        if text.strip():
            problems.append(
                Problem(
                    "matrix-columns", "corpus/matrix.csv has no column cell_id and was not used",
                    mend=f"its columns: {', '.join(MATRIX_COLUMNS)}", file=file, line=1,
                )
            )  # fmt: skip
        return {}, problems
    for row in reader:
        own = (row.get("cell_id") or "").strip()
        summary = (row.get("summary") or "").strip()
        if not own:
            problems.append(
                Problem(
                    "matrix-row", "a line of corpus/matrix.csv names no cell", file=file, line=reader.line_num,
                    mend="take the cell's id from metanarrative export matrix",
                )
            )  # fmt: skip
            continue
        status = (row.get("status") or "").strip()
        if not summary:
            found.pop(own, None)  # an emptied cell is empty again
            continue
        found[own] = Summary(
            summary, "checked" if status == "checked" else "summarised", (row.get("coder") or "").strip()
        )
    return found, problems


def pick_quotes(passages: Sequence[tuple[str, float, str]], most: int = MOST_QUOTES, balance: float = 0.7) -> list[str]:
    """Return up to `most` passage ids, strong on the theme and unlike each other.

    Parameters
    ----------
    passages : sequence of (passage id, score, text)
    most : int
    balance : float
        1 looks at the score alone, 0 at difference alone.

    Examples
    --------
    >>> rows = [("ps_1", 2.0, "plans are shared"), ("ps_2", 1.2, "plans are shared"), ("ps_3", 1.0, "carers wait")]
    >>> pick_quotes(rows, 2)
    ['ps_1', 'ps_3']
    """
    pool = sorted(passages, key=lambda p: (-p[1], p[0]))[:20]
    if not pool:
        return []
    low, high = min(p[1] for p in pool), max(p[1] for p in pool)
    bags = {p[0]: frozenset(stem_en(word) for word in words(p[2])) for p in pool}
    chosen: list[str] = []
    while pool and len(chosen) < most:

        def worth(p: tuple[str, float, str]) -> float:
            like = max((len(bags[p[0]] & bags[c]) / max(1, len(bags[p[0]] | bags[c])) for c in chosen), default=0.0)
            strength = (p[1] - low) / (high - low) if high > low else 1.0
            return balance * strength - (1 - balance) * like

        best = max(pool, key=lambda p: (round(worth(p), 9), [-ord(c) for c in p[0]]))
        chosen.append(best[0])
        pool.remove(best)
    return chosen


def cells(
    cases: Iterable[Case], themes: Sequence[str], passages: Sequence[Mapping[str, Any]],
    hits: Iterable[tuple[str, str, float]], provisions: Iterable[Mapping[str, Any]],
    absent: Iterable[tuple[str, str]] = (), summaries: Mapping[str, Summary] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows of the table ``matrix_cell``.

    Parameters
    ----------
    cases : iterable of Case
    themes : sequence of str
    passages : sequence of mapping
        passage_id, work_id, text of all analysed passages.
    hits : iterable of (passage id, theme, score)
    provisions : iterable of mapping
        Rows of the provision table.
    absent : iterable of (passage id, theme)
        Passages of which people said that they do not carry the theme.
    summaries : mapping of cell id to Summary, optional

    Examples
    --------
    >>> case = Case("nation", "wales", "Wales", frozenset({"wk_1"}))
    >>> text = [{"passage_id": "ps_1", "work_id": "wk_1", "text": "Plans are reviewed."}]
    >>> row = cells([case], ["review"], text, [("ps_1", "review", 1.0)], [])[0]
    >>> row["n_passages"], row["evidence"], row["status"]
    (1, 'found', 'suggested')
    >>> cells([Case("level", "micro", "micro", frozenset())], ["review"], text, [], [])[0]["evidence"]
    'no evidence'
    """
    summaries = summaries or {}
    owner = {str(p["passage_id"]): str(p["work_id"]) for p in passages}
    text = {str(p["passage_id"]): str(p["text"]) for p in passages}
    of_work: dict[str, list[str]] = {}
    for own, work in owner.items():
        of_work.setdefault(work, []).append(own)
    by_theme: dict[str, dict[str, float]] = {theme: {} for theme in themes}
    for own, theme, score in hits:
        if theme in by_theme:
            by_theme[theme][own] = score
    force: dict[tuple[str, str], dict[str, int]] = {}
    for row in provisions:
        if row["force"] in ("must", "should", "may"):
            for theme in str(row["theme"]).split(";"):
                counts = force.setdefault((str(row["passage_id"]), theme), {})
                counts[row["force"]] = counts.get(row["force"], 0) + 1
    denied: dict[str, set[str]] = {}
    for own, theme in absent:
        denied.setdefault(theme, set()).add(own)
    rows: list[dict[str, Any]] = []
    for case in cases:
        mine = (
            {own for work in case.works for own in of_work.get(work, ())}
            if case.passages is None
            else {own for own in case.passages if own in owner}
        )
        works = {owner[own] for own in mine}
        for theme in themes:
            found = {own: score for own, score in by_theme[theme].items() if own in mine}
            key = cell_id(case.cases, case.id, theme)
            quotes = pick_quotes([(own, score, text[own]) for own, score in found.items()])
            written = summaries.get(key)
            if found:
                evidence = "found"
            elif not mine:
                evidence = "no evidence"
            else:
                evidence = "coded, absent" if denied.get(theme, set()) & mine else "none found"
            counts = {
                name: sum(force.get((own, theme), {}).get(name, 0) for own in found)
                for name in ("must", "should", "may")
            }
            rows.append(
                {
                    "cell_id": key, "cases": case.cases, "case_id": case.id, "case_name": case.name, "theme": theme,
                    "n_documents": len(works), "n_with": len({owner[own] for own in found}),
                    "n_passages": len(found), "n_all": len(mine),
                    "n_must": counts["must"], "n_should": counts["should"], "n_may": counts["may"],
                    "evidence": evidence, "quotes": json.dumps(quotes),
                    "status": written.status if written else "suggested" if quotes else "empty",
                    "summary": written.text if written else "", "coder": written.coder if written else "",
                }
            )  # fmt: skip
    return sorted(rows, key=lambda row: row["cell_id"])
