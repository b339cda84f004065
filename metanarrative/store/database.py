"""The database and the array files of one project, read in a fixed order."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative.errors import StepMissingError, StoreError
from metanarrative.store.files import replaced, writable, write_whole
from metanarrative.store.layout import schema, schema_version, statements
from metanarrative.store.sql import mended, quoted
from metanarrative.store.vectors import VectorCache
from metanarrative.store.writing import Transaction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.engine import Engine


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

        with mended(self.file), engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA user_version").scalar() != schema_version():
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                # another process may have made the tables while we waited for the lock
                if connection.exec_driver_sql("PRAGMA user_version").scalar() != schema_version():
                    for statement in statements(schema()):
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
        with mended(self.file), self._engine.connect() as connection:
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
        sql = f"SELECT {', '.join(quoted(n) for n in names)} FROM {quoted(table)}"
        values: list[Any] = []
        if where:
            tests = []
            for name, value in where.items():
                if isinstance(value, (list, tuple, set, frozenset)):
                    chosen = sorted(value, key=str)
                    tests.append(f"{quoted(name)} IN (SELECT value FROM json_each(?))")
                    values.append(json.dumps(chosen))
                elif value is None:
                    tests.append(f"{quoted(name)} IS NULL")
                else:
                    tests.append(f"{quoted(name)} = ?")
                    values.append(value)
            sql += " WHERE " + " AND ".join(tests)
        sql += f" ORDER BY {self._order(table)}"
        with mended(self.file), self._engine.connect() as connection:
            return list(connection.exec_driver_sql(sql, tuple(values)).all())

    def _order(self, table: str) -> str:
        keys = sorted((place, name) for name, _, _, place in self._columns[table] if place)
        names = [name for _, name in keys] or [name for name, *_ in self._columns[table]]
        return ", ".join(quoted(name) for name in names)

    def count(self, table: str, *, where: Mapping[str, Any] | None = None) -> int:
        """Return the number of rows."""
        self._known(table)
        sql, values = f"SELECT count(*) FROM {quoted(table)}", []
        if where:
            sql += " WHERE " + " AND ".join(f"{quoted(name)} = ?" for name in where)
            values = list(where.values())
        with mended(self.file), self._engine.connect() as connection:
            return int(connection.exec_driver_sql(sql, tuple(values)).scalar() or 0)

    def tables(self) -> tuple[str, ...]:
        """Return the names of all tables."""
        return tuple(self._columns)

    def integrity(self) -> list[str]:
        """Return what SQLite's own checks complain about; empty when all is well."""
        with mended(self.file), self._engine.connect() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check").all()]
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [line for line in found if line != "ok"] + [f"row without its parent: {tuple(row)}" for row in broken]

    # -- writing ------------------------------------------------------------------------------

    @contextmanager
    def replacing(self, stage: str, tables: Sequence[str]) -> Iterator[Transaction]:
        """Replace all rows of `tables` and this stage's problems in one transaction."""
        with mended(self.file), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                for table in tables:
                    self._known(table)
                    connection.exec_driver_sql(f"DELETE FROM {quoted(table)}")
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
        with mended(self.file), self._engine.connect() as connection:
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
        with writable(self.arrays):
            write_whole(path.with_suffix(".ids"), json.dumps(list(ids)).encode("utf-8"))
            if not path.exists():
                with replaced(path) as stream:
                    np.save(stream, matrix, allow_pickle=False)
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
