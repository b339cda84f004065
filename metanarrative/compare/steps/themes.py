"""Themes: given by seed phrases and the model, ruled on by people, graded where people coded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from metanarrative.compare.codebook import Codebook
    from metanarrative.config import CompareSettings
    from metanarrative.project import Project

Row = dict[str, Any]


def theme_hits(
    project: Project, settings: CompareSettings, book: Codebook | None, passages: Sequence[Row], ids: Mapping[str, int],
    vectors: Any, known: tuple[str, ...], semantic: bool, problems: list[Problem],
) -> tuple[list[Any], dict[str, Row]]:  # fmt: skip
    """Score themes, heed people, grade; returns hits and theme -> what is known of it."""
    import numpy as np

    from metanarrative.compare import themes as rules

    if book is None or not book.themes:
        return [], {}
    texts = [row["text"] for row in passages]
    tongues = [row["language"] for row in passages]
    names = [row["passage_id"] for row in passages]
    counts = rules.lexical_hits(book.themes, texts, tongues)
    titles = {row["work_id"]: row["title"] for row in project.store.read("work", columns=("work_id", "title"))}
    headings = [rules.heading_of(row["section"], titles.get(row["work_id"], "")) for row in passages]
    under = rules.lexical_hits(book.themes, headings, tongues)
    seeds = [
        [
            phrase
            for language in ("en", "cy")
            if language in known or language == "en"
            for phrase in theme.phrases(language)
        ]
        for theme in book.themes
    ]
    flat_seeds = [phrase for phrases in seeds for phrase in phrases]
    rows = np.full((len(names), vectors.shape[1] if ids else 0), np.nan, dtype=np.float32)
    for at, name in enumerate(names):
        # a model that does not know a language gives its texts plausible nonsense
        if name in ids and (tongues[at] in known or tongues[at] in ("mixed", "unknown")):
            rows[at] = vectors[ids[name]]
    together = project.embed_texts([*flat_seeds, *rules.NATION_NAMES]) if semantic and ids and flat_seeds else None
    embedded = None
    if together is not None:
        embedded, nations = together[: len(flat_seeds)], together[len(flat_seeds) :]
        cuts = np.cumsum([0, *(len(phrases) for phrases in seeds)])
        plain, bare = rules.without_names(rows, nations), rules.without_names(embedded, nations)
        near = rules.seed_cosines(plain, [bare[cuts[k] : cuts[k + 1]] for k in range(len(seeds))])
    else:
        near = rules.bm25(book.themes, texts, tongues)
        welsh = bool(tongues) and all(tongue == "cy" for tongue in tongues)
        problems.append(
            Problem(
                "themes-by-words",
                "every passage is in Welsh, which the language model does not know: themes were given by Welsh seed "
                "phrases alone"
                if welsh
                else "no language model stands behind the vectors: themes were given by seed phrases alone",
                mend="give every theme Welsh seed phrases (seeds.cy)"
                if welsh
                else "pip install 'metanarrative[models]', then run again",
                severity="note",
            )
        )
    machine = rules.score_themes(
        names, book.themes, counts, near, semantic=embedded is not None, threshold=settings.theme_threshold, under=under
    )
    rulings = [(d.subject, d.verdict) for d in project.decisions("theme")]
    outcome = rules.apply_decisions(
        machine,
        rulings,
        passages=frozenset(names),
        themes=frozenset(theme.id for theme in book.themes),
    )
    for subjects, code, message in (
        (
            outcome.unknown_passages,
            "decision-lost",
            "a theme decision is about a passage that is not analysed any more",
        ),
        (outcome.unknown_themes, "decision-lost", "a theme decision names a theme that the codebook does not have"),
        (outcome.bad, "bad-decision", 'a theme decision must read "+theme" or "-theme"'),
    ):
        problems += [Problem(code, message, mend="undo or correct the decision", subject=s) for s in subjects]
    return _calibrated(
        project, book, passages, hits=np.where(counts > 0, counts, under > 0), near=near,
        vectors=rows, semantic=embedded is not None, machine=machine, outcome=outcome, problems=problems,
    )  # fmt: skip


def _calibrated(
    project: Project, book: Codebook, passages: Sequence[Row], *, hits: Any, near: Any, vectors: Any,
    semantic: bool, machine: Sequence[Any], outcome: Any, problems: list[Problem],
) -> tuple[list[Any], dict[str, Row]]:  # fmt: skip
    """Let coded passages teach the machine where there are enough, grade every theme, and heed people last."""
    import numpy as np

    from metanarrative.compare import calibrate
    from metanarrative.compare import themes as rules
    from metanarrative.compare.agreement import grade

    scores, features = rules.theme_features(hits, near)
    place = {row["passage_id"]: at for at, row in enumerate(passages)}
    names = [row["passage_id"] for row in passages]
    found = {(hit.passage_id, hit.theme): hit for hit in machine}
    rulings = [
        (d.who, d.subject, d.verdict[1:].strip(), d.verdict.startswith("+"))
        for d in project.decisions("theme")
        if d.subject in place and d.verdict[:1] in ("+", "-")
    ]
    said: dict[str, dict[str, bool]] = {}
    for _, passage, name, carries in rulings:
        said.setdefault(name, {})[passage] = carries
    rng = project.rng("compare")
    around: NDArray[np.float64] | None = None
    graded: dict[str, Row] = {}
    for at, theme in enumerate(book.themes):
        own = said.get(theme.id, {})
        coded = np.array(sorted(place[p] for p in own), dtype=np.int64)
        people: NDArray[np.bool_] = np.array([own[names[k]] for k in coded], dtype=np.bool_)
        counts = {hit.passage_id for hit in rules.counted(found.values()) if hit.theme == theme.id}
        guess: NDArray[np.bool_] = np.array([names[k] in counts for k in coded], dtype=np.bool_)
        method = "threshold"
        result = calibrate.Graded(len(coded), int(people.sum()), method)
        if len(coded) >= calibrate.LEAST_CODED:
            weights = calibrate.sampling_weights(scores[:, at], coded)
            documents = [passages[k]["work_id"] for k in coded]
            if semantic:
                table = np.hstack([features[at], np.nan_to_num(vectors).astype(float)])
            else:
                if around is None:
                    around = rules.neighbour_features(scores, vectors)
                table = np.hstack([features[at], around[at]])
            learnt = calibrate.logistic(table, coded, people, weights, documents)
            if learnt is not None:
                probabilities, guess = learnt
                method = "logistic"
                found = {key: hit for key, hit in found.items() if key[1] != theme.id}
                for k in np.flatnonzero(probabilities >= 0.5):
                    value = round(float(scores[k, at]), 4)
                    found[names[k], theme.id] = rules.ThemeHit(names[k], theme.id, value, "calibrated")
            nations = [passages[k]["nation"] for k in coded]
            result = calibrate.grade_theme(guess, people, weights, documents, nations, rng, method=method)
        told = grade(result.kappa)
        together, n_double = calibrate.human_agreement(rulings, theme.id)
        graded[theme.id] = {
            "kappa": result.kappa, "kappa_low": result.kappa_low, "kappa_high": result.kappa_high,
            "alpha": result.alpha, "alpha_low": result.alpha_low, "alpha_high": result.alpha_high,
            "grade": told, "n_coded": result.n_coded, "n_positive": result.n_positive, "method": result.method,
            "by_nation": json.dumps(result.by_nation, sort_keys=True), "human_kappa": together, "n_double": n_double,
        }  # fmt: skip
        if told.startswith("do not"):
            problems.append(
                Problem(
                    "theme-not-comparable",
                    f"theme {theme.id!r}: machine and people agree too little (kappa {result.kappa:.2f}), "
                    "so nations are not compared on it",
                    mend="sharpen the definition and the seed phrases, or code more passages",
                    subject=theme.id,
                )
            )
    final = rules.apply_decisions(
        found.values(),
        [(passage, ("+" if carries else "-") + name) for _, passage, name, carries in rulings],
        passages=frozenset(names),
        themes=frozenset(theme.id for theme in book.themes),
    )
    return list(final.hits), graded
