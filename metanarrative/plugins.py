"""The doors: readers, embedders and executors join by entry points, the built-ins too.

A reader is a :class:`Reader`; an embedder is a factory ``() -> Embedder``; an executor a
factory ``(n_jobs) -> Executor``. A broken plug-in is named and skipped, never fatal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Protocol, TypeVar

from metanarrative.errors import UsageError
from metanarrative.model import Problem, Record

GROUPS = ("metanarrative.readers", "metanarrative.embedders", "metanarrative.executors")

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Reader:
    """How one format is told and read.

    Parameters
    ----------
    name : str
        Short and stable: ``ris``, ``bibtex``, ``scopus-csv``, ``clml`` ...
    title : str
        For people: "RIS (all dialects)".
    kinds : tuple of str
        Which of ``literature`` and ``policy`` it may be asked for.
    suffixes : tuple of str
        Usual file suffixes, a weak hint only.
    sniff : callable ``(head: str, data: bytes, name: str) -> int``
        Confidence 0-100 that this is the format, from the first 64 KB as text and as bytes.
        The file's name may add at most 5.
    read : callable ``(source) -> Iterator[Record | Problem]``
        Takes a :class:`metanarrative.read.source.Source`. Entries that cannot be read come out
        as a Problem of severity ``error``, one an entry.
    count : callable ``(source) -> int``, optional
        Counts the entries by another, simpler way than `read`; the read stage compares.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    suffixes: tuple[str, ...]
    sniff: Callable[[str, bytes, str], int]
    read: Callable[[Any], Iterator[Record | Problem]]
    count: Callable[[Any], int] | None = None


class Embedder(Protocol):
    """Turns texts into unit rows."""

    name: str
    dimensions: int
    semantic: bool
    """False where TF-IDF + SVD stands in for a language model."""
    languages: tuple[str, ...]
    """BCP 47 tags it knows; texts in other languages must not be given to it."""
    sha256: str
    """Hash of the weights, "" where there are none."""
    dtype: str

    def embed(self, texts: Sequence[str]) -> Any:
        """Return float32 unit rows, shape (len(texts), dimensions)."""
        ...


class Executor(Protocol):
    """Maps a function over items, in order."""

    name: str

    def map(self, function: Callable[[T], R], items: Iterable[T], *, label: str = "") -> Iterator[R]:
        """Yield ``function(item)`` in the order of the items."""
        ...


def load_all(group: str) -> tuple[dict[str, Any], list[Problem]]:
    """Load every plug-in of `group`, sorted by name.

    Returns
    -------
    loaded : dict
    problems : list of Problem
        One for each that failed to load.
    """
    loaded: dict[str, Any] = {}
    problems: list[Problem] = []
    for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
        try:
            loaded[point.name] = point.load()
        except Exception as error:  # noqa: BLE001 - a stranger's code: name it, skip it
            problems.append(
                Problem(
                    code="plugin-broken",
                    message=f"{group} plug-in {point.name!r} ({point.value}) failed to load: {error}",
                    mend="update or uninstall the package that brings it",
                )
            )
    return loaded, problems


def load(group: str, name: str) -> Any:
    """Load one plug-in by name.

    Raises
    ------
    UsageError
        If there is none of that name; the message lists the known ones.
    """
    loaded, _ = load_all(group)
    if name not in loaded:
        kind = group.rsplit(".", 1)[-1].rstrip("s")
        raise UsageError(f"no {kind} is called {name!r}", mend=f"known: {', '.join(sorted(loaded)) or 'none'}")
    return loaded[name]
