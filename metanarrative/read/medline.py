"""PubMed's MEDLINE display (``.nbib``, ``.txt``) and ERIC's variant of it: path -> records.

An entry begins at ``PMID-``; ERIC's have no PMID and begin at ``OWN -`` after an empty line.
Full author names (``FAU``) are taken before short ones, ``[doi]`` from ``LID`` or ``AID``.
Field list: https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.fields import keywords_from, language_tag, person, work_type, year_problem
from metanarrative.read.source import Source
from metanarrative.read.tagged import Dialect, Entry, read_tagged
from metanarrative.text import normal_doi, squash

_TAG = r"(?:[A-Z]{2}  |[A-Z]{3} |[A-Z]{4} ?)-(?:[ ]|$)"

MEDLINE = Dialect(
    name="MEDLINE",
    start=re.compile(r"^(?:\ufeff?PMID ?- |(?:\A\n?|(?<=\n\n))OWN - )", re.MULTILINE),
    field=re.compile(rf"^(\ufeff?{_TAG})(.*(?:\n(?!{_TAG}).*)*)", re.MULTILINE),
    telling=frozenset({"TI", "FAU", "AU", "AB", "BTI"}),
    known=re.compile(r"\s*(?:\d+[:.]?|<pre>|</pre>)\s*\Z"),
)

_TYPE_BEFORE = (
    "preprint",
    "dataset",
    "book",
    "book chapter",
    "dissertations/theses",
    "reports - research",
)


def _record(entry: Entry, file: str, problems: list[Problem]) -> Record:
    take = entry.fields
    year, problem = year_problem(take.look("DP", "DEP", "SO", "EDAT"), file=file, line=entry.line)
    if problem is not None:
        problems.append(problem)
    doi = ""
    for value in take.look("LID", "AID", "DOI"):
        if "[doi]" in value or "doi.org/" in value or ("[" not in value and "://" not in value):
            doi = normal_doi(value.replace("[doi]", " "))
            if doi:
                break
    url = next((value for value in take.look("LID", "URL") if value.startswith("http")), "")
    full = take.all("FAU", "FED") or take.all("AU", "ED")
    short = take.look("AU")
    authors = [person(name) for name in full] or [person(name) for name in short]
    if len(short) > len(full):
        # some entries carry full names for a part of the authors only
        authors = [person(name) for name in short]
    else:
        take.all("AU")
    stated = take.all("PT")
    titles = take.look("TI")
    booktitle = take.first("BTI")
    pmid = take.first("PMID")
    return Record(
        kind="literature",
        title=(take.first("TI") if titles else "") or booktitle or take.first("TT"),
        authors=tuple(authors + [squash(name) for name in take.all("CN")]),
        year=year,
        venue=take.first("JT", "TA", "CTI") or (booktitle if titles else ""),
        volume=take.first("VI"),
        issue=take.first("IP"),
        pages=take.first("PG"),
        doi=doi,
        pmid=pmid if pmid.isdecimal() else "",
        type=_type(stated) or ("article" if "JT" in take or "TA" in take else ""),
        language=language_tag(take.first("LA")),
        abstract=take.first("AB"),
        keywords=keywords_from(take.all("OT", "MH")),
        url=url,
        key=pmid or take.first("OID"),
        extra=take.rest(PT="\n".join(stated)),
        raw=entry.raw,
        source_file=file,
        line=entry.line,
    )


def _type(stated: list[str]) -> str:
    words = [word.casefold() for word in stated]
    for word in _TYPE_BEFORE:
        if word in words:
            return {"dissertations/theses": "thesis", "reports - research": ""}.get(word) or (
                "article" if "journal articles" in words else work_type(word.split(" - ")[0])
            )
    found = [work_type(word) for word in stated]
    return next((kind for kind in found if kind != "other"), "article" if found else "")


def _sniff(head: str, data: bytes, name: str) -> int:
    if not MEDLINE.start.search(head):
        return 0
    tags = {tag.rstrip(" -") for tag, _ in MEDLINE.field.findall(head[:16384])}
    hint = 4 if name.lower().endswith((".nbib", ".txt")) else 0
    return 90 + hint if len(tags & {"TI", "AU", "FAU", "OWN", "DP", "JT", "PT", "STAT", "SO"}) >= 2 else 25 + hint


def _count(source: Source) -> int:
    n = 0
    inside = False
    for _, text in source.pieces(MEDLINE.start):
        before = ""
        for row in text.split("\n"):
            if (
                row.startswith(("PMID- ", "PMID - ", "\ufeffPMID"))
                or (row.startswith("OWN - ") and not before)
                or (not inside and re.match(r"(?:TI  |FAU |AU  |AB  |BTI )- *\S", row))
            ):
                n += 1
                inside = True
            before = row
    return n


def _read(source: Source) -> Iterator[Record | Problem]:
    return read_tagged(source, MEDLINE, _record)


READER = Reader(
    name="medline",
    title="PubMed / MEDLINE",
    kinds=("literature",),
    suffixes=(".nbib", ".txt", ".medline"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
