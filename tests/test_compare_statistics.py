"""Agreement, emphasis and keyness: published values, worked numbers, and fast forms of T1 to T5."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from acceptance import listed, speech

from metanarrative.compare.agreement import cohen_kappa, fleiss_kappa, grade, krippendorff_alpha, pabak, two_way_table
from metanarrative.compare.contrasts import Sides, force_rows, share_rows
from metanarrative.compare.emphasis import (
    benjamini_hochberg,
    leave_one_out,
    permutation_p,
    prior_of_variances,
    rogan_gladen,
    share_difference,
    within_genre,
)
from metanarrative.compare.keyness import count_terms, dispersion, keyness, overdispersion, weighted_log_odds

Shared = Callable[[str], Path]


# -- agreement ---------------------------------------------------------------------------------


def test_published_agreement(shared: Shared) -> None:
    known = json.loads(shared("known_answers/agreement.json").read_text("utf-8"))
    for case in known["cohen"]:
        assert cohen_kappa(case["table"]) == pytest.approx(case["kappa"], abs=1e-12)
    fleiss = known["fleiss_wikipedia"]
    assert fleiss_kappa(fleiss["ratings_per_subject_by_category"]) == pytest.approx(fleiss["kappa"], abs=1e-12)
    case = known["krippendorff_2011_C"]
    for level, alpha in case["alpha"].items():
        found = krippendorff_alpha(case["reliability_data_observers_by_units"], level)
        assert found == pytest.approx(alpha, abs=1e-12), level


def test_agreement_at_the_edges() -> None:
    assert math.isnan(cohen_kappa([[5, 0], [0, 0]]))
    assert math.isnan(cohen_kappa([[0, 0], [0, 0]]))
    assert math.isnan(krippendorff_alpha([[1, 1], [1, 1]]))
    assert pabak([[98, 1], [1, 0]]) == pytest.approx(0.96)
    assert cohen_kappa([[98, 1], [1, 0]]) < 0
    assert two_way_table([True, False], [True, True]).tolist() == [[0, 1], [0, 1]]
    with pytest.raises(ValueError, match="same number of coders"):
        fleiss_kappa([[2, 0], [1, 0]])
    with pytest.raises(ValueError, match="level of measurement"):
        krippendorff_alpha([[1, 2]], "cardinal")
    assert grade(float("nan")) == "not calibrated"


# -- emphasis ----------------------------------------------------------------------------------


def documents(rng: np.random.Generator, a: int, b: int, gap: float, planted: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Counts of 12 themes in documents of about 90 passages, between-document sd .5 logits."""
    side = np.arange(a + b) >= a
    base = np.log(np.linspace(0.06, 0.25, 12) / (1 - np.linspace(0.06, 0.25, 12)))
    logits = base + rng.normal(0, 0.5, (a + b, 12))
    logits[np.ix_(side, range(planted))] += gap
    n = rng.integers(45, 135, a + b)[:, None]
    return rng.binomial(n, 1 / (1 + np.exp(-logits))), np.broadcast_to(n, logits.shape)


@pytest.mark.parametrize(("a", "b"), [(3, 3), (4, 4), (6, 6), (10, 10), (3, 9)])
def test_no_difference_is_seldom_flagged(a: int, b: int) -> None:
    sets = 40
    side = np.arange(a + b) >= a
    flagged = 0
    for seed in range(sets):
        out = share_difference(*documents(np.random.default_rng([1, seed, a, b]), a, b, 0.0), side)
        flagged += bool((benjamini_hochberg(out.p) <= 0.10).any())
    # T1: at most 15 % of sets, widened by two binomial standard errors for 40 sets
    assert flagged / sets <= 0.15 + 2 * math.sqrt(0.15 * 0.85 / sets)


@pytest.mark.parametrize(("a", "power"), [(4, 0.40), (6, 0.70), (10, 0.90)])
def test_planted_themes_are_found(a: int, power: float) -> None:
    sets = 20
    side = np.arange(2 * a) >= a
    found, false = [], []
    for seed in range(sets):
        out = share_difference(*documents(np.random.default_rng([2, seed, a]), a, a, 1.1), side)
        hit = benjamini_hochberg(out.p) <= 0.10
        found.append(hit[:2].mean())
        false.append(hit[2:].sum() / max(1, hit.sum()))
    assert np.mean(found) >= power - 2 * math.sqrt(power * (1 - power) / (2 * sets))
    assert np.mean(false) <= 0.15 + 2 * math.sqrt(0.15 * 0.85 / sets)


def test_swapping_labels_changes_signs_only() -> None:
    y, n = documents(np.random.default_rng(3), 5, 7, 0.8)
    values = y / n
    side = np.arange(12) >= 5
    one, other = share_difference(y, n, side), share_difference(y, n, ~side)
    assert np.allclose(one.estimate, -other.estimate)
    assert np.allclose(benjamini_hochberg(one.p), benjamini_hochberg(other.p))
    assert np.allclose(one.low, -other.high)
    assert np.allclose(permutation_p(values, side), permutation_p(values, ~side))
    low, high = leave_one_out(values, side)
    back_low, back_high = leave_one_out(values, ~side)
    assert np.allclose(low, -back_high)
    assert np.allclose(high, -back_low)


@pytest.mark.parametrize(
    ("long", "short", "a", "b"),
    [
        ((100, 300), (3, 15), 12, 12),
        ((100, 300), (10, 40), 12, 12),
        ((2, 6), (1, 4), 23, 21),
        ((100, 300), (3, 15), 12, 4),
        ((100, 300), (3, 15), 4, 12),
        ((1, 7), (1, 7), 23, 21),
    ],
)
def test_length_of_documents_is_no_difference(long: tuple[int, int], short: tuple[int, int], a: int, b: int) -> None:
    # the same shares on both sides, beta-binomial, in documents of very unequal length
    shares = np.array([0.02, 0.03, 0.05, 0.05, 0.08, 0.1, 0.1, 0.15, 0.2, 0.3])
    sets = 60
    side = np.arange(a + b) >= a
    each, any_flag, covered = [], 0, []
    for seed in range(sets):
        rng = np.random.default_rng([6, seed, a, b, short[1]])
        n = np.concatenate([rng.integers(*long, a), rng.integers(*short, b)])[:, None]
        y = rng.binomial(n, rng.beta(20 * shares, 20 * (1 - shares), (a + b, len(shares))))
        out = share_difference(y, np.broadcast_to(n, y.shape), side)
        flags = benjamini_hochberg(out.p) <= 0.10
        each.append(flags.mean())
        any_flag += bool(flags.any())
        told = np.isfinite(out.low)
        covered.append(((out.low <= 0) & (out.high >= 0))[told].mean())
    assert np.mean(each) <= 0.05
    assert any_flag / sets <= 0.15 + 2 * math.sqrt(0.15 * 0.85 / sets)
    assert np.mean(covered) >= 0.92


def test_shares_are_printed_as_they_are() -> None:
    sides = Sides("nation", ("england", "wales"), tuple("abcdef"), (False,) * 3 + (True,) * 3, ("g",) * 6, ())
    y = np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]])
    n = np.array([[3.0], [5.0], [0.0], [2.0], [4.0], [4.0]])
    row = share_rows(sides, "theme", [("x", "x")], y, n, least=2)[0]
    assert row["share_a"] == 0  # no passage is no share, whatever the length
    assert row["share_b"] == pytest.approx((1 / 2 + 1 / 4 + 1 / 4) / 3)
    assert row["estimate"] == pytest.approx(1 / 3)
    assert (row["n_a"], row["of_a"], row["with_a"], row["n_docs_a"]) == (0, 8, 0, 2)
    assert (row["n_b"], row["of_b"], row["with_b"], row["n_docs_b"]) == (3, 10, 3, 3)
    assert row["same_genre"] == pytest.approx(1 / 3)  # all are of one genre
    silent = share_rows(sides, "theme", [("x", "x")], np.zeros((6, 1)), np.r_[np.zeros((3, 1)), np.ones((3, 1))])[0]
    assert silent["share_a"] is None
    assert silent["estimate"] is None
    assert silent["share_b"] == 0


def test_force_rows_are_one_family() -> None:
    rng = np.random.default_rng(11)
    names = tuple(f"wk_{k:02}" for k in range(10))
    sides = Sides("nation", ("e", "w"), names, (False,) * 5 + (True,) * 5, ("guidance",) * 10, ())
    rows = [
        {"work_id": work, "force": rng.choice(["must", "should", "may"]), "theme": "review", "bearer": "x" * (k % 3)}
        for work in names
        for k in range(40)
    ]
    found = force_rows(sides, ["review"], rows)
    assert [r["item"] for r in found].count("must") == 2
    tested = [r for r in found if r["p"] is not None]
    q = benjamini_hochberg([r["p"] for r in tested])
    assert [r["q"] for r in tested] == pytest.approx(q.tolist())
    assert all("sum to one" in r["caveat"] for r in found if r["item"] in ("must", "should", "may"))


def test_t_is_the_root_of_the_quasi_likelihood_ratio() -> None:
    from scipy.integrate import quad

    y, n = np.array([8.0, 14.0, 21.0, 16.0, 25.0, 31.0, 38.0]), np.full(7, 100.0)
    side = np.array([0, 0, 0, 1, 1, 1, 1], dtype=bool)
    out = share_difference(y[:, None], n[:, None], side)
    # worked apart: V(p) = between * [p(1 - p)]^2 + p(1 - p) / 100, so that it gives the squares that are there
    x = y / 100
    p_a, p_b = x[~side].mean(), x[side].mean()
    squares = ((x[~side] - p_a) ** 2).sum() + ((x[side] - p_b) ** 2).sum()
    room_a, room_b = p_a * (1 - p_a), p_b * (1 - p_b)
    between = (squares - (2 * room_a + 3 * room_b) / 100) / (2 * room_a**2 + 3 * room_b**2)
    common = (3 * p_a + 4 * p_b) / 7

    def lost(p: float) -> float:
        def step(u: float) -> float:
            return (p - u) / (between * (u * (1 - u)) ** 2 + u * (1 - u) / 100)

        return float(quad(step, common, p)[0])

    assert out.t[0] ** 2 == pytest.approx(2 * (3 * lost(p_a) + 4 * lost(p_b)), rel=1e-6)
    assert out.estimate[0] == pytest.approx(p_b - p_a)
    assert out.df[0] == pytest.approx(5)
    assert out.prior_df == 0
    assert (out.high[0] - out.low[0]) / 2 == pytest.approx(out.estimate[0] / out.t[0] * 2.570582, rel=1e-6)


def test_t_is_the_ordinary_t_where_shares_lie_near_one_half() -> None:
    from scipy.stats import ttest_ind

    y, n = np.array([46.0, 50.0, 51.0, 47.0, 50.0, 56.0, 55.0, 53.0]), np.full(8, 100.0)
    side = np.arange(8) >= 4
    out = share_difference(y[:, None], n[:, None], side)
    expected = ttest_ind(y[side], y[~side])
    assert out.t[0] == pytest.approx(expected.statistic, rel=0.01)
    assert out.p[0] == pytest.approx(expected.pvalue, rel=0.05)


def test_few_expected_passages_are_judged_at_the_common_share() -> None:
    # two of eighteen passages against none of forty: nothing, though no document of the one side varies
    y = np.array([[0.0], [0.0], [0.0], [0.0], [1.0], [0.0], [1.0], [0.0]])
    n = np.array([[10.0]] * 4 + [[4.0], [5.0], [4.0], [5.0]])
    out = share_difference(y, n, np.arange(8) >= 4)
    assert out.p[0] > 0.05


def test_equal_variances_are_pooled_fully() -> None:
    rng = np.random.default_rng(5)
    d0, s0 = prior_of_variances(rng.normal(0, 1, (8, 400)).var(0, ddof=1), np.full(400, 7.0))
    assert d0 > 20
    assert s0 == pytest.approx(1.0, abs=0.12)


def test_too_few_documents_are_described_not_tested() -> None:
    y = np.array([[0, 1], [1, 2], [1, 9], [2, 8], [3, 9]])
    out = share_difference(y, np.full((5, 2), 10), np.array([0, 0, 1, 1, 1], dtype=bool))
    assert np.isnan(out.p).all()
    assert np.isfinite(out.estimate).all()
    sides = Sides("nation", ("england", "wales"), tuple("abcde"), (False, False, True, True, True), ("",) * 5, ())
    row = share_rows(sides, "theme", [("x", "x")], np.ones((5, 1)), np.full((5, 1), 9.0))[0]
    assert row["verdict"] == "too few documents"
    assert row["p"] is None
    assert row["share_a"] is not None


def test_missing_values_leave_their_column_only() -> None:
    rng = np.random.default_rng(6)
    n = np.full((8, 3), 20)
    y = rng.binomial(n, 0.3)
    y[5:, 2], n[5:, 2] = 0, 0
    out = share_difference(y, n, np.arange(8) >= 4)
    assert np.isfinite(out.p[:2]).all()
    assert np.isnan(out.p[2])
    assert out.n_b.tolist() == [4, 4, 1]


def test_what_all_documents_share_is_not_tested() -> None:
    y, n = np.array([[0, 9, 3]] * 3 + [[0, 9, 6]] * 3), np.full((6, 3), 9)
    out = share_difference(y + np.array([[0, 0, 1]] + [[0, 0, 0]] * 5), n, np.arange(6) >= 3)
    assert out.estimate[:2].tolist() == [0, 0]
    assert np.isnan(out.p[:2]).all()
    assert out.p[2] < 0.01


def test_permutation_needs_two_hundred_relabellings() -> None:
    values = np.arange(8.0)[:, None]
    assert permutation_p(values, np.arange(8) >= 4) is None
    exact = permutation_p(np.arange(12.0)[:, None], np.arange(12) >= 6)
    assert exact is not None
    assert exact[0] == pytest.approx(2 / 924)


def test_difference_of_genre_vanishes_within_genre() -> None:
    # T9: guidance of the same nation against its statutes, labelled as two nations
    rng = np.random.default_rng(7)
    genres = ["guidance"] * 5 + ["statute"] + ["statute"] * 5 + ["guidance"]
    side = np.arange(12) >= 6
    n = np.full((12, 1), 100)
    y = rng.binomial(n, np.where(np.array(genres) == "statute", 0.8, 0.2)[:, None])
    assert share_difference(y, n, side).estimate[0] > 0.3
    gap, shared_genres = within_genre(y / n, side, genres)
    assert abs(gap[0]) < 0.06
    assert shared_genres == ("guidance", "statute")


def test_genre_of_one_nation_is_said() -> None:
    sides = Sides(
        "nation",
        ("england", "wales"),
        tuple("abcdef"),
        (False,) * 3 + (True,) * 3,
        ("guidance",) * 3 + ("statute",) * 3,
        (),
    )
    y = np.array([[1.0]] * 3 + [[8.0]] * 3)
    row = share_rows(sides, "theme", [("x", "x")], y, np.full((6, 1), 10.0))[0]
    assert "difference may be genre (guidance only in england; statute only in wales)" in row["caveat"]


def test_one_long_document_flags_nothing() -> None:
    y = np.array([[2], [3], [2], [3], [2], [2], [3], [600]], dtype=float)
    n = np.array([[40], [40], [40], [40], [40], [40], [40], [1000]], dtype=float)
    sides = Sides("nation", ("e", "w"), tuple("abcdefgh"), (False,) * 4 + (True,) * 4, ("g",) * 8, ())
    assert share_rows(sides, "theme", [("x", "x")], y, n)[0]["verdict"] == "no clear difference"


def test_share_of_must_is_recovered() -> None:
    # T7: three in ten of one nation's "should" become "must"
    rng = np.random.default_rng(8)
    rows = []
    for work in range(12):
        for _ in range(200):
            force = "must" if rng.random() < (0.2 if work < 6 else 0.2 + 0.8 * 0.3) else "should"
            rows.append({"work_id": f"wk_{work:02}", "force": force, "theme": "", "bearer": ""})
    names = tuple(f"wk_{k:02}" for k in range(12))
    sides = Sides("nation", ("e", "w"), names, (False,) * 6 + (True,) * 6, ("guidance",) * 12, ())
    row = next(r for r in force_rows(sides, [], rows) if r["item"] == "must")
    assert row["verdict"] == "differs"
    assert row["share_b"] - row["share_a"] == pytest.approx(0.24, abs=0.05)


def test_unequal_error_is_corrected() -> None:
    assert rogan_gladen(0.30, 0.90, 0.12) == pytest.approx((0.30 - 0.12) / 0.78)
    assert math.isnan(rogan_gladen(0.3, 0.1, 0.2))


def test_false_discovery_steps_up() -> None:
    assert benjamini_hochberg([0.01, 0.02, 0.03, 0.5]).tolist() == pytest.approx([0.04, 0.04, 0.04, 0.5])
    assert benjamini_hochberg([]).shape == (0,)


# -- keyness -----------------------------------------------------------------------------------


def test_worked_log_odds() -> None:
    delta, variance, z = weighted_log_odds([30, 5], [10, 0], 1000, 1200, 0.5, 100)
    assert delta.round(6).tolist() == [1.253415, 2.569577]
    assert variance[0] == pytest.approx(0.128025, abs=1e-6)
    assert z.round(6).tolist() == [3.503059, 1.739612]


def test_published_speeches(shared: Shared) -> None:
    known = json.loads(shared("known_answers/fightin_words.json").read_text("utf-8"))
    counts: dict[str, Counter[str]] = {"democrat": Counter(), "republican": Counter()}
    with shared("text/convention_speeches_2012.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            text = re.sub(r"\([^)]*\)", " ", row["text"])
            text = re.sub(r"^\s*[A-Z][A-Z .'-]+:", " ", text)
            counts[row["party"]].update(re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower()))
    for word, (a, b) in known["counts"].items():
        assert abs(counts["democrat"][word] - a) <= max(2, 0.02 * a), word
        assert abs(counts["republican"][word] - b) <= max(2, 0.02 * b), word
    # the z values from the published counts and totals
    n_a, n_b, size = known["n_democrat_tokens"], known["n_republican_tokens"], known["vocab_size"]
    top = dict([*known["uniform_prior_0.01"]["top_democrat"], *known["uniform_prior_0.01"]["top_republican"]])
    words = [word for word in known["counts"] if word in top]
    y = np.array([known["counts"][word] for word in words], dtype=float)
    _, _, z = weighted_log_odds(y[:, 0], y[:, 1], n_a, n_b, 0.01, 0.01 * size)
    assert z.round(4).tolist() == pytest.approx([top[word] for word in words], abs=2e-4)
    prior = known["informative_prior_alpha0_500_pooled_counts"]
    top = dict([*prior["top_democrat"], *prior["top_republican"]])
    words = [word for word in known["counts"] if word in top]
    y = np.array([known["counts"][word] for word in words], dtype=float)
    alpha = 500 * y.sum(1) / (n_a + n_b)
    _, _, z = weighted_log_odds(y[:, 0], y[:, 1], n_a, n_b, alpha, 500)
    assert z.round(4).tolist() == pytest.approx([top[word] for word in words], abs=2e-4)


@pytest.mark.parametrize(("a", "b", "most"), [(4, 4, 0.05), (6, 6, 0.05), (4, 8, 0.10)])
def test_no_difference_prints_no_list(a: int, b: int, most: float) -> None:
    sets = 20
    printed = sum(listed(np.random.default_rng([3, seed, a, b]), a, b, 1)[3] for seed in range(sets))
    assert printed / sets <= most + 2 * math.sqrt(most * (1 - most) / sets)


@pytest.mark.parametrize(("a", "power"), [(4, 0.55), (6, 0.80)])
def test_planted_terms_are_listed(a: int, power: float) -> None:
    sets = 10
    found, false, burst = [], [], []
    for seed in range(sets):
        got, planted, bursts, _ = listed(np.random.default_rng([4, seed, a]), a, a, 5)
        found.append(len(got & planted) / 30)
        false.append(len(got - planted) / max(1, len(got)))
        burst.append(len(got & bursts))
    assert np.mean(found) >= power - 2 * math.sqrt(power * (1 - power) / (30 * sets))
    assert np.mean(false) <= 0.15
    assert np.mean(burst) <= 0.5


def test_few_documents_give_candidates_only() -> None:
    rng = np.random.default_rng(1)
    out = keyness(rng.poisson(9, (6, 5)).astype(float), np.full(6, 400.0), np.arange(6) >= 3, rng)
    assert not out.tested
    assert not out.gate
    assert np.isfinite(out.z).all()
    assert np.isnan(out.p).all()


def test_keyness_swaps_with_its_labels() -> None:
    counts, side, _, _ = speech(np.random.default_rng(9), 5, 5, 4)
    sizes = counts.sum(1)
    keep = (counts.sum(0) >= 20) & ((counts > 0).sum(0) >= 3)
    one = keyness(counts[:, keep], sizes, side, np.random.default_rng(1))
    other = keyness(counts[:, keep], sizes, ~side, np.random.default_rng(1))
    assert np.allclose(one.delta, -other.delta)
    assert np.allclose(one.q, other.q)
    assert (one.listed == other.listed).all()


def test_overdispersion_of_known_counts() -> None:
    rng = np.random.default_rng(2)
    mean = np.tile(np.linspace(5, 200, 600), (12, 1))
    counts = rng.poisson(mean * rng.gamma(1 / 0.28, 0.28, mean.shape)).astype(float)
    fitted = np.tile(counts.mean(0), (12, 1))
    assert overdispersion(counts, fitted, 11) == pytest.approx(0.28, abs=0.02)
    assert overdispersion(rng.poisson(mean).astype(float), mean, 12) < 0.01


def test_dispersion_runs_from_even_to_one_document() -> None:
    sizes = np.array([100.0, 200.0, 100.0])
    counts = np.array([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [1.0, 5.0, 0.0]])
    assert dispersion(counts, sizes)[:2].tolist() == pytest.approx([0.0, 1.0])
    assert math.isnan(dispersion(counts, sizes)[2])


def test_terms_need_enough_documents() -> None:
    labels, counts, sizes = count_terms([[("plan", "plans")] * 30, [("plan", "plan")], [("x", "x")] * 40], [30, 1, 40])
    assert labels == ()
    assert counts.shape == (3, 0)
    assert sizes.tolist() == [30, 1, 40]
