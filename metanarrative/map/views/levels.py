"""Below the comparison: slopes of themes over levels, where levels part, and how far themes can be relied on.

Takes the tables theme_level, discordance and theme; gives markup of ours, every text in it escaped.
A level without documents is said to be without evidence, never drawn as zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from metanarrative.map.svg import LINE, OKABE_ITO, PAPER, SOFT, el, esc, fit, mark, svg, text
from metanarrative.map.views.common import counted, loads, nation_name, paint, place_words, theme_names
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.store import Store

LEVELS = ("macro", "meso", "micro")
NAMES = {"macro": "national policy", "meso": "local policy", "micro": "practice"}
MOST_LINES = 12
MOST_PANELS = 8
QUIET = "#8a919c"


def collect(store: Store, language: str = "en") -> dict[str, Any]:
    """Read levels, what parts them with one quote a level, and the grades of the themes."""
    parted = store.read("discordance")
    wanted = sorted({p for row in parted for ids in loads(row["quotes"], {}).values() for p in ids})
    columns = ("passage_id", "work_id", "nation", "language", "page", "section", "paragraph", "text")
    passages = {p["passage_id"]: p for p in store.read("passage", where={"passage_id": wanted}, columns=columns)}
    titles = {row["work_id"]: row["title"] for row in store.read("work", columns=("work_id", "title"))}
    for row in parted:
        quotes: list[list[str]] = []
        for level, ids in sorted(loads(row["quotes"], {}).items(), key=lambda pair: LEVELS.index(pair[0])):
            for own in ids[:1]:
                passage = passages.get(own)
                if passage:
                    place = place_words(passage, cut(titles.get(passage["work_id"], ""), 80))
                    quotes.append([level, " ".join(passage["text"].split()[:60]), place, passage["language"]])
        row["quotes"] = quotes
    parted.sort(key=_rank)
    names = theme_names(store, language)
    grades = [
        {key: row[key] for key in _GRADE} | {"name": names[row["theme_id"]], "by_nation": loads(row["by_nation"], {})}
        for row in store.read("theme")
    ]
    return {"levels": store.read("theme_level"), "parted": parted, "grades": grades}


_GRADE = (
    "theme_id", "name", "n_passages", "grade", "kappa", "kappa_low", "kappa_high", "alpha", "n_coded", "n_positive",
    "human_kappa", "n_double",
)  # fmt: skip


def below(data: Mapping[str, Any]) -> str:
    """Return the markup below the picture; "" where nothing is known of levels or themes."""
    themes = {row["theme_id"]: row["name"] or row["theme_id"] for row in data.get("grades", ())}
    inner = _levels(data, themes) + _grades(data.get("grades", ()))
    return f'<div class="lower">{inner}</div>' if inner else ""


def _levels(data: Mapping[str, Any], themes: Mapping[str, str]) -> str:
    rows = list(data.get("levels", ()))
    if not rows:
        return ""
    n: dict[str, int] = {}
    for row in rows:
        if row["scope"] == "all":
            n[row["level"]] = max(n.get(row["level"], 0), int(row["n_documents"]))
    there = [level for level in LEVELS if n.get(level)]
    head = "<h2>Levels: what policy says, what is planned locally, what is done</h2>"
    counts = ", ".join(f"{NAMES[level]} ({level}) {n.get(level, 0) or 'no document'}" for level in LEVELS)
    if len(there) < 2:
        only = f"Documents stand at one level only: {counts}." if there else "No document has a level."
        return (
            f"{head}<p>{esc(only)} So nothing can be said of the way from policy to practice: that is no evidence, "
            "not zero. Care plans, interviews or local policies, with the column level of the manifest filled in, "
            "would make it possible.</p>"
        )
    out = [head, f"<p>Documents: {esc(counts)}. Each figure is the mean share of a document’s passages.</p>"]
    parted = [row for row in data.get("parted", ()) if row["scope"] == "all"]
    loud = [row["theme"] for row in parted]
    panels = []
    for scope, value in dict.fromkeys((row["scope"], row["value"]) for row in sorted(rows, key=_scope_order)):
        own = [row for row in rows if (row["scope"], row["value"]) == (scope, value)]
        if scope == "site" or len({row["level"] for row in own if row["n_documents"]}) < 2:
            continue
        name = nation_name(value) if value else "All documents"
        panels.append(f"<figure><figcaption>{esc(name)}</figcaption>{slopes(own, themes, loud)}</figure>")
    out.append(f'<div class="panels">{"".join(panels[:MOST_PANELS])}</div>')
    out.append(
        '<p class="small soft">Coloured: themes on which levels part; grey: the others. A broken line passes over a '
        "level without documents.</p>"
    )
    out.append(_parted(list(data.get("parted", ())), themes))
    return "".join(out)


def _scope_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["scope"] != "all", row["scope"] != "nation", str(row["value"]).casefold())


def slopes(rows: Sequence[Mapping[str, Any]], themes: Mapping[str, str], loud: Sequence[str]) -> str:
    """Return one panel: a line a theme over the levels that have documents.

    Examples
    --------
    >>> row = {"theme": "review", "share": 0.5, "n_documents": 2, "n_with": 2, "level": "macro"}
    >>> panel = slopes([row, {**row, "level": "micro", "share": 0.0, "n_with": 0}], {"review": "Review"}, ["review"])
    >>> "no documents" in panel, "Review" in panel
    (True, True)
    """
    width, height, left, right, top, bottom = 420.0, 276.0, 46.0, 152.0, 16.0, 44.0
    at = {level: left + (width - left - right) * i / 2 for i, level in enumerate(LEVELS)}
    share = {(row["theme"], row["level"]): row["share"] for row in rows}
    docs = {row["level"]: int(row["n_documents"]) for row in rows}
    high = max([float(v) for v in share.values() if v is not None], default=0.0) or 0.1
    step = next((s for s in (0.02, 0.05, 0.1, 0.2, 0.5) if high / s <= 5), 0.5)

    def y_of(value: float) -> float:
        return height - bottom - (height - top - bottom) * value / (high * 1.04)

    body = [el("rect", width=width, height=height, fill=PAPER, class_="paper")]
    tick = 0
    while tick * step <= high + 1e-9:
        y = y_of(tick * step)
        body.append(el("line", x1=left - 4, x2=width - right + 4, y1=y, y2=y, stroke=LINE, class_="grid"))
        words = f"{100 * tick * step:.0f} %"
        body.append(text(left - 9, y + 4, words, size=11, anchor="end", class_="soft", fill=SOFT))
        tick += 1
    for level in LEVELS:
        x = at[level]
        body.append(text(x, height - bottom + 19, level, size=12, anchor="middle", weight=600))
        words = counted(docs[level], "document") if docs.get(level) else "no documents"
        body.append(text(x, height - bottom + 34, words, size=10.5, anchor="middle", class_="soft", fill=SOFT))
    order = sorted({row["theme"] for row in rows}, key=lambda t: (t not in loud, -_most(share, t), t))[:MOST_LINES]
    ends: list[tuple[float, str, str, str, bool, bool]] = []
    marks: list[str] = []
    for theme in reversed(order):
        look = paint(loud.index(theme)) if theme in loud else {"colour": QUIET, "shape": "disc"}
        colour, shape = look["colour"], look["shape"]
        again = theme in loud and loud.index(theme) >= len(OKABE_ITO)  # colours and shapes come round: hollow then
        points = [(i, at[lv], y_of(float(share[theme, lv]))) for i, lv in enumerate(LEVELS)
                  if docs.get(lv) and share.get((theme, lv)) is not None]  # fmt: skip
        if not points or not _most(share, theme):
            continue
        for (i, x1, y1), (j, x2, y2) in pairwise(points):
            marks.append(el("line", x1=x1, x2=x2, y1=y1, y2=y2, stroke=colour,
                            stroke_width=2.4 if theme in loud else 1.2,
                            stroke_dasharray="5 4" if j - i > 1 else None))  # fmt: skip
        marks += [mark(shape, x, y, 4.2 if theme in loud else 2.8, fill=colour, hollow=again) for _, x, y in points]
        ends.append((points[-1][2], themes.get(theme, theme), colour, shape, theme in loud, again))
    body += marks
    # labels stand beside the last point, pushed apart where they would meet
    last = max((at[lv] for lv in LEVELS if docs.get(lv)), default=left)
    ends.sort(key=lambda e: (e[0], e[1]))
    placed: list[float] = []
    for y, *_ in ends:
        placed.append(max(y, placed[-1] + 13) if placed else y)
    floor = height - bottom + 4
    for i in range(len(placed) - 1, -1, -1):  # what would fall below the axis moves up, and pushes only what it meets
        placed[i] = min(placed[i], floor)
        floor = placed[i] - 13
    for (_, name, colour, shape, strong, again), y in zip(ends, placed, strict=True):
        body.append(mark(shape, last + 14, y, 3.6, fill=colour, hollow=again))
        room = (width - last - 26) * (0.9 if strong else 1)
        if strong:
            body.append(text(last + 22, y + 4, fit(name, room, 11.5), size=11.5, weight=650))
        else:
            body.append(text(last + 22, y + 4, fit(name, room, 11.5), size=11.5, class_="soft", fill=SOFT))
    return svg(width, height, f"Shares of {counted(len(ends), 'theme')} at the levels", body, role="img")


def _most(share: Mapping[tuple[str, str], float | None], theme: str) -> float:
    return max((float(share.get((theme, level)) or 0) for level in LEVELS), default=0.0)


def _rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Order of what parts levels: all, nations, sites; strong and binding first, then by the gap."""
    return (
        *_scope_order(row), row["above"] != "macro", not (row["strong"] and row["binding"]),
        not str(row["pattern"]).startswith("said above"), -float(row["gap"]), row["theme"],
    )  # fmt: skip


def _parted(rows: Sequence[Mapping[str, Any]], themes: Mapping[str, str]) -> str:
    if not rows:
        return (
            "<p>On no theme do the levels part by the rule: said by policy, not found in at least half of the "
            "documents below, and found in at most half as large a share of documents.</p>"
        )
    wide = [row for row in rows if row["scope"] != "site"]
    sites = [row for row in rows if row["scope"] == "site"]
    out = f"<h3>Where levels part</h3>{_table(wide, themes)}" if wide else ""
    if sites:
        n = counted(len({row["value"] for row in sites}), "site")
        out += (
            f'<details class="more"><summary>{n}, each against the policy of its nation</summary>'
            f"{_table(sites, themes)}</details>"
        )
    return (
        f"{out}<p class='small soft'>Bold: among the top third of themes above, with a “must” there. “Below” counts a "
        "document as bearing the theme out where a passage carries it, or where people said so. A passage that speaks "
        "of a theme does not show that it is done, and silence does not show that it is not.</p>"
    )


def _table(rows: Sequence[Mapping[str, Any]], themes: Mapping[str, str]) -> str:
    body = []
    for row in rows:
        where = {"all": "all", "nation": nation_name(row["value"])}.get(row["scope"], str(row["value"]))
        kept = int(row["n_below"]) - int(row["n_against"])
        must = f"{row['n_must']} {row['binding']}" if row["binding"] else "none"
        if int(row["n_coded"]):
            must += f"; {row['n_coded']} of {row['n_below']} below coded by people"
        quotes = "".join(
            f"<blockquote><p{_lang(language)}>{esc(words)}</p><footer>{esc(level)}: {esc(place)}</footer></blockquote>"
            for level, words, place, language in row["quotes"]
        )
        told = f"<details><summary>{counted(len(row['quotes']), 'quote')}</summary>{quotes}</details>" if quotes else ""
        name = esc(themes.get(row["theme"], row["theme"]))
        body.append(
            f"<tr><td class='wide'>{f'<strong>{name}</strong>' if row['strong'] and row['binding'] else name}</td>"
            f"<td>{esc(where)}</td><td class='wide'>{esc(_words(row))}{told}</td>"
            f"<td class='num'>{100 * float(row['share_above']):.0f} % in {row['with_above']} of {row['n_above']}</td>"
            f"<td class='num'>{100 * float(row['share_below']):.0f} % in {kept} of {row['n_below']}</td>"
            f"<td>{esc(must)}</td></tr>"
        )
    return (
        "<div class='scroll' tabindex='0' role='region' aria-label='Where levels part'><table><thead><tr><th>Theme</th>"
        "<th>Documents</th><th>What</th><th>Above: share, documents</th><th>Below: share, documents</th>"
        f"<th>“Must” above</th></tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _words(row: Mapping[str, Any]) -> str:
    above, below_ = NAMES[row["above"]], NAMES[row["below"]]
    if row["pattern"].startswith("said"):
        return f"said in {above}, not found in {below_}"
    return f"found in {below_}, not said in {above}"


def _lang(language: str) -> str:
    return ' lang="cy"' if language == "cy" else ""


def _grades(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    body = []
    for row in rows:
        kappa = "–" if row["kappa"] is None else f"{row['kappa']:.2f}"
        if row["kappa"] is not None and row["kappa_low"] is not None:
            kappa += f" ({row['kappa_low']:.2f} to {row['kappa_high']:.2f})"
        human = "–" if row["human_kappa"] is None else f"{row['human_kappa']:.2f} on {row['n_double']} passages"
        grade = str(row["grade"])
        told = f"<strong>{esc(grade)}</strong>" if grade.startswith("do not") else esc(grade)
        body.append(
            f"<tr><td>{esc(row['name'] or row['theme_id'])}</td><td class='num'>{int(row['n_passages']):,}</td>"
            f"<td>{told}</td><td>{esc(kappa)}</td><td class='num'>{int(row['n_coded'])}</td><td>{esc(human)}</td></tr>"
        )
    barred = sum(str(row["grade"]).startswith("do not") for row in rows)
    bare = sum(row["grade"] == "not calibrated" for row in rows)
    said = f"On {counted(barred, 'theme')} nations must not be compared. " if barred else ""
    if bare:
        said += (
            f"{bare} of {counted(len(rows), 'theme')} {'is' if bare == 1 else 'are'} not calibrated: fewer than 40 "
            "passages were ruled on by people, so how well the machine reads them is not known. "
        )
    return (
        "<h2>How far the themes can be relied on</h2>"
        f"<p>{esc(said)}Absence of a word is not absence of the idea: what one nation calls personalisation another "
        "may call voice and control. A difference may lie in the words of the codebook; read passages without a theme, "
        "and add seed phrases of both nations, before believing it.</p>"
        "<div class='scroll' tabindex='0' role='region' aria-label='Agreement on themes'><table><thead><tr>"
        "<th>Theme</th><th>Passages</th><th>Grade</th><th>Kappa of machine and people (95 %)</th><th>Ruled on</th>"
        f"<th>Kappa of two people</th></tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        "<p class='small soft'>Strong from 0.80, tentative from 0.67; below that nations are not compared on the "
        "theme. Agreement of people with each other is the ceiling for the machine, and another thing.</p>"
    )
