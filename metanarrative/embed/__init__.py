"""Cut documents into passages and turn texts into unit vectors, cached by content.

Takes ``work``, ``work_record``, ``record`` and ``record_block``; gives ``document_text``,
``passage`` and the arrays ``work`` and ``passage``. A literature work's vector is that of its title
and abstract; a long document's is the mean over all its passages, because a model that reads 256
tokens would otherwise see its first page only. Texts already embedded by the same model are taken
from the cache. Without the language model TF-IDF + SVD stands in, and every output says so.
Welsh texts are not given to a model that does not know Welsh: they have no row. A model that knows
both languages also tells which policy documents look like one in two languages; a person rules.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative import plugins
from metanarrative.embed.documents import Document, literature_document, may_embed, passage_text, policy_document
from metanarrative.embed.models import SentenceModel, TfidfSvd, Vectors, minilm, pooled, tfidf_svd, unit_rows
from metanarrative.embed.twins import find_twins, twin_problems
from metanarrative.errors import ModelMissingError, UsageError
from metanarrative.model import Block, Problem, Summary

if TYPE_CHECKING:
    from metanarrative.config import EmbedSettings
    from metanarrative.plugins import Embedder
    from metanarrative.project import Project

__all__ = ["SentenceModel", "TfidfSvd", "minilm", "run", "tfidf_svd", "unit_rows"]

VERSION = "2"
READS = ("work", "work_record", "record", "record_block", "duplicate")
WRITES = ("document_text", "passage", "array_file")
DECISIONS: tuple[str, ...] = ()
FILES: tuple[str, ...] = ()

MANY = 2000
"""Above so many texts it pays to time both number types."""
_CHUNK = 256


def choose(model: str, project: Project | None = None) -> tuple[Embedder, list[Problem]]:
    """Return the embedder a setting names; "auto" falls back and says so.

    Raises
    ------
    UsageError
        If nothing is called that.
    ModelMissingError
        If a model that was asked for by name is absent.
    """
    loaded, problems = plugins.load_all("metanarrative.embedders")
    if model == "auto":
        try:
            return loaded.get("minilm", minilm)(), problems
        except ModelMissingError as error:
            problems.append(
                Problem(
                    "model-missing",
                    f"{error.message}; TF-IDF + SVD stands in: it sees shared words, not shared meaning",
                    error.mend,
                    severity="note",
                )
            )
            return tfidf_svd(), problems
    if model in loaded:
        return loaded[model](), problems
    folder = Path(model).expanduser()
    if project is not None and not folder.is_absolute():
        folder = project.root / folder
    if folder.is_dir():
        return minilm(str(folder)), problems
    if os.sep in model or "/" in model:
        raise ModelMissingError("there is no such folder", mend="check [embed] model", where=model)
    raise UsageError(
        f"no embedder is called {model!r}",
        mend=f"known: auto, {', '.join(sorted(loaded))}, or the folder of a model",
        where="[embed] model",
    )


def run(project: Project, settings: EmbedSettings) -> Summary:
    """Write passages and vectors; see the module."""
    documents = _documents(project, settings)
    embedder, problems = choose(settings.model, project)
    works, pieces, left_out = _texts(documents, embedder.languages)
    texts = sorted({*works.values(), *(text for texts in pieces.values() for text in texts.values())})
    vectors, counts, embedder = _vectors(project, settings, embedder, texts)
    passage_ids, passage_rows = [], []
    work_ids, work_rows = [], []
    for document in documents:
        if not document.analysed and settings.expressions == "analysed":
            continue
        rows = []
        for passage_id, text in pieces.get(f"{document.work_id} {document.expression}", {}).items():
            if vectors[text].any():
                rows.append(vectors[text])
                passage_ids.append(passage_id)
                passage_rows.append(vectors[text])
        if not document.analysed:
            continue
        if document.work_id in works and vectors[works[document.work_id]].any():
            work_ids.append(document.work_id)
            work_rows.append(vectors[works[document.work_id]])
        elif rows:
            work_ids.append(document.work_id)
            work_rows.append(pooled(np.stack(rows)))
    width = len(next(iter(vectors.values()))) if vectors else 1
    without = len({document.work_id for document in documents}) - len(work_ids)
    if left_out:
        problems.append(
            Problem(
                "language-not-embedded",
                f"{left_out:,} texts in Welsh or another language have no vector: {embedder.name} does not know it",
                "give [embed] model the folder of a multilingual model",
                severity="note",
            )
        )
    problems += _twins(project, embedder, documents, pieces, vectors)
    with project.writing("embed") as out:
        out.write(
            "document_text",
            (
                {"work_id": d.work_id, "language": d.expression, "text": d.text}
                for d in documents
                if d.text or d.analysed
            ),
        )
        out.write("passage", (row for document in documents for row in document.passages))
        for name, found in (
            ("work", _sorted(work_ids, work_rows, width)),
            ("passage", _sorted(passage_ids, passage_rows, width)),
        ):
            out.array(
                name,
                *found,
                model=embedder.name,
                sha256=embedder.sha256,
                dtype=embedder.dtype,
                semantic=embedder.semantic,
                languages=tuple(embedder.languages),
            )
        out.problems(problems)
        n_passages = sum(len(document.passages) for document in documents)
        totals: dict[str, int | float | str] = {
            "documents": len(documents), "passages": n_passages, "works_with_vector": len(work_ids),
            "works_without_vector": without, "texts": len(texts), **counts, "other_language": left_out,
            "model": embedder.name, "dtype": embedder.dtype,
        }  # fmt: skip
        text = (
            f"{n_passages:,} passages; {counts['embedded']:,} texts embedded, {counts['cached']:,} from the cache "
            f"({embedder.name}{'' if embedder.semantic else ', words only'})"
        )
        out.summary = Summary("embed", totals, text)
    return out.summary


def _documents(project: Project, settings: EmbedSettings) -> list[Document]:
    store = project.store
    works = {row["work_id"]: row for row in store.read("work")}
    members: dict[str, list[dict[str, Any]]] = {}
    for row in store.read("work_record"):
        members.setdefault(row["work_id"], []).append(row)
    blocks: dict[str, list[Block]] = {}
    for row in store.read("record_block"):
        block = Block(row["text"], row["kind"], row["level"], row["number"], row["page"], row["section"])
        blocks.setdefault(row["record_id"], []).append(block)
    low, high = settings.low, settings.high
    documents: list[Document] = []
    for work_id, work in project.track(works.items(), "cutting passages", total=len(works)):
        rows = sorted(members.get(work_id, []), key=lambda r: (-r["analysed"], r["record_id"]))
        if work["kind"] != "policy":
            body = next((blocks[r["record_id"]] for r in rows if blocks.get(r["record_id"])), [])
            first = min((r["record_id"] for r in rows), default=work_id)
            documents.append(literature_document(work, first, body, low=low, high=high))
            continue
        done: set[str] = set()
        for row in rows:
            if row["expression"] in done:
                continue  # a copy of the same expression, word for word
            done.add(row["expression"])
            cut = bool(row["analysed"]) or settings.expressions == "all"
            own = blocks.get(row["record_id"], [])
            documents.append(policy_document(work, row, own, low=low, high=high, cut=cut))
    return documents


def _texts(
    documents: Sequence[Document], known: Sequence[str]
) -> tuple[dict[str, str], dict[str, dict[str, str]], int]:
    """Return what is to be embedded: one text a work, or one a passage; and how many may not be."""
    works: dict[str, str] = {}
    pieces: dict[str, dict[str, str]] = {}
    left_out = 0
    for document in documents:
        if document.whole:
            if not document.analysed:
                continue
            language = document.passages[0]["language"] if document.passages else document.expression
            if may_embed(language, document.stated, known):
                works[document.work_id] = document.whole
            else:
                left_out += 1
            continue
        own = pieces.setdefault(f"{document.work_id} {document.expression}", {})
        for row in document.passages:
            if may_embed(row["language"], document.stated, known):
                own[row["passage_id"]] = passage_text(row)
            else:
                left_out += 1
    return works, pieces, left_out


def _twins(
    project: Project,
    embedder: Embedder,
    documents: Sequence[Document],
    pieces: Mapping[str, Mapping[str, str]],
    vectors: Mapping[str, Vectors],
) -> list[Problem]:
    """Ask about policy documents that look like one in two languages, where the model can tell."""
    known = {tag.split("-")[0].casefold() for tag in embedder.languages}
    if not embedder.semantic or not (known >= {"en", "cy"} or "mul" in known):
        return []
    languages: dict[str, str] = {}
    works: list[str] = []
    rows: list[Vectors] = []
    for document in documents:
        if document.whole or not document.analysed:
            continue
        told = Counter(str(row["language"]) for row in document.passages if row["language"] in ("en", "cy"))
        if told:
            languages[document.work_id] = min(told, key=lambda language: (-told[language], language))
        for text in pieces.get(f"{document.work_id} {document.expression}", {}).values():
            works.append(document.work_id)
            rows.append(vectors[text])
    if set(languages.values()) != {"en", "cy"}:
        return []
    owner = {row["record_id"]: row["work_id"] for row in project.store.read("work_record")}
    judged = [
        (owner.get(row["record_id"], ""), owner.get(row["other_id"], "")) for row in project.store.read("duplicate")
    ]
    titles = {row["work_id"]: row["title"] for row in project.store.read("work", where={"kind": "policy"})}
    return twin_problems(find_twins(works, languages, np.stack(rows), known=judged), titles)


def _vectors(
    project: Project, settings: EmbedSettings, embedder: Embedder, texts: Sequence[str]
) -> tuple[dict[str, Vectors], dict[str, int], Embedder]:
    if not embedder.semantic:  # fitted on all texts together: nothing to keep
        rows = embedder.embed(texts) if texts else np.zeros((0, 1), dtype=np.float32)
        return {text: rows[i] for i, text in enumerate(texts)}, {"embedded": len(texts), "cached": 0}, embedder
    hashes = {text: hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts}
    if isinstance(embedder, SentenceModel):
        embedder.batch = settings.batch
        embedder.dtype = _dtype(project, settings, embedder, texts, hashes)
    cache = project.vector_cache(_key(embedder, embedder.dtype))
    known = cache.get(sorted(hashes.values()))
    # longest first and by hash: batches hold texts of one length, the same in every run
    missing = sorted((t for t in texts if hashes[t] not in known), key=lambda t: (-len(t), hashes[t]))
    chunks = [missing[i : i + _CHUNK] for i in range(0, len(missing), _CHUNK)]
    for chunk in project.track(chunks, f"embedding ({_CHUNK} texts each)", total=len(chunks)):
        rows = np.asarray(embedder.embed(chunk), dtype=np.float32)
        fresh = {hashes[text]: rows[i] for i, text in enumerate(chunk)}
        cache.put(fresh)  # a chunk at a time: an interrupted run goes on where it stopped
        known.update(fresh)
    counts = {"embedded": len(missing), "cached": len(texts) - len(missing)}
    return {text: known[hashes[text]] for text in texts}, counts, embedder


def _key(embedder: Embedder, dtype: str) -> str:
    return f"{Path(embedder.name).name}-{embedder.sha256[:12]}-{dtype}"


def _dtype(
    project: Project,
    settings: EmbedSettings,
    embedder: SentenceModel,
    texts: Sequence[str],
    hashes: Mapping[str, str],
) -> str:
    if settings.dtype != "auto":
        return settings.dtype
    if len(texts) <= MANY:
        return "float32"
    wanted = sorted(hashes.values())
    have = {d: len(project.vector_cache(_key(embedder, d)).get(wanted)) for d in ("float32", "bfloat16")}
    if any(have.values()):  # what was chosen once stays: vectors of two number types are not mixed
        return max(("float32", "bfloat16"), key=lambda d: have[d])
    sample = sorted(texts, key=lambda t: (-len(t), t))[len(texts) // 4 :][: settings.batch]
    seconds = {}
    for dtype in ("float32", "bfloat16"):
        model = SentenceModel(embedder.folder, name=embedder.name, sha256="", batch=settings.batch, dtype=dtype)
        model.embed(sample[:2])  # the first call also warms up
        start = time.perf_counter()
        model.embed(sample)
        seconds[dtype] = time.perf_counter() - start
    return "bfloat16" if seconds["bfloat16"] < 0.8 * seconds["float32"] else "float32"


def _sorted(ids: Sequence[str], rows: Sequence[Vectors], width: int) -> tuple[list[str], Vectors]:
    if not ids:
        return [], np.zeros((0, width), dtype=np.float32)
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return [ids[i] for i in order], np.stack([rows[i] for i in order]).astype(np.float32)
