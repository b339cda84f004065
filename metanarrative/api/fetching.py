"""The network: only here, and only when asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative import explain as explaining
from metanarrative import export as exporting
from metanarrative.errors import (
    UsageError,
)
from metanarrative.model import Problem
from metanarrative.results import Result

if TYPE_CHECKING:
    from metanarrative.connect import Harvest, Task
    from metanarrative.read import FileSummary
from metanarrative.api.adding import Adding, _problem_lines
from metanarrative.api.choosing import Place, known_nation, policy_place
from metanarrative.api.looking import _ties


class Fetching(Adding):
    """The network: only here, and only when asked for."""

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
            known_nation(nation)
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

        def place(path: Path, found: FileSummary) -> Place:
            if not policy:
                return Place(connect.FETCHED, facts[path.name])
            return policy_place(path.name, found.nations, nation, facts[path.name])

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
        listed = self._write_problems(harvest.problems, name)
        notes = [*harvest.notes, *_problem_lines(harvest.problems)]
        if listed:
            notes.append(f"all of them are listed in {listed}")
        columns = tuple(harvest.rows[0]) if harvest.rows else ()
        lost = any(p.severity == "error" for p in harvest.problems)
        data = {"problems": [asdict(p) for p in harvest.problems], "sent": sent}
        return Result(name, columns, harvest.rows, notes, data, 5 if lost else 0)
