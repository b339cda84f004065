"""What the comparison page is made from: contrasts, levels, and why themes could not be given by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.map.views import levels
from metanarrative.map.views.common import meta_of, place_words, theme_names
from metanarrative.map.views.concepts import around
from metanarrative.text.shorten import cut
from metanarrative.text.verdicts import DIFFERS, VERDICTS, counts_in, tally

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

MOST_TERMS, MOST_UNCLEAR = 40, 12


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Read contrasts between nations and, for each, passages of both sides."""
    store = project.store
    rows = [row for row in store.read("contrast") if row["facet"] == "nation"]
    themes = theme_names(store, settings.page_lang)
    titles = {row["work_id"]: row["title"] for row in store.read("work", columns=("work_id", "title"))}
    passages = {
        row["passage_id"]: row
        for row in store.read(
            "passage",
            columns=("passage_id", "work_id", "nation", "language", "page", "section", "paragraph", "text", "kind"),
        )
        if row["nation"] and row["kind"] not in ("title", "heading")
    }
    by_theme: dict[str, list[tuple[float, str]]] = {}
    for row in store.read("passage_theme", columns=("passage_id", "theme", "score", "how")):
        # what meaning alone suggests is counted nowhere, so it is no quotation for a count either
        if row["passage_id"] in passages and row["how"] != "suggested":
            by_theme.setdefault(row["theme"], []).append((-row["score"], row["passage_id"]))
    provisions = [row for row in store.read("provision") if not row["filter"]]
    most = 420 if settings.abstracts else 260
    out = []
    for row in _chosen(rows):
        quotes = []
        for side, nation in enumerate((row["side_a"], row["side_b"])):
            found: list[tuple[str, str]] = []
            if row["kind"] == "theme":
                ids = [p for _, p in sorted(by_theme.get(row["item"], []))]
                found = [(p, passages[p]["text"]) for p in ids if passages[p]["nation"] == nation]
            elif row["kind"] == "force":
                found = [
                    (p["passage_id"], p["sentence"])
                    for p in provisions
                    if p["nation"] == nation
                    and counts_in(row["item"], p["force"], p["bearer"])[0]
                    and (not row["theme"] or row["theme"] in p["theme"].split(";"))
                ]
            else:
                term = row["item"].casefold()
                found = [
                    (p, passage["text"])
                    for p, passage in passages.items()
                    if passage["nation"] == nation and term in passage["text"].casefold()
                ]
            works: dict[str, None] = {}
            for passage_id, words in found:
                passage = passages.get(passage_id)
                if passage is None or passage["work_id"] in works or len(works) >= 3:
                    continue  # one passage a document: three documents say more than one
                works[passage["work_id"]] = None
                quotes.append(
                    [
                        around(words, [row["item"]], most),
                        place_words(passage, cut(titles.get(passage["work_id"], ""), 80)),
                        passage["language"],
                        side,
                    ]
                )
        label = themes.get(row["item"], row["item"]) if row["kind"] == "theme" else row["item"]
        out.append({**row, "label": label, "theme_name": themes.get(row["theme"], row["theme"]), "quotes": quotes})
    return {
        "meta": meta_of(project, settings),
        "contrasts": out,
        "n_terms": sum(1 for row in rows if row["kind"] == "term"),
        "tally": tally(rows),
        "lower": levels.collect(store, settings.page_lang),
        "why": [row["message"] for row in store.read("problem", where={"stage": "compare"}) if row["code"] in _WHY],
    }


def _chosen(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return all themes and forces, and of the terms those that say most."""
    terms = [row for row in rows if row["kind"] == "term"]

    def rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return (VERDICTS.index(row["verdict"]), -abs(float(row["estimate"] or 0)), str(row["item"]))

    ranked = sorted(terms, key=rank)
    unclear = [row for row in ranked if row["verdict"] != DIFFERS][:MOST_UNCLEAR]
    kept = {id(row) for row in [*(row for row in ranked if row["verdict"] == DIFFERS), *unclear][:MOST_TERMS]}
    return [dict(row) for row in rows if row["kind"] != "term" or id(row) in kept]


_WHY = (
    "no-policy", "one-side-empty", "too-few-documents", "no-facet", "no-text", "no-codebook", "themes-by-words",
    "one-text-two-sides", "near-copy", "theme-not-comparable", "welsh-not-aligned", "welsh-by-dictionary",
)  # fmt: skip
"""Problems of the comparison that its readers need to know."""
