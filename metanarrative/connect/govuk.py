"""GOV.UK: publications, guidance and consultations as content items (JSON).

Takes a polite client and paths or addresses; gives one file an item. Sent: the path. A
publication whose text is an HTML attachment is followed to it; other attachments (PDF, Word) lie
on another host and are named, not fetched. Open Government Licence v3.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from metanarrative.connect.harvest import OGL, Found, Harvest, file_name, mapping, objects
from metanarrative.connect.http import Client, Service
from metanarrative.connect.patience import Patience
from metanarrative.errors import UsageError
from metanarrative.model import Problem

__all__ = ["SERVICE", "fetch", "parse_path"]

SERVICE = Service("govuk", "GOV.UK", "https://www.gov.uk/api/content", 1.0, OGL)
_HOST = re.compile(r"(?:https?://)?(?:www\.)?gov\.uk(?=/|$)", re.I)


def parse_path(text: str) -> str:
    """Return the path of an item, without a leading slash.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> parse_path("https://www.gov.uk/guidance/care-plans.cy?x=1#top"), parse_path("/api/content/vat-rates")
    ('guidance/care-plans.cy', 'vat-rates')
    """
    path = _HOST.sub("", text.strip(), count=1).split("#")[0].split("?")[0]
    path = path.strip("/").removeprefix("api/content/")
    parts = path.split("/")
    if not path or "://" in text.replace("https://", "", 1).replace("http://", "", 1) or ":" in path:
        raise UsageError(f"{text!r} is no path of GOV.UK", mend="give one like /government/publications/NAME")
    if any(part in ("", ".", "..") for part in parts) or not re.fullmatch(r"[\w./%-]+", path):
        raise UsageError(f"{text!r} is no path of GOV.UK", mend="give one like /government/publications/NAME")
    return path


def name_of(path: str) -> str:
    """Return the file name of an item."""
    return file_name("govuk", path.rsplit("/", 1)[-1], path)


def _item(body: bytes) -> dict[str, Any]:
    item = json.loads(body.decode("utf-8-sig"))
    if not isinstance(item, dict) or not (item.get("base_path") or item.get("document_type")):
        raise ValueError("no content item")
    return item


def _html_parts(item: dict[str, Any]) -> list[str]:
    """Return paths of the item's HTML attachments."""
    links = mapping(item.get("links"))
    details = mapping(item.get("details"))
    paths = [
        str(entry.get("base_path") or "")
        for entry in objects(links.get("children"))
        if entry.get("document_type") == "html_publication"
    ]
    paths += [
        str(entry.get("url") or "")
        for entry in objects(details.get("attachments"))
        if entry.get("attachment_type") == "html"
    ]
    return list(dict.fromkeys(path for path in paths if path.startswith("/")))


def _elsewhere(item: dict[str, Any]) -> Iterator[str]:
    """Yield addresses of attachments that are no content items."""
    details = mapping(item.get("details"))
    found: dict[str, None] = {}
    for entry in objects(details.get("attachments")):
        if entry.get("attachment_type") != "html" and str(entry.get("url") or "").startswith(("/", "http")):
            found[str(entry["url"])] = None
    for name in ("documents", "final_outcome_documents", "public_feedback_documents"):
        markup = " ".join(map(str, details.get(name) or ()))
        for address in re.findall(r'href="([^"<>\s]+\.(?:pdf|docx?|odt|rtf))"', markup, re.I):
            found[address] = None
    for address in found:
        yield f"https://www.gov.uk{address}" if address.startswith("/") else address


def _translations(item: dict[str, Any]) -> dict[str, str]:
    links = mapping(item.get("links"))
    own = item.get("locale")
    return {
        str(entry.get("locale")): str(entry.get("base_path"))
        for entry in objects(links.get("available_translations"))
        if entry.get("locale") in ("en", "cy") and entry.get("locale") != own and entry.get("base_path")
    }


def fetch(client: Client, paths: Sequence[str], *, have: Collection[str] = ()) -> Harvest:
    """Bring content items, following publications to their HTML attachments.

    Parameters
    ----------
    paths : sequence of str
        Paths or addresses; see :func:`parse_path`.
    have : collection of str
        Names of files that are there already and are not asked for again.

    Raises
    ------
    UsageError, NetworkError
    """
    harvest = Harvest()
    waiting = list(dict.fromkeys(parse_path(path) for path in paths))
    seen = set(waiting)
    patient = Patience(client, harvest)
    n_here = 0
    while waiting:
        path = waiting.pop(0)
        if name_of(path) in have:
            n_here += 1
            continue
        answer = patient.ask(path, subject=path, shown=f"/{path}", check=_item)
        if answer is None:
            continue
        if not answer.found:
            gone = "was withdrawn from the site" if answer.status == 410 else "has no such page"
            harvest.tell(
                Problem("not-found", f"{SERVICE.title} {gone}: /{path}", "check the path", "error", subject=path)
            )
            continue
        item = _item(answer.body)
        kind = str(item.get("document_type") or "")
        more = _html_parts(item)
        if kind == "redirect":
            more = [str(entry.get("destination") or "") for entry in objects(item.get("redirects"))]
            harvest.notes.append(f"/{path} has moved to {', '.join(more) or 'an unknown place'}")
        for target in more:
            try:
                step = parse_path(target)
            except UsageError:
                harvest.tell(
                    Problem(
                        "not-found", f"/{path} leads off GOV.UK: {target}", "fetch it yourself", "error", subject=path
                    )
                )
                continue
            if step not in seen:
                seen.add(step)
                waiting.append(step)
        for address in _elsewhere(item):
            harvest.tell(
                Problem(
                    "attachment-elsewhere",
                    f"an attachment of /{path} was not fetched: {address}",
                    "download it, then: metanarrative add policy FILE --nation ... --url ...",
                    "warning",
                    subject=path,
                )
            )
        for locale, place in sorted(_translations(item).items()):
            if parse_path(place) not in seen:
                harvest.notes.append(f"/{path} is there in {locale} too: metanarrative fetch govuk {place}")
        if kind in ("redirect", "gone") or more:
            if kind == "gone":
                harvest.tell(
                    Problem("not-found", f"/{path} was withdrawn from the site", "nothing to do", "error", subject=path)
                )
            elif kind != "redirect":
                harvest.notes.append(f"/{path} is a landing page; its {len(more)} HTML attachments hold the text")
            continue
        facts = {
            "licence": OGL,
            "url": f"https://www.gov.uk/{path}",
            "fetched": answer.fetched,
        }
        harvest.files.append(Found(name_of(path), answer.body, facts))
    if n_here:
        harvest.notes.append(f"{n_here} documents were there already; --force asks for them again")
    return harvest
