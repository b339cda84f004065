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
    empty_mapping,
    four_digits,
    keywords_from,
    language_tag,
    page_range,
    person,
    work_type,
    year_problem,
)
from metanarrative.read.references import parse_reference, parse_references
from metanarrative.read.source import Source
from metanarrative.read.tagged import Choice, Dialect, Entry, Fields, bare_tags, count_entries, flat, read_tagged
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

_DOI_FIRST = re.compile(r"\s*(?:doi\b|10\.\d)", re.IGNORECASE)
_MEDICAL = re.compile(r"pubmed|medline|\bNLM\b", re.IGNORECASE)

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
    tag=re.compile(rf"({_TAG})"),
    bare=bare_tags("{}  -"),
    width=5,
    lead=("\nTY",),
    opens="TY",
)


_FIRST = Choice(
    ("TY",),
    ("TI", "T1", "CT", "BT", "ST"),  # the last two: a book's own title, or the short one for want of better
    ("JF", "T2", "JO", "JA", "J1", "J2", "BT", "JP"),
    ("VL", "VO"),
    ("IS", "CP"),
    ("SP",),
    ("EP",),
    ("UR", "LK", "L2", "L1"),
    ("ID", "AN"),
    ("LA",),
)


def _record(entry: Entry, file: str, problems: list[Problem]) -> Record:
    take = entry.fields
    given = take.values
    stated, title, venue, volume, issue, begin, end, links, key, language = take.firsts(_FIRST)
    references: list[Reference] = []
    if "CR" in given:
        references += [parse_reference(row) for value in take.all("CR") for row in value.split("\n") if row.strip()]
    label = ""
    for note in given.get("N1", ()):
        if found := _NOTE_REFERENCES.match(note):
            references += parse_references(note[found.end() :])
        if not label and (found := _LABEL.search(note)):
            label = found[1].lower().replace("_", " ")
    # in the order of the fields: by their names it would take four times as long
    return Record._make(
        (
            "literature",  # kind
            title,
            _authors(take.all("AU", "A1")),  # authors
            _year(take, file, entry.line, problems),  # year
            venue,
            volume,
            issue,
            page_range(begin, end) if begin or end else "",  # pages
            _doi(take, file, entry.line, problems),  # doi
            _pmid(take, links),  # pmid
            work_type(stated),  # type
            language_tag(language) if language else "",  # language
            _abstract(take),  # abstract
            keywords_from(take.all("KW")) if "KW" in given else (),  # keywords
            links.split(";")[0].strip() if "://" in links[1:] else links,  # url
            key,
            tuple(references),  # references
            (),  # blocks
            empty_mapping(),  # facets
            take.rest(TY=stated, label=label, UR="" if links.count("://") < 2 else links),  # extra
            entry.raw,
            file,  # source_file
            entry.line,
        )
    )


def _year(take: Fields, file: str, line: int, problems: list[Problem]) -> int | None:
    given = take.values
    if "PY" in given and (year := four_digits(given["PY"][0])):
        take.first("PY")
        return year
    year, problem = year_problem(take.look("PY", "Y1", "DA"), file=file, line=line)
    if problem is None:
        take.first("PY")
    else:
        problems.append(problem)
    return year


def _doi(take: Fields, file: str, line: int, problems: list[Problem]) -> str:
    given = take.values
    if "DO" in given and "DOI" not in given:
        values = given["DO"]
        if len(values) == 1 and (doi := normal_doi(values[0])):
            take.take("DO")
            return doi
    printed = take.look("DO", "DOI")
    dois = [doi for value in printed if (doi := normal_doi(value))]
    if dois:
        if len(printed) == 1:
            take.all("DO", "DOI")
        elif len(set(dois)) > 1:
            problems.append(
                Problem(
                    code="two-dois",
                    message=f"the entry has {len(set(dois))} DOIs; {dois[0]} is taken, the others are under extra",
                    mend="remove the wrong one from the export",
                    file=file,
                    line=line,
                )
            )
        return dois[0]
    if printed:
        problems.append(
            Problem(
                code="bad-doi",
                message=f"{squash(printed[0])[:60]!r} is not a DOI; it is kept under extra",
                mend="correct the DOI in the export",
                file=file,
                line=line,
            )
        )
    # Embase gives the DOI as a link in L3, others as a link in UR, as M3 or in a note
    near = [value for value in take.look("L3", "UR", "LK", "L1", "L2") if "doi.org/" in value]
    near += [value for value in take.look("M3", "N1", "C1") if _DOI_FIRST.match(value)]
    return next((doi for value in near if (doi := normal_doi(value))), "")


def _abstract(take: Fields) -> str:
    given = take.values
    if "N2" not in given:
        if "AB" not in given:
            return ""
        if len(given["AB"]) == 1:
            return take.first("AB")
    abstracts = take.look("AB", "N2")
    if len({squash(text) for text in abstracts}) <= 1:
        take.all("AB", "N2")
    return flat(max(abstracts, key=len)) if abstracts else ""


def _authors(values: list[str]) -> tuple[str, ...]:
    """One author a tag is the rule; some exports wrap the rest, or join them by semicolons."""
    printed = "\n".join(values)
    if ";" in printed:
        printed = printed.replace(";", "\n")
    elif values and printed.count("\n") == len(values) - 1:
        return tuple(map(person, values))
    return tuple([person(name) for part in printed.split("\n") if (name := part.strip())])


def _pmid(take: Fields, link: str) -> str:
    given = take.values
    if "PMID" in given:
        for value in given["PMID"]:
            if found := re.search(r"\d{1,9}", value):
                take.first("PMID")
                return found.group()
    if ("DB" in given or "DP" in given) and _MEDICAL.search(" ".join(take.look("DB", "DP"))):
        for value in take.look("AN", "ID"):
            if re.fullmatch(r"\d{5,9}", value):
                return value
    if "ncbi" not in link:
        return ""
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
        re.compile(r"TY[ \t\xa0]{1,4}-"),
        re.compile(r"(?:TI|T1|AU|A1|AB|N2|DO)[ \t\xa0]{1,4}-[ \t]*\S"),
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
