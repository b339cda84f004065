"""RIS in all its dialects: path -> records.

Reads the 2001 and 2011 tag sets and what vendors made of them (Ovid, Embase, ProQuest, EBSCO,
JSTOR, Zotero, EndNote, Scopus): ``T1``/``TI``, ``A1``/``AU``, ``Y1``/``PY``, ``N2``/``AB``,
``JF``/``JO``/``T2``; wrapped lines; one space before the dash; ``ER`` missing or doubled; several
``DO``; numbering and header lines between entries; screening labels and whole reference lists
inside ``N1``. Tags without a place of their own are kept under ``extra`` by their own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metanarrative.model import Problem, Record, Reference
from metanarrative.plugins import Reader
from metanarrative.read.fields import (
    keywords_from,
    language_tag,
    page_range,
    person,
    work_type,
    year_problem,
)
from metanarrative.read.references import parse_reference, parse_references
from metanarrative.read.source import Source
from metanarrative.read.tagged import Dialect, Entry, count_entries, read_tagged
from metanarrative.text import normal_doi, squash

_KNOWN = (
    "TY|ER|ID|AU|A[1-4D]|TI|T[1-3T]|AB|N[12]|KW|JO|JF|J[12AP]|VL|VO|IS|SP|EP|PY|Y[12]|DA|DO|UR|L[1-4]"
    "|SN|PB|CY|LA|AN|DB|DP|ST|BT|CT|C[1-8]|M[1-3]|PP|RP|ED|ET|LB|NV|OP|RN|SE|SV|U[1-5]|AV|CN|CR"
)
# two spaces before the dash is the standard; one is accepted of tags that are known
_TAG = (
    r"\ufeff?(?:[A-Z][A-Z0-9][ \t\xa0]{2,4}-|(?:" + _KNOWN + r")[ ]-(?=[ \n]|\Z)"
    r"|(?:PMID|PMCID|DOI|ISSN|ISBN)[ ]{0,2}-(?=[ \n]|\Z))"
)
_LABEL = re.compile(r"ASReview_(relevant|irrelevant|not_seen)", re.IGNORECASE)
_NOTE_REFERENCES = re.compile(r"\s*(?:cited )?references?\s*:\s*", re.IGNORECASE)

RIS = Dialect(
    name="RIS",
    start=re.compile(r"^\ufeff?TY[ \t\xa0]{1,4}-", re.MULTILINE),
    field=re.compile(rf"^({_TAG})(.*(?:\n(?!{_TAG}).*)*)", re.MULTILINE),
    end=re.compile(r"^\ufeff?ER[ \t\xa0]{1,4}-[^\n]*", re.MULTILINE),
    end_tag="ER",
    telling=frozenset({"TI", "T1", "AU", "A1", "AB", "N2", "DO"}),
    known=re.compile(
        r"\ufeff?\s*(?:\d+\.?|<\d+>|\(\d+\)|RECORD \d+|Record #?\d+ of \d+|Provider:.*|Content:.*|Database:.*"
        r"|Source:.*|Unique Identifier.*|VN\s|_{5,}|-{5,}|={5,})\s*\Z"
    ),
)


def _record(entry: Entry, file: str, problems: list[Problem]) -> Record:
    take = entry.fields
    stated = take.first("TY")
    dois = [doi for value in take.look("DO", "DOI") if (doi := normal_doi(value))]
    if not dois:
        # Embase gives the DOI as a link in L3, others as a link in UR, as M3 or in a note
        near = [value for value in take.look("L3", "UR", "LK", "L1", "L2") if "doi.org/" in value]
        near += [value for value in take.look("M3", "N1", "C1") if re.match(r"\s*(?:doi\b|10\.\d)", value, re.I)]
        dois = [doi for value in near if (doi := normal_doi(value))][:1]
        if take.look("DO", "DOI"):
            problems.append(
                Problem(
                    code="bad-doi",
                    message=f"{squash(take.look('DO', 'DOI')[0])[:60]!r} is not a DOI; it is kept under extra",
                    mend="correct the DOI in the export",
                    file=file,
                    line=entry.line,
                )
            )
    elif len(take.look("DO", "DOI")) == 1:
        take.all("DO", "DOI")
    elif len(set(dois)) > 1:
        problems.append(
            Problem(
                code="two-dois",
                message=f"the entry has {len(set(dois))} DOIs; {dois[0]} is taken, the others are under extra",
                mend="remove the wrong one from the export",
                file=file,
                line=entry.line,
            )
        )
    references: list[Reference] = [
        parse_reference(line) for value in take.all("CR") for line in value.split("\n") if line.strip()
    ]
    notes = take.look("N1")
    label = ""
    for note in notes:
        if found := _NOTE_REFERENCES.match(note):
            references += parse_references(note[found.end() :])
        if (found := _LABEL.search(note)) and not label:
            label = found[1].lower().replace("_", " ")
    year, problem = year_problem(take.look("PY", "Y1", "DA"), file=file, line=entry.line)
    if problem is None:
        take.first("PY")
    else:
        problems.append(problem)
    title = take.first("TI", "T1", "CT")
    if not title:
        title = take.first("BT", "ST")  # a book's own title, or the short one for want of better
    abstracts = take.look("AB", "N2")
    abstract = max(abstracts, key=len, default="")
    if len({squash(text) for text in abstracts}) <= 1:
        take.all("AB", "N2")
    links = take.first("UR", "LK", "L2", "L1")
    start, end = take.first("SP"), take.first("EP")
    accession = take.look("AN", "ID")
    pmid = _pmid(take.look("PMID"), accession, " ".join(take.look("DB", "DP")), links)
    if pmid:
        take.first("PMID")
    return Record(
        kind="literature",
        title=title,
        authors=tuple(person(name) for value in take.all("AU", "A1") for name in _names(value)),
        year=year,
        venue=take.first("JF", "T2", "JO", "JA", "J1", "J2", "BT", "JP"),
        volume=take.first("VL", "VO"),
        issue=take.first("IS", "CP"),
        pages=page_range(start, end),
        doi=dois[0] if dois else "",
        pmid=pmid,
        type=work_type(stated),
        language=language_tag(take.first("LA")),
        abstract=squash(abstract),
        keywords=keywords_from(take.all("KW")),
        url=links.split(";")[0].strip() if "://" in links[1:] else links,
        key=take.first("ID", "AN"),
        references=tuple(references),
        extra=take.rest(TY=stated, label=label, UR="" if links.count("://") < 2 else links),
        raw=entry.raw,
        source_file=file,
        line=entry.line,
    )


def _names(value: str) -> list[str]:
    """One author a tag is the rule; some exports wrap the rest, or join them by semicolons."""
    if "\n" not in value and ";" not in value:
        return [value]
    return [name for name in (part.strip() for part in re.split(r"[;\n]", value)) if name]


def _pmid(stated: list[str], accession: list[str], database: str, link: str) -> str:
    for value in stated:
        if found := re.search(r"\d{1,9}", value):
            return found.group()
    if re.search(r"pubmed|medline|\bNLM\b", database, re.IGNORECASE):
        for value in accession:
            if re.fullmatch(r"\d{5,9}", value.strip()):
                return value.strip()
    found = re.search(r"ncbi\.nlm\.nih\.gov/(?:pubmed/)?(\d{4,9})\b", link)
    return found.group(1) if found else ""


def _sniff(head: str, data: bytes, name: str) -> int:
    hint = 5 if name.lower().endswith((".ris", ".enw", ".txt")) else 0
    if RIS.start.search(head):
        return 95 if len(RIS.field.findall(head[:8192])) > 1 or len(head) < 200 else 60 + hint
    tags = {tag.rstrip(" -") for tag, _ in RIS.field.findall(head[:16384])}
    return 40 + hint if len(tags & {"TI", "T1", "AU", "A1", "ER", "PY", "Y1", "JO"}) >= 3 else 0


def _count(source: Source) -> int:
    return count_entries(
        source,
        RIS,
        re.compile(r"\ufeff?TY[ \t\xa0]{1,4}-"),
        re.compile(r"\ufeff?(?:TI|T1|AU|A1|AB|N2|DO)[ \t\xa0]{1,4}-[ \t]*\S"),
    )


def _read(source: Source) -> Iterator[Record | Problem]:
    return read_tagged(source, RIS, _record)


READER = Reader(
    name="ris",
    title="RIS (all dialects)",
    kinds=("literature",),
    suffixes=(".ris", ".enw", ".txt"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
