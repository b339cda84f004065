"""Compare two sides of policy: themes, emphasis, keyness, force, alignment, lineage (stage 9).

Takes works and passages (policy only) with their vectors, the codebook, people's decisions on
themes and alignments; gives the tables theme, passage_theme, provision, contrast, alignment,
lineage and emphasis_document. Nation is the usual divide; any facet works the same way.

The document is the unit of inference. Each document counts once: one language expression of it is
analysed, and near copies are set aside. Every step says so where there is not enough to go on.

Method and sources are named in the modules: ``codebook``, ``themes``, ``emphasis``, ``keyness``,
``force``, ``align``, ``reuse``, ``mentions``, ``lineage``, ``agreement``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem, Summary

if TYPE_CHECKING:
    from metanarrative.compare.actors import Gazetteer
    from metanarrative.compare.codebook import Codebook
    from metanarrative.compare.contrasts import Sides
    from metanarrative.config import CompareSettings
    from metanarrative.project import Project

__all__ = ["DECISIONS", "FILES", "READS", "VERSION", "WRITES", "run"]

VERSION = "1"
READS = ("work", "passage", "array_file", "screening", "record", "work_record")
WRITES = ("theme", "passage_theme", "provision", "contrast", "alignment", "lineage", "emphasis_document")
DECISIONS = ("theme", "align")
FILES: tuple[str, ...] = ("corpus/codebook.toml", "corpus/actors.toml")

CODED_FOR_KAPPA = 40
LEAST_WORDS = 8
LEAST_USES = 5

Row = dict[str, Any]


def analysed_passages(works: Mapping[str, Mapping[str, Any]], rows: Sequence[Row]) -> list[Row]:
    """Return the passages of one language expression of each work, in reading order, headings left out.

    The work's own language is preferred, then English, then the first by name.

    Examples
    --------
    >>> row = {"work_id": "wk_1", "kind": "paragraph", "position": 1, "text": "x"}
    >>> both = [{**row, "passage_id": "ps_1", "expression": "en"}, {**row, "passage_id": "ps_2", "expression": "cy"}]
    >>> [r["passage_id"] for r in analysed_passages({"wk_1": {"language": "en"}}, both)]
    ['ps_1']
    """
    tongues: dict[str, set[str]] = {}
    for row in rows:
        tongues.setdefault(row["work_id"], set()).add(row["expression"])
    chosen: dict[str, str] = {}
    for work, found in tongues.items():
        wanted = str(works[work].get("language") or "")[:2] if work in works else ""
        chosen[work] = next((t for t in (wanted, "en") if t in found), min(found))
    kept = [
        row
        for row in rows
        if row["work_id"] in works
        and row["expression"] == chosen[row["work_id"]]
        and row["kind"] not in ("heading", "title")
        and row["text"].strip()
    ]
    return sorted(kept, key=lambda row: (row["work_id"], row["position"], row["passage_id"]))


def run(project: Project, settings: CompareSettings) -> Summary:
    """Run the stage."""
    from metanarrative.compare import contrasts
    from metanarrative.compare.lineage import lineage

    store = project.store
    excluded = {row["work_id"] for row in store.read("screening", where={"verdict": "excluded"}, columns=("work_id",))}
    works = {
        row["work_id"]: row for row in store.read("work", where={"kind": "policy"}) if row["work_id"] not in excluded
    }
    passages = analysed_passages(works, store.read("passage", where={"work_id": set(works)}) if works else [])
    problems: list[Problem] = []
    book = _codebook(project, problems)
    who = _gazetteer(project)
    ids, vectors, languages, semantic = _vectors(project, passages)

    hits, coded = _themes(project, settings, book, passages, ids, vectors, languages, semantic, problems)
    themes_of: dict[str, list[str]] = {}
    for hit in hits:
        themes_of.setdefault(hit.passage_id, []).append(hit.theme)
    provisions = _provisions(project, passages, themes_of, who)

    everyone = contrasts.contrast_by(works.values(), settings.facet, settings.side_a, settings.side_b)
    sides = _once(everyone, works, passages, problems)
    theme_ids = [theme.id for theme in book.themes] if book else []
    n_passages = Counter(row["work_id"] for row in passages)
    owner = {row["passage_id"]: row["work_id"] for row in passages}
    n_theme = Counter((owner[hit.passage_id], hit.theme) for hit in hits)
    notes = {theme: grade for theme, (_, grade) in coded.items() if grade.startswith("do not")}
    rows = contrasts.theme_rows(
        sides, theme_ids, n_theme, n_passages, q=settings.q, least=settings.min_documents, notes=notes
    )
    rows += contrasts.force_rows(sides, theme_ids, provisions, q=settings.q, least=settings.min_documents)
    alignment = _alignment(
        project, settings, sides, passages, ids, vectors, languages, semantic, themes_of, provisions, problems
    )
    reused = {
        key
        for row in alignment
        if row["verdict"] == "reuse" and row["margin"] >= 0.9
        for key in (row["passage_id"], row["other_id"])
    }
    rows += _keyness(project, settings, sides, works, passages, reused)
    edges, unresolved = lineage(_named(project, works), passages)
    _judge(settings, sides, works, n_theme, theme_ids, edges, unresolved, problems)

    with project.writing("compare") as out:
        out.write(
            "theme",
            (
                {
                    "theme_id": theme.id,
                    "name": theme.name,
                    "definition": theme.definition,
                    "n_passages": sum(n for (_, t), n in n_theme.items() if t == theme.id),
                    "kappa": coded[theme.id][0],
                    "grade": coded[theme.id][1],
                }
                for theme in (book.themes if book else ())
            ),
        )
        out.write(
            "passage_theme",
            (
                {
                    "passage_id": hit.passage_id,
                    "work_id": owner[hit.passage_id],
                    "theme": hit.theme,
                    "score": hit.score,
                    "how": hit.how,
                }
                for hit in hits
            ),
        )
        out.write("provision", provisions)
        out.write("contrast", rows)
        out.write("alignment", alignment)
        out.write(
            "lineage",
            (
                {
                    "work_id": edge.work_id,
                    "other_id": edge.other_id,
                    "relation": edge.relation,
                    "how": edge.how,
                    "other_title": edge.other_title,
                    "evidence": edge.evidence,
                    "passage_id": edge.passage_id,
                    "conflict": edge.conflict,
                }
                for edge in edges
            ),
        )
        out.write(
            "emphasis_document",
            (
                {"work_id": work, "theme": theme, "n_theme": n_theme[work, theme], "n_passages": n_passages[work]}
                for work in sorted(works)
                for theme in theme_ids
            ),
        )
        for problem in problems:
            out.problem(problem)
        a, b = sides.counts()
        differs = sum(row["verdict"] == "differs" for row in rows)
        counted = sum(p["force"] != "none" for p in provisions)
        pairs = sum(row["verdict"] in ("shared", "possible", "reuse", "accepted") for row in alignment)
        out.summary = Summary(
            "compare",
            {
                "documents": len(works),
                f"documents {settings.side_a}": a,
                f"documents {settings.side_b}": b,
                "passages": len(passages),
                "themes": len(theme_ids),
                "theme passages": len(hits),
                "provisions": counted,
                "contrasts": len(rows),
                "differences": differs,
                "aligned pairs": pairs,
                "lineage": len(edges),
            },
            f"{a} documents of {settings.side_a} and {b} of {settings.side_b}: {len(hits)} passages on themes, "
            f"{counted} provisions, {differs} differences, {pairs} aligned pairs, {len(edges)} lineage links",
        )
    return out.summary


def _codebook(project: Project, problems: list[Problem]) -> Codebook | None:
    from metanarrative.compare.codebook import parse_codebook
    from metanarrative.errors import ReadError

    name = "corpus/codebook.toml"
    path = project.root / name
    if not path.is_file():
        problems.append(
            Problem(
                "no-codebook",
                "there is no codebook, so themes were skipped",
                mend="write corpus/codebook.toml with [[theme]] tables",
                severity="note",
                file=name,
            )
        )
        return None
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(
            "the codebook is not UTF-8 text", mend="save corpus/codebook.toml as UTF-8", where=name
        ) from error
    book = parse_codebook(text, name)
    problems += book.problems
    return book


def _gazetteer(project: Project) -> Gazetteer:
    from metanarrative.compare.actors import Gazetteer, builtin_gazetteer, parse_actors

    path = project.root / "corpus" / "actors.toml"
    if not path.is_file():
        return builtin_gazetteer()
    own = parse_actors(path.read_text("utf-8", errors="replace"), "corpus/actors.toml")
    return Gazetteer((*builtin_gazetteer().entries, *own))


def _named(project: Project, works: Mapping[str, Row]) -> list[Row]:
    """Return the works with the keys, other titles and references that the manifest gives them."""
    owner = {row["record_id"]: row["work_id"] for row in project.store.read("work_record")}
    named = {work: {**works[work], "keys": [], "titles": [], "refers_to": ""} for work in sorted(works)}
    columns = ("record_id", "key", "title", "facets")
    for row in project.store.read("record", where={"kind": "policy"}, columns=columns):
        work = named.get(owner.get(row["record_id"], ""))
        if work is None:
            continue
        facets = json.loads(row["facets"] or "{}")
        work["keys"] += [key for key in dict.fromkeys((row["key"], facets.get("id", ""))) if key]
        work["titles"] += [row["title"]] if row["title"] and row["title"] != work["title"] else []
        more = str(facets.get("refers_to", "") or "")
        work["refers_to"] = ";".join(part for part in (work["refers_to"], more) if part)
    return list(named.values())


def _vectors(project: Project, passages: Sequence[Row]) -> tuple[dict[str, int], Any, tuple[str, ...], bool]:
    """Return id -> row, the matrix, the languages the model knows, and whether it is a language model."""
    import numpy as np

    from metanarrative.errors import StepMissingError

    info = project.store.read("array_file", where={"name": "passage"})
    try:
        names, matrix = project.array("passage")
    except StepMissingError:
        return {}, np.zeros((0, 1), dtype=np.float32), ("en",), False
    if not info:
        return {}, np.zeros((0, 1), dtype=np.float32), ("en",), False
    wanted = {row["passage_id"] for row in passages}
    keep = [at for at, name in enumerate(names) if name in wanted]
    languages = tuple(json.loads(info[0]["languages"] or "[]")) or ("en",)
    return (
        {names[at]: k for k, at in enumerate(keep)},
        np.asarray(matrix[keep], dtype=np.float32),
        languages,
        bool(info[0]["semantic"]),
    )


def _themes(
    project: Project, settings: CompareSettings, book: Codebook | None, passages: Sequence[Row], ids: Mapping[str, int],
    vectors: Any, known: tuple[str, ...], semantic: bool, problems: list[Problem],
) -> tuple[list[Any], dict[str, tuple[float | None, str]]]:  # fmt: skip
    """Score themes, heed people, grade; returns hits and theme -> (kappa, grade)."""
    import numpy as np

    from metanarrative.compare import themes as rules
    from metanarrative.compare.agreement import cohen_kappa, grade, two_way_table

    if book is None or not book.themes:
        return [], {}
    texts = [row["text"] for row in passages]
    tongues = [row["language"] for row in passages]
    names = [row["passage_id"] for row in passages]
    counts = rules.lexical_hits(book.themes, texts, tongues)
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
    embedded = project.embed_texts(flat_seeds) if semantic and ids and flat_seeds else None
    if embedded is not None:
        rows = np.full((len(names), vectors.shape[1]), np.nan, dtype=np.float32)
        for at, name in enumerate(names):
            # a model that does not know a language gives its texts plausible nonsense
            if name in ids and (tongues[at] in known or tongues[at] in ("mixed", "unknown")):
                rows[at] = vectors[ids[name]]
        cuts = np.cumsum([0, *(len(phrases) for phrases in seeds)])
        near = rules.seed_cosines(rows, [embedded[cuts[k] : cuts[k + 1]] for k in range(len(seeds))])
    else:
        near = rules.bm25(book.themes, texts, tongues)
        problems.append(
            Problem(
                "themes-by-words",
                "no language model stands behind the vectors: themes were given by seed phrases alone",
                mend="pip install 'metanarrative[models]', then run again",
                severity="note",
            )
        )
    machine = rules.score_themes(
        names, book.themes, counts, near, semantic=embedded is not None, threshold=settings.theme_threshold
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
    graded: dict[str, tuple[float | None, str]] = {}
    for theme in book.themes:
        pairs = outcome.coded.get(theme.id, ())
        kappa = (
            cohen_kappa(two_way_table([m for m, _ in pairs], [p for _, p in pairs]))
            if len(pairs) >= CODED_FOR_KAPPA
            else None
        )
        graded[theme.id] = (kappa if kappa == kappa else None, grade(kappa))
    return list(outcome.hits), graded


def _provisions(
    project: Project, passages: Sequence[Row], themes_of: Mapping[str, Sequence[str]], who: Gazetteer
) -> list[Row]:
    from metanarrative.compare.force import inherited, provisions

    rows: list[Row] = []
    for passage in project.track(passages, "force", total=len(passages)):
        found = provisions(passage["text"], passage["language"], who)
        if passage["stem"]:
            first = inherited(passage["stem"], passage["text"], passage["language"], who)
            found = [first, *found] if first else found
        for position, p in enumerate(found, 1):
            rows.append(
                {
                    "passage_id": passage["passage_id"], "work_id": passage["work_id"], "position": position,
                    "nation": passage["nation"], "language": passage["language"], "force": p.force, "cue": p.cue,
                    "start": p.start, "end": p.end, "negated": int(p.negated), "passive": int(p.passive),
                    "bearer": p.bearer, "bearer_type": p.bearer_type, "filter": p.filter,
                    "theme": ";".join(sorted(themes_of.get(passage["passage_id"], ()))),
                    "sentence": p.sentence, "confidence": p.confidence,
                }
            )  # fmt: skip
    return rows


def _once(sides: Sides, works: Mapping[str, Row], passages: Sequence[Row], problems: list[Problem]) -> Sides:
    """Set near copies on one side aside, and say where one text stands on both sides."""
    from dataclasses import replace

    from metanarrative.compare.reuse import near_copies

    texts: dict[str, list[str]] = {}
    for row in passages:
        texts.setdefault(row["work_id"], []).append(row["text"])
    silent = [work for work in sides.works if work not in texts]
    if silent:
        problems.append(
            Problem(
                "no-text",
                f"{len(silent)} documents have no passages and are not compared: {', '.join(silent[:5])}",
                mend="see the problems of the stage read for these files",
            )
        )
    # the older of two copies is the document: by date, then by id
    order = sorted(
        (work for work in sides.works if work in texts),
        key=lambda w: (str(works[w].get("issued") or works[w].get("year") or "9999"), w),
    )
    side = dict(zip(sides.works, sides.side_b, strict=True))
    gone: set[str] = set(silent)
    for x, y, overlap in near_copies([texts[work] for work in order]):
        first, second = order[x], order[y]
        if side[first] != side[second]:
            problems.append(
                Problem(
                    "one-text-two-sides",
                    f"{first} and {second} are nearly the same text ({overlap:.0%}) but stand on two sides",
                    mend="check the column of the manifest that divides them",
                    subject=second,
                )
            )
        elif first not in gone and second not in gone:
            gone.add(second)
            problems.append(
                Problem(
                    "near-copy",
                    f"{second} is nearly the same text as {first} ({overlap:.0%}) and is counted once",
                    severity="note",
                    subject=second,
                )
            )
    kept = [at for at, work in enumerate(sides.works) if work not in gone]
    return replace(
        sides,
        works=tuple(sides.works[at] for at in kept),
        side_b=tuple(sides.side_b[at] for at in kept),
        genres=tuple(sides.genres[at] for at in kept),
    )


def _keyness(
    project: Project,
    settings: CompareSettings,
    sides: Sides,
    works: Mapping[str, Row],
    passages: Sequence[Row],
    reused: set[str],
) -> list[Row]:
    from metanarrative.compare import contrasts
    from metanarrative.compare.keyness import LEAST_TOTAL, count_terms, keyness
    from metanarrative.text.welsh import STOP_EN

    texts: dict[str, list[str]] = {work: [] for work in sides.works}
    for row in passages:
        if row["work_id"] in texts and row["language"] != "cy" and row["passage_id"] not in reused:
            texts[row["work_id"]].append(row["text"])
    clean = contrasts.without_boilerplate(texts)
    mask = contrasts.mask_pattern(
        sorted({str(works[w].get(name) or "") for w in sides.works for name in ("issuer", "site")})
    )
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
    from dataclasses import replace

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
    for chosen, relabellings in ((often, settings.relabellings), (~often, 0)):
        names = tuple(label for label, keep in zip(labels, chosen, strict=True) if keep)
        key = keyness(counts[:, chosen], lengths, own.mask, rng, q=settings.q, relabellings=relabellings)
        rows += contrasts.term_rows(own, names, counts[:, chosen], lengths, key, q=settings.q, rare=not relabellings)
    # two stems may share their commonest form: the stronger row stays
    once: dict[str, Row] = {}
    for row in rows:
        once.setdefault(row["item"], row)
    return list(once.values())


def _alignment(
    project: Project, settings: CompareSettings, sides: Sides, passages: Sequence[Row], ids: Mapping[str, int],
    vectors: Any, known: tuple[str, ...], semantic: bool, themes_of: Mapping[str, Sequence[str]],
    provisions: Sequence[Row], problems: list[Problem],
) -> list[Row]:  # fmt: skip
    from metanarrative.compare.matching import align_passages

    side = dict(zip(sides.works, sides.side_b, strict=True))
    mine = [row for row in passages if row["work_id"] in side and len(row["text"].split()) >= LEAST_WORDS]
    welsh = [row for row in mine if row["language"] == "cy"]
    if welsh and not (semantic and "cy" in known):
        problems.append(
            Problem(
                "welsh-not-aligned",
                f"{len(welsh)} Welsh passages of {len({r['work_id'] for r in welsh})} documents were not aligned: "
                "the model does not know Welsh",
                mend="add the English expression of these documents, or use a model that knows Welsh",
            )
        )
        mine = [row for row in mine if row["language"] != "cy"]
    if semantic:
        mine = [row for row in mine if row["passage_id"] in ids]
    elif mine:
        problems.append(
            Problem(
                "aligned-by-words",
                "passages were aligned by shared words alone; nothing is called absent",
                mend="pip install 'metanarrative[models]', then run again",
                severity="note",
            )
        )
    names = {row["passage_id"] for row in mine}
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
    return align_passages(
        [row for row in mine if not side[row["work_id"]]],
        [row for row in mine if side[row["work_id"]]],
        ids,
        vectors,
        semantic=semantic,
        themes_of=themes_of,
        provisions=provisions,
        rulings=accepted,
        shared=settings.margin_shared,
        possible=settings.margin_possible,
        least=settings.min_cosine,
    )


def _judge(
    settings: CompareSettings, sides: Sides, works: Mapping[str, Row], n_theme: Mapping[tuple[str, str], int],
    themes: Sequence[str], edges: Sequence[Any], unresolved: Mapping[str, int], problems: list[Problem],
) -> None:  # fmt: skip
    """Say in words what could not be compared."""
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
                    f"{name} has {n} documents, fewer than {settings.min_documents}: described, not tested",
                    severity="note",
                    subject=name,
                )
            )
    nowhere = [work for work in sorted(works) if not str(works[work].get(sides.facet) or works[work].get("year") or "")]
    if nowhere:
        problems.append(
            Problem(
                "no-facet",
                f"{len(nowhere)} documents have no {sides.facet} and stand on neither side: {', '.join(nowhere[:5])}",
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
    for edge in edges:
        if edge.conflict:
            problems.append(
                Problem(
                    "lineage-conflict",
                    f"{edge.work_id} {edge.relation} {edge.other_title}: {edge.conflict}",
                    mend="check the manifest against the document",
                    subject=edge.work_id,
                )
            )
