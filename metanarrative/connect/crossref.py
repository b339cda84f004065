"""Crossref: works by DOI, with the reference lists that publishers deposited.

Takes a polite client and DOIs; gives one file of works. Sent: one DOI a request, and the mail
address where it was given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

from metanarrative.connect.harvest import Harvest, works_file
from metanarrative.connect.http import Client, Service
from metanarrative.connect.patience import Patience
from metanarrative.model import Problem
from metanarrative.text import normal_doi

__all__ = ["SERVICE", "by_doi"]

SERVICE = Service(
    "crossref",
    "Crossref",
    "https://api.crossref.org",
    1.0,
    "CC0 1.0 (facts); abstracts may be their publishers'",
)


def _message(body: bytes) -> dict[str, Any]:
    whole = json.loads(body.decode("utf-8-sig"))
    message = whole.get("message") if isinstance(whole, dict) else None
    if not isinstance(message, dict):
        raise ValueError("an answer without a work")
    return message


def by_doi(
    client: Client,
    dois: Sequence[str],
    *,
    name: str,
    route: str,
    told: str,
    track: Callable[[Iterable[Any], str, int], Iterable[Any]] | None = None,
) -> Harvest:
    """Bring the works with these DOIs; each that Crossref does not know is a problem.

    Raises
    ------
    NetworkError
        If the service fails on several DOIs in a row.
    """
    harvest = Harvest()
    works: dict[str, dict[str, Any]] = {}
    dates: set[str] = set()
    patient = Patience(client, harvest)
    for doi in track(dois, "asking Crossref", len(dois)) if track else dois:
        answer = patient.ask(f"works/{quote(doi, safe='')}", subject=doi, check=_message)
        if answer is None:
            continue
        if not answer.found:
            harvest.tell(
                Problem(
                    "not-found",
                    f"{SERVICE.title} does not know the DOI {doi}",
                    "check the DOI; those of DataCite (data, theses, reports) are not here, "
                    "try: metanarrative fetch openalex --dois FILE",
                    "error",
                    subject=doi,
                )
            )
            continue
        message = _message(answer.body)
        own = normal_doi(str(message.get("DOI") or ""))
        if own and own != doi:
            harvest.tell(Problem("other-doi", f"{doi} is now {own}", "nothing to do", "note", subject=doi))
        works.setdefault(own or doi, message)
        dates.add(answer.fetched)
    if works:
        before = {"status": "ok", "message-type": "work-list", "message-version": "1.0.0"}
        harvest.files.append(
            works_file(
                SERVICE,
                name,
                works.values(),
                request=told,
                route=route,
                dates=dates,
                before=before,
                path=("message", "items"),
            )
        )
    n_with = sum(bool(work.get("reference")) for work in works.values())
    harvest.notes.append(f"{len(works):,} of {len(dois):,} DOIs found at {SERVICE.title}, {n_with:,} with references")
    return harvest
