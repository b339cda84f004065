"""The handle on a project: views, inputs, decisions and runs. It computes nothing."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from metanarrative import execute, plugins
from metanarrative.config import CONFIG_NAME, as_dict, load_config, make_settings
from metanarrative.errors import ModelMissingError, StepMissingError
from metanarrative.model import Decision, Problem, Summary
from metanarrative.project import decisions as recorded
from metanarrative.project.hashes import hashes_of
from metanarrative.project.locking import held
from metanarrative.project.making import make
from metanarrative.project.writing import Writing, peak_mb, versions
from metanarrative.store import Store, tables_by_stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from metanarrative.store import VectorCache

T = TypeVar("T")


class Project:
    """A review or a policy comparison on disk.

    Parameters
    ----------
    root : Path
        The folder with ``metanarrative.toml``. Use :meth:`open` to find it from inside.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root).resolve()
        self.config = load_config(self.root / CONFIG_NAME)
        self.store = Store(self.root / ".metanarrative")
        self.overrides: dict[str, dict[str, Any]] = {}
        self.seed_override: int | None = None
        self._pending: dict[str, Any] = {}
        self._lock_depth = 0

    # -- opening ------------------------------------------------------------------------------

    @classmethod
    def find(cls, start: Path | str = ".") -> Path:
        """Return the project folder that holds `start`.

        Raises
        ------
        StepMissingError
            If neither `start` nor a folder above it is a project.
        """
        here = Path(start).resolve()
        for folder in (here, *here.parents):
            if (folder / CONFIG_NAME).is_file():
                return folder
        raise StepMissingError(
            f"there is no project in {here} or above it",
            mend=f'metanarrative init {start} --title "..."',
        )

    @classmethod
    def create(cls, root: Path | str, *, title: str, kind: str = "both", question: str = "") -> Path:
        """Make the folders and empty tables of a new project; never overwrites a file.

        Raises
        ------
        UsageError
            If there is a project already.
        """
        return make(Path(root), title=title, kind=kind, question=question)

    # -- what people set ----------------------------------------------------------------------

    @property
    def title(self) -> str:
        """Title of the project."""
        return str(self.config.get("title", self.root.name))

    @property
    def question(self) -> str:
        """The review question; empty where none was written."""
        return str(self.config.get("question", ""))

    @property
    def seed(self) -> int:
        """The one seed from which every stage draws its own."""
        return self.seed_override if self.seed_override is not None else int(self.config.get("seed", 1))

    def settings(self, stage: str) -> Any:
        """Return the settings of `stage`: defaults, the toml file, then overrides of this call."""
        values = {**self.config.get(stage, {}), **self.overrides.get(stage, {})}
        return make_settings(stage, values, where=CONFIG_NAME)

    def rng(self, stage: str) -> np.random.Generator:
        """Return a generator for `stage`, from the project's seed and the stage's name."""
        import numpy as np

        return np.random.default_rng([self.seed, zlib.crc32(stage.encode())])

    # -- decisions ----------------------------------------------------------------------------

    @property
    def decisions_folder(self) -> Path:
        """Folder of the decision files, one file a person."""
        return recorded.folder_of(self.root)

    def all_decisions(self) -> tuple[list[Decision], list[Problem]]:
        """Return every decision ever taken, in order of time, and the lines that are none."""
        return recorded.read_all(self.root)

    def decision_states(self) -> dict[str, str]:
        """Return ``active`` or ``undone`` for each decision's id."""
        return recorded.states_of(self.all_decisions()[0])

    def decision_outcomes(self) -> dict[str, str]:
        """Return what came of each decision, by id: active, undone, or why a step could not heed it."""
        decisions = self.all_decisions()[0]
        states = recorded.states_of(decisions)
        # a step that could not heed a decision lists a problem at the decision's line, or on its subject
        rows = [row for row in self.store.read("problem") if "decision" in row["code"]]
        by_place = {(row["file"], row["line"]): row["code"] for row in rows if row["line"] is not None}
        by_subject = {row["subject"]: row["code"] for row in rows if row["line"] is None and row["subject"]}

        def outcome(d: Decision) -> str:
            code = by_place.get((d.file, d.line)) or by_subject.get(d.subject) or "active"
            code = code if states[d.id] == "active" else states[d.id]
            return code.removeprefix("decision-").removesuffix("-decision")

        return {d.id: outcome(d) for d in decisions}

    def decisions(self, *kinds: str) -> list[Decision]:
        """Return the decisions that hold, in order of time; only of `kinds` where given."""
        decisions = self.all_decisions()[0]
        states = recorded.states_of(decisions)
        return [
            d for d in decisions if d.kind != "undo" and states[d.id] == "active" and (not kinds or d.kind in kinds)
        ]

    def append_decision(self, kind: str, subject: str, verdict: str, *, reason: str = "", who: str = "") -> Decision:
        """Write one decision durably and return it.

        Raises
        ------
        DecisionError
            If `kind` is unknown or `subject` empty.
        """
        return recorded.append(self.root, kind, subject, verdict, reason=reason, who=who)

    # -- views --------------------------------------------------------------------------------

    def included(self) -> frozenset[str]:
        """Return the ids of the works that screening includes."""
        ids = self.store.read_columns("screening", "work_id", where={"verdict": "included"})[0]
        return frozenset(ids)

    def array(self, name: str) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Return ids and unit rows of ``work`` or ``passage`` vectors.

        Raises
        ------
        StepMissingError
        """
        return self.store.array(name)

    def vector_cache(self, model_key: str) -> VectorCache:
        """Return the vectors of one model, by content hash."""
        return self.store.vector_cache(model_key)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """Return unit rows for new texts in the space of the passage vectors.

        Returns
        -------
        ndarray of float32, shape (len(texts), dimensions), or None
            None where the vectors are TF-IDF + SVD (a space that new texts cannot enter), where
            there are none, or where the model is gone.
        """
        info = self.store.read("array_file", where={"name": "passage"})
        if not info or not info[0]["semantic"]:
            return None
        import numpy as np

        name = info[0]["model"]
        cache = self.vector_cache(f"{name}-{info[0]['model_sha256'][:12]}-texts")
        hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        known = cache.get(hashes)
        missing = sorted({(h, t) for h, t in zip(hashes, texts, strict=True) if h not in known})
        if missing:
            embedders, _ = plugins.load_all("metanarrative.embedders")
            try:
                embedder = embedders[name]() if name in embedders else embedders["minilm"](name)
                rows = embedder.embed([text for _, text in missing])
            except (ModelMissingError, KeyError):
                return None
            fresh = {h: np.asarray(rows[i], dtype=np.float32) for i, (h, _) in enumerate(missing)}
            cache.put(fresh)
            known.update(fresh)
        return np.stack([known[h] for h in hashes]) if texts else np.zeros((0, info[0]["dimensions"]), np.float32)

    def track(self, items: Iterable[T], label: str, *, total: int | None = None) -> Iterator[T]:
        """Yield `items` while telling how far it is."""
        return execute.track(items, label, total=total)

    # -- inputs -------------------------------------------------------------------------------

    def files(self, *patterns: str) -> list[Path]:
        """Return the input files that match, sorted, without hidden ones."""
        found: set[Path] = set()
        for pattern in patterns:
            for path in self.root.glob(pattern):
                if path.is_file() and not any(p.startswith(".") for p in path.relative_to(self.root).parts):
                    found.add(path)
        return sorted(found, key=lambda p: p.relative_to(self.root).as_posix())

    def file_hashes(self, *patterns: str) -> dict[str, str]:
        """Return the SHA-256 of each matching input file, reusing those of unchanged files."""
        return hashes_of(self.files(*patterns), self.root, self.store.folder / "hashes.json")

    # -- writing ------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the project for writing; one holder at a time, who is named to the others.

        Raises
        ------
        LockedError
        """
        with nullcontext() if self._lock_depth else held(self.store.folder / "lock"):
            self._lock_depth += 1
            try:
                yield
            finally:
                self._lock_depth -= 1

    @contextmanager
    def writing(self, stage: str) -> Iterator[Writing]:
        """Replace the tables of `stage` in one transaction and log the run.

        Set ``out.summary`` inside the block; on any exception nothing is changed.
        """
        started = self._pending.get("started") or datetime.now(UTC)
        clock = self._pending.get("clock") or time.perf_counter()
        with self.lock(), self.store.replacing(stage, tables_by_stage().get(stage, ())) as transaction:
            out = Writing(self.store, stage, transaction)
            yield out
            summary = out.summary or Summary(stage, dict(transaction.n_rows))
            settings = self.settings(stage)
            transaction.run_row(
                {
                    "stage": stage,
                    "started": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "seconds": time.perf_counter() - clock,
                    "peak_mb": peak_mb(),
                    "inputs": self._pending.get("inputs", ""),
                    "outputs": transaction.outputs,
                    "parts": json.dumps(self._pending.get("parts", {}), sort_keys=True),
                    "settings": json.dumps(as_dict(settings), sort_keys=True),
                    "seed": self.seed,
                    "versions": json.dumps(versions(), sort_keys=True),
                    "counts": json.dumps(dict(summary.counts)),
                    "text": summary.text,
                }
            )
