"""A stage's way into the store, and what is logged of its run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem, Summary
from metanarrative.store import Store, Transaction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Writing:
    """One stage's way into the store; see :meth:`metanarrative.project.Project.writing`."""

    def __init__(self, store: Store, stage: str, transaction: Transaction) -> None:
        self._store = store
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
        file = self._store.save_array(name, ids, matrix)
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


def peak_mb() -> float:
    """Return the most memory this process has held, in MiB."""
    try:
        import resource
    except ImportError:  # Windows keeps no such figure in the standard library
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
