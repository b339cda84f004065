"""Europe PMC: works by search, with abstracts; life sciences and health.

Takes a polite client and a search; gives one file of works. Sent: the search text. Reference
lists are not part of these answers; complete them with ``enrich``.
"""

from __future__ import annotations

import json
from typing import Any

from metanarrative.connect.harvest import Harvest, file_name, number, objects, works_file
from metanarrative.connect.http import Client, Service

__all__ = ["SERVICE", "search", "search_name"]

SERVICE = Service(
    "europepmc",
    "Europe PMC",
    "https://www.ebi.ac.uk/europepmc/webservices/rest",
    1.0,
    "Europe PMC terms of use; abstracts may be their publishers'",
)
PAGE = 100


def _page(body: bytes) -> dict[str, Any]:
    page = json.loads(body.decode("utf-8-sig"))
    found = page.get("resultList") if isinstance(page, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("result"), list):
        raise ValueError("a page without results")
    return page  # type: ignore[no-any-return]


def search_name(text: str, limit: int) -> str:
    """Return the file name of a search."""
    return file_name("europepmc", text, "search", text, limit)


def search(client: Client, text: str, *, limit: int) -> Harvest:
    """Bring the works that a search in Europe PMC's own syntax finds, at most `limit`.

    Raises
    ------
    NetworkError
    """
    harvest = Harvest()
    works: dict[str, dict[str, Any]] = {}
    dates: set[str] = set()
    cursor, seen, total, n_seen = "*", {"*"}, 0, 0
    while cursor and n_seen < limit:
        asked = {
            "query": text,
            "format": "json",
            "resultType": "core",
            "pageSize": str(min(PAGE, limit)),
            "cursorMark": cursor,
        }
        answer = client.get("search", asked, check=_page)
        if not answer.found:
            break
        page = _page(answer.body)
        total = number(page.get("hitCount"))
        entries = objects(page["resultList"]["result"])[: limit - n_seen]
        for work in entries:
            n_seen += 1
            works.setdefault(f"{work.get('source')}:{work.get('id') or f'?{n_seen}'}", work)
            dates.add(answer.fetched)
        # the last page repeats its own cursor
        cursor = str(page.get("nextCursorMark") or "")
        if not entries or n_seen >= total > 0 or cursor in seen:
            break
        seen.add(cursor)
    if works:
        harvest.files.append(
            works_file(
                SERVICE,
                search_name(text, limit),
                works.values(),
                request=f"search: {text}",
                route="database",
                dates=dates,
                before={"hitCount": total},
                path=("resultList", "result"),
            )
        )
    harvest.notes.append(f"{SERVICE.title} has {total:,} works for this search, {len(works):,} were brought")
    harvest.tell_rest(total, n_seen, limit)
    return harvest
