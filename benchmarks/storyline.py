"""Storylines: planted turns found at their year, and none found where years mean nothing.

Made literatures of 100 works on each side of a known year. A share of the words of the later works
comes from a vocabulary of their own; with the share at 0, or with the years shuffled, nothing turns.
The wanted figures are those of the acceptance test on storylines: a shift of 40 % found in nine of
ten sets or more, at most a year off; something found in one of ten sets or fewer where there is nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import numpy as np

from metanarrative.storyline.phases import document_terms, find_phases

TURN = 2000


def literature(
    seed: int, share: float, *, side: int = 100, words: int = 120
) -> tuple[list[dict[str, int]], np.ndarray]:
    """Return the terms of works and their years; `share` of the words after the turn are new ones."""
    rng = np.random.default_rng(seed)
    years = np.sort(np.r_[rng.integers(1985, TURN, side), rng.integers(TURN, 2015, side)])
    common = 1 / np.arange(1, 401)
    common /= common.sum()
    terms = []
    for year in years:
        new = rng.random(words) < (share if year >= TURN else 0.0)
        drawn = np.where(new, 400 + rng.choice(400, words, p=common), rng.choice(400, words, p=common))
        terms.append({f"t{term}": 1 for term in set(drawn.tolist())})
    return terms, years


def turns(terms: list[dict[str, int]], years: np.ndarray, seed: int, shuffles: int) -> list[int]:
    """Return the years at which a phase begins, the first left out."""
    documents, _ = document_terms(terms)
    found = find_phases(documents, years, np.random.default_rng(seed), shuffles=shuffles)
    return [phase.first_year for phase in found[1:]]


def measure(sets: int, shuffles: int) -> Iterator[tuple[str, float, float, bool]]:
    """Yield (what, measured, wanted, smaller is better)."""
    for share, wanted in ((0.4, 0.90), (0.3, 0.0), (0.2, 0.0)):
        near = extra = 0
        off = []
        for seed in range(sets):
            found = turns(*literature(seed, share), seed, shuffles)
            distance = min((abs(year - TURN) for year in found), default=99)
            near += distance <= 1
            extra += len(found) > 1
            off += [distance] if found else []
        yield f"shift of {share:.0%}: found within a year", near / sets, wanted, False
        if share == 0.4:
            yield "  mean years off, where found", float(np.mean(off)) if off else float("inf"), 1.0, True
            yield "  sets with a further turn that is none", extra / sets, 0.0, False
    false = sum(bool(turns(*literature(seed, 0.0), seed, shuffles)) for seed in range(sets))
    yield "no shift: something found", false / sets, 0.10, True
    shuffled = 0
    for seed in range(sets):
        terms, years = literature(seed, 0.4)
        shuffled += bool(turns(terms, np.random.default_rng(seed + 10_000).permutation(years), seed, shuffles))
    yield "shift of 40%, years shuffled: something found", shuffled / sets, 0.10, True


def main() -> int:
    """Print the table; the exit status is 1 where a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=60, help="made literatures a row")
    parser.add_argument("--shuffles", type=int, default=199, help="shuffles of years, as in [storyline]")
    chosen = parser.parse_args()
    missed = 0
    print(f"{'what':52} {'measured':>9}   wanted")
    for what, value, wanted, smaller in measure(chosen.sets, chosen.shuffles):
        good = value <= wanted if smaller else value >= wanted
        told = "(no promise)" if not wanted else f"{'<=' if smaller else '>='} {wanted:.2f}"
        missed += not good
        print(f"{what:52} {value:9.3f}   {told:12} {'' if not wanted else 'reached' if good else 'MISSED'}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
