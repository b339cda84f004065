"""Terms: which words one side uses more than the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metanarrative.compare.contrasts import Sides
    from metanarrative.config import CompareSettings
    from metanarrative.project import Project

LEAST_USES = 5
PLACES = ("subsection", "subsections", "sub-paragraph", "sub-paragraphs", "paragraph", "paragraphs")
"""Places inside a law: no words of policy."""

Row = dict[str, Any]


def keyness_rows(
    project: Project,
    settings: CompareSettings,
    sides: Sides,
    works: Mapping[str, Row],
    passages: Sequence[Row],
    reused: set[str],
) -> list[Row]:
    """Count terms by document without giveaways, boiler-plate and reused passages, and test them."""
    from metanarrative.compare import contrasts
    from metanarrative.compare.keyness import LEAST_TOTAL, count_terms, keyness
    from metanarrative.compare.ligatures import broken_words, mended
    from metanarrative.compare.machinery import kind_of
    from metanarrative.text.welsh import STOP_EN

    texts: dict[str, list[str]] = {work: [] for work in sides.works}
    for row in passages:
        if row["work_id"] not in texts or row["language"] == "cy" or row["passage_id"] in reused:
            continue
        if kind_of(row["text"]) != "machinery":  # how a law is drafted tells its genre, not its nation
            texts[row["work_id"]].append(row["text"])
    broken = broken_words(texts)
    clean = {
        work: [mended(text, broken.get(work, {})) for text in rows]
        for work, rows in contrasts.without_boilerplate(texts).items()
    }
    bodies = {str(works[w].get(name) or "") for w in sides.works for name in ("issuer", "site")}
    mask = contrasts.mask_pattern(sorted({*bodies, *PLACES}))
    documents, sizes = [], []
    for work in sides.works:
        terms: list[tuple[str, str]] = []
        size = 0
        for text in clean[work]:
            found, n = contrasts.masked_terms(text, mask, STOP_EN)
            terms += found
            size += n
        documents.append(terms)
        sizes.append(size)
    # a document without English words is no document here
    with_words = [at for at, size in enumerate(sizes) if size > 0]

    own = replace(
        sides,
        works=tuple(sides.works[at] for at in with_words),
        side_b=tuple(sides.side_b[at] for at in with_words),
        genres=tuple(sides.genres[at] for at in with_words),
    )
    if not all(own.counts()):
        return []
    tested = min(own.counts()) >= 4
    labels, counts, lengths = count_terms(
        [documents[at] for at in with_words],
        [sizes[at] for at in with_words],
        least_total=LEAST_USES,
        least_documents=3 if tested else 1,
    )
    rng = project.rng("compare")
    # terms below the least total are shown as candidates: too rare to be tested, too telling to be hidden
    often = counts.sum(axis=0) >= (LEAST_TOTAL if tested else LEAST_USES)
    rows: list[Row] = []
    most = contrasts.MOST_CANDIDATES
    for chosen, relabellings in ((often, settings.relabellings), (~often, 0)):
        names = tuple(label for label, keep in zip(labels, chosen, strict=True) if keep)
        key = keyness(counts[:, chosen], lengths, own.mask, rng, q=settings.q, relabellings=relabellings)
        if relabellings and key.tested:
            # behind an open gate rare terms are read beside the list; behind a shut one all is candidates, 20 in all
            most = 2 * contrasts.MOST_CANDIDATES if key.gate else contrasts.MOST_CANDIDATES // 2
        rows += contrasts.term_rows(
            own, names, counts[:, chosen], lengths, key, q=settings.q, rare=not relabellings, most=most
        )
    # two stems may share their commonest form: the stronger row stays
    once: dict[str, Row] = {}
    for row in rows:
        once.setdefault(row["item"], row)
    return list(once.values())
