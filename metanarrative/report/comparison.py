"""The chapters of the two nations: themes, force, words, passages on the same subject, lineage."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from metanarrative.report.facts import COMPARISON, QUOTED, Facts, Part, Row, cite, interval, share, side_name
from metanarrative.report.parts import Heading, Picture, Quote, Table, Text, counts_line
from metanarrative.text.shorten import cut
from metanarrative.text.verdicts import FORCES, common_remarks, force_counts

MOST_TERMS = 20
DIFFERENCE = "difference (percentage points, 95 %)"
SAME_GENRE = "same genre"


def comparison_part(facts: Facts, pictures: Mapping[str, str]) -> list[Part]:
    """Return the chapter of the two nations, from themes to aligned passages."""
    contrasts = facts.contrasts
    parts: list[Part] = [Heading(COMPARISON)]
    if not any(w["kind"] == "policy" for w in facts.works):
        parts.append(Text("No policy documents were read, so nothing is compared."))
        return parts
    sides = (contrasts[0]["side_a"], contrasts[0]["side_b"]) if contrasts else ("england", "wales")
    for message in facts.said("compare"):
        parts.append(Text(message, soft=True))
    if "compare" in pictures:
        parts.append(
            Picture(
                f"Emphasis: to the left more in {side_name(sides[0])}, to the right more in {side_name(sides[1])}. "
                "Whiskers: 95 % intervals over documents; hollow: no clear difference; a small dot was not tested; an "
                "upright stroke: the same difference within the genres that both have.",
                pictures["compare"],
                "compare.html",
            )
        )
    themes = sorted((c for c in contrasts if c["kind"] == "theme"), key=lambda c: (-abs(c["estimate"] or 0), c["item"]))
    if themes:
        always, own = shared_caveats(themes)
        parts.append(
            Table(
                "Themes: share of a document's passages",
                (
                    "theme",
                    *(side_name(side) for side in sides),
                    "documents",
                    DIFFERENCE,
                    SAME_GENRE,
                    "verdict",
                    "caveat",
                ),
                [
                    (
                        facts.theme_name.get(c["item"], c["item"]),
                        *_held_apart(c),
                        caveat,
                    )
                    for c, caveat in zip(themes, own, strict=True)
                ],
                note="The mean of the documents' shares, and in brackets passages on the theme of all passages. The "
                "document is the unit. Same genre: the difference within the genres that both have. Absence of a word "
                f"is not absence of the idea.{always}",
            )
        )
    parts += _force(facts, pictures, contrasts, sides)
    terms = [c for c in contrasts if c["kind"] == "term"]
    terms.sort(key=lambda c: (-abs(c["estimate"] or 0), c["item"]))
    if terms:
        always, own = shared_caveats(terms[:MOST_TERMS])
        tested = any(c["low"] is not None for c in terms)
        parts.append(
            Table(
                "Words that mark one side" + ("" if tested else ": candidates, none of them tested"),
                ("word", "more in", "log-odds", "documents with it", "verdict", "caveat"),
                [
                    (
                        c["item"],
                        side_name(sides[1] if (c["estimate"] or 0) > 0 else sides[0]),
                        c["estimate"],
                        f"{c['with_a']} of {c['n_docs_a']} v {c['with_b']} of {c['n_docs_b']}",
                        c["verdict"],
                        caveat,
                    )
                    for c, caveat in zip(terms, own, strict=False)
                ],
                note=f"{min(len(terms), MOST_TERMS)} of {len(terms)} words, those with the largest log-odds; "
                "contrasts.csv has all. Words count every use of a word, whatever it does; the table of obligations "
                f"counts provisions only, so that must stands in both with different numbers.{always}",
            )
        )
    parts += _aligned(facts)
    return parts


def shared_caveats(rows: Sequence[Row]) -> tuple[str, list[str]]:
    """Return the caveats that hold for every row, once and as a sentence, and what is left for each.

    Examples
    --------
    >>> shared_caveats([{"caveat": "may be genre; one document"}, {"caveat": "may be genre"}])
    (' For every row: may be genre.', ['one document', ''])
    """
    common, own = common_remarks(rows)
    return (f" For every row: {common}." if common else ""), own


def _held_apart(c: Row) -> tuple[str, ...]:
    """Return the cells of a contrast of shares: both sides, documents, difference, the same in one genre, verdict."""
    same = "–" if c["same_genre"] is None else f"{100 * c['same_genre']:+.1f}"
    return (share(c, "a"), share(c, "b"), f"{c['n_docs_a']} v {c['n_docs_b']}", interval(c), same, c["verdict"])


def _force(facts: Facts, pictures: Mapping[str, str], contrasts: list[Row], sides: tuple[str, str]) -> list[Part]:
    parts: list[Part] = [Heading("Force", 3)]
    if "force" in pictures:
        parts.append(
            Picture(
                "Provisions by theme, side and force, both grids on one scale; a dashed cell is a gap: none found.",
                pictures["force"],
                "force.html",
            )
        )
    provisions = [p for p in facts.project.store.read("provision") if not p["filter"] and p["force"] in FORCES]
    counts: dict[tuple[str, str], int] = Counter(force_counts(provisions))
    if not provisions:
        parts.append(Text("No provision was found."))
        return parts
    forces = [f for f in FORCES if any(counts[side, f] for side in sides)]
    named = {side: sum(1 for p in provisions if p["nation"] == side and p["bearer"]) for side in sides}
    total = {side: sum(1 for p in provisions if p["nation"] == side) for side in sides}
    parts.append(
        Table(
            "Provisions by force",
            ("force", *(side_name(side) for side in sides)),
            [
                *((f, *(counts[side, f] for side in sides)) for f in forces),
                ("with a named bearer", *named.values()),
                ("all", *total.values()),
            ],
            note="A 'must' in guidance is not a 'must' in a regulation: see the document's own force in the tables.",
        )
    )
    rows = [c for c in contrasts if c["kind"] == "force"]
    if rows:
        always, own = shared_caveats(rows)
        parts.append(
            Table(
                "Obligations among provisions",
                (
                    "measure",
                    "theme",
                    side_name(sides[0]),
                    side_name(sides[1]),
                    "documents",
                    DIFFERENCE,
                    SAME_GENRE,
                    "verdict",
                    "caveat",
                ),
                [
                    (
                        c["item"],
                        facts.theme_name.get(c["theme"], c["theme"]) or "all",
                        *_held_apart(c),
                        caveat,
                    )
                    for c, caveat in zip(rows, own, strict=True)
                ],
                note="The mean of the documents' shares, and in brackets provisions counted of all that could be: "
                "must, should and may. Prohibitions (must-not) are in no share. Same genre: the difference within "
                f"the genres that both have.{always}",
            )
        )
    return parts


def _aligned(facts: Facts) -> list[Part]:
    store = facts.project.store
    rows = store.read("alignment")
    if not rows:
        return []
    passages = {p["passage_id"]: p for p in store.read("passage")}
    verdicts = Counter(row["verdict"] for row in rows)
    parts: list[Part] = [
        Heading("Passages on the same subject", 3),
        Text(
            f"Of {len(rows):,} passages and pairs: {counts_line(sorted(verdicts.items()))}. "
            "That nothing was found yet does not say that nothing is there."
        ),
    ]
    pairs = [r for r in rows if r["other_id"] and r["verdict"] in ("same subject", "accepted", "reuse")]
    differs = {(r["passage_id"], r["other_id"]): json.loads(r["differs"] or "{}") for r in pairs}

    def key(row: Row) -> tuple[bool, bool, float, str, str]:
        own = differs[row["passage_id"], row["other_id"]]
        return ("opposite" not in own, "force" not in own, -row["margin"], row["passage_id"], row["other_id"])

    pairs.sort(key=key)
    against = sum("opposite" in own for own in differs.values())
    if against:
        parts.append(
            Text(f"In {against} of {len(pairs)} pairs one side may deny what the other lays down; they come first.")
        )
    for row in pairs[: max(3, min(against, 6))]:
        for passage_id in (row["passage_id"], row["other_id"]):
            passage = passages.get(passage_id)
            if passage:
                work = facts.work[passage["work_id"]]
                place = passage["section"] or (f"page {passage['page']}" if passage["page"] else "")
                parts.append(
                    Quote(
                        cut(passage["text"], QUOTED),
                        f"{side_name(work['nation'] or '')}: {cite(work)}, {place}, {passage_id}",
                        "cy" if passage["language"] == "cy" else "en",
                    )
                )
        own = differs[row["passage_id"], row["other_id"]]
        slots = "; ".join(f"{slot} {values[0] or '–'} / {values[1] or '–'}" for slot, values in own.items())
        parts.append(
            Text(
                f"Similarity {row['similarity']:.2f}, margin {row['margin']:.2f}: {row['verdict']}"
                + (f"; they differ: {slots}." if slots else "."),
                soft=True,
            )
        )
    if not pairs:
        parts.append(
            Text("No pair is close enough to be called the same subject; candidates wait for a person's judgement.")
        )
    return parts


def lineage_part(facts: Facts, pictures: Mapping[str, str]) -> list[Part]:
    """Return what policy rests on and what replaces what."""
    # what a text says of two laws neither of which is here stays in the table, not in the report
    rows = [
        r
        for r in facts.project.store.read("lineage")
        if r["relation"] in ("supersedes", "amends", "revokes") and r["work_id"] in facts.work
    ]
    parts: list[Part] = [Heading("Policy, its sources and its lineage")]
    if "evidence" in pictures:
        parts.append(Picture("Citations between policy and the works here.", pictures["evidence"], "evidence.html"))
    if not rows:
        parts.append(Text("No document is known to replace or amend another."))
        return parts
    parts.append(
        Table(
            "What replaces or amends what",
            ("year", "document", "relation", "other", "known from", "conflict"),
            [
                (
                    facts.work[r["work_id"]]["year"],
                    facts.work[r["work_id"]]["title"],
                    r["relation"],
                    r["other_title"] or facts.work.get(r["other_id"], {}).get("title", r["other_id"]),
                    r["how"],
                    r["conflict"],
                )
                for r in sorted(
                    rows, key=lambda r: (facts.work[r["work_id"]]["year"] or 0, r["work_id"], r["other_id"])
                )
            ],
        )
    )
    return parts
