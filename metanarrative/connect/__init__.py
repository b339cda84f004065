"""Connectors: asking outside services for literature and policy texts, only when a person says so.

Takes a project and a task; gives a :class:`~metanarrative.connect.harvest.Harvest` of raw answers
that belong below ``corpus/``, where the readers find them like any export. Nothing here writes to
the store or to ``corpus/``. No connector runs unless it is called by name, none runs offline, and
a key is neither written nor shown. See ``docs/connectors.md`` for what is sent to whom.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metanarrative.connect import crossref, europepmc, govuk, legislation, openalex
from metanarrative.connect.harvest import Found, Harvest, Seed, dois_in, file_name
from metanarrative.connect.http import Client, Service, tidy
from metanarrative.errors import UsageError
from metanarrative.model import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from metanarrative.project import Project

__all__ = [
    "SERVICES",
    "Found",
    "Harvest",
    "Plan",
    "Task",
    "client_for",
    "dois_in",
    "gather",
    "lacking",
    "plan",
    "seeds",
]

SERVICES: dict[str, Service] = {
    module.SERVICE.name: module.SERVICE for module in (openalex, crossref, europepmc, legislation, govuk)
}
FETCHED = "corpus/literature/fetched"
"""Folder of fetched literature."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to ask a service for; one of the modes.

    Parameters
    ----------
    connector : str
        openalex, crossref, europepmc, legislation, govuk.
    mode : str
        search, dois, complete (DOIs of the project's own works), back (references of works),
        forward (citations to works), documents.
    text : str
        The search.
    items : tuple of str
        DOIs, works (ids, DOIs or titles' works resolved to ids; none means all included), laws, paths.
    languages : tuple of str
        Of laws: en, cy.
    limit : int
        Most works brought.
    at_least : int
        Snowballing: least number of the project's works a candidate is tied to.
    route : str
        By which route DOIs of a list were found.
    """

    connector: str
    mode: str
    text: str = ""
    items: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    limit: int = 1000
    at_least: int = 1
    route: str = "database"


_MODES = {
    "openalex": ("search", "dois", "complete", "back", "forward"),
    "crossref": ("dois", "complete"),
    "europepmc": ("search",),
    "legislation": ("documents",),
    "govuk": ("documents",),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a task would send, and the literature file it fills ("" for documents)."""

    service: Service
    address: str
    sends: str
    requests: int  # at most, first attempts only
    file: str


def check(task: Task) -> None:
    """Refuse a task that makes no sense.

    Raises
    ------
    UsageError
    """
    if task.connector not in _MODES:
        raise UsageError(f"no connector is called {task.connector!r}", mend=f"known: {', '.join(_MODES)}")
    if task.mode not in _MODES[task.connector]:
        raise UsageError(
            f"{task.connector} cannot be asked that way ({task.mode})",
            mend=f"it knows: {', '.join(_MODES[task.connector])}",
        )
    if task.mode == "search" and not task.text.strip():
        raise UsageError("the search is empty", mend=f'metanarrative fetch {task.connector} --search "care planning"')
    if task.mode == "documents" and not task.items:
        raise UsageError("no document was named", mend=f"metanarrative fetch {task.connector} DOCUMENT...")
    if task.limit < 1 or task.at_least < 1:
        raise UsageError("a limit must be 1 or more", mend="leave it out for the default")


def plan(task: Task) -> Plan:
    """Return what a task would send; asks nobody.

    Raises
    ------
    UsageError
    """
    check(task)
    service = SERVICES[task.connector]
    n = len(task.items)
    file = ""
    if task.mode == "search":
        sends, requests = f"the search {task.text!r}", math.ceil(task.limit / 100)
        module = openalex if task.connector == "openalex" else europepmc
        file = module.search_name(task.text, task.limit)
    elif task.mode in ("dois", "complete"):
        sends = f"{n:,} DOIs" + (" of this project's works" if task.mode == "complete" else "")
        requests = math.ceil(n / openalex.BATCH) if task.connector == "openalex" else n
        what = "completing" if task.mode == "complete" else f"{n} DOIs"
        file = file_name(task.connector, what, task.mode, *sorted(task.items))
    elif task.mode in ("back", "forward"):
        sends = f"DOIs or OpenAlex ids of {n:,} works of this project"
        most = task.limit if task.mode == "back" else openalex.MOST_EXAMINED
        requests = 2 * math.ceil(n / openalex.BATCH) + math.ceil(most / openalex.BATCH)
        what = "references" if task.mode == "back" else "citations"
        file = file_name("openalex", what, task.mode, task.limit, task.at_least, *sorted(task.items))
    else:
        for item in task.items:
            _ = legislation.parse_law(item) if task.connector == "legislation" else govuk.parse_path(item)
        shown = ", ".join(task.items[:5]) + (f" and {n - 5:,} more" if n > 5 else "")
        sends, requests = f"the names {shown}", n * max(1, len(task.languages))
    return Plan(service, service.address(), sends, requests, file)


def client_for(
    project: Project, connector: str, *, contact: str = "", key: str = "", not_before: float = 0.0
) -> Client:
    """Return a polite client for a connector of a project.

    Parameters
    ----------
    contact : str, optional
        Mail address; ``METANARRATIVE_MAILTO`` where it is left out.
    key : str, optional
        OpenAlex only; ``METANARRATIVE_OPENALEX_KEY`` where it is left out.
    not_before : float
        Kept answers older than this are asked for again (seconds since 1970).

    Raises
    ------
    ModelMissingError
        If the project is offline.
    UsageError
    """
    tidy(cache_folder(project))
    secrets = {}
    if connector == "openalex":
        secrets["api_key"] = (key or os.environ.get("METANARRATIVE_OPENALEX_KEY", "")).strip()
    return Client(
        SERVICES[connector],
        cache_folder(project),
        offline=bool(getattr(project, "offline", False)),
        seed=project.seed,
        contact=(contact or os.environ.get("METANARRATIVE_MAILTO", "")).strip(),
        secrets=secrets,
        not_before=not_before,
    )


def cache_folder(project: Project) -> Path:
    """Return where answers wait."""
    return project.store.folder / "http"


def gather(project: Project, task: Task, client: Client, *, have: Collection[str] = ()) -> Harvest:
    """Ask, and return what came; nothing is written but the answers that wait.

    Parameters
    ----------
    have : collection of str
        Names of document files that are there already.

    Raises
    ------
    UsageError, NetworkError
    """
    name = plan(task).file

    def track(items: Iterable[Any], label: str, total: int) -> Iterable[Any]:
        return project.track(items, label, total=total)

    if task.connector == "legislation":
        return legislation.fetch(client, task.items, languages=task.languages, have=have)
    if task.connector == "govuk":
        return govuk.fetch(client, task.items, have=have)
    if task.mode == "search":
        ask = openalex.search if task.connector == "openalex" else europepmc.search
        return ask(client, task.text, limit=task.limit)
    if task.mode in ("dois", "complete"):
        by_doi = openalex.by_doi if task.connector == "openalex" else crossref.by_doi
        complete = task.mode == "complete"
        told = f"{len(task.items):,} DOIs" + (" of works of this project, to complete them" if complete else "")
        # completing is no way of finding works, so that it names no route
        return by_doi(client, task.items, name=name, route="" if complete else task.route, told=told, track=track)
    keys, dois = _known(project)
    snowball = openalex.references_of if task.mode == "back" else openalex.citations_to
    return snowball(
        client,
        seeds(project, task.items),
        known_keys=keys,
        known_dois=dois,
        limit=task.limit,
        at_least=task.at_least,
        name=name,
    )


# -- what the project knows -------------------------------------------------------------------


def _owners(project: Project) -> dict[str, str]:
    records, works = project.store.read_columns("work_record", "record_id", "work_id")
    return dict(zip(records, works, strict=True))


def _known(project: Project) -> tuple[set[str], set[str]]:
    """Return the OpenAlex ids and the DOIs that the project has."""
    keys, dois = project.store.read_columns("record", "key", "doi", where={"kind": "literature"})
    return {key for text in keys if (key := openalex.work_key(text))}, {doi for doi in dois if doi}


def seeds(project: Project, work_ids: Sequence[str] = ()) -> list[Seed]:
    """Return works of the project as starts of a snowball, by id.

    Parameters
    ----------
    work_ids : sequence of str
        All included literature where none is given.
    """
    store = project.store
    chosen = set(work_ids) or set(project.included())
    works = [w for w in store.read("work", where={"kind": "literature"}) if w["work_id"] in chosen]
    owner = _owners(project)
    key_of: dict[str, str] = {}
    for row in store.read("record", columns=("record_id", "key"), where={"kind": "literature"}):
        work, key = owner.get(row["record_id"], ""), openalex.work_key(row["key"])
        if work in chosen and key:
            key_of.setdefault(work, key)
    cited: dict[str, dict[str, None]] = {}
    for record, text in zip(*store.read_columns("record_reference", "record_id", "key"), strict=True):
        key = openalex.work_key(text)
        if key and owner.get(record) in chosen:
            cited.setdefault(owner[record], {})[key] = None
    return [
        Seed(
            w["work_id"], w["title"], w["doi"], key_of.get(w["work_id"], ""), tuple(sorted(cited.get(w["work_id"], ())))
        )
        for w in sorted(works, key=lambda w: str(w["work_id"]))
    ]


def lacking(
    project: Project, connector: str, *, only: str = "missing", limit: int = 0
) -> tuple[list[str], list[Problem], dict[str, int]]:
    """Return the DOIs of literature to complete.

    Parameters
    ----------
    only : {"missing", "all"}
        Works without abstract or references, or all of them. Works that were completed from this
        connector before are left out of ``missing``: it has nothing more to say.
    limit : int
        Most DOIs; 0 means all.

    Returns
    -------
    dois : list of str
        Sorted.
    problems : list of Problem
        One where works have no DOI to be found by.
    counts : dict
        ``works``, ``lacking``, ``without_doi``, ``asked_before``.
    """
    if only not in ("missing", "all"):
        raise UsageError(f"{only!r} is not known", mend="choose missing or all")
    works = project.store.read("work", where={"kind": "literature"})
    wanted = [w for w in works if only == "all" or not w["abstract"] or not w["n_references"]]
    own = re.compile(rf"{re.escape(FETCHED)}/{re.escape(connector)}-")
    before = {w["work_id"] for w in wanted if any(own.match(file) for file in json.loads(w["sources"] or "[]"))}
    if only == "all":
        before = set()
    without = [w for w in wanted if not w["doi"] and w["work_id"] not in before]
    dois = sorted({w["doi"] for w in wanted if w["doi"] and w["work_id"] not in before})
    problems = []
    if without:
        shown = ", ".join(w["work_id"] for w in without[:5]) + (" ..." if len(without) > 5 else "")
        problems.append(
            Problem(
                "no-doi",
                f"{len(without):,} works lack an abstract or references and have no DOI to find them by ({shown})",
                "add DOIs to the exports they came from",
                stage="fetch",
            )
        )
    counts = {
        "works": len(works),
        "lacking": len(wanted),
        "without_doi": len(without),
        "asked_before": len(before),
    }
    return (dois[:limit] if limit else dois), problems, counts
