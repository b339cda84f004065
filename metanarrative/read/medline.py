"""PubMed's MEDLINE display (``.nbib``, ``.txt``) and ERIC's variant of it: path -> records.

An entry begins at ``PMID-``; ERIC's have no PMID and begin at ``OWN -`` after an empty line.
Full author names (``FAU``) are taken before short ones, ``[doi]`` from ``LID`` or ``AID``.
Field list: https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.fields import empty_mapping, keywords_from, language_tag, person, work_type, year_problem
from metanarrative.read.source import Source
from metanarrative.read.tagged import Choice, Dialect, Entry, Fields, bare_tags, read_tagged
from metanarrative.text import normal_doi, squash

_TAG = r"(?:[A-Z]{2}  |[A-Z]{3} |[A-Z]{4} ?)-(?:[ ]|$)"

_TAGS = (
    "AB AD AID AU AUID BTI CDAT CI CIN CN COIS CON CP CRDT CRF CRI CTDT CTI DA DCOM DDIN DEP DP DRDT ECF ECI EDAT"
    " EFR EIN ED EN FAU FED FIR FPS GN GR GS IP IR IRAD IS ISBN JID JT LA LID LR MH MHDA MID NM OAB OABL OCI OID"
    " OT OTO OWN PB PG PHST PL PMC PMCR PMID PRIN PS PST PT PUBM RF RIN RN ROF RPF RPI RRI RRF SB SFM SI SO SPIN"
    " STAT TA TI TT UIN UOF VI VTI URL"
)

MEDLINE = Dialect(
    name="MEDLINE",
    start=re.compile(r"^(?:\ufeff?PMID ?- |(?:\A\n?|(?<=\n\n))OWN - )", re.MULTILINE),
    field=re.compile(rf"^(\ufeff?{_TAG})(.*(?:\n(?!{_TAG}).*)*)", re.MULTILINE),
    telling=frozenset({"TI", "FAU", "AU", "AB", "BTI"}),
    known=re.compile(r"\s*(?:\d+[:.]?|<pre>|</pre>)\s*\Z"),
    tag=re.compile(rf"(\ufeff?{_TAG})", re.MULTILINE),
    bare=bare_tags("{:4}- ", *_TAGS.split()),
    width=6,
    lead=("\nPMID", "\n\nOWN - "),
    opens="PMID",
)

_TYPE_BEFORE = (
    "preprint",
    "dataset",
    "book",
    "book chapter",
    "dissertations/theses",
    "reports - research",
)


_FIRST = Choice(
    ("PMID",),
    ("TI",),
    ("BTI",),
    ("VI",),
    ("IP",),
    ("PG",),
    ("LA",),
    ("AB",),
)


def _record(entry: Entry, file: str, problems: list[Problem]) -> Record:
    take = entry.fields
    given, first = take.values, take.first
    year, problem = year_problem(take.look("DP", "DEP", "SO", "EDAT"), file=file, line=entry.line)
    if problem is not None:
        problems.append(problem)
    stated = take.all("PT")
    pmid, title, booktitle, volume, issue, pages, language, abstract = take.firsts(_FIRST)
    # in the order of the fields: by their names it would take four times as long
    return Record._make(
        (
            "literature",  # kind
            title or booktitle or first("TT"),  # title
            tuple(_authors(take)),  # authors
            year,
            first("JT", "TA", "CTI") or (booktitle if "TI" in given else ""),  # venue
            volume,
            issue,
            pages,
            _doi(take.look("LID", "AID", "DOI")),  # doi
            pmid if pmid.isdecimal() else "",  # pmid
            _type(tuple(stated)) or ("article" if "JT" in given or "TA" in given else ""),  # type
            language_tag(language),  # language
            abstract,
            keywords_from(take.all("OT", "MH")),  # keywords
            next((value for value in take.look("LID", "URL") if value.startswith("http")), ""),  # url
            pmid or first("OID"),  # key
            (),  # references
            (),  # blocks
            empty_mapping(),  # facets
            take.rest(PT="\n".join(stated)),  # extra
            entry.raw,
            file,  # source_file
            entry.line,
        )
    )


def _authors(take: Fields) -> list[str]:
    full = take.all("FAU", "FED") or take.all("AU", "ED")
    short = take.look("AU")
    if len(short) > len(full):
        # some entries carry full names for a part of the authors only
        full = short
    else:
        take.all("AU")
    authors = [*map(person, full)]
    if "CN" in take.values:
        authors += [squash(name) for name in take.all("CN")]
    return authors


def _doi(stated: list[str]) -> str:
    for value in stated:
        if "[doi]" in value or "doi.org/" in value or ("[" not in value and "://" not in value):
            doi = normal_doi(value.replace("[doi]", " "))
            if doi:
                return doi
    return ""


@lru_cache(maxsize=4096)
def _type(stated: tuple[str, ...]) -> str:
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
    headless = re.compile(r"^(?:TI  |FAU |AU  |AB  |BTI )- *\S", re.MULTILINE)
    for _, text in source.pieces(MEDLINE.start):
        text = f"\n\n{text}"
        places = [found.start() for found in re.finditer(r"\n(?:\ufeff?PMID ?- |\nOWN - )", text)]
        before = text[: places[0]] if places else text
        n += len(places) + (not n and headless.search(before) is not None)
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
