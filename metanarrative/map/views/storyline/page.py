"""The page around the picture: how to read it, its tables and its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import esc
from metanarrative.map.views.common import (
    byline,
    counted,
    grouped,
    loads,
)
from metanarrative.map.views.storyline.picture import FOLD, draw, draw_narrow, scene

ROLE_WORDS = {
    "landmark": "landmark candidate",
    "earliest": "among the earliest works",
    "main-path": "on the main path",
    "bridge": "bridge to another grouping",
    "recent": "among the latest works",
}


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta``, ``clusters``, ``works`` (with ``lane``, ``roles``, ``main``), ``links``
        (``cited``, ``citing``, ``main``), ``none`` (cluster to the reason why no landmark).
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    works, lanes, groups, links = scene(data)
    sources: dict[int, list[int]] = {}
    heirs: dict[int, list[int]] = {}
    for a, b, _ in links:
        heirs.setdefault(a, []).append(b)
        sources.setdefault(b, []).append(a)
    items = []
    for i, work in enumerate(works):
        roles = work.get("roles") or []
        role_words = sorted(
            {ROLE_WORDS.get(role["role"], role["role"]) for role in roles}
            | ({"on the main path"} if work.get("main") else set())
        )
        evidence = [str(role["evidence"]) for role in roles if role.get("evidence")]
        facts = [["Role", ", ".join(role_words)]] if role_words else []
        facts.append(["Cited in this corpus", f"{int(work.get('cited') or 0):,}"])
        items.append(
            {
                "id": work["id"],
                "t": work["title"] or "(no title)",
                "by": byline(work.get("authors") or []) or None,
                "y": work["year"],
                "v": work.get("venue") or None,
                "doi": work.get("doi") or None,
                "g": lanes[i],
                "k": "Work",
                "f": facts,
                "w": " ".join(evidence) or None,
                "r": ", ".join(role_words) or None,
                "q": [[work["quote"]]] if work.get("quote") else None,
                "c": int(work.get("cited") or 0),
                "n": [
                    ["Draws on (in this picture)", sources.get(i, [])],
                    ["Taken up by (in this picture)", heirs.get(i, [])],
                ],
            }
        )
    # the corpus's literature, and the policy documents that a role brings in
    in_all = int(data.get("n_works") or 0) + sum(1 for work in data["works"] if work.get("kind") == "policy")
    in_all = max(in_all, len(works))
    landmarks = sum(1 for work in works if any(role["role"] == "landmark" for role in work.get("roles") or []))
    n_main = sum(1 for *_, main in links if main)
    picture = draw(data, 900)
    line = _landmark_line(data, landmarks)
    below = f'<p class="notice">{esc(line)}</p>' + _accounts(data)
    if picture:
        picture = (
            f'<div class="scroll wideonly" tabindex="0" role="region" aria-label="{esc(words["scroll"])}">'
            f"{picture}</div>" + draw_narrow(data)
        )
        lead = (
            (counted(len(works), "work") if in_all == len(works) else f"{len(works):,} of {counted(in_all, 'work')}")
            + f" and the citations known between them, {works[0]['year']} to {works[-1]['year']}: years run downwards, "
            f"each lane is a grouping, links lead from a work to those that cite it. "
            + (
                f"Thick: the links that most chains of these citations run through ({counted(n_main, 'link')})."
                if n_main
                else "No main path: too few citations between these works."
            )
            + (
                f" {int(data['with_references']):,} of {int(data['n_works']):,} works have parsed references: "
                "of the others it cannot be seen what they draw on."
                if data.get("n_works")
                else ""
            )
        )
    else:
        picture = (
            f'<p class="nodata">{esc(words["no_data"])} No work with a year is in a grouping. '
            "metanarrative run storyline</p>"
        )
        lead = "Years run downwards, each lane is a grouping, links lead from a work to those that cite it."
    controls = (
        f'<p class="block"><label><input type="checkbox" id="mainonly"> {esc(words["main_only"])}</label></p>'
        if n_main
        else ""
    )
    total = len(data["works"])
    limits = [
        (
            "Only citations between works of this corpus are drawn, as far as their reference lists were "
            "given; a missing list looks like no debt to anyone."
        )
    ]
    if total > len(works):
        limits.append(
            f"{len(works)} of {total:,} works are drawn: those with a role or on the main path, "
            "then the most cited among those that a citation links."
        )
    if data.get("without_year"):
        limits.append(f"{counted(int(data['without_year']), 'work')} without a year cannot be drawn.")
    return Page(
        name="storyline",
        broad=True,
        lead=lead,
        picture=picture,
        more={"links": [[a, b, int(main)] for a, b, main in links], "phases": list(data.get("phases") or [])},
        meta=meta,
        controls=controls,
        below=below,
        data={
            "items": columnar(items),
            "groups": groups,
            "groupTitle": "Lanes",
            "groupFact": "Lane",
            "citable": 1,
            "inAll": in_all if in_all > len(works) else 0,
            "legendNotes": [
                "thick: main path; dashed: from one lane to another; ring: landmark candidate",
                words["size_is"],
            ],
            "columns": [
                {"k": "t", "t": "Title"},
                {"k": "by", "t": "Authors"},
                {"k": "y", "t": "Year", "num": 1},
                {"k": "g", "t": "Lane"},
                {"k": "r", "t": "Role"},
                {"k": "c", "t": "Cited here", "num": 1},
            ],
        },
        method="Main path by search-path counts (the share of all ways from the oldest to the newest works "
        "that pass a link). "
        "Landmarks are candidates under a stated rule, which may find none. Each band is one year; "
        f"years without works are narrow, and {FOLD} or more in a row are one broken band.",
        limits=limits,
        carries="titles, authors, DOIs and the "
        + ("abstracts" if meta.get("abstracts") else "first sentence of each abstract"),
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def _landmark_line(data: Mapping[str, Any], landmarks: int) -> str:
    if landmarks:
        return (
            f"{counted(landmarks, 'landmark candidate')}, ringed in the picture, each with its evidence. "
            "A person decides whether it is one."
        )
    reasons = sorted({str(reason) for reason in (data.get("none") or {}).values() if reason})
    line = (
        "No landmark meets the rule. That is a finding, not a fault: nothing here is cited often and "
        "steadily enough to call it one."
    )
    return f"{line} ({reasons[0]})" if len(reasons) == 1 else line


def _terms(terms: object) -> str:
    """Return the first five terms of a phase, escaped, after a semicolon; "" where there are none."""
    found = loads(terms, []) if isinstance(terms, str) else list(terms) if isinstance(terms, list | tuple) else []
    return f"; {esc(', '.join(str(term) for term in found[:5]))}" if found else ""


def _accounts(data: Mapping[str, Any]) -> str:
    """Return the phases of each grouping as plain lists."""
    phases = data.get("phases") or []
    if not phases:
        return ""
    groups, where = grouped(data["clusters"])
    out = []
    by_cluster: dict[str, list[Mapping[str, Any]]] = {}
    for row in phases:
        by_cluster.setdefault(str(row["cluster_id"]), []).append(row)
    order = sorted(by_cluster, key=lambda key: (where.get(key, 99), key))
    for key in order:
        group = groups[where.get(key, where[""])]
        if group.get("other"):
            continue
        lines = "".join(
            f"<li>{esc(row['first_year'])}–{esc(row['last_year'])}: {counted(int(row['n_works']), 'work')}"
            + _terms(row.get("terms"))
            + (f" <span class='soft'>({esc(row['note'])})</span>" if row.get("note") else "")
            + "</li>"
            for row in sorted(by_cluster[key], key=lambda row: int(row["first_year"]))
        )
        out.append(f"<div><h3>{esc(group['full'])}</h3><ul class='plainlist small'>{lines}</ul></div>")
    return (
        (
            '<h2>Phases</h2><p class="small soft">By the machine: where the vocabulary of a grouping '
            f'changes.</p><div class="cols2">{"".join(out)}</div>'
        )
        if out
        else ""
    )
