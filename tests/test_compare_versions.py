"""Two versions of one policy text, edited as drafters edit: a generator independent of test_compare_parallel.

Paragraphs are made of English sentences from templates, so that siblings are alike; whole sections
move, neighbours swap, paragraphs are dropped and new ones written, and rewording means synonyms, modal
verbs, turned clauses, cut and added phrases.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from metanarrative.compare.align import tfidf_rows
from metanarrative.compare.matching import align_passages
from metanarrative.compare.parallel import align_parallel

BEARERS = (
    "the local authority",
    "the health board",
    "the care coordinator",
    "the responsible clinician",
    "each provider",
    "the service manager",
    "the community team",
    "the commissioner",
)
ACTS = (
    "review",
    "record",
    "explain",
    "publish",
    "arrange",
    "assess",
    "monitor",
    "agree",
    "share",
    "store",
    "revise",
    "translate",
    "approve",
    "discuss",
)
THINGS = (
    "the care plan",
    "the crisis plan",
    "the assessment of risk",
    "the carer's assessment",
    "the discharge letter",
    "the list of medicines",
    "the complaint procedure",
    "the advocacy service",
    "the record of consent",
    "the housing application",
    "the plan for leaving hospital",
    "the yearly report",
    "the training programme",
    "the information leaflet",
    "the direct payment",
    "the transport to appointments",
)
WHENS = (
    "within seven days",
    "at least once a year",
    "before the person leaves hospital",
    "as soon as possible",
    "after each change of circumstances",
    "every three months",
    "when the person asks for it",
    "at the first meeting",
)
WHYS = (
    "so that the person knows what to expect",
    "because plans that nobody reads help nobody",
    "to protect the person's rights",
    "so that carers are not left alone with decisions",
    "to keep services joined up",
    "so that language is no barrier",
    "to make progress visible",
    "so that mistakes are found early",
)
EXTRAS = (
    "A copy is kept with the records.",
    "The person may bring a friend.",
    "Written reasons are given for refusals.",
    "An interpreter is offered where it helps.",
    "Wishes written down in advance are respected.",
    "Nothing here limits the duties in other guidance.",
    "Young people have the same choice.",
    "Electronic signatures are accepted.",
)
SYNONYMS = {
    "review": "reconsider",
    "record": "write down",
    "explain": "make clear",
    "publish": "make public",
    "arrange": "organise",
    "assess": "appraise",
    "monitor": "follow",
    "agree": "settle",
    "share": "pass on",
    "store": "keep",
    "revise": "update",
    "approve": "sign off",
    "discuss": "talk through",
    "person": "patient",
    "must": "is required to",
    "local authority": "council",
    "within": "not later than",
    "carer's": "family's",
    "hospital": "the ward",
    "services": "provision",
    "help": "assist",
    "decisions": "choices",
    "rights": "entitlements",
    "letter": "summary",
    "procedure": "process",
    "medicines": "medication",
    "plan": "written plan",
    "copy": "duplicate",
    "leaflet": "brochure",
    "training": "learning",
    "possible": "practicable",
    "yearly": "annual",
    "friend": "companion",
}


def pick(rng: np.random.Generator, pool: tuple[str, ...]) -> str:
    return str(pool[int(rng.integers(len(pool)))])


def paragraph(rng: np.random.Generator) -> str:
    said = []
    for _ in range(int(rng.integers(1, 4))):
        act, thing = (
            f"{pick(rng, BEARERS)} must {pick(rng, ACTS)} {pick(rng, THINGS)} {pick(rng, WHENS)}",
            pick(rng, WHYS),
        )
        said.append(f"{act[0].upper()}{act[1:]}, {thing}.")
    if rng.random() < 0.6:
        said.append(pick(rng, EXTRAS))
    return " ".join(said)


def reworded(rng: np.random.Generator, text: str) -> str:
    """Return a paragraph as another drafter would put it."""
    for word, other in SYNONYMS.items():
        if rng.random() < 0.4:
            text = re.sub(rf"\b{re.escape(word)}\b", other, text)
    said = re.split(r"(?<=\.) ", text)
    out = []
    for sentence in said:
        clause, _, rest = sentence.rstrip(".").partition(", ")
        if rest and rng.random() < 0.3:  # the reason first
            sentence = f"{rest[0].upper()}{rest[1:]}, {clause[0].lower()}{clause[1:]}."
        elif rest and rng.random() < 0.2:  # the reason dropped
            sentence = f"{clause}."
        out.append(sentence)
    if len(out) > 1 and rng.random() < 0.3:
        out.reverse()
    if len(out) > 2 and rng.random() < 0.3:
        out.pop()
    if rng.random() < 0.3:
        out.append(pick(rng, EXTRAS))
    return " ".join(out)


def versions(seed: int) -> tuple[list[str], list[str], set[tuple[int, int]]]:
    rng = np.random.default_rng([seed, 77])
    first = list(dict.fromkeys(paragraph(rng) for _ in range(int(rng.integers(30, 60)))))
    order = [k for k in range(len(first)) if rng.random() > rng.choice([0.05, 0.2])]
    start = int(rng.integers(0, len(order) - 5))  # a section moves
    section = order[start : start + 5]
    del order[start : start + 5]
    place = int(rng.integers(0, len(order)))
    order[place:place] = section
    for _ in range(3):  # neighbours swap
        k = int(rng.integers(0, len(order) - 1))
        order[k], order[k + 1] = order[k + 1], order[k]
    second: list[str] = []
    truth: set[tuple[int, int]] = set()
    for k in order:
        if rng.random() < 0.12:
            second.append(paragraph(rng))
        truth.add((k, len(second)))
        second.append(reworded(rng, first[k]) if rng.random() < 0.5 else first[k])
    return first, second, truth


def f1(found: set[tuple[int, int]], truth: set[tuple[int, int]]) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


def test_the_edits_are_real() -> None:
    first, second, truth = versions(0)
    assert len(truth) < len(second)
    assert len({i for i, _ in truth}) < len(first)
    assert sum(first[i] != second[j] for i, j in truth) > len(truth) / 4
    placed = [j for _, j in sorted(truth)]
    assert placed != sorted(placed)


@pytest.mark.parametrize("seed", range(10))
def test_versions_are_aligned(seed: int) -> None:
    first, second, truth = versions(seed)
    rows = tfidf_rows(first + second)
    likeness = (rows[: len(first)] @ rows[len(first) :].T).toarray()
    assert f1({(i, j) for i, j, _ in align_parallel(likeness)}, truth) >= 0.90


@pytest.mark.parametrize("seed", range(10, 16))
def test_the_stage_aligns_them_too(seed: int) -> None:
    first, second, truth = versions(seed)
    a = [{"passage_id": f"ps_a{k:03}", "work_id": "wk_a", "text": t} for k, t in enumerate(first)]
    b = [{"passage_id": f"ps_b{k:03}", "work_id": "wk_b", "text": t} for k, t in enumerate(second)]
    rows = align_passages(a, b, {}, None, semantic=False, themes_of={}, provisions=[])
    found = {(int(r["passage_id"][4:]), int(r["other_id"][4:])) for r in rows if r["other_id"]}
    assert f1(found, truth) >= 0.90
