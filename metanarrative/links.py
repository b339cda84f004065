"""The review of links from policy to literature: a table out, people's verdicts back in as decisions.

One line a reference that a policy passage makes: how it was matched, how surely, and why it waits for
a person. In ``decision`` a person writes accept or reject, in ``work`` the work that is meant where it
is another one or none was chosen, in ``reason`` why.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metanarrative import explain
from metanarrative.errors import UsageError
from metanarrative.export import csv_text, write_file
from metanarrative.project import Project
from metanarrative.text.verdicts import LINKED

__all__ = ["COLUMNS", "export_links", "import_links", "is_links", "link_rows"]

COLUMNS = (
    "passage_id", "nation", "document", "place", "quote", "how", "score", "verdict", "why", "cited_work_id", "cited",
    "candidates", "decision", "work", "reason",
)  # fmt: skip

_HOW = {
    "doi": "its DOI stands in the text", "pmid": "its PubMed number stands in the text",
    "reference": "an entry of a list of references: author, year and words of the title",
    "title": "its title stands in the text", "report": "a report by its short name",
    "author-year": "author and year in running text", "person": "a person saw it",
}  # fmt: skip
_WHY = {
    "possible": "the year or the name is a little off: check it",
    "ambiguous": "several works answer to it: choose one",
    "not in the corpus": "no work of the review answers to it",
}


def link_rows(project: Project) -> list[dict[str, Any]]:
    """Return the links with titles and places, those that wait for a person first."""
    store = project.store
    works = {row["work_id"]: row for row in store.read("work", columns=("work_id", "title", "year"))}
    found = store.read("evidence")
    ids = sorted({row["passage_id"] for row in found})
    columns = ("passage_id", "page", "section", "paragraph")
    passages = (
        {p["passage_id"]: p for p in store.read("passage", where={"passage_id": ids}, columns=columns)} if ids else {}
    )

    def name(own: str) -> str:
        row = works.get(own)
        return f"{row['title']} ({row['year'] or 'n.d.'})" if row else own

    rows = []
    for row in found:
        passage = passages.get(row["passage_id"], {})
        parts = (f"p. {passage['page']}" if passage.get("page") else "", passage.get("section") or "")
        why = _HOW.get(row["how"], row["how"])
        if row["verdict"] in _WHY:
            why += f"; {_WHY[row['verdict']]}"
        elif row["verdict"] in ("accepted", "rejected"):
            why += f"; {row['verdict']} by {row['decided_by']}"
        rows.append(
            {
                **row, "document": name(row["work_id"]), "place": ", ".join(part for part in parts if part), "why": why,
                "cited": name(row["cited_work_id"]) if row["cited_work_id"] else "",
                "candidates": "; ".join(f"{own}: {name(own)}" for own in json.loads(row["candidates"] or "[]")),
                "decision": "", "work": "", "reason": "",
            }
        )  # fmt: skip
    rank = {verdict: at for at, verdict in enumerate(LINKED)}
    return sorted(rows, key=lambda r: (rank.get(r["verdict"], 9), r["document"], r["passage_id"], r["position"]))


def export_links(project: Project, out: Path, *, force: bool = False) -> Path:
    """Write the review file, comma-separated (.csv) or tab-separated (.tsv).

    Raises
    ------
    UsageError
        If `out` ends in neither.
    """
    suffix = out.suffix.lower()
    if suffix not in (".csv", ".tsv"):
        raise UsageError(f"cannot write links as {out.name}", mend="give a name ending in .csv or .tsv")
    rows: Sequence[dict[str, Any]] = link_rows(project)
    text = csv_text(COLUMNS, rows)
    if suffix == ".tsv":
        plain = csv.reader(io.StringIO(text, newline=""))
        buffer = io.StringIO()
        csv.writer(buffer, delimiter="\t", lineterminator="\n").writerows(
            [" ".join(cell.split()) for cell in line] for line in plain
        )
        text = buffer.getvalue()
    return write_file(out, text.encode("utf-8"), force=force)


def _read(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return []
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        return [
            {str(key): str(value or "") for key, value in row.items() if key is not None}
            for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error:
        return []


def is_links(path: Path) -> bool:
    """Tell whether a file is an exported list of links."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return False
    rows = _read(path)
    return bool(rows) and {"passage_id", "cited_work_id", "decision"} <= set(rows[0])


def import_links(project: Project, path: Path, *, who: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Append the verdicts of a review file as decisions; return them and notes.

    A verdict that already holds adds nothing. A line whose verdict cannot be used is told, not guessed.
    """
    holds = {decision.subject: decision.verdict for decision in project.decisions("cite")}
    passages = set(project.store.read_columns("passage", "passage_id")[0])
    new: list[dict[str, Any]] = []
    wrong: list[str] = []
    for number, row in enumerate(_read(path), 2):
        said = row.get("decision", "").strip().casefold()
        verdict = {"accept": "accept", "accepted": "accept", "reject": "reject", "rejected": "reject"}.get(said, "")
        if not said:
            continue
        work = row.get("work", "").strip() or row.get("cited_work_id", "").strip()
        passage = row.get("passage_id", "").strip()
        if not verdict:
            wrong.append(f"line {number}: {said!r} is neither accept nor reject")
            continue
        if passage not in passages:
            wrong.append(f"line {number}: passage {passage!r} is not here any more")
            continue
        if not work:
            wrong.append(f"line {number}: say in the column work which one is meant")
            continue
        try:
            own = str(explain.find_work(project, work)["work_id"])
        except UsageError as error:
            wrong.append(f"line {number}: {error.message}")
            continue
        subject = f"{passage} {own}"
        if holds.get(subject) == verdict:
            continue
        reason = row.get("reason", "").strip().removeprefix("'")
        project.append_decision("cite", subject, verdict, reason=reason, who=who)
        holds[subject] = verdict
        new.append({"subject": subject, "verdict": verdict, "reason": reason})
    notes = [f"{len(new)} decisions added" if new else "nothing new", *wrong]
    if new:
        notes.append("next: metanarrative run")
    return new, notes
