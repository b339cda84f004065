"""Records as plain JSON objects, whatever their fields are called: lists of other tools, PLOS.

Takes objects that have titles; gives literature records by the same table of names that tells
the columns of CSV files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.columns import plain_name, roles
from metanarrative.read.csl import csl_names
from metanarrative.read.documents import guarded
from metanarrative.read.json_items import Item, items, text_of
from metanarrative.read.tables import Maker, Row, Table

__all__ = ["READER"]

_LISTS = ("response.docs", "docs", "records", "results", "items", "references", "data", "cases", "resultList.result")


def _sniff(head: str, data: bytes, name: str) -> int:
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith(("[", "{")) or '"base_path"' in head:
        return 0
    names = {plain_name(key) for key in re.findall(r'"([A-Za-z][\w ./()-]{0,40})"\s*:', head)}
    known = roles(sorted(names))
    if "title" not in known:
        return 0
    return 45 if len(known) >= 4 else 30


def _entries(found: list[Item]) -> list[Item]:
    """Return the objects that are records; pairs of records in one object are taken apart."""
    entries: list[Item] = []
    for item in found:
        if _has_title(item.value):
            entries.append(item)
            continue
        inner = [value for value in item.value.values() if isinstance(value, dict) and _has_title(value)]
        entries.extend(Item(value, text_of({"": value}), item.line) for value in inner)
        if not inner:
            entries.append(item)
    return entries


def _has_title(value: dict[str, Any]) -> bool:
    return bool({"title", "doi"} & set(roles(list(value))))


def _cell(name: str, value: Any) -> str:
    if plain_name(name) in ("authors", "author", "authordisplay") and isinstance(value, list):
        names = csl_names(value) if any(isinstance(entry, dict) for entry in value) else tuple(map(text_of, value))
        return "; ".join(filter(None, names))
    if isinstance(value, list) and plain_name(name) == "references":
        return "; ".join(filter(None, map(text_of, value)))
    return text_of(value)


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    found, problems = items(source, lists=_LISTS)
    yield from source.encoding_problems()
    yield from problems
    entries = _entries(found)
    header = list(dict.fromkeys(name for item in entries for name in item.value))
    columns = roles(header)
    if entries and not {"title", "doi", "pmid"} & set(columns):
        yield Problem(
            code="missing-column",
            message=f"no field holds titles (fields seen: {', '.join(map(str, header))[:300]})",
            mend="name the field `title`",
            severity="error",
            file=source.name,
        )
        return
    key_names = {header[column] for column in columns.get("key", [])[:1]}
    keys = frozenset(text_of(item.value.get(name)) for item in entries for name in key_names) - {""}
    maker = Maker(Table(header, 1, [], "", "generic", columns), source.name, keys)
    for item in entries:
        cells = [_cell(name, item.value.get(name)) for name in header]
        record, wrong = maker.record(Row(item.line, cells, item.raw))
        yield from wrong
        if not (record.title or record.doi or record.pmid or record.abstract):
            yield Problem(
                code="empty-entry",
                message="an object has no title, abstract, DOI or PubMed id",
                mend="complete the object, or delete it",
                severity="error",
                file=source.name,
                line=item.line,
            )
            continue
        yield record._replace(raw=item.raw)


def _count(source: Any) -> int:
    found, problems = items(source, lists=_LISTS)
    entries = _entries(found)
    header = list(dict.fromkeys(name for item in entries for name in item.value))
    if entries and not {"title", "doi", "pmid"} & set(roles(header)):
        return 1
    return len(entries) + len(problems)


READER = Reader(
    name="json-records",
    title="Records as JSON objects (other tools, PLOS)",
    kinds=("literature",),
    suffixes=(".json", ".jsonl"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
