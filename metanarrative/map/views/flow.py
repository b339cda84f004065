"""The document flow: what came in, what was joined, kept and grouped. The boxes add up.

Takes counts that were made from the log; gives SVG. The arithmetic is checked when the picture
is made: a flow that does not add up is refused, not drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.errors import CheckError
from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import INK, PAPER, SOFT, el, esc, fit, svg, text, wrap
from metanarrative.map.translate import welsh
from metanarrative.map.views.common import cluster_words, counted, loads, meta_of, nation_name, short

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Count what came, was lost, joined, screened and grouped, for literature and policy."""
    store = project.store
    sources = store.read("source")
    works = store.read("work")
    screening = {row["work_id"]: row for row in store.read("screening")}
    membership = {row["work_id"]: row["cluster_id"] for row in store.read("membership")}
    clusters = sorted(store.read("cluster"), key=lambda row: (row["number"], row["cluster_id"]))
    joined: dict[str, int] = {}
    kinds = {row["work_id"]: row["kind"] for row in works}
    for row in store.read("work_record", columns=("work_id",)):
        joined[kinds.get(row["work_id"], "")] = joined.get(kinds.get(row["work_id"], ""), 0) + 1
    streams = []
    for kind in ("literature", "policy"):
        mine = [row for row in works if row["kind"] == kind]
        if not mine and not any(row["kind"] == kind for row in sources):
            continue
        records = store.count("record", where={"kind": kind})
        found = sum(row["n_found"] for row in sources if row["kind"] == kind)
        lost = sum(row["n_lost"] for row in sources if row["kind"] == kind)
        out = [row["work_id"] for row in mine if screening.get(row["work_id"], {}).get("verdict") == "excluded"]
        kept = [row["work_id"] for row in mine if row["work_id"] not in set(out)]
        reasons: dict[str, list[str]] = {}
        for work in out:
            reasons.setdefault(screening[work]["reason"] or "no reason given", []).append(work)
        parts: list[dict[str, Any]] = []
        if kind == "literature":
            for cluster in clusters:
                ids = [work for work in kept if membership.get(work) == cluster["cluster_id"]]
                parts.append({"label": cluster_words(cluster)["full"], "works": ids})
            named = {work for part in parts for work in part["works"]}
            parts.append({"label": "in no cluster", "works": [work for work in kept if work not in named]})
        else:
            for nation in sorted({row["nation"] for row in mine}):
                ids = [row["work_id"] for row in mine if row["nation"] == nation and row["work_id"] in set(kept)]
                parts.append({"label": nation_name(nation) if nation else "nation unknown", "works": ids})
        streams.append(
            {
                "kind": kind,
                "found": found,
                "lost": lost,
                "repeated": found - lost - records,
                "records": records,
                "duplicates": joined.get(kind, records) - len(mine) if mine else 0,
                "works": len(mine),
                "excluded": len(out),
                "included": len(kept),
                "reasons": [
                    {"label": key, "works": ids}
                    for key, ids in sorted(reasons.items(), key=lambda kv: (-len(kv[1]), kv[0]))
                ],
                "parts": [part for part in parts if part["works"]],
                "routes": _routes(mine),
            }
        )
    problems = [row for row in store.read("problem") if row["stage"] == "read" and row["severity"] == "error"]
    return {
        "meta": meta_of(project, settings),
        "streams": streams,
        "lost": [f"{row['file']}{':' + str(row['line']) if row['line'] else ''}: {row['message']}" for row in problems][
            :200
        ],
        "names": {
            row["work_id"]: [row["title"], short(loads(row["authors"], []), row["year"], row["title"]), row["year"]]
            for row in works
        },
    }


def _routes(works: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    counts: dict[str, int] = {}
    for row in works:
        for route in loads(row["routes"], []) or ["not stated"]:
            counts[str(route)] = counts.get(str(route), 0) + 1
    return [[route, n] for route, n in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))]


_PROPOSAL = re.compile(r"(cluster \d+ \(proposal\)): ")
"""What stands before the label of a grouping that nobody has named or accepted."""


def add_up(stream: Mapping[str, Any]) -> None:
    """Refuse a stream whose boxes do not add up.

    Raises
    ------
    CheckError
        Naming the boxes.

    Examples
    --------
    >>> add_up({"kind": "policy", "found": 3, "lost": 1, "repeated": 0, "records": 2, "duplicates": 0, "works": 2,
    ...         "excluded": 0, "included": 2, "reasons": [], "parts": [{"label": "Wales", "works": ["a", "b"]}]})
    """
    kind = stream["kind"]
    sums = (
        ("found = lost + repeated + records", stream["found"], stream["lost"] + stream["repeated"] + stream["records"]),
        ("records = joined + works", stream["records"], stream["duplicates"] + stream["works"]),
        ("works = excluded + included", stream["works"], stream["excluded"] + stream["included"]),
        ("excluded = sum of reasons", stream["excluded"], sum(len(r["works"]) for r in stream["reasons"])),
        ("included = sum of groups", stream["included"], sum(len(p["works"]) for p in stream["parts"])),
    )
    for words, left, right in sums:
        if left != right:
            raise CheckError(
                f"the flow of {kind} does not add up: {words}, but {left} is not {right}",
                mend="metanarrative run --force, then tell the authors if it stays",
            )


def draw(
    streams: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, int],
    width: float,
    *,
    interactive: bool = True,
    language: str = "en",
) -> str:
    """Return the flow, one column a stream, or one below the other where there is no room."""
    narrow = width < 560
    columns = 1 if narrow else max(1, len(streams))
    column_w = (width - 16 - 24 * (columns - 1)) / columns
    body: list[str] = []
    bottoms = []
    y0 = 6.0
    for at, stream in enumerate(streams):
        x = 8.0 if narrow else 8 + at * (column_w + 24)
        y = y0
        kind = str(stream["kind"])
        body.append(text(x, y + 18, "Literature" if kind == "literature" else "Policy documents", size=16, weight=650))
        y += 32
        main_w = column_w * 0.6
        side_x, side_w = x + main_w + 26, column_w - main_w - 26
        steps = [
            (
                "found",
                "found in the files",
                stream["found"],
                [("lost", "could not be read", stream["lost"]), ("repeated", "same entry again", stream["repeated"])],
            ),
            (
                "records",
                "records read",
                stream["records"],
                [
                    (
                        "duplicates",
                        "joined as duplicates" if kind == "literature" else "other copies or languages",
                        stream["duplicates"],
                    )
                ],
            ),
            (
                "works",
                "works" if kind == "literature" else "documents",
                stream["works"],
                [("excluded", "excluded", stream["excluded"])],
            ),
            ("included", "included", stream["included"], []),
        ]
        for step, (key, words, n, sides) in enumerate(steps):
            body.append(
                _box(f"{kind}:{key}", words, n, x, y, main_w, 50, numbers, interactive, strong=key == "included")
            )
            for row, (side_key, side_words, side_n) in enumerate(side for side in sides if side[2]):
                sy = y - 1 + row * 58
                body.append(_line(f"M{x + main_w:.1f} {sy + 26:.1f}H{side_x - 3:.1f}"))
                body.append(
                    _box(
                        f"{kind}:{side_key}",
                        welsh(side_words) if language == "cy" else side_words,  # before its lines are broken
                        side_n,
                        side_x,
                        sy,
                        side_w,
                        52,
                        numbers,
                        interactive,
                        quiet=True,
                    )
                )
            drop = 50 + max(0, len([s for s in sides if s[2]]) - 1) * 58
            if step < len(steps) - 1:
                cx = x + main_w / 2
                body.append(
                    _line(
                        f"M{cx:.1f} {y + 50:.1f}V{y + drop + 22:.1f}M{cx - 4:.1f} {y + drop + 17:.1f}L{cx:.1f} "
                        f"{y + drop + 23:.1f}L{cx + 4:.1f} {y + drop + 17:.1f}",
                        1.4,
                    )
                )
            y += drop + 24
        y += 6
        largest = max((len(part["works"]) for part in stream["parts"]), default=0)
        for p, part in enumerate(stream["parts"]):
            # one trunk, drawn in pieces that meet: from the box above, then from branch to branch
            trunk = y - 30 if p == 0 else y + 18 - 41
            body.append(_line(f"M{x + 10:.1f} {trunk:.1f}V{y + 18:.1f}H{x + 24:.1f}"))
            body.append(
                _box(
                    f"{kind}:part:{p}",
                    part["label"],
                    len(part["works"]),
                    x + 24,
                    y,
                    column_w - 24,
                    36,
                    numbers,
                    interactive,
                    flat=True,
                    share=len(part["works"]) / largest if largest else 0.0,
                )
            )
            y += 41
        bottoms.append(y)
        if narrow:
            y0 = y + 16
    height = max(bottoms, default=0) + 8
    return svg(
        width,
        height,
        "Document flow",
        [el("rect", width=width, height=height, fill=PAPER, class_="paper"), *body],
        class_=f"pic {'narrowonly' if narrow else 'wideonly'}" if interactive else "pic",
        role="group" if interactive else "img",
    )


def _line(d: str, width: float = 1.2) -> str:
    return el("path", d=d, stroke="#565d68", class_="axis", fill="none", stroke_width=width)


def _box(
    key: str,
    words: str,
    n: int,
    x: float,
    y: float,
    w: float,
    h: float,
    numbers: Mapping[str, int],
    interactive: bool,
    *,
    strong: bool = False,
    quiet: bool = False,
    flat: bool = False,
    share: float = 0.0,
) -> str:
    number = numbers.get(key)
    count = f"{n:,}"
    parts = [
        el(
            "rect",
            x=x,
            y=y,
            width=w,
            height=h,
            rx=7,
            fill="#eef3f7" if strong else PAPER,
            class_="band" if strong else "paper",
            stroke="#565d68",
            stroke_width=2.0 if strong else 1.0,
            stroke_dasharray="4 3" if quiet else None,
        )
    ]
    if flat and share:
        bar = max(10.0, (w - 2) * share)
        parts.append(el("rect", x=x + 1, y=y + 1, width=bar, height=h - 2, rx=6, fill="#eef3f7", class_="band"))
    parts.append(el("rect", x=x, y=y, width=w, height=h, rx=7, class_="ring", fill="none"))
    if flat:
        parts.append(text(x + 12, y + h / 2 + 5, count, size=15, weight=650))
        proposal = _PROPOSAL.match(words)
        label = words[proposal.end() :] if proposal else words
        size = 11.0  # one size for the whole list
        lines = wrap(label, w - 68, size, lines=1 if proposal else 2)
        if proposal:
            lines.append(proposal[1])
        for row, line in enumerate(lines):
            soft = bool(proposal) and row == len(lines) - 1
            at = y + h / 2 + 4 + 13.5 * (row - (len(lines) - 1) / 2)
            class_, fill = ("soft", SOFT) if soft else ("ink", INK)
            parts.append(text(x + 58, at, line, size=10.5 if soft else size, class_=class_, fill=fill))
    else:
        size = 12 if not quiet else 10.5
        lines = wrap(words, w - 18, size) if quiet else [fit(words, w - 20, size)]
        rise = 8 if len(lines) > 1 else 0  # two lines and their number stand inside a box of 52
        parts.append(text(x + 12, y + h / 2 - 1 - rise, count, size=17 if not quiet else 14, weight=650))
        for row, line in enumerate(lines):
            parts.append(text(x + 12, y + h / 2 + 15 - rise + 11.5 * row, line, size=size, class_="soft", fill=SOFT))
    live = interactive and number is not None
    return el(
        "g",
        *parts,
        data_i=number if live else None,
        role="button" if live else None,
        tabindex="-1" if live else None,
        aria_label=f"{count} {words}" if live else None,
    )


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Raises
    ------
    CheckError
        If the boxes of a stream do not add up.
    """
    meta = data["meta"]
    language = str(meta.get("lang", "en"))
    words = strings(language)
    streams = list(data["streams"])
    for stream in streams:
        add_up(stream)
    names = data["names"]
    items: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}

    def listing(ids: Sequence[str]) -> list[list[Any]]:
        return [
            [names[i][0] or "(no title)", str(names[i][2] or words["no_year"]), None] for i in ids[:300] if i in names
        ]

    for stream in streams:
        kind = str(stream["kind"])
        what = "Literature" if kind == "literature" else "Policy documents"

        def add(
            key: str, title: str, n: int, quotes: list[list[Any]], why: str = "", what: str = what, kind: str = kind
        ) -> None:
            numbers[f"{kind}:{key}"] = len(items)
            items.append(
                {
                    "id": f"{kind}:{key}",
                    "t": title,
                    "k": what,
                    "c": n,
                    "w": why or None,
                    "q": quotes or None,
                    "nq": "Nothing to list.",
                }
            )

        routes = "; ".join(f"{route}: {n}" for route, n in stream.get("routes", []))
        add(
            "found",
            "Found in the files",
            stream["found"],
            [],
            f"Entries counted in the source files. Routes by which works came (a work may have several): {routes}."
            if routes
            else "",
        )
        add(
            "lost",
            "Could not be read",
            stream["lost"],
            [[line, "", None] for line in data.get("lost", [])] if stream["lost"] else [],
            "Entries without any usable content; each is in the list of problems.",
        )
        add(
            "repeated",
            "Same entry again",
            stream["repeated"],
            [],
            "Entries with exactly the same content as another, kept once.",
        )
        add("records", "Records read", stream["records"], [])
        add(
            "duplicates",
            "Joined",
            stream["duplicates"],
            [],
            (
                "Records that describe a work already counted; every join is listed in the export and can be "
                "undone by a decision."
            ),
        )
        add("works", "Works" if kind == "literature" else "Documents", stream["works"], [])
        excluded = [
            entry
            for reason in stream["reasons"]
            for entry in [
                [f"{reason['label']}: {counted(len(reason['works']), 'work')}", "", None],
                *listing(reason["works"]),
            ]
        ]
        add("excluded", "Excluded", stream["excluded"], excluded)
        add("included", "Included", stream["included"], [])
        for p, part in enumerate(stream["parts"]):
            add(f"part:{p}", str(part["label"]), len(part["works"]), listing(part["works"]))
    if streams:
        picture = (
            f'<div class="scroll wideonly" tabindex="0" role="region" aria-label="{esc(words["scroll"])}">'
            f"{draw(streams, numbers, 820, language=language)}</div>{draw(streams, numbers, 330, language=language)}"
        )
        lead = (
            "; ".join(
                (
                    f"{counted(s['found'], 'entry', 'entries')} of "
                    f"{'literature' if s['kind'] == 'literature' else 'policy'} led to "
                    f"{counted(s['included'], 'included work' if s['kind'] == 'literature' else 'included document')}"
                )
                for s in streams
            )
            + ". A box leads to its list."
        )
    else:
        picture = f'<p class="nodata">{esc(words["no_data"])} metanarrative add literature FILE</p>'
        lead = "What came in, what was joined, kept and grouped."
    return Page(
        name="flow",
        lead=lead,
        picture=picture,
        more={"streams": [dict(stream) for stream in data["streams"]]},
        meta=meta,
        data={
            "items": columnar(items),
            "quoteTitle": "List",
            "legendNotes": ["solid: goes on; dashed: leaves here"],
            "columns": [{"k": "t", "t": "Box"}, {"k": "k", "t": "Stream"}, {"k": "c", "t": "Number", "num": 1}],
        },
        method=(
            "Counted from the tables of this project, not typed in; the page is refused if the boxes do not add up."
        ),
        limits=["Screening is people’s work: without decisions, everything that was read is included."],
        carries="titles and years",
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def static(data: Mapping[str, Any], width: float = 760) -> str:
    """Return the flow as a still picture."""
    streams = list(data["streams"])
    for stream in streams:
        add_up(stream)
    return draw(streams, {}, width, interactive=False) if streams else ""
