"""The alignment table: reuse first, then mutual neighbours, people's rulings, and what has no partner."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from metanarrative.compare.align import (
    LEAST_THEME,
    best_pairs,
    differing,
    slots,
    tfidf_rows,
    verdict_of,
)
from metanarrative.compare.machinery import kind_of
from metanarrative.compare.parallel import parallel_documents
from metanarrative.compare.reuse import Reuse, find_reuse

__all__ = ["align_passages", "closest_reuse"]

NEARLY = 0.9
"""Share of the most that a passage shares with any other, from which wording counts as taken from here."""

CLOSE = 0.7
"""Similarity from which even a possible pair counts as close."""

Row = Mapping[str, Any]


def _owners(a: Row, b: Row) -> tuple[str, str]:
    return str(a.get("work_id", "")), str(b.get("work_id", ""))


def closest_reuse(found: Sequence[Reuse]) -> list[Reuse]:
    """Return the pairs in which each passage shares nearly as much with the other as with any.

    Provisions made on one pattern share wording with all their siblings; a passage that takes up two
    others whole keeps both.

    Examples
    --------
    >>> whole, part = Reuse(0, 0, 90, 45, 1.0), Reuse(0, 1, 40, 20, 0.5)
    >>> closest_reuse([whole, part]) == [whole]
    True
    """
    best_a: dict[int, float] = {}
    best_b: dict[int, float] = {}
    for pair in found:
        best_a[pair.a] = max(best_a.get(pair.a, 0.0), pair.share)
        best_b[pair.b] = max(best_b.get(pair.b, 0.0), pair.share)
    return [pair for pair in found if pair.share >= NEARLY * max(best_a[pair.a], best_b[pair.b])]


def align_passages(
    a: Sequence[Row], b: Sequence[Row], ids: Mapping[str, int], vectors: Any, *, semantic: bool,
    themes_of: Mapping[str, Sequence[str]], provisions: Sequence[Row],
    rulings: Mapping[tuple[str, str], tuple[str, str]] | None = None,
    shared: float = 1.15, possible: float = 1.0, least: float = 0.40,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows of the alignment table.

    Parameters
    ----------
    a, b : sequence of mapping
        Passages of the two sides: passage_id, text.
    ids : mapping of str to int
        Row of each passage in `vectors`.
    vectors : ndarray, shape (n, d)
        Unit rows; not used where `semantic` is false (then TF-IDF of the words).
    themes_of : mapping of passage id to themes
    provisions : sequence of mapping
        Rows of the provision table, for the slots.
    rulings : mapping of (passage, passage) to (accept | reject, who), optional

    Returns
    -------
    list of dict
        For a pair: passage of side a first; similarity is the cosine and margin the ratio (for
        ``reuse``: shares of the shorter text). For a passage without a partner ``other_id`` is ""
        and similarity the best cosine on the other side.

    Examples
    --------
    >>> a = [{"passage_id": "ps_1", "text": "The plan must be reviewed every year by the whole care team."}]
    >>> b = [{"passage_id": "ps_2", "text": "The plan must be reviewed every year by the whole care team."}]
    >>> rows = align_passages(a, b, {}, None, semantic=False, themes_of={}, provisions=[])
    >>> [(r["passage_id"], r["other_id"], r["verdict"]) for r in rows]
    [('ps_1', 'ps_2', 'reuse')]
    """
    rulings = rulings or {}
    by = "vectors" if semantic else "words"
    place_a = {row["passage_id"]: at for at, row in enumerate(a)}
    place_b = {row["passage_id"]: at for at, row in enumerate(b)}
    by_passage: dict[str, list[Row]] = {}
    for provision in provisions:
        by_passage.setdefault(provision["passage_id"], []).append(provision)
    accepted: dict[tuple[int, int], str] = {}
    rejected: dict[tuple[int, int], str] = {}
    for (first, second), (verdict, person) in rulings.items():
        if first in place_b and second in place_a:
            first, second = second, first
        if first in place_a and second in place_b:
            target = accepted if verdict == "accept" else rejected
            other = rejected if verdict == "accept" else accepted
            target[place_a[first], place_b[second]] = person
            other.pop((place_a[first], place_b[second]), None)

    rows: list[dict[str, Any]] = []

    def theme_text(*passages: str) -> str:
        sets = [set(themes_of.get(p, ())) for p in passages]
        return ";".join(sorted(set.intersection(*sets)))

    def pair_row(
        i: int, j: int, similarity: float, margin: float, verdict: str, who: str = "machine", how: str = ""
    ) -> dict[str, Any]:
        first, second = a[i]["passage_id"], b[j]["passage_id"]
        gaps = differing(
            slots(a[i]["text"], by_passage.get(first, ())), slots(b[j]["text"], by_passage.get(second, ())),
            # to say that one denies the other is a strong claim: it needs more than a possible pair
            close=verdict in ("same subject", "accepted") or (similarity >= CLOSE and verdict != "reuse"),
        )  # fmt: skip
        return {
            "passage_id": first, "other_id": second, "theme": theme_text(first, second),
            "similarity": round(float(similarity), 4), "margin": round(float(margin), 4), "verdict": verdict,
            "differs": json.dumps(gaps, ensure_ascii=False), "decided_by": who,
            "how": how or ("person" if who != "machine" else by),
        }  # fmt: skip

    done_a = {i for i, _ in accepted}
    done_b = {j for _, j in accepted}
    taken: set[tuple[int, int]] = set()
    wording = [
        pair
        for pair in find_reuse([row["text"] for row in a], [row["text"] for row in b])
        if (pair.a, pair.b) not in rejected and (pair.a, pair.b) not in accepted
    ]

    @cache
    def weights() -> Any:
        return tfidf_rows([str(row["text"]) for row in (*a, *b)])

    # two versions of one text are aligned in their order, which tells more than likeness alone
    ordered = parallel_documents(a, b, weights, [(pair.a, pair.b) for pair in wording])
    versions = {_owners(a[i], b[j]) for i, j, _, _ in ordered}
    partner = {(0, i): j for i, j, _, _ in ordered} | {(1, j): i for i, j, _, _ in ordered}
    for found in closest_reuse(wording):
        here = (found.a, found.b)
        if _owners(a[found.a], b[found.b]) in versions and not (
            partner.get((0, found.a), found.b) == found.b and partner.get((1, found.b), found.a) == found.a
        ):
            continue  # wording of a sibling: in two versions of one text its own partner is known
        rows.append(pair_row(*here, found.share, found.share, "reuse", how="shingles"))
        taken.add(here)
        # a shared sentence inside two longer passages does not settle what the passages are about
        if found.share >= 0.5:
            done_a.add(found.a)
            done_b.add(found.b)

    if semantic:
        left = vectors[[ids[row["passage_id"]] for row in a]] if a else np.zeros((0, 1))
        right = vectors[[ids[row["passage_id"]] for row in b]] if b else np.zeros((0, 1))
    else:
        both = weights()
        left, right = both[: len(a)], both[len(a) :]
    kinds_a, kinds_b = [kind_of(str(row["text"])) for row in a], [kind_of(str(row["text"])) for row in b]
    free_a = [i for i in range(len(a)) if i not in done_a]
    free_b = [j for j in range(len(b)) if j not in done_b]
    back_a, back_b = {i: k for k, i in enumerate(free_a)}, {j: k for k, j in enumerate(free_b)}
    pairs, best_a, best_b = best_pairs(
        left[free_a],
        right[free_b],
        forbidden=[(back_a[i], back_b[j]) for i, j in rejected if i in back_a and j in back_b],
    )
    judged = [
        (free_a[p.a], free_b[p.b], p, verdict)
        for p in pairs
        if (verdict := verdict_of(p, semantic=semantic, shared=shared, possible=possible, least=least))
        # what a word means is answered by what it means elsewhere, not by what is done
        and kinds_a[free_a[p.a]] == kinds_b[free_b[p.b]]
    ]
    # versions that were reworded throughout share hardly any wording, but many close pairs
    close = sorted({(i, j) for i, j, _, _ in judged} | taken)
    later = parallel_documents(a, b, weights, [(i, j) for i, j in close if _owners(a[i], b[j]) not in versions])
    versions |= {_owners(a[i], b[j]) for i, j, _, _ in later}
    ordered += later
    for i, j, likeness, moved in ordered:
        if i not in done_a and j not in done_b and (i, j) not in rejected and (i, j) not in taken:
            verdict = "same subject" if likeness >= least and not moved else "possible"
            rows.append(pair_row(i, j, likeness, 0.0, verdict, how="order"))
            done_a.add(i)
            done_b.add(j)
    for i, j, pair, verdict in judged:
        if _owners(a[i], b[j]) in versions:
            continue  # of two versions of one text all partners are known, those that moved too
        if (i, j) not in taken and i not in done_a and j not in done_b:
            rows.append(pair_row(i, j, pair.similarity, pair.margin, verdict))
            done_a.add(i)
            done_b.add(j)

    def cosine(i: int, j: int) -> float:
        value = left[i] @ right[j].T
        return float(value.toarray()[0, 0]) if hasattr(value, "toarray") else float(value)

    for ruled, verdict in ((accepted, "accepted"), (rejected, "rejected")):
        rows += [pair_row(i, j, cosine(i, j), 0.0, verdict, who) for (i, j), who in sorted(ruled.items())]

    for mine, others, best, back, done in ((a, b, best_a, back_a, done_a), (b, a, best_b, back_b, done_b)):
        on_theme = Counter(theme for row in others for theme in set(themes_of.get(row["passage_id"], ())))
        for at, row in enumerate(mine):
            if at in done or not others:
                continue
            near = float(best[back[at]])
            themes = themes_of.get(str(row["passage_id"]), ())
            rich = any(on_theme[theme] >= LEAST_THEME for theme in themes)
            looked = semantic and near < least and rich
            rows.append(
                {
                    "passage_id": row["passage_id"], "other_id": "", "theme": theme_text(row["passage_id"]),
                    "similarity": round(max(near, -1.0), 4), "margin": 0.0,
                    "verdict": "none found" if looked else "no counterpart found yet",
                    "differs": "{}", "decided_by": "machine", "how": by,
                }
            )  # fmt: skip
    return sorted(rows, key=lambda row: (row["passage_id"], row["other_id"]))
