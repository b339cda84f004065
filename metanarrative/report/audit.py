"""The last chapters: method and limits, reporting items, provenance."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from metanarrative.config import describe
from metanarrative.report.facts import Facts, Part
from metanarrative.report.parts import Heading, Table, Text
from metanarrative.report.rameses import ITEMS


def method_part(facts: Facts) -> list[Part]:
    """Return the chapter of how it was made: vectors, problems, steps with settings and seed."""
    parts: list[Part] = [Heading("Method and limits")]
    arrays = facts.project.store.read("array_file")
    for row in arrays[:1]:
        parts.append(
            Text(
                f"Text vectors: {row['model']}, {row['dimensions']} dimensions, {row['dtype']}"
                + ("." if row["semantic"] else ", a stand-in for a language model: near in words, not in meaning.")
                + f" Languages it knows: {', '.join(json.loads(row['languages'] or '[]')) or 'not stated'}."
            )
        )
    severities = Counter(p["severity"] for p in facts.problems)
    parts.append(
        Text(
            f"Listed problems: {severities['error']} errors, {severities['warning']} warnings, "
            f"{severities['note']} notes."
        )
    )
    serious = Counter((p["stage"], p["code"]) for p in facts.problems if p["severity"] != "note")
    if serious:
        first = {(p["stage"], p["code"]): p for p in reversed(facts.problems)}
        parts.append(
            Table(
                "Problems by kind",
                ("step", "kind", "number", "for example"),
                [(s, c, n, first[s, c]["message"][:160]) for (s, c), n in sorted(serious.items())],
            )
        )
    rows = []
    for stage, run in facts.runs.items():
        if stage in ("map", "report"):
            continue
        counts = json.loads(run["counts"] or "{}")
        settings = ", ".join(_setting(stage, k, v, counts) for k, v in json.loads(run["settings"]).items())
        rows.append((stage, run["seed"], settings, run["inputs"][:8]))
    parts.append(Table("Steps", ("step", "seed", "settings", "inputs"), rows))
    return parts


def _setting(stage: str, name: str, value: Any, counts: Mapping[str, Any]) -> str:
    """Return a setting with its value; "auto" and what it came to where 0 leaves the choice to the step.

    Examples
    --------
    >>> _setting("traditions", "resolution", 0.0, {"resolution": 1.4}), _setting("traditions", "bootstraps", 0, {})
    ('resolution auto (1.4)', 'bootstraps 0')
    """
    found = next((row for row in describe() if (row["stage"], row["name"]) == (stage, name)), None)
    _, said, meaning = str(found["help"] if found else "").partition("; 0: ")
    if value != 0 or isinstance(value, (bool, str)) or not said or meaning in ("none", "all", "off"):
        return f"{name} {value}"
    return f"{name} auto ({counts[name]})" if name in counts else f"{name} auto ({meaning})"


def checklist_part(facts: Facts, question: str) -> list[Part]:
    """Return the reporting items: what the log fills, what people write; never a score."""
    literature = facts.flow("literature")
    decisions = facts.project.decisions()
    searches = [s for s in facts.sources if s["search"] or s["database"]]
    filled = {
        "counts": f"{literature.works} works from {literature.records} records; {len(facts.clusters)} clusters",
        "question": question,
        "decisions": f"{len(decisions)} decisions recorded" if decisions else "",
        "searches": "; ".join(f"{s['file']}: {s['database']} {s['date']} {s['search']}".strip() for s in searches),
        "screening": f"{literature.included} included, {literature.excluded} excluded",
        "settings": "see Method and limits: settings, seeds, versions",
        "flow": "see Document flow; sums checked",
        "coverage": "see Document flow",
        "traditions": f"{sum(bool(c['accepted']) for c in facts.clusters)} traditions named or accepted by people, "
        f"{sum(not c['accepted'] for c in facts.clusters)} proposals",
        "limits": f"{sum(p['severity'] != 'note' for p in facts.problems)} listed problems",
    }
    rows = [(i, name, filled.get(key, ""), write) for i, (name, key, write) in enumerate(ITEMS, start=1)]
    return [
        Heading("Reporting items (RAMESES, meta-narrative reviews)"),
        Table(
            "What the log can fill, and what people write",
            ("item", "name", "from the log", "to be written by people"),
            rows,
            note="Items after Wong et al. 2013, doi:10.1186/1741-7015-11-20, named in short; read the standard itself. "
            "Nothing here is a score.",
        ),
    ]


def provenance_part(facts: Facts) -> list[Part]:
    """Return the files read, with their hashes, and the decisions with what came of them."""
    parts: list[Part] = [
        Heading("Provenance"),
        Table(
            "Files read",
            ("file", "format", "entries", "lost", "sha256"),
            [(s["file"], s["format"], s["n_found"], s["n_lost"], s["sha256"][:16]) for s in facts.sources],
        ),
    ]
    states = facts.project.decision_outcomes()
    decisions, _ = facts.project.all_decisions()
    if decisions:
        parts.append(
            Table(
                "Decisions",
                ("when", "who", "kind", "verdict", "reason", "state"),
                [(d.when[:10], d.who, d.kind, d.verdict, d.reason, states[d.id]) for d in decisions],
            )
        )
    else:
        parts.append(Text("No decision has been recorded: everything above is a proposal."))
    return parts
