"""Europe PMC articles (JSON of the REST search): a page of results, or one article.

Takes what ``/search?resultType=core&format=json`` answers; gives literature records with
abstracts, MeSH headings and identifiers. These answers hold no reference lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from metanarrative.model import Problem, Record
from metanarrative.read.csl import without_markup
from metanarrative.read.fields import keywords_from, language_tag, work_type
from metanarrative.read.json_items import Item, dict_of, item_reader, list_of, text_of
from metanarrative.text import normal_doi, year_of

__all__ = ["READER"]

_PLACED = frozenset(
    {
        "title", "authorList", "authorString", "pubYear", "journalInfo", "pageInfo", "doi", "pmid", "pubTypeList",
        "language", "abstractText", "keywordList", "meshHeadingList", "bookOrReportDetails",
    }
)  # fmt: skip


def _sniff(head: str, data: bytes, name: str) -> int:
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith("{"):
        return 0
    marks = ("authorString", "pubYear", "abstractText", "journalInfo", "pmcid", "pubTypeList", "hasTextMinedTerms")
    found = sum(f'"{mark}"' in head for mark in marks)
    if '"resultList"' in head and found >= 2:
        return 96
    return 90 if found >= 4 else 0


def _authors(work: dict[str, Any]) -> Iterator[str]:
    entries = list_of(dict_of(work.get("authorList")).get("author"))
    for entry in map(dict_of, entries):
        family, given = text_of(entry.get("lastName")), text_of(entry.get("firstName") or entry.get("initials"))
        name = ", ".join(filter(None, (family, given)))
        if whole := name or text_of(entry.get("collectiveName")) or text_of(entry.get("fullName")):
            yield whole
    if not entries:
        for part in re.split(r"[;,]\s*", text_of(work.get("authorString")).rstrip(". ")):
            family, _, given = part.strip().rpartition(" ")
            if part.strip():
                yield f"{family}, {given}" if family and re.fullmatch(r"[A-Z-]{1,4}", given) else part.strip()


def _record(item: Item, file: str) -> Record:
    work = item.value
    journal = dict_of(work.get("journalInfo"))
    book = dict_of(work.get("bookOrReportDetails"))
    kinds = [text_of(kind) for kind in list_of(dict_of(work.get("pubTypeList")).get("pubType"))]
    mesh = [
        text_of(entry.get("descriptorName"))
        for entry in map(dict_of, list_of(dict_of(work.get("meshHeadingList")).get("meshHeading")))
    ]
    extra = {name: text_of(value) for name, value in work.items() if name not in _PLACED}
    extra["type as given"] = "; ".join(kinds)
    extra["mesh"] = "; ".join(filter(None, mesh))
    doi, source, key = normal_doi(text_of(work.get("doi"))), text_of(work.get("source")), text_of(work.get("id"))
    return Record(
        kind="literature",
        title=without_markup(text_of(work.get("title"))).removesuffix("."),
        authors=tuple(_authors(work)),
        year=year_of(text_of(work.get("pubYear")) or text_of(journal.get("yearOfPublication"))),
        venue=text_of(dict_of(journal.get("journal")).get("title"))
        or text_of(book.get("publisher"))
        or text_of(work.get("journalTitle")),
        volume=text_of(journal.get("volume") or work.get("journalVolume")),
        issue=text_of(journal.get("issue") or work.get("issue")),
        pages=text_of(work.get("pageInfo")),
        doi=doi,
        pmid="".join(re.findall(r"\d+", text_of(work.get("pmid")))[:1]),
        type=work_type(*kinds) if kinds else work_type(text_of(work.get("pubType"))),
        language=language_tag(text_of(work.get("language"))),
        abstract=without_markup(text_of(work.get("abstractText"))),
        keywords=keywords_from([text_of(dict_of(work.get("keywordList")).get("keyword"))]),
        url=f"https://europepmc.org/article/{source}/{key}" if source and key else "",
        key=f"{source}:{key}" if source and key else key,
        extra=MappingProxyType({name: text for name, text in extra.items() if text}),
        raw=item.raw,
        source_file=file,
        line=item.line,
    )


def _make(item: Item, file: str) -> Iterator[Record | Problem]:
    record = _record(item, file)
    if record.title or record.doi or record.pmid:
        yield record
    else:
        yield Problem(
            code="empty-entry",
            message="an entry has no title, DOI or PubMed id",
            mend="fetch the search again",
            severity="error",
            file=file,
            line=item.line,
        )


READER = item_reader(
    name="europepmc",
    title="Europe PMC articles (JSON)",
    sniff=_sniff,
    lists=("resultList.result",),
    make=_make,
)
