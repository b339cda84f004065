"""Which records describe one work: block, score, judge, merge; every merge listed and undoable.

Takes the tables ``record``, ``record_block`` and ``source`` and the decisions ``same`` and
``different``; gives ``duplicate``, ``work`` and ``work_record``. Records are brought together by
blocking keys, compared with rapidfuzz, judged by rules with three verdicts, and chains are closed
under vetoes (two DOIs never merge by themselves). Two language versions of one policy document
become one work with two expressions when the manifest or a person says so; the machine only asks.

References
----------
Fellegi, I. P. & Sunter, A. B. (1969). A theory for record linkage. Journal of the American
Statistical Association 64(328), 1183-1210. doi:10.1080/01621459.1969.10501049
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from metanarrative.dedupe.block import block, rows_of
from metanarrative.dedupe.entry import Entry, make_entry
from metanarrative.dedupe.expressions import find_expressions, find_translations, language_of_record
from metanarrative.dedupe.judge import Verdict, judge_pair
from metanarrative.dedupe.memory import Memory
from metanarrative.dedupe.merge import Pair, facets_of, groups, merge, ordered
from metanarrative.dedupe.twins import Layout, comparable, layout_of
from metanarrative.model import Decision, Problem, Summary
from metanarrative.text.language import main_language
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.config import DedupeSettings
    from metanarrative.project import Project

__all__ = ["Match", "Verdict", "find_duplicates", "judge_pair", "merge", "run"]

VERSION = "4"
READS = ("record", "record_block", "record_reference", "source")
WRITES = ("duplicate", "work", "work_record")
DECISIONS = ("same", "different")
FILES: tuple[str, ...] = ()

_RECORD_COLUMNS = (
    "record_id", "kind", "source_file", "key", "type", "title", "authors", "year", "venue", "volume",
    "issue", "pages", "doi", "pmid", "language", "abstract", "keywords", "url", "facets", "n_references",
)  # fmt: skip
_FACETS = ("nation", "level", "site", "issuer", "force", "issued", "valid_from", "valid_to", "supersedes")


NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Match:
    """A judged pair that a person should be able to see: same or unsure, or decided."""

    record_id: str
    other_id: str
    verdict: str
    score: float
    reason: str
    decided_by: str = "machine"


def find_duplicates(
    records: Iterable[Mapping[str, Any]],
    *,
    bodies: Mapping[str, str] | None = None,
    similar: float = 0.60,
    largest_block: int = 60,
) -> list[Match]:
    """Return the pairs of records that are, or may be, one work.

    Parameters
    ----------
    records : iterable of mapping
        Rows of the ``record`` table; each needs a ``record_id``.
    bodies : mapping of str to str, optional
        Text of policy documents by record id.
    similar : float, default=0.60
        Pairs with less similar titles are not judged, identifiers aside.
    largest_block : int, default=60
        See :func:`metanarrative.dedupe.block.block`.

    Returns
    -------
    list of Match
        Pairs judged ``same`` or ``unsure``, sorted by ids.

    Examples
    --------
    >>> one = {"record_id": "rec_1", "title": "Care planning and coordination in Wales", "year": 2012}
    >>> [m.verdict for m in find_duplicates([one, {**one, "record_id": "rec_2"}])]
    ['same']
    """
    entries = _entries(records, bodies or {})
    judged = _judge_all(entries, similar=similar, largest_block=largest_block)
    return [
        Match(a, b, verdict.verdict, verdict.score, verdict.reason)
        for (a, b), verdict in sorted(judged.items())
        if verdict.verdict != "different"
    ]


def _entries(
    records: Iterable[Mapping[str, Any]],
    bodies: Mapping[str, str],
    outlines: Mapping[str, Sequence[str]] = NOTHING,
    cited: Mapping[str, Iterable[str]] = NOTHING,
    layouts: Mapping[str, Layout] = NOTHING,
) -> list[Entry]:
    made = []
    for record in records:
        own = str(record.get("record_id"))
        made.append(
            make_entry(
                record,
                bodies.get(own, ""),
                outline=outlines.get(own, ()),
                cited=cited.get(own, ()),
                layout=layouts.get(own, Layout()),
            )
        )
    return sorted(made, key=lambda entry: entry.id)


def _judge_all(
    entries: Sequence[Entry], *, similar: float = 0.60, largest_block: int = 60, memory: Memory | None = None
) -> dict[Pair, Verdict]:
    import numpy as np
    from rapidfuzz import fuzz
    from rapidfuzz.process import cpdist

    judged: dict[Pair, Verdict] = {}
    judge = (memory or Memory()).judge
    if len(entries) < 2:
        return judged
    candidates, identified = block(entries, largest=largest_block)
    n = len(entries)
    titles = [entry.title for entry in entries]
    sorted_titles = [" ".join(sorted(entry.words)) for entry in entries]
    keep = [identified]
    titled = np.fromiter((bool(title) for title in titles), dtype=bool, count=n)
    numbers: dict[tuple[str, ...], int] = {}
    heads = np.fromiter((numbers.setdefault(e.words[:4], len(numbers)) for e in entries), dtype=np.int64, count=n)
    # compared a chunk at a time: a hundred thousand pairs a second a core, memory bounded
    for start in range(0, len(candidates), 500_000):
        part = candidates[start : start + 500_000]
        left, right = rows_of(part, n)
        cut = 100 * similar
        plain = cpdist(
            [titles[i] for i in left],
            [titles[j] for j in right],
            scorer=fuzz.ratio,
            score_cutoff=cut,
            workers=1,
        )
        mixed = cpdist(
            [sorted_titles[i] for i in left], [sorted_titles[j] for j in right],
            scorer=fuzz.ratio, score_cutoff=cut, workers=1,
        )  # fmt: skip
        near = np.maximum(plain, mixed) > 0
        # a title without its subtitle is not similar as a whole, but begins alike
        begins = heads[left] == heads[right]
        rows = np.flatnonzero(begins & ~near)
        begins[rows] = [_begins(titles[i], titles[j]) for i, j in zip(left[rows], right[rows], strict=True)]
        bare = ~(titled[left] & titled[right])
        keep.append(part[near | begins | bare])
    for code in np.unique(np.concatenate(keep)).tolist():
        a, b = entries[code // n], entries[code % n]
        judged[(a.id, b.id)] = judge(a, b)
    policy = [entry for entry in entries if entry.kind == "policy"]
    for i, a in enumerate(policy):  # every pair, since twins share no title word; most are told at a glance
        for b in policy[i + 1 :]:
            if (a.id, b.id) not in judged and (comparable(a, b) or not a.sketch.isdisjoint(b.sketch)):
                judged[(a.id, b.id)] = judge(a, b)
    return judged


def _begins(a: str, b: str) -> bool:
    return bool(a) and bool(b) and (a.startswith(b) or b.startswith(a))


def read_decisions(decisions: Sequence[Decision], known: frozenset[str]) -> tuple[dict[Pair, Decision], list[Problem]]:
    """Return what people ruled on pairs, the last word on each, and what no longer applies."""
    ruled: dict[Pair, Decision] = {}
    problems: list[Problem] = []
    for decision in decisions:
        ids = [re.sub(r"^wk_", "rec_", part) for part in re.split(r"[\s,;+]+", decision.subject) if part]
        if len(ids) != 2 or ids[0] == ids[1]:
            problems.append(
                Problem(
                    "bad-decision",
                    f"'{decision.kind}' needs two records, not {decision.subject!r}",
                    'write two ids: "rec_... rec_..."',
                    file=decision.file, line=decision.line, subject=decision.subject,
                )
            )  # fmt: skip
            continue
        gone = [x for x in ids if x not in known]
        if gone:
            problems.append(
                Problem(
                    "decision-subject-gone",
                    f"'{decision.kind}' names {' and '.join(gone)}, which is no longer among the records",
                    "add the export that held it again, or undo the decision",
                    file=decision.file, line=decision.line, subject=decision.subject,
                )
            )  # fmt: skip
            continue
        pair = ordered(*ids)
        before = ruled.get(pair)
        if before is not None and before.kind != decision.kind:
            problems.append(
                Problem(
                    "decision-contradiction",
                    f"{before.who} says {before.kind!r}, {decision.who} later {decision.kind!r}; the later holds",
                    "undo the one that is wrong",
                    file=decision.file, line=decision.line, subject=" ".join(pair),
                )
            )  # fmt: skip
        ruled[pair] = decision
    return ruled, problems


def run(project: Project, settings: DedupeSettings) -> Summary:
    """Judge all pairs worth judging and write works; see the module."""
    store = project.store
    records = store.read("record", columns=_RECORD_COLUMNS)
    by_id = {record["record_id"]: record for record in records}
    policy = [r["record_id"] for r in records if r["kind"] == "policy"]
    bodies: dict[str, list[str]] = {}
    outlines: dict[str, list[str]] = {}
    cited: dict[str, list[str]] = {}
    layouts: dict[str, Layout] = {}
    if policy:
        columns = ("record_id", "position", "kind", "number", "text")
        blocks: dict[str, list[dict[str, Any]]] = {}
        for row in store.read("record_block", columns=columns, where={"record_id": policy}):
            blocks.setdefault(row["record_id"], []).append(row)
        for record_id, rows in blocks.items():
            rows.sort(key=lambda row: int(row["position"]))
            bodies[record_id] = [row["text"] for row in rows]
            outlines[record_id] = [row["number"] for row in rows if row["number"]]
            layouts[record_id] = layout_of(rows)
        for row in store.read("record_reference", columns=("record_id", "key", "doi"), where={"record_id": policy}):
            cited.setdefault(row["record_id"], []).extend(x for x in (row["key"], row["doi"]) if x)
    texts = {key: "\n".join(parts) for key, parts in bodies.items()}
    for record_id in policy:
        if language_of_record(by_id[record_id]) == "unknown":  # two hundred paragraphs tell
            by_id[record_id]["language"] = main_language(bodies.get(record_id, [])[:200])
    entries = _entries(records, texts, outlines, cited, layouts)
    import rapidfuzz

    rules, cache = f"{VERSION} {rapidfuzz.__version__}", store.folder / "dedupe-cache.npz"
    memory = Memory.load(cache, rules)
    judged = _judge_all(entries, largest_block=settings.largest_block, memory=memory)
    ruled, problems = read_decisions(project.decisions(*DECISIONS), frozenset(by_id))
    expressions, more = find_expressions(records)
    problems += more
    numbered = [pair for pair in find_translations(records) if pair not in expressions]
    together = [pair for pair, d in ruled.items() if d.kind == "same"]
    together.sort(key=lambda pair: (ruled[pair].when, pair))
    declared = dict.fromkeys(expressions, ("two language versions, says the manifest", "manifest"))
    declared |= {pair: (f"two language versions of {by_id[pair[0]]['key']}", "machine") for pair in numbered}
    declared = {pair: said for pair, said in declared.items() if pair not in ruled}
    apart = [pair for pair, d in ruled.items() if d.kind == "different"]
    apart_machine = [p for p, v in judged.items() if v.hard and p not in ruled]
    links = {p: v.score for p, v in judged.items() if v.verdict == "same" and p not in ruled}
    # what people say first, under nothing but what people say; then the machine, under both
    decided, _, contradictions = groups(entries, {}, apart, together=[*together, *declared])
    firm = [(g[0], other) for g in decided for other in g[1:]]
    inside = {member: g[0] for g in decided for member in g}
    apart_machine = [(a, b) for a, b in apart_machine if inside[a] != inside[b]]
    found, held, _ = groups(entries, links, [*apart, *apart_machine], together=firm)
    for (a, b), reason in contradictions:
        kind = ruled[(a, b)].kind if (a, b) in ruled else declared[(a, b)][0]
        problems.append(
            Problem(
                "decision-contradiction",
                f"'{kind}' on {a} and {b} was not applied: {reason}",
                "undo one of the decisions",
                file=ruled[(a, b)].file if (a, b) in ruled else "", subject=f"{a} {b}",
            )
        )  # fmt: skip
    matches = _matches(judged, ruled, declared, held, found)
    problems += _twins(matches, by_id)
    problems += _nations(found, by_id)
    routes = _routes(store.read("source", columns=("file", "routes")))
    works, links_rows = _works(found, by_id, routes)
    n_cited = _reference_counts(store, found)
    for work in works:
        work["n_references"] = n_cited.get(work["work_id"], 0)
    merged = len(records) - len(works)
    unsure = sum(match.verdict == "unsure" for match in matches)
    with project.writing("dedupe") as out:
        out.write("work", works)
        out.write("work_record", links_rows)
        out.write(
            "duplicate",
            (
                {"record_id": m.record_id, "other_id": m.other_id, "verdict": m.verdict, "score": m.score,
                 "reason": m.reason, "decided_by": m.decided_by}
                for m in matches
            ),
        )  # fmt: skip
        out.problems(problems)
        counts = {
            "records": len(records), "works": len(works), "merged": merged,
            "same": sum(match.verdict == "same" for match in matches), "unsure": unsure,
            "judged": memory.fresh, "remembered": memory.remembered,
        }  # fmt: skip
        text = f"{len(records):,} records are {len(works):,} works"
        if unsure:
            text += f"; {counted(unsure, 'pair')} {'waits' if unsure == 1 else 'wait'} for a person"
        if memory.remembered:
            text += f" ({counted(memory.fresh, 'pair')} judged, {memory.remembered:,} from before)"
        out.summary = Summary("dedupe", counts, text)
    memory.save(cache, rules)
    return out.summary


def _matches(
    judged: Mapping[Pair, Verdict],
    ruled: Mapping[Pair, Decision],
    declared: Mapping[Pair, tuple[str, str]],
    held: Mapping[Pair, str],
    found: Sequence[Sequence[str]],
) -> list[Match]:
    home = {member: group[0] for group in found for member in group}
    # what is ruled of two records holds for all records of their works
    parted = {frozenset(home[one] for one in pair) for pair, d in ruled.items() if d.kind == "different"}
    matches: list[Match] = []
    for pair in sorted({*judged, *ruled, *declared}):
        verdict = judged.get(pair, Verdict("different", 0.0, "not compared by the machine"))
        if pair in ruled:
            decision = ruled[pair]
            reason = decision.reason or decision.verdict or "decided"
            matches.append(Match(*pair, decision.kind, verdict.score, reason, decision.who))
        elif pair in declared:
            matches.append(Match(*pair, "same", 1.0, *declared[pair]))
        elif verdict.verdict != "different" and frozenset(home[one] for one in pair) in parted:
            reason = f"{verdict.reason}; other records of their works are ruled apart"
            matches.append(Match(*pair, "different", verdict.score, reason))
        elif pair in held:
            reason = f"{verdict.reason}; {held[pair]}"
            matches.append(Match(*pair, "unsure", verdict.score, reason))
        elif verdict.verdict == "unsure" and home[pair[0]] == home[pair[1]]:
            reason = f"{verdict.reason}; joined through another record"
            matches.append(Match(*pair, "same", verdict.score, reason))
        elif verdict.verdict != "different":
            matches.append(Match(*pair, verdict.verdict, verdict.score, verdict.reason))
    return matches


def _twins(matches: Sequence[Match], by_id: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Say which policy documents may be one: each counts in its nation's figures."""
    problems = []
    for match in matches:
        if match.verdict != "unsure" or by_id[match.record_id]["kind"] != "policy":
            continue
        file = by_id[match.record_id]["source_file"]
        other = by_id[match.other_id]["source_file"]
        decide = f'metanarrative decide same "{match.record_id} {match.other_id}"'
        twin = match.reason.startswith("looks like two language versions")
        message = f"looks like another language version of {other}" if twin else f"may be {other} again: {match.reason}"
        problems.append(
            Problem(
                "possible-twin" if twin else "possible-duplicate",
                f"{message}; now they count as two documents",
                f"{decide}, or fill the column expression_of in manifest.csv" if twin else decide,
                file=file,
                subject=f"{match.record_id} {match.other_id}",
            )
        )
    return problems


def _nations(found: Sequence[Sequence[str]], by_id: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Say where copies of one policy document were put under several nations."""
    problems = []
    for group in found:
        nations = {facets_of(by_id[member]).get("nation", "") for member in group} - {""}
        if len(nations) > 1:
            files = ", ".join(sorted(str(by_id[member]["source_file"]) for member in group))
            problems.append(
                Problem(
                    "nation-conflict",
                    f"one document is filed under {' and '.join(sorted(nations))}: {files}; it stands on neither side",
                    "keep one copy, or give both the same nation; a document for England and Wales has the nation uk",
                    subject=group[0],
                )
            )
    return problems


def _routes(sources: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in sources:
        text = str(row["routes"] or "")
        try:
            parts = json.loads(text) if text.startswith("[") else re.split(r"\s*;\s*", text)
        except ValueError:
            parts = [text]
        found[row["file"]] = [str(part) for part in parts if str(part).strip()]
    return found


def _works(
    found: Sequence[Sequence[str]],
    by_id: Mapping[str, Mapping[str, Any]],
    routes: Mapping[str, Sequence[str]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    works: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for group in found:
        records = [by_id[member] for member in group]
        work_id = re.sub(r"^rec_", "wk_", group[0])
        kind = records[0]["kind"]
        analysed = _analysed(records)
        # a translation must not lend its title to the expression that is analysed
        own = (
            [r for r in records if language_of_record(r) == language_of_record(analysed)]
            if kind == "policy"
            else records
        )
        work = merge(own)
        work["work_id"] = work_id
        if kind == "policy":
            work["language"] = language_of_record(analysed)
            ranked = [analysed, *(r for r in records if r is not analysed)]
            facets = [facets_of(r) for r in ranked]
            for name in (*_FACETS, "type"):
                value = next((f[name] for f in facets if f.get(name)), "")
                if value or name != "type":
                    work[name] = value
            if len({f["nation"] for f in facets if f.get("nation")}) > 1:
                work["nation"] = ""  # on neither side until somebody rules; listed as nation-conflict
        files = sorted({str(r["source_file"]) for r in records})
        work["sources"] = files
        work["routes"] = sorted({route for file in files for route in routes.get(file, ())})
        work["n_records"] = len(records)
        works.append(work)
        rows += [
            {
                "work_id": work_id,
                "record_id": record["record_id"],
                "expression": language_of_record(record) if kind == "policy" else "",
                "analysed": int(record is analysed),
            }
            for record in records
        ]
    return works, rows


def _analysed(records: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    # English by default: the cue rules and the packaged model know it best (docs/decisions)
    if records[0]["kind"] != "policy":
        return min(records, key=lambda r: (-len(str(r.get("abstract") or "")), str(r["record_id"])))
    order = {"en": 0, "mixed": 1, "cy": 2, "unknown": 3}
    return min(records, key=lambda r: (order.get(language_of_record(r), 4), str(r["record_id"])))


def _reference_counts(store: Any, found: Sequence[Sequence[str]]) -> dict[str, int]:
    """Count a work's references over its copies, each cited thing once."""
    from metanarrative.text.citations import same_reference_keys

    home = {member: re.sub(r"^rec_", "wk_", group[0]) for group in found for member in group}
    several = {member for group in found if len(group) > 1 for member in group}
    counts: dict[str, int] = {}
    lists: dict[str, dict[str, list[tuple[str, ...]]]] = {}
    for row in store.read("record_reference"):
        work = home.get(row["record_id"])
        if work is None:
            continue
        if row["record_id"] in several:
            lists.setdefault(work, {}).setdefault(row["record_id"], []).append(same_reference_keys(row))
        else:
            counts[work] = counts.get(work, 0) + 1
    for work, copies in lists.items():
        seen: set[str] = set()
        total = 0
        for _, keys_of in sorted(copies.items(), key=lambda item: (-len(item[1]), item[0])):
            for keys in keys_of:
                total += not seen.intersection(keys)
            seen.update(key for keys in keys_of for key in keys)
        counts[work] = total
    return counts
