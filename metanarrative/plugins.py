"""The doors: readers, embedders and executors join by entry points, the built-ins too.

A reader is a :class:`Reader`; an embedder is a factory ``() -> Embedder``; an executor a
factory ``(n_jobs) -> Executor``. A broken plug-in is named and skipped, never fatal.

Whoever writes one runs :func:`check_reader`, :func:`check_embedder` or :func:`check_executor`
over it in a test of their own; the built-ins pass the same suites.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar

from metanarrative.errors import CheckError, MetanarrativeError, UsageError
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


@lru_cache(maxsize=32)
def _points(group: str, find: Callable[..., Iterable[Any]], path: tuple[str, ...]) -> list[Any]:
    # what is installed is looked up once a process and search path: it costs more than reading a small file
    return sorted(find(group=group), key=lambda p: (p.name, p.value))


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
    for point in _points(group, entry_points, tuple(sys.path)):
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


# -- contract suites --------------------------------------------------------------------------


class _Checks:
    """Gathers what does not hold and tells it at once."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.failed: list[str] = []

    def that(self, holds: object, otherwise: str) -> None:
        if not holds:
            self.failed.append(otherwise)

    def done(self) -> None:
        if self.failed:
            raise CheckError(
                f"{self.what} breaks its contract: " + "; ".join(self.failed),
                mend="see metanarrative.plugins for what is promised",
            )


def check_reader(reader: Reader, sample: bytes) -> list[Record]:
    """Check a reader against its contract on a well-formed sample of its format.

    Parameters
    ----------
    reader : Reader
    sample : bytes
        A small file of the format with at least one entry, in the shape of a real one.

    Returns
    -------
    list of Record
        What was read from the sample, for further checks of your own.

    Raises
    ------
    CheckError
        Naming everything that does not hold.

    Examples
    --------
    >>> records = check_reader(load("metanarrative.readers", "ris"), b"TY  - JOUR\\nTI  - Care\\nER  - \\n")
    >>> records[0].title
    'Care'
    """
    # the one place where this module looks to its right: a reader's argument is a Source
    from metanarrative.read.source import Source

    checks = _Checks(f"reader {reader.name!r}")
    checks.that(re.fullmatch(r"[a-z][a-z0-9-]*", reader.name), "its name is not lower-case words joined by -")
    checks.that(reader.title, "it has no title for people")
    checks.that(
        reader.kinds and set(reader.kinds) <= {"literature", "policy"}, "its kinds are not literature or policy"
    )
    checks.that(all(s.startswith(".") and s == s.lower() for s in reader.suffixes), "a suffix is not like '.ris'")
    with TemporaryDirectory() as folder:
        path = Path(folder, "sample")

        def source(data: bytes, name: str = "sample") -> Any:
            path.write_bytes(data)
            return Source(path, name=name)

        def score(data: bytes, name: str = "sample") -> int:
            opened = source(data, name)
            return reader.sniff(opened.head_text(), opened.head(), name)

        def read(data: bytes, name: str = "sample") -> tuple[list[Record], list[Problem]]:
            items = list(reader.read(source(data, name)))
            records = [item for item in items if isinstance(item, Record)]
            problems = [item for item in items if isinstance(item, Problem)]
            checks.that(len(records) + len(problems) == len(items), "it yields things that are no Record or Problem")
            return records, problems

        sure = score(sample)
        named = score(sample, "sample" + (reader.suffixes[0] if reader.suffixes else ""))
        checks.that(isinstance(sure, int) and 20 <= sure <= 100, f"it does not know its own format (sniff: {sure})")
        checks.that(0 <= named - sure <= 5, f"a file's name moves its confidence from {sure} to {named}, more than 5")
        for odd in (b"", b"\0" * 64, b"\xff\xfe\x00", bytes(range(256)), b"{", b"<", b"@", b","):
            try:
                low = score(odd)
                checks.that(isinstance(low, int) and 0 <= low <= 100, f"sniff gives {low!r} for {odd[:8]!r}")
            except Exception as error:  # noqa: BLE001 - whatever it raises is a finding
                checks.that(False, f"sniff raises {type(error).__name__} for {odd[:8]!r}")

        records, problems = read(sample)
        errors = [problem for problem in problems if problem.severity == "error"]
        checks.that(records, "nothing was read from the sample")
        checks.that(not errors, f"entries of the sample were lost: {[p.message for p in errors][:3]}")
        checks.that(read(sample) == (records, problems), "reading twice gives two results")
        renamed = [record._replace(source_file="sample") for record in read(sample, "other")[0]]
        checks.that(
            renamed == [record._replace(source_file="sample") for record in records],
            "the file's name changes what is read",
        )
        if reader.count is not None:
            counted = reader.count(source(sample))
            found = len(records) + len(errors)
            checks.that(counted == found, f"count says {counted}, read yields {found}")
        for record in records:
            _check_record(checks, record, reader)
        for problem in problems:
            _check_problem(checks, problem)
        # a damaged file costs problems, never the program
        for damaged in (
            sample[: len(sample) // 2],
            sample[: len(sample) // 3] + b"\0\xff" + sample[len(sample) // 3 :],
        ):
            try:
                for problem in read(damaged)[1]:
                    _check_problem(checks, problem)
            except MetanarrativeError:
                continue
            except Exception as error:  # noqa: BLE001 - whatever it raises is a finding
                checks.that(False, f"a damaged sample raises {type(error).__name__}: {error}")
    checks.done()
    return records


def _check_record(checks: _Checks, record: Record, reader: Reader) -> None:
    what = record.title[:30] or record.key or "a record"
    checks.that(record.kind in reader.kinds, f"{what!r}: its kind is {record.kind!r}")
    checks.that(record.title or record.raw or record.blocks, f"{what!r}: neither title, raw text nor body")
    checks.that(record.year is None or 1000 <= record.year <= 2200, f"{what!r}: year {record.year}")
    checks.that(record.line is None or record.line >= 1, f"{what!r}: line {record.line}; lines count from 1")
    doi = record.doi
    checks.that(not doi or (doi == doi.lower() and doi.startswith("10.")), f"{what!r}: DOI {doi!r} is not normalised")
    for name in ("authors", "keywords", "references", "blocks"):
        checks.that(isinstance(getattr(record, name), tuple), f"{what!r}: {name} is no tuple")
    texts = {**record.facets, **record.extra}
    checks.that(all(isinstance(value, str) for value in texts.values()), f"{what!r}: facets or extra hold no text")


def _check_problem(checks: _Checks, problem: Problem) -> None:
    checks.that(
        re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", problem.code), f"problem code {problem.code!r} is no short word"
    )
    checks.that(problem.message, f"problem {problem.code!r} has no message")
    checks.that(problem.severity in ("error", "warning", "note"), f"severity {problem.severity!r} is not known")
    checks.that(problem.mend or problem.severity == "note", f"problem {problem.code!r} does not say how to mend it")


def check_embedder(embedder: Embedder) -> None:
    """Check an embedder: shape, type, unit rows, the same rows whatever the order of texts.

    Raises
    ------
    CheckError
        Naming everything that does not hold.
    """
    import numpy as np

    checks = _Checks(f"embedder {embedder.name!r}")
    checks.that(embedder.name, "it has no name")
    checks.that(isinstance(embedder.semantic, bool), "semantic is not true or false")
    checks.that(isinstance(embedder.languages, tuple) and embedder.languages, "it names no languages")
    checks.that(isinstance(embedder.sha256, str), "sha256 is no text")
    texts = [
        "Care plans are reviewed with the person and the carer.",
        "The care plan must be reviewed every year.",
        "Rivers carry sediment to the sea.",
        "Sediment of rivers builds deltas in the sea.",
        "",
    ]
    rows = np.asarray(embedder.embed(texts))
    checks.that(rows.dtype == np.float32, f"rows are {rows.dtype}, not float32")
    checks.that(rows.ndim == 2 and rows.shape[0] == len(texts), f"{len(texts)} texts give shape {rows.shape}")
    checks.that(np.isfinite(rows).all(), "a value is not finite")
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    checks.that(np.allclose(lengths[:4], 1.0, atol=1e-4), f"rows are not of length 1: {lengths[:4].round(4).tolist()}")
    checks.that(abs(lengths[4]) < 1e-6 or abs(lengths[4] - 1) < 1e-4, "an empty text has a row of neither 0 nor 1")
    checks.that(np.array_equal(rows, embedder.embed(texts)), "embedding twice gives two results")
    turned = np.asarray(embedder.embed(texts[::-1]))[::-1]
    checks.that(
        turned.shape == rows.shape and np.allclose(turned, rows, atol=1e-4), "the order of texts changes their rows"
    )
    if rows.shape[0] == len(texts):
        near = float(rows[0] @ rows[1])
        checks.that(near > float(rows[0] @ rows[2]), "texts about one thing are not nearer than texts about two")
    none = np.asarray(embedder.embed([]))
    checks.that(none.shape[0] == 0, f"no texts give shape {none.shape}")
    if embedder.semantic:
        checks.that(
            rows.shape[1] == embedder.dimensions, f"rows have {rows.shape[1]}, not {embedder.dimensions} columns"
        )
    checks.done()


def check_executor(executor: Executor) -> None:
    """Check an executor: results in the order of the items, errors passed on, nothing of nothing.

    Raises
    ------
    CheckError
        Naming everything that does not hold.

    Examples
    --------
    >>> check_executor(load("metanarrative.executors", "serial")())
    """
    checks = _Checks(f"executor {executor.name!r}")
    checks.that(executor.name, "it has no name")
    items = [-5, 3, -1, 0, -99, 2, 7, -8]
    checks.that(list(executor.map(abs, items)) == [5, 3, 1, 0, 99, 2, 7, 8], "results are not in the order of items")
    checks.that(list(executor.map(abs, iter(items), label="numbers"))[:2] == [5, 3], "it does not take any iterable")
    checks.that(list(executor.map(abs, [])) == [], "no items do not give no results")
    try:
        list(executor.map(int, ["1", "no number"]))
        checks.that(False, "an error in the function is swallowed")
    except ValueError:
        pass
    except Exception as error:  # noqa: BLE001 - whatever it raises is a finding
        checks.that(False, f"a ValueError comes out as {type(error).__name__}")
    checks.done()
