"""Crossref works (JSON of the REST API): one work, or a page of items.

Takes ``/works/DOI`` or ``/works?query=``; gives literature records with the deposited reference
lists, which are kept as far as publishers made them public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from metanarrative.model import Problem, Record, Reference
from metanarrative.read.csl import record_from, without_markup
from metanarrative.read.json_items import Item, dicts_of, item_reader, text_of
from metanarrative.read.references import parse_reference
from metanarrative.text import first_page, normal_doi, squash, year_of

__all__ = ["READER"]


def _sniff(head: str, data: bytes, name: str) -> int:
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith(("{", "[")):
        return 0
    if re.search(r'"message-type"\s*:\s*"work', head):
        return 97
    marks = sum(
        f'"{key}"' in head
        for key in (
            "reference-count",
            "is-referenced-by-count",
            "container-title",
            "indexed",
            "DOI",
            "member",
            "prefix",
        )
    )
    return 90 if marks >= 5 else 0


def _reference(value: Any) -> Reference | None:
    if not isinstance(value, dict):
        return None
    text = {name: text_of(entry) for name, entry in value.items()}
    unstructured = without_markup(text.get("unstructured", ""))
    parsed = parse_reference(unstructured) if unstructured else Reference(raw="")
    title = text.get("article-title") or text.get("volume-title") or text.get("series-title") or ""
    venue = text.get("journal-title", "")
    if title == text.get("volume-title") and text.get("article-title"):
        venue = venue or title
    parts = (text.get("author"), text.get("year"), title, venue, text.get("volume"), text.get("first-page"))
    raw = unstructured or squash(", ".join(part for part in (*parts, text.get("DOI")) if part))
    if not raw:
        return None
    return parsed._replace(
        raw=raw,
        doi=normal_doi(text.get("DOI", "")) or parsed.doi,
        first_author=text.get("author") or parsed.first_author,
        year=year_of(text.get("year", "")) or parsed.year,
        title=without_markup(title) or parsed.title,
        venue=without_markup(venue) or parsed.venue,
        volume=text.get("volume") or parsed.volume,
        page=first_page(text.get("first-page", "")) or parsed.page,
    )


def _record(item: Item, file: str) -> tuple[Record, int]:
    listed = item.value.get("reference")
    entries = listed if isinstance(listed, list) else []
    references = tuple(found for entry in entries if (found := _reference(entry)))
    updates, licences = dicts_of(item.value.get("update-to")), dicts_of(item.value.get("license"))
    extra = {
        "update-to": "; ".join(f"{text_of(one.get('type'))} of {text_of(one.get('DOI'))}" for one in updates),
        "license": "; ".join(dict.fromkeys(text_of(one.get("URL")) for one in licences)),
    }
    record = record_from(item, file, references=references, extra=extra)
    return record._replace(key=record.key or record.doi), len(entries) - len(references)


def _make(item: Item, file: str) -> Iterator[Record | Problem]:
    inner = item.value.get("message")
    work = Item(inner, item.raw, item.line) if isinstance(inner, dict) else item
    record, lost = _record(work, file)
    if not record.title and not record.doi:
        yield Problem(
            code="empty-entry",
            message="the answer holds no work (no title, no DOI)",
            mend="fetch the DOI again; Crossref may not know it",
            severity="error",
            file=file,
            line=item.line,
        )
        return
    stated = work.value.get("reference-count")
    if isinstance(stated, int) and stated > 0 and not record.references:
        yield Problem(
            code="references-missing",
            message=f"{stated} references are deposited but not in this answer ({record.doi})",
            mend="complete them from OpenAlex by DOI",
            file=file,
            line=item.line,
            subject=record.doi,
        )
    if lost:
        yield Problem(
            code="reference-empty",
            message=f"{lost} references hold nothing but a number ({record.doi})",
            mend="nothing to do, or complete them from the article",
            severity="note",
            file=file,
            line=item.line,
            subject=record.doi,
        )
    yield record


READER = item_reader(
    name="crossref",
    title="Crossref works (JSON)",
    sniff=_sniff,
    lists=("message.items", "items"),
    make=_make,
)
