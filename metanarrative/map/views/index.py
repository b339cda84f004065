"""The landing page of a project: what is here, in numbers and thumbnails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metanarrative.map.page import Page, render
from metanarrative.map.strings import strings, view_title
from metanarrative.map.svg import esc
from metanarrative.map.views.common import cluster_words, counted, meta_of

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

BLURBS: dict[str, str] = {
    "tradition": "Every work as a point, near what it resembles and cites. Which groups are there, who bridges them, what do they rest on?",
    "storyline": "Years downwards, a lane a grouping: who builds on whom, and which line carried the field.",
    "concepts": "Words that belong together in these texts, and where each of them is at home.",
    "compare": "Where English and Welsh policy differ, where they do not, and where nobody can say.",
    "force": "Who must, should, may or hopes to do what: theme by theme, nation beside nation, gaps shown as gaps.",
    "aligned": "Passages of both nations that answer each other, side by side, for reading and ruling.",
    "flow": "What came in, what was joined, kept and grouped. The boxes add up.",
    "report": "Question, method, storylines, comparison and limits on one page, nothing without its source.",
}


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Count what was read, joined, grouped and compared."""
    store = project.store
    works = store.read("work", columns=("work_id", "kind", "nation", "abstract", "year", "n_references"))
    literature = [row for row in works if row["kind"] == "literature"]
    policy = [row for row in works if row["kind"] == "policy"]
    clusters = store.read("cluster")
    contrasts = [row for row in store.read("contrast", columns=("facet", "verdict")) if row["facet"] == "nation"]
    problems: dict[str, int] = {}
    for row in store.read("problem", columns=("severity",)):
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


def build(data: Mapping[str, Any]) -> str:
    """Return the page.

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
        (data["literature"], f"works of literature ({data['abstracts']:,} with an abstract, {data['references']:,} with references)"),
        (data["policy"], f"policy documents (England {nations.get('england', 0)}, Wales {nations.get('wales', 0)})"),
        (data["joined"], "records joined as copies"),
        (len(clusters), f"clusters proposed, {named} named or accepted by people"),
        (data["citations"], "citations between works here"),
        (data["provisions"], "provisions: who must, should, may"),
        (data["differs"], f"clear differences in {data['contrasts']} contrasts ({data['too_few']} too few documents to say)"),
    ]
    cells = "".join(f"<div><dt>{esc(label)}</dt><dd>{int(n):,}</dd></div>" for n, label in figures)
    tiles = []
    for name in meta.get("views", ()):
        if name == "index":
            continue
        thumb = data.get("thumbnails", {}).get(name, "")
        picture = f'<div class="thumb" aria-hidden="true">{thumb}</div>' if thumb else ""
        tiles.append(
            f'<li class="tile">{picture}<div class="words"><h2><a href="{esc(name)}.html">{esc(view_title(name, language))}</a></h2><p>{esc(BLURBS.get(name, ""))}</p></div></li>'
        )
    groups = "".join(f"<li>{esc(cluster_words(row)['full'])} <span class='soft'>({counted(int(row['size']), 'work')}{_stable(row)})</span></li>" for row in sorted(clusters, key=lambda r: (int(r['number']), str(r['cluster_id'])))[:14])
    listing = f'<h2 class="sec">Groups of works</h2><p class="small soft">Proposals of the machine, unless a person gave the name.</p><ul class="plainlist cols2">{groups}</ul>' if groups else ""
    problems = data.get("problems", {})
    noted = ", ".join(counted(n, kind) for kind, n in sorted(problems.items()) if n)
    trouble = f'<p class="small soft">While reading and computing: {esc(noted)}. The list: metanarrative export csv -o OUT, problems.csv.</p>' if noted else ""
    question = str(meta.get("question") or "")
    picture = f'<dl class="figures">{cells}</dl><ul class="tiles">{"".join(tiles)}</ul>{listing}{trouble}'
    lead = question or "A meta-narrative map of a literature and of the policy around it. Every page is one file that opens without a network."
    return render(
        Page(
            name="index", title=str(meta.get("title") or view_title("index", language)), lead=lead, picture=picture, meta=meta, wide=True,
            engine="svg", data={}, limits=[], method=words["no_data"] if not data["records"] else "", carries="numbers and still pictures only",
        )
    )  # fmt: skip


def _stable(row: Mapping[str, Any]) -> str:
    return f", stability {float(row['stability']):.2f}" if row.get("stability") is not None else ""
