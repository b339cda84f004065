"""What stands behind a number of the comparison: the passages that carry a measure of force, or a lineage."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from metanarrative.errors import UsageError
from metanarrative.project import Project
from metanarrative.results import Result
from metanarrative.text.verdicts import counts_in

__all__ = ["explain_force", "explain_lineage", "explain_term"]


def explain_force(project: Project, text: str) -> Result:
    """Show the provisions behind ``force:ITEM`` or ``force:ITEM:THEME``, by nation and document.

    Raises
    ------
    UsageError
        If the comparison has no such row.
    """
    store = project.store
    item, _, theme = text.partition(":")
    item, theme = item.strip().casefold(), theme.strip().casefold()
    contrasts = store.read("contrast", where={"kind": "force"})
    found = [row for row in contrasts if row["item"] == item and row["theme"].casefold() == theme]
    if not found:
        ids = sorted({f"force:{row['item']}" + (f":{row['theme']}" if row["theme"] else "") for row in contrasts})
        raise UsageError(f"no row force:{text}", mend=f"rows: {', '.join(ids) or 'none; metanarrative run'}")
    what = f"{item} in {theme}" if theme else item
    notes = [
        f"{what}: {c['side_a']} {c['n_a']} of {c['of_a']} v {c['side_b']} {c['n_b']} of {c['of_b']} provisions, "
        f"{c['n_docs_a']} v {c['n_docs_b']} documents: {c['verdict']}"
        for c in found
    ]
    sides = {row["side_a"]: 0 for row in found} | {row["side_b"]: 1 for row in found}
    facet = found[0]["facet"]
    works = {row["work_id"]: row for row in store.read("work", where={"kind": "policy"})}
    rows: list[dict[str, Any]] = []
    for p in store.read("provision"):
        carries, _ = counts_in(item, p["force"], p["bearer"])
        work = works.get(p["work_id"], {})
        inside = facet != "nation" or p["nation"] in sides
        themes = [part.casefold() for part in p["theme"].split(";")]
        if carries and inside and not p["filter"] and (not theme or theme in themes):
            rows.append({**p, "title": work.get("title", ""), "text": p["sentence"]})
    rows.sort(key=lambda r: (r["nation"], r["work_id"], r["passage_id"], r["position"]))
    counts = Counter(row["nation"] for row in rows)
    tail = [
        ", ".join(f"{nation or 'no nation'} {n}" for nation, n in sorted(counts.items())) or "no provision carries it"
    ]
    return Result(
        "explain", ("nation", "work_id", "passage_id", "cue", "text"), rows, tail, {"kind": "force"}, lead=notes
    )


def explain_term(project: Project, text: str) -> Result:
    """Show the passages behind ``term:WORD``, by nation and document.

    Raises
    ------
    UsageError
        If the comparison has no such word.
    """
    store = project.store
    contrasts = store.read("contrast", where={"kind": "term"})
    term = text.strip().casefold()
    found = [row for row in contrasts if row["item"] == term]
    if not found:
        words = ", ".join(row["item"] for row in contrasts[:20])
        raise UsageError(f"no row term:{text}", mend=f"words: {words or 'none; metanarrative run'}")
    notes = [
        f"{term}: {c['side_a']} {c['n_a']} v {c['side_b']} {c['n_b']} uses, in {c['with_a']} of {c['n_docs_a']} v "
        f"{c['with_b']} of {c['n_docs_b']} documents: {c['verdict']}"
        for c in found
    ]
    spelt = re.compile(rf"(?<!\w){re.escape(term)}", re.IGNORECASE)
    rows = [
        row
        for row in store.read("passage", columns=("nation", "work_id", "passage_id", "language", "text"))
        if row["nation"] in (found[0]["side_a"], found[0]["side_b"]) and spelt.search(row["text"])
    ]
    rows.sort(key=lambda r: (r["nation"], r["work_id"], r["passage_id"]))
    tail = [
        "passages with the word as it is spelt here; the uses are counted by stem, without names of nations, repeated "
        "sentences and passages that stand on both sides, so the two need not be equal"
    ]
    return Result("explain", ("nation", "work_id", "passage_id", "text"), rows, tail, {"kind": "term"}, lead=notes)


def explain_lineage(project: Project, text: str) -> Result:
    """Show what a document replaces, amends or names, and what does so to it, with the words that say so.

    Raises
    ------
    UsageError
        If no lineage names the document.
    """
    edges = project.store.read("lineage")
    wanted = text.strip()
    rows = [row for row in edges if wanted in (row["work_id"], row["other_id"])]
    if not rows:
        ids = sorted({row["work_id"] for row in edges})
        raise UsageError(
            f"no lineage of {text!r}", mend=f"documents with one: {', '.join(ids[:12]) or 'none; metanarrative run'}"
        )
    columns = ("work_id", "relation", "other_id", "how", "passage_id", "evidence")
    return Result("explain", columns, rows, data={"kind": "lineage"})
