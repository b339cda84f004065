"""The table of contents of the whole program: the stages in order, and what makes them stale."""

from __future__ import annotations

import hashlib
import importlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from metanarrative.config import as_dict
from metanarrative.errors import StepMissingError, UsageError
from metanarrative.model import Summary
from metanarrative.project import Project


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: its name, what it does in a few words, and the stages whose tables it reads."""

    name: str
    does: str
    after: tuple[str, ...]

    @property
    def module(self) -> ModuleType:
        """The module that does it; imported only when needed."""
        return importlib.import_module(f"metanarrative.{self.name}")


STAGES: tuple[Stage, ...] = (
    Stage("read", "read every file below corpus/", ()),
    Stage("dedupe", "join records that describe one work", ("read",)),
    Stage("screen", "keep what belongs to the review", ("read", "dedupe")),
    Stage("embed", "cut passages and make vectors", ("read", "dedupe")),
    Stage("graph", "match references, build citation and text layers", ("read", "dedupe", "screen", "embed")),
    Stage("traditions", "propose clusters, apply people's edits", ("dedupe", "screen", "embed", "graph")),
    Stage("storyline", "landmarks or none, main paths, phases", ("dedupe", "screen", "graph", "traditions")),
    Stage("concepts", "terms and the concept graph", ("dedupe", "screen", "embed", "traditions")),
    Stage(
        "compare",
        "themes, force, keyness, alignment, lineage",
        ("read", "dedupe", "screen", "embed", "graph", "traditions"),
    ),
    Stage(
        "map",
        "draw the pages",
        ("read", "dedupe", "screen", "embed", "graph", "traditions", "storyline", "concepts", "compare"),
    ),
    Stage(
        "report",
        "write the report that joins them",
        (
            "read",
            "dedupe",
            "screen",
            "embed",
            "graph",
            "traditions",
            "storyline",
            "concepts",
            "compare",
            "map",
        ),
    ),
)
NAMES = tuple(stage.name for stage in STAGES)
_BY_NAME = {stage.name: stage for stage in STAGES}


@dataclass(frozen=True, slots=True)
class State:
    """Where a stage stands."""

    stage: str
    state: str  # fresh | stale | to do | waiting
    why: str
    counts: dict[str, Any]
    seconds: float | None = None


def stage_named(name: str) -> Stage:
    """Return a stage by name.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in _BY_NAME:
        import difflib

        close = difflib.get_close_matches(name, NAMES, n=1)
        raise UsageError(
            f"no step is called {name!r}",
            mend=(f"did you mean {close[0]!r}? " if close else "") + f"steps: {', '.join(NAMES)}",
        )
    return _BY_NAME[name]


def input_parts(project: Project, stage: Stage, runs: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the hash of each thing that `stage` depends on, by its name for people."""
    module = stage.module
    parts = {
        "version of the step": str(module.VERSION),
        "settings": _hash(as_dict(project.settings(stage.name))),
        "seed": str(project.seed),
        "title and question": _hash([project.title, project.question]) if stage.name in ("map", "report") else "",
    }
    for before in stage.after:
        parts[f"step {before}"] = runs.get(before, {}).get("outputs", "never run")
    if "run" in module.READS:  # it prints how the others were run, which may change without a change in results
        how = ("settings", "seed", "versions", "counts")
        parts["how the steps ran"] = _hash([[runs[b][key] for key in how] for b in stage.after if b in runs])
    if module.DECISIONS:
        taken = [[d.when, d.who, d.kind, d.subject, d.verdict, d.reason] for d in project.decisions(*module.DECISIONS)]
        parts["decisions"] = _hash(taken)
    if module.FILES:
        parts["input files"] = _hash(project.file_hashes(*module.FILES))
    return parts


def status(project: Project) -> list[State]:
    """Return where each stage stands, and why."""
    runs = {row["stage"]: row for row in project.store.read("run")}
    states: list[State] = []
    stale: set[str] = set()
    for stage in STAGES:
        row = runs.get(stage.name)
        waiting = [name for name in stage.after if name in stale]
        if row is None:
            state, why = "to do", "never run"
        else:
            before = json.loads(row["parts"])
            now = input_parts(project, stage, runs)
            changed = [name for name in now if before.get(name) != now[name]]
            missing = _missing_outputs(project, stage.name)
            if changed:
                state, why = "stale", "changed: " + ", ".join(changed)
            elif missing:
                state, why = "stale", missing
            elif waiting:
                state, why = "waiting", f"after {', '.join(waiting)}"
            else:
                state, why = "fresh", ""
        if state != "fresh":
            stale.add(stage.name)
        counts = json.loads(row["counts"]) if row else {}
        states.append(State(stage.name, state, why, counts, row["seconds"] if row else None))
    return states


def _missing_outputs(project: Project, name: str) -> str:
    if name in ("map", "report"):
        table = "view" if name == "map" else "report_file"
        for row in project.store.read(table, columns=("file", "bytes")):
            path = project.root / row["file"]
            if not path.is_file() or path.stat().st_size != row["bytes"]:
                return f"{row['file']} is gone or was changed"
    if name == "embed":
        for row in project.store.read("array_file", columns=("file",)):
            if not (project.store.arrays / row["file"]).is_file():
                return "vectors are gone"
    return ""


def run_stage(project: Project, name: str, *, force: bool = False) -> Summary:
    """Run one stage unless it is fresh.

    Raises
    ------
    StepMissingError
        If a stage before it has never run.
    """
    stage = stage_named(name)
    with project.lock():
        runs = {row["stage"]: row for row in project.store.read("run")}
        for before in stage.after:
            if before not in runs:
                raise StepMissingError(
                    f"cannot {stage.does}: step {before!r} has not run",
                    mend=f"metanarrative run --to {name}",
                    where=name,
                )
        parts = input_parts(project, stage, runs)
        inputs = _hash(parts)
        row = runs.get(name)
        if row and row["inputs"] == inputs and not force and not _missing_outputs(project, name):
            return Summary(name, json.loads(row["counts"]), row["text"], skipped=True)
        project._pending = {
            "parts": parts,
            "inputs": inputs,
            "started": datetime.now(UTC),
            "clock": time.perf_counter(),
        }
        try:
            summary: Summary = stage.module.run(project, project.settings(name))
        finally:
            project._pending = {}
        if name == "embed":
            project.store.tidy_arrays()
        return summary


def chosen(steps: Sequence[str] = (), *, first: str = "", last: str = "") -> list[str]:
    """Return the stages to run, in order: the named ones, or a span of all.

    Examples
    --------
    >>> chosen(first="map")
    ['map', 'report']
    >>> chosen(["report", "map"])
    ['map', 'report']
    """
    for name in [*steps, *filter(None, (first, last))]:
        stage_named(name)
    if steps and (first or last):
        raise UsageError("name steps, or give --from and --to, not both")
    if steps:
        return [name for name in NAMES if name in steps]
    start = NAMES.index(first) if first else 0
    end = NAMES.index(last) if last else len(NAMES) - 1
    if end < start:
        raise UsageError(f"{first} comes after {last}", mend=f"order: {', '.join(NAMES)}")
    return list(NAMES[start : end + 1])


def run_all(
    project: Project,
    steps: Sequence[str] = (),
    *,
    first: str = "",
    last: str = "",
    force: bool = False,
    tell: Callable[[str, Summary | None], None] | None = None,
) -> list[Summary]:
    """Run stages in order, each only if something it depends on has changed.

    Parameters
    ----------
    steps : sequence of str, optional
        Only these. By default all.
    first, last : str, optional
        A span of stages instead.
    force : bool, default=False
        Run even what is fresh.
    tell : callable, optional
        Called before each stage with (name, None) and after it with (name, summary).
    """
    done: list[Summary] = []
    with project.lock():
        for name in chosen(steps, first=first, last=last):
            if tell:
                tell(name, None)
            summary = run_stage(project, name, force=force)
            if tell:
                tell(name, summary)
            done.append(summary)
    return done


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
