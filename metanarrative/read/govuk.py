"""GOV.UK content items (JSON of the content API): publications, consultations, guidance.

Takes one item; gives one document from the HTML in its ``details`` and what the item says of
itself: title, locale, dates, organisation, the nations it applies to, licence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from metanarrative.model import Block, Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.documents import document, guarded, iso_date, nation_of, text_problems
from metanarrative.read.html import html_blocks, parse_html
from metanarrative.text import squash

__all__ = ["READER"]

_PARTS = (
    ("summary", "Summary"),
    ("body", ""),
    ("final_outcome_detail", "Final outcome"),
    ("public_feedback_detail", "Feedback received"),
)
_FORCES = {
    "statutory_guidance": "statutory-guidance",
    "guidance": "guidance",
    "detailed_guide": "guidance",
    "policy_paper": "strategy",
    "independent_report": "independent",
    "regulation": "regulations",
}
_NATIONS = {"england": "england", "wales": "wales", "scotland": "scotland", "northern_ireland": "northern-ireland"}


def _sniff(head: str, data: bytes, name: str) -> int:
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith("{"):
        return 0
    marks = sum(
        f'"{key}"' in head
        for key in ("base_path", "content_id", "document_type", "schema_name", "publishing_app", "public_updated_at")
    )
    return 95 if marks >= 4 else 60 if marks == 3 else 0


def _nation(details: dict[str, Any], title: str, body: str) -> str:
    said = details.get("national_applicability")
    if isinstance(said, dict):
        applies = [
            _NATIONS[name]
            for name in sorted(_NATIONS)
            if isinstance(said.get(name), dict) and said[name].get("applicable")
        ]
        if len(applies) == 1:
            return applies[0]
        if applies:
            return "uk"
    return nation_of(title, body)


def _titles(links: Any, *names: str) -> str:
    if not isinstance(links, dict):
        return ""
    for name in names:
        entries = links.get(name)
        if isinstance(entries, list):
            found = [squash(str(entry.get("title", ""))) for entry in entries if isinstance(entry, dict)]
            if any(found):
                return "; ".join(title for title in found if title)
    return ""


def _html(value: Any) -> str:
    """Return the HTML of a field, which may be a list of the same text in several formats."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        for entry in value:
            if isinstance(entry, dict) and entry.get("content_type", "text/html") == "text/html":
                return str(entry.get("content", ""))
    return ""


def _blocks(details: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    parts = [(_html(details.get(name)), heading) for name, heading in _PARTS]
    for part in details.get("parts") or ():
        if isinstance(part, dict):
            parts.append((_html(part.get("body")), squash(str(part.get("title", "")))))
    for markup, heading in parts:
        tree = parse_html(markup) if markup.strip() else None
        if tree is None:
            continue
        found = html_blocks(tree)
        if heading and found:
            blocks.append(Block(heading, kind="heading", level=1, section=heading))
            found = [
                block._replace(section=f"{heading} > {block.section}" if block.section else heading) for block in found
            ]
        blocks.extend(found)
    return blocks


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    try:
        item = json.loads(source.text)
    except (ValueError, RecursionError) as error:
        yield Problem(
            code="bad-json",
            message=f"not readable as JSON ({squash(str(error))[:120]})",
            mend="fetch the item again",
            severity="error",
            file=source.name,
            line=getattr(error, "lineno", None),
        )
        return
    details = item.get("details") if isinstance(item, dict) else None
    if not isinstance(details, dict):
        yield Problem(
            code="empty",
            message="the item has no details, so there is no text to read",
            mend="fetch /api/content/ followed by the path of the publication itself",
            severity="error",
            file=source.name,
        )
        return
    yield from source.encoding_problems()
    title = squash(str(item.get("title") or ""))
    blocks = _blocks(details)
    description = squash(str(item.get("description") or ""))
    if not any(block.kind != "heading" for block in blocks) and description:
        blocks = [Block(description)]
    if not blocks:
        yield Problem(
            code="empty",
            message=f"{title!r} has no text of its own; its documents are attachments",
            mend="add the attached PDF or HTML publication",
            severity="error",
            file=source.name,
        )
        return
    if details.get("documents") or details.get("attachments"):
        yield Problem(
            code="attachments",
            message="the publication's documents are attachments and are not in this file",
            mend="fetch the attached PDF or HTML publication and add it too",
            severity="note",
            file=source.name,
        )
    yield from text_problems(blocks, source.name)
    kind = str(item.get("document_type") or "")
    body = " ".join(block.text for block in blocks)
    path = str(item.get("base_path") or "")
    issued = str(
        details.get("first_public_at") or item.get("first_published_at") or item.get("public_updated_at") or ""
    )
    yield document(
        source,
        blocks,
        title=title,
        language=str(item.get("locale") or ""),
        facets={
            "nation": _nation(details, title, body),
            "issuer": _titles(item.get("links"), "primary_publishing_organisation", "organisations"),
            "issued": iso_date(issued),
            "type": kind.replace("_", " "),
            "force": _FORCES.get(kind, ""),
            "level": "macro",
            "licence": "Open Government Licence v3.0",
        },
        extra={
            "description": description,
            "updated": str(item.get("public_updated_at") or ""),
            "content_id": str(item.get("content_id") or ""),
            "document_type": kind,
            "withdrawn": _withdrawn(item),
            "stated_language": str(item.get("locale") or ""),
        },
        type="web",
        url=f"https://www.gov.uk{path}" if path.startswith("/") else path,
        key=str(item.get("content_id") or ""),
    )


def _withdrawn(item: dict[str, Any]) -> str:
    notice = item.get("withdrawn_notice")
    return iso_date(str(notice.get("withdrawn_at", ""))) if isinstance(notice, dict) and notice else ""


def _count(source: Any) -> int:
    return 1 if '"details"' in source.text else 0


READER = Reader(
    name="govuk",
    title="GOV.UK content item (JSON)",
    kinds=("policy",),
    suffixes=(".json",),
    sniff=_sniff,
    read=_read,
    count=_count,
)
