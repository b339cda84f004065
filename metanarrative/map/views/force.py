"""Requirements of policy: themes by nation by force, a number in every cell, gaps shown as gaps.

Takes provisions (with theme, nation, force) and totals; gives two grids on one scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import BLUES, PAPER, SOFT, el, esc, svg, text, wrap
from metanarrative.map.views.common import counted, meta_of, nation_name, place_words, theme_names
from metanarrative.text.shorten import cut
from metanarrative.text.verdicts import FORCES

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

COLUMNS = ("must", "must-not", "should", "may", "aspires")
"""What is laid down, strongest first; the other classes are added where they occur."""

NO_THEME = "no theme"
NATIONS = ("england", "wales")


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Read provisions that count, with their passages and documents."""
    store = project.store
    names = theme_names(store, settings.page_lang)
    works = {row["work_id"]: row for row in store.read("work", columns=("work_id", "title", "year", "type", "force"))}
    provisions = [row for row in store.read("provision") if not row["filter"] and row["force"] in FORCES]
    needed = sorted({row["passage_id"] for row in provisions})
    passages = {row["passage_id"]: row for row in store.read("passage", where={"passage_id": needed})} if needed else {}
    words: dict[str, int] = {}
    for row in store.read("passage", columns=("nation", "text", "kind")):
        if row["nation"] and row["kind"] not in ("title", "heading"):
            words[row["nation"]] = words.get(row["nation"], 0) + len(row["text"].split())
    out = []
    for row in provisions:
        passage = passages.get(row["passage_id"], {})
        work = works.get(row["work_id"], {"title": "", "year": None})
        out.append(
            {
                "id": f"{row['passage_id']}:{row['position']}",
                "nation": row["nation"],
                "force": row["force"],
                "cue": row["cue"],
                "themes": [part for part in row["theme"].split(";") if part],
                "bearer": row["bearer"],
                "language": row["language"],
                "sentence": cut(row["sentence"], 420),
                "place": place_words(
                    {**passage, "nation": ""},
                    cut(str(work["title"]), 80) + (f" ({work['year']})" if work["year"] else ""),
                ),
                "confidence": row["confidence"],
                "year": work["year"],
            }
        )
    return {"meta": meta_of(project, settings), "provisions": out, "themes": names, "words": words}


def tabulate(provisions: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, Any]:
    """Count provisions in every cell.

    A provision stands in every theme of its passage, so the rows may add up to more than the
    total; the total counts each provision once.

    Returns
    -------
    dict
        ``themes`` (ids in order), ``columns``, ``nations``, ``cells`` ((theme, nation, force)
        to numbers of provisions) and ``totals`` (nation to number).
    """
    nations = list(NATIONS) + sorted({str(p["nation"]) for p in provisions} - set(NATIONS))
    nations = [n for n in nations if n in NATIONS or any(p["nation"] == n for p in provisions)]
    there = {str(p["force"]) for p in provisions}
    columns = [force for force in FORCES if force in COLUMNS or force in there]
    cells: dict[tuple[str, str, str], list[int]] = {}
    totals: dict[str, int] = dict.fromkeys(nations, 0)
    for i, provision in enumerate(provisions):
        nation, force = str(provision["nation"]), str(provision["force"])
        totals[nation] = totals.get(nation, 0) + 1
        for theme in list(dict.fromkeys(provision.get("themes") or [])) or [NO_THEME]:
            cells.setdefault((str(theme), nation, force), []).append(i)
    sizes: dict[str, int] = {}
    for (theme, _, _), rows in cells.items():
        sizes[theme] = sizes.get(theme, 0) + len(rows)
    for theme in names:
        sizes.setdefault(theme, 0)
    themes = sorted(sizes, key=lambda t: (t == NO_THEME, -sizes[t], str(names.get(t, t)).casefold()))
    return {"themes": themes, "columns": columns, "nations": nations, "cells": cells, "totals": totals}


def shade(value: float, top: float) -> int:
    """Return the step of the blue scale, 0 to 6.

    Examples
    --------
    >>> shade(0, 10), shade(1, 10), shade(10, 10)
    (0, 2, 6)
    """
    if value <= 0 or top <= 0:
        return 0
    return 1 + min(5, int(6 * (value / top) ** 0.7 - 1e-9))


def draw(
    table: Mapping[str, Any],
    names: Mapping[str, str],
    words: Mapping[str, int],
    *,
    narrow: bool = False,
    interactive: bool = True,
    width: float = 0,
) -> str:
    """Return the grids side by side, or one below the other where `narrow`."""
    themes, columns, cells, totals = table["themes"], table["columns"], table["cells"], table["totals"]
    nations = [n for n in table["nations"] if n in NATIONS] or list(NATIONS)
    numbers = {key: i for i, key in enumerate(cell_keys(table))}
    label_w = 118.0 if narrow else 226.0
    width = width or (330.0 if narrow else max(820.0, label_w + 2 * (58 * len(columns) + 14)))
    gap = 0.0 if narrow else 22.0
    cell_w = (width - label_w - 8 - gap) / (len(columns) * (1 if narrow else 2))
    cell_h = 33.0
    upright = cell_w < 38  # heads side by side would run into each other
    body: list[str] = []

    def measures(key: tuple[str, str, str]) -> tuple[float, float, float]:
        n = len(cells.get(key, []))
        total, amount = totals.get(key[1], 0), words.get(key[1], 0)
        return (float(n), n / total if total else 0.0, 10_000 * n / amount if amount else 0.0)

    keys = [(theme, nation, force) for theme in themes for nation in nations for force in columns]
    tops = [max((measures(key)[m] for key in keys), default=0.0) for m in range(3)]
    y0 = 0.0
    for block, nation in enumerate(nations):
        x0 = label_w + (0 if narrow else block * (cell_w * len(columns) + gap))
        top = y0 + (104 if upright else 52)
        body.append(text(x0 if not narrow else 6, y0 + 22, f"{nation_name(nation)}", size=16, weight=650))
        body.append(
            text(
                width - 8 if narrow else x0 + cell_w * len(columns),
                y0 + 22,
                counted(totals.get(nation, 0), "provision"),
                size=12,
                anchor="end",
                class_="soft",
                fill=SOFT,
            )
        )
        for column, force in enumerate(columns):
            if upright:
                head = force.replace("-", " ")
                body.append(text(x0 + cell_w * (column + 0.5) + 4, top - 6, head, size=12, weight=600, rotate=-90))
                continue
            # two words stand one above the other: cells are narrower than they are together
            heads = force.split("-")
            for line, head in enumerate(reversed(heads)):
                body.append(
                    text(
                        x0 + cell_w * (column + 0.5),
                        y0 + 46 - 11 * line,
                        head,
                        size=min(12.5, 2.05 * cell_w / max(4, len(head))),
                        anchor="middle",
                        weight=600,
                    )
                )
        for row, theme in enumerate(themes):
            y = top + row * cell_h
            if narrow or block == 0:
                name = str(names.get(theme, theme))
                size = 11.0 if narrow else 12.5
                lines = wrap(name, label_w - 10, size, lines=2 if narrow else 1)
                for nth, part in enumerate(lines):
                    at = y + cell_h / 2 + 4.5 + 12 * (nth - (len(lines) - 1) / 2)
                    body.append(text(6, at, part, size=size, class_="ink" if theme != NO_THEME else "soft"))
            for column, force in enumerate(columns):
                key = (str(theme), nation, force)
                body.append(
                    _cell(
                        key,
                        numbers.get(key),
                        x0 + cell_w * column,
                        y,
                        cell_w,
                        cell_h,
                        measures(key),
                        tops,
                        str(names.get(theme, theme)),
                        interactive,
                    )
                )
        if narrow:
            y0 = top + len(themes) * cell_h + 18
        else:
            height = top + len(themes) * cell_h + 12
    height = y0 if narrow else height
    return svg(
        width,
        height,
        f"Requirements of policy: {counted(len(themes), 'theme')}, {' and '.join(nation_name(n) for n in nations)}",
        [el("rect", width=width, height=height, fill=PAPER, class_="paper"), *body],
        class_=f"pic {'narrowonly' if narrow else 'wideonly'}" if interactive else "pic",
        role="group" if interactive else "img",
    )


def _cell(
    key: tuple[str, str, str],
    number: int | None,
    x: float,
    y: float,
    w: float,
    h: float,
    values: tuple[float, float, float],
    tops: Sequence[float],
    name: str,
    interactive: bool,
) -> str:
    _, nation, force = key
    inner = {"x": x + 1.5, "y": y + 1.5, "width": w - 3, "height": h - 3, "rx": 4}
    if values[0] == 0:
        box = el("rect", **inner, fill="none", stroke="#8a8f98", stroke_width=1.0, stroke_dasharray="4 3")
        return el(
            "g",
            box,
            text(x + w / 2, y + h / 2 + 4, "gap", size=min(11, w / 2.6), anchor="middle", class_="soft", fill=SOFT),
        )
    steps = [shade(value, top) for value, top in zip(values, tops, strict=True)]
    shown = (f"{int(values[0])}", f"{values[1]:.0%}" if values[1] >= 0.005 else "<1%", f"{values[2]:.1f}")
    fills = [BLUES[step] for step in steps]
    inks = ["#ffffff" if step >= 5 else "#10151c" for step in steps]
    box = el("rect", **inner, fill=fills[0], **({f"data_f{m}": fills[m] for m in range(3)} if interactive else {}))
    label = el(
        "text",
        esc(shown[0]),
        x=x + w / 2,
        y=y + h / 2 + 4.6,
        font_size=13.0,
        text_anchor="middle",
        font_weight=600,
        fill=inks[0],
        **(
            {**{f"data_v{m}": shown[m] for m in range(3)}, **{f"data_f{m}": inks[m] for m in range(3)}}
            if interactive
            else {}
        ),
    )
    ring = el("rect", **inner, class_="ring", fill="none")
    return el(
        "g",
        box,
        label,
        ring,
        data_i=number if interactive else None,
        role="button" if interactive else None,
        tabindex="-1" if interactive else None,
        aria_label=f"{name}, {nation_name(nation)}, {force}: {counted(int(values[0]), 'provision')}"
        if interactive
        else None,
    )


def cell_keys(table: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the filled cells in reading order."""
    nations = [n for n in table["nations"] if n in NATIONS]
    return [
        (str(theme), nation, force)
        for theme in table["themes"]
        for nation in nations
        for force in table["columns"]
        if table["cells"].get((str(theme), nation, force))
    ]


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta``, ``provisions`` (``nation, force, themes, sentence, place, cue, bearer``),
        ``themes`` (id to name), ``words`` (nation to number of words).
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    provisions = list(data["provisions"])
    names = {**data["themes"], NO_THEME: NO_THEME}
    table = tabulate(provisions, data["themes"])
    items = []
    for theme, nation, force in cell_keys(table):
        rows = table["cells"][(theme, nation, force)]
        other = next(n for n in NATIONS if n != nation)
        there = len(table["cells"].get((theme, other, force), []))
        quotes = [
            [
                provisions[i]["sentence"],
                " · ".join(
                    part
                    for part in (
                        str(provisions[i]["place"]),
                        f"“{provisions[i]['cue']}”" if provisions[i].get("cue") else "",
                        f"on {provisions[i]['bearer']}" if provisions[i].get("bearer") else "no bearer named",
                    )
                    if part
                ),
                provisions[i].get("language"),
                NATIONS.index(nation),
            ]
            for i in sorted(
                rows, key=lambda i: (-float(provisions[i].get("confidence") or 0), str(provisions[i]["id"]))
            )[:25]
        ]
        # two cues in one sentence are two provisions, but the sentence need be read only once
        seen: dict[str, list[Any]] = {}
        for quote in quotes:
            seen.setdefault(str(quote[0]), quote)
        quotes = list(seen.values())
        total = table["totals"].get(nation, 0)
        amount = int(data.get("words", {}).get(nation, 0))
        facts = [["Provisions", f"{len(rows):,}"], [f"Share of {nation_name(nation)}’s", f"{len(rows) / total:.1%}"]]
        if amount:
            facts.append(["Per 10,000 words", f"{10_000 * len(rows) / amount:.1f}"])
        facts.append([f"Same cell in {nation_name(other)}", f"{there:,}" if there else "none"])
        if len(rows) > 25:
            facts.append(["Shown here", f"25 of {len(rows):,}; the CSV export has all"])
        items.append(
            {
                "id": f"{theme}|{nation}|{force}",
                "t": f"{names.get(theme, theme)}: {force}",
                "k": nation_name(nation),
                "f": facts,
                "q": quotes,
                "th": names.get(theme, theme),
                "nt": nation_name(nation),
                "fo": force,
                "c": len(rows),
                "sh": round(100 * len(rows) / total, 1),
            }
        )
    if provisions and items:
        wide, narrow = draw(table, names, data.get("words", {})), draw(table, names, data.get("words", {}), narrow=True)
        picture = (
            f'<div class="scroll wideonly" tabindex="0" role="region" aria-label="{esc(words["scroll"])}">'
            f"{wide}</div>{narrow}"
        )
        gaps = sum(
            1
            for theme in table["themes"]
            for n in NATIONS
            for f in table["columns"]
            if not table["cells"].get((str(theme), n, f))
        )
        sizes = [f"{counted(table['totals'].get(n, 0), 'provision')} in {nation_name(n)}" for n in NATIONS]
        lead = (
            f"{' and '.join(sizes)}, "
            "by theme and by how strongly they bind. "
            f"A cell leads to the sentences; {counted(gaps, 'dashed cell')} "
            f"{'is a gap' if gaps == 1 else 'are gaps'}: no such sentence was found."
        )
    else:
        picture = (
            f'<p class="nodata">{esc(words["no_data"])} No sentence of a policy document of England or '
            "Wales lays anything down. metanarrative run compare</p>"
        )
        lead = "Themes by nation by force: who must, should, may or hopes to do what."
    controls = (
        f'<div class="block"><span class="lab">{esc(words["measure"])}</span><div class="seg"><button '
        'type="button" data-measure="0" aria-pressed="true">Count</button><button type="button" '
        'data-measure="1" aria-pressed="false">Share of the nation’s</button><button type="button" '
        'data-measure="2" aria-pressed="false">Per 10,000 words</button></div></div>'
    )
    others = [n for n in table["nations"] if n not in NATIONS]
    limits = [
        (
            "Force is told by rules from cue words in English and Welsh; a rule can be wrong, so every "
            "cell leads to its sentences."
        ),
        "A sentence stands in every theme of its passage, so rows may add up to more than the total.",
        "A gap means that nothing was found in these documents, not that nothing exists.",
    ]
    if others:
        limits.append(
            "Not in the grids: "
            + ", ".join(f"{counted(table['totals'][n], 'provision')} of {nation_name(n)}" for n in others)
            + "."
        )
    return Page(
        name="force",
        lead=lead,
        picture=picture,
        meta=meta,
        controls=controls if items else "",
        data={
            "items": columnar(items),
            "legendNotes": [
                "darker: more; both grids share one scale",
                "dashed: gap, none found",
                "must not, should not and need not are counted apart; they are read less surely than the others",
                "counted as on the page England and Wales and in the report: a document and its copy count once",
            ],
            "columns": [
                {"k": "th", "t": "Theme"},
                {"k": "nt", "t": "Nation"},
                {"k": "fo", "t": "Force"},
                {"k": "c", "t": "Provisions", "num": 1},
                {"k": "sh", "t": "Share of the nation’s, %", "num": 1, "digits": 1},
            ],
        },
        method=(
            "Each sentence that lays something on someone is a provision; its force comes from its modal "
            "words (must, should, may, aims; rhaid, dylai, caiff), with negation kept."
        ),
        limits=limits,
        carries="the sentences themselves, cut at 420 characters, with page and section",
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def static(data: Mapping[str, Any], width: float = 820) -> str:
    """Return the grids as a still picture."""
    table = tabulate(list(data["provisions"]), data["themes"])
    return draw(table, {**data["themes"], NO_THEME: NO_THEME}, data.get("words", {}), interactive=False, width=width)
