"""T15 in small: a planted turn is found at its year, and none where years mean nothing."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SETS = 8


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "benchmark_storyline", Path(__file__).parents[1] / "benchmarks/storyline.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_shift_of_two_fifths_is_found_within_a_year(bench: ModuleType) -> None:
    off = []
    for seed in range(SETS):
        found = bench.turns(*bench.literature(seed, 0.4), seed, 39)
        off.append(min((abs(year - bench.TURN) for year in found), default=99))
    assert sum(distance <= 1 for distance in off) >= SETS - 1


def test_shuffled_years_and_no_shift_turn_nowhere(bench: ModuleType) -> None:
    none = sum(bool(bench.turns(*bench.literature(seed, 0.0), seed, 39)) for seed in range(SETS))
    shuffled = 0
    for seed in range(SETS):
        terms, years = bench.literature(seed, 0.4)
        shuffled += bool(bench.turns(terms, np.random.default_rng(seed + 50).permutation(years), seed, 39))
    # at a level of .05, three or more of eight come by chance in one run of two hundred
    assert none <= 2
    assert shuffled <= 2
