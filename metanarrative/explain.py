"""Why is this here? Walks from any id up to the file and line it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from metanarrative.behind import explain_force, explain_lineage, explain_term
from metanarrative.errors import UsageError
from metanarrative.project import Project
from metanarrative.results import Result
from metanarrative.text import fold, normal_doi
from metanarrative.text.shorten import cut


def find_work(project: Project, text: str) -> dict[str, Any]:
    """Return the work that `text` names: its id, a record's id or key, a DOI, or a title.

    Raises
    ------
    UsageError
        If nothing, or more than one work, answers to it.
    """
    store = project.store
    text = text.strip()
    for row in store.read("work", where={"work_id": text}):
        return row
    records = store.read("record", where={"record_id": text}, columns=("record_id",))
    records = records or store.read("record", where={"key": text}, columns=("record_id",))
    doi = normal_doi(text)
    if not records and doi:
        records = store.read("record", where={"doi": doi}, columns=("record_id",))
    if records:
        owners = store.read("work_record", where={"record_id": [r["record_id"] for r in records]})
        ids = sorted({row["work_id"] for row in owners})
    else:
        wanted = fold(text)
        rows = store.read("work", columns=("work_id", "title")) if wanted else []
        ids = [row["work_id"] for row in rows if wanted in fold(row["title"])]
    if len(ids) == 1:
        return store.read("work", where={"work_id": ids[0]})[0]
    if ids:
        titles = store.read("work", where={"work_id": ids}, columns=("work_id", "title"))[:8]
        shown = "; ".join(f"{row['work_id']} {cut(row['title'], 60)}" for row in titles)
        more = f"; and {len(ids) - len(titles)} more" if len(ids) > len(titles) else ""
        raise UsageError(f"{len(ids)} works answer to {text!r}: {shown}{more}", mend="give the work's id")
    if re.fullmatch(r"[Tt]\d+|cl_\w*", text):
        find_cluster(project, text)  # says which clusters there are
    raise UsageError(f"no work answers to {text!r}", mend="metanarrative records search WORDS shows ids")


def find_cluster(project: Project, text: str) -> dict[str, Any]:
    """Return the cluster that `text` names: T3, its id, the name people gave it, or its label.

    Raises
    ------
    UsageError
    """
    clusters = project.store.read("cluster")
    if not clusters:
        raise UsageError("there are no clusters", mend="metanarrative run --to traditions")
    wanted = fold(text.strip())
    number = wanted.removeprefix("t")
    for row in clusters:
        if row["cluster_id"] == text or (number.isdigit() and row["number"] == int(number)):
            return row
    for column in ("tradition", "label"):
        hits = [row for row in clusters if wanted and fold(row[column]) == wanted]
        if len(hits) == 1:
            return hits[0]
    shown = ", ".join(f"T{r['number']} {r['tradition'] or r['label']}" for r in sorted(clusters, key=_number))
    raise UsageError(f"no cluster answers to {text!r}", mend=f"clusters: {shown}")


def place_of(record: Mapping[str, Any]) -> str:
    """Return ``file:line`` of a record."""
    return f"{record['source_file']}:{record['line']}" if record["line"] else str(record["source_file"])


def explain(project: Project, subject: str) -> Result:
    """Tell where a work, record, passage or cluster comes from and why it stands where it does.

    Raises
    ------
    UsageError
        If `subject` is none of these.
    """
    store = project.store
    subject = subject.strip()
    kind, _, rest = subject.partition(":")
    if kind == "force":
        return explain_force(project, rest)
    if kind == "term":
        return explain_term(project, rest)
    if kind == "lineage":
        return explain_lineage(project, rest)
    passages = store.read("passage", where={"passage_id": subject})
    if passages:
        return _passage(project, passages[0])
    theme = find_theme(project, subject)
    if kind == "theme" and not theme:
        ids = ", ".join(row["theme_id"] for row in store.read("theme"))
        raise UsageError(f"no theme {rest!r}", mend=f"themes: {ids or 'none; write corpus/codebook.toml'}")
    if theme:
        return _theme(project, theme)
    try:
        cluster = find_cluster(project, subject)
    except UsageError:
        cluster = None
    if cluster:
        return _cluster(project, cluster)
    return _work(project, find_work(project, subject))


def find_theme(project: Project, text: str) -> dict[str, Any] | None:
    """Return the theme that `text` names: its id or name, alone or as ``theme:ID``; None if there is none."""
    wanted = fold(text.removeprefix("theme:").strip())
    for row in project.store.read("theme"):
        if wanted and wanted in (fold(row["theme_id"]), fold(row["name"])):
            return row
    return None


def _theme(project: Project, theme: dict[str, Any]) -> Result:
    """The documents and passages behind a theme's contrast."""
    store = project.store
    works = {w["work_id"]: w for w in store.read("work", where={"kind": "policy"})}
    notes = [f"{theme['theme_id']}: {theme['name']}. {theme['definition']}"]
    for c in store.read("contrast", where={"kind": "theme", "item": theme["theme_id"]}):
        if c["estimate"] is not None:
            low_high = "" if c["low"] is None else f" ({c['low']:+.3f} to {c['high']:+.3f})"
            tested = "" if c["q"] is None else f", q {c['q']:.2f}"
            notes.append(
                f"  {c['side_a']} v {c['side_b']}: {c['verdict']}, estimate {c['estimate']:+.2f}{low_high}{tested}; "
                f"{c['n_docs_a']} v {c['n_docs_b']} documents, {c['n_a']} v {c['n_b']} passages"
            )
    rows = []
    for row in store.read("emphasis_document", where={"theme": theme["theme_id"]}):
        work = works.get(row["work_id"])
        if work:
            rows.append(
                {**row, "nation": work["nation"], "force": work["force"], "with theme": row["n_theme"],
                 "passages": row["n_passages"], "title": work["title"]}
            )  # fmt: skip
    rows.sort(key=lambda r: (r["nation"], -r["n_theme"], r["work_id"]))
    text = dict(zip(*store.read_columns("passage", "passage_id", "text"), strict=True))
    marked = store.read("passage_theme", where={"theme": theme["theme_id"]})
    passages = [{**row, "text": text.get(row["passage_id"], "")} for row in marked]
    passages.sort(key=lambda p: (works.get(p["work_id"], {}).get("nation", ""), p["work_id"], p["passage_id"]))
    tail = []
    before = ""
    for p in passages:
        work = works.get(p["work_id"], {})
        if p["work_id"] != before:
            tail.append(f"  {work.get('nation') or 'no nation'}  {p['work_id']}  {work.get('title', '')}")
            before = p["work_id"]
        counts = "not counted: suggested by meaning alone" if p["how"] == "suggested" else f"counted  {p['how']}"
        tail.append(f'    {p["passage_id"]}  {p["score"]:.2f}  {counts}  "{" ".join(p["text"].split())}"')
    columns = ("work_id", "nation", "force", "with theme", "passages", "title")
    data = {"kind": "theme", "theme": theme, "passages": passages}
    return Result(
        "explain", columns, rows, ["passages:", *tail] if tail else ["no passage carries it"], data, lead=notes
    )


def _passage(project: Project, row: dict[str, Any]) -> Result:
    store = project.store
    work = store.read("work", where={"work_id": row["work_id"]})[0]
    notes = [
        f'"{row["text"]}"',
        f"  in      {work['title']} ({work['year'] or 'n.d.'})  {row['work_id']}",
        f"  place   {_place(row)}, characters {row['start']}-{row['end']} of the stored {row['expression']} text",
        f"  language {row['language']}",
    ]
    for theme in store.read("passage_theme", where={"passage_id": row["passage_id"]}):
        notes.append(f"  theme   {theme['theme']} {theme['score']:.2f}  ({theme['how']})")
    for p in store.read("provision", where={"passage_id": row["passage_id"]}):
        counted = f"not counted: {p['filter']}" if p["filter"] else f"bearer {p['bearer'] or 'unspecified'}"
        notes.append(f"  force   {p['force']}  cue {p['cue']!r}  {counted}  {p['confidence']:.2f}")
    for a in [
        *store.read("alignment", where={"passage_id": row["passage_id"]}),
        *store.read("alignment", where={"other_id": row["passage_id"]}),
    ]:
        other = a["other_id"] if a["passage_id"] == row["passage_id"] else a["passage_id"]
        notes.append(f"  aligned {a['verdict']}  {other or '-'}  similarity {a['similarity']:.2f}")
    notes += _records_of(project, row["work_id"])
    return Result("explain", data={"kind": "passage", "passage": row, "work": work}, lead=notes)


def _place(row: Mapping[str, Any]) -> str:
    parts = [f"page {row['page']}"] if row["page"] else []
    parts += [f"section {row['section']}"] if row["section"] else []
    parts += [f"paragraph {row['paragraph']}"] if row["paragraph"] else []
    return ", ".join(parts) or row["kind"]


def _cluster(project: Project, row: dict[str, Any]) -> Result:
    store = project.store
    members = store.read("membership", where={"cluster_id": row["cluster_id"]})
    titles = dict(zip(*store.read_columns("work", "work_id", "title"), strict=True))
    members.sort(key=lambda m: (-(m["confidence"] or m["strength"]), m["work_id"]))
    what = f"tradition {row['tradition']!r}" if row["accepted"] else f"a proposal, labelled {row['label']!r}"
    stability = "not computed" if row["stability"] is None else f"{row['stability']:.2f}"
    notes = [
        f"T{row['number']} {row['cluster_id']}: {what}",
        f"  works      {row['size']}, {row['first_year'] or '?'}-{row['last_year'] or '?'}",
        f"  stability  {stability} ({row['grade']}): share of its works that stay together when works are left out",
        f"  terms      {', '.join(json.loads(row['terms'] or '[]'))}",
    ]
    if row["note"]:
        notes.append(f"  note       {row['note']}")
    notes += _held_by(members)
    notes += _shared_references(project, {m["work_id"] for m in members})
    names = {c["cluster_id"]: f"T{c['number']}" for c in store.read("cluster")}
    notes += _nearest(members, names)
    notes += _decided(project, {m["work_id"] for m in members}, set(json.loads(row["anchors"] or "[]")))
    notes += _places(project, json.loads(row["representatives"] or "[]")[:3], titles)
    for line in store.read("storyline", where={"cluster_id": row["cluster_id"]}):
        about = f"{titles[line['work_id']]}: " if line["work_id"] in titles else ""
        notes.append(f"  {line['role']:10} {about}{line['evidence']}")
    rows = [
        {
            "work_id": m["work_id"],
            "grade": m["grade"],
            "strength": m["strength"],
            "agreement": m["agreement"],
            "next": names.get(m["second_cluster_id"], "-"),
            "next_strength": m["second_strength"],
            "text": m["text_share"],
            "citations": m["citation_share"],
            "title": titles.get(m["work_id"], ""),
        }
        for m in members
    ]
    columns = ("work_id", "grade", "strength", "agreement", "next", "text", "citations", "title")
    return Result("explain", columns, rows, data={"kind": "cluster", "cluster": row}, lead=notes)


def _work(project: Project, work: dict[str, Any]) -> Result:
    store = project.store
    work_id = work["work_id"]
    titles = dict(zip(*store.read_columns("work", "work_id", "title"), strict=True))
    notes = [f"{work_id}: {work['title']} ({work['year'] or 'n.d.'})"]
    notes += _records_of(project, work_id)
    for row in store.read("screening", where={"work_id": work_id}):
        why = f" ({row['reason']})" if row["reason"] else ""
        notes.append(f"  screening  {row['verdict']} by {row['decided_by'] or 'default'}{why}")
    for m in store.read("membership", where={"work_id": work_id}):
        clusters = store.read("cluster", where={"cluster_id": m["cluster_id"]})
        if not clusters:
            tied = "it is tied to others, but to no cluster clearly" if json.loads(m["layers"]) else ""
            notes.append(f"  cluster    none: {tied or 'nothing in text or citations ties it to others'}")
            notes += _layers_of(m)
            continue
        name = clusters[0]["tradition"] or f"proposal {clusters[0]['label']!r}"
        notes.append(
            f"  cluster    T{clusters[0]['number']} {name}: {m['grade']}, {m['strength']:.2f} of its ties are inside, "
            f"text {m['text_share']:.2f}, citations {m['citation_share']:.2f}; placed by {m['placed_by']}"
            + ("" if m["agreement"] is None else f"; stays in {m['agreement']:.2f} of the resamples")
        )
        if m["second_cluster_id"]:
            second = store.read("cluster", where={"cluster_id": m["second_cluster_id"]})
            if second:
                notes.append(f"  next best  T{second[0]['number']} with {m['second_strength']:.2f}")
        notes += _layers_of(m)
        if m["machine_id"] != m["cluster_id"] and m["placed_by"] not in ("machine", "passages"):
            before = store.read("cluster", where={"cluster_id": m["machine_id"]})
            where = f"T{before[0]['number']}" if before else m["machine_id"] or "no cluster"
            notes.append(f"  before     {where}, as the machine had it; {m['placed_by']} placed it here")
        own = {r["work_id"] for r in store.read("membership", where={"cluster_id": m["cluster_id"]})}
        notes += _shared_references(project, own, work_id)
    notes += _decided(project, {work_id}, set())
    rows = []
    for layer in ("text", "bm25", "coupling", "cocitation", "venue", "author"):
        edges = [
            *store.read("edge", where={"layer": layer, "source_id": work_id}),
            *store.read("edge", where={"layer": layer, "target_id": work_id}),
        ]
        edges.sort(key=lambda e: (-e["weight"], e["source_id"], e["target_id"]))
        for e in edges[:5]:
            other = e["target_id"] if e["source_id"] == work_id else e["source_id"]
            rows.append({"tie": layer, "work_id": other, "weight": e["weight"], "title": titles.get(other, "")})
    for tie, mine, other_column in (("cites", "citing_id", "cited_id"), ("cited by", "cited_id", "citing_id")):
        for c in store.read("citation", where={mine: work_id}):
            other = c[other_column]
            rows.append({"tie": tie, "work_id": other, "weight": c["score"], "title": titles.get(other, "")})
    columns = ("tie", "work_id", "weight", "title")
    return Result("explain", columns, rows, data={"kind": "work", "work": work}, lead=notes)


def _layers_of(member: Mapping[str, Any]) -> list[str]:
    shares = json.loads(member["layers"])
    if not shares:
        return []
    told = ", ".join(f"{name} {share:.2f}" for name, share in sorted(shares.items(), key=lambda s: (-s[1], s[0])))
    return [f"  layers     {told}: share of its ties that each gives"]


def _held_by(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say which layers hold a cluster together: mean shares of its works' ties."""
    every = [json.loads(m["layers"]) for m in members if m["layers"] != "{}"]
    if not every:
        return []
    mean = {name: sum(own.get(name, 0.0) for own in every) / len(every) for name in sorted(set().union(*every))}
    told = ", ".join(f"{name} {share:.2f}" for name, share in sorted(mean.items(), key=lambda s: (-s[1], s[0])))
    return [f"  layers     {told}: mean shares of the ties of {len(every)} works"]


def _nearest(members: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    """Say which cluster lies next, by the second-best places of the works."""
    pull: dict[str, float] = {}
    for m in members:
        if m["second_cluster_id"] in names:
            pull[m["second_cluster_id"]] = pull.get(m["second_cluster_id"], 0.0) + m["second_strength"]
    if not pull:
        return []
    best = max(sorted(pull), key=lambda cluster: pull[cluster])
    number = sum(m["second_cluster_id"] == best for m in members)
    return [
        f"  next to    {names[best]}: second best of {number} of {len(members)} works, "
        f"{pull[best] / len(members):.0%} of all their ties"
    ]


def _shared_references(project: Project, works: set[str], one: str = "", number: int = 5) -> list[str]:
    """Name the references that hold works together: cited by most of them, and seldom elsewhere.

    With `one` only what that work cites is named.
    """
    inside: dict[str, set[str]] = {}
    everywhere: dict[str, set[str]] = {}
    raw: dict[str, str] = {}
    parsed: set[str] = set()
    for row in project.store.read("reference", columns=("work_id", "node", "raw", "cited_work_id")):
        if not row["node"]:
            continue
        everywhere.setdefault(row["node"], set()).add(row["work_id"])
        raw.setdefault(row["node"], row["raw"])
        if row["work_id"] in works:
            parsed.add(row["work_id"])
            inside.setdefault(row["node"], set()).add(row["work_id"])
    nodes = [n for n, own in inside.items() if len(own) > 1 and (not one or one in own)]
    nodes.sort(key=lambda n: (-(len(inside[n]) ** 2) / len(everywhere[n]), n))
    titles = {}
    if nodes:
        known = project.store.read("work", columns=("work_id", "title", "year"), where={"work_id": nodes[:number]})
        titles = {w["work_id"]: f"{w['title']} ({w['year'] or 'n.d.'})" for w in known}
    return [
        f"  reference  cited by {len(inside[n])} of {len(parsed)} works here that have references, by "
        f"{len(everywhere[n])} of all: {titles.get(n) or ' '.join(raw[n].split())[:100]}  {n}"
        for n in nodes[:number]
    ]


def _decided(project: Project, works: set[str], anchors: set[str]) -> list[str]:
    """List the decisions that touched works, with the file and line of each.

    A decision about a cluster counts where half or more of its works are among `anchors`.
    """
    lines = []
    for d in project.decisions():
        subject = set(d.subject.replace("|", " ").split())
        about_cluster = d.kind in ("name", "accept", "reject", "merge", "split")
        touched = subject & works if not about_cluster else subject & anchors
        if about_cluster and not anchors:
            touched = works if works <= subject else set()
        elif about_cluster and 2 * len(touched) < min(len(subject), len(anchors)):
            touched = set()
        if touched and d.kind not in ("theme", "align", "force"):
            place = f"{d.file}:{d.line}" if d.line else d.file
            which = "" if about_cluster or len(works) == 1 else f" {' '.join(sorted(touched)[:2])}"
            ids = [token for token in d.verdict.replace("|", " ").split() if token.startswith("wk_")]
            verdict = f"to {ids[0]} and {len(ids) - 1} more" if len(ids) > 2 else d.verdict[:80]
            why = f" ({d.reason})" if d.reason else ""
            lines.append(f"  decided    {d.when[:10]} {d.who}: {d.kind}{which} {verdict}".rstrip() + f"{why}  {place}")
    return lines


def _places(project: Project, works: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """Name typical works with the file and line that each came from."""
    lines = []
    for work in works:
        ids = project.store.read_columns("work_record", "record_id", where={"work_id": work})[0]
        records = project.store.read("record", where={"record_id": ids}, columns=("record_id", "source_file", "line"))
        at = ", ".join(place_of(record) for record in records)
        lines.append(f"  typical    {titles.get(work, '')[:90]}  {work}  {at}")
    return lines


def _records_of(project: Project, work_id: str) -> list[str]:
    store = project.store
    ids = store.read_columns("work_record", "record_id", where={"work_id": work_id})[0]
    records = store.read("record", where={"record_id": ids}, columns=("record_id", "source_file", "line", "key"))
    lines = [f"  record     {r['record_id']}  {place_of(r)}  key {r['key'] or '-'}" for r in records]
    for d in store.read("duplicate"):
        if d["record_id"] in ids and d["other_id"] in ids:
            lines.append(f"  joined     {d['record_id']} + {d['other_id']}: {d['reason']} ({d['decided_by']})")
    return lines


def _number(row: Mapping[str, Any]) -> int:
    return int(row["number"])
