"""T10 and T12 to T16 of the comparison in small; benchmarks/validity.py runs them large."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from acceptance import align_paraphrases, corrections, paraphrases, policy_project, quotations, turns

from metanarrative import plugins
from metanarrative.compare.align import tfidf_rows
from metanarrative.project import Project

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The policy documents of the worked example, compared."""
    return policy_project(tmp_path_factory.mktemp("policy") / "p")


def test_paraphrases_without_a_model_promise_little_and_say_nothing_is_absent() -> None:
    left, right, n = paraphrases()
    assert (n, len(left), len(right)) == (24, 38, 38)
    rows = tfidf_rows(left + right)
    found = align_paraphrases(rows[: len(left)], rows[len(left) :], n, semantic=False)
    # T10 without vectors: words alone may call nothing the same subject, and claim no absence
    assert found.shared == 0
    assert found.absent == 0
    assert found.given <= n / 2


@pytest.mark.model
def test_paraphrases_with_the_language_model() -> None:
    left, right, n = paraphrases()
    embedders, _ = plugins.load_all("metanarrative.embedders")
    rows = np.asarray(embedders["minilm"]().embed(left + right))
    found = align_paraphrases(rows[: len(left)], rows[len(left) :], n, semantic=True)
    assert found.shared_right >= 0.90 * found.shared
    assert found.shared >= n / 3
    assert found.absent_right >= 0.90 * found.absent
    assert found.absent >= 5
    assert found.in_best_three >= 0.90 * n


def test_quotations_stand_where_they_are_said_to(policy: Project) -> None:
    right, asked = quotations(policy, 500, np.random.default_rng(12))
    assert asked >= 200
    assert right == asked


def test_quotations_of_real_law_stand_where_they_are_said_to(shared: Callable[[str], Path], tmp_path: Path) -> None:
    names = ("wales_wsi_2024_1002_cy.xml", "uk_uksi_2025_3.xml", "england_neighbourhood_health_guidelines_2025_26.md")
    project = policy_project(tmp_path / "p", [shared(f"policy/{name}") for name in names])
    assert quotations(project, 500, np.random.default_rng(12)) == (500, 500)


def test_hundred_corrections_survive(policy: Project) -> None:
    kept, asked, same = corrections(policy, 100, np.random.default_rng(13))
    assert asked == 100
    assert kept == 100
    assert same


def test_planted_turns_are_found_and_calm_years_are_not_flagged() -> None:
    sets = 30
    found, near = turns(sets, 0.40, shuffles=39)
    assert near == found
    # T15: at least .90 found, at most .10 false, widened by two binomial standard errors of 30 sets
    assert found / sets >= 0.90 - 2 * (0.9 * 0.1 / sets) ** 0.5
    assert turns(sets, 0.0, shuffles=39)[0] / sets <= 0.10 + 2 * (0.9 * 0.1 / sets) ** 0.5
