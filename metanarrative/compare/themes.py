"""Themes of passages: evidence by seed phrases and by meaning, and what people ruled.

Takes a codebook, passages and (where a language model knows their language) vectors; gives the
themes a passage carries with score and kind of evidence.

Score = z + ln(1 + hits). ``hits`` are stemmed seed phrases with up to two words between their
words, Welsh seeds in all their mutated forms; ``z`` is the z-scored mean cosine to the two
nearest seed phrases, or a z-scored BM25 where no model stands behind the vectors. One hit is
enough (its precision was .94 where measured), in the passage or in the heading it stands under.

Meaning alone counts for nothing: it took "Wales" for the Welsh language and "care in the community
had failed" for recovery. A passage near a theme without its words (threshold *and* an absolute
cosine, measured without the direction in which the names of the nations lie) is kept as
``suggested``, for a person to look at; nothing is counted from it. BM25 alone does not even suggest.

References
----------
Robertson & Zaragoza 2009, doi:10.1561/1500000019 (BM25). Rocchio 1971, in Salton, The SMART
Retrieval System (feedback).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metanarrative.compare.codebook import Theme
from metanarrative.compare.words import mutations, phrase_hits, stem, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "ThemeHit",
    "Verdicts",
    "apply_decisions",
    "bm25",
    "counted",
    "heading_of",
    "lexical_hits",
    "neighbour_features",
    "score_themes",
    "seed_cosines",
    "theme_features",
    "without_names",
]

Phrase = tuple[frozenset[str], ...]
SUGGESTED = "suggested"
"""How a passage came to a theme by meaning alone: for a person to look at, counted nowhere."""
NATION_NAMES = ("England", "English", "Wales", "Welsh", "Welsh Government", "Welsh Ministers", "NHS England", "Cymru")
"""Names that say where a text comes from, not what it is about."""
_SMALL = frozenset("the a an of to and or for in on with by at y yr a ac i o ar yn am".split())


@dataclass(frozen=True, slots=True)
class ThemeHit:
    """A theme of a passage; ``how`` is lexical, both, heading, calibrated, person or suggested (does not count)."""

    passage_id: str
    theme: str
    score: float
    how: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Outcome of people's rulings on themes."""

    hits: tuple[ThemeHit, ...]
    unknown_passages: tuple[str, ...]
    unknown_themes: tuple[str, ...]
    bad: tuple[str, ...]
    coded: Mapping[str, tuple[tuple[bool, bool], ...]]  # theme -> (machine, person) of each ruled passage


def counted(hits: Iterable[ThemeHit]) -> list[ThemeHit]:
    """Return the hits that count: all but the suggested ones.

    Examples
    --------
    >>> [hit.how for hit in counted([ThemeHit("ps_1", "a", 1.0, "lexical"), ThemeHit("ps_2", "a", 2.0, "suggested")])]
    ['lexical']
    """
    return [hit for hit in hits if hit.how != SUGGESTED]


def heading_of(section: str, title: str = "") -> str:
    """Return the heading that a passage stands under, from the path of headings; "" for the title alone.

    Examples
    --------
    >>> heading_of("Some Act > Part 2 > Voice and control", "Some Act"), heading_of("Some Act", "Some Act")
    ('Voice and control', '')
    """
    last = section.rsplit(" > ", 1)[-1].strip()
    return "" if last.casefold() == title.strip().casefold() else last


def without_names(rows: NDArray[np.float32], names: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return unit rows without the directions in which `names` lie.

    Parameters
    ----------
    rows : ndarray, shape (n, d)
        Rows of nan stay so.
    names : ndarray, shape (m, d)

    Examples
    --------
    >>> without_names(np.array([[0.6, 0.8]], dtype=np.float32), np.array([[2.0, 0.0]], dtype=np.float32)).tolist()
    [[0.0, 1.0]]
    """
    _, size, directions = np.linalg.svd(names.astype(np.float64), full_matrices=False)
    # names of one country nearly coincide: only directions they truly span are taken out
    kept = directions[size > 0.3 * size.max(initial=0.0)] if size.size else directions[:0]
    clean = rows - (rows @ kept.T) @ kept
    length = np.sqrt((clean**2).sum(axis=1, keepdims=True))
    with np.errstate(invalid="ignore"):
        unit: NDArray[np.float32] = (clean / np.where(length > 1e-6, length, 1.0)).astype(np.float32)
    return unit


def _compile(phrase: str, language: str) -> Phrase:
    parts: list[frozenset[str]] = []
    for word in words(phrase):
        forms = mutations(word) if language == "cy" else (word,)
        parts.append(frozenset(stem(form, language) for form in forms) | frozenset(forms if language == "cy" else ()))
    return tuple(parts)


def _languages(language: str) -> tuple[str, ...]:
    return ("cy",) if language == "cy" else ("en", "cy") if language == "mixed" else ("en",)


def lexical_hits(themes: Sequence[Theme], texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.int64]:
    """Count seed-phrase hits of each theme in each passage.

    Parameters
    ----------
    themes : sequence of Theme, length k
    texts : sequence of str, length n
    languages : sequence of str, length n
        ``en``, ``cy``, ``mixed`` or ``unknown`` (read as English).

    Returns
    -------
    ndarray of int, shape (n, k)

    Examples
    --------
    >>> theme = Theme("plan", "Plan", seeds=(("en", "care plan"), ("cy", "cynllun gofal")))
    >>> texts = ["Care and treatment plans.", "Rhaid adolygu eu cynllun gofal", "A floor plan"]
    >>> lexical_hits([theme], texts, ["en", "cy", "en"]).ravel().tolist()
    [1, 1, 0]
    """
    counts = np.zeros((len(texts), len(themes)), dtype=np.int64)
    wanted: dict[str, list[tuple[int, list[Phrase], list[Phrase]]]] = {}
    starts: dict[str, dict[str, set[int]]] = {}
    for language in ("en", "cy"):
        entries = []
        opening: dict[str, set[int]] = {}
        for at, theme in enumerate(themes):
            keep = [_compile(p, language) for p in theme.phrases(language)]
            drop = [_compile(p, language) for tongue, p in theme.excludes if tongue == language]
            entries.append((at, [p for p in keep if p], [p for p in drop if p]))
            for phrase in keep:
                for first in phrase[0] if phrase else ():
                    opening.setdefault(first, set()).add(at)
        wanted[language] = entries
        starts[language] = opening
    for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
        folded = words(text)
        for tongue in _languages(language):
            tokens = [stem(word, tongue) for word in folded]
            opening = starts[tongue]
            for at in sorted({theme for token in set(tokens) for theme in opening.get(token, ())}):
                _, keep, drop = wanted[tongue][at]
                banned = [span for phrase in drop for span in phrase_hits(tokens, phrase)]
                found = {
                    span
                    for phrase in keep
                    for span in phrase_hits(tokens, phrase)
                    if not any(a <= span[1] and span[0] <= b for a, b in banned)
                }
                counts[row, at] += len(found)
    return counts


def seed_cosines(passages: NDArray[np.float32], seeds: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Return the mean cosine of each passage to the two nearest seed phrases of each theme.

    Parameters
    ----------
    passages : ndarray, shape (n, d)
        Unit rows; rows of nan where a passage has no vector.
    seeds : sequence of ndarray, each of shape (m_k, d)
        Unit rows of the seed phrases of each theme; a theme may have none.

    Returns
    -------
    ndarray, shape (n, k)
        nan where either side is missing.

    Examples
    --------
    >>> seed_cosines(np.eye(2, dtype=np.float32), [np.eye(2, dtype=np.float32)]).tolist()
    [[0.5], [0.5]]
    """
    result = np.full((len(passages), len(seeds)), np.nan)
    for at, rows in enumerate(seeds):
        if len(rows) == 0:
            continue
        cosines = np.sort(passages @ rows.T, axis=1)
        result[:, at] = cosines[:, -2:].mean(axis=1)
    return result


def bm25(themes: Sequence[Theme], texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float64]:
    """Return the BM25 score of each passage for each theme's seed words (k1 1.2, b 0.75).

    Returns
    -------
    ndarray, shape (n, k)

    Examples
    --------
    >>> theme = Theme("plan", "Plan", seeds=(("en", "care plan"),))
    >>> scores = bm25([theme], ["the care plan", "a house"], ["en", "en"])
    >>> bool(scores[0, 0] > 0), float(scores[1, 0])
    (True, 0.0)
    """
    result = np.zeros((len(texts), len(themes)))
    if not texts:
        return result
    queries: list[dict[str, frozenset[str]]] = []
    for theme in themes:
        queries.append(
            {
                language: frozenset(
                    form
                    for phrase in theme.phrases(language)
                    for part in _compile(phrase, language)
                    for form in part
                    if form not in _SMALL
                )
                for language in ("en", "cy")
            }
        )
    vocabulary = (
        frozenset().union(*(terms for query in queries for terms in query.values())) if queries else frozenset()
    )
    bags: list[Counter[str]] = []
    lengths = np.zeros(len(texts))
    for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
        tokens = [stem(word, "cy" if language == "cy" else "en") for word in words(text)]
        lengths[row] = len(tokens)
        bags.append(Counter(token for token in tokens if token in vocabulary))
    mean = lengths.mean() or 1.0
    present = Counter(token for bag in bags for token in bag)
    weight = {t: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for t, n in present.items()}
    for row, bag in enumerate(bags):
        if not bag:
            continue
        norm = 1.2 * (0.25 + 0.75 * lengths[row] / mean)
        scores = {t: weight[t] * n * 2.2 / (n + norm) for t, n in sorted(bag.items())}
        tongue = "cy" if languages[row] == "cy" else "en"
        for at, query in enumerate(queries):
            result[row, at] = sum(score for t, score in scores.items() if t in query[tongue])
    return result


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """z-score each column over its finite entries; a constant column becomes 0."""
    known = np.isfinite(values)
    n = np.maximum(known.sum(0), 1)
    mean = np.where(known, values, 0.0).sum(0) / n
    spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(0) / n)
    return np.where(known, (values - mean) / np.where(spread > 1e-12, spread, np.inf), 0.0)


def theme_features(
    hits: NDArray[np.int64], closeness: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the score of every passage and theme, and the features a classifier learns from.

    Parameters
    ----------
    hits : ndarray of int, shape (n, k)
    closeness : ndarray, shape (n, k)
        Cosine or BM25; nan where unknown.

    Returns
    -------
    scores : ndarray, shape (n, k)
        z + ln(1 + hits).
    features : ndarray, shape (k, n, 3)
        z, ln(1 + hits), and the margin of the score over the best other theme.

    Examples
    --------
    >>> scores, features = theme_features(np.array([[1, 0], [0, 0]]), np.array([[0.5, 0.1], [0.1, 0.1]]))
    >>> features.shape, bool(features[0, 0, 2] > 0)
    ((2, 2, 3), True)
    """
    z = _standard(closeness)
    logs = np.log1p(hits)
    scores = z + logs
    n, k = scores.shape
    features = np.zeros((k, n, 3))
    for at in range(k):
        others = np.delete(scores, at, axis=1)
        features[at, :, 0], features[at, :, 1] = z[:, at], logs[:, at]
        features[at, :, 2] = scores[:, at] - (others.max(axis=1) if k > 1 else 0.0)
    return scores, features


def neighbour_features(scores: NDArray[np.float64], vectors: NDArray[np.float32], k: int = 10) -> NDArray[np.float64]:
    """Return what the passages most like a passage score on each theme, for a classifier without a language model.

    A passage that says a thing in other words still shares words with passages that say it in those
    of the codebook: pseudo-relevance feedback (Rocchio 1971), with the passages as the feedback.

    Parameters
    ----------
    scores : ndarray, shape (n, t)
    vectors : ndarray, shape (n, d)
        Unit rows of TF-IDF + SVD; rows of nan have no neighbours and are nobody's.
    k : int
        Neighbours a passage.

    Returns
    -------
    ndarray, shape (t, n, 2)
        The z-scored mean score of the neighbours, and its margin over the best other theme.

    Examples
    --------
    >>> scores = np.array([[2.0, 0.0], [0.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    >>> rows = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    >>> neighbour_features(scores, rows, k=1)[0, :, 0].round(2).tolist()
    [-0.58, 1.73, -0.58, -0.58]
    """
    n, t = scores.shape
    known = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    rows = np.asarray(vectors[known], dtype=np.float32)
    most = min(k, len(known) - 1)
    mean = np.zeros((n, t))
    for start in range(0, len(known) if most > 0 else 0, 512):
        block = rows[start : start + 512] @ rows.T
        block[np.arange(len(block)), start + np.arange(len(block))] = -np.inf
        # like as far as single precision tells: ties go to the passage that stands first
        near = np.argsort(-block.round(5), axis=1, kind="stable")[:, :most]
        mean[known[start : start + 512]] = scores[known[near]].mean(axis=1)
    z = _standard(mean)
    out = np.zeros((t, n, 2))
    for at in range(t):
        others = np.delete(z, at, axis=1)
        out[at, :, 0] = z[:, at]
        out[at, :, 1] = z[:, at] - (others.max(axis=1) if t > 1 else 0.0)
    return out


def score_themes(
    ids: Sequence[str],
    themes: Sequence[Theme],
    hits: NDArray[np.int64],
    closeness: NDArray[np.float64],
    *,
    semantic: bool,
    threshold: float = 1.5,
    least_cosine: float = 0.30,
    under: NDArray[np.int64] | None = None,
) -> list[ThemeHit]:
    """Say which themes each passage carries, and which are suggested by meaning alone.

    Parameters
    ----------
    ids : sequence of str, length n
    themes : sequence of Theme, length k
    hits : ndarray of int, shape (n, k)
        From :func:`lexical_hits`.
    closeness : ndarray, shape (n, k)
        Cosines (:func:`seed_cosines`) or BM25; nan where there is none.
    semantic : bool
        Whether `closeness` comes from a language model.
    threshold, least_cosine : float
        What meaning alone must reach to suggest a theme: z, and the cosine itself.
    under : ndarray of int, shape (n, k), optional
        Hits in the heading that each passage stands under.

    Examples
    --------
    >>> themes = [Theme("plan", "Plan")]
    >>> score_themes(["ps_1", "ps_2"], themes, np.array([[1], [0]]), np.array([[0.4], [0.1]]), semantic=True)
    [ThemeHit(passage_id='ps_1', theme='plan', score=1.6931, how='lexical')]
    """
    z = _standard(closeness)
    near = (
        (z >= threshold) & (np.nan_to_num(closeness, nan=-1.0) >= least_cosine) if semantic else np.zeros(z.shape, bool)
    )
    above = np.zeros(hits.shape, dtype=np.int64) if under is None else under
    # a heading is one hit however often it names the theme
    scores = z + np.log1p(np.where(hits > 0, hits, above > 0))
    found = []
    for row, at in zip(*np.nonzero((hits > 0) | (above > 0) | near), strict=True):
        if hits[row, at]:
            how = "both" if near[row, at] else "lexical"
        else:
            how = "heading" if above[row, at] else SUGGESTED
        found.append(ThemeHit(ids[row], themes[at].id, round(float(scores[row, at]), 4), how))
    return found


def apply_decisions(
    hits: Iterable[ThemeHit],
    rulings: Iterable[tuple[str, str]],
    *,
    passages: frozenset[str],
    themes: frozenset[str],
) -> Verdicts:
    """Let people's rulings win over the machine.

    Parameters
    ----------
    hits : iterable of ThemeHit
        What the machine found.
    rulings : iterable of (passage id, "+theme" or "-theme"), in order of time
        The latest on a passage and theme holds.

    Examples
    --------
    >>> machine = [ThemeHit("ps_1", "plan", 1.0, "lexical")]
    >>> out = apply_decisions(machine, [("ps_1", "-plan"), ("ps_2", "+plan")],
    ...                       passages=frozenset({"ps_1", "ps_2"}), themes=frozenset({"plan"}))
    >>> out.hits
    (ThemeHit(passage_id='ps_2', theme='plan', score=0.0, how='person'),)
    >>> out.coded
    {'plan': ((True, False), (False, True))}
    """
    current = {(hit.passage_id, hit.theme): hit for hit in hits}
    machine = frozenset(key for key, hit in current.items() if hit.how != SUGGESTED)
    latest: dict[tuple[str, str], bool] = {}
    lost_passages: list[str] = []
    lost_themes: list[str] = []
    bad: list[str] = []
    for passage, verdict in rulings:
        sign, theme = verdict[:1], verdict[1:].strip()
        if sign not in ("+", "-") or not theme:
            bad.append(f"{passage} {verdict}")
        elif passage not in passages:
            lost_passages.append(passage)
        elif theme not in themes:
            lost_themes.append(theme)
        else:
            latest[passage, theme] = sign == "+"
    coded: dict[str, list[tuple[bool, bool]]] = {}
    for (passage, theme), carries in sorted(latest.items()):
        coded.setdefault(theme, []).append(((passage, theme) in machine, carries))
        before = current.pop((passage, theme), None)
        if carries:
            current[passage, theme] = ThemeHit(passage, theme, before.score if before else 0.0, "person")
    return Verdicts(
        hits=tuple(current[key] for key in sorted(current)),
        unknown_passages=tuple(dict.fromkeys(lost_passages)),
        unknown_themes=tuple(dict.fromkeys(lost_themes)),
        bad=tuple(bad),
        coded={theme: tuple(pairs) for theme, pairs in sorted(coded.items())},
    )
