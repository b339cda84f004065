"""The landing page of a project: what is here, in numbers and thumbnails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metanarrative.map.page import Page, render
from metanarrative.map.strings import strings, view_title
from metanarrative.map.svg import el, esc, svg
from metanarrative.map.views.common import cluster_words, counted, meta_of

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

BLURBS: dict[str, str] = {
    "tradition": (
        "Every work as a point, near what it resembles and cites. Which groups are there, who "
        "bridges them, what do they rest on?"
    ),
    "storyline": "Years downwards, a lane a grouping: who cites whom, as far as reference lists were given.",
    "concepts": "Words that belong together in these texts, and where each of them is at home.",
    "themes": "Which themes of concepts tie the field together, and which keep to themselves, with ranges.",
    "compare": "Where English and Welsh policy differ, where they do not, and where nobody can say.",
    "force": "Who must, should, may or hopes to do what: theme by theme, nation beside nation, gaps shown as gaps.",
    "aligned": "Passages of both nations on the same subject, side by side, for reading and ruling.",
    "evidence": "Which policy cites which research, in whose words; what cites nothing, and what nobody cites.",
    "flow": "What came in, what was joined, kept and grouped. The boxes add up.",
    "report": "Question, method, storylines, comparison and limits on one page, nothing without its source.",
}


def _lines(x: float, y: float, widths: tuple[int, ...], class_: str = "grid") -> str:
    return "".join(
        el(
            "line",
            x1=x,
            x2=x + width,
            y1=y + 13 * i,
            y2=y + 13 * i,
            stroke="#bdb7a8",
            stroke_width=4.0,
            stroke_linecap="round",
            class_=class_,
        )
        for i, width in enumerate(widths)
    )


def _art_aligned() -> str:
    rows = []
    for row, (left, right, link) in enumerate(
        (((118, 130, 92), (126, 104, 120), True), ((130, 84), (), False), ((112, 128, 60), (130, 96, 110), True))
    ):
        y = 34.0 + row * 62
        rows.append(el("line", x1=22.0, x2=22.0, y1=y - 8, y2=y + 32, stroke="#0072B2", stroke_width=4.0))
        rows.append(_lines(34, y, left))
        if link:
            rows.append(el("line", x1=298.0, x2=298.0, y1=y - 8, y2=y + 32, stroke="#D55E00", stroke_width=4.0))
            rows.append(_lines(310, y, right))
            rows.append(el("path", d=f"M186 {y + 12:.0f}H276", stroke="#565d68", class_="axis", stroke_width=2.0))
        else:
            rows.append(
                el(
                    "rect",
                    x=298.0,
                    y=y - 10,
                    width=150.0,
                    height=42.0,
                    rx=6,
                    fill="none",
                    stroke="#565d68",
                    class_="axis",
                    stroke_dasharray="5 4",
                    stroke_width=1.6,
                )
            )
    return svg(470, 220, "", rows, role="presentation")


def _art_report() -> str:
    body = [
        el(
            "rect",
            x=120.0,
            y=16.0,
            width=230.0,
            height=230.0,
            rx=6,
            fill="none",
            stroke="#565d68",
            class_="axis",
            stroke_width=1.6,
        ),
        _lines(146, 46, (120,), "axis"),
        _lines(146, 72, (178, 170, 120)),
    ]
    for i, height in enumerate((20, 38, 30, 52, 44)):
        body.append(
            el(
                "rect",
                x=150.0 + 34 * i,
                y=182.0 - height,
                width=22.0,
                height=float(height),
                fill=("#0072B2", "#D55E00")[i % 2],
            )
        )
    body.append(_lines(146, 200, (178, 150, 170)))
    return svg(470, 220, "", body, role="presentation")


ART = {"aligned": _art_aligned(), "report": _art_report()}
"""Still signs for views that have no picture of their own."""


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Count what was read, joined, grouped and compared."""
    store = project.store
    works = store.read("work", columns=("work_id", "kind", "nation", "abstract", "year", "n_references"))
    literature = [row for row in works if row["kind"] == "literature"]
    policy = [row for row in works if row["kind"] == "policy"]
    kinds = {row["work_id"]: row["kind"] for row in works}
    held: dict[tuple[str, str], int] = {}
    for row in store.read("membership", columns=("work_id", "cluster_id")):
        key = (row["cluster_id"], kinds.get(row["work_id"], ""))
        held[key] = held.get(key, 0) + 1
    clusters = [
        {
            **row,
            "n_literature": held.get((row["cluster_id"], "literature"), 0),
            "n_policy": held.get((row["cluster_id"], "policy"), 0),
        }
        for row in store.read("cluster")
    ]
    contrasts = [row for row in store.read("contrast", columns=("facet", "verdict")) if row["facet"] == "nation"]
    problems: dict[str, int] = {}
    for row in store.read("problem", columns=("severity", "stage")):
        if row["stage"] in ("map", "report"):
            continue  # of an earlier drawing: counting them would make two runs of one project differ
        problems[row["severity"]] = problems.get(row["severity"], 0) + 1
    return {
        "meta": meta_of(project, settings),
        "records": store.count("record"),
        "literature": len(literature),
        "policy": len(policy),
        "nations": {n: sum(1 for row in policy if row["nation"] == n) for n in ("england", "wales")},
        "abstracts": sum(1 for row in literature if row["abstract"]),
        "references": sum(1 for row in literature if row["n_references"]),
        "joined": store.count("record") - len(works),
        "clusters": clusters,
        "concepts": store.count("concept"),
        "provisions": store.count("provision", where={"filter": ""}),
        "contrasts": len(contrasts),
        "differs": sum(1 for row in contrasts if row["verdict"] == "differs"),
        "too_few": sum(1 for row in contrasts if row["verdict"] == "too few documents"),
        "citations": store.count("citation"),
        "problems": problems,
        "thumbnails": {},
    }


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta`` (its ``views`` are linked, in that order), the counts of :func:`collect`, and
        ``thumbnails``: view to SVG made by this package.
    """
    meta = data["meta"]
    language = str(meta.get("lang", "en"))
    words = strings(language)
    clusters = list(data["clusters"])
    named = sum(1 for row in clusters if row.get("accepted") or row.get("tradition"))
    nations = data["nations"]
    figures = [
        (data["records"], "records read"),
        (
            data["literature"],
            f"works of literature ({data['abstracts']:,} with an abstract, {data['references']:,} with references)",
        ),
        (data["policy"], f"policy documents (England {nations.get('england', 0)}, Wales {nations.get('wales', 0)})"),
        (data["joined"], "records joined as copies"),
        (len(clusters), f"clusters proposed, {named} named or accepted by people"),
        (data["citations"], "citations between works here"),
        (data["provisions"], "provisions: who must, should, may"),
        (
            data["differs"],
            f"clear differences in {counted(int(data['contrasts']), 'contrast')} "
            f"(too few documents to say for {data['too_few']})",
        ),
    ]
    cells = "".join(f"<div><dt>{esc(label)}</dt><dd>{int(n):,}</dd></div>" for n, label in figures)
    tiles = []
    for name in meta.get("views", ()):
        if name == "index":
            continue
        thumb = data.get("thumbnails", {}).get(name, "") or ART.get(name, "")
        picture = f'<div class="thumb" aria-hidden="true">{thumb}</div>' if thumb else ""
        tiles.append(
            f'<li class="tile">{picture}<div class="words"><h2><a href="{esc(name)}.html">'
            f"{esc(view_title(name, language))}</a></h2><p>{esc(BLURBS.get(name, ''))}</p></div></li>"
        )
    groups = "".join(
        f'<li><a href="card-T{int(row["number"])}.html">{esc(cluster_words(row)["full"])}</a> '
        f"<span class='soft'>({_size(row)}{_stable(row)})</span></li>"
        for row in sorted(clusters, key=lambda r: (int(r["number"]), str(r["cluster_id"])))
    )
    listing = (
        (
            '<h2 class="sec">Groups of works</h2><p class="small soft">Proposals of the machine, unless '
            "a person gave the name. Each has a card: what the machine proposes beside what people wrote.</p>"
            f'<ul class="plainlist cols2">{groups}</ul>'
        )
        if groups
        else ""
    )
    problems = data.get("problems", {})
    noted = ", ".join(counted(n, kind) for kind, n in sorted(problems.items()) if n)
    trouble = (
        (
            f'<p class="small soft">While reading and computing: {esc(noted)}. The list: metanarrative '
            "export csv -o OUT, problems.csv.</p>"
        )
        if noted
        else ""
    )
    question = str(meta.get("question") or "")
    picture = f'<dl class="figures">{cells}</dl><ul class="tiles">{"".join(tiles)}</ul>{listing}{trouble}'
    lead = question or (
        "A meta-narrative map of a literature and of the policy around it. Every page is one file "
        "that opens without a network."
    )
    return Page(
        name="index",
        title=str(meta.get("title") or view_title("index", language)),
        lead=lead,
        picture=picture,
        more={key: value for key, value in data.items() if key not in ("meta", "thumbnails", "clusters")},
        meta=meta,
        wide=True,
        engine="svg",
        data={},
        limits=[],
        method=words["no_data"] if not data["records"] else "",
        carries="numbers and still pictures only",
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def _size(row: Mapping[str, Any]) -> str:
    """Return how many works and policy documents a grouping holds."""
    works, policy = row.get("n_literature"), int(row.get("n_policy") or 0)
    words = counted(int(row["size"] if works is None else works), "work")
    return words + (f", {counted(policy, 'policy document')}" if policy else "")


def _stable(row: Mapping[str, Any]) -> str:
    return f", stability {float(row['stability']):.2f}" if row.get("stability") is not None else ""
