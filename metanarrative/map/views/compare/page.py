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
from metanarrative.map.views.compare.data import VERDICTS
from metanarrative.map.views.compare.picture import KINDS, UNITS, draw, ordered, sentence, title_of


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
    groups = [
        {"label": "clear difference", "colour": ENGLAND, "shape": "disc", "full": "differs"},
        {
            "label": "no clear difference",
            "colour": "#565d68",
            "shape": "disc",
            "hollow": 1,
            "full": "no clear difference",
        },
        {"label": "too few documents to say", "plain": 1, "full": "too few documents"},
    ]
    items = []
    for row in rows:
        verdict = VERDICTS.index(row["verdict"]) if row["verdict"] in VERDICTS else 2
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
                "g": verdict,
                "w": sentence(row),
                "f": facts,
                "q": row.get("quotes") or None,
                "nq": "No passage of either nation carries it.",
                "o": round(math.exp(float(row["estimate"])), 2)
                if row.get("estimate") is not None and verdict != 2 and row["kind"] == "term"
                else None,
                "pp": round(100 * float(row["estimate"]), 1)
                if row.get("estimate") is not None and verdict != 2 and row["kind"] != "term"
                else None,
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
        clear = int(data.get("n_differs", sum(1 for row in rows if row["verdict"] == "differs")))
        few = int(data.get("n_few", sum(1 for row in rows if row["verdict"] == "too few documents")))
        every = int(data.get("n_all", len(rows)))
        lead = (
            f"{counted(clear, 'clear difference')} in {counted(every, 'contrast')}; for {few} there "
            "are too few documents to say. " + (f"{len(rows)} of them are drawn. " if len(rows) < every else "")
        ) + (
            "A row leads to passages of both nations. Whiskers are 95 % intervals over documents, so "
            "that one long paper cannot win."
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
            f'<p class="nodata">{esc(words["no_data"])} There are no policy documents of both nations '
            "with themes. metanarrative run compare</p>"
        )
        lead = "Themes, words and force in the policy documents of two nations."
        a, b = "england", "wales"
    limits = [
        (
            "A difference between two sets of documents may be one of genre (an act against a strategy) "
            "or of year, not of nation: see the remark at each row."
        ),
        "Absence of a difference is not evidence of sameness.",
    ]
    shown = sum(1 for row in rows if row["kind"] == "term")
    if int(data.get("n_terms") or 0) > shown:
        limits.append(
            f"{shown} of {int(data['n_terms']):,} words are shown, those with the clearest or the largest "
            "differences; the CSV export has all."
        )
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
            ],
            "quoteTitle": f"Passages: {nation_name(a)} first, then {nation_name(b)}",
            "columns": [
                {"k": "t", "t": "What"},
                {"k": "k", "t": "Kind"},
                {"k": "ve", "t": "Verdict"},
                {"k": "o", "t": f"Odds, {nation_name(b)} to {nation_name(a)}", "num": 1, "digits": 2},
                {"k": "pp", "t": f"Percentage points, {nation_name(b)} less {nation_name(a)}", "num": 1, "digits": 1},
                {"k": "na_", "t": f"Passages, provisions or uses {nation_name(a)}", "num": 1},
                {"k": "nb", "t": f"Passages, provisions or uses {nation_name(b)}", "num": 1},
                {"k": "da", "t": f"Documents {nation_name(a)}", "num": 1},
                {"k": "db", "t": f"Documents {nation_name(b)}", "num": 1},
                {"k": "ca", "t": "Please mind"},
            ],
        },
        method="Themes and force: the mean share of a document's passages or provisions, one nation less the "
        "other, in percentage points. Words: log-odds. The document is the unit of uncertainty; q is p after "
        "correction for the number of rows of a block.",
        limits=limits,
        carries="short extracts of policy passages with page and section",
        settings={f"compare.{key}": value for key, value in meta.get("stage_settings", {}).get("compare", {}).items()},
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))
