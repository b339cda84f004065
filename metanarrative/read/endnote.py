"""EndNote's two exports: tagged (``%T``, ``%A`` ...) and XML.

Tagged: entries are parted by empty lines, and ``%0`` need not come first. XML: every
``<record>`` is cut out and parsed on its own, so that a damaged or truncated file loses only the
entries that are damaged; no entity is expanded and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from metanarrative.errors import ReadError
from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.fields import keywords_from, language_tag, person, plain_text, work_type, year_problem
from metanarrative.read.source import Source
from metanarrative.read.tagged import Dialect, Entry, Fields, bare_tags, read_tagged
from metanarrative.text import normal_doi

MAX_XML_BYTES = 512 * 1024**2
"""Larger XML files are refused: they are held in memory."""

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ!@?&$(*)^<>=~+|[]#"
_TAG = rf"%[{re.escape(_SIGNS)}](?=[ \t\n]|\Z)"

TAGGED_DIALECT = Dialect(
    name="EndNote",
    # after an empty line, or at the beginning of the text
    start=re.compile(rf"(?:\A\s*|^[ \t]*\n)(?=\ufeff?{_TAG})", re.MULTILINE),
    field=re.compile(rf"^(\ufeff?{_TAG})(.*(?:\n(?!{_TAG}).*)*)", re.MULTILINE),
    telling=frozenset({"T", "0", "A", "X"}),
    tag=re.compile(rf"(\ufeff?{_TAG})"),
    bare=bare_tags("%{} ", *_SIGNS),
    width=3,
)


def _record(entry: Entry, file: str, problems: list[Problem]) -> Record:
    take = entry.fields
    stated = take.first("0")
    year, problem = year_problem(take.look("D", "8"), file=file, line=entry.line)
    if problem is not None:
        problems.append(problem)
    else:
        take.first("D")
    notes = " ".join(take.look("R", "U", "Z"))
    doi = normal_doi(" ".join(take.look("R"))) or (normal_doi(notes) if "doi" in notes.casefold() else "")
    accession = take.first("M")
    database = " ".join(take.look("W", "~"))
    medical = accession.isdecimal() and re.search(r"pubmed|medline|NLM", database, re.IGNORECASE)
    if doi and len(take.look("R")) == 1:
        take.all("R")
    return Record(
        kind="literature",
        title=take.first("T"),
        authors=tuple(person(name) for value in take.all("A") for name in value.split("\n") if name.strip()),
        year=year,
        venue=take.first("J", "B", "S"),
        volume=take.first("V"),
        issue=take.first("N"),
        pages=take.first("P"),
        doi=doi,
        pmid=accession if medical else "",
        type=work_type(stated),
        language=language_tag(take.first("G")),
        abstract=take.first("X"),
        keywords=keywords_from(take.all("K")),
        url=take.first("U"),
        key=accession or take.first("F"),
        extra=take.rest(**{"0": stated}),
        raw=entry.raw,
        source_file=file,
        line=entry.line,
    )


def _sniff_tagged(head: str, data: bytes, name: str) -> int:
    tags = {tag.lstrip("\ufeff") for tag, _ in TAGGED_DIALECT.field.findall(head[:16384])}
    if "%T" in tags and len(tags & {"%0", "%A", "%D", "%J", "%B", "%U", "%X"}) >= 2:
        return 90
    return 40 if len(tags & {"%0", "%T", "%A", "%D"}) >= 2 else 0


def _count_tagged(source: Source) -> int:
    n = 0
    tag = re.compile(_TAG)
    for _, text in source.pieces(TAGGED_DIALECT.start):
        blank = True
        for row in text.split("\n"):
            row = row.lstrip("\ufeff")
            if (blank or not n) and tag.match(row):
                n += 1
            blank = not row.strip()
    return n


def _read_tagged(source: Source) -> Iterator[Record | Problem]:
    return read_tagged(source, TAGGED_DIALECT, _record)


_XML_RECORD = re.compile(r"<record\b(?:[^>]*[^>/])?>.*?(?:</record>|(?=<record\b)|\Z)", re.DOTALL)


_CONTAINERS = frozenset(
    "contributors authors secondary-authors tertiary-authors subsidiary-authors translated-authors"
    " titles periodical alt-periodical keywords dates pub-dates copyright-dates urls related-urls"
    " pdf-urls text-urls image-urls web-urls foreign-keys".split()
)


def _parser(*, recover: bool = False) -> Any:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=recover,
    )


def _salvaged(raw: str) -> Any:
    """Return what a forgiving parser makes of a damaged entry, or None."""
    from lxml import etree

    try:
        return etree.fromstring(raw.encode("utf-8"), _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _text_of(element: Any) -> str:
    return "".join(element.itertext())


def _leaves(record: Any) -> list[tuple[str, str]]:
    """Return (name, text) of every field; styles and other markup inside one are dropped."""
    pairs: list[tuple[str, str]] = []
    stack = [(child, "") for child in reversed(record)]
    while stack:
        element, above = stack.pop()
        if not isinstance(element.tag, str):
            continue
        name = element.tag
        if above and name in ("author", "date", "key", "title", "url", "year"):
            # the same word means different things under different parents
            name = {"authors": "author", "titles": "title", "dates": "year", "keys": "key"}.get(above, above)
            if element.tag == "date":
                name = "date"
        if element.tag not in _CONTAINERS:
            text = plain_text(_text_of(element))
            if text.strip():
                pairs.append((name, text))
            if element.tag == "ref-type" and element.get("name"):
                pairs.append(("ref-type-name", plain_text(element.get("name"))))
            continue
        stack.extend((child, element.tag) for child in reversed(element))
    return pairs


def _xml_record(pairs: list[tuple[str, str]], raw: str, line: int, file: str, problems: list[Problem]) -> Record:
    take = Fields(pairs)
    stated = take.first("ref-type-name")
    year, problem = year_problem(take.look("year", "date"), file=file, line=line)
    if problem is not None:
        problems.append(problem)
    else:
        take.first("year")
    number = take.first("electronic-resource-num")
    doi = normal_doi(number)
    accession = take.first("accession-num")
    provider = " ".join(take.look("remote-database-provider", "remote-database-name", "work-type"))
    pmid = accession if re.fullmatch(r"\d{5,9}", accession) and re.search("NLM|pubmed|medline", provider, re.I) else ""
    urls = [url for value in take.all("related-urls") for url in value.split()]
    return Record(
        kind="literature",
        title=take.first("title"),
        authors=tuple(person(name) for value in take.all("author") for name in value.split("\n") if name.strip()),
        year=year,
        venue=take.first("full-title", "secondary-title", "abbr-1", "tertiary-title"),
        volume=take.first("volume"),
        issue=take.first("number", "issue"),
        pages=take.first("pages"),
        doi=doi,
        pmid=pmid,
        type=work_type(stated),
        language=language_tag(take.first("language")),
        abstract=take.first("abstract"),
        keywords=keywords_from(take.all("keyword")),
        url=urls[0] if urls else "",
        key=accession or take.first("rec-number"),
        extra=take.rest(
            **{
                "ref-type-name": stated,
                "electronic-resource-num": "" if doi else number,
                "related-urls": "\n".join(urls[1:]),
            }
        ),
        raw=raw,
        source_file=file,
        line=line,
    )


def _read_xml(source: Source) -> Iterator[Record | Problem]:
    from lxml import etree

    if source.size > MAX_XML_BYTES:
        raise ReadError(
            f"the XML file has {source.size / 1024**2:.0f} MB, more than {MAX_XML_BYTES // 1024**2}",
            mend="export the library in several parts",
            where=source.name,
        )
    text = plain_text(source.text)
    line, seen = 1, 0
    for found in _XML_RECORD.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        raw = found.group()
        try:
            element = etree.fromstring(raw.encode("utf-8"), _parser())
        except (etree.XMLSyntaxError, ValueError) as error:
            why = str(error).split(" (<string>")[0]
            element = _salvaged(raw)
            pairs = _leaves(element) if element is not None else []
            kept = any(name == "title" for name, _ in pairs)
            yield Problem(
                code="bad-xml",
                message=f"a record is not well-formed XML and {'was kept in part' if kept else 'was lost'}: {why}",
                mend="export the library again, or mend the entry by hand",
                severity="warning" if kept else "error",
                file=source.name,
                line=line,
            )
            if not kept:
                continue
        else:
            pairs = _leaves(element)
        problems: list[Problem] = []
        record = _xml_record(pairs, raw, line, source.name, problems)
        yield from problems
        yield record
    yield from source.encoding_problems()


def _count_xml(source: Source) -> int:
    return sum(not tag.endswith("/>") for tag in re.findall(r"<record\b[^>]*>", source.text))


def _sniff_xml(head: str, data: bytes, name: str) -> int:
    if "<record>" in head and re.search(r"<(?:ref-type|rec-number|contributors|source-app)\b", head):
        return 95
    return 45 if re.search(r"<xml>\s*<records>", head) else 0


TAGGED = Reader(
    name="endnote-tagged",
    title="EndNote, tagged",
    kinds=("literature",),
    suffixes=(".enw", ".enl", ".txt"),
    sniff=_sniff_tagged,
    read=_read_tagged,
    count=_count_tagged,
)

XML = Reader(
    name="endnote-xml",
    title="EndNote XML",
    kinds=("literature",),
    suffixes=(".xml",),
    sniff=_sniff_xml,
    read=_read_xml,
    count=_count_xml,
)
