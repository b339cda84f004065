"""OpenAlex: works by search, by DOI, and snowballing from the works of a project.

Takes a polite client and a question; gives one file of works as OpenAlex describes them, with
their reference lists. Sent: the search text, DOIs, OpenAlex ids, the mail address and key where
they were given. Lists come page by page by cursor, at most 100 works a page; several DOIs or ids
are asked for at once, joined by ``|``.

Notes
-----
Snowballing back takes ``referenced_works`` of the seeds; snowballing forward asks for works that
cite them. Candidates are ranked by how many of the seeds they are tied to (then by id), because a
work that many of yours cite is likelier to belong to the review than one cited once [1]_.

References
----------
.. [1] Greenhalgh T, Peacock R (2005). Effectiveness and efficiency of search methods in
   systematic reviews of complex evidence. BMJ 331: 1064. doi:10.1136/bmj.38636.593461.68
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from metanarrative.connect.harvest import Harvest, Seed, batches, file_name, mapping, number, objects, works_file
from metanarrative.connect.http import Client, Refused, Service
from metanarrative.model import Problem
from metanarrative.text import normal_doi, squash

__all__ = ["SERVICE", "by_doi", "citations_to", "references_of", "search"]

SERVICE = Service(
    "openalex",
    "OpenAlex",
    "https://api.openalex.org",
    5.0,
    "CC0 1.0",
    again=frozenset({403}),
    keyless="OpenAlex wants a key (free, from its site): set METANARRATIVE_OPENALEX_KEY, then type the command again",
)
PAGE = 100
BATCH = 50
"""Values joined in one filter; OpenAlex takes 100, but the address must stay short."""
MOST_EXAMINED = 10_000
"""Citing works looked at in one snowball."""

Tell = Callable[[Iterable[Any], str, int], Iterable[Any]]


def work_key(value: Any) -> str:
    """Return "W..." of an OpenAlex id or address, else "".

    Examples
    --------
    >>> work_key("https://openalex.org/W2741809807"), work_key("W12"), work_key("A1"), work_key(None)
    ('W2741809807', 'W12', '', '')
    """
    found = re.fullmatch(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d+)", str(value or "").strip())
    return found.group(1) if found else ""


def _page(body: bytes) -> dict[str, Any]:
    page = json.loads(body.decode("utf-8-sig"))
    if not isinstance(page, dict) or not isinstance(page.get("results"), list):
        raise ValueError("a page without results")
    return page


def _works(
    client: Client, parameters: Mapping[str, str], *, most: int = 0
) -> Iterator[tuple[dict[str, Any], int, str]]:
    """Yield (work, number OpenAlex has, date) over all pages, at most `most` works."""
    cursor, n, seen = "*", 0, {"*"}
    while cursor:
        asked = {**parameters, "per_page": str(PAGE), "cursor": cursor}
        answer = client.get("works", asked, check=_page)
        if not answer.found:
            return
        page = _page(answer.body)
        meta = mapping(page.get("meta"))
        total = number(meta.get("count"))
        works = objects(page["results"])
        for work in works:
            yield work, total, answer.fetched
            n += 1
            if most and n >= most:
                return
        cursor = str(meta.get("next_cursor") or "")
        # a page more would cost a request; some services repeat the last cursor instead of ending
        if not works or n >= total > 0 or cursor in seen:
            return
        seen.add(cursor)


def search(client: Client, text: str, *, limit: int) -> Harvest:
    """Bring the works that a search finds, most relevant first, at most `limit`.

    Raises
    ------
    NetworkError
    """
    harvest = Harvest()
    works: dict[str, dict[str, Any]] = {}
    dates: set[str] = set()
    total = n_seen = 0
    for work, count, date in _works(client, {"search": text}, most=limit):
        total = max(total, count)
        n_seen += 1
        works.setdefault(work_key(work.get("id")) or f"?{n_seen}", work)
        dates.add(date)
    told = f"search: {text}"
    if works:
        name = search_name(text, limit)
        harvest.files.append(
            works_file(SERVICE, name, list(works.values()), request=told, route="database", dates=dates)
        )
    harvest.notes.append(f"{SERVICE.title} has {total:,} works for this search, {len(works):,} were brought")
    harvest.tell_rest(total, n_seen, limit)
    return harvest


def search_name(text: str, limit: int) -> str:
    """Return the file name of a search."""
    return file_name("openalex", text, "search", text, limit)


def by_doi(
    client: Client, dois: Sequence[str], *, name: str, route: str, told: str, track: Tell | None = None
) -> Harvest:
    """Bring the works with these DOIs; each that OpenAlex does not know is a problem.

    Raises
    ------
    NetworkError
    """
    harvest = Harvest()
    found, dates = _look_up(client, dois, track=track)
    works: dict[str, dict[str, Any]] = {}
    for doi in dois:
        for work in found.get(doi, ()):
            works.setdefault(work_key(work.get("id")) or doi, work)
        if doi not in found:
            _not_found(harvest, doi)
    if works:
        harvest.files.append(works_file(SERVICE, name, list(works.values()), request=told, route=route, dates=dates))
    harvest.notes.append(f"{len(found):,} of {len(dois):,} DOIs found at {SERVICE.title}")
    return harvest


def _not_found(harvest: Harvest, doi: str) -> None:
    harvest.tell(
        Problem(
            "not-found",
            f"{SERVICE.title} does not know the DOI {doi}",
            "check the DOI, or try: metanarrative fetch crossref --dois FILE",
            "error",
            subject=doi,
        )
    )


def _look_up(
    client: Client, dois: Sequence[str], *, select: str = "", track: Tell | None = None
) -> tuple[dict[str, list[dict[str, Any]]], set[str]]:
    """Return works by DOI (several works may share one), and the dates of the answers."""
    found: dict[str, list[dict[str, Any]]] = {}
    dates: set[str] = set()
    more = {"select": select} if select else {}
    # a comma or a stroke would part the filter, a colon may: such DOIs are asked for one by one
    plain = [doi for doi in dois if re.fullmatch(r"[\w.()/-]+", doi, re.ASCII)]
    single = sorted(set(dois) - set(plain))
    wanted = set(dois)
    parts = batches(plain, BATCH)
    for part in track(parts, "asking OpenAlex", len(parts)) if track else parts:
        try:
            for work, _, date in _works(client, {"filter": "doi:" + "|".join(part), **more}):
                doi = normal_doi(str(work.get("doi") or ""))
                if doi in wanted:
                    found.setdefault(doi, []).append(work)
                    dates.add(date)
        except Refused as error:
            if error.status != 400:
                raise
            single += part  # one bad DOI must not lose the others
    for doi in single:
        answer = client.get(f"works/doi:{quote(doi, safe='')}", more, check=_object)
        if answer.found:
            found[doi] = [answer.json()]
            dates.add(answer.fetched)
    for works in found.values():
        works.sort(key=lambda work: str(work.get("id")))
    return found, dates


def _object(body: bytes) -> None:
    if not isinstance(json.loads(body.decode("utf-8-sig")), dict):
        raise ValueError("no object")


def _by_key(client: Client, keys: Sequence[str], *, select: str = "") -> tuple[dict[str, dict[str, Any]], set[str]]:
    found: dict[str, dict[str, Any]] = {}
    dates: set[str] = set()
    more = {"select": select} if select else {}
    for part in batches(keys, BATCH):
        for work, _, date in _works(client, {"filter": "openalex:" + "|".join(part), **more}):
            found[work_key(work.get("id"))] = work
            dates.add(date)
    return found, dates


def resolve(client: Client, seeds: Sequence[Seed], harvest: Harvest, *, references: bool) -> dict[str, Seed]:
    """Return seeds by OpenAlex id, asking for what the project does not know yet.

    Seeds that cannot be resolved become problems of `harvest`.
    """
    select = "id,doi,referenced_works"
    by_key: dict[str, Seed] = {}
    unknown = sorted({seed.doi for seed in seeds if not seed.openalex and seed.doi})
    found, _ = _look_up(client, unknown, select=select)
    bare = sorted({seed.openalex for seed in seeds if seed.openalex and references and not seed.references})
    listed, _ = _by_key(client, bare, select=select)
    for seed in seeds:
        key, cited = seed.openalex, seed.references
        if not key and seed.doi in found:
            work = found[seed.doi][0]
            key, cited = work_key(work.get("id")), _cited(work)
        elif key in listed:
            cited = _cited(listed[key])
        if not key:
            why = f"{SERVICE.title} does not know its DOI {seed.doi}" if seed.doi else "it has neither DOI nor id"
            harvest.tell(
                Problem(
                    "not-found",
                    f"no snowball from {seed.work_id} ({seed.title[:60]}): {why}",
                    "add its DOI to the export it came from",
                    "error",
                    subject=seed.work_id,
                )
            )
            continue
        if references and not cited:
            harvest.tell(
                Problem(
                    "references-missing",
                    f"{SERVICE.title} lists no references of {seed.work_id} ({seed.title[:60]})",
                    "try metanarrative fetch crossref, or read its reference list by hand",
                    "warning",
                    subject=seed.work_id,
                )
            )
        by_key[key] = Seed(seed.work_id, seed.title, seed.doi, key, cited)
    return by_key


def _cited(work: Mapping[str, Any]) -> tuple[str, ...]:
    listed = work.get("referenced_works")
    return tuple(key for item in listed if (key := work_key(item))) if isinstance(listed, list) else ()


def rank(ties: Mapping[str, Collection[str]], *, known: Collection[str], at_least: int) -> list[tuple[str, int]]:
    """Return (id, number of seeds it is tied to), most first, then by id.

    Examples
    --------
    >>> rank({"W2": {"W9"}, "W10": {"W8", "W9"}, "W1": {"W9"}, "W9": {"W8"}}, known={"W9"}, at_least=1)
    [('W10', 2), ('W1', 1), ('W2', 1)]
    """
    counted = [(key, len(seeds)) for key, seeds in ties.items() if key not in known and len(seeds) >= at_least]
    return sorted(counted, key=lambda pair: (-pair[1], len(pair[0]), pair[0]))


def references_of(
    client: Client,
    seeds: Sequence[Seed],
    *,
    known_keys: Collection[str],
    known_dois: Collection[str],
    limit: int,
    at_least: int,
    name: str,
) -> Harvest:
    """Bring what the seeds cite and the project lacks, most cited by them first.

    Parameters
    ----------
    known_keys, known_dois : collection of str
        OpenAlex ids and DOIs that the project has already.
    limit : int
        Most works to bring.
    at_least : int
        Leave out works cited by fewer seeds.

    Raises
    ------
    NetworkError
    """
    harvest = Harvest()
    resolved = resolve(client, seeds, harvest, references=True)
    ties: dict[str, set[str]] = {}
    for key, seed in resolved.items():
        for cited in seed.references:
            ties.setdefault(cited, set()).add(key)
    ranked = rank(ties, known={*known_keys, *resolved}, at_least=at_least)
    works: list[dict[str, Any]] = []
    dates: set[str] = set()
    n_asked = n_known = 0
    for part in batches([key for key, _ in ranked], BATCH):
        if len(works) >= limit:
            break
        found, new = _by_key(client, part)
        dates |= new
        n_asked += len(part)
        for key in part:
            if key not in found:
                harvest.tell(
                    Problem(
                        "not-found",
                        f"{SERVICE.title} lists {key} as cited but does not have it (merged or deleted)",
                        "nothing to do",
                        "warning",
                        subject=key,
                    )
                )
            elif normal_doi(str(found[key].get("doi") or "")) in known_dois:
                n_known += 1
            else:
                works.append(found[key])
    left = len(works[limit:]) + len(ranked) - n_asked
    counts = dict(ranked)
    _ranked_file(harvest, works[:limit], counts, resolved, "snowball-back", dates, name, len(seeds), left)
    if n_known:
        harvest.notes.append(f"{n_known:,} candidates are in the project already (same DOI)")
    return harvest


def citations_to(
    client: Client,
    seeds: Sequence[Seed],
    *,
    known_keys: Collection[str],
    known_dois: Collection[str],
    limit: int,
    at_least: int,
    name: str,
) -> Harvest:
    """Bring what cites the seeds and the project lacks, citing most of them first.

    Raises
    ------
    NetworkError
    """
    harvest = Harvest()
    works: dict[str, dict[str, Any]] = {}
    ties: dict[str, set[str]] = {}
    dates: set[str] = set()
    resolved = resolve(client, seeds, harvest, references=False)
    n_seen = 0
    for part in batches(sorted(resolved), BATCH):
        room, total, here = MOST_EXAMINED - n_seen, 0, 0
        if room > 0:
            for work, count, date in _works(client, {"filter": "cites:" + "|".join(part)}, most=room):
                total, here = max(total, count), here + 1
                key = work_key(work.get("id"))
                works[key] = work
                ties.setdefault(key, set()).update(set(_cited(work)) & set(resolved))
                dates.add(date)
            n_seen += here
        if room <= 0 or total > here:
            harvest.tell(
                Problem(
                    "limit",
                    f"more than {MOST_EXAMINED:,} works cite the seeds; {here:,} of those citing "
                    f"{part[0]} to {part[-1]} were looked at",
                    "name fewer works",
                    "warning",
                )
            )
    have = {key for key, work in works.items() if normal_doi(str(work.get("doi") or "")) in known_dois}
    ranked = rank(ties, known={*known_keys, *resolved, *have}, at_least=at_least)
    chosen = [works[key] for key, _ in ranked[:limit]]
    left = len(ranked) - len(chosen)
    _ranked_file(harvest, chosen, dict(ranked), resolved, "snowball-forward", dates, name, len(seeds), left)
    if have:
        harvest.notes.append(f"{len(have):,} candidates are in the project already (same DOI)")
    return harvest


def _ranked_file(
    harvest: Harvest,
    works: Sequence[dict[str, Any]],
    counts: Mapping[str, int],
    resolved: Mapping[str, Seed],
    route: str,
    dates: Collection[str],
    name: str,
    n_seeds: int,
    left: int,
) -> None:
    back = route == "snowball-back"
    verb = "cited by" if back else "citing"
    column = "cited_by_yours" if back else "cites_yours"
    for work in works:
        key = work_key(work.get("id"))
        harvest.rows.append(
            {
                "id": key,
                column: counts[key],
                "year": work.get("publication_year"),
                "doi": normal_doi(str(work.get("doi") or "")),
                "title": squash(str(work.get("title") or work.get("display_name") or "")),
            }
        )
    told = f"{'references of' if back else 'citations to'} {n_seeds} works of the project"
    if works:
        told_counts = {row["id"]: row[column] for row in harvest.rows}
        seeds = sorted(seed.work_id for seed in resolved.values())
        extra = {column: told_counts, "seeds": seeds}
        harvest.files.append(works_file(SERVICE, name, works, request=told, route=route, dates=dates, extra=extra))
    spread = Counter(row[column] for row in harvest.rows)
    shown = ", ".join(f"{n} {verb} {times}" for times, n in sorted(spread.items(), reverse=True)[:6])
    harvest.notes.append(
        f"{len(works):,} candidates from {len(resolved):,} of {n_seeds:,} works"
        + (f": {shown} of them" if shown else "")
    )
    if left > 0:
        harvest.tell(
            Problem(
                "limit",
                f"{left:,} more candidates were left out by the limit",
                "give a larger --limit, or a larger --at-least",
                "warning",
            )
        )
