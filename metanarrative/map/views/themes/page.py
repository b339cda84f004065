"""The page around the picture: how to read it, its table and its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import esc
from metanarrative.map.views.common import counted
from metanarrative.map.views.themes.picture import corner, draw, medians, ranked


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta``, ``themes`` (rows of the table, with ``centrality_range`` and ``density_range``
        where there are any), ``members`` (theme to concepts with documents), ``periods``,
        ``quotes`` (theme to ``[text, place, language]``), ``n_works``, ``resamples``.
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    rows = ranked(data)
    middle = medians(rows)
    position = {str(row["cluster_id"]): i for i, row in enumerate(data["themes"])}
    periods = list(data.get("periods") or [])
    items = []
    for row in rows:
        name, gloss = corner(row, middle)
        facts = []
        for key, title in (("centrality", "Centrality"), ("density", "Density")):
            value = f"{float(row[key]):.1f}"
            if row.get(f"{key}_range"):
                low, high = row[f"{key}_range"]
                value += f" (resamples {float(low):.1f} to {float(high):.1f})"
            facts.append([title, value])
        facts.append(["Documents", f"{int(row['n_documents']):,}"])
        for period in periods:
            central, dense = period["figures"][position[str(row["cluster_id"])]]
            facts.append([period["label"], f"centrality {central:.1f}, density {dense:.1f}"])
        members = data.get("members", {}).get(str(row["cluster_id"]), [])
        if members:
            facts.append(["Concepts (documents)", ", ".join(f"{label} ({n})" for label, n in members[:12])])
        items.append(
            {
                "id": row["cluster_id"],
                "t": row["label"],
                "k": "Theme of concepts",
                "w": f"{name[:1].upper()}{name[1:]}: {gloss}. {_sure(row, middle)}",
                "f": facts,
                "q": data.get("quotes", {}).get(str(row["cluster_id"])) or None,
                "co": name,
                "ce": round(float(row["centrality"]), 2),
                "de": round(float(row["density"]), 2),
                "cr": _range_words(row, "centrality"),
                "dr": _range_words(row, "density"),
                "d": int(row["n_documents"]),
                "nc": int(row["n_concepts"]),
            }
        )
    if rows:
        picture = _pictures(words, rows, periods, data["themes"])
        lead = (
            f"{counted(len(rows), 'theme')} of concepts from {counted(int(data.get('n_works') or 0), 'document')}. "
            "To the right: tied to other themes. Upwards: held together inside. The dashed lines are the medians of "
            "these themes, so the corners compare them with each other, not with the world."
        )
    else:
        picture = (
            f'<p class="nodata">{esc(words["no_data"])} No theme of concepts stands. metanarrative run concepts</p>'
        )
        lead = "How central and how dense the themes of concepts are."
    controls = ""
    if rows and periods:
        options = "".join(f'<option value="{n}">{esc(p["label"])}</option>' for n, p in enumerate(periods, 1))
        controls = (
            f'<div class="block"><label for="period">{esc(words["period"])}</label><select id="period">'
            f'<option value="0">{esc(words["all_years"])}</option>{options}</select></div>'
        )
    return Page(
        name="themes",
        lead=lead,
        picture=picture,
        more={"themes": [dict(row) for row in rows], "periods": periods},
        meta=meta,
        broad=True,
        controls=controls,
        data={
            "items": columnar(items),
            "legendNotes": [
                "size: documents with a concept of the theme",
                "whiskers: spread of nine in ten resamples of the documents",
                "colours as on the concept map",
            ],
            "columns": [
                {"k": "t", "t": "Theme"},
                {"k": "co", "t": "Corner"},
                {"k": "ce", "t": "Centrality", "num": 1, "digits": 2},
                {"k": "cr", "t": "Range"},
                {"k": "de", "t": "Density", "num": 1, "digits": 2},
                {"k": "dr", "t": "Range"},
                {"k": "d", "t": "Documents", "num": 1},
                {"k": "nc", "t": "Concepts", "num": 1},
            ],
        },
        method="Callon’s measures on equivalence indices (joint documents squared over the product of both): "
        "centrality is ten times their sum to other themes, density a hundred times their sum inside over the "
        f"number of concepts. Whiskers: {int(data.get('resamples') or 0)} resamples of the documents with the "
        "themes held fixed, fifth to ninety-fifth percentile, centred on the figure.",
        limits=[
            "Whiskers tell how much hangs on single documents, not whether the themes themselves would be found again.",
            "The names of the corners are a convention: “emerging or fading” cannot be told apart by one picture.",
        ],
        carries="short extracts of passages",
    )


def _range_words(row: Mapping[str, Any], key: str) -> str | None:
    found = row.get(f"{key}_range")
    return f"{float(found[0]):.1f} to {float(found[1]):.1f}" if found else None


def _sure(row: Mapping[str, Any], middle: tuple[float, float]) -> str:
    """Return whether the ranges stay on one side of both medians."""
    if not row.get("centrality_range") or not row.get("density_range"):
        return "No range could be computed."
    crossing = [
        key
        for key, value in (("centrality", middle[0]), ("density", middle[1]))
        if float(row[f"{key}_range"][0]) < value < float(row[f"{key}_range"][1])
    ]
    if not crossing:
        return "Resamples keep it in this corner."
    return f"Resamples cross the median of {' and of '.join(crossing)}: not enough evidence for one corner."


def _pictures(
    words: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    periods: Sequence[Mapping[str, Any]],
    order: Sequence[Mapping[str, Any]],
) -> str:
    """Return the picture of all years and, hidden, one of each period; wide and narrow."""
    position = {str(row["cluster_id"]): i for i, row in enumerate(order)}
    sets: list[list[Mapping[str, Any]]] = [list(rows)]
    for period in periods:
        changed: list[Mapping[str, Any]] = []
        for row in rows:
            at = position[str(row["cluster_id"])]
            central, dense = period["figures"][at]
            plain = {k: v for k, v in row.items() if not k.endswith("_range")}
            changed.append({**plain, "centrality": central, "density": dense, "n_documents": period["documents"][at]})
        sets.append(changed)
    out = []
    for n, found in enumerate(sets):
        hidden = " hidden" if n else ""
        wide = draw(found, class_="pic wideonly")
        narrow = draw(found, 340, 430, narrow=True, class_="pic narrowonly")
        out.append(
            f'<div data-period="{n}"{hidden}><div class="scroll wideonly" tabindex="0" role="region" '
            f'aria-label="{esc(words["scroll"])}">{wide}</div>{narrow}</div>'
        )
    return "".join(out)


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))
