"""One view in the hand: narrowed to years or to the largest, its still picture, and PNG by a browser.

Takes a project whose map step has run; gives the parts of the same page that ``maps/`` holds, or
of a narrowed one.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative.errors import ModelMissingError, UsageError

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.map.page import Page
    from metanarrative.project import Project

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "microsoft-edge")
DATED = ("tradition", "storyline", "force", "aligned", "evidence")
"""Views whose marks have a year of their own; the others add up over all years."""

COUNTED = {
    "tradition": "works most cited here", "storyline": "works with a role, on the main path or most cited",
    "concepts": "concepts in most documents", "themes": "themes with most concepts",
    "compare": "contrasts furthest apart", "force": "themes with most provisions",
    "aligned": "closest pairs", "evidence": "works with most links",
}  # fmt: skip
"""Views that ``top`` can cut, and what it keeps of each."""

WORDS_ONLY = ("index", "aligned")
"""Views without a picture of their own."""


def years_of(text: str) -> tuple[int | None, int | None]:
    """Return a range of years from ``A-B``, ``A-``, ``-B`` or one year.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> years_of("2000-2010"), years_of("2005-"), years_of("1999")
    ((2000, 2010), (2005, None), (1999, 1999))
    """
    first, dash, last = text.strip().partition("-")
    first, last = first.strip(), last.strip()
    if not dash:
        last = first
    good = (first or last) and all(not part or (part.isdigit() and len(part) == 4) for part in (first, last))
    if not good or (first and last and int(first) > int(last)):
        raise UsageError(f"{text!r} is no range of years", mend="write 2000-2010, 2000- or -2010")
    return (int(first) if first else None, int(last) if last else None)


def narrowed(
    name: str, data: Mapping[str, Any], *, years: tuple[int | None, int | None] | None = None, top: int = 0
) -> tuple[dict[str, Any], list[str]]:
    """Return the data of a view with fewer marks, and in words what was left out; pure.

    Parameters
    ----------
    name : str
    data : mapping
        As the view's ``collect`` returned it.
    years : pair of int or None, optional
        First and last year shown; None leaves that end open. Marks without a year are left out.
    top : int
        Most marks shown; 0: all.

    Raises
    ------
    UsageError
        If this view has no years, or nothing to cut.
    """
    out, said = dict(data), []
    if years is not None:
        if name not in DATED:
            raise UsageError(f"{name} adds up over all years", mend=f"years can narrow {', '.join(DATED)}")
        first, last = years

        def inside(year: Any) -> bool:
            return year is not None and (first is None or year >= first) and (last is None or year <= last)

        if name in ("tradition", "storyline"):
            out = _works(name, out, [i for i, work in enumerate(out["works"]) if inside(work["year"])])
        elif name == "force":
            out["provisions"] = [row for row in out["provisions"] if inside(row.get("year"))]
        elif name == "aligned":
            out["pairs"] = [
                pair for pair in out["pairs"]
                if all(inside(pair[side].get("year")) for side in ("a", "b") if pair.get(side))
            ]  # fmt: skip
        else:
            policies = {row["id"] for row in out["policies"] if inside(row["year"])}
            works = {row["id"] for row in out["works"] if inside(row["year"])}
            out["policies"] = [row for row in out["policies"] if row["id"] in policies]
            out["works"] = [row for row in out["works"] if row["id"] in works]
            out["links"] = [row for row in out["links"] if {row["citing"], row["cited"]} <= policies | works]
        span = f"{first} to {last}" if first and last and first != last else str(first or last)
        span = f"from {first}" if last is None else f"up to {last}" if first is None else span
        said.append(f"Narrowed to the years {span}.")
    if top:
        if name not in COUNTED:
            raise UsageError(f"{name} is shown whole or not at all", mend=f"top can cut {', '.join(COUNTED)}")
        out, n = _cut(name, out, top)
        if n:
            said.append(f"Narrowed to the {top:,} {COUNTED[name]}; {n:,} more are in the project.")
    return out, said


def _works(name: str, data: dict[str, Any], keep: Sequence[int]) -> dict[str, Any]:
    """Keep the works at these numbers, with the links among them."""
    works = [data["works"][i] for i in keep]
    if name == "tradition":
        at = {old: new for new, old in enumerate(keep)}
        pairs = [(at[a], at[b], w) for a, b, w in data["pairs"] if a in at and b in at]
        return {**data, "works": works, "pairs": pairs}
    ids = {work["id"] for work in works}
    links = [row for row in data["links"] if row["cited"] in ids and row["citing"] in ids]
    return {**data, "works": works, "links": links}


def _cut(name: str, data: dict[str, Any], top: int) -> tuple[dict[str, Any], int]:
    """Keep the `top` largest marks of a view; returns how many were left out."""
    if name in ("tradition", "storyline"):
        works = data["works"]
        order = sorted(
            range(len(works)),
            key=lambda i: (
                not works[i].get("roles"), not works[i].get("main"), -int(works[i].get("cited") or 0), works[i]["id"],
            ),
        )  # fmt: skip
        return _works(name, data, sorted(order[:top])), max(0, len(works) - top)
    if name == "concepts":
        rows = sorted(data["concepts"], key=lambda r: (-int(r["n_documents"]), str(r["concept_id"])))
        return {**data, "concepts": rows[:top]}, max(0, len(rows) - top)
    if name == "themes":
        ids = {
            r["cluster_id"]
            for r in sorted(data["themes"], key=lambda r: (-int(r["n_concepts"]), r["cluster_id"]))[:top]
        }
        keep = [i for i, row in enumerate(data["themes"]) if row["cluster_id"] in ids]
        periods = [
            {**p, "figures": [p["figures"][i] for i in keep], "documents": [p["documents"][i] for i in keep]}
            for p in data.get("periods") or []
        ]
        return {**data, "themes": [data["themes"][i] for i in keep], "periods": periods}, len(data["themes"]) - len(
            keep
        )
    if name == "compare":
        rows = sorted(
            data["contrasts"], key=lambda r: (r["estimate"] is None, -abs(float(r["estimate"] or 0)), r["item"])
        )
        kept = {id(row) for row in rows[:top]}
        return {**data, "contrasts": [row for row in data["contrasts"] if id(row) in kept]}, max(0, len(rows) - top)
    if name == "force":
        sizes: dict[str, int] = {}
        for row in data["provisions"]:
            for theme in row["themes"]:
                sizes[theme] = sizes.get(theme, 0) + 1
        best = set(sorted(sizes, key=lambda t: (-sizes[t], t))[:top])
        kept_rows = [
            {**row, "themes": [t for t in row["themes"] if t in best]}
            for row in data["provisions"]
            if best & {*row["themes"]}
        ]
        themes = {key: value for key, value in data["themes"].items() if key in best}
        return {**data, "provisions": kept_rows, "themes": themes}, max(0, len(sizes) - top)
    if name == "aligned":
        pairs = sorted(data["pairs"], key=lambda p: (not p.get("b"), -float(p["similarity"] or 0), str(p["a"]["id"])))
        return {**data, "pairs": pairs[:top]}, max(0, len(pairs) - top)
    counts: dict[str, int] = {row["id"]: 0 for row in data["works"]}
    for row in data["links"]:
        for end in (row["citing"], row["cited"]):
            if end in counts:
                counts[end] += 1
    ids = set(sorted(counts, key=lambda w: (-counts[w], w))[:top])
    links = [row for row in data["links"] if ids & {row["citing"], row["cited"]}]
    return {**data, "works": [r for r in data["works"] if r["id"] in ids], "links": links}, max(0, len(counts) - top)


def page_and_still(
    project: Project,
    name: str,
    settings: MapSettings,
    *,
    years: tuple[int | None, int | None] | None = None,
    top: int = 0,
) -> tuple[Page, str]:
    """Return the parts of one page, from the stored places, and its still picture ("" where it has none)."""
    from metanarrative.map import LINKED, is_card, module_of, thumbnails

    if is_card(name):
        from metanarrative.map.views import card, evidence

        if years is not None or top:
            raise UsageError("a card is shown whole", mend="narrow the tradition map or the storyline")
        each = card.collect_all(project, settings, evidence.collect(project, settings)["links"])[0][name]
        return card.page_of({**each, "meta": {**each["meta"], "views": LINKED}}), ""
    module = module_of(name)
    if name in ("tradition", "concepts"):
        kind = "work" if name == "tradition" else "concept"
        places = {row["id"]: (row["x"], row["y"]) for row in project.store.read("place", where={"kind": kind})}
        data = module.collect(project, settings, places)
    else:
        data = module.collect(project, settings)
    data, said = narrowed(name, data, years=years, top=top)
    data["meta"] = {**data["meta"], "views": LINKED}
    if name == "index":
        from metanarrative.map import gather_stored

        data["thumbnails"] = thumbnails(gather_stored(project, settings))
    page: Page = module.page_of(data)
    if said:
        page = replace(page, lead=" ".join([page.lead, *said]))
    still = ""
    if name not in WORDS_ONLY and 'class="nodata"' not in page.picture:
        still = module.static(data)
    return page, still


def find_browser() -> str:
    """Return the browser of this machine that can draw a PNG; "" where there is none.

    ``METANARRATIVE_BROWSER`` names one outside the usual places.
    """
    named = os.environ.get("METANARRATIVE_BROWSER", "")
    for name in ([named] if named else []) + list(BROWSERS):
        found = shutil.which(name)
        if found:
            return found
    return ""


def png_of(picture: str, *, scale: float = 2.0, browser: str = "") -> bytes:
    """Return an SVG of ours as PNG.

    Raises
    ------
    ModelMissingError
        If no browser is found, or it does not draw.
    """
    program = browser or find_browser()
    if not program:
        raise ModelMissingError(
            "a PNG is drawn by a browser, and none is found",
            mend="install Chromium or Chrome, name one in METANARRATIVE_BROWSER, or take --format svg",
        )
    width, height = size_of(picture)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "picture.svg", Path(folder) / "picture.png"
        source.write_text(picture, encoding="utf-8")
        command = [
            program, "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", f"--force-device-scale-factor={scale:g}",
            f"--user-data-dir={folder}/profile", f"--window-size={width},{height}",
            f"--screenshot={target}", source.as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # a browser refuses its own sandbox to the root user
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=90)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ModelMissingError(
                f"the browser could not draw the picture: {error}", mend="take --format svg", where=program
            ) from error
        if not target.is_file():
            raise ModelMissingError("the browser drew no picture", mend="take --format svg", where=program)
        return target.read_bytes()


def size_of(picture: str) -> tuple[int, int]:
    """Return width and height that an SVG of ours asks for.

    Examples
    --------
    >>> size_of('<svg viewBox="0 0 760.4 500" width="760.4" height="500"></svg>')
    (761, 500)
    """
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture)
    if not found:
        return (900, 600)
    return (math.ceil(float(found[1])), math.ceil(float(found[2])))
