"""The same words in Python as on the command line; every command is a thin wrapper of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from metanarrative import export as exporting
from metanarrative import pipeline
from metanarrative.api.comparing import Comparing
from metanarrative.api.deciding import Deciding, is_decisions
from metanarrative.api.fetching import Fetching
from metanarrative.api.looking import Looking
from metanarrative.api.machine import doctor, open_in_browser, plugins_list
from metanarrative.api.removing import Removing
from metanarrative.api.sharing import Sharing
from metanarrative.api.telling import Telling
from metanarrative.api.views import VIEWS
from metanarrative.api.weighing import Weighing
from metanarrative.config import SETTINGS
from metanarrative.errors import ReadError
from metanarrative.model import Summary
from metanarrative.results import Result
from metanarrative.text.numbers import counted


class Project(Fetching, Removing, Deciding, Looking, Telling, Comparing, Weighing, Sharing):
    """A project and everything that can be done with it.

    Examples
    --------
    >>> import tempfile, metanarrative as mn
    >>> project = mn.Project.init(tempfile.mkdtemp() + "/review", title="Care planning")
    >>> project
    Project 'Care planning': 0 works; to do: read, dedupe, screen, embed, graph and 6 more
    """

    @classmethod
    def init(cls, root: Path | str, *, title: str, kind: str = "both", question: str = "") -> Project:
        """Make a new project and open it.

        Raises
        ------
        UsageError
            If there is a project already.
        """
        return cls(cls.create(root, title=title, kind=kind, question=question))

    @classmethod
    def open(cls, start: Path | str = ".") -> Project:
        """Open the project that holds `start`.

        Raises
        ------
        StepMissingError
            If there is none.
        """
        return cls(cls.find(start))

    def __repr__(self) -> str:
        todo = [state.stage for state in pipeline.status(self) if state.state != "fresh"]
        n_works = self.store.count("work")
        more = f" and {len(todo) - 5} more" if len(todo) > 5 else ""
        steps = "; to do: " + ", ".join(todo[:5]) + more if todo else "; all steps fresh"
        return f"Project {self.title!r}: {n_works} works{steps}"

    def import_file(self, path: Path | str) -> Result:
        """Take over what people wrote outside: decisions that a page saved, or the summaries of a matrix.

        See Also
        --------
        import_decisions, import_matrix
        """
        return self.import_decisions(path) if is_decisions(Path(path)) else self.import_matrix(path)

    def status(self) -> Result:
        """Tell where each step stands and why, what the corpus covers, and what to type next."""
        states = pipeline.status(self)
        rows = [
            {"step": s.stage, "state": s.state, "why": s.why, "seconds": s.seconds, "counts": s.counts} for s in states
        ]
        notes = []
        coverage = self.coverage()
        if coverage:
            line = "  ".join(f"{key} {value}" for key, value in coverage.items())
            notes.append(line)
        by_severity = Counter(row["severity"] for row in exporting.problems(self))
        if by_severity:
            told = ", ".join(
                f"{by_severity[s]} {s}{'s' if by_severity[s] > 1 else ''}"
                for s in ("error", "warning", "note")
                if by_severity[s]
            )
            notes.append(f"problems: {told}; metanarrative records problems lists them")
        todo = [s for s in states if s.state != "fresh"]
        if not self.inputs():
            notes.append("next: metanarrative add literature FILE...")
        elif todo:
            notes.append(f"next: metanarrative run        ({len(todo)} of {len(states)} steps)")
        else:
            notes.append("all steps are fresh; next: metanarrative open")
        data = {"title": self.title, "coverage": coverage, "fresh": not todo}
        return Result("status", ("step", "state", "why"), rows, notes, data, 0)

    def run(
        self,
        *steps: str,
        first: str = "",
        last: str = "",
        force: bool = False,
        tell: Callable[[str, Summary | None], None] | None = None,
    ) -> Result:
        """Run the steps whose inputs changed, in order.

        Returns
        -------
        Result
            ``exit_code`` 5 where a part of the input, or a line of the decision files, could not be read.

        Raises
        ------
        ReadError
            If there is no input, or none of it can be read.
        StepMissingError, LockedError, StoreError
        """
        if "read" in pipeline.chosen(steps, first=first, last=last) and not self.inputs():
            raise ReadError(
                "there is nothing to read below corpus/",
                mend="metanarrative add literature FILE..., or add policy FILE... --nation england",
            )
        before = self.store.read("cluster", columns=("cluster_id", "number", "tradition"))
        done = pipeline.run_all(self, steps, first=first, last=last, force=force, tell=tell)
        rows = [
            {
                "step": s.stage,
                "state": "fresh" if s.skipped else "done",
                "what": s.text or ", ".join(f"{k} {v}" for k, v in s.counts.items()),
                "counts": dict(s.counts),
            }
            for s in done
        ]
        ran = [s for s in done if not s.skipped]
        names = {s.stage for s in done}
        listed = [row for row in self.store.read("problem") if row["stage"] in names]
        serious = [row for row in listed if row["severity"] == "error"]
        notes = [] if ran else ["nothing to do: all steps are fresh"]
        if ran:
            notes += ["  ".join(f"{key} {value}" for key, value in self.coverage().items())]
            notes += _renumbered(before, self.store.read("cluster", columns=("cluster_id", "number", "tradition")))
        exit_code = 0
        if ran and serious:
            notes.append(
                f"{counted(len(serious), 'error')} listed; metanarrative records problems --severity error shows them"
            )
            exit_code = 5
        for problem in self.all_decisions()[1]:
            # told at every run: a person's ruling that does not take part must not go unseen
            notes.append(f"{problem.severity}: {problem.file}:{problem.line}: {problem.message}; {problem.mend}")
            exit_code = 5
        read_now = "read" in names and self.store.count("source") > 0
        if read_now and not self.store.count("record"):
            first_error = next((row["message"] for row in serious), "no entries in any file")
            raise ReadError(
                f"none of {self.store.count('source')} files could be read: {first_error}",
                mend="metanarrative records problems lists each file with its mend",
            )
        return Result("run", ("step", "state", "what"), rows, notes, {"ran": [s.stage for s in ran]}, exit_code)

    def verify(self) -> Result:
        """Check that counts in equal counts out plus listed problems, and every quote its place."""
        store = self.store
        rows: list[dict[str, Any]] = []

        def check(name: str, broken: Iterable[str]) -> None:
            found = list(broken)
            rows.append({"check": name, "result": "ok" if not found else f"{len(found)} broken", "broken": found})

        check("the store is sound", store.integrity())
        sources = store.read("source")
        check(
            "entries found = read + listed as lost",
            (s["file"] for s in sources if s["n_found"] != s["n_read"] + s["n_lost"]),
        )
        owners = Counter(store.read_columns("work_record", "record_id")[0])
        check(
            "every record belongs to exactly one work",
            (r for r in store.read_columns("record", "record_id")[0] if owners[r] != 1) if owners else (),
        )
        texts = {(t["work_id"], t["language"]): t["text"] for t in store.read("document_text")}
        check(
            "every passage is the text at its place",
            (
                p["passage_id"]
                for p in store.read("passage")
                if texts.get((p["work_id"], p["expression"]), "")[p["start"] : p["end"]] != p["text"]
            ),
        )
        works = set(store.read_columns("work", "work_id")[0])
        for table, column in (("membership", "work_id"), ("citation", "cited_id"), ("passage", "work_id")):
            check(
                f"every {table} names a work that is there",
                (i for i in store.read_columns(table, column)[0] if i and i not in works),
            )
        bad = [row for row in rows if row["broken"]]
        for row in rows:
            row["first"] = ", ".join(row["broken"][:3])
        return Result("verify", ("check", "result", "first"), rows, exit_code=7 if bad else 0)


def _renumbered(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say which clusters, known by id or by the name people gave, have another number now."""
    old = {key: row["number"] for row in before for key in (row["cluster_id"], row["tradition"]) if key}
    changed = []
    for row in sorted(after, key=lambda r: r["number"]):
        was = old.get(row["cluster_id"], old.get(row["tradition"]) if row["tradition"] else None)
        if was is not None and was != row["number"]:
            changed.append(f"T{row['number']} was T{was}")
    return [f"numbers changed: {', '.join(changed)}; ids (cl_...) and names stay"] if changed else []


__all__ = ["SETTINGS", "VIEWS", "Project", "doctor", "open_in_browser", "plugins_list"]
