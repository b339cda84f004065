"""Policy and its sources: which policy documents cite which research, and the other way round.

Takes matched references and the lineage of policy documents; gives a picture of two columns
(policy by nation, works by cluster), a link a citation with its words and its place.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import ENGLAND, OTHER, PAPER, SOFT, WALES, el, esc, fit, mark, svg, text, wrap
from metanarrative.map.views.common import (
    byline,
    cluster_words,
    counted,
    grouped,
    loads,
    meta_of,
    nation_name,
    place_words,
    short,
)
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

MOST_WORKS = 40
"""Cited works drawn one by one; more are drawn as their clusters, with counts."""

NATION_ORDER = ("england", "wales", "uk", "scotland", "northern-ireland", "other", "")
EXACT = ("doi", "pmid", "key", "manifest", "id")
"""Ways of matching that leave no doubt; the others rest on title, author and year."""


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Read policy documents, clusters and every citation between policy and literature."""
    store = project.store
    included = project.included()
    works = {row["work_id"]: row for row in store.read("work") if row["work_id"] in included}
    members = {row["work_id"]: row["cluster_id"] for row in store.read("membership", columns=("work_id", "cluster_id"))}
    kind = {work: row["kind"] for work, row in works.items()}
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def link(citing: str, cited: str, how: str, words: str, passage: str = "") -> None:
        if {kind.get(citing), kind.get(cited)} != {"policy", "literature"}:
            return
        row = found.setdefault((citing, cited), {"citing": citing, "cited": cited, "how": how, "quotes": []})
        if how in EXACT:
            row["how"] = how
        if words and [words, passage] not in row["quotes"]:
            row["quotes"].append([words, passage])

    for row in store.read("reference"):
        if row["cited_work_id"]:
            link(row["work_id"], row["cited_work_id"], row["match"], row["raw"])
    for row in store.read("citation"):
        link(row["citing_id"], row["cited_id"], row["match"], "")
    for row in store.read("lineage", where={"relation": "cites-research"}):
        link(row["work_id"], row["other_id"], row["how"], row["evidence"], row["passage_id"])
    readable = {own for own, row in works.items() if row["n_references"]}
    for row in store.read("evidence"):
        readable.add(row["work_id"])  # a reference in the running text was read, whatever it came to
        if row["verdict"] in ("matched", "possible", "accepted"):
            how = row["how"]
            if row["verdict"] == "possible":
                how += ", to be checked"
            elif row["verdict"] == "accepted":
                how += f", accepted by {row['decided_by']}"
            link(row["work_id"], row["cited_work_id"], how, row["quote"], row["passage_id"])
    needed = sorted({q[1] for row in found.values() for q in row["quotes"] if q[1]})
    passages = {p["passage_id"]: p for p in store.read("passage", where={"passage_id": needed})} if needed else {}
    readable |= {citing for citing, _ in found}
    links = []
    for key in sorted(found):
        row = found[key]
        title = cut(str(works[row["citing"]]["title"]), 80)
        year = works[row["citing"]]["year"]
        name = f"{title} ({year})" if year else title
        row["quotes"] = [
            [cut(words, 300), place_words(passages.get(passage, {}), name), passages.get(passage, {}).get("language")]
            for words, passage in row["quotes"][:5]
        ]
        links.append(row)
    ends = {end for row in links for end in (row["citing"], row["cited"])}
    return {
        "meta": meta_of(project, settings),
        "clusters": store.read("cluster"),
        "policies": [
            {
                "id": work,
                "title": row["title"],
                "year": row["year"],
                "nation": row["nation"],
                "issuer": row["issuer"],
                "n_references": row["n_references"],
                "readable": work in readable,
            }
            for work, row in sorted(works.items())
            if row["kind"] == "policy"
        ],
        "works": [
            {
                "id": work,
                "title": row["title"],
                "authors": loads(row["authors"], []),
                "year": row["year"],
                "venue": row["venue"],
                "doi": row["doi"],
                "cluster": members.get(work, ""),
            }
            for work, row in sorted(works.items())
            if row["kind"] == "literature" and work in ends
        ],
        "links": links,
    }


def interval(n: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share.

    References
    ----------
    Wilson EB (1927). doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> tuple(round(v, 3) for v in interval(0, 10)), interval(0, 0)
    ((0.0, 0.278), (0.0, 1.0))
    """
    if not of:
        return (0.0, 1.0)
    z = 1.959964
    share, extra = n / of, z * z / of
    centre = (share + extra / 2) / (1 + extra)
    half = z * math.sqrt(share * (1 - share) / of + extra / (4 * of)) / (1 + extra)
    return (max(0.0, centre - half), min(1.0, centre + half))


def can_be_read(row: Mapping[str, Any], citing: Collection[str]) -> bool:
    """Tell whether references of a policy document could be read: only then can it be said to cite or not."""
    return bool(row.get("readable") or row.get("n_references") or row["id"] in citing)


def cites_words(n: int, of: int, documents: int) -> str:
    """Return how many documents cite research, of those whose references could be read.

    Examples
    --------
    >>> cites_words(0, 0, 23)
    'cannot be told: no references could be read in 23 documents'
    >>> cites_words(5, 8, 9)
    '5 of 8 documents whose references could be read (62%; 95 % interval 31% to 86%); 1 not readable'
    """
    if not of:
        return f"cannot be told: no references could be read in {counted(documents, 'document')}"
    low, high = interval(n, of)
    more = f"; {documents - of:,} not readable" if documents > of else ""
    return (
        f"{n:,} of {counted(of, 'document')} whose references could be read "
        f"({n / of:.0%}; 95 % interval {low:.0%} to {high:.0%}){more}"
    )


def arrange(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return both columns and the links between their rows.

    Returns
    -------
    dict
        ``left``: policy documents with a link, by nation; ``right``: works, or clusters where
        there are more than :data:`MOST_WORKS`; ``links``: ``[left, right, count, exact, outward,
        rows]`` with ``outward`` true where the policy document cites.
    """
    policies = {row["id"]: row for row in data["policies"]}
    works = {row["id"]: row for row in data["works"]}
    links = [row for row in data["links"] if {row["citing"], row["cited"]} <= {*policies, *works}]
    one_by_one = len({end for row in links for end in (row["citing"], row["cited"]) if end in works}) <= MOST_WORKS
    bundles: dict[tuple[str, str, bool], list[Mapping[str, Any]]] = {}
    for row in links:
        outward = row["citing"] in policies
        policy, work = (row["citing"], row["cited"]) if outward else (row["cited"], row["citing"])
        target = work if one_by_one else str(works[work]["cluster"])
        bundles.setdefault((policy, target, outward), []).append(row)
    rank = {nation: i for i, nation in enumerate(NATION_ORDER)}
    numbers = {str(row["cluster_id"]): int(row["number"]) for row in data["clusters"]}

    def home(target: str) -> int:
        return numbers.get(str(works[target]["cluster"]) if one_by_one else target, 10**6)

    left = sorted(
        {key[0] for key in bundles}, key=lambda p: (rank.get(policies[p]["nation"], 9), policies[p]["year"] or 0, p)
    )
    right = sorted({key[1] for key in bundles}, key=lambda t: (home(t), t))
    for _ in range(4):  # barycentres, inside nations and clusters: fewer crossings
        at = {p: i for i, p in enumerate(left)}
        right.sort(key=lambda t: (home(t), _mean([at[k[0]] for k in bundles if k[1] == t]), t))
        at = {t: i for i, t in enumerate(right)}
        left.sort(
            key=lambda p: (rank.get(policies[p]["nation"], 9), _mean([at[k[1]] for k in bundles if k[0] == p]), p)
        )
    place_left, place_right = {p: i for i, p in enumerate(left)}, {t: i for i, t in enumerate(right)}
    return {
        "left": left,
        "right": right,
        "one_by_one": one_by_one,
        "links": [
            [place_left[p], place_right[t], len(rows), any(r["how"] in EXACT for r in rows), outward, rows]
            for (p, t, outward), rows in sorted(bundles.items())
        ],
    }


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else 0.0


def _colour(nation: str) -> str:
    return {"england": ENGLAND, "wales": WALES}.get(nation, OTHER)


def draw(
    data: Mapping[str, Any],
    plan: Mapping[str, Any],
    width: float = 900,
    *,
    interactive: bool = True,
    narrow: bool = False,
    class_: str = "pic",
) -> str:
    """Return the two columns with their links."""
    policies = {row["id"]: row for row in data["policies"]}
    works = {row["id"]: row for row in data["works"]}
    groups, where = grouped(data["clusters"])
    names = {str(row["cluster_id"]): cluster_words(row) for row in data["clusters"]}
    size = 11.0 if narrow else 12.5
    step, head = (34.0 if narrow else 30.0), 26.0
    room = width * (0.36 if narrow else 0.35)
    x_left, x_right = room + 8, width - room - 8
    spots: list[dict[str, float]] = [{}, {}]
    body: list[str] = []
    bottoms = [0.0, 0.0]
    for side, ids in enumerate((plan["left"], plan["right"])):
        y, last = 12.0, None
        for item in ids:
            if side == 0:
                group = nation_name(policies[item]["nation"]) if policies[item]["nation"] else "nation unknown"
            else:
                cluster = str(works[item]["cluster"]) if plan["one_by_one"] else ""
                group = names[cluster]["full"] if cluster in names else "in no cluster"
                group = group if plan["one_by_one"] else "Clusters of works"
            if group != last:
                y += head if last is not None else 14.0
                own = names.get(cluster) if side and plan["one_by_one"] else None
                x = 4 if side == 0 else x_right - 6
                for line in wrap(own["label"] if own else group, room, 1.12 * size, lines=2 if narrow else 1):
                    body.append(text(x, y, line, size=size + 0.5, weight=650))
                    y += 15.0
                y -= 15.0
                if own:
                    y += 15.0
                    body.append(text(x, y, fit(own["note"], room, size - 1), size=size - 1, class_="soft", fill=SOFT))
                y += 22.0
                last = group
            spots[side][item] = y
            y += step
        bottoms[side] = y
    height = max(bottoms) + 4
    n_left, n_right = len(plan["left"]), len(plan["right"])
    most = max((row[2] for row in plan["links"]), default=1)
    for number, (a, b, count, exact, outward, _) in enumerate(plan["links"]):
        ya, yb = spots[0][plan["left"][a]] - 4, spots[1][plan["right"][b]] - 4
        bend = (x_right - x_left) * 0.45
        start, end = (x_left + 9, x_right - 9)
        path = f"M{start:.1f} {ya:.1f}C{start + bend:.1f} {ya:.1f} {end - bend:.1f} {yb:.1f} {end:.1f} {yb:.1f}"
        colour = _colour(policies[plan["left"][a]]["nation"]) if outward else "#565d68"
        tip_x, tip_y, way = (end, yb, -1) if outward else (start, ya, 1)
        tip = f"M{tip_x + 7 * way:.1f} {tip_y - 4:.1f}L{tip_x:.1f} {tip_y:.1f}L{tip_x + 7 * way:.1f} {tip_y + 4:.1f}"
        thick = 1.4 + 4.5 * (count / most if most > 1 else 0.15)
        inside = [
            el("path", d=path, fill="none", stroke=colour, stroke_width=thick, stroke_opacity=0.8,
               stroke_dasharray=None if exact else "7 5", class_="" if outward else "link"),
            el("path", d=tip, fill="none", stroke=colour, stroke_width=1.6, class_="" if outward else "link"),
            el("path", d=path, fill="none", class_="ring", stroke="none", stroke_width=14.0, pointer_events="stroke"),
        ]  # fmt: skip
        body.append(
            el("g", *inside, data_i=n_left + n_right + number if interactive else None,
               data_a=a if interactive else None, data_b=n_left + b if interactive else None,
               role="button" if interactive else None, tabindex="-1" if interactive else None,
               aria_label=_link_title(data, plan, number) if interactive else None)
        )  # fmt: skip
    for side, ids in enumerate((plan["left"], plan["right"])):
        for at, item in enumerate(ids):
            y = spots[side][item]
            x = x_left if side == 0 else x_right
            if side == 0:
                row = policies[item]
                label = f"{row['title']}" + (f" ({row['year']})" if row["year"] else "")
                colour, shape = _colour(row["nation"]), "disc"
            elif plan["one_by_one"]:
                row = works[item]
                label = short(row["authors"], row["year"], row["title"])
                group_ = groups[where.get(str(row["cluster"]), where[""])]
                colour, shape = str(group_["colour"]), str(group_["shape"])
            else:
                label = names[item]["full"] if item in names else "in no cluster"
                group_ = groups[where.get(item, where[""])]
                colour, shape = str(group_["colour"]), str(group_["shape"])
            body.append(
                el("g",
                   text(x - 12 if side == 0 else x + 12, y, fit(label, room - 16, size), size=size,
                        anchor="end" if side == 0 else "start"),
                   mark(shape, x, y - 4, 5.5, fill=colour),
                   el("circle", cx=x, cy=y - 4, r=10.0, class_="ring", fill="none"),
                   data_i=(at if side == 0 else n_left + at) if interactive else None,
                   role="button" if interactive else None, tabindex="-1" if interactive else None,
                   aria_label=label if interactive else None)
            )  # fmt: skip
    return svg(
        width, height, f"{counted(len(plan['links']), 'link')} between policy and research",
        [el("rect", width=width, height=height, fill=PAPER, class_="paper"), *body],
        class_=class_, role="group" if interactive else "img",
    )  # fmt: skip


def _link_title(data: Mapping[str, Any], plan: Mapping[str, Any], number: int) -> str:
    policies = {row["id"]: row for row in data["policies"]}
    works = {row["id"]: row for row in data["works"]}
    a, b, count, _, outward, _ = plan["links"][number]
    policy = cut(str(policies[plan["left"][a]]["title"]), 60)
    target = plan["right"][b]
    if plan["one_by_one"]:
        row = works[target]
        other = short(row["authors"], row["year"], row["title"])
    else:
        other = next((cluster_words(c)["full"] for c in data["clusters"] if c["cluster_id"] == target), "no cluster")
    first, second = (policy, other) if outward else (other, policy)
    return f"{first} cites {second}" + (f" ({count} times)" if count > 1 else "")


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta``, ``clusters``, ``policies``, ``works`` (those with a link), ``links``
        (``citing, cited, how, quotes``).
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    plan = arrange(data)
    items = _items(data, plan)
    policies = list(data["policies"])
    citing = {row["citing"] for row in data["links"]}
    n_out = sum(1 for row in data["links"] if row["citing"] in {p["id"] for p in policies})
    n_back = len(data["links"]) - n_out
    if plan["links"]:
        wide = draw(data, plan, class_="pic wideonly")
        narrow = draw(data, plan, 340, narrow=True, class_="pic narrowonly")
        picture = (
            f'<div class="scroll wideonly" tabindex="0" role="region" aria-label="{esc(words["scroll"])}">'
            f"{wide}</div>{narrow}"
        )
    else:
        picture = (
            f'<p class="nodata">{esc(words["no_data"])} No reference of a policy document leads to a work here, and '
            "none of a work to a policy document.</p>"
        )
    n_citing = sum(1 for p in policies if p["id"] in citing)
    with_lists = sum(1 for p in policies if can_be_read(p, citing))
    if n_out:
        out = (
            f"{counted(n_citing, 'policy document')} of {with_lists:,} whose references could be read cite research of "
            f"this corpus, {counted(n_out, 'citation')} in all"
        )
    elif with_lists:
        out = f"None of {counted(with_lists, 'policy document')} whose references could be read cites research here"
    else:
        out = (
            f"Whether policy documents cite research cannot be told: of {len(policies):,} none carries references that "
            "could be read"
        )
    back = f"; {counted(n_back, 'citation')} lead the other way, from works to policy documents" if n_back else ""
    lead = f"{out}{back}."
    return Page(
        name="evidence",
        lead=lead,
        picture=picture,
        more={"links": [row[:5] for row in plan["links"]], "left": plan["left"], "right": plan["right"]},
        meta=meta,
        broad=True,
        below=_below(data) if policies else "",
        data={
            "items": columnar(items),
            "groups": [
                {"label": label, "plain": 1, "sign": sign, "colour": OTHER, "shape": "disc"}
                for label, sign in (
                    ("policy document", "●"),
                    ("work or cluster", "▲"),
                    ("policy cites research", "→"),
                    ("research cites policy", "←"),
                )
            ],
            "groupTitle": words["filter"],
            "legendNotes": [
                *(
                    ["solid: matched by DOI or another identifier; dashed: by title, author and year"]
                    if any(not exact for *_, exact, _, _ in plan["links"])
                    else []
                ),
                "arrow: from the citing to the cited side",
                *(
                    ["colour of a link: the nation that cites; grey: research cites policy"]
                    if any(outward for *_, outward, _ in plan["links"])
                    else []
                ),
            ],
            "columns": [
                {"k": "t", "t": "What"},
                {"k": "g", "t": "Kind"},
                {"k": "nt", "t": "Nation"},
                {"k": "y", "t": "Year", "num": 1},
                {"k": "ho", "t": "Matched by"},
                {"k": "c", "t": "Citations", "num": 1},
            ],
        },
        method="References of policy documents are read from their lists, notes and sentences and matched to the works "
        "of this corpus by DOI, else by title, author and year. Rows are ordered to cross as little as possible.",
        limits=[
            "A document that cites nothing here may cite research that was not searched for, or name it without a "
            "reference. Missing reference lists look like not citing.",
        ],
        carries="titles, and the sentences or references that cite",
    )


def _items(data: Mapping[str, Any], plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    policies = {row["id"]: row for row in data["policies"]}
    works = {row["id"]: row for row in data["works"]}
    names = {str(row["cluster_id"]): cluster_words(row)["full"] for row in data["clusters"]}
    n_left = len(plan["left"])
    near: dict[int, list[int]] = {}
    counts: dict[int, int] = {}
    for a, b, count, *_ in plan["links"]:
        for end, other in ((a, n_left + b), (n_left + b, a)):
            near.setdefault(end, []).append(other)
            counts[end] = counts.get(end, 0) + count
    items: list[dict[str, Any]] = []
    for i, policy in enumerate(plan["left"]):
        row = policies[policy]
        items.append(
            {
                "id": policy, "t": row["title"] or "(no title)", "y": row["year"], "v": row["issuer"] or None, "g": 0,
                "k": f"Policy document · {nation_name(row['nation'])}", "nt": nation_name(row["nation"]),
                "c": counts.get(i, 0), "n": [["Linked with", list(dict.fromkeys(near.get(i, [])))]],
                "q": _quotes_at(plan, i, 0),
            }
        )  # fmt: skip
    for i, target in enumerate(plan["right"], start=n_left):
        shared = {"g": 1, "c": counts.get(i, 0), "n": [["Linked with", list(dict.fromkeys(near.get(i, [])))]],
                  "q": _quotes_at(plan, i - n_left, 1)}  # fmt: skip
        if plan["one_by_one"]:
            row = works[target]
            items.append(
                {
                    "id": target, "t": row["title"] or "(no title)", "by": byline(row["authors"]) or None,
                    "y": row["year"], "v": row["venue"] or None, "doi": row["doi"] or None, "k": "Work",
                    "f": [["Group", names.get(str(row["cluster"]), "in no cluster")]], **shared,
                }
            )  # fmt: skip
        else:
            items.append({"id": target or "none", "t": names.get(target, "in no cluster"), "k": "Cluster", **shared})
    for number, (a, b, count, exact, outward, rows) in enumerate(plan["links"]):
        nation = policies[plan["left"][a]]["nation"]
        ways = sorted({str(row["how"]) or "unknown" for row in rows})
        items.append(
            {
                "id": f"{plan['left'][a]}|{plan['right'][b] or 'none'}|{'out' if outward else 'back'}",
                "t": _link_title(data, plan, number), "g": 2 if outward else 3,
                "k": "Citation · " + ("identifier" if exact else "title, author and year"),
                "nt": nation_name(nation), "ho": ", ".join(ways), "c": count,
                "f": [["Matched by", ", ".join(ways)], ["Citations", str(count)]],
                "q": [quote for row in rows for quote in row["quotes"]][:8] or None,
                "n": [["From and to", [a, n_left + b]]],
            }
        )  # fmt: skip
    return items


def _quotes_at(plan: Mapping[str, Any], at: int, side: int) -> list[Any] | None:
    found = [q for row in plan["links"] if row[side] == at for r in row[5] for q in r["quotes"]]
    return found[:8] or None


def _below(data: Mapping[str, Any]) -> str:
    """Return shares per nation with intervals, documents that cite nothing, clusters that nothing cites."""
    policies = list(data["policies"])
    ids = {row["id"] for row in policies}
    citing = {row["citing"] for row in data["links"] if row["citing"] in ids}
    homes = {row["id"]: str(row["cluster"]) for row in data["works"]}
    cited = {homes.get(row["cited"], "") for row in data["links"] if row["citing"] in ids}
    rank = {nation: i for i, nation in enumerate(NATION_ORDER)}
    nations = sorted({str(row["nation"]) for row in policies}, key=lambda n: rank.get(n, 9))
    rows = []
    for nation in nations:
        mine = [row for row in policies if row["nation"] == nation]
        n = sum(1 for row in mine if row["id"] in citing)
        of = sum(1 for row in mine if can_be_read(row, citing))
        name = nation_name(nation) if nation else "nation unknown"
        rows.append(f"<li>{esc(name)}: {esc(cites_words(n, of, len(mine)))}</li>")
    silent = sorted(
        (row for row in policies if row["id"] not in citing and can_be_read(row, citing)),
        key=lambda r: (rank.get(r["nation"], 9), r["year"] or 0, r["id"]),
    )
    listed = "".join(f"<li>{_named(row)}</li>" for row in silent[:60])
    if len(silent) > 60:
        listed += f"<li class='soft'>and {len(silent) - 60:,} more</li>"
    unread = [row for row in data["clusters"] if str(row["cluster_id"]) not in cited]
    clusters = "".join(
        f"<li>{esc(cluster_words(row)['full'])}</li>" for row in sorted(unread, key=lambda r: int(r["number"]))
    )
    out = f'<h2>Documents that cite research here</h2><ul class="plainlist">{"".join(rows)}</ul>'
    if silent:
        out += (
            f'<details class="more"><summary>{counted(len(silent), "policy document")} citing no research of this '
            f'corpus</summary><ul class="plainlist small">{listed}</ul></details>'
        )
    if unread:
        out += (
            f'<details class="more"><summary>{counted(len(unread), "cluster")} that no policy document here cites'
            f'</summary><ul class="plainlist small">{clusters}</ul></details>'
        )
    return out


def _named(row: Mapping[str, Any]) -> str:
    """Return a document's title with its nation and year, escaped."""
    where = nation_name(str(row["nation"])) if row["nation"] else "nation unknown"
    note = f"{where}, {row['year']}" if row["year"] else where
    return f"{esc(row['title'])} <span class='soft'>({esc(note)})</span>"


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def static(data: Mapping[str, Any], width: float = 760) -> str:
    """Return the links as a still picture; "" where there are none."""
    plan = arrange(data)
    return draw(data, plan, width, interactive=False) if plan["links"] else ""
