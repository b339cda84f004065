# ruff: noqa: E501  (patterns are read better in one line)
"""Alignment: which passages of two sides answer each other, and which have no counterpart yet.

Similar pairs are scored by margin, S / mean of both passages' four best S, and must be each
other's best. The best are on the "same subject": they need not say the same, and where one binds
what the other leaves free, the pair is marked as opposite. "None found" is said only with evidence:
a language model, no passage on the other side above the least cosine, and at least five passages
there on the same theme. All else without a partner is "no counterpart found yet". That something is
absent is for people to say.

Products run block by block; nothing of size n x n is ever held.

References
----------
Artetxe & Schwenk 2019, doi:10.18653/v1/P19-1309 (margin).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.compare.words import flat, sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Pair", "Slots", "best_pairs", "candidates", "differing", "opposite", "slots", "tfidf_rows", "verdict_of"]

BLOCK = 1024
NEIGHBOURS = 4
LEAST_THEME = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Row ``a`` of one side and row ``b`` of the other; ``b`` is -1 where none is its mutual best."""

    a: int
    b: int
    similarity: float
    margin: float


def _products(a: Any, b: Any) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield the first row and the cosines of each block of rows of `a` with all of `b`.

    A second thread makes the next block while this one is used: the order, and so the result, stays.
    """
    across = b.T

    def product(first: int) -> NDArray[np.float64]:
        block = a[first : first + BLOCK] @ across
        return np.asarray(block.toarray() if hasattr(block, "toarray") else block)

    with ThreadPoolExecutor(max_workers=1) as pool:
        ahead = pool.submit(product, 0)
        for first in range(0, a.shape[0], BLOCK):
            block = ahead.result()
            if first + BLOCK < a.shape[0]:
                ahead = pool.submit(product, first + BLOCK)
            yield first, block


def _top_means(
    a: Any, b: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean of the four best cosines and the best one, for rows of a and of b."""
    n, m = a.shape[0], b.shape[0]
    k_a, k_b = min(NEIGHBOURS, m), min(NEIGHBOURS, n)
    mean_a, best_a = np.zeros(n), np.zeros(n)
    running = np.full((k_b, m), -np.inf)
    for first, s in _products(a, b):
        top = np.partition(s, m - k_a, axis=1)[:, m - k_a :]
        mean_a[first : first + len(s)] = top.mean(1)
        best_a[first : first + len(s)] = top.max(1)
        both = np.concatenate([running, s], axis=0)
        running = np.partition(both, len(both) - k_b, axis=0)[len(both) - k_b :]
    return mean_a, best_a, running.mean(0), running.max(0)


def best_pairs(
    a: Any, b: Any, *, forbidden: Iterable[tuple[int, int]] = ()
) -> tuple[list[Pair], NDArray[np.float64], NDArray[np.float64]]:
    """Return the mutual best pairs by margin, and the best cosine of every row of both sides.

    Parameters
    ----------
    a : ndarray or sparse matrix, shape (n, d)
        Unit rows of one side.
    b : ndarray or sparse matrix, shape (m, d)
        Unit rows of the other.
    forbidden : iterable of (row of a, row of b)
        Pairs that people have rejected.

    Returns
    -------
    pairs : list of Pair
        In the order of a; ties go to the smaller row.
    best_a, best_b : ndarray, shapes (n,) and (m,)

    Examples
    --------
    >>> a = np.eye(6)[:5]
    >>> pairs, best, _ = best_pairs(a, np.eye(6)[1:])
    >>> [(p.a, p.b, p.similarity) for p in pairs][:2], best.tolist()
    ([(1, 0, 1.0), (2, 1, 1.0)], [0.0, 1.0, 1.0, 1.0, 1.0])
    """
    n, m = a.shape[0], b.shape[0]
    if n == 0 or m == 0:
        return [], np.full(n, -1.0), np.full(m, -1.0)
    mean_a, best_a, mean_b, best_b = _top_means(a, b)
    banned: dict[int, list[int]] = {}
    for row, column in forbidden:
        banned.setdefault(row, []).append(column)
    to_b = np.zeros(n, dtype=np.int64)
    margin_a = np.full(n, -np.inf)
    cosine_a = np.zeros(n)
    to_a = np.zeros(m, dtype=np.int64)
    margin_b = np.full(m, -np.inf)
    for first, s in _products(a, b):
        middle = (mean_a[first : first + len(s), None] + mean_b[None, :]) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            # a ratio of cosines means nothing where they are not positive
            margin = np.where((s > 1e-9) & (middle > 1e-9), s / middle, -1.0)
        for row in range(first, first + len(s)):
            if row in banned:
                margin[row - first, banned[row]] = -1.0
        best = margin.argmax(1)
        rows = np.arange(len(s))
        to_b[first : first + len(s)] = best
        margin_a[first : first + len(s)] = margin[rows, best]
        cosine_a[first : first + len(s)] = s[rows, best]
        column_best = margin.argmax(0)
        values = margin[column_best, np.arange(m)]
        better = values > margin_b
        to_a[better] = column_best[better] + first
        margin_b[better] = values[better]
    pairs = [
        Pair(i, int(j), float(cosine_a[i]), float(margin_a[i]))
        for i, j in enumerate(to_b)
        if margin_a[i] > 0 and to_a[j] == i
    ]
    return pairs, best_a, best_b


def candidates(a: Any, b: Any, k: int = 3) -> NDArray[np.int64]:
    """Return for each row of `a` its `k` most similar rows of `b`, best first.

    Examples
    --------
    >>> candidates(np.eye(3), np.eye(3), 1).ravel().tolist()
    [0, 1, 2]
    """
    n, m = a.shape[0], b.shape[0]
    k = min(k, m)
    result = np.zeros((n, k), dtype=np.int64)
    for first, s in _products(a, b) if n else ():
        result[first : first + len(s)] = np.argsort(-s, axis=1, kind="stable")[:, :k]
    return result


def verdict_of(pair: Pair, *, semantic: bool, shared: float = 1.15, possible: float = 1.0, least: float = 0.40) -> str:
    """Return ``same subject``, ``possible`` or "" (not a pair) for a mutual best pair.

    Without a language model (TF-IDF cosines, which run lower) a pair needs the same cosine to be
    on the same subject, and about a third of it to be possible.

    Examples
    --------
    >>> verdict_of(Pair(0, 0, 0.6, 1.3), semantic=True), verdict_of(Pair(0, 0, 0.3, 1.3), semantic=True)
    ('same subject', '')
    """
    if pair.similarity >= least and pair.margin >= shared:
        return "same subject"
    floor = least if semantic else least * 0.3
    return "possible" if pair.similarity >= floor and pair.margin >= possible else ""


def tfidf_rows(texts: Sequence[str]) -> Any:
    """Return unit TF-IDF rows (stemmed words and pairs of words) of all `texts` in one space.

    Returns
    -------
    scipy sparse matrix, shape (n, terms)

    Examples
    --------
    >>> rows = tfidf_rows(["the care plan", "plans of care", "a house"])
    >>> rows.shape[0], bool((rows[0] @ rows[1].T).toarray()[0, 0] > 0.2)
    (3, True)
    """
    from scipy import sparse

    from metanarrative.compare.words import stem_en, words
    from metanarrative.text.welsh import STOP_EN

    index: dict[str, int] = {}
    tokens: list[int] = []
    sizes: list[int] = []
    for text in texts:
        own = [
            index.setdefault(stem_en(word), len(index)) for word in words(text) if word not in STOP_EN or word in _KEEP
        ]
        tokens += own
        sizes.append(len(own))
    single = np.array(tokens, dtype=np.int64)
    row = np.repeat(np.arange(len(texts)), sizes)
    together = row[1:] == row[:-1]
    # a pair of neighbours is one number, so that all pairs are counted at once
    paired = (single[:-1] + 1) * (len(index) + 1) + single[1:]
    codes, column = np.unique(np.concatenate([single, paired[together] + len(index)]), return_inverse=True)
    rows = np.concatenate([row, row[1:][together]])
    shape = (len(texts), max(len(codes), 1))
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, column)), shape=shape)
    matrix.data = 1 + np.log(matrix.data)
    document = np.bincount(matrix.indices, minlength=shape[1])
    weight = np.log((1 + len(texts)) / (1 + document)) + 1
    matrix = matrix @ sparse.diags(weight)
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(length, 1e-12)) @ matrix)


_KEEP = frozenset({"must", "should", "may", "not", "no", "never"})


@dataclass(frozen=True, slots=True)
class Slots:
    """What two aligned passages can differ in.

    ``binds``, ``frees`` and ``denies`` are the stems of the sentences that lay something down, free
    from it, or deny without laying anything down.
    """

    force: tuple[str, ...] = ()
    bearer: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    threshold: tuple[str, ...] = ()
    denied: bool = False
    binds: tuple[frozenset[str], ...] = ()
    frees: tuple[frozenset[str], ...] = ()
    denies: tuple[frozenset[str], ...] = ()


_NUMBER = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30, "a": 1, "an": 1,
}  # fmt: skip
_AMOUNT = rf"(\d+|{'|'.join(_NUMBER)})"
_UNIT = r"(hour|day|working day|week|month|year)s?"
_WITHIN = re.compile(
    rf"\b(?:within|not later than|no later than|before the end of|after|in|for|every|at intervals of(?: not more than| no more than)?|at most)\s+(?:a\s+(?:period|maximum)\s+of\s+|the\s+period\s+of\s+|the\s+(?:first|next|last)\s+)?{_AMOUNT}\s+{_UNIT}\b"
)
_OFTEN = re.compile(
    rf"\b(?:at least\s+|not less than\s+|no less than\s+|not less often than\s+)?(once|twice|annually|yearly|every (?:year|month|week)|monthly|weekly|annual|(?:three|four|two|{_AMOUNT[1:-1]}) times)"
    r"(?:\s+(?:a|an|every|each|in (?:every|each|any))\s+(?:(\d+|twelve|six|three)\s+)?(year|month|week|day)s?)?"
)
_COUNT = rf"(?:\d+|{'|'.join(w for w in _NUMBER if w not in ('a', 'an'))})"
_THINGS = r"(?:years?(?:\s+old)?|hours?|days?|weeks?|months?|per cent|%|people|persons|members|households)"
_THRESHOLD = re.compile(
    rf"\b(?:aged?\s+(?:of\s+)?|at least\s+|more than\s+|fewer than\s+|not less than\s+){_COUNT}(?:\s+(?:or over|or more|and over))?(?:\s+{_THINGS})?"
    rf"|\b(?:under|over)\s+(?:the age of\s+)?(?:\d{{1,3}}(?![\d(])(?!\s+(?:and|or|to)\s+\d)|(?:{'|'.join(w for w in _NUMBER if w not in ('a', 'an'))})\s+{_THINGS})(?:\s+{_THINGS})?|\b\d+(?:\.\d+)?\s*(?:%|per cent\b)|£\s?[\d,]+"
)


_DENIED = re.compile(r"\b(?:no|not|never|nor|neither|none|cannot|without|nid|ddim|heb)\b")
_BINDS = ("must", "should", "may")
_FREES = ("must-not", "should-not", "need-not")


_MODAL = frozenset(
    "must shall should may can not no never need will ought cannot be is are was were has have been".split()
)

LEAST_COMMON = 0.4
"""Share of the shorter sentence's stems that two sentences need in common for one to deny the other."""


def _stems(sentence: str) -> frozenset[str]:
    from metanarrative.compare.words import stem_en, words
    from metanarrative.text.welsh import STOP_EN

    return frozenset(stem_en(w) for w in words(sentence) if w not in STOP_EN and w not in _MODAL and not w.isdigit())


def _meet(a: Iterable[frozenset[str]], b: Iterable[frozenset[str]]) -> bool:
    """Tell whether a sentence of one side speaks of what a sentence of the other speaks of."""
    return any(len(x & y) >= 2 and len(x & y) >= LEAST_COMMON * min(len(x), len(y)) for x in a for y in b if x and y)


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBER[word]


def slots(text: str, provisions: Iterable[Mapping[str, Any]] = ()) -> Slots:
    """Return force, bearer types, time limits and thresholds of a passage, each sorted.

    Parameters
    ----------
    text : str
    provisions : iterable of mapping
        Rows of the provision table that lie in it.

    Examples
    --------
    >>> slots("The plan must be reviewed at least once a year and within 28 days of discharge.").time
    ('at least once a year', 'within 28 days')
    """
    low = flat(text)
    rows = [p for p in provisions if p["force"] not in ("none", "will")]
    times: set[str] = set()
    for found in _OFTEN.finditer(low):
        word = found.group(1)
        unit = found.group(3)
        if unit is None and word in ("once", "twice"):
            continue
        if (
            word in ("annually", "yearly", "annual", "every year")
            or (word == "once" and unit == "year" and found.group(2) is None)
            or (word == "once" and unit == "month" and found.group(2) in ("12", "twelve"))
        ):
            times.add("at least once a year")
        else:
            times.add(" ".join(found.group().split()))
    for found in _WITHIN.finditer(low):
        amount, unit = _count(found.group(1)), found.group(2)
        if unit == "month" and amount % 12 == 0:
            amount, unit = amount // 12, "year"
        if found.group().startswith("every") and (amount, unit) == (1, "year"):
            times.add("at least once a year")
            continue
        if found.group(1) in ("a", "an") and found.group().startswith(("for", "in", "after")):
            continue
        times.add(f"within {amount} {unit}{'s' if amount != 1 else ''}")
    limits = {" ".join(found.group().split()) for found in _THRESHOLD.finditer(low)}
    limits = {limit for limit in limits if not any(limit in time or time.endswith(limit) for time in times)}
    denies = [low[a:b] for a, b in sentences(low) if _DENIED.search(low, a, b)] if _DENIED.search(low) else []
    return Slots(
        force=tuple(sorted({p["force"] for p in rows})),
        bearer=tuple(sorted({t for p in rows for t in str(p["bearer_type"]).split("; ") if t})),
        time=tuple(sorted(times)),
        threshold=tuple(sorted(limits)),
        denied=bool(denies),
        binds=tuple(_stems(str(p.get("sentence") or text)) for p in rows if p["force"] in _BINDS),
        frees=tuple(_stems(str(p.get("sentence") or text)) for p in rows if p["force"] in _FREES),
        denies=tuple(_stems(sentence) for sentence in denies),
    )


def opposite(a: Slots, b: Slots, *, close: bool = True) -> list[str]:
    """Return what each of two passages says where one denies what the other lays down; [] where none does.

    One side has a negative class of force (must-not, should-not, need-not) and the other none but
    positive ones; or one side has positive ones and the other no force but a denial. A denial without
    force, or a pair that is not `close`, must also share words with the sentence that it denies.

    Examples
    --------
    >>> opposite(Slots(force=("must",)), Slots(force=("must", "need-not"), denied=True))
    ['must', 'need-not']
    >>> opposite(Slots(force=("should",)), Slots(denied=True)), opposite(Slots(force=("should",)), Slots(force=("must",)))
    (['should', 'denied'], [])
    """
    said: list[str] = []
    for mine, other in ((a, b), (b, a)):
        lays_down = [force for force in _BINDS if force in mine.force]
        frees = [force for force in _FREES if force in mine.force]
        theirs = [force for force in _FREES if force in other.force]
        if not lays_down or frees:
            continue
        if theirs:
            against = close or not (mine.binds and other.frees) or _meet(mine.binds, other.frees)
        else:
            against = not other.force and other.denied and not mine.denied
            against = against and (not (mine.binds and other.denies) or _meet(mine.binds, other.denies))
        if against:
            said = [", ".join(lays_down), ", ".join(theirs) or "denied"]
            if mine is b:
                said.reverse()
            break
    return said


def differing(a: Slots, b: Slots, *, close: bool = True) -> dict[str, list[str]]:
    """Return slot -> [a, b] for the slots in which two aligned passages differ.

    A slot that one side leaves empty differs too, but for the bearer: a passive hides it. No force
    is "none". The slot ``opposite`` is there only where one side denies what the other lays down.

    Examples
    --------
    >>> differing(Slots(force=("should",)), Slots(force=("must",), time=("within 28 days",)))
    {'force': ['should', 'must'], 'time': ['', 'within 28 days']}
    """
    result: dict[str, list[str]] = {}
    for name in ("force", "bearer", "time", "threshold"):
        left, right = getattr(a, name), getattr(b, name)
        if left == right or (name == "bearer" and not (left and right)):
            continue
        empty = "none" if name == "force" else ""
        result[name] = [", ".join(left) or empty, ", ".join(right) or empty]
    against = opposite(a, b, close=close)
    if against:
        result["opposite"] = against
    return result
