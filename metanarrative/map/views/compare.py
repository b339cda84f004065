"""England and Wales compared: one row a theme, term or force, with interval and verdict.

Takes contrasts (b minus a: shares for themes and force, log-odds for words) and the passages behind
them; gives SVG. A disc is more in England, a square more in Wales, a hollow grey mark is no clear
difference, and a row with too few documents has words in place of a mark.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import ENGLAND, LINE, PAPER, SOFT, WALES, el, esc, fit, mark, svg, text
from metanarrative.map.views import levels
from metanarrative.map.views.common import counted, cut, meta_of, nation_name, place_words
from metanarrative.map.views.concepts import around

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

VERDICTS = ("differs", "no clear difference", "too few documents")
KINDS = {"theme": "Themes", "term": "Words", "force": "Force of what is laid down"}
UNITS = {"theme": "passages", "term": "uses", "force": "provisions"}
UNCLEAR = "#565d68"
MOST_TERMS, MOST_UNCLEAR = 40, 12
CAP = math.log(60)
"""Odds beyond sixty-fold are drawn at the edge with an arrow; the number is in the panel."""
FULL = 0.6
"""Differences of more than sixty percentage points likewise."""


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Read contrasts between nations and, for each, passages of both sides."""
    store = project.store
    rows = [row for row in store.read("contrast") if row["facet"] == "nation"]
    themes = {row["theme_id"]: row["name"] for row in store.read("theme", columns=("theme_id", "name"))}
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
    provisions: dict[str, list[dict[str, Any]]] = {}
    for row in store.read("provision"):
        if not row["filter"]:
            provisions.setdefault(row["force"], []).append(row)
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
                    for p in provisions.get(row["item"], [])
                    if p["nation"] == nation and (not row["theme"] or row["theme"] in p["theme"].split(";"))
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
        "n_all": len(rows),
        "n_differs": sum(1 for row in rows if row["verdict"] == "differs"),
        "n_few": sum(1 for row in rows if row["verdict"] == "too few documents"),
        "lower": levels.collect(store),
        "why": [row["message"] for row in store.read("problem", where={"stage": "compare"}) if row["code"] in _WHY],
    }


def _chosen(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return all themes and forces, and of the terms those that say most."""
    terms = [row for row in rows if row["kind"] == "term"]

    def rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
        verdict = VERDICTS.index(row["verdict"]) if row["verdict"] in VERDICTS else 3
        return (verdict, -abs(float(row["estimate"] or 0)), str(row["item"]))

    ranked = sorted(terms, key=rank)
    unclear = [row for row in ranked if row["verdict"] != "differs"][:MOST_UNCLEAR]
    kept = {id(row) for row in [*(row for row in ranked if row["verdict"] == "differs"), *unclear][:MOST_TERMS]}
    return [dict(row) for row in rows if row["kind"] != "term" or id(row) in kept]


_WHY = (
    "no-policy", "one-side-empty", "too-few-documents", "no-facet", "no-text", "no-codebook", "themes-by-words",
    "one-text-two-sides", "near-copy", "theme-not-comparable", "welsh-not-aligned", "welsh-by-dictionary",
)  # fmt: skip
"""Problems of the comparison that its readers need to know."""


def _why(messages: Sequence[str]) -> str:
    """Return what was not compared, and why, in words."""
    told = list(dict.fromkeys(messages))
    if not told:
        return ""
    more = f"<li>and {len(told) - 12} more, in the list of problems</li>" if len(told) > 12 else ""
    items = "".join(f"<li>{esc(message[:1].upper() + message[1:])}.</li>" for message in told[:12])
    return f'<h2>What to know of this comparison</h2><ul class="plainlist">{items}{more}</ul>'


def ordered(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return rows by kind and then from "more in a" to "more in b"; undecided ones last."""
    kinds = list(KINDS)

    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        few = row["verdict"] == "too few documents" or row.get("estimate") is None
        return (
            kinds.index(row["kind"]) if row["kind"] in kinds else 9,
            few,
            float(row["estimate"] or 0) if not few else 0.0,
            str(row["label"]).casefold(),
            str(row.get("theme") or ""),
        )

    return sorted(rows, key=key)


def times(logit: float | None) -> str:
    """Return a log-odds difference as a factor.

    Examples
    --------
    >>> times(0.6931), times(-2.3026), times(None)
    ('× 2.0', '× 0.10', '–')
    """
    if logit is None:
        return "–"
    factor = math.exp(max(-20.0, min(20.0, logit)))
    if factor >= 10:
        return f"× {factor:,.0f}"
    return f"× {factor:.1f}" if factor >= 1 else f"× {factor:.2f}"


def points(share: float | None) -> str:
    """Return a difference of shares in percentage points.

    Examples
    --------
    >>> points(0.123), points(-0.004), points(None)
    ('+12.3 points', '-0.4 points', '–')
    """
    return "–" if share is None else f"{100 * share:+.1f} points"


def title_of(row: Mapping[str, Any]) -> str:
    """Return what a row is about."""
    name = str(row["label"])
    if row["kind"] == "force" and row.get("theme"):
        return f"{name} in {row.get('theme_name') or row['theme']}"
    return name


def draw(rows: Sequence[Mapping[str, Any]], width: float, *, narrow: bool = False, interactive: bool = True) -> str:
    """Return the forest picture."""
    if not rows:
        return ""
    numbers = {id(row): i for i, row in enumerate(rows)}
    label_w = 0.0 if narrow else 244.0
    count_w = 0.0 if narrow else 96.0
    left, right = (14.0 if narrow else label_w + 10), width - count_w - (14 if narrow else 12)
    middle = (left + right) / 2
    reaches = {kind: _reach(rows, kind) for kind in {str(row["kind"]) for row in rows}}

    def scale(kind: str) -> Any:
        reach = reaches[kind]
        return lambda value: middle + max(-reach, min(reach, value)) / reach * (right - left) / 2

    body = []
    side_a, side_b = str(rows[0]["side_a"]), str(rows[0]["side_b"])
    y = 30.0
    body.append(text(middle - 12, 18, f"← more in {nation_name(side_a)}", size=13, anchor="end", weight=650))
    body.append(text(middle + 12, 18, f"more in {nation_name(side_b)} →", size=13, weight=650))
    if not narrow:
        body.append(
            text(
                width - 6,
                18,
                f"{nation_name(side_a)} · {nation_name(side_b)}",
                size=11,
                anchor="end",
                class_="soft",
                fill=SOFT,
            )
        )
    step = 44.0 if narrow else 27.0
    marks: list[str] = []
    grid: list[str] = []
    block = y
    kind = None
    for at, row in enumerate(rows):
        if row["kind"] != kind:
            kind = str(row["kind"])
            y += 12
            marks.append(text(8, y + 14, KINDS.get(kind, kind), size=14, weight=650))
            unit = UNITS.get(kind, "passages")
            marks.append(text(width - 6, y + 14, unit, size=11.5, anchor="end", class_="soft", fill=SOFT))
            y += 26
            block = y
        x_of, reach = scale(str(kind)), reaches[str(kind)]
        marks.append(
            _row(row, y, step, numbers[id(row)], x_of, left, right, middle, width, label_w, narrow, interactive, reach)
        )
        y += step
        if at + 1 == len(rows) or rows[at + 1]["kind"] != kind:
            grid += _axis(str(kind), x_of, reach, middle, block, y)
            y += 22
    height = y + 6
    return svg(
        width,
        height,
        f"{counted(len(rows), 'contrast')} between {nation_name(side_a)} and {nation_name(side_b)}",
        [el("rect", width=width, height=height, fill=PAPER, class_="paper"), *grid, *body, *marks],
        class_=f"pic {'narrowonly' if narrow else 'wideonly'}" if interactive else "pic",
        role="group" if interactive else "img",
    )


def _reach(rows: Sequence[Mapping[str, Any]], kind: str) -> float:
    """Return the end of a block's axis, in log-odds or in shares."""
    ends = [
        abs(float(row[key]))
        for row in rows
        for key in ("low", "high", "estimate")
        if row["kind"] == kind and row.get(key) is not None and row["verdict"] != "too few documents"
    ]
    # a little room beyond the last end, so that no mark stands on the frame
    return 1.05 * (min(CAP, max([*ends, math.log(4)])) if kind == "term" else min(FULL, max([*ends, 0.1])))


def _axis(kind: str, x_of: Any, reach: float, middle: float, top: float, bottom: float) -> list[str]:
    """Return the grid of a block: factors of odds for words, percentage points for themes and force."""
    if kind == "term":
        ticks = [(math.log(factor), f"×{factor}", f"×{factor}") for factor in (2, 5, 10, 20, 50)]
    else:
        ticks = [(n / 100, f"−{n} points", f"+{n} points") for n in (5, 10, 20, 40, 60)]
    grid = []
    last = middle
    for value, below, above in ticks:
        if value > reach + 1e-9 or x_of(value) - last < (32 if kind == "term" else 62):
            continue
        last = x_of(value)
        for x, words in ((x_of(-value), below), (x_of(value), above)):
            grid.append(el("line", x1=x, x2=x, y1=top, y2=bottom, stroke=LINE, stroke_width=1.0, class_="grid"))
            grid.append(text(x, bottom + 13, words, size=11, anchor="middle", class_="soft", fill=SOFT))
    grid.append(el("line", x1=middle, x2=middle, y1=top, y2=bottom, stroke=UNCLEAR, stroke_width=1.4, class_="axis"))
    grid.append(text(middle, bottom + 13, "equal", size=11, anchor="middle", class_="soft", fill=SOFT))
    return grid


def _row(
    row: Mapping[str, Any],
    y: float,
    step: float,
    number: int,
    x_of: Any,
    left: float,
    right: float,
    middle: float,
    width: float,
    label_w: float,
    narrow: bool,
    interactive: bool,
    reach: float,
) -> str:
    base = y + (32.0 if narrow else step / 2)
    parts = [
        el("rect", x=2.0, y=y + 1, width=width - 4, height=step - 2, rx=6, class_="ring", fill="none", fill_opacity=0)
    ]
    parts.append(el("rect", x=2.0, y=y + 1, width=width - 4, height=step - 2, fill=PAPER, fill_opacity=0))
    name = title_of(row)
    differs = row["verdict"] == "differs"
    label_y = y + 17 if narrow else base + 4.5
    room = width - 110 if narrow else label_w - 16
    parts.append(text(8, label_y, fit(name, room, 13), size=13, weight=600 if differs else None))
    numbers = f"{int(row['n_a']):,} · {int(row['n_b']):,}"
    parts.append(text(width - 6, label_y, numbers, size=11.5, anchor="end", class_="soft", fill=SOFT))
    estimate = row.get("estimate")
    if row["kind"] == "theme" and not int(row["n_a"]) and not int(row["n_b"]):
        words = "no passage on either side carries it"
        parts.append(text(middle, base + 4, words, size=12, anchor="middle", class_="soft", fill=SOFT, halo=True))
    elif row["verdict"] == "too few documents" or estimate is None:
        words = f"too few documents to say ({int(row['n_docs_a'])} and {int(row['n_docs_b'])})"
        if row["verdict"] == "not compared":
            words = "not compared: see the caveat"
        parts.append(text(middle, base + 4, words, size=12, anchor="middle", class_="soft", fill=SOFT, halo=True))
    else:
        estimate = float(estimate)
        low = float(row["low"]) if row.get("low") is not None else estimate
        high = float(row["high"]) if row.get("high") is not None else estimate
        colour = (ENGLAND if estimate < 0 else WALES) if differs else UNCLEAR
        tested = row.get("low") is not None and row.get("high") is not None
        tone = None if differs else "unclear"
        parts.append(
            el("line", x1=x_of(low), x2=x_of(high), y1=base, y2=base, stroke=colour, stroke_width=2.4, class_=tone)
        )
        for end, beyond in ((low, low < -reach), (high, high > reach)) if tested else ():
            x = x_of(end)
            if beyond:
                sign = -1 if end < 0 else 1
                parts.append(
                    el(
                        "path",
                        d=f"M{x - 6 * sign:.1f} {base - 5:.1f}L{x:.1f} {base:.1f}L{x - 6 * sign:.1f} {base + 5:.1f}",
                        fill="none",
                        stroke=colour,
                        stroke_width=2.0,
                        class_=tone,
                    )
                )
            else:
                parts.append(
                    el("line", x1=x, x2=x, y1=base - 5, y2=base + 5, stroke=colour, stroke_width=2.0, class_=tone)
                )
        if tested:
            shape = "disc" if estimate < 0 else "square"
            looks = {} if differs else {"class_": "mk hollow unclear"}
            parts.append(mark(shape, x_of(estimate), base, 6.2, fill=colour, hollow=not differs, **looks))
        else:
            parts.append(el("circle", cx=x_of(estimate), cy=base, r=3.4, fill=colour, class_="dot"))
    return el(
        "g",
        *parts,
        data_i=number if interactive else None,
        role="button" if interactive else None,
        tabindex="-1" if interactive else None,
        aria_label=f"{name}: {sentence(row)}" if interactive else None,
    )


def sentence(row: Mapping[str, Any]) -> str:
    """Return the verdict as a sentence.

    Examples
    --------
    >>> row = {"verdict": "differs", "kind": "term", "estimate": 0.7, "low": 0.2, "high": 1.2, "side_a": "england",
    ...        "side_b": "wales", "n_docs_a": 9, "n_docs_b": 8}
    >>> sentence(row)
    'More in Wales: odds × 2.0 (95 % interval 1.2 to 3.3), from 9 and 8 documents.'
    >>> sentence({**row, "kind": "theme", "estimate": 0.07, "low": 0.02, "high": 0.12})
    'More in Wales: +7.0 points (95 % interval +2.0 to +12.0), from 9 and 8 documents.'
    >>> sentence({**row, "verdict": "no clear difference", "low": None, "high": None})
    'Not tested, too little to go by: odds × 2.0 towards Wales, from 9 and 8 documents.'
    """
    docs = f"{int(row['n_docs_a'])} and {int(row['n_docs_b'])} documents"
    if row["verdict"] == "not compared":
        return "Not compared: see the caveat."
    if row["verdict"] == "too few documents" or row.get("estimate") is None:
        return f"Too few documents to say ({docs})."
    estimate = float(row["estimate"])
    low, high = row.get("low"), row.get("high")
    more = nation_name(str(row["side_b"] if estimate >= 0 else row["side_a"]))
    by_odds = row.get("kind") == "term"
    size = f"odds {times(abs(estimate))}" if by_odds else points(abs(estimate))
    interval = ""
    if low is not None and high is not None:
        ends = sorted((float(low), float(high))) if estimate >= 0 else sorted((-float(low), -float(high)))
        one, other = (times(v)[2:] if by_odds else points(v).removesuffix(" points") for v in ends)
        interval = f" (95 % interval {one} to {other})"
    if row["verdict"] != "differs" and not interval:
        return f"Not tested, too little to go by: {size} towards {more}, from {docs}."
    if row["verdict"] != "differs":
        return f"No clear difference: {size} towards {more}{interval}, from {docs}."
    return f"More in {more}: {size}{interval}, from {docs}."


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


def static(data: Mapping[str, Any], width: float = 760, most: int = 16) -> str:
    """Return a still picture: all themes, or the clearest rows up to `most`."""
    rows = ordered(data["contrasts"])
    themes = [row for row in rows if row["kind"] == "theme"]
    chosen = (
        themes
        if 0 < len(themes) <= most
        else sorted(
            rows,
            key=lambda r: (
                VERDICTS.index(r["verdict"]) if r["verdict"] in VERDICTS else 3,
                -abs(float(r["estimate"] or 0)),
                str(r["label"]),
            ),
        )[:most]
    )
    return draw(ordered(chosen), width, interactive=False)
