"""Two versions of one text, and Welsh passages: what is paired, and by which way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_compare_run import document, make, run, two_nations

from metanarrative.compare.align import tfidf_rows
from metanarrative.compare.bilingual import dictionary, gloss, paired_passages
from metanarrative.compare.matching import align_passages
from metanarrative.compare.parallel import align_parallel, monotone

WORDS = (
    "care plan review carer patient ward team nurse doctor meeting record date copy risk crisis contact family need "
    "outcome goal support advice advocate appeal notice letter assessment capacity consent treatment medicine home "
    "hospital discharge transfer school work housing money benefit friend faith language culture interpreter safety "
    "complaint standard audit training supervision budget payment choice view wish hope strength history"
).split()
SYNONYM = {word: f"{word[::-1]}x" for word in WORDS[::3]}


def paragraph(rng: np.random.Generator) -> str:
    chosen = rng.choice(WORDS, 24)
    return "The " + " ".join(chosen) + " must be kept."


def versions(seed: int, n: int = 40) -> tuple[list[str], list[str], set[tuple[int, int]]]:
    """A text, a second version of it, and the true pairs: inserted, dropped, moved and reworded paragraphs."""
    rng = np.random.default_rng(seed)
    first = [paragraph(rng) for _ in range(n)]
    order = [k for k in range(n) if rng.random() > 0.15]  # dropped
    for _ in range(3):  # moved
        order.insert(int(rng.integers(0, len(order))), order.pop(int(rng.integers(0, len(order)))))
    second: list[str] = []
    truth: set[tuple[int, int]] = set()
    for k in order:
        if rng.random() < 0.15:
            second.append(paragraph(rng))  # inserted
        words = first[k].split()
        if rng.random() < 0.6:  # reworded: a third of the words
            words = [SYNONYM.get(w, w) if rng.random() < 0.8 else str(rng.choice(WORDS)) for w in words]
        truth.add((k, len(second)))
        second.append(" ".join(words))
    return first, second, truth


def f1(found: set[tuple[int, int]], truth: set[tuple[int, int]]) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


@pytest.mark.parametrize("seed", range(8))
def test_two_versions_of_one_text(seed: int) -> None:
    first, second, truth = versions(seed)
    rows = tfidf_rows(first + second)
    likeness = (rows[: len(first)] @ rows[len(first) :].T).toarray()
    assert f1({(i, j) for i, j, _ in align_parallel(likeness)}, truth) >= 0.90


def test_the_stage_aligns_parallel_documents_in_order() -> None:
    first, second, truth = versions(3)
    a = [{"passage_id": f"ps_a{k:03}", "work_id": "wk_a", "text": t} for k, t in enumerate(first)]
    b = [{"passage_id": f"ps_b{k:03}", "work_id": "wk_b", "text": t} for k, t in enumerate(second)]
    rows = align_passages(a, b, {}, None, semantic=False, themes_of={}, provisions=[])
    found = {(int(r["passage_id"][4:]), int(r["other_id"][4:])) for r in rows if r["other_id"]}
    assert f1(found, truth) >= 0.90
    assert "order" in {r["how"] for r in rows}


def test_order_is_kept_and_nothing_is_paired_twice() -> None:
    rng = np.random.default_rng(1)
    pairs = monotone(rng.random((30, 25)))
    assert pairs == sorted(pairs)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert monotone(np.zeros((3, 4))) == []
    assert align_parallel(np.zeros((0, 4))) == []


def test_dictionary_has_its_provenance() -> None:
    assert len(dictionary()) >= 50
    assert all(cy and en and why for cy, en, why in dictionary())


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Gwnaed hyn gan fwrdd iechyd lleol.", ["local health board"]),
        ("eu cydgysylltwyr gofal a'u gofalwyr", ["care coordinators", "carers"]),
        ("y gynllun gofal a chymorth", ["care and support plan"]),
        ("Mae'r haul yn tywynnu.", []),
    ],
)
def test_gloss_meets_mutations(text: str, terms: list[str]) -> None:
    assert gloss(text) == terms


def test_expression_pairs_by_number_then_by_order() -> None:
    cy: list[dict[str, Any]] = [
        {"passage_id": "c1", "paragraph": "1", "text": "Dyma'r dechrau."},
        {"passage_id": "c2", "paragraph": "", "text": "Rhaid i'r awdurdod lleol adolygu'r cynllun o fewn 28 diwrnod."},
        {"passage_id": "c3", "paragraph": "", "text": "Eiriolaeth annibynnol i bob claf perthnasol yn 2012."},
    ]
    en: list[dict[str, Any]] = [
        {"passage_id": "e1", "paragraph": "1", "text": "This is the beginning."},
        {"passage_id": "e2", "paragraph": "", "text": "The local authority must review the plan within 28 days."},
        {"passage_id": "e3", "paragraph": "", "text": "Independent advocacy for each relevant patient in 2012."},
    ]
    assert paired_passages(cy, en) == {"c1": "e1", "c2": "e2", "c3": "e3"}
    assert paired_passages(cy, []) == {}


def test_welsh_document_is_aligned_through_its_english_expression(tmp_path: Path) -> None:
    works, texts = two_nations()
    english = (
        "The advocate must visit every detained patient within seven days of a request and write down what is said."
    )
    welsh = "Rhaid i'r eiriolydd ymweld â phob claf o fewn saith diwrnod i gais ac ysgrifennu'r hyn a ddywedir."
    works.append(document("wales", 80, language="cy"))
    texts["wk_w80"] = [
        {"text": welsh, "expression": "cy", "language": "cy", "paragraph": "4", "position": 1},
        {"text": english, "expression": "en", "language": "en", "paragraph": "4", "position": 1},
    ]
    texts["wk_e00"].append(english.replace("write down", "record"))
    project = make(tmp_path, works, texts)
    run(project)
    (row,) = [r for r in project.store.read("alignment") if "ps_w80_001" in (r["passage_id"], r["other_id"])]
    assert row["passage_id"].startswith("ps_e00")
    assert row["verdict"] in ("reuse", "same subject", "possible")
    assert row["how"] in ("expression pair", "shingles")
