"""The steps of the stage: themes, force, keyness, alignment, and what could not be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from metanarrative.compare.actors import Gazetteer
    from metanarrative.compare.codebook import Codebook
    from metanarrative.compare.contrasts import Sides
    from metanarrative.config import CompareSettings
    from metanarrative.project import Project

__all__ = [
    "alignment_rows",
    "coded_force",
    "judge",
    "keyness_rows",
    "provision_rows",
    "theme_hits",
]

LEAST_WORDS = 8
LEAST_USES = 5
PLACES = ("subsection", "subsections", "sub-paragraph", "sub-paragraphs", "paragraph", "paragraphs")
"""Places inside a law: no words of policy."""

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


def provision_rows(
    project: Project,
    works: Mapping[str, Row],
    passages: Sequence[Row],
    themes_of: Mapping[str, Sequence[str]],
    who: Gazetteer,
) -> list[Row]:
    """Find every trigger of force, of the passage and of the stem it hangs from."""
    from metanarrative.compare.force import in_place, inherited, provisions
    from metanarrative.compare.inputs import INSERTED, QUOTED

    rows: list[Row] = []
    for passage in project.track(passages, "force", total=len(passages)):
        found = provisions(passage["text"], passage["language"], who)
        if passage["stem"]:
            first = inherited(passage["stem"], passage["text"], passage["language"], who)
            found = [first, *found] if first else found
        section = str(passage["section"] or "")
        most = INSERTED if section.endswith(QUOTED) else 1.0
        own = str(works.get(passage["work_id"], {}).get("force") or "")
        found = in_place(found, document=own, section=section, text=passage["text"])
        for position, p in enumerate(found, 1):
            rows.append(
                {
                    "passage_id": passage["passage_id"], "work_id": passage["work_id"], "position": position,
                    "nation": passage["nation"], "language": passage["language"], "force": p.force, "cue": p.cue,
                    "start": p.start, "end": p.end, "negated": int(p.negated), "passive": int(p.passive),
                    "bearer": p.bearer, "bearer_type": p.bearer_type, "filter": p.filter,
                    "theme": ";".join(sorted(themes_of.get(passage["passage_id"], ()))),
                    "sentence": p.sentence, "confidence": min(p.confidence, most), "decided_by": "machine",
                }
            )  # fmt: skip
    return rows


def coded_force(project: Project, provisions: list[Row], problems: list[Problem]) -> list[tuple[str, str, str]]:
    """Put people's classes in place of the machine's; return (work, machine's class, person's class)."""
    from metanarrative.compare.force import FORCES

    at = {f"{row['passage_id']} {row['position']}": row for row in provisions}
    latest: dict[str, tuple[str, str]] = {}
    for decision in project.decisions("force"):
        subject = " ".join(decision.subject.split())
        if decision.verdict not in FORCES:
            problems.append(
                Problem(
                    "bad-decision", f"{decision.verdict!r} is no class of force",
                    mend=f"classes: {', '.join(FORCES)}", subject=decision.subject,
                )
            )  # fmt: skip
        elif subject not in at:
            problems.append(
                Problem(
                    "decision-lost", "a force decision is about a trigger that is not there any more",
                    mend="undo or correct the decision", subject=decision.subject,
                )
            )  # fmt: skip
        else:
            latest[subject] = (decision.verdict, decision.who)
    coded = []
    for subject, (force, who) in sorted(latest.items()):
        row = at[subject]
        coded.append((row["work_id"], row["force"], force))
        row["force"], row["decided_by"], row["confidence"] = force, who, 1.0
        if force != "none":
            row["filter"] = ""
        elif not row["filter"]:
            row["filter"] = "a person says so"
    return coded


def keyness_rows(
    project: Project,
    settings: CompareSettings,
    sides: Sides,
    works: Mapping[str, Row],
    passages: Sequence[Row],
    reused: set[str],
) -> list[Row]:
    """Count terms by document without giveaways, boiler-plate and reused passages, and test them."""
    from metanarrative.compare import contrasts
    from metanarrative.compare.keyness import LEAST_TOTAL, count_terms, keyness
    from metanarrative.compare.ligatures import broken_words, mended
    from metanarrative.compare.machinery import kind_of
    from metanarrative.text.welsh import STOP_EN

    texts: dict[str, list[str]] = {work: [] for work in sides.works}
    for row in passages:
        if row["work_id"] not in texts or row["language"] == "cy" or row["passage_id"] in reused:
            continue
        if kind_of(row["text"]) != "machinery":  # how a law is drafted tells its genre, not its nation
            texts[row["work_id"]].append(row["text"])
    broken = broken_words(texts)
    clean = {
        work: [mended(text, broken.get(work, {})) for text in rows]
        for work, rows in contrasts.without_boilerplate(texts).items()
    }
    bodies = {str(works[w].get(name) or "") for w in sides.works for name in ("issuer", "site")}
    mask = contrasts.mask_pattern(sorted({*bodies, *PLACES}))
    documents, sizes = [], []
    for work in sides.works:
        terms: list[tuple[str, str]] = []
        size = 0
        for text in clean[work]:
            found, n = contrasts.masked_terms(text, mask, STOP_EN)
            terms += found
            size += n
        documents.append(terms)
        sizes.append(size)
    # a document without English words is no document here
    with_words = [at for at, size in enumerate(sizes) if size > 0]

    own = replace(
        sides,
        works=tuple(sides.works[at] for at in with_words),
        side_b=tuple(sides.side_b[at] for at in with_words),
        genres=tuple(sides.genres[at] for at in with_words),
    )
    if not all(own.counts()):
        return []
    tested = min(own.counts()) >= 4
    labels, counts, lengths = count_terms(
        [documents[at] for at in with_words],
        [sizes[at] for at in with_words],
        least_total=LEAST_USES,
        least_documents=3 if tested else 1,
    )
    rng = project.rng("compare")
    # terms below the least total are shown as candidates: too rare to be tested, too telling to be hidden
    often = counts.sum(axis=0) >= (LEAST_TOTAL if tested else LEAST_USES)
    rows: list[Row] = []
    most = contrasts.MOST_CANDIDATES
    for chosen, relabellings in ((often, settings.relabellings), (~often, 0)):
        names = tuple(label for label, keep in zip(labels, chosen, strict=True) if keep)
        key = keyness(counts[:, chosen], lengths, own.mask, rng, q=settings.q, relabellings=relabellings)
        if relabellings and key.tested:
            # behind an open gate rare terms are read beside the list; behind a shut one all is candidates, 20 in all
            most = 2 * contrasts.MOST_CANDIDATES if key.gate else contrasts.MOST_CANDIDATES // 2
        rows += contrasts.term_rows(
            own, names, counts[:, chosen], lengths, key, q=settings.q, rare=not relabellings, most=most
        )
    # two stems may share their commonest form: the stronger row stays
    once: dict[str, Row] = {}
    for row in rows:
        once.setdefault(row["item"], row)
    return list(once.values())


def alignment_rows(
    project: Project, settings: CompareSettings, sides: Sides, passages: Sequence[Row], ids: Mapping[str, int],
    vectors: Any, known: tuple[str, ...], semantic: bool, themes_of: Mapping[str, Sequence[str]],
    provisions: Sequence[Row], problems: list[Problem],
) -> list[Row]:  # fmt: skip
    """Align the passages of the two sides and heed what people accepted or rejected."""
    from metanarrative.compare.machinery import kind_of
    from metanarrative.compare.matching import align_passages
    from metanarrative.compare.words import words

    side = dict(zip(sides.works, sides.side_b, strict=True))
    mine = [row for row in passages if row["work_id"] in side and len(words(row["text"])) >= LEAST_WORDS]
    working = {row["passage_id"] for row in mine if kind_of(row["text"]) == "machinery"}
    if working:
        owners = {row["work_id"] for row in mine if row["passage_id"] in working}
        problems.append(
            Problem(
                "machinery-not-aligned",
                f"{counted(len(working), 'passage')} of {counted(len(owners), 'document')} only amend, cite or bring "
                "into force: no partner was looked for",
                severity="note",
            )
        )
        mine = [row for row in mine if row["passage_id"] not in working]
    glossed: list[Row] = []
    through: set[str] = set()
    if not (semantic and "cy" in known):
        mine, glossed, ids, through = _welsh_by_other_ways(project, mine, ids, semantic=semantic, problems=problems)
    if semantic:
        mine = [row for row in mine if row["passage_id"] in ids]
    elif mine:
        problems.append(
            Problem(
                "aligned-by-words",
                "passages were aligned by common words alone; nothing is called 'none found'",
                mend="pip install 'metanarrative[models]', then run again",
                severity="note",
            )
        )
    names = {row["passage_id"] for row in (*mine, *glossed)}
    accepted: dict[tuple[str, str], tuple[str, str]] = {}
    for decision in project.decisions("align"):
        parts = decision.subject.split()
        if len(parts) != 2 or decision.verdict not in ("accept", "reject"):
            problems.append(
                Problem(
                    "bad-decision",
                    "an align decision needs two passages and accept or reject",
                    mend='subject "ps_... ps_...", verdict accept',
                    subject=decision.subject,
                )
            )
        elif not names.issuperset(parts):
            problems.append(
                Problem(
                    "decision-lost",
                    "an align decision is about a passage that is not compared any more",
                    mend="undo or correct the decision",
                    subject=decision.subject,
                )
            )
        else:
            accepted[parts[0], parts[1]] = (decision.verdict, decision.who)

    def align(left: list[Row], right: list[Row], *, by_meaning: bool) -> list[Row]:
        return align_passages(
            left,
            right,
            ids,
            vectors,
            semantic=by_meaning,
            themes_of=themes_of,
            provisions=provisions,
            rulings=accepted,
            shared=settings.margin_shared,
            possible=settings.margin_possible,
            least=settings.min_cosine,
        )

    sides_of = ([row for row in mine if not side[row["work_id"]]], [row for row in mine if side[row["work_id"]]])
    rows = align(*sides_of, by_meaning=semantic)
    for row in rows:
        if row["how"] in ("vectors", "words") and through & {row["passage_id"], row["other_id"]}:
            row["how"] = "expression pair"
    for at in (False, True):
        welsh = [row for row in glossed if side[row["work_id"]] == at]
        if not welsh or not sides_of[not at]:
            continue
        pair = (sides_of[0], welsh) if at else (welsh, sides_of[1])
        own = {row["passage_id"] for row in welsh}
        found = [row for row in align(*pair, by_meaning=False) if own & {row["passage_id"], row["other_id"]}]
        partners = {key for row in found if row["other_id"] for key in (row["passage_id"], row["other_id"])}
        rows = [row for row in rows if row["other_id"] or row["passage_id"] not in partners]
        for row in found:
            if row["decided_by"] == "machine":
                row["how"] = "dictionary"
                # a handful of terms cannot say that two provisions are the same
                row["verdict"] = "possible" if row["other_id"] else "no counterpart found yet"
        rows += found
    return sorted(rows, key=lambda row: (row["passage_id"], row["other_id"]))


def _welsh_by_other_ways(
    project: Project, mine: list[Row], ids: Mapping[str, int], *, semantic: bool, problems: list[Problem]
) -> tuple[list[Row], list[Row], Mapping[str, int], set[str]]:
    """Give Welsh passages English words to be aligned by, where the model does not know Welsh.

    Returns the passages with those that an English expression speaks for, those that only the
    dictionary speaks for, the rows of vectors, and the ids of the former.
    """
    from metanarrative.compare.bilingual import LEAST_TERMS, gloss, paired_passages

    welsh = [row for row in mine if row["language"] == "cy"]
    if not welsh:
        return mine, [], ids, set()
    owners = sorted({row["work_id"] for row in welsh})
    english: dict[str, list[Row]] = {}
    for row in project.store.read("passage", where={"work_id": set(owners), "expression": "en"}):
        if row["language"] != "cy" and row["kind"] not in ("heading", "title"):
            english.setdefault(row["work_id"], []).append(row)
    kept = [row for row in mine if row["language"] != "cy"]
    more = dict(ids)
    through: set[str] = set()
    glossed: list[Row] = []
    lost: list[Row] = []
    for work in owners:
        own = [row for row in welsh if row["work_id"] == work]
        twins = sorted(english.get(work, []), key=lambda row: (row["position"], row["passage_id"]))
        text = {row["passage_id"]: row["text"] for row in twins}
        pairs = paired_passages(own, twins) if twins else {}
        for row in own:
            other = pairs.get(row["passage_id"], "")
            terms = gloss(row["text"])
            if other and (not semantic or other in ids):
                through.add(row["passage_id"])
                if other in ids:
                    more[row["passage_id"]] = ids[other]
                kept.append({**row, "text": text[other]})
            elif len(set(terms)) >= LEAST_TERMS:
                glossed.append({**row, "text": " ".join(terms)})
            else:
                lost.append(row)
    if glossed:
        problems.append(
            Problem(
                "welsh-by-dictionary",
                f"{len(glossed)} Welsh passages of {len({r['work_id'] for r in glossed})} documents were aligned "
                "through a few terms of the bilingual dictionary, because the model does not know Welsh: such pairs "
                "are possible at most",
                mend="add the English expression of these documents, or use a model that knows Welsh",
                severity="note",
            )
        )
    if lost:
        problems.append(
            Problem(
                "welsh-not-aligned",
                f"{len(lost)} Welsh passages of {len({r['work_id'] for r in lost})} documents were not aligned: "
                "the model does not know Welsh",
                mend="add the English expression of these documents, or use a model that knows Welsh",
            )
        )
    order = sorted(kept, key=lambda row: (row["work_id"], row["position"], row["passage_id"]))
    return order, glossed, more, through


def judge(
    settings: CompareSettings, sides: Sides, works: Mapping[str, Row], n_theme: Mapping[tuple[str, str], int],
    themes: Sequence[str], edges: Sequence[Any], unresolved: Mapping[str, int], problems: list[Problem],
) -> None:  # fmt: skip
    """Say in words what could not be compared."""
    from metanarrative.compare.inputs import named

    if not works:
        problems.append(
            Problem(
                "no-policy",
                "there is no policy document, so there is nothing to compare",
                mend="metanarrative add FILE --kind policy --nation wales",
                severity="note",
            )
        )
        return
    for name, n in zip(sides.names, sides.counts(), strict=True):
        if n == 0:
            problems.append(
                Problem(
                    "one-side-empty",
                    f"no document has {sides.facet} {name!r}, so nothing was compared by {sides.facet}",
                    mend="add documents, correct the manifest, or choose other sides",
                    subject=name,
                )
            )
        elif n < settings.min_documents:
            problems.append(
                Problem(
                    "too-few-documents",
                    f"{name[:1].upper()}{name[1:]} has {counted(n, 'document')}, fewer than "
                    f"{settings.min_documents}: described, not tested",
                    severity="note",
                    subject=name,
                )
            )
    nowhere = [work for work in sorted(works) if not str(works[work].get(sides.facet) or works[work].get("year") or "")]
    if nowhere:
        problems.append(
            Problem(
                "no-facet",
                f"{counted(len(nowhere), 'document')} without {sides.facet} on neither side: {named(works, nowhere)}",
                mend="fill the column of corpus/policy/manifest.csv",
            )
        )
    for theme in themes:
        if not any(t == theme and n for (_, t), n in n_theme.items()):
            problems.append(
                Problem(
                    "theme-not-found",
                    f"no passage carries theme {theme!r}; absence of its words is not absence of the idea",
                    mend="add seed phrases, or code passages by hand",
                    severity="note",
                    subject=theme,
                )
            )
    for name, n in unresolved.items():
        problems.append(
            Problem(
                "ambiguous-title",
                f"{name!r} ({n} times) is the title of more than one document and was not resolved",
                mend="give the documents distinct titles in the manifest",
                severity="note",
                subject=name,
            )
        )
    titles = {edge.other_id: edge.other_title for edge in edges}
    for edge in edges:
        if edge.conflict:
            first = named(works, [edge.work_id]) if edge.work_id in works else titles.get(edge.work_id) or edge.work_id
            problems.append(
                Problem(
                    "lineage-conflict",
                    f"{first} {edge.relation} {edge.other_title}: {edge.conflict}",
                    mend="check the manifest against the document",
                    subject=edge.work_id,
                )
            )
