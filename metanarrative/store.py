"""The only SQL: typed reads in a fixed order, one-transaction writes, array files.

SQLite through SQLAlchemy Core. The database is derived: another schema means rebuild, and a
damaged file is set aside, because nothing in it is a person's.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative.errors import StepMissingError, StoreError
from metanarrative.model import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.engine import Connection, Engine

SHARED_TABLES = ("problem", "run")


@lru_cache(maxsize=1)
def schema() -> str:
    """Return the text of ``schema.sql``."""
    return files("metanarrative").joinpath("schema.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def schema_version() -> int:
    """Return a number that changes whenever the schema does (31 bits)."""
    return zlib.crc32(re.sub(r"--.*|\s+", " ", schema()).encode()) & 0x7FFFFFFF


@lru_cache(maxsize=1)
def tables_by_stage() -> dict[str, tuple[str, ...]]:
    """Return which stage writes which tables, as the headings of ``schema.sql`` say.

    Examples
    --------
    >>> tables_by_stage()["screen"]
    ('screening',)
    """
    found: dict[str, list[str]] = {}
    stage = ""
    for line in schema().splitlines():
        heading = re.match(r"-- (\w+)(?::|$)", line)
        if heading:
            stage = heading.group(1)
        elif line.startswith("-- all stages"):
            stage = ""
        table = re.match(r"CREATE TABLE (\w+)", line)
        if table and stage and table.group(1) not in SHARED_TABLES:
            found.setdefault(stage, []).append(table.group(1))
    return {stage: tuple(tables) for stage, tables in found.items()}


class Store:
    """The derived tables and arrays of one project.

    Parameters
    ----------
    folder : Path
        The project's ``.metanarrative`` folder; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "project.sqlite"
        self.arrays = folder / "arrays"

    # -- connection ---------------------------------------------------------------------------

    @cached_property
    def _engine(self) -> Engine:
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool

        if self.file.exists() and not os.access(self.folder, os.W_OK):
            # looking must not need to write: a project on a read-only share can still be read
            return create_engine(f"sqlite:///file:{self.file}?mode=ro&immutable=1&uri=true", poolclass=NullPool)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"cannot make {self.folder}: {error.strerror}", mend="check permissions and free space"
            ) from error
        self._set_aside_if_foreign()
        engine = create_engine(f"sqlite:///{self.file}", poolclass=NullPool)

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=10000")
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA temp_store=MEMORY")
            cursor.close()

        with _mended(self.file), engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA user_version").scalar() != schema_version():
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                # another process may have made the tables while we waited for the lock
                if connection.exec_driver_sql("PRAGMA user_version").scalar() != schema_version():
                    for statement in _statements(schema()):
                        connection.exec_driver_sql(statement)
                    connection.exec_driver_sql(f"PRAGMA user_version={schema_version()}")
                connection.exec_driver_sql("COMMIT")
        return engine

    def _set_aside_if_foreign(self) -> None:
        import sqlite3

        if not self.file.exists():
            return
        try:
            connection = sqlite3.connect(self.file)
            try:
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            finally:
                connection.close()
        except sqlite3.OperationalError:
            return  # busy or not ours to open, which is no damage: the engine's own words follow
        except sqlite3.DatabaseError:
            self.file.replace(self.file.with_suffix(".damaged"))
            self._remove_journals()
            return
        if tables and version != schema_version():
            self.file.unlink()
            self._remove_journals()

    def _remove_journals(self) -> None:
        for suffix in ("-wal", "-shm", "-journal"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)

    @cached_property
    def _columns(self) -> dict[str, list[tuple[str, str, bool, int]]]:
        # table -> (column, type, not null, place in the primary key)
        found: dict[str, list[tuple[str, str, bool, int]]] = {}
        with _mended(self.file), self._engine.connect() as connection:
            names = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type='table' ORDER BY name"
            ).scalars()
            for table in list(names):
                info = connection.exec_driver_sql(f'PRAGMA table_info("{table}")').all()
                found[table] = [(row[1], row[2], bool(row[3]) or bool(row[5]), row[5]) for row in info]
        return found

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the column names of `table`."""
        self._known(table)
        return tuple(name for name, *_ in self._columns[table])

    def _known(self, table: str) -> None:
        if table not in self._columns:
            raise KeyError(f"no table {table!r}; known: {', '.join(self._columns)}")

    # -- reading ------------------------------------------------------------------------------

    def read(
        self, table: str, *, where: Mapping[str, Any] | None = None, columns: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """Return rows as dictionaries, ordered by primary key (or all columns where there is none).

        Parameters
        ----------
        table : str
        where : mapping, optional
            Column to the value it must equal; a list, tuple or set means any of them.
        columns : sequence of str, optional
            Only these.
        """
        names = tuple(columns) if columns else self.columns(table)
        rows = self._rows(table, names, where)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def read_columns(self, table: str, *names: str, where: Mapping[str, Any] | None = None) -> tuple[list[Any], ...]:
        """Return whole columns as lists, rows ordered as in :meth:`read`."""
        rows = self._rows(table, names, where)
        return tuple([row[i] for row in rows] for i in range(len(names)))

    def _rows(self, table: str, names: Sequence[str], where: Mapping[str, Any] | None) -> list[Any]:
        self._known(table)
        known = set(self.columns(table))
        for name in [*names, *(where or {})]:
            if name not in known:
                raise KeyError(f"table {table} has no column {name!r}")
        sql = f"SELECT {', '.join(_quoted(n) for n in names)} FROM {_quoted(table)}"
        values: list[Any] = []
        if where:
            tests = []
            for name, value in where.items():
                if isinstance(value, (list, tuple, set, frozenset)):
                    chosen = sorted(value, key=str)
                    tests.append(f"{_quoted(name)} IN (SELECT value FROM json_each(?))")
                    values.append(json.dumps(chosen))
                elif value is None:
                    tests.append(f"{_quoted(name)} IS NULL")
                else:
                    tests.append(f"{_quoted(name)} = ?")
                    values.append(value)
            sql += " WHERE " + " AND ".join(tests)
        sql += f" ORDER BY {self._order(table)}"
        with _mended(self.file), self._engine.connect() as connection:
            return list(connection.exec_driver_sql(sql, tuple(values)).all())

    def _order(self, table: str) -> str:
        keys = sorted((place, name) for name, _, _, place in self._columns[table] if place)
        names = [name for _, name in keys] or [name for name, *_ in self._columns[table]]
        return ", ".join(_quoted(name) for name in names)

    def count(self, table: str, *, where: Mapping[str, Any] | None = None) -> int:
        """Return the number of rows."""
        self._known(table)
        sql, values = f"SELECT count(*) FROM {_quoted(table)}", []
        if where:
            sql += " WHERE " + " AND ".join(f"{_quoted(name)} = ?" for name in where)
            values = list(where.values())
        with _mended(self.file), self._engine.connect() as connection:
            return int(connection.exec_driver_sql(sql, tuple(values)).scalar() or 0)

    def tables(self) -> tuple[str, ...]:
        """Return the names of all tables."""
        return tuple(self._columns)

    def integrity(self) -> list[str]:
        """Return what SQLite's own checks complain about; empty when all is well."""
        with _mended(self.file), self._engine.connect() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check").all()]
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [line for line in found if line != "ok"] + [f"row without its parent: {tuple(row)}" for row in broken]

    # -- writing ------------------------------------------------------------------------------

    @contextmanager
    def replacing(self, stage: str, tables: Sequence[str]) -> Iterator[Transaction]:
        """Replace all rows of `tables` and this stage's problems in one transaction."""
        with _mended(self.file), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                for table in tables:
                    self._known(table)
                    connection.exec_driver_sql(f"DELETE FROM {_quoted(table)}")
                connection.exec_driver_sql("DELETE FROM problem WHERE stage = ?", (stage,))
                yield Transaction(self, connection, stage, tuple(tables))
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                # a full disk makes SQLite roll back by itself; a second ROLLBACK would hide why
                if connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
                    connection.exec_driver_sql("ROLLBACK")
                raise

    def forget(self, stage: str) -> None:
        """Drop the run row of `stage`, so that it counts as never run."""
        with _mended(self.file), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql("DELETE FROM run WHERE stage = ?", (stage,))
            connection.exec_driver_sql("COMMIT")

    # -- arrays -------------------------------------------------------------------------------

    def array(self, name: str) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Return the ids and rows of the array `name`.

        Raises
        ------
        StepMissingError
            If it has not been computed.
        """
        import numpy as np

        rows = self.read("array_file", where={"name": name})
        if not rows:
            raise StepMissingError(f"there are no {name} vectors yet", mend="metanarrative run embed", where=name)
        path = self.arrays / rows[0]["file"]
        try:
            ids = tuple(json.loads(path.with_suffix(".ids").read_text(encoding="utf-8")))
            matrix = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise StepMissingError(
                f"the {name} vectors are gone or damaged ({error})",
                mend="metanarrative run embed --force",
                where=str(path.name),
            ) from error
        return ids, matrix

    def save_array(self, name: str, ids: Sequence[str], matrix: NDArray[np.float32]) -> str:
        """Write an array and its ids durably and return the file's name; the row comes after."""
        import numpy as np

        matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        digest = hashlib.sha256(matrix.tobytes())
        digest.update(json.dumps(list(ids)).encode())
        path = self.arrays / f"{name}-{digest.hexdigest()[:16]}.npy"
        with _writable(self.arrays):
            write_whole(path.with_suffix(".ids"), json.dumps(list(ids)).encode("utf-8"))
            if not path.exists():
                temporary = path.with_suffix(".tmp")
                with temporary.open("wb") as stream:
                    np.save(stream, matrix, allow_pickle=False)
                    stream.flush()
                    os.fsync(stream.fileno())
                temporary.replace(path)
        return path.name

    def tidy_arrays(self) -> None:
        """Remove array files that no row names any more."""
        named = {row["file"] for row in self.read("array_file")}
        for path in sorted(self.arrays.glob("*")) if self.arrays.is_dir() else []:
            if path.with_suffix(".npy").name not in named:
                path.unlink(missing_ok=True)

    def vector_cache(self, model_key: str) -> VectorCache:
        """Return the vectors of one model, kept by content hash."""
        return VectorCache(self.folder / "vectors" / re.sub(r"[^\w.-]+", "_", model_key))


class Transaction:
    """What a stage may do while it writes; made by :meth:`Store.replacing`."""

    def __init__(self, store: Store, connection: Connection, stage: str, tables: tuple[str, ...]) -> None:
        self._store = store
        self._connection = connection
        self._stage = stage
        self._tables = tables
        self._digest = hashlib.sha256()
        self.n_problems = 0
        self.n_rows: dict[str, int] = dict.fromkeys(tables, 0)

    @property
    def outputs(self) -> str:
        """Hash over all rows written so far."""
        return self._digest.hexdigest()[:24]

    def write(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert `rows`; columns left out become "", 0 or NULL by their type. Returns how many."""
        if table not in self._tables:
            raise KeyError(f"stage {self._stage} does not write table {table!r}")
        return self._insert(table, rows)

    def _insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        spec = self._store._columns[table]
        names = [name for name, *_ in spec]
        defaults = [_default(kind, required) for _, kind, required, _ in spec]
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {_quoted(table)} ({', '.join(map(_quoted, names))}) VALUES ({marks})"
        known = set(names)
        total = 0
        batch: list[tuple[Any, ...]] = []
        for row in rows:
            if not known.issuperset(row):
                raise KeyError(f"table {table} has no column {sorted(set(row) - known)}")
            batch.append(tuple(_plain(row.get(name), default) for name, default in zip(names, defaults, strict=True)))
            if len(batch) >= 5000:
                total += self._flush(table, sql, batch)
        total += self._flush(table, sql, batch)
        if table in self.n_rows:
            self.n_rows[table] += total
        return total

    def _flush(self, table: str, sql: str, batch: list[tuple[Any, ...]]) -> int:
        if not batch:
            return 0
        self._connection.exec_driver_sql(sql, batch)
        if table != "run":
            self._digest.update(table.encode())
            self._digest.update(json.dumps(batch, ensure_ascii=True).encode())
        n = len(batch)
        batch.clear()
        return n

    def problem(self, problem: Problem) -> None:
        """List a problem under this stage."""
        placed = problem.at(stage=self._stage)
        self.n_problems += 1
        self._insert(
            "problem",
            [
                {
                    "stage": placed.stage,
                    "severity": placed.severity,
                    "file": placed.file,
                    "line": placed.line,
                    "subject": placed.subject,
                    "code": placed.code,
                    "message": placed.message,
                    "mend": placed.mend,
                }
            ],
        )

    def run_row(self, row: Mapping[str, Any]) -> None:
        """Write the run log's row of this stage, replacing the last one."""
        self._connection.exec_driver_sql("DELETE FROM run WHERE stage = ?", (self._stage,))
        self._insert("run", [row])


class VectorCache:
    """Vectors by content hash: shards of ``.npy`` and ``.ids``, only ever added to.

    A shard counts once both files stand under their final names, so a crash costs one shard.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _shards(self) -> list[Path]:
        return sorted(p for p in self.folder.glob("*.npy") if p.with_suffix(".ids").exists())

    def get(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors that are there, by hash."""
        import numpy as np

        wanted = set(hashes)
        found: dict[str, NDArray[np.float32]] = {}
        for shard in self._shards():
            try:
                ids = json.loads(shard.with_suffix(".ids").read_text(encoding="utf-8"))
                hits = [row for row, key in enumerate(ids) if key in wanted and key not in found]
                if hits:
                    matrix = np.load(shard, allow_pickle=False, mmap_mode="r")
                    for row in hits:
                        found[ids[row]] = np.array(matrix[row], dtype=np.float32)
            except (OSError, ValueError):
                continue  # a damaged shard is only a cache: its texts are embedded again
        return found

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Add vectors as one new shard."""
        import numpy as np

        if not vectors:
            return
        ids = sorted(vectors)
        matrix = np.stack([vectors[key] for key in ids]).astype(np.float32)
        name = hashlib.sha256("".join(ids).encode()).hexdigest()[:16]
        path = self.folder / f"{name}.npy"
        temporary = path.with_suffix(".tmp")
        with _writable(self.folder):
            with temporary.open("wb") as stream:
                np.save(stream, matrix, allow_pickle=False)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
            write_whole(path.with_suffix(".ids"), json.dumps(ids).encode())


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """Make `folder`, and turn what the disk refuses into words with a mend."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write: {error.strerror or error}",
            mend="free some space or check permissions, then run the same command again; nothing is lost",
            where=str(folder),
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside its place, to the disk, then renamed.

    Raises
    ------
    StoreError
        If it cannot be written; what was there before is as it was.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "new" / "a.txt"
    >>> write_whole(path, b"all of it")
    >>> path.read_bytes()
    b'all of it'
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}", mend="check permissions and free space"
        ) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _statements(script: str) -> list[str]:
    bare = re.sub(r"--[^\n]*", "", script)
    return [part.strip() for part in bare.split(";") if part.strip()]


def _default(kind: str, required: bool) -> Any:
    if not required:
        return None
    return {"INTEGER": 0, "REAL": 0.0}.get(kind.upper(), "")


def _plain(value: Any, default: Any) -> Any:
    """Turn a value into what SQLite keeps: no NaN, no NumPy types, lists as JSON."""
    if value is None:
        return default
    if isinstance(value, str):
        # lone surrogates come from damaged input and cannot be stored as UTF-8
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if hasattr(value, "item") and not isinstance(value, (list, tuple, dict)):
        value = value.item()
        if isinstance(value, bool):
            return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return default
        # nine digits: what arithmetic in another order cannot change
        return float(f"{value:.9g}")
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, sort_keys=isinstance(value, dict))
    return value


@contextmanager
def _mended(file: Path) -> Iterator[None]:
    """Turn database errors into words with a mend."""
    from sqlalchemy import exc

    try:
        yield
    except exc.OperationalError as error:
        text = str(error.orig)
        if "full" in text:
            mend = "free some space and run the same command again; nothing that was there is lost"
        elif "readonly" in text or "unable to open" in text:
            mend = "check that you may write to the project folder"
        elif "locked" in text:
            mend = "wait until the other command has finished"
        else:
            mend = f"delete {file.parent} and run again: it holds only derived results"
        raise StoreError(f"the store cannot be used: {text}", mend=mend, where=str(file)) from error
    except exc.DatabaseError as error:
        if isinstance(error, (exc.IntegrityError, exc.ProgrammingError, exc.InterfaceError)):
            raise
        raise StoreError(
            f"the store is damaged: {error.orig}",
            mend=f"delete {file.parent} and run again: it holds only derived results",
            where=str(file),
        ) from error
