"""A project is a folder of plain inputs and human decisions; this is the handle on it.

It hands out views, records runs and decisions, and knows what is fresh. It computes nothing.
"""

from __future__ import annotations

import csv
import getpass
import hashlib
import io
import json
import os
import re
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from metanarrative import execute, plugins
from metanarrative.config import CONFIG_NAME, as_dict, load_config, make_settings
from metanarrative.errors import (
    DecisionError,
    LockedError,
    ModelMissingError,
    StepMissingError,
    StoreError,
    UsageError,
)
from metanarrative.model import Decision, Problem, Summary
from metanarrative.store import Store, Transaction, tables_by_stage
from metanarrative.text import content_id

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from metanarrative.store import VectorCache

T = TypeVar("T")

DECISION_COLUMNS = ("when", "who", "kind", "subject", "verdict", "reason")
DECISION_KINDS = {
    "same": "two records describe one work",
    "different": "two records describe different works",
    "include": "a work belongs to the review",
    "exclude": "a work does not belong to the review",
    "name": "a cluster is a tradition of this name",
    "accept": "a cluster is accepted as proposed",
    "reject": "a cluster is not a tradition",
    "merge": "two clusters are one tradition",
    "split": "a cluster is two traditions",
    "move": "a work belongs to another tradition",
    "pin": "a work stays in its tradition",
    "must-link": "two works belong together",
    "cannot-link": "two works belong apart",
    "theme": "a passage carries a theme, or does not",
    "align": "two passages answer each other, or do not",
    "force": "a provision has this force",
    "practice": "a document shows a theme as done, partly, not done or contradicted",
    "cite": "a policy passage refers to a work, or does not",
    "undo": "an earlier decision no longer holds",
}
SOURCES_COLUMNS = ("file", "database", "search", "date", "routes")
MANIFEST_COLUMNS = (
    "file", "title", "nation", "issuer", "year", "issued", "type", "force", "level", "site", "language",
    "expression_of", "supersedes", "valid_from", "valid_to", "licence", "url",
)  # fmt: skip


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
        root = Path(root)
        if (root / CONFIG_NAME).exists():
            raise UsageError(
                f"{root} is a project already",
                mend=f"metanarrative -C {root} status",
                where=str(root / CONFIG_NAME),
            )
        try:
            for folder in ("corpus/literature", "corpus/decisions", "maps"):
                (root / folder).mkdir(parents=True, exist_ok=True)
            for nation in ("england", "wales", "uk"):
                (root / "corpus/policy" / nation).mkdir(parents=True, exist_ok=True)
            head = [f"title = {_toml(title)}"]
            if question:
                head.append(f"question = {_toml(question)}")
            head += [f"kind = {_toml(kind)}", "seed = 1", ""]
            _write_new(root / "corpus/literature/sources.csv", ",".join(SOURCES_COLUMNS) + "\n")
            _write_new(root / "corpus/policy/manifest.csv", ",".join(MANIFEST_COLUMNS) + "\n")
            _write_new(root / "corpus/codebook.toml", _CODEBOOK)
            _write_new(root / ".gitignore", ".metanarrative/\n")
            _write_new(root / CONFIG_NAME, "\n".join(head))
        except OSError as error:
            raise StoreError(
                f"cannot make the project: {error.strerror or error}",
                mend="check permissions and free space",
                where=str(root),
            ) from error
        return root

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
        return self.root / "corpus" / "decisions"

    def all_decisions(self) -> tuple[list[Decision], list[Problem]]:
        """Return every decision ever taken, in order of time, and the lines that are none."""
        decisions: list[Decision] = []
        problems: list[Problem] = []
        for path in sorted(self.decisions_folder.glob("*.csv")):
            name = path.relative_to(self.root).as_posix()
            try:
                text = path.read_bytes().decode("utf-8-sig", errors="replace")
            except OSError as error:
                problems.append(
                    Problem("unreadable", f"cannot be read: {error.strerror}", "check permissions", "error", name)
                )
                continue
            reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""))
            header: list[str] = []
            started = 1
            for row in _rows_or_problem(reader, name, problems):
                line, started = started, reader.line_num + 1
                if not any(cell.strip() for cell in row):
                    continue
                if not header:
                    header = [cell.strip().lower() for cell in row]
                    missing = [c for c in DECISION_COLUMNS[:5] if c not in header]
                    if missing:
                        problems.append(
                            Problem(
                                "missing-column",
                                f"has no column {', '.join(missing)}",
                                f"its first line must be {','.join(DECISION_COLUMNS)}",
                                "error",
                                name,
                                line,
                            )
                        )
                        break
                    continue
                cells = dict(zip(header, row, strict=False))
                kind, subject = cells.get("kind", "").strip(), cells.get("subject", "").strip()
                if len(row) < 5 or kind not in DECISION_KINDS or not subject:
                    problems.append(
                        Problem(
                            "bad-decision",
                            f"is not a decision: {','.join(row)[:120]}",
                            f"kinds are {', '.join(DECISION_KINDS)}; the line is kept in the file",
                            "error",
                            name,
                            line,
                        )
                    )
                    continue
                values = tuple(cells.get(column, "").strip() for column in DECISION_COLUMNS)
                decisions.append(_decision(values, file=name, line=line))
        decisions.sort(key=lambda d: (d.when, d.file, d.line or 0))
        return decisions, problems

    def decision_states(self) -> dict[str, str]:
        """Return ``active`` or ``undone`` for each decision's id."""
        decisions = self.all_decisions()[0]
        states = dict.fromkeys((d.id for d in decisions), "active")
        # an undo holds unless it is undone itself. Clocks of two people differ, so the chain of ids
        # counts, not the time; an id is made from what it undoes, so chains have an end
        undoing: dict[str, list[str]] = {}
        for d in decisions:
            if d.kind == "undo":
                undoing.setdefault(d.subject, []).append(d.id)
        waiting = [d.id for d in decisions if d.kind == "undo" and d.id not in undoing]
        left = {target: len(set(ids)) for target, ids in undoing.items()}
        targets = {d.id: d.subject for d in decisions if d.kind == "undo"}
        while waiting:
            undo = waiting.pop()
            target = targets[undo]
            if target not in states:
                continue
            if states[undo] == "active":
                states[target] = "undone"
            left[target] -= 1
            if not left[target] and target in targets:
                waiting.append(target)
        return states

    def decision_outcomes(self) -> dict[str, str]:
        """Return what came of each decision, by id: active, undone, or why a step could not heed it."""
        states = self.decision_states()
        # a step that could not heed a decision lists a problem at the decision's line, or on its subject
        rows = [row for row in self.store.read("problem") if "decision" in row["code"]]
        by_place = {(row["file"], row["line"]): row["code"] for row in rows if row["line"] is not None}
        by_subject = {row["subject"]: row["code"] for row in rows if row["line"] is None and row["subject"]}

        def outcome(d: Decision) -> str:
            code = by_place.get((d.file, d.line)) or by_subject.get(d.subject) or "active"
            code = code if states[d.id] == "active" else states[d.id]
            return code.removeprefix("decision-").removesuffix("-decision")

        return {d.id: outcome(d) for d in self.all_decisions()[0]}

    def decisions(self, *kinds: str) -> list[Decision]:
        """Return the decisions that hold, in order of time; only of `kinds` where given."""
        states = self.decision_states()
        return [
            d
            for d in self.all_decisions()[0]
            if d.kind != "undo" and states[d.id] == "active" and (not kinds or d.kind in kinds)
        ]

    def append_decision(self, kind: str, subject: str, verdict: str, *, reason: str = "", who: str = "") -> Decision:
        """Write one decision durably and return it.

        Raises
        ------
        DecisionError
            If `kind` is unknown or `subject` empty.
        """
        if kind not in DECISION_KINDS:
            raise DecisionError(f"no decision is called {kind!r}", mend=f"known: {', '.join(DECISION_KINDS)}")
        if not _one_line(subject):
            raise DecisionError(f"a decision {kind!r} needs a subject", mend="name a work, record or cluster")
        who = clean_name(who or default_who())
        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        subject, verdict, reason = (_one_line(value) for value in (subject, verdict, reason))
        values = (when, who, kind, subject, verdict, reason)
        path = self.decisions_folder / f"{who}.csv"
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            old = path.read_bytes() if path.exists() else b""
            if not old.strip():
                writer.writerow(DECISION_COLUMNS)
            elif _inside_quotes(old):
                buffer.write('"\n')  # torn by a crash inside a quoted cell, which would swallow our line
            elif not old.endswith(b"\n"):
                buffer.write("\n")  # the last line was torn by a crash: it stays, ours begins anew
            writer.writerow(values)
            with path.open("ab") as stream:
                stream.write(buffer.getvalue().encode("utf-8"))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise StoreError(
                f"the decision could not be written: {error.strerror or error}",
                mend="free some space or check permissions, then decide again; nothing was changed",
                where=str(path),
            ) from error
        return _decision(values, file=path.relative_to(self.root).as_posix())

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
        cache_file = self.store.folder / "hashes.json"
        try:
            cache = json.loads(cache_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            cache = {}
        if not isinstance(cache, dict):
            cache = {}
        hashes: dict[str, str] = {}
        changed = False
        for path in self.files(*patterns):
            name = path.relative_to(self.root).as_posix()
            stat = path.stat()
            key = [stat.st_size, stat.st_mtime_ns]
            known = cache.get(name)
            if isinstance(known, list) and known[:2] == key and len(known) == 3:
                hashes[name] = known[2]
                continue
            try:
                with path.open("rb") as stream:
                    hashes[name] = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError as error:
                hashes[name] = f"unreadable: {error.strerror}"
                continue
            # a file touched within the last two seconds may change again inside one clock tick:
            # its hash is not kept, or that change would never be seen
            if time.time_ns() - stat.st_mtime_ns > 2_000_000_000:
                cache[name] = [*key, hashes[name]]
                changed = True
        if changed:
            try:
                self.store.folder.mkdir(parents=True, exist_ok=True)
                temporary = cache_file.with_suffix(".tmp")
                temporary.write_text(json.dumps(cache, sort_keys=True), encoding="utf-8")
                temporary.replace(cache_file)
            except OSError:
                pass  # only a cache: without it the files are hashed again
        return hashes

    # -- writing ------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the project for writing; one holder at a time, who is named to the others.

        Raises
        ------
        LockedError
        """
        if self._lock_depth:
            self._lock_depth += 1
            try:
                yield
            finally:
                self._lock_depth -= 1
            return
        path = self.store.folder / "lock"
        try:
            self.store.folder.mkdir(parents=True, exist_ok=True)
            stream = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"cannot write to the project: {error.strerror}",
                mend="check permissions and free space",
                where=str(path),
            ) from error
        with stream:
            if not _try_lock(stream):
                stream.seek(0)
                holder = stream.read(500).strip() or "another process"
                raise LockedError(
                    f"the project is being written to by {holder}",
                    mend="wait for it to finish, then try again",
                )
            self._lock_depth = 1
            try:
                stream.truncate(0)
                words = " ".join(Path(a.split("=")[0]).name for a in sys.argv[:4])  # an option's value may be a key
                stream.write(f"process {os.getpid()} ({words})")
                stream.flush()
                yield
            finally:
                self._lock_depth = 0
                stream.truncate(0)

    @contextmanager
    def writing(self, stage: str) -> Iterator[Writing]:
        """Replace the tables of `stage` in one transaction and log the run.

        Set ``out.summary`` inside the block; on any exception nothing is changed.
        """
        started = self._pending.get("started") or datetime.now(UTC)
        clock = self._pending.get("clock") or time.perf_counter()
        with self.lock(), self.store.replacing(stage, tables_by_stage().get(stage, ())) as transaction:
            out = Writing(self, stage, transaction)
            yield out
            summary = out.summary or Summary(stage, dict(transaction.n_rows))
            settings = self.settings(stage)
            transaction.run_row(
                {
                    "stage": stage,
                    "started": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "seconds": time.perf_counter() - clock,
                    "peak_mb": _peak_mb(),
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


class Writing:
    """One stage's way into the store; see :meth:`Project.writing`."""

    def __init__(self, project: Project, stage: str, transaction: Transaction) -> None:
        self._project = project
        self._transaction = transaction
        self.stage = stage
        self.summary: Summary | None = None

    def write(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert rows into one of the stage's own tables; returns how many."""
        return self._transaction.write(table, rows)

    def problem(self, problem: Problem) -> None:
        """List a problem."""
        self._transaction.problem(problem)

    def problems(self, problems: Iterable[Problem]) -> int:
        """List several problems; returns how many."""
        before = self._transaction.n_problems
        for problem in problems:
            self._transaction.problem(problem)
        return self._transaction.n_problems - before

    def array(
        self,
        name: str,
        ids: Sequence[str],
        matrix: NDArray[np.float32],
        *,
        model: str,
        sha256: str = "",
        dtype: str = "float32",
        semantic: bool = True,
        languages: Sequence[str] = (),
    ) -> None:
        """Save an array file durably, then name it in the store."""
        file = self._project.store.save_array(name, ids, matrix)
        self._transaction.write(
            "array_file",
            [
                {
                    "name": name, "file": file, "model": model, "model_sha256": sha256, "dtype": dtype,
                    "rows": matrix.shape[0], "dimensions": matrix.shape[1] if matrix.ndim == 2 else 0,
                    "semantic": semantic, "languages": list(languages),
                }
            ],
        )  # fmt: skip


def _decision(values: tuple[str, ...], *, file: str, line: int | None = None) -> Decision:
    when, who, kind, subject, verdict, reason = values
    return Decision(
        content_id("dc", *values, length=8), when, who, kind, subject, verdict, reason, file=file, line=line
    )


def _inside_quotes(data: bytes) -> bool:
    """Tell whether a CSV file ends inside a quoted cell."""
    text = data.decode("utf-8", "replace").replace("\0", "") + "\nend\n"
    try:
        *_, last = csv.reader(io.StringIO(text, newline=""))
    except csv.Error:
        return False
    return last != ["end"]


def _one_line(text: str) -> str:
    """Return text as a CSV cell keeps it: one line, no NUL, nothing that UTF-8 cannot hold."""
    return " ".join(text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").split())


def clean_name(who: str) -> str:
    """Return a person's name as a safe file name.

    Examples
    --------
    >>> clean_name("Mair Ŵyn / reviewer")
    'Mair-Ŵyn-reviewer'
    """
    return re.sub(r"[^\w.-]+", "-", who, flags=re.UNICODE).strip("-.")[:60] or "someone"


def default_who() -> str:
    """Return who is deciding: ``METANARRATIVE_WHO``, else the login name."""
    named = os.environ.get("METANARRATIVE_WHO", "")
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "someone"


def versions() -> dict[str, str]:
    """Return the versions of Python, this package and the libraries that shape results."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in (
        "metanarrative",
        "numpy",
        "scipy",
        "scikit-learn",
        "graspologic-native",
        "sentence-transformers",
    ):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _rows_or_problem(reader: Any, name: str, problems: list[Problem]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        problems.append(
            Problem(
                "bad-decision",
                f"cannot be read on: {error}",
                "mend the quotes of this line",
                "error",
                name,
                reader.line_num,
            )
        )


def _peak_mb() -> float:
    try:
        import resource
    except ImportError:  # Windows keeps no such figure in the standard library
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def _try_lock(stream: Any) -> bool:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            stream.seek(1000)  # a byte past the holder's name, so that others may read it
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _write_new(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, encoding="utf-8")


def _toml(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "")


_CODEBOOK = """\
# The codebook: what analysts look for in policy texts. Themes are made by people.
# Copy the example below, take the # away, and write your own.
#
# [[theme]]
# id = "review"
# name = "Review of plans"
# definition = "When and how a plan is looked at again."
# seeds.en = ["review the plan", "reviewed at least every year"]
# seeds.cy = ["adolygu'r cynllun"]
# includes = "any duty or advice to look at a plan again"
# excludes = "reviews of the evidence"
"""
