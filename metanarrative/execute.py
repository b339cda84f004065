"""Executors and progress.

Progress goes to stderr: a bar with count, rate and time left on a terminal, one line every ten
per cent when piped, JSON lines for wrappers, nothing when quiet.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Mode = Literal["auto", "bar", "lines", "json", "off"]
_mode: ContextVar[Mode] = ContextVar("progress", default="off")


@contextmanager
def progress(mode: Mode) -> Iterator[None]:
    """Show progress in `mode` inside the block; the library itself is silent by default."""
    token = _mode.set(mode)
    try:
        yield
    finally:
        _mode.reset(token)


def track(items: Iterable[T], label: str, *, total: int | None = None) -> Iterator[T]:
    """Yield `items`, telling on stderr how far it is.

    Parameters
    ----------
    items : iterable
    label : str
        What is being done, as a noun phrase: "vectors".
    total : int, optional
        Number of items; taken from ``len(items)`` where that works.
    """
    mode = _mode.get()
    if total is None and hasattr(items, "__len__"):
        total = len(items)  # type: ignore[arg-type]
    if mode == "auto":
        mode = "bar" if sys.stderr.isatty() else "lines"
    if mode == "off":
        yield from items
    elif mode == "bar":
        yield from _bar(items, label, total)
    else:
        yield from _lines(items, label, total, as_json=mode == "json")


def _bar(items: Iterable[T], label: str, total: int | None) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("  {task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("ETA"),
        TimeRemainingColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total, rate="")
        for done, item in enumerate(items):
            speed = bar.tasks[task].speed
            bar.update(task, completed=done, rate=f"{speed:,.1f}/s" if speed else "")
            yield item
        bar.update(task, completed=total or 0)


def _lines(items: Iterable[T], label: str, total: int | None, *, as_json: bool) -> Iterator[T]:
    started = last_told = time.monotonic()
    told = 0
    for done, item in enumerate(items, start=1):
        yield item
        step = (done * 10) // total if total else done // 1000
        now = time.monotonic()
        # short work stays quiet: a line is worth its place only when somebody has to wait
        if step > told and (now - last_told > 1.0 or (told and done == total)):
            told, last_told = step, now
            rate = done / max(now - started, 1e-9)
            left = (total - done) / rate if total else None
            if as_json:
                line = json.dumps(
                    {
                        "progress": label,
                        "done": done,
                        "total": total,
                        "rate": round(rate, 2),
                        "eta_s": None if left is None else round(left),
                    }
                )
            else:
                of = f"/{total:,}" if total else ""
                eta = "" if left is None else f"  ETA {int(left) // 60}:{int(left) % 60:02d}"
                line = f"  {label}  {done:,}{of}  {rate:,.1f}/s{eta}"
            sys.stderr.write(line + "\n")
            sys.stderr.flush()


class Serial:
    """Run everything in this process, in order."""

    name = "serial"

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = 1

    def map(self, function: Callable[[T], R], items: Iterable[T], *, label: str = "") -> Iterator[R]:
        """Yield ``function(item)`` for each item.

        Examples
        --------
        >>> list(Serial().map(abs, [-1, 2]))
        [1, 2]
        """
        for item in track(items, label):
            yield function(item)


class Processes:
    """Run in `jobs` processes; results come back in the order of the items."""

    name = "processes"

    def __init__(self, jobs: int = 2) -> None:
        self.jobs = max(1, jobs)

    def map(self, function: Callable[[T], R], items: Iterable[T], *, label: str = "") -> Iterator[R]:
        """Yield ``function(item)`` for each item; `function` must be importable by name."""
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        work: list[Any] = list(items)
        with ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn")) as pool:
            yield from track(pool.map(function, work), label, total=len(work))
