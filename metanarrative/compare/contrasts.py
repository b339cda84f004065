"""From passages to contrasts: who stands on which side, what is counted, and the rows of the table.

Any facet divides documents into two sides; documents with another value ("uk" when England and
Wales are compared) are on neither. A document counts once: near copies are set aside.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.compare import emphasis
from metanarrative.compare.error import LEAST_TO_CORRECT, SideError, apply_to_rows, corrected, unequal
from metanarrative.compare.keyness import LEAST_TOTAL, Keyness
from metanarrative.compare.words import flat, sentences, stem_en, word_spans
from metanarrative.text.verdicts import BARRED, DIFFERS, FEW, UNCLEAR, UNTESTED, counts_in, judged, uncorrected

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["Sides", "contrast_by", "force_rows", "giveaways", "masked_terms", "share_rows", "term_rows", "theme_rows"]

_UNITS = {"theme": "passage", "force": "provision"}

MOST_TERMS = 200
MOST_CANDIDATES = 10
"""Candidates a side where the list itself may not be printed."""

SIGNAL = frozenset(
    "must shall should ought may can cannot will would could might need not no never none neither nor without".split()
)
"""Function words that stay in keyness: modals and negations are what policy is compared for."""

_EMPTY = frozenset("doesn isn aren don didn hasn haven wasn weren couldn wouldn shouldn ll ve re upon whereby thereof "
                   "herein hereby etc eg ie".split())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sides:
    """Documents of the two sides in the order of their ids.

    ``side_b`` has one entry a document; ``outside`` are works with another value of the facet.
    """

    facet: str
    names: tuple[str, str]
    works: tuple[str, ...]
    side_b: tuple[bool, ...]
    genres: tuple[str, ...]
    outside: tuple[str, ...]

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Side b as an array of shape (documents,)."""
        return np.array(self.side_b, dtype=bool)

    def counts(self) -> tuple[int, int]:
        """Documents on side a and on side b."""
        return self.side_b.count(False), self.side_b.count(True)


_PERIOD = re.compile(r"(\d{4})?-(\d{4})?")


def _in_period(year: int | None, side: str) -> bool:
    found = _PERIOD.fullmatch(side)
    if not found or year is None:
        return False
    first, last = found.groups()
    return (first is None or year >= int(first)) and (last is None or year <= int(last))


def contrast_by(works: Iterable[Mapping[str, Any]], facet: str, side_a: str, side_b: str) -> Sides:
    """Divide works by a facet.

    Parameters
    ----------
    works : iterable of mapping
        Rows of policy works.
    facet : str
        nation, level, site, issuer, type, force, or period (sides such as "-2011" and "2012-").
    side_a, side_b : str
        The two values; capitals do not matter.

    Examples
    --------
    >>> rows = [{"work_id": "wk_1", "nation": "england", "force": "guidance", "year": 2008},
    ...         {"work_id": "wk_2", "nation": "wales", "force": "statute", "year": 2010},
    ...         {"work_id": "wk_3", "nation": "uk", "force": "statute", "year": 1983}]
    >>> sides = contrast_by(rows, "nation", "england", "wales")
    >>> sides.works, sides.side_b, sides.outside
    (('wk_1', 'wk_2'), (False, True), ('wk_3',))
    >>> contrast_by(rows, "period", "-2009", "2010-").side_b
    (False, True, False)
    """
    chosen: list[tuple[str, bool, str]] = []
    outside: list[str] = []
    for row in sorted(works, key=lambda w: str(w["work_id"])):
        own = str(row["work_id"])
        if facet == "period":
            inside = (_in_period(row.get("year"), side_a), _in_period(row.get("year"), side_b))
        else:
            value = str(row.get(facet) or "").strip().casefold()
            inside = (value == side_a.strip().casefold(), value == side_b.strip().casefold())
        if inside[0] == inside[1]:
            outside.append(own)
        else:
            chosen.append((own, inside[1], str(row.get("force") or row.get("type") or "")))
    return Sides(
        facet,
        (side_a, side_b),
        tuple(c[0] for c in chosen),
        tuple(c[1] for c in chosen),
        tuple(c[2] for c in chosen),
        tuple(outside),
    )


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def share_rows(
    sides: Sides, kind: str, items: Sequence[tuple[str, str]], y: NDArray[np.float64], n: NDArray[np.float64],
    *, q: float = 0.10, least: int = 3, notes: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return contrast rows for shares y/n of documents, tested by the moderated t.

    Parameters
    ----------
    sides : Sides
        d documents.
    kind : str
        theme or force.
    items : sequence of (item, theme), length k
    y, n : ndarray, shape (d, k)
        Counts and what they are counts of; n = 0 where a document says nothing.
    q : float
        False discovery rate over the k items.
    least : int
        Fewest documents a side.
    notes : mapping of theme to str, optional
        Caveats of their own.
    refused : mapping of theme to str, optional
        Themes that must not be compared, and why: counts are shown, no test is made.

    Examples
    --------
    >>> sides = Sides("nation", ("e", "w"), tuple("abcdef"), (False,) * 3 + (True,) * 3, ("g",) * 6, ())
    >>> y = np.array([[1.0], [2.0], [1.0], [9.0], [8.0], [9.0]])
    >>> row = share_rows(sides, "theme", [("review", "review")], y, np.full((6, 1), 20.0))[0]
    >>> row["verdict"], row["estimate"] > 0, row["n_a"], row["n_b"]
    ('differs', True, 4, 26)
    """
    if not items or not sides.works:
        return []
    mask = sides.mask
    values = emphasis.document_shares(y, n)
    refused = refused or {}
    why = [refused.get(f"{item}/{theme}") or refused.get(theme, "") for item, theme in items]
    barred = np.array([bool(w) for w in why], dtype=bool)
    out = emphasis.share_difference(y, n, mask, least=least)
    # a theme that no document on either side speaks of is not a test
    spoken = y.sum(0) > 0
    p = np.where(spoken & ~barred, out.p, np.nan)
    qs = emphasis.benjamini_hochberg(p)
    exact = emphasis.permutation_p(values, mask)
    low, high = emphasis.leave_one_out(values, mask)
    inner, shared = emphasis.within_genre(values, mask, sides.genres)
    genre = emphasis.genre_caveat(sides.genres, sides.side_b, sides.names)
    rows = []
    for at, (item, theme) in enumerate(items):
        tested = bool(np.isfinite(p[at]))
        enough = min(out.n_a[at], out.n_b[at]) >= least
        # beside the estimate of all documents, never alone: what is left where both sides have the genre
        same_genre = None if barred[at] else _number(inner[at])
        verdict = FEW
        if barred[at]:
            verdict = BARRED
        elif tested:
            verdict = judged(_number(out.estimate[at]), same_genre, _number(qs[at]), q)
        elif enough:
            verdict = UNTESTED
        caveats = [why[at]] if barred[at] else []
        if genre:
            caveats.append(genre)
        if shared:
            caveats.append(f"same genre: within {', '.join(shared)}")
        if notes and theme in notes:
            caveats.append(notes[theme])
        if kind == "force" and item in ("must", "should", "may"):
            caveats.append("the shares of must, should and may sum to one: these rows are not independent")
        if enough and not spoken[at]:
            caveats.append(f"no {_UNITS.get(kind, 'passage')} of either side carries it")
        share_a = float(np.nanmean(values[~mask, at])) if out.n_a[at] else math.nan
        share_b = float(np.nanmean(values[mask, at])) if out.n_b[at] else math.nan
        if tested:
            if np.isfinite(low[at]):
                caveats.append(f"leaving one document out: {100 * low[at]:+.1f} to {100 * high[at]:+.1f}")
            if exact is not None and np.isfinite(exact[at]):
                caveats.append(f"exact permutation p {exact[at]:.3f}")
            elif exact is None and math.comb(len(mask), int(mask.sum())) < emphasis.LEAST_RELABELLINGS:
                caveats.append("too few documents for a permutation test to be able to show anything")
        rows.append(
            {
                "facet": sides.facet, "side_a": sides.names[0], "side_b": sides.names[1],
                "kind": kind, "item": item, "theme": theme,
                "estimate": None if barred[at] else _number(out.estimate[at]),
                "low": _number(out.low[at]) if tested else None,
                "high": _number(out.high[at]) if tested else None,
                "p": _number(p[at]), "q": _number(qs[at]),
                "same_genre": same_genre,
                "share_a": _number(share_a), "share_b": _number(share_b),
                "n_docs_a": int(out.n_a[at]), "n_docs_b": int(out.n_b[at]),
                "n_a": round(float(y[~mask, at].sum())), "n_b": round(float(y[mask, at].sum())),
                "of_a": int(n[~mask, at].sum()), "of_b": int(n[mask, at].sum()),
                "with_a": int((y[~mask, at] > 0).sum()), "with_b": int((y[mask, at] > 0).sum()),
                "dispersion": None,
                "verdict": verdict, "caveat": "; ".join(caveats),
            }
        )  # fmt: skip
    uncorrected(rows, q)
    return rows


def theme_rows(
    sides: Sides, themes: Sequence[str], n_theme: Mapping[tuple[str, str], int], n_passages: Mapping[str, int],
    *, q: float = 0.10, least: int = 3, notes: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the contrasts of themes; counts are by (work, theme) and by work."""
    y = np.array([[n_theme.get((work, theme), 0) for theme in themes] for work in sides.works], dtype=float)
    n = np.array([[n_passages.get(work, 0)] * len(themes) for work in sides.works], dtype=float)
    shape = (len(sides.works), len(themes))
    return share_rows(
        sides,
        "theme",
        [(t, t) for t in themes],
        y.reshape(shape),
        n.reshape(shape),
        q=q,
        least=least,
        notes=notes,
        refused=refused,
    )


def force_rows(
    sides: Sides,
    themes: Sequence[str],
    provisions: Iterable[Mapping[str, Any]],
    *,
    q: float = 0.10,
    least: int = 3,
    refused: Mapping[str, str] | None = None,
    errors: tuple[SideError, SideError] | None = None,
    rng: Generator | None = None,
) -> list[dict[str, Any]]:
    """Return contrasts of force: the share of must among must, should and may, overall and by theme.

    Items: ``must``, ``should``, ``may`` (shares of the three), ``must on a named actor`` (the same
    among provisions with a bearer) and ``must without a bearer`` (share of obligations).

    Where the rules read the two sides unequally well (`errors`, from triggers that people coded),
    must is corrected if enough was coded, and all that cannot be corrected is not compared.
    """
    place = {work: at for at, work in enumerate(sides.works)}
    overall = ("should", "may", "must on a named actor", "must without a bearer")
    columns = ["", *themes]
    where = {theme: at for at, theme in enumerate(columns)}
    d = len(sides.works)
    y, n = np.zeros((d, len(columns))), np.zeros((d, len(columns)))
    y2, n2 = np.zeros((d, len(overall))), np.zeros((d, len(overall)))
    for row in provisions:
        force = row["force"]
        carries, could = counts_in("must", force, row["bearer"])
        if not could or row["work_id"] not in place:
            continue
        at = place[row["work_id"]]
        for theme in ["", *(t for t in str(row["theme"]).split(";") if t)]:
            if theme in where:
                n[at, where[theme]] += 1
                y[at, where[theme]] += carries
        for column, item in enumerate(overall):
            carries, could = counts_in(item, force, row["bearer"])
            n2[at, column] += could
            y2[at, column] += carries
    items = [("must", theme) for theme in columns]
    # one table is printed, so one family is corrected for
    k = len(items)
    both = [*items, *((item, "") for item in overall)]
    every_y, every_n = np.hstack([y, y2]), np.hstack([n, n2])
    barred = {f"must/{theme}": why for theme, why in (refused or {}).items()}
    apart = unequal(*errors) if errors else None
    rows = share_rows(sides, "force", both, every_y, every_n, q=q, least=least, refused=barred)
    if not errors or not apart:
        if errors and apart is False:
            for row in rows:
                row["caveat"] += f"; read alike on both sides: {errors[0].words()} v {errors[1].words()}"
        return rows
    why = f"the rules read the sides unequally well: {errors[0].words()} v {errors[1].words()}"
    mended = corrected(sides, y, n, errors, rng) if rng is not None else None
    barred |= {f"{item}/": why for item in overall}
    if mended is None:
        more = f"{why}; {LEAST_TO_CORRECT} coded triggers a side would allow a correction"
        barred |= {f"must/{theme}": more for theme in columns}
        return share_rows(sides, "force", both, every_y, every_n, q=q, least=least, refused=barred)
    counts, extra = mended
    better = share_rows(sides, "force", both, np.hstack([counts, y2]), every_n, q=q, least=least, refused=barred)
    apply_to_rows(better, rows, np.concatenate([extra, np.zeros(len(overall))]), q)
    for row, raw in zip(better[:k], rows[:k], strict=True):
        row["n_a"], row["n_b"], row["with_a"], row["with_b"] = (raw[c] for c in ("n_a", "n_b", "with_a", "with_b"))
    uncorrected(better, q)
    return better


@cache
def giveaways() -> tuple[str, ...]:
    """Return the folded words and phrases that give a nation away, longest first.

    Examples
    --------
    >>> "wales" in giveaways(), "recovery" in giveaways()
    (True, False)
    """
    lines = (files("metanarrative.compare") / "data" / "giveaways.txt").read_text("utf-8").splitlines()
    names = {flat(line.split("#")[0].strip()) for line in lines}
    return tuple(sorted(names - {""}, key=lambda name: (-len(name), name)))


_URL = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w.-]+@[\w.-]+\.\w+|\b[\w-]+(?:\.[\w-]+)*\.(?:uk|wales|cymru|com|org|net|gov|eu)\b\S*"
)


def mask_pattern(extra: Iterable[str] = ()) -> re.Pattern[str]:
    """Return a pattern over flat text of everything that names a nation: the list, and `extra` names.

    Examples
    --------
    >>> bool(mask_pattern().search("the welsh ministers")), bool(mask_pattern(["Acme Trust"]).search("acme trust"))
    (True, True)
    """
    names = {*giveaways(), *(flat(name.strip()) for name in extra if len(name.strip()) > 2)}
    joined = "|".join(re.escape(n).replace(r"\ ", r"\s+") for n in sorted(names, key=lambda n: (-len(n), n)))
    return re.compile(rf"(?<!\w)(?:{joined})(?:'s)?(?!\w)")


def masked_terms(text: str, mask: re.Pattern[str], stop: frozenset[str]) -> tuple[list[tuple[str, str]], int]:
    """Return the (stem, form) terms of a passage without giveaways, addresses and numbers, and all its words.

    Single words that are not in `stop`, but for modals and negations (:data:`SIGNAL`), which are
    the signal; and pairs of neighbouring words neither of which is in `stop`.

    Examples
    --------
    >>> pairs, size = masked_terms("Wales must fund payments: www.gov.wales", mask_pattern(), frozenset({"must"}))
    >>> [form for _, form in pairs], size
    (['must', 'fund', 'payments', 'fund payments'], 3)
    """
    body = flat(text)
    if "://" in body or "www." in body or "." in body.rstrip(". ").replace(". ", ""):
        body = _URL.sub(lambda m: " | " + " " * max(0, len(m.group()) - 3), body)
    body = mask.sub(lambda m: "|" * len(m.group()), body)
    pairs: list[tuple[str, str]] = []
    before = ("", "", -1)
    size = 0
    for word, start, end in word_spans(body):
        if word.isdigit():
            before = ("", "", -1)
            continue
        size += 1
        key = stem_en(word)
        if len(word) > 1 and (word in SIGNAL or (word not in stop and word not in _EMPTY)):
            pairs.append((key, word))
        gap = body[before[2] : start] if before[2] >= 0 else "|"
        if before[0] and before[1] not in stop and word not in stop and len(word) > 1 and not gap.strip(" -\n"):
            pairs.append((f"{before[0]} {key}", f"{before[1]} {word}"))
        before = (key, word, end)
    return pairs, size


def without_boilerplate(passages: Mapping[str, Sequence[str]], least: int = 3) -> dict[str, list[str]]:
    """Return the passages of each document without sentences that stand in `least` documents or more.

    Examples
    --------
    >>> same = "You may re-use this information free of charge in any format."
    >>> without_boilerplate({"a": [same], "b": [same], "c": [same + " Plans matter."]})["c"]
    ['Plans matter.']
    """
    owners: Counter[str] = Counter()
    cut: dict[str, list[list[tuple[str, str]]]] = {}
    for work in sorted(passages):
        seen: set[str] = set()
        cut[work] = []
        for text in passages[work]:
            parts = [(text[a:b], " ".join(flat(text[a:b]).split())) for a, b in sentences(text)]
            cut[work].append(parts)
            seen.update(key for _, key in parts if key.count(" ") >= 5)
        owners.update(seen)
    return {
        work: [" ".join(piece for piece, key in parts if owners[key] < least) for parts in rows]
        for work, rows in cut.items()
    }


def term_rows(
    sides: Sides,
    labels: Sequence[str],
    counts: NDArray[np.float64],
    sizes: NDArray[np.float64],
    key: Keyness,
    *,
    q: float = 0.10,
    rare: bool = False,
    most: int = MOST_CANDIDATES,
) -> list[dict[str, Any]]:
    """Return the contrasts of terms: what passed every rule, then the strongest of the rest.

    `rare` terms have too few uses to be tested and are candidates only; of candidates at most
    `most` a side are given.
    """
    mask = sides.mask
    a, b = sides.counts()
    order = np.lexsort((np.array(labels), -np.abs(np.nan_to_num(key.z)))) if len(labels) else np.array([], dtype=int)
    tested = key.tested and not rare
    if not (tested and key.gate):  # candidates: by the size of the log-odds, then by how often they are used
        order = np.lexsort((np.array(labels), -counts.sum(0), -np.abs(np.nan_to_num(key.delta)).round(2)))
    if tested and key.gate:
        kept = [k for k in order if key.listed[k]] + [k for k in order if not key.listed[k]]
        kept = kept[: max(MOST_TERMS, int(key.listed.sum()))]
    elif tested:  # the gate is shut: no list, a few candidates to read
        kept = list(order[: 2 * most])
    else:
        kept = [k for k in order if key.delta[k] < 0][:most] + [k for k in order if key.delta[k] > 0][:most]
    unequal = max(a, b) > 2 * max(1, min(a, b))
    rows = []
    for at in kept:
        caveats = []
        verdict = UNCLEAR if tested else UNTESTED
        if rare and key.tested:
            caveats.append(f"candidate only, not tested: fewer than {LEAST_TOTAL} uses")
        elif not key.tested:
            verdict = FEW
            caveats.append("candidate only, ranked by log-odds; fewer than four documents on a side are not tested")
        elif key.listed[at]:
            if key.gate:
                verdict = DIFFERS
                caveats.append(f"permutation estimate of false entries {key.false_discovery:.2f}")
            else:
                caveats.append(
                    f"list withheld: {int(key.listed.sum())} terms, and relabelled documents give up to {key.null_most}"
                )
        elif np.isfinite(key.q[at]) and key.q[at] <= q:
            caveats.append("one document carries it, or the medians do not agree")
        if tested and not key.gate and not caveats:
            caveats.append("candidate only, ranked by log-odds: relabelled documents give as long a list")
        if tested and unequal:
            caveats.append("unequal numbers of documents: up to a fifth of such a list may be chance")
        have = counts[:, at] > 0
        caveats.append(f"in {int(have[~mask].sum())} of {a} v {int(have[mask].sum())} of {b} documents")
        y_a, y_b = float(counts[~mask, at].sum()), float(counts[mask, at].sum())
        n_a, n_b = float(sizes[~mask].sum()), float(sizes[mask].sum())
        rows.append(
            {
                "facet": sides.facet, "side_a": sides.names[0], "side_b": sides.names[1],
                "kind": "term", "item": labels[at], "theme": "",
                "estimate": _number(key.delta[at]), "low": _number(key.low[at]) if tested else None,
                "high": _number(key.high[at]) if tested else None,
                "p": _number(key.p[at]) if tested else None, "q": _number(key.q[at]) if tested else None,
                "same_genre": None, "share_a": y_a / n_a if n_a else None, "share_b": y_b / n_b if n_b else None,
                "n_docs_a": a, "n_docs_b": b, "n_a": int(y_a), "n_b": int(y_b),
                "of_a": int(n_a), "of_b": int(n_b),
                "with_a": int(have[~mask].sum()), "with_b": int(have[mask].sum()),
                "dispersion": _number(key.dispersion[at]),
                "verdict": verdict, "caveat": "; ".join(caveats),
            }
        )  # fmt: skip
    uncorrected(rows, q, int(np.isfinite(key.p).sum()))
    return rows
