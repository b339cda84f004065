"""The page around the picture: how to read it, its table and its evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import ENGLAND, esc
from metanarrative.map.views import levels
from metanarrative.map.views.common import counted, nation_name
from metanarrative.map.views.compare.picture import KINDS, UNCLEAR, UNITS, draw, ordered, sentence, title_of
from metanarrative.text.verdicts import BARRED, DIFFERS, FEW, MEANING, UNTESTED, VERDICTS, tally, tally_words

_LOOKS: dict[str, dict[str, Any]] = {
    DIFFERS: {"colour": ENGLAND, "shape": "disc"},
    "reverses within genre": {"colour": UNCLEAR, "shape": "disc", "hollow": 1},
    "no clear difference": {"colour": UNCLEAR, "shape": "disc", "hollow": 1},
    UNTESTED: {"plain": 1, "sign": "•"},
}
"""Marks of the legend; where too few documents carry a contrast, its row says so in words."""


def _why(messages: Sequence[str]) -> str:
    """Return what was not compared, and why, in words."""
    told = list(dict.fromkeys(messages))
    if not told:
        return ""
    more = f"<li>and {len(told) - 12} more, in the list of problems</li>" if len(told) > 12 else ""
    items = "".join(f"<li>{esc(message[:1].upper() + message[1:])}.</li>" for message in told[:12])
    return f'<h2>What to know of this comparison</h2><ul class="plainlist">{items}{more}</ul>'


def _of(row: Mapping[str, Any], count: str, total: str, a: str, b: str) -> str:
    """Return "3 of 40 in England, 7 of 50 in Wales"."""
    return ", ".join(
        f"{int(row[f'{count}_{side}']):,} of {int(row[f'{total}_{side}']):,} in {name}"
        for side, name in (("a", a), ("b", b))
    )


def _undrawn(data: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return which words are not drawn, and where they stand."""
    words = sum(1 for row in rows if row["kind"] == "term")
    more = int(data.get("n_terms") or 0) - words
    if more <= 0:
        return ""
    return (
        f"{len(rows)} are drawn; {counted(more, 'word')} with smaller differences {'is' if more == 1 else 'are'} not: "
        "contrasts.csv and metanarrative compare list all. "
    )


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta`` and ``contrasts``: rows of the table with ``label``, ``theme_name`` and
        ``quotes`` (text, place, language, side 0 or 1).
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    rows = ordered(data["contrasts"])
    counts = {verdict: int(n) for verdict, n in (data.get("tally") or tally(rows)).items()}
    there = [verdict for verdict in VERDICTS if counts.get(verdict) or verdict == DIFFERS]
    groups = [{"label": MEANING[v], "full": v, **_LOOKS.get(v, {"plain": 1, "sign": "–"})} for v in there]
    items = []
    for row in rows:
        told = row.get("estimate") is not None and row["verdict"] not in (FEW, BARRED)
        a, b = nation_name(str(row["side_a"])), nation_name(str(row["side_b"]))
        facts = [
            [UNITS.get(str(row["kind"]), "passages").capitalize(), _of(row, "n", "of", a, b)],
            ["Documents with it", _of(row, "with", "n_docs", a, b)],
        ]
        shares = [
            f"{float(row[key]):.1%} in {name}"
            for key, name in (("share_a", a), ("share_b", b))
            if row.get(key) is not None
        ]
        if shares:
            what = "Share of all words" if row["kind"] == "term" else "Mean share of a document"
            facts.append([what, ", ".join(shares)])
        if row.get("p") is not None:
            facts.append(
                ["p", f"{float(row['p']):.3f}" + (f", q {float(row['q']):.3f}" if row.get("q") is not None else "")]
            )
        if row.get("dispersion") is not None:
            facts.append(["Spread over documents", f"{float(row['dispersion']):.2f}"])
        if row.get("caveat"):
            facts.append(["Please mind", str(row["caveat"])])
        items.append(
            {
                "id": "|".join(str(row.get(key) or "") for key in ("kind", "item", "theme")),
                "t": title_of(row),
                "k": KINDS.get(str(row["kind"]), str(row["kind"])),
                "g": there.index(row["verdict"]),
                "w": sentence(row),
                "f": facts,
                "q": row.get("quotes") or None,
                "nq": "No passage of either nation carries it.",
                "o": round(math.exp(float(row["estimate"])), 2) if told and row["kind"] == "term" else None,
                "pp": round(100 * float(row["estimate"]), 1) if told and row["kind"] != "term" else None,
                "sg": round(100 * float(row["same_genre"]), 1) if row.get("same_genre") is not None else None,
                "na_": int(row["n_a"]),
                "nb": int(row["n_b"]),
                "da": int(row["n_docs_a"]),
                "db": int(row["n_docs_b"]),
                "ve": row["verdict"],
                "ca": row.get("caveat") or None,
            }
        )
    if rows:
        wide = draw(rows, 820)
        narrow = draw(rows, 330, narrow=True)
        picture = (
            f'<div class="scroll wideonly" tabindex="0" role="region" aria-label="{esc(words["scroll"])}">'
            f"{wide}</div>{narrow}"
        )
        every = sum(counts.values())
        few = counts.get(FEW, 0)
        lead = (
            f"{tally_words(counts)} {_undrawn(data, rows)}A row leads to passages of both nations. Whiskers are 95 % "
            "intervals over documents, so that one long paper cannot win."
        )
        a, b = str(rows[0]["side_a"]), str(rows[0]["side_b"])
        if few == every:
            docs = max(int(row["n_docs_a"]) for row in rows), max(int(row["n_docs_b"]) for row in rows)
            lead = (
                f"Too few documents to compare: {docs[0]} of {nation_name(a)} and {docs[1]} of {nation_name(b)}. "
                "The counts are listed and lead to their passages; no difference can be told from them."
            )
    else:
        picture = (
            f'<p class="nodata">{esc(words["no_data"])} There is nothing to compare without policy documents of both '
            "nations: metanarrative add policy FILE --nation england, the same with --nation wales, then metanarrative "
            "run. Themes come from corpus/codebook.toml.</p>"
        )
        lead = "Themes, words and force in the policy documents of two nations."
        groups = []
        a, b = "england", "wales"
    limits = [
        (
            "A difference between two sets of documents may be one of genre (an act against a strategy) "
            "or of year, not of nation: see the remark at each row."
        ),
        "Absence of a difference is not evidence of sameness.",
    ]
    return Page(
        name="compare",
        lead=lead,
        picture=picture,
        below=_why(data.get("why", ())) + levels.below(data.get("lower", {})),
        styles=("levels.css",),
        meta=meta,
        data={
            "items": columnar(items),
            "groups": groups,
            "groupTitle": "Verdict",
            "groupFact": None,
            "legendNotes": [
                f"disc: more in {nation_name(a)}; square: more in {nation_name(b)}; hollow grey: no clear difference",
                "small dot: a candidate that was not tested, because too few documents or uses carry it",
                "upright stroke: the same difference within the genres that both sides have",
                "Words count every use of a word, whatever it does; Force counts only provisions: sentences in which "
                "it lays something on someone. So must in Words is not must in Force.",
                "each block has a scale of its own: odds for Words, percentage points for the others",
            ],
            "quoteTitle": f"Passages: {nation_name(a)} first, then {nation_name(b)}",
            "columns": [
                {"k": "t", "t": "What"},
                {"k": "k", "t": "Kind"},
                {"k": "ve", "t": "Verdict"},
                {"k": "o", "t": f"Odds, {nation_name(b)} to {nation_name(a)}", "num": 1, "digits": 2},
                {"k": "pp", "t": f"Percentage points, {nation_name(b)} less {nation_name(a)}", "num": 1, "digits": 1},
                {"k": "sg", "t": "Same genre only, points", "num": 1, "digits": 1},
                {"k": "na_", "t": f"Passages, provisions or uses {nation_name(a)}", "num": 1},
                {"k": "nb", "t": f"Passages, provisions or uses {nation_name(b)}", "num": 1},
                {"k": "da", "t": f"Documents {nation_name(a)}", "num": 1},
                {"k": "db", "t": f"Documents {nation_name(b)}", "num": 1},
                {"k": "ca", "t": "Please mind"},
            ],
        },
        method="Themes and force: the mean share of a document's passages or provisions, one nation less the "
        "other, in percentage points. Words: log-odds. The document is the unit of uncertainty; q is p after "
        "correction for the number of tests of a block. Must counts obligations; prohibitions (must not) have a "
        "column of their own on the page of requirements and are in no share.",
        limits=limits,
        carries="short extracts of policy passages with page and section",
        settings={f"compare.{key}": value for key, value in meta.get("stage_settings", {}).get("compare", {}).items()},
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))
