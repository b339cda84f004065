"""Stage *map*: pages for readers, one self-contained file a view, and where every mark stands.

Takes all that the stages before it wrote; gives ``maps/*.html`` and the tables ``place`` (coordinates)
and ``view`` (what was written). Coordinates come from a seeded layout of the mixed link graph;
the same project draws the same bytes.

References
----------
van Eck NJ, Waltman L (2010), VOSviewer: strongest links, size by weight.
doi:10.1007/s11192-009-0146-3
Garfield E (2004), historiographs: years as an axis. doi:10.1177/0165551504042802
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from metanarrative.errors import CheckError
from metanarrative.map.check import check_page
from metanarrative.map.strings import view_title
from metanarrative.map.svg import LINE, el, width_of
from metanarrative.model import Problem, Summary
from metanarrative.store import write_whole

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

__all__ = ["VIEWS", "check_page", "draw_pages", "render_report_section_svgs", "run"]

VERSION = "10"
READS = (
    "source",
    "record",
    "work",
    "work_record",
    "screening",
    "passage",
    "array_file",
    "reference",
    "citation",
    "edge",
    "cluster",
    "membership",
    "storyline",
    "main_path",
    "phase",
    "concept",
    "mention",
    "concept_edge",
    "concept_theme",
    "tradition_concept",
    "theme",
    "passage_theme",
    "provision",
    "contrast",
    "alignment",
    "lineage",
    "evidence",
    "theme_level",
    "discordance",
    "problem",
    "run",
)
WRITES = ("place", "view")
DECISIONS = ("name", "accept", "reject", "merge", "split", "move", "pin")
FILES = ("corpus/cards.toml",)

VIEWS = (
    "tradition", "storyline", "concepts", "themes", "compare", "force", "aligned", "evidence", "flow", "index",
)  # fmt: skip
"""In the order of the navigation; the landing page is made last, from pictures of the others."""

LINKED = (*(name for name in VIEWS if name != "index"), "report")
"""What the navigation of every page leads to."""


def is_card(name: str) -> bool:
    """Return whether a page is the card of a tradition.

    Examples
    --------
    >>> is_card("card-T12"), is_card("tradition")
    (True, False)
    """
    return bool(re.fullmatch(r"card-T\d+", name))


def module_of(name: str) -> ModuleType:
    """Return the module that collects, builds and draws a view."""
    return import_module(f"metanarrative.map.views.{name}")


def draw_pages(data: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return every page as text from the data of its view; pure.

    Parameters
    ----------
    data : mapping
        View to what its ``collect`` returned.
    """
    ready: dict[str, Mapping[str, Any]] = {
        name: {**data[name], "meta": {**data[name]["meta"], "views": LINKED}} for name in VIEWS if name in data
    }
    if "index" in ready:
        ready["index"] = {**ready["index"], "thumbnails": thumbnails(ready)}
    return {name: module_of(name).build(ready[name]) for name in ready}


_TEXT = re.compile(r"<text\b([^>]*)>([^<]*)</text>")


def _bar(found: re.Match[str]) -> str:
    """Return a bar as long as the words of a text element; nothing for one that is turned."""
    given = dict(re.findall(r'([\w-]+)="([^"]*)"', found[1]))
    if "transform" in given:
        return ""
    size = float(given["font-size"])
    wide = 0.9 * width_of(html.unescape(found[2]), size)
    left = float(given["x"]) - wide * {"middle": 0.5, "end": 1.0}.get(given.get("text-anchor", ""), 0.0)
    return el(
        "rect", x=left, y=float(given["y"]) - 0.6 * size, width=wide, height=0.45 * size, rx=2, fill=LINE, class_="bar"
    )


def thumbnails(data: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return small still pictures of the views that have something to show, without their words.

    Words of a picture made for a page would be four pixels high here, noise that nobody can read:
    where they are names of rows and columns a bar stands for each, elsewhere they are left out.
    """
    from metanarrative.map.views import compare, concepts, evidence, flow, force, storyline, themes, tradition

    out: dict[str, str] = {}
    if data.get("tradition", {}).get("works"):
        out["tradition"] = tradition.static(data["tradition"], 440, 270, bare=True)
    if any(work.get("year") is not None for work in data.get("storyline", {}).get("works", [])):
        out["storyline"] = storyline.static(data["storyline"], 620, most=24)
    if data.get("concepts", {}).get("concepts"):
        out["concepts"] = concepts.static(data["concepts"], 26, 480, 300)
    if data.get("themes", {}).get("themes"):
        out["themes"] = themes.static(data["themes"], 480, 300, bare=True)
    if data.get("compare", {}).get("contrasts"):
        out["compare"] = compare.static(data["compare"], 600, most=10)
    if data.get("force", {}).get("provisions"):
        out["force"] = force.static(data["force"], 640)
    if data.get("evidence", {}).get("links"):
        out["evidence"] = evidence.static(data["evidence"], 560)
    if data.get("flow", {}).get("streams"):
        out["flow"] = flow.static(data["flow"], 640)
    tall = ("storyline", "flow")  # these show their beginning
    return {
        name: _TEXT.sub("" if name in ("tradition", "concepts", "themes") else _bar, picture).replace(
            "<svg ", f'<svg preserveAspectRatio="{"xMinYMin slice" if name in tall else "xMidYMid meet"}" ', 1
        )
        for name, picture in out.items()
    }


Places = dict[str, dict[str, tuple[float, float]]]


def lay_out(project: Project) -> Places:
    """Return a place for every work and concept, by kind; the slow part of this stage."""
    import numpy as np

    from metanarrative.errors import StepMissingError
    from metanarrative.map.views import concepts, tradition

    store = project.store
    rng = project.rng("map")
    included = project.included()
    membership = store.read("membership", columns=("work_id", "cluster_id", "second_cluster_id"))
    members = {row["work_id"]: row["cluster_id"] for row in membership}
    nearest = {row["work_id"]: row["second_cluster_id"] for row in membership}
    kinds = {row["work_id"]: row["kind"] for row in store.read("work", columns=("work_id", "kind"))}
    shown = [work for work in kinds if work in included]
    # policy documents in no cluster have no ties that could place them: they come after, beside the others
    ids = [work for work in shown if kinds[work] == "literature" or members.get(work)]
    lone = {work: nearest.get(work, "") for work in shown if kinds[work] != "literature" and not members.get(work)}
    matrix = None
    try:
        known, vectors = project.array("work")
        rows = {work: i for i, work in enumerate(known)}
        if all(work in rows for work in ids):
            matrix = np.asarray(vectors[[rows[work] for work in ids]], dtype=np.float64)
    except StepMissingError:
        pass  # no vectors: the map starts from the groups instead
    order = {cluster: i for i, cluster in enumerate(sorted({members.get(work, "") for work in ids}))}
    edges = store.read("edge", columns=("layer", "source_id", "target_id", "weight"))
    works = tradition.place_works(ids, edges, [order[members.get(work, "")] for work in ids], matrix, rng)
    works |= tradition.place_beside(lone, members, works)
    nodes, links = concepts.choose(store.read("concept"), store.read("concept_edge"))
    return {"work": works, "concept": concepts.place_concepts(nodes, links, rng) if nodes else {}}


def place_rows(places: Places) -> list[dict[str, Any]]:
    """Return the rows of the table ``place``.

    Examples
    --------
    >>> place_rows({"work": {"b": (0.0, 1.0)}, "concept": {"a": (0.5, 0.5)}})[0]
    {'kind': 'concept', 'id': 'a', 'x': 0.5, 'y': 0.5}
    """
    rows = [{"kind": kind, "id": key, "x": x, "y": y} for kind, of in places.items() for key, (x, y) in of.items()]
    return sorted(rows, key=lambda row: (str(row["kind"]), str(row["id"])))


def stored_places(project: Project) -> Places:
    """Return the places of the last run, by kind."""
    places: Places = {"work": {}, "concept": {}}
    for row in project.store.read("place"):
        places[row["kind"]][row["id"]] = (row["x"], row["y"])
    return places


def gather(project: Project, settings: MapSettings, places: Places) -> dict[str, dict[str, Any]]:
    """Collect what every view but the landing page needs, at these places."""
    from metanarrative.map.views import concepts, tradition

    rest = [name for name in VIEWS if name not in ("tradition", "concepts", "index")]
    return {
        "tradition": tradition.collect(project, settings, places["work"]),
        "concepts": concepts.collect(project, settings, places["concept"]),
        **{name: module_of(name).collect(project, settings) for name in rest},
    }


def gather_stored(project: Project, settings: MapSettings) -> dict[str, dict[str, Any]]:
    """Collect what every view but the landing page needs, at the stored places."""
    return gather(project, settings, stored_places(project))


def marks(name: str, data: Mapping[str, Any]) -> int:
    """Return how many marks a view has."""
    keys = {
        "tradition": "works",
        "storyline": "works",
        "concepts": "concepts",
        "themes": "themes",
        "compare": "contrasts",
        "force": "provisions",
        "aligned": "pairs",
        "evidence": "links",
        "flow": "streams",
    }
    return len(data.get(keys.get(name, ""), ()))


def engine_of(html: str) -> str:
    """Return which engine a page carries: pyvis, atlas or svg."""
    if 'id="net"' in html:
        return "pyvis"
    return "atlas" if 'id="atlas"' in html else "svg"


def write_page(path: Path, html: str) -> None:
    """Write a page whole or not at all, as UTF-8 with plain line ends whatever the machine."""
    write_whole(path, html.encode("utf-8"))


def run(project: Project, settings: MapSettings) -> Summary:
    """Draw every page into ``maps/`` and note what was written.

    Parameters
    ----------
    project : Project
    settings : MapSettings

    Returns
    -------
    Summary
        Pages, marks and bytes.
    """
    from metanarrative.map.views import card
    from metanarrative.map.views.flow import add_up

    places = lay_out(project)
    data = {**gather(project, settings, places), "index": module_of("index").collect(project, settings)}
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    try:
        for stream in data["flow"]["streams"]:
            add_up(stream)
    except CheckError as error:
        # a wrong flow is never drawn, but it must not take the other pages with it
        data["flow"]["streams"] = []
        problems.append(Problem(code="flow-does-not-add-up", message=error.message, mend=error.mend, severity="error"))
    pages = draw_pages(data)
    drawn = {name: (view_title(name, settings.page_lang), marks(name, data[name])) for name in VIEWS}
    cards, lost = card.collect_all(project, settings, data["evidence"]["links"])
    problems += lost
    for name, each in cards.items():
        pages[name] = card.build({**each, "meta": {**each["meta"], "views": LINKED}})
        drawn[name] = (f"T{each['cluster']['number']}", len(each["members"]))
    for name, (title, n_marks) in drawn.items():
        html = pages[name]
        file = f"maps/{name}.html"
        for wrong in check_page(html):
            problems.append(
                Problem(
                    code="page-check",
                    message=f"{file}: {wrong}",
                    severity="error",
                    file=file,
                    mend="tell the authors; do not pass this page on",
                )
            )
        body = html.encode("utf-8")
        rows.append(
            {
                "name": name,
                "file": file,
                "title": title,
                "engine": engine_of(html),
                "n_marks": n_marks,
                "bytes": len(body),
                "sha256": hashlib.sha256(body).hexdigest(),
            }
        )
    size = sum(int(row["bytes"]) for row in rows)
    with project.writing("map") as out:
        for name in project.track(tuple(drawn), "pages", total=len(drawn)):
            write_page(project.root / f"maps/{name}.html", pages[name])
        for path in sorted((project.root / "maps").glob("card-T*.html")):
            if is_card(path.stem) and path.stem not in drawn:
                path.unlink()  # of a cluster that is no more
        out.write("place", place_rows(places))
        out.write("view", rows)
        out.problems(problems)
        out.summary = Summary(
            "map",
            {"pages": len(rows), "works": len(places["work"]), "bytes": size},
            f"{len(VIEWS)} pages and {len(cards)} cards, {size / 1e6:.1f} MB; open maps/index.html",
        )
    return out.summary


def render_report_section_svgs(project: Project) -> dict[str, str]:
    """Return still pictures for the report, by view, from the stored places.

    Returns
    -------
    dict
        ``tradition, storyline, concepts, themes, compare, force, evidence, flow`` where there is something to show; SVG
        text without script, escaped, ready to stand inside a page.
    """
    settings = project.settings("map")
    data = gather_stored(project, settings)
    full = {
        "tradition": "works", "storyline": "works", "concepts": "concepts", "themes": "themes", "compare": "contrasts",
        "force": "provisions", "evidence": "links", "flow": "streams",
    }  # fmt: skip
    return {name: module_of(name).static(data[name]) for name, key in full.items() if data[name][key]}
