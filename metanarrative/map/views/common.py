"""What the views share: the words about a project, about works, about groupings, and quotes.

A grouping is called by a person's name only where a person gave one; otherwise the page says
``cluster 3 (proposal)`` and shows the machine's label as a label.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.map.strings import NATION_NAMES
from metanarrative.map.svg import OKABE_ITO, SHAPES, esc
from metanarrative.text.numbers import counted as counted
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project
    from metanarrative.store import Store

LARGEST = 8
"""Groups with a colour of their own; the rest share "other"."""

DIGEST_NOTICE = (
    "Made from digests written for this example in our own words, not from the documents themselves. "
    "Do not cite what you read here as what a policy or a paper says."
)
STAND_IN_NOTICE = (
    "No language model was at hand: nearness in text comes from shared words (TF-IDF and SVD), "
    "which is coarser and knows no synonyms."
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý0-9“\"'(])")


def loads(text: object, default: Any) -> Any:
    """Return the JSON in a cell, or `default` where the cell is empty or no JSON.

    Examples
    --------
    >>> loads('["a"]', []), loads("", []), loads("x", {})
    (['a'], [], {})
    """
    if not text:
        return default
    try:
        value = json.loads(str(text))
    except ValueError:
        return default
    return value if isinstance(value, type(default)) else default


def truthy(value: object) -> bool:
    """Return whether a mark like ``true``, ``yes`` or ``1`` is set.

    Examples
    --------
    >>> truthy("True"), truthy("no"), truthy("")
    (True, False, False)
    """
    return str(value).strip().casefold() in ("true", "yes", "1", "digest")


def theme_names(store: Store, language: str) -> dict[str, str]:
    """Return id and name of the themes of the codebook, in the page's language where it gives one."""
    rows = store.read("theme", columns=("theme_id", "name", "name_cy"))
    return {row["theme_id"]: (row["name_cy"] if language == "cy" else "") or row["name"] for row in rows}


def meta_of(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Return what every page says about the project: title, seed, versions, input hash, notices."""
    store = project.store
    digest = hashlib.sha256()
    sources = store.read("source", columns=("file", "sha256"))
    for row in sources:
        digest.update(f"{row['file']}\x1f{row['sha256']}\x1e".encode())
    kinds: set[str] = set()
    for row in store.read("record", columns=("kind", "facets", "extra")):
        if truthy(loads(row["facets"], {}).get("digest")) or truthy(loads(row["extra"], {}).get("digest")):
            kinds.add(str(row["kind"]))
    notices: list[str] = [DIGEST_NOTICE] if kinds else []
    if any(not row["semantic"] for row in store.read("array_file", columns=("semantic",))):
        notices.append(STAND_IN_NOTICE)
    runs = {row["stage"]: row for row in store.read("run", columns=("stage", "versions", "settings"))}
    used: dict[str, str] = {}
    for row in runs.values():
        used.update(loads(row["versions"], {}))
    version = used.get("metanarrative", "")
    title = project.title
    return {
        "title": title,
        "question": project.question,
        "seed": project.seed,
        "versions": used,
        "inputs": f"sha256 {digest.hexdigest()[:16]} over {len(sources)} files" if sources else "",
        "settings": {},
        "notices": notices,
        "digest": bool(kinds),
        "cite": f"{title}. Made with metanarrative{' ' + version if version else ''}; "
        "name the input hash and the seed above, and the works themselves for what they found.",
        "lang": settings.page_lang,
        "views": [],
        "abstracts": settings.abstracts,
        "max_links": settings.max_links,
        "stage_settings": {name: loads(row["settings"], {}) for name, row in runs.items()},
    }


def byline(authors: Sequence[str]) -> str:
    """Return authors as a line for people.

    Examples
    --------
    >>> byline(["Simpson, Alan", "Hannigan, Ben", "Coffey, Michael", "Jones, Aled"])
    'Simpson, Alan; Hannigan, Ben; Coffey, Michael and 1 more'
    >>> byline([])
    ''
    """
    names = [" ".join(str(name).split()) for name in authors if str(name).strip()]
    if len(names) > 3:
        return f"{'; '.join(names[:3])} and {len(names) - 3} more"
    return "; ".join(names)


def short(authors: Sequence[str], year: int | None, title: str) -> str:
    """Return a short name of a work: first author and year, else the head of its title.

    Examples
    --------
    >>> short(["Greenhalgh, Trisha", "Robert, G"], 2005, "Storylines")
    'Greenhalgh 2005'
    >>> short([], 2010, "Mental Health (Wales) Measure 2010")
    'Mental Health (Wales)… 2010'
    """
    names = [str(name).strip() for name in authors if str(name).strip()]
    if names:
        first = names[0].split(",")[0].strip()
        if len(first) > 24:
            first = first[:22].rstrip() + "…"
        return f"{first} {year}" if year else first
    words = " ".join(title.split())
    if len(words) > 24:
        words = words[:22].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
    return f"{words} {year}" if year and str(year) not in words else words


def first_sentence(text: str, most: int = 320) -> str:
    """Return the first sentence of `text`, cut at `most` characters.

    Examples
    --------
    >>> first_sentence("Plans are made. They are rarely read.")
    'Plans are made.'
    """
    words = " ".join(text.split())
    if not words:
        return ""
    sentence = _SENTENCE.split(words, maxsplit=1)[0]
    if len(sentence) < 40 < len(words):  # "Background." or "Aims:" alone says nothing
        sentence = " ".join(_SENTENCE.split(words, maxsplit=2)[:2])
    return cut(sentence, most)


def nation_name(nation: str) -> str:
    """Return a nation for people; literature has none."""
    return NATION_NAMES.get(nation, nation.replace("-", " ").title())


def place_words(passage: Mapping[str, Any], title: str) -> str:
    """Return where a passage stands: document, page, section, paragraph.

    Examples
    --------
    >>> place_words({"page": 4, "section": "Review > When", "paragraph": "12", "nation": "wales"}, "The Code")
    'The Code, p. 4, Review › When, para 12 · Wales'
    """
    parts = [title]
    if passage.get("page"):
        parts.append(f"p. {passage['page']}")
    headings = [part for part in str(passage.get("section") or "").split(" > ") if part]
    if headings and (
        title.casefold().startswith(headings[0].casefold())
        or headings[0].casefold().startswith(title.rstrip("…").casefold())
    ):
        headings = headings[1:]  # many documents open with a heading that is their title
    if headings:
        parts.append(" › ".join(headings))
    if passage.get("paragraph"):
        parts.append(f"para {passage['paragraph']}")
    nation = passage.get("nation")
    return ", ".join(parts) + (f" · {nation_name(str(nation))}" if nation else "")


def cluster_words(cluster: Mapping[str, Any]) -> dict[str, str]:
    """Return how a grouping is called: ``label`` for the picture, ``note``, and ``full``.

    Examples
    --------
    >>> row = {"number": 3, "tradition": "", "accepted": 0, "label": "recovery, hope"}
    >>> cluster_words(row)["full"], cluster_words({**row, "tradition": "Recovery", "accepted": 1})["full"]
    ('cluster 3 (proposal): recovery, hope', 'Recovery')
    """
    label = str(cluster.get("label") or "no label")
    number = cluster.get("number")
    if cluster.get("tradition"):
        return {
            "label": str(cluster["tradition"]),
            "note": f"named by a person; T{number}: {label}",
            "full": str(cluster["tradition"]),
        }
    if cluster.get("accepted"):
        return {"label": label, "note": f"T{number}, accepted by a person", "full": f"T{number}: {label}"}
    return {
        "label": label,
        "note": f"cluster {number} (proposal)",
        "full": f"cluster {number} (proposal): {label}",
    }


def paint(index: int) -> dict[str, str]:
    """Return colour and shape of the group at `index`, largest first."""
    return {"colour": OKABE_ITO[index % len(OKABE_ITO)], "shape": SHAPES[index % len(SHAPES)]}


def grouped(clusters: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return legend groups (seven or eight largest, other, unplaced) and cluster id to group.

    Parameters
    ----------
    clusters : sequence of mapping
        Rows of the table ``cluster``, by number.

    Returns
    -------
    groups : list of dict
        ``label, note, full, colour, shape`` and ``other`` for the catch-alls.
    where : dict
        Cluster id to index in `groups`; ``""`` (no cluster) is always there.
    """
    ranked = sorted(clusters, key=lambda row: (int(row.get("number") or 0), str(row["cluster_id"])))
    own = ranked if len(ranked) <= LARGEST - 1 else ranked[: LARGEST - 1]
    groups: list[dict[str, Any]] = []
    where: dict[str, int] = {}
    for index, row in enumerate(own):
        where[str(row["cluster_id"])] = index
        groups.append({**cluster_words(row), **paint(index)})
    rest = ranked[len(own) :]
    if len(rest) == 1:  # "other" of one would only hide its name
        where[str(rest[0]["cluster_id"])] = len(groups)
        groups.append({**cluster_words(rest[0]), "colour": OKABE_ITO[7], "shape": "diamond"})
    elif rest:
        for row in rest:
            where[str(row["cluster_id"])] = len(groups)
        groups.append(
            {
                "label": f"other ({len(rest)})",
                "note": "smaller clusters",
                "full": f"one of {len(rest)} smaller clusters",
                "colour": OKABE_ITO[7],
                "shape": "diamond",
                "other": 1,
            }
        )
    where[""] = len(groups)
    groups.append(
        {
            "label": "no cluster",
            "note": "listed, not forced into a group",
            "full": "in no cluster",
            "colour": OKABE_ITO[7],
            "shape": "disc",
            "other": 1,
            "hollow": 1,
        }
    )
    return groups, where


def listed(words: Iterable[str], most: int = 6) -> str:
    """Return words as a list with a comma, at most `most` of them."""
    items = [word for word in words if word]
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")


def zoom_buttons(words: Mapping[str, str]) -> str:
    """Return the buttons that zoom a map in, out, and to the whole."""
    return (
        f'<div class="zoom"><button type="button" id="zin" aria-label="{esc(words["zoom_in"])}">+</button>'
        f'<button type="button" id="zout" aria-label="{esc(words["zoom_out"])}">−</button></div>'
        f'<button type="button" id="zall">{esc(words["zoom_all"])}</button>'
    )
