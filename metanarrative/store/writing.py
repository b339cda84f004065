"""What a stage may do while it writes: one transaction, every value in a form that lasts."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem
from metanarrative.store.sql import quoted

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from metanarrative.store.database import Store


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
        sql = f"INSERT INTO {quoted(table)} ({', '.join(map(quoted, names))}) VALUES ({marks})"
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
