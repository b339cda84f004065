"""Records as plain JSON objects, whatever their fields are called: Lens, Zotero, PLOS, lists of other tools.

Takes objects that have titles; gives literature records by the same table of names that tells
the columns of CSV files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from metanarrative.model import Problem, Record, Reference
from metanarrative.plugins import Reader
from metanarrative.read.columns import plain_name, roles
from metanarrative.read.csl import csl_names
from metanarrative.read.documents import guarded
from metanarrative.read.json_items import Item, dict_of, dicts_of, inner_items, items, list_of, text_of
from metanarrative.read.references import parse_reference
from metanarrative.read.tables import Maker, Row, Table
from metanarrative.text import normal_doi, year_of

__all__ = ["READER"]

_LISTS = ("response.docs", "docs", "records", "results", "items", "references", "data", "cases", "resultList.result")
_AUTHORS = frozenset({"authors", "author", "authordisplay"})
_IDENTIFIERS = {"doi": "doi", "pmid": "pmid", "pubmed": "pmid"}
_MOST_NAMES = 1000


def _sniff(head: str, data: bytes, name: str) -> int:
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith(("[", "{")) or '"base_path"' in head:
        return 0
    names = {plain_name(key) for key in re.findall(r'"([A-Za-z][\w ./()-]{0,40})"\s*:', head)}
    known = roles(sorted(names))
    if "title" not in known:
        return 0
    return 45 if len(known) >= 4 else 30


def _records_in(item: Item) -> Iterator[Item]:
    """Yield the objects that are records; pairs of records in one object are taken apart."""
    if _has_title(tuple(item.value)):
        yield item
        return
    inner = [one for one in inner_items(item) if _has_title(tuple(one.value))]
    yield from inner or (item,)


@lru_cache(maxsize=1024)
def _roles(names: tuple[str, ...]) -> dict[str, list[int]]:
    return roles(names)


def _has_title(names: tuple[str, ...]) -> bool:
    return bool({"title", "doi"} & _roles(names).keys())


# --- one record ---------------------------------------------------------------------------------


def _names(entries: list[Any]) -> tuple[str, ...]:
    """Return the names in a list of texts or objects, whatever the parts of a name are called."""
    told = []
    for entry in entries:
        if isinstance(entry, dict):
            parts = {plain_name(name): text for name, text in entry.items()}
            family, given = parts.get("lastname"), parts.get("firstname") or parts.get("initials")
            whole = {"family": family, "given": given} if family else {"literal": parts.get("displayname")}
            entry = {**whole, **{name: value for name, value in entry.items() if value}}
        told.append(entry)
    return csl_names(told) if any(isinstance(entry, dict) for entry in told) else tuple(map(text_of, told))


def _flat(value: dict[str, Any]) -> dict[str, str]:
    """Return an object as cells of a table: authors by name, identifiers out of the object that holds them."""
    cells: dict[str, str] = {}
    for name, entry in value.items():
        plain = plain_name(name)
        if plain in _AUTHORS and isinstance(entry, list):
            cells[name] = "; ".join(filter(None, _names(entry)))
        elif plain == "creators" and isinstance(entry, list):  # Zotero
            for role in dict.fromkeys(text_of(one.get("creatorType")) or "author" for one in dicts_of(entry)):
                held = [one for one in dicts_of(entry) if (text_of(one.get("creatorType")) or "author") == role]
                cells.setdefault(role, "; ".join(filter(None, _names(held))))
        elif plain == "externalids" and isinstance(entry, (dict, list)):  # Lens, Semantic Scholar
            cells[name] = text_of(entry)
            told = (
                entry.items() if isinstance(entry, dict) else ((e.get("type"), e.get("value")) for e in dicts_of(entry))
            )
            for kind, identifier in told:
                if (known := _IDENTIFIERS.get(plain_name(text_of(kind)))) and not value.get(known):
                    cells.setdefault(known, text_of(identifier))
        elif plain == "tags" and isinstance(entry, list):  # Zotero
            cells[name] = "; ".join(filter(None, (text_of(one.get("tag") or one) for one in dicts_of(entry))))
        elif not (plain == "references" and dicts_of(entry)):
            cells[name] = text_of(entry)
    return cells


def _reference(entry: Any) -> Reference | None:
    """Return one entry of a list of references: an object with an identifier, a text, or both."""
    if not isinstance(entry, dict):
        return parse_reference(text) if (text := text_of(entry)) else None
    parts = {plain_name(name): value for name, value in entry.items()}

    def said(*names: str) -> str:
        return next((text for name in names if (text := text_of(parts.get(name)))), "")

    key, text = said("lensid", "paperid", "id", "key"), said("text", "unstructured", "raw", "citation")
    title, venue = said("title", "articletitle"), said("venue", "journal", "journaltitle", "containertitle")
    authors = _names(list_of(parts.get("authors") or parts.get("author"))) or (said("author"),)
    stated = said("year", "publicationyear", "date", "issued")
    doi = normal_doi(said("doi") or text_of(dict_of(parts.get("externalids")).get("DOI")))
    composed = ", ".join(filter(None, (authors[0], stated, title, venue)))
    raw = text or composed or key or doi
    if not raw:
        return None
    parsed = parse_reference(text) if text else Reference(raw=raw)
    return parsed._replace(
        raw=raw,
        key=key,
        doi=doi or parsed.doi,
        first_author=authors[0] or parsed.first_author,
        year=year_of(stated) or parsed.year,
        title=title or parsed.title,
        venue=venue or parsed.venue,
        volume=said("volume") or parsed.volume,
    )


@dataclass(slots=True)
class _Look:
    """What a first way through a file tells: how many entries, their ids, and whether any has a title."""

    n: int = 0
    n_bad: int = 0
    keys: set[str] = field(default_factory=set)
    names: dict[str, None] = field(default_factory=dict)
    titled: bool = False


_LOOKS: WeakKeyDictionary[Any, _Look] = WeakKeyDictionary()


def _look(source: Any) -> _Look:
    if source in _LOOKS:
        return _LOOKS[source]
    look = _Look()
    for found in items(source, _LISTS):
        if isinstance(found, Problem):
            look.n_bad += found.severity == "error"
            continue
        for item in _records_in(found):
            look.n += 1
            names = tuple(item.value)
            if len(look.names) < _MOST_NAMES:
                look.names.update(dict.fromkeys(names))
            known = _roles(names)
            look.titled = look.titled or bool({"title", "doi", "pmid"} & known.keys())
            for column in known.get("key", [])[:1]:
                look.keys.add(text_of(item.value[names[column]]))
    look.keys.discard("")
    return _LOOKS.setdefault(source, look)


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    look = _look(source)
    if look.n and not look.titled:
        yield Problem(
            code="missing-column",
            message=f"no field holds titles (fields seen: {', '.join(look.names)[:300]})",
            mend="name the field `title`",
            severity="error",
            file=source.name,
        )
        return
    makers: dict[tuple[str, ...], Maker] = {}
    for found in items(source, _LISTS):
        if isinstance(found, Problem):
            yield found
            continue
        for item in _records_in(found):
            yield from _record(item, source.name, makers, look)
    yield from source.encoding_problems()


def _record(item: Item, file: str, makers: dict[tuple[str, ...], Maker], look: _Look) -> Iterator[Record | Problem]:
    cells = _flat(item.value)
    header = tuple(cells)
    if header not in makers:
        if len(makers) >= _MOST_NAMES:
            makers.clear()
        makers[header] = Maker(Table(list(header), 1, [], "", "generic", _roles(header)), file, look.keys)
    record, wrong = makers[header].record(Row(item.line, list(cells.values()), item.raw))
    yield from wrong
    if not (record.title or record.doi or record.pmid or record.abstract):
        yield Problem(
            code="empty-entry",
            message="an object has no title, abstract, DOI or PubMed id",
            mend="complete the object, or delete it",
            severity="error",
            file=file,
            line=item.line,
        )
        return
    listed = next((entry for name, entry in item.value.items() if plain_name(name) == "references"), None)
    if dicts_of(listed):
        record = record._replace(references=tuple(found for one in list_of(listed) if (found := _reference(one))))
    yield record


def _count(source: Any) -> int:
    look = _look(source)
    return look.n + look.n_bad if look.titled or not look.n else 1


READER = Reader(
    name="json-records",
    title="Records as JSON objects (Lens, Zotero, PLOS, other tools)",
    kinds=("literature",),
    suffixes=(".json", ".jsonl"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
