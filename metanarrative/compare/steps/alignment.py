"""Alignment: which passages of the two sides are on the same subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.compare.contrasts import Sides
    from metanarrative.config import CompareSettings
    from metanarrative.project import Project

LEAST_WORDS = 8

Row = dict[str, Any]


def alignment_rows(
    project: Project, settings: CompareSettings, sides: Sides, passages: Sequence[Row], ids: Mapping[str, int],
    vectors: Any, known: tuple[str, ...], semantic: bool, themes_of: Mapping[str, Sequence[str]],
    provisions: Sequence[Row], problems: list[Problem],
) -> list[Row]:  # fmt: skip
    """Align the passages of the two sides and heed what people accepted or rejected."""
    from metanarrative.compare.machinery import kind_of
    from metanarrative.compare.matching import align_passages
    from metanarrative.compare.words import words

    side = dict(zip(sides.works, sides.side_b, strict=True))
    mine = [row for row in passages if row["work_id"] in side and len(words(row["text"])) >= LEAST_WORDS]
    working = {row["passage_id"] for row in mine if kind_of(row["text"]) == "machinery"}
    if working:
        owners = {row["work_id"] for row in mine if row["passage_id"] in working}
        problems.append(
            Problem(
                "machinery-not-aligned",
                f"{counted(len(working), 'passage')} of {counted(len(owners), 'document')} only amend, cite or bring "
                "into force: no partner was looked for",
                severity="note",
            )
        )
        mine = [row for row in mine if row["passage_id"] not in working]
    glossed: list[Row] = []
    through: set[str] = set()
    if not (semantic and "cy" in known):
        mine, glossed, ids, through = _welsh_by_other_ways(project, mine, ids, semantic=semantic, problems=problems)
    if semantic:
        mine = [row for row in mine if row["passage_id"] in ids]
    elif mine:
        problems.append(
            Problem(
                "aligned-by-words",
                "passages were aligned by common words alone; nothing is called 'none found'",
                mend="pip install 'metanarrative[models]', then run again",
                severity="note",
            )
        )
    names = {row["passage_id"] for row in (*mine, *glossed)}
    accepted: dict[tuple[str, str], tuple[str, str]] = {}
    for decision in project.decisions("align"):
        parts = decision.subject.split()
        if len(parts) != 2 or decision.verdict not in ("accept", "reject"):
            problems.append(
                Problem(
                    "bad-decision",
                    "an align decision needs two passages and accept or reject",
                    mend='subject "ps_... ps_...", verdict accept',
                    subject=decision.subject,
                )
            )
        elif not names.issuperset(parts):
            problems.append(
                Problem(
                    "decision-lost",
                    "an align decision is about a passage that is not compared any more",
                    mend="undo or correct the decision",
                    subject=decision.subject,
                )
            )
        else:
            accepted[parts[0], parts[1]] = (decision.verdict, decision.who)

    def align(left: list[Row], right: list[Row], *, by_meaning: bool) -> list[Row]:
        return align_passages(
            left,
            right,
            ids,
            vectors,
            semantic=by_meaning,
            themes_of=themes_of,
            provisions=provisions,
            rulings=accepted,
            shared=settings.margin_shared,
            possible=settings.margin_possible,
            least=settings.min_cosine,
        )

    sides_of = ([row for row in mine if not side[row["work_id"]]], [row for row in mine if side[row["work_id"]]])
    rows = align(*sides_of, by_meaning=semantic)
    for row in rows:
        if row["how"] in ("vectors", "words") and through & {row["passage_id"], row["other_id"]}:
            row["how"] = "expression pair"
    for at in (False, True):
        welsh = [row for row in glossed if side[row["work_id"]] == at]
        if not welsh or not sides_of[not at]:
            continue
        pair = (sides_of[0], welsh) if at else (welsh, sides_of[1])
        own = {row["passage_id"] for row in welsh}
        found = [row for row in align(*pair, by_meaning=False) if own & {row["passage_id"], row["other_id"]}]
        partners = {key for row in found if row["other_id"] for key in (row["passage_id"], row["other_id"])}
        rows = [row for row in rows if row["other_id"] or row["passage_id"] not in partners]
        for row in found:
            if row["decided_by"] == "machine":
                row["how"] = "dictionary"
                # a handful of terms cannot say that two provisions are the same
                row["verdict"] = "possible" if row["other_id"] else "no counterpart found yet"
        rows += found
    return sorted(rows, key=lambda row: (row["passage_id"], row["other_id"]))


def _welsh_by_other_ways(
    project: Project, mine: list[Row], ids: Mapping[str, int], *, semantic: bool, problems: list[Problem]
) -> tuple[list[Row], list[Row], Mapping[str, int], set[str]]:
    """Give Welsh passages English words to be aligned by, where the model does not know Welsh.

    Returns the passages with those that an English expression speaks for, those that only the
    dictionary speaks for, the rows of vectors, and the ids of the former.
    """
    from metanarrative.compare.bilingual import LEAST_TERMS, gloss, paired_passages

    welsh = [row for row in mine if row["language"] == "cy"]
    if not welsh:
        return mine, [], ids, set()
    owners = sorted({row["work_id"] for row in welsh})
    english: dict[str, list[Row]] = {}
    for row in project.store.read("passage", where={"work_id": set(owners), "expression": "en"}):
        if row["language"] != "cy" and row["kind"] not in ("heading", "title"):
            english.setdefault(row["work_id"], []).append(row)
    kept = [row for row in mine if row["language"] != "cy"]
    more = dict(ids)
    through: set[str] = set()
    glossed: list[Row] = []
    lost: list[Row] = []
    for work in owners:
        own = [row for row in welsh if row["work_id"] == work]
        twins = sorted(english.get(work, []), key=lambda row: (row["position"], row["passage_id"]))
        text = {row["passage_id"]: row["text"] for row in twins}
        pairs = paired_passages(own, twins) if twins else {}
        for row in own:
            other = pairs.get(row["passage_id"], "")
            terms = gloss(row["text"])
            if other and (not semantic or other in ids):
                through.add(row["passage_id"])
                if other in ids:
                    more[row["passage_id"]] = ids[other]
                kept.append({**row, "text": text[other]})
            elif len(set(terms)) >= LEAST_TERMS:
                glossed.append({**row, "text": " ".join(terms)})
            else:
                lost.append(row)
    if glossed:
        problems.append(
            Problem(
                "welsh-by-dictionary",
                f"{len(glossed)} Welsh passages of {len({r['work_id'] for r in glossed})} documents were aligned "
                "through a few terms of the bilingual dictionary, because the model does not know Welsh: such pairs "
                "are possible at most",
                mend="add the English expression of these documents, or use a model that knows Welsh",
                severity="note",
            )
        )
    if lost:
        problems.append(
            Problem(
                "welsh-not-aligned",
                f"{len(lost)} Welsh passages of {len({r['work_id'] for r in lost})} documents were not aligned: "
                "the model does not know Welsh",
                mend="add the English expression of these documents, or use a model that knows Welsh",
            )
        )
    order = sorted(kept, key=lambda row: (row["work_id"], row["position"], row["passage_id"]))
    return order, glossed, more, through
