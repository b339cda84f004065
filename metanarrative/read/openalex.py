"""OpenAlex works (JSON of the API): one work, a list, a page of results, or one work a line.

Takes what ``/works`` answers; gives literature records. Abstracts come as an inverted index
and are put together again; ``referenced_works`` become references by key ("W...").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from metanarrative.model import Problem, Record, Reference
from metanarrative.read.fields import page_range, person, work_type
from metanarrative.read.json_items import Item, dict_of, dicts_of, item_reader, list_of, text_of
from metanarrative.text import normal_doi, squash

__all__ = ["READER", "abstract_from_index"]

_MOST_WORDS = 50_000


def _sniff(head: str, data: bytes, name: str) -> int:
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith(("{", "[")):
        return 0
    if not re.search(r'"(?:https?:\\?/\\?/openalex\.org\\?/)?W\d{4,}"', head):
        return 0
    marks = ("authorships", "referenced_works", "abstract_inverted_index", "publication_year", "primary_location")
    found = sum(f'"{name}"' in head for name in marks)
    return 96 if found >= 3 else 75 if found else 0


def abstract_from_index(index: Any) -> str:
    """Put an inverted abstract together again.

    Examples
    --------
    >>> abstract_from_index({"care": [1, 3], "Good": [0], "is": [2]})
    'Good care is care'
    >>> abstract_from_index(None)
    ''
    """
    if not isinstance(index, dict):
        return ""
    words = {
        place: word
        for word, places in index.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int) and 0 <= place < _MOST_WORDS
    }
    return squash(" ".join(words[place] for place in sorted(words)))


def _short(identifier: Any) -> str:
    return str(identifier or "").rstrip("/").rsplit("/", 1)[-1]


def _authors(work: dict[str, Any]) -> Iterator[str]:
    for entry in dicts_of(work.get("authorships")):
        name = text_of(dict_of(entry.get("author")).get("display_name")) or text_of(entry.get("raw_author_name"))
        if name:
            yield person(name, given_first=True)


def _venue(work: dict[str, Any]) -> str:
    for place in (work.get("primary_location"), work.get("best_oa_location"), *list_of(work.get("locations"))):
        name = text_of(dict_of(dict_of(place).get("source")).get("display_name"))
        if name:
            return name
    return text_of(dict_of(work.get("host_venue")).get("display_name"))


def _record(item: Item, file: str) -> Record:
    work = item.value
    ids = dict_of(work.get("ids"))
    biblio = dict_of(work.get("biblio"))
    year = work.get("publication_year")
    extra = {
        "openalex": _short(work.get("id") or ids.get("openalex")),
        "mag": text_of(ids.get("mag")),
        "pmcid": _short(ids.get("pmcid")),
        "cited_by_count": text_of(work.get("cited_by_count")),
        "publication_date": text_of(work.get("publication_date")),
        "type as given": text_of(work.get("type")),
        "type_crossref": text_of(work.get("type_crossref")),
        "is_retracted": "true" if work.get("is_retracted") is True else "",
        "open_access": text_of(dict_of(work.get("open_access")).get("oa_status")),
        "topic": text_of(dict_of(work.get("primary_topic")).get("display_name")),
        "orcids": "; ".join(
            _short(orcid)
            for entry in dicts_of(work.get("authorships"))
            if (orcid := dict_of(entry.get("author")).get("orcid"))
        ),
        "institutions": "; ".join(
            dict.fromkeys(
                text_of(institution)
                for entry in dicts_of(work.get("authorships"))
                for institution in list_of(entry.get("institutions"))
            )
        ),
        "concepts": text_of(work.get("concepts") or None),
        "related_works": "; ".join(map(_short, list_of(work.get("related_works")))),
    }
    doi = normal_doi(text_of(work.get("doi") or ids.get("doi")))
    return Record(
        kind="literature",
        title=text_of(work.get("title")) or text_of(work.get("display_name")),
        authors=tuple(_authors(work)),
        year=year if isinstance(year, int) and 1500 <= year < 2100 else None,
        venue=_venue(work),
        volume=text_of(biblio.get("volume")),
        issue=text_of(biblio.get("issue")),
        pages=page_range(text_of(biblio.get("first_page")), text_of(biblio.get("last_page"))),
        doi=doi,
        pmid=re.sub(r"\D", "", _short(ids.get("pmid"))),
        type=work_type(text_of(work.get("type")), text_of(work.get("type_crossref"))),
        language=text_of(work.get("language")),
        abstract=abstract_from_index(work.get("abstract_inverted_index")) or text_of(work.get("abstract")),
        keywords=tuple(filter(None, map(text_of, list_of(work.get("keywords"))))),
        url=text_of(dict_of(work.get("primary_location")).get("landing_page_url"))
        or (f"https://doi.org/{doi}" if doi else ""),
        key=_short(work.get("id") or ids.get("openalex")),
        references=tuple(
            Reference(raw=key, key=key) for key in map(_short, list_of(work.get("referenced_works"))) if key
        ),
        extra=MappingProxyType({name: value for name, value in extra.items() if value}),
        raw=item.raw,
        source_file=file,
        line=item.line,
    )


def _is_work(value: dict[str, Any]) -> bool:
    return bool(_short(value.get("id")).startswith("W") or value.get("title") or value.get("display_name"))


def _make(item: Item, file: str) -> Iterator[Record | Problem]:
    if _is_work(item.value):
        yield _record(item, file)
    else:
        yield Problem(
            code="not-a-work",
            message="an entry has neither an OpenAlex id nor a title",
            mend="fetch /works, not authors, sources or topics",
            severity="error",
            file=file,
            line=item.line,
        )


READER = item_reader(
    name="openalex",
    title="OpenAlex works (JSON)",
    sniff=_sniff,
    lists=("results", "works", "data"),
    make=_make,
)
