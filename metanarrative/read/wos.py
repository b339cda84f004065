"""Web of Science tagged field text (``.txt``, ``.ciw``, sometimes hidden under ``.ris``).

An entry runs from ``PT`` to ``ER``; a field's tag stands in the first two columns and its further
lines are indented by three. ``CR`` holds one cited reference a line. A missing ``ER`` or ``EF``
loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.fields import (
    empty_mapping,
    four_digits,
    keywords_from,
    language_tag,
    page_range,
    person,
    work_type,
    year_problem,
)
from metanarrative.read.references import parse_reference
from metanarrative.read.source import Source
from metanarrative.read.tagged import Choice, Dialect, Entry, bare_tags, count_entries, flat, read_tagged
from metanarrative.text import normal_doi, squash

WOS = Dialect(
    name="Web of Science",
    start=re.compile(r"^\ufeff?PT [A-Z]\b", re.MULTILINE),
    field=re.compile(r"^([A-Z][A-Z0-9])(?=[ \n]|\Z)(.*(?:\n(?![A-Z][A-Z0-9](?:[ \n]|\Z)).*)*)", re.MULTILINE),
    end=re.compile(r"^ER[ \t]*$", re.MULTILINE),
    end_tag="ER",
    telling=frozenset({"TI", "AU", "AF", "UT"}),
    known=re.compile(r"\ufeff?(?:FN .*|VR .*|EF)\s*\Z"),
    tag=re.compile(r"([A-Z][A-Z0-9])(?=[ \n]|\Z)"),
    bare=bare_tags("{} "),
    width=3,
    lead=("\nPT ",),
    opens="PT",
)


def _lines(values: list[str]) -> list[str]:
    """Every line is a value of its own in ``AU``, ``AF``, ``CR`` and their like."""
    return [row for value in values for printed in value.split("\n") if (row := printed.strip())] if values else []


_FIRST = Choice(
    ("PT",),
    ("DT",),
    ("TI",),
    ("SO", "SE", "JI", "J9"),
    ("VL",),
    ("IS",),
    ("BP",),
    ("EP",),
    ("PM",),
    ("LA",),
    ("AB",),
    ("UT",),
)


def _record(entry: Entry, file: str, problems: list[Problem]) -> Record:
    take = entry.fields
    given, first = take.values, take.first
    kind, stated, title, venue, volume, issue, begin, end, pmid, language, abstract, key = take.firsts(_FIRST)
    year = four_digits(given["PY"][0]) if "PY" in given else None
    problem = None
    if year is None:
        year, problem = year_problem(take.look("PY", "EY", "EA", "PD"), file=file, line=entry.line)
    if problem is not None:
        problems.append(problem)
    else:
        first("PY")
    full, short = _lines(take.all("AF")), _lines(take.all("AU"))
    authors = [*map(person, full if len(full) >= len(short) else short)]
    if not authors:
        authors = [squash(name) for name in _lines(take.look("CA", "GP"))]
    page = page_range(begin, end) if begin or end else ""
    doi = ""
    for value in given.get("DI", ()):
        if doi := normal_doi(value):
            first("DI")
            break
    references = _lines(take.all("CR")) if "CR" in given else []
    count = given["NR"][0] if "NR" in given else ""
    if references and count.isdecimal() and len(references) != int(count):
        problems.append(
            Problem(
                code="reference-count",
                message=f"the entry states {count} cited references and lists {len(references)}",
                mend="export again with full cited references if they matter here",
                severity="note",
                file=file,
                line=entry.line,
            )
        )
    # in the order of the fields: by their names it would take four times as long
    return Record._make(
        (
            "literature",  # kind
            title,
            tuple(authors),  # authors
            year,
            venue,
            volume,
            issue,
            page or first("AR"),  # pages
            doi,
            pmid,
            work_type(*stated.split(";"), kind),  # type
            language_tag(language) if language else "",  # language
            abstract,
            keywords_from([flat(value) for value in take.all("DE", "ID")]),  # keywords
            "",  # url
            key,
            tuple([parse_reference(row) for row in references]),  # references
            (),  # blocks
            empty_mapping(),  # facets
            take.rest(PT=kind, DT=stated),  # extra
            entry.raw,
            file,  # source_file
            entry.line,
        )
    )


def _sniff(head: str, data: bytes, name: str) -> int:
    if re.match(r"\ufeff?\s*FN (?:Clarivate|Thomson|ISI|Web of)", head):
        return 97
    if not WOS.start.search(head):
        return 0
    tags = {tag for tag, _ in WOS.field.findall(head[:16384])}
    return 90 if len(tags & {"TI", "AU", "SO", "PY", "UT", "CR", "ER", "DT"}) >= 3 else 30


def _count(source: Source) -> int:
    return count_entries(source, WOS, re.compile(r"PT [A-Z](?!\w)"), re.compile(r"(?:TI|AU|AF|UT) +\S"))


def _read(source: Source) -> Iterator[Record | Problem]:
    return read_tagged(source, WOS, _record)


READER = Reader(
    name="wos",
    title="Web of Science, tagged",
    kinds=("literature",),
    suffixes=(".txt", ".ciw", ".isi"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
