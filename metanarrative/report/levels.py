"""The chapters on how far themes can be relied on, and on the way from policy to practice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from metanarrative.report.facts import QUOTED, Facts, Part, Row, cite, side_name
from metanarrative.report.parts import Heading, Quote, Table, Text
from metanarrative.text.shorten import cut

LEVELS = ("macro", "meso", "micro")
MOST_QUOTED = 4


def agreement_part(facts: Facts) -> list[Part]:
    """Return what is known of the agreement on themes; machine and people kept apart."""
    if not facts.themes:
        return []
    rows = []
    for row in facts.themes:
        kappa = "–" if row["kappa"] is None else f"{row['kappa']:.2f}"
        if row["kappa"] is not None and row["kappa_low"] is not None:
            kappa += f" ({row['kappa_low']:.2f} to {row['kappa_high']:.2f})"
        human = "–" if row["human_kappa"] is None else f"{row['human_kappa']:.2f} on {row['n_double']}"
        rows.append((row["name"], row["n_passages"], row["grade"], kappa, row["n_coded"], human))
    barred = [row["name"] for row in facts.themes if row["grade"].startswith("do not")]
    parts: list[Part] = [Heading("How far the themes can be relied on", 3)]
    if barred:
        parts.append(Text(f"Do not compare nations on: {', '.join(barred)}. Machine and people agree too little."))
    parts.append(
        Table(
            "Agreement on themes",
            ("theme", "passages", "grade", "kappa of machine and people (95 %)", "ruled on", "kappa of two people"),
            rows,
            note="Strong from 0.80, tentative from 0.67. Agreement of people with each other is the ceiling for the "
            "machine, and another thing. Absence of a word is not absence of the idea: what one nation calls "
            "personalisation another may call voice and control.",
        )
    )
    return parts


def levels_part(facts: Facts) -> list[Part]:
    """Return themes by level and where levels part; what cannot be said for want of documents is said."""
    store = facts.project.store
    rows = [row for row in store.read("theme_level") if row["scope"] == "all"]
    if not rows:
        return []
    parts: list[Part] = [Heading("From policy to practice", 3)]
    documents = {lv: max((r["n_documents"] for r in rows if r["level"] == lv), default=0) for lv in LEVELS}
    there = [level for level in LEVELS if documents[level]]
    if len(there) < 2:
        held = f"only at level {there[0]}" if there else "at no level"
        parts.append(
            Text(
                f"Documents stand {held}, so nothing can be said of the way from policy to practice: "
                "that is no evidence, not zero."
            )
        )
        return parts
    by = {(row["theme"], row["level"]): row for row in rows}
    parts.append(
        Table(
            "Themes by level: mean share of a document's passages",
            ("theme", *(f"{level} ({documents[level]} documents)" for level in LEVELS)),
            [
                (facts.theme_name.get(theme, theme), *(_cell(by[theme, level]) for level in LEVELS))
                for theme in dict.fromkeys(row["theme"] for row in rows)
            ],
            note="In brackets documents with the theme of all at the level. No evidence: no document stands there.",
        )
    )
    parted = store.read("discordance")
    parted.sort(key=_order)
    if not parted:
        parts.append(Text("On no theme do the levels part by the rule."))
        return parts
    parts.append(
        Table(
            "Where levels part",
            ("theme", "documents of", "what", "above", "below", "must above"),
            [
                (
                    facts.theme_name.get(row["theme"], row["theme"]),
                    "all" if row["scope"] == "all" else side_name(row["value"]),
                    f"{row['pattern']} ({row['above']}, {row['below']})",
                    f"{100 * row['share_above']:.0f} % ({row['with_above']} of {row['n_above']})",
                    f"{100 * row['share_below']:.0f} % ({row['n_below'] - row['n_against']} of {row['n_below']})",
                    f"{row['n_must']} {row['binding']}".strip() if row["binding"] else "none",
                )
                for row in parted
                if row["scope"] != "site"
            ],
            note="First themes of the top third above with a must there. A passage that speaks of a theme does not "
            "show that it is done, and silence does not show that it is not; sites are in discordances.csv.",
        )
    )
    parts += _quotes(facts, [row for row in parted if row["scope"] == "all"][:MOST_QUOTED])
    return parts


def _cell(row: Mapping[str, Any]) -> str:
    if row["evidence"] == "no evidence":
        return "no evidence"
    told = f"{100 * row['share']:.0f} % ({row['n_with']} of {row['n_documents']})"
    return f"{told}; coded, absent" if row["evidence"] == "coded, absent" else told


def _order(row: Row) -> tuple[Any, ...]:
    return (
        row["scope"] != "all", row["scope"] != "nation", row["value"].casefold(), row["above"] != "macro",
        not (row["strong"] and row["binding"]), not row["pattern"].startswith("said above"), -row["gap"], row["theme"],
    )  # fmt: skip


def _quotes(facts: Facts, rows: list[Row]) -> list[Part]:
    wanted = {row["theme"]: json.loads(row["quotes"] or "{}") for row in rows}
    ids = sorted({p for levels in wanted.values() for found in levels.values() for p in found})
    passages = (
        {p["passage_id"]: p for p in facts.project.store.read("passage", where={"passage_id": ids})} if ids else {}
    )
    parts: list[Part] = []
    for theme, levels in wanted.items():
        for level in LEVELS:
            for own in levels.get(level, [])[:1]:
                if own in passages:
                    passage = passages[own]
                    named = f"{facts.theme_name.get(theme, theme)}, {level}"
                    place = f"{named}: {cite(facts.work[passage['work_id']])}, {own}"
                    language = "cy" if passage["language"] == "cy" else "en"
                    parts.append(Quote(cut(passage["text"], QUOTED), place, language))
    return parts
