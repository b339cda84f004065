"""A card a tradition: the machine's proposal beside what people wrote, every field with its evidence.

Takes one cluster with all that is known of it; gives a page of words. What nobody wrote stays
visibly empty, and so does what a machine should not propose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.map.cards import FIELDS, FILE, Card, match, read_cards
from metanarrative.map.page import Page, render
from metanarrative.map.svg import esc
from metanarrative.map.views.common import cluster_words, counted, loads, meta_of, nation_name, short
from metanarrative.model import Problem
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

MOST_MEMBERS = 60
SILENT = {
    "claim": "A machine does not say what a tradition claims.",
    "theoretical": "Theories are not told from words; read the works that stand for it.",
    "methodological": "Methods are not inferred from titles: labels of designs are muddled.",
    "instrumental": "Scales and tools are not told from abstracts.",
    "findings": "Findings are for people to read and write.",
    "blind_spots": "What is missing cannot be counted.",
    "memo": "Notes are people's.",
}
"""Fields for which the machine proposes nothing, and why."""


def collect_all(
    project: Project, settings: MapSettings, links: Sequence[Mapping[str, Any]] = ()
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Read the data of every card at once.

    Parameters
    ----------
    project : Project
    settings : MapSettings
    links : sequence of mapping
        Citations between policy and works: ``citing``, ``cited``.

    Returns
    -------
    data : dict
        ``card-T<number>`` to its data.
    problems : list of Problem
        Of the file that people write.
    """
    store = project.store
    clusters = sorted(store.read("cluster"), key=lambda row: (int(row["number"]), str(row["cluster_id"])))
    memberships = store.read("membership")
    members = {row["work_id"]: row["cluster_id"] for row in memberships}
    works = {row["work_id"]: row for row in store.read("work")}
    path = project.root / FILE
    cards: list[Card] = []
    problems: list[Problem] = []
    if path.is_file():
        cards, problems = read_cards(path.read_bytes().decode("utf-8-sig", errors="replace"))
    named = {i for card in cards for entries in card.fields.values() for entry in entries for i in entry.evidence}
    passages = {}
    wanted = sorted(i for i in named if i not in works)
    if wanted:
        passages = {row["passage_id"]: row for row in store.read("passage", where={"passage_id": wanted})}
    homes, lost = match(cards, clusters, members, frozenset(works) | frozenset(passages))
    problems += lost
    concepts = {row["concept_id"]: row["label"] for row in store.read("concept", columns=("concept_id", "label"))}
    by_cluster: dict[str, list[Mapping[str, Any]]] = {}
    for row in store.read("tradition_concept"):
        by_cluster.setdefault(row["tradition_id"], []).append(row)
    roles: dict[str, list[Mapping[str, Any]]] = {}
    for row in store.read("storyline"):
        roles.setdefault(row["cluster_id"], []).append(row)
    phases: dict[str, list[Mapping[str, Any]]] = {}
    for row in store.read("phase"):
        phases.setdefault(row["cluster_id"], []).append(row)
    decisions = project.decisions("name", "accept", "reject", "merge", "split", "move", "pin")
    crossing: Counter[tuple[str, str]] = Counter()
    for row in store.read("citation"):
        a, b = members.get(row["citing_id"], ""), members.get(row["cited_id"], "")
        if a and b and works[row["citing_id"]]["kind"] == works[row["cited_id"]]["kind"] == "literature":
            crossing[a, b] += 1
    meta = meta_of(project, settings)
    names = {str(row["cluster_id"]): [cluster_words(row)["full"], int(row["number"])] for row in clusters}
    out: dict[str, dict[str, Any]] = {}
    for row in clusters:
        key = str(row["cluster_id"])
        mine = [m for m in memberships if m["cluster_id"] == key]
        mine.sort(key=lambda m: (-(m["confidence"] if m["confidence"] is not None else m["strength"]), m["work_id"]))
        anchors = set(loads(row["anchors"], []))
        held = {m["work_id"] for m in mine}
        told = [c for c in by_cluster.get(key, []) if c["concept_id"] in concepts and c["n_works"] > 1]
        told.sort(key=lambda c: (-float(c["lift"]), -int(c["n_works"]), str(c["concept_id"])))
        out[f"card-T{row['number']}"] = {
            "meta": meta,
            "cluster": dict(row),
            "names": names,
            "works": {
                w: _brief(works[w]) for w in _needed(mine, row, roles.get(key, []), held, links, named) if w in works
            },
            "passages": {p: cut(passages[p]["text"], 200) for p in sorted(named & set(passages))},
            "members": [dict(m) for m in mine],
            "venues": _counts(
                works[m["work_id"]]["venue"] for m in mine if works[m["work_id"]]["kind"] == "literature"
            ),
            "authors": _counts(
                a
                for m in mine
                if works[m["work_id"]]["kind"] == "literature"
                for a in loads(works[m["work_id"]]["authors"], [])
            ),
            "concepts": [[concepts[c["concept_id"]], int(c["n_works"]), float(c["lift"])] for c in told[:12]],
            "roles": [dict(r) for r in roles.get(key, [])],
            "phases": [dict(p) for p in phases.get(key, [])],
            "cites": [[other, crossing[key, other], crossing[other, key]] for other in names if other != key],
            "inside": crossing[key, key],
            "policy_links": [
                [link["citing"], link["cited"]] for link in links if link["citing"] in held or link["cited"] in held
            ],
            "decisions": [
                [d.when[:10], d.who, d.kind, d.verdict, d.reason]
                for d in decisions
                if anchors & set(d.subject.replace("|", " ").split())
            ],
            "written": [
                {
                    "by": card.by,
                    "fields": {f: [[e.words, list(e.evidence)] for e in entries] for f, entries in card.fields.items()},
                }
                for card in homes.get(key, [])
            ],
        }
    return out, problems


def _brief(row: Mapping[str, Any]) -> dict[str, Any]:
    authors = loads(row["authors"], [])
    return {
        "title": row["title"],
        "year": row["year"],
        "short": short(authors, row["year"], str(row["title"])),
        "kind": row["kind"],
        "nation": row["nation"],
    }


def _counts(values: Any) -> list[list[Any]]:
    found = Counter(value for value in values if value)
    return [[name, n] for name, n in sorted(found.items(), key=lambda kv: (-kv[1], kv[0]))[:8]]


def _needed(
    members: Sequence[Mapping[str, Any]],
    cluster: Mapping[str, Any],
    roles: Sequence[Mapping[str, Any]],
    held: set[str],
    links: Sequence[Mapping[str, Any]],
    named: set[str],
) -> list[str]:
    ids = {m["work_id"] for m in members} | {r["work_id"] for r in roles} | set(loads(cluster["representatives"], []))
    for link in links:
        if link["citing"] in held or link["cited"] in held:
            ids |= {link["citing"], link["cited"]}
    return sorted(ids | named)


def _work(data: Mapping[str, Any], work: str, *, long: bool = False) -> str:
    """Return a work as a link to its place on the map; a passage as its words."""
    row = data["works"].get(work)
    if row is None:
        words = data["passages"].get(work)
        return (
            f"“{esc(words)}” <span class='soft'>{esc(work)}</span>"
            if words
            else f"<span class='soft'>{esc(work)}</span>"
        )
    label = row["title"] if long else row["short"]
    year = f" ({row['year']})" if long and row["year"] else ""
    safe = "".join(letter for letter in work if letter.isalnum() or letter in "_-")
    return f'<a href="tradition.html#id={safe}">{esc(label)}{esc(year)}</a>'


def _list(rows: Sequence[str]) -> str:
    return f'<ul class="plainlist">{"".join(f"<li>{row}</li>" for row in rows)}</ul>' if rows else ""


def proposal(data: Mapping[str, Any], field: str) -> str:
    """Return what the machine proposes for a field, as markup; "" where it proposes nothing."""
    cluster = data["cluster"]
    if field == "disciplines":
        return _list([f"{esc(name)} <span class='soft'>({counted(n, 'work')})</span>" for name, n in data["venues"]])
    if field == "years":
        dated = [(m["work_id"], data["works"][m["work_id"]]) for m in data["members"] if m["work_id"] in data["works"]]
        dated = [(w, row) for w, row in dated if row["year"] and row["kind"] == "literature"]
        if not dated:
            return ""
        first = min(dated, key=lambda item: (item[1]["year"], item[0]))
        last = max(dated, key=lambda item: (item[1]["year"], item[0]))
        return (
            f"<p>{first[1]['year']} to {last[1]['year']}: the earliest member here is {_work(data, first[0])}, "
            f"the latest {_work(data, last[0])}. Ends of a corpus are not ends of a tradition.</p>"
        )
    if field == "conceptual":
        terms = [esc(t) for t in loads(cluster["terms"], [])[:10]]
        best = [_work(data, w, long=True) for w in loads(cluster["representatives"], [])[:5]]
        out = f"<p>Terms that set it apart: {', '.join(terms)}.</p>" if terms else ""
        return out + (f"<p>Works that stand for it:</p>{_list(best)}" if best else "")
    if field == "actors":
        people = [
            f"{esc(name)} <span class='soft'>({counted(n, 'work')} here)</span>" for name, n in data["authors"] if n > 1
        ]
        return _list(people) or "<p>Nobody has more than one work here.</p>"
    if field == "landmarks":
        landmarks = [r for r in data["roles"] if r["role"] == "landmark"]
        if landmarks:
            return _list([f"{_work(data, r['work_id'], long=True)}. {esc(r['evidence'])}" for r in landmarks])
        none = next((r["evidence"] for r in data["roles"] if r["role"] == "none"), "")
        return f"<p>None. {esc(str(none).removeprefix('None: '))}</p>"
    if field == "events":
        rows = sorted(
            (r for r in data["roles"] if r["role"] not in ("landmark", "none") and r["work_id"] in data["works"]),
            key=lambda r: (r["year"] or 0, r["work_id"], r["role"]),
        )[:7]
        return _list(
            [
                f"{r['year'] or 'n.d.'}: {_work(data, r['work_id'])}, {esc(r['role'])}. {esc(r['evidence'])}"
                for r in rows
            ]
        )
    if field == "shifts":
        rows = [p for p in data["phases"] if len(data["phases"]) > 1]
        return (
            _list(
                [
                    f"{p['first_year']}–{p['last_year']}: {counted(int(p['n_works']), 'work')}; "
                    f"{esc(', '.join(loads(p['terms'], [])[:5]))}"
                    for p in rows
                ]
            )
            or "<p>No change of vocabulary is clear enough to call it one.</p>"
        )
    if field == "contested":
        rows = []
        for other, out_, in_ in data["cites"]:
            name, number = data["names"][other]
            rows.append(f'<a href="card-T{int(number)}.html">{esc(name)}</a>: cites it {out_:,}, cited by it {in_:,}')
        silent = all(not a and not b for _, a, b in data["cites"])
        lead = (
            "No citation joins it to any other group, which may be silence or missing reference lists."
            if silent
            else (
                f"Citations across groups ({data['inside']:,} inside this one); silence between two may be contest "
                "or ignorance."
            )
        )
        return f"<p>{lead}</p>" + ("" if silent else _list(rows))
    if field == "language":
        return _list(
            [
                f"{esc(label)} <span class='soft'>({counted(n, 'work')}, {lift:.1f} × as often as expected)</span>"
                for label, n, lift in data["concepts"]
                if lift > 1
            ][:8]
        )
    if field == "policy":
        placed = [m["work_id"] for m in data["members"] if data["works"].get(m["work_id"], {}).get("kind") == "policy"]
        rows = [f"{_work(data, a)} cites {_work(data, b)}" for a, b in data["policy_links"][:12]]
        out = _list(rows) or "<p>No citation joins it to a policy document here.</p>"
        if placed:
            near = [
                f"{_work(data, w, long=True)} "
                f"<span class='soft'>({esc(nation_name(data['works'][w]['nation']))})</span>"
                for w in placed[:12]
            ]
            out += f"<p>Documents whose passages come near to it:</p>{_list(near)}"
        return out
    if field == "confidence":
        stable = cluster["stability"]
        return (
            f"<p>Stability {float(stable):.2f} ({esc(cluster['grade'])}): mean overlap with the groups of resampled "
            "works.</p>"
            if stable is not None
            else f"<p>{esc(cluster['grade'])}</p>"
        )
    return ""


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page; `data` as :func:`collect_all` gives it."""
    meta = data["meta"]
    cluster = data["cluster"]
    called = cluster_words(cluster)
    rows = []
    n_written = 0
    for field, (title, asks) in FIELDS.items():
        machine = (
            proposal(data, field) or f"<p class='soft'>{esc(SILENT.get(field, 'Nothing was found.') or 'Nothing.')}</p>"
        )
        written = []
        for card in data["written"]:
            for words, evidence in card["fields"].get(field, []):
                links = ", ".join(_work(data, i) for i in evidence)
                by = f" <span class='soft'>{esc(card['by'])}</span>" if card["by"] else ""
                written.append(
                    f"<p>{esc(words)}{by}</p>" + (f"<p class='small'>Rests on: {links}</p>" if links else "")
                )
        n_written += bool(written)
        people = "".join(written) or f'<p class="towrite">Empty: {esc(asks)}.</p>'
        rows.append(
            f'<section class="field"><h2>{esc(title)}</h2><div class="machine">'
            f"<h3>Proposed by the machine</h3>{machine}</div>"
            f'<div class="people"><h3>Written by people</h3>{people}</div></section>'
        )
    members = data["members"][:MOST_MEMBERS]
    body = "".join(_member_row(data, member) for member in members)
    more = len(data["members"]) - len(members)
    table = (
        '<h2 class="sec">Members</h2><div class="scroll" tabindex="0" role="region" aria-label="Members">'
        "<table><thead><tr>"
        '<th scope="col">Work</th><th scope="col">Grade</th><th scope="col" class="num">Strength</th>'
        f'<th scope="col" class="num">Stays in resamples</th><th scope="col">Placed by</th></tr></thead>'
        f"<tbody>{body}</tbody>"
        "</table></div>"
        + (
            f"<p class='small soft'>and {more:,} more; metanarrative traditions show T{int(cluster['number'])} has "
            "them all.</p>"
            if more > 0
            else ""
        )
    )
    history = (
        _list(
            [
                esc(f"{when} {who}: {kind} {verdict}" + (f" ({reason})" if reason else ""))
                for when, who, kind, verdict, reason in data["decisions"]
            ]
        )
        or "<p class='soft'>Nobody has ruled on this group: it is a proposal.</p>"
    )
    n_policy = sum(1 for m in data["members"] if data["works"].get(m["work_id"], {}).get("kind") == "policy")
    lead = (
        f"{called['full'][:1].upper()}{called['full'][1:]}. {counted(len(data['members']) - n_policy, 'work')}"
        + (f" and {counted(n_policy, 'policy document')}" if n_policy else "")
        + f". {n_written} of {len(FIELDS)} fields are written by people; the others are shown as empty."
    )
    number = int(cluster["number"])
    others = sorted((int(n), str(name)) for name, n in data["names"].values())
    cards = " · ".join(
        f'<b aria-current="page">T{n}</b>' if n == number else f'<a href="card-T{n}.html" title="{esc(name)}">T{n}</a>'
        for n, name in others
    )
    first = next((m["work_id"] for m in data["members"] if m["work_id"] in data["works"]), "")
    on_map = f"tradition.html#id={esc(first)}" if first else "tradition.html"
    around = f'<a href="{on_map}">This group on the map</a> · <a href="storyline.html">Storyline</a>'
    if len(others) > 1:
        around += f" · Cards: {cards}"
    named = str(cluster.get("tradition") or "")
    ids = ", ".join(f'"{m["work_id"]}"' for m in data["members"][:3])
    key = f'tradition = "{named}"' if named else f"anchors = [{ids}]"
    how = (
        f'People write into this card in {FILE}: [[card]], {key}, by = "NAME", then a line for each field, such as '
        'claim = "..."; metanarrative run reads it.'
    )
    return Page(
        name=f"card-T{number}",
        title=f"T{number}: {called['label']}",
        lead=lead,
        picture=f'<p class="small">{around}</p><p class="small soft">{esc(how)}</p>'
        f'<div class="card">{"".join(rows)}</div>{table}'
        f'<h2 class="sec">History</h2>{history}',
        data={"fields": _plain(data)},
        meta=meta,
        engine="none",
        wide=True,
        styles=("card.css",),
        limits=[
            "A proposal is what was counted, not what is meant. Only a person's judgement makes a tradition of it."
        ],
        method=f"Fields are written in {FILE}, which no step changes; it is read again at each run, and what fits no "
        "group any more is listed as a problem.",
        carries="titles, names and numbers; what people wrote in their cards",
    )


def _member_row(data: Mapping[str, Any], member: Mapping[str, Any]) -> str:
    stays = "–" if member["agreement"] is None else f"{float(member['agreement']):.0%}"
    return (
        f"<tr><td>{_work(data, member['work_id'], long=True)}</td><td>{esc(member['grade'])}</td>"
        f'<td class="num">{float(member["strength"]):.2f}</td><td class="num">{stays}</td>'
        f"<td>{esc(member['placed_by'])}</td></tr>"
    )


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the written fields with their evidence, for the page's data."""
    return {
        "cluster": data["cluster"]["cluster_id"],
        "written": [dict(card) for card in data["written"]],
        "members": [m["work_id"] for m in data["members"]],
    }


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))
