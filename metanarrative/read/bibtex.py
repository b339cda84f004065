"""BibTeX and BibLaTeX: path -> records.

A scanner of our own finds every entry and field, with place and raw text, in files that pybtex
refuses or of which it would lose fields: names of fields with spaces, unbalanced braces, repeated
keys (different works), ``@`` inside text, entries without a key. pybtex parses small files first and files up to
``PYBTEX_BYTES`` in which the scanner met anything odd; where both find the same fields its values are
taken, and what it would have lost is said in a note. On sound entries both agree, which a test
holds them to, so a large sound file is left to the scanner, several times as fast
(docs/decisions/0007). Names are split by pybtex where they are not simply
"Family, Given". ``@string`` macros, ``#`` and ``crossref`` are resolved; LaTeX becomes Unicode.

A field ``references`` holds, ``;``-separated, keys of entries in the same file, DOIs or strings;
``cited-references`` (Web of Science) and ``references`` (Scopus) are split the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from metanarrative.model import Problem, Record, Reference
from metanarrative.plugins import Reader
from metanarrative.read.bibtex_scan import MONTHS, NOT_ENTRIES, START, Scan, Scanned, closing_brace, scan
from metanarrative.read.entry import flat
from metanarrative.read.fields import (
    empty_mapping,
    is_corporate,
    keywords_from,
    language_tag,
    person,
    work_type,
    year_problem,
)
from metanarrative.read.latex import to_unicode
from metanarrative.read.references import parse_references
from metanarrative.read.references_quick import YEARS
from metanarrative.read.source import Source
from metanarrative.text import normal_doi, squash

PYBTEX_FIRST = 64 * 1024
"""Files up to so many letters are always parsed by pybtex, which comes first."""

PYBTEX_BYTES = 1024**2
"""Larger files are never parsed by pybtex: about two thousand entries a second."""

_INHERITED = (
    "year", "date", "booktitle", "publisher", "series", "volume", "address", "location", "editor",
    "organization", "journal", "journaltitle", "language", "isbn", "issn",
)  # fmt: skip
_REFERENCE_FIELDS: Final = ("references", "cited-references", "cited_references", "cited references", "citedreferences")
_AND: Final = re.compile(r" and ", re.IGNORECASE)
_DASHES: Final = re.compile(r"\s*(?:--+|[–—])\s*|\s+-\s+")
_ENTRY_HEAD = re.compile(r"[ \t]*([A-Za-z][\w-]*)\s*[{(]")
_PMID_FIELDS = ("pmid", "pubmed-id", "pubmed_id", "pubmedid", "pubmed")
_KEYWORD_FIELDS: Final = (
    "keywords", "keyword", "key words", "author_keywords", "author keywords", "author-keywords",
    "keywords-plus", "keywords plus", "index_keywords",
)  # fmt: skip
_LISTS: Final = frozenset((*_REFERENCE_FIELDS, *_KEYWORD_FIELDS))
_SAYS_PMID: Final = frozenset((*_PMID_FIELDS, "eprint", "note"))
_WIDE_TYPES: Final = frozenset(("misc", "unpublished", "online", "electronic", "techreport", "report", "thesis"))


# -- pybtex -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Check:
    """What pybtex would have done with the file."""

    entries_lost: int = 0
    fields_lost: int = 0
    first: str = ""
    refused: str = ""


def _with_pybtex(text: str, entries: list[Scanned]) -> _Check:
    """Take pybtex's values where it finds the same fields; note what it would have lost."""
    from pybtex.database.input.bibtex import LowLevelParser
    from pybtex.exceptions import PybtexError

    check = _Check()
    errors: list[str] = []
    theirs: dict[str, list[list[tuple[str, str]]]] = {}
    parser = LowLevelParser(
        text, macros=dict(MONTHS), handle_error=lambda error: errors.append(str(error)), want_entry=lambda key: True
    )
    try:
        for kind, body in parser:
            if kind.casefold() not in NOT_ENTRIES:
                key, fields = body
                theirs.setdefault(key or "", []).append([(name.casefold(), "".join(parts)) for name, parts in fields])
    except (PybtexError, RecursionError, ValueError, IndexError) as error:
        errors.append(str(error))
    seen: set[str] = set()
    for entry in entries:
        known = theirs.get(entry.key, [])
        pairs = known.pop(0) if known else None
        lost = 0
        # pybtex keeps only the first of several entries with one key
        if pairs is None or entry.key.casefold() in seen:
            check.entries_lost += 1
            check.first = check.first or f"entry {entry.key!r} in line {entry.line}"
        seen.add(entry.key.casefold())
        if pairs is None:
            continue
        ours, others = Counter(name for name, _ in entry.pairs), Counter(name for name, _ in pairs)
        if [name for name, _ in entry.pairs] == [name for name, _ in pairs]:
            entry.pairs = pairs
        else:
            lost = sum((ours - others).values())
        if lost:
            check.fields_lost += lost
            name = next(iter(ours - others))
            check.first = check.first or f"field {name!r} of {entry.key!r} in line {entry.line}"
    check.refused = errors[0] if errors else ""
    return check


def _odd(scanned: Scan) -> bool:
    """Tell whether pybtex might refuse the file or lose something of it."""
    keys = [entry.key.casefold() for entry in scanned.entries]
    return (
        bool(scanned.undefined)
        or len(set(keys)) < len(keys)
        or any(
            entry.doubts
            or not entry.key
            or not entry.pairs
            or " " in entry.key
            or any(" " in name for name, _ in entry.pairs)
            or "@" in entry.raw[1:]
            for entry in scanned.entries
        )
    )


# -- names ------------------------------------------------------------------------------------


def split_names(text: str) -> list[str]:
    """Split an author field at "and" outside braces.

    Examples
    --------
    >>> split_names("Slade, Mike and {Health and Care Board} AND Leamy, Mary")
    ['Slade, Mike', '{Health and Care Board}', 'Leamy, Mary']
    """
    if "{" not in text:
        text = flat(text.strip())
        # nearly all write it in small letters
        parts = text.split(" and ") if text.lower().count(" and ") == text.count(" and ") else _AND.split(text)
        return [name for name in parts if name]
    names, depth, begin = [], 0, 0
    text = squash(text)
    for found in re.finditer(r"[{}]| and (?=\S)", text, re.IGNORECASE):
        sign = found[0]
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif depth <= 0:
            names.append(text[begin : found.start()].strip())
            begin = found.end()
    names.append(text[begin:].strip())
    return [name for name in names if name]


@lru_cache(maxsize=65536)
def _author(name: str) -> str:
    """Return "Family, Given"; names in braces of their own and organisations stay whole, "others" is none."""
    if name.casefold() == "others":
        return ""
    if name.startswith("{") and name.endswith("}") and closing_brace(name, 0, len(name)) == len(name) - 1:
        return squash(to_unicode(name))
    plain = squash(to_unicode(name)).strip(" ,")
    if "," in plain or " " not in plain:
        return person(plain)
    if is_corporate(plain):
        return plain
    from pybtex.database import Person
    from pybtex.exceptions import PybtexError

    try:
        parsed = Person(plain)
    except (PybtexError, ValueError, IndexError, RecursionError):
        return person(plain, given_first=True)
    family = " ".join(parsed.prelast_names + parsed.last_names)
    given = " ".join(parsed.first_names + parsed.middle_names)
    return person(f"{family}, {given}") if given else person(plain, given_first=True)


def _authors(text: str) -> list[str]:
    names = split_names(text)
    if len(names) == 1 and ";" in names[0]:
        names = [name.strip() for name in names[0].split(";") if name.strip()]
    return [author for name in names if (author := _author(name))]


# -- records ----------------------------------------------------------------------------------


def _record(
    entry: Scanned, parents: Mapping[str, Scanned], keys: frozenset[str], file: str, problems: list[Problem]
) -> Record:
    values: dict[str, str] = {}
    more: dict[str, list[str]] = {}  # what a name has beyond its first value
    for name, value in entry.pairs:
        if value := value.strip():
            if name in values:
                more.setdefault(name, []).append(value)
            else:
                values[name] = value
    if "crossref" in values:
        _inherit(entry, values, parents, file, problems)
    # what is taken out here has a place of its own; what is left goes to extra
    get, take = values.get, values.pop
    year = YEARS.get(get("year", ""))
    if year is None:
        stated_years = [to_unicode(value) for value in _every(values, more, "year", "date", "issue_date")]
        year, problem = year_problem(stated_years, file=file, line=entry.line)
        if problem is None:
            take("year", "")
        else:
            problems.append(problem)
    else:
        take("year")
    title = _words(take("title", ""))
    if "subtitle" in values:
        subtitle = _words(take("subtitle"))
        if subtitle.casefold() not in title.casefold():
            title = f"{title}: {subtitle}" if title else subtitle
    booktitle = _words(take("booktitle")) if "booktitle" in values else ""
    if not title:
        title, booktitle = booktitle, ""
    doi = url = ""
    if "doi" in values and not (doi := normal_doi(_address(values["doi"]))):
        doi = next((d for value in more.get("doi", ()) if (d := normal_doi(_address(value)))), "")
    if printed := take("url", "") or take("link", ""):
        url = _address(flat(printed))
    if doi:
        take("doi")
    elif "doi.org/" in url:
        doi = normal_doi(url)
    references: list[Reference] = []
    keywords: list[str] = []
    if not _LISTS.isdisjoint(values):
        for name in _REFERENCE_FIELDS:
            if name in values:
                for value in (take(name), *more.pop(name, ())):
                    references += parse_references(_plain_lines(value), keys=keys)
        for name in _KEYWORD_FIELDS:
            if name in values:
                keywords += (take(name), *more.pop(name, ()))
    stated = get("type", "") or get("document_type", "") or get("entrysubtype", "")
    if pages := flat(take("pages", "") or take("page", "")):
        pages = _DASHES.sub("-", pages) if "-" in pages or not pages.isascii() else pages
    if "journal" in values or "journaltitle" in values:
        venue = _short_words(take("journal", "") or take("journaltitle", ""))
    else:
        venue = booktitle or _words(take("institution", "") or take("school", ""))
        booktitle = ""
    authors: list[str] = []
    if "author" in values:
        for value in (take("author"), *more.pop("author", ())):
            authors += _authors(value)
    volume, issue = take("volume", ""), take("number", "") or take("issue", "")
    if not pages:
        pages = _words(take("eid", "") or take("article-number", "") or take("articleno", "") or take("art_number", ""))
    pmid = "" if _SAYS_PMID.isdisjoint(values) and "PMID" not in entry.key else _pmid(entry, values, more)
    kind = _type(entry.kind, flat(stated), values, more)
    language = take("language", "") or take("langid", "")
    abstract = _words(take("abstract", ""))
    for name, further in more.items():
        values[name] = "\n".join((values[name], *further) if name in values else further)
    values["entrytype"] = entry.kind
    if booktitle:
        values["booktitle"] = booktitle
    # in the order of the fields: by their names it would take four times as long
    return Record._make(
        (
            "literature",  # kind
            title,
            tuple(authors),  # authors
            year,
            venue,
            _short_words(volume),  # volume
            _short_words(issue),  # issue
            pages,
            doi,
            pmid,
            kind,  # type
            language_tag(_short_words(language)) if language else "",  # language
            abstract,
            # keywords
            keywords_from(squash(to_unicode(value if ";" in value else value.replace(",", ";"))) for value in keywords)
            if keywords
            else (),
            url,
            entry.key,
            tuple(references),  # references
            (),  # blocks
            empty_mapping(),  # facets
            MappingProxyType(values),  # extra
            entry.raw,
            file,  # source_file
            entry.line,
        )
    )


def _inherit(
    entry: Scanned, values: dict[str, str], parents: Mapping[str, Scanned], file: str, problems: list[Problem]
) -> None:
    """Put into `values` what the entry does not say and the one it points at does."""
    parent = parents.get(values["crossref"].casefold())
    if parent is None:
        problems.append(
            Problem(
                code="missing-crossref",
                message=f"entry {entry.key!r} takes fields from {values['crossref']!r}, which is not in this file",
                mend="add the entry it points at to the same file",
                file=file,
                line=entry.line,
            )
        )
        return
    names = {name for name, _ in entry.pairs}
    own = dict(reversed(parent.pairs))
    inherited = {name: own[name] for name in _INHERITED if name in own}
    if "title" in own:
        inherited.setdefault("booktitle", own["title"])
    values.update(
        (name, value) for name, printed in inherited.items() if name not in names and (value := printed.strip())
    )


def _every(values: Mapping[str, str], more: Mapping[str, list[str]], *names: str) -> list[str]:
    """Return all values of `names`, of which none is taken."""
    return [value for name in names if name in values for value in (values[name], *more.get(name, ()))]


def _words(value: str) -> str:
    """Return a trimmed value as plain text."""
    if "\\" in value:
        return squash(to_unicode(flat(value)))
    if "{" in value or "}" in value:
        value = value.replace("{", "").replace("}", "").strip()
    value = flat(value)
    return to_unicode(value) if "~" in value or "-" in value or "`" in value else value


_short_words = lru_cache(maxsize=65536)(_words)  # journals, numbers of volumes


def _plain_lines(value: str) -> str:
    """Return a value of several lines without LaTeX markup, which ends with its line."""
    if "\\" in value or "`" in value:
        return "\n".join(to_unicode(row) for row in value.split("\n"))
    return to_unicode(value)


def _address(value: str) -> str:
    r"""Return a link or DOI without escapes: ``\_`` and the like mean the sign itself."""
    if not ("\\" in value or "{" in value or "}" in value):
        return value.strip()
    return re.sub(r"\\([_&%#$~{}])", r"\1", value).replace("{", "").replace("}", "").strip()


def _pmid(entry: Scanned, values: dict[str, str], more: Mapping[str, list[str]]) -> str:
    for name in _PMID_FIELDS:
        for value in _every(values, more, name) if name in values else ():
            if value.isdecimal():
                del values[name]
                return value
    if "eprint" in values and any(
        value.casefold() in ("pubmed", "pmid") for value in _every(values, more, "eprinttype", "archiveprefix")
    ):
        for value in _every(values, more, "eprint"):
            if value.isdecimal():
                return value
    for value in (*_every(values, more, "note"), entry.key):
        if "PMID" in value and (found := re.search(r"\bPMID:?\s*(\d{4,9})\b", value)):
            return found[1]
    return ""


def _type(kind: str, stated: str, values: Mapping[str, str], more: Mapping[str, list[str]]) -> str:
    word = kind.casefold()
    if word in _WIDE_TYPES:
        names = _every(values, more, "eprinttype", "archiveprefix", "publisher", "howpublished")
        if re.search(
            r"arxiv|biorxiv|medrxiv|psyarxiv|socarxiv|research square|ssrn|preprint", " ".join(names).casefold()
        ):
            return "preprint"
        if word == "misc":
            return work_type(stated) if stated else "other"
    if stated and word == "article" and re.search(r"conference|proceedings", stated, re.IGNORECASE):
        return "conference"
    return _usual_type(kind, stated)


_usual_type = lru_cache(maxsize=1024)(work_type)


def _read(source: Source) -> Iterator[Record | Problem]:
    text = source.plain
    scanned = scan(text)
    entries, undefined = scanned.entries, scanned.undefined
    # pybtex has no budget: a file that broke ours is not given to it
    small = len(text) <= min(PYBTEX_FIRST, PYBTEX_BYTES)
    checked = not scanned.hostile and (small or (len(text) <= PYBTEX_BYTES and _odd(scanned)))
    check = _with_pybtex(text, entries) if checked else _Check()
    keys = frozenset(entry.key for entry in entries if entry.key)
    parents: dict[str, Scanned] = {}
    for entry in reversed(entries):  # the first of a key is meant
        parents[entry.key.casefold()] = entry
    places: dict[str, int] = {}
    problems: list[Problem] = []
    for entry in entries:
        record = _record(entry, parents, keys, source.name, problems)
        for doubt in entry.doubts:
            problems.append(
                Problem(
                    code="unbalanced",
                    message=f"entry {entry.key!r}: {doubt}; its fields were taken line by line",
                    mend="close every brace of this entry",
                    file=source.name,
                    line=entry.line,
                )
            )
        key = entry.key
        if key not in places:
            places[key] = entry.line
        elif key:
            problems.append(
                Problem(
                    code="repeated-key",
                    message=f"the key {entry.key!r} stands in line {places[entry.key]} too; "
                    "both entries were read as different works",
                    mend="give one of them another key, or leave it to the search for duplicates",
                    file=source.name,
                    line=entry.line,
                )
            )
        if not entry.pairs:
            problems.append(
                Problem(
                    code="empty-record",
                    message=f"entry {entry.key!r} has no field with a value; it was kept",
                    mend="delete it from the export if it is a left-over",
                    file=source.name,
                    line=entry.line,
                )
            )
        if problems:
            yield from problems
            problems.clear()
        yield record
    for line, name in undefined:
        yield Problem(
            code="undefined-macro",
            message=f"the abbreviation {name[:60]!r} is defined nowhere; its name was taken as the value",
            mend=f"add @string{{{name[:60]} = ...}} or put the value in braces",
            file=source.name,
            line=line,
        )
    if check.entries_lost or check.fields_lost:
        yield Problem(
            code="tolerant-bibtex",
            message=f"strict BibTeX parsing (pybtex) would have lost {check.entries_lost} entries and "
            f"{check.fields_lost} fields, first {check.first}; the tolerant reader kept them",
            mend="nothing to do",
            severity="note",
            file=source.name,
        )
    yield from source.encoding_problems()


def _count(source: Source) -> int:
    n = 0
    parts = source.plain.split("@")
    begun = True  # at the beginning of the text, or of a line, or behind a closing brace
    for place, part in enumerate(parts):
        if place and begun and (found := _ENTRY_HEAD.match(part)):
            n += found[1].casefold() not in NOT_ENTRIES
        before = part.rstrip(" \t,\ufeff")
        begun = before[-1:] in ("\n", "}", ")") or (not place and not before)
    return n


def _sniff(head: str, data: bytes, name: str) -> int:
    hint = 4 if name.lower().endswith((".bib", ".bibtex")) else 0
    found = START.search(head) if "@" in head else None
    if found is None:
        return 0
    body = head[found.end() : found.end() + 2000]
    if found[1].casefold() in NOT_ENTRIES:
        return 60 + hint
    if re.match(r"\s*[^,={}\n]*,", body) and "=" in body:
        return 90 + hint if not head[: found.start()].strip() else 70 + hint
    return 40 + hint if "=" in body or "," in body else 15 + hint


READER = Reader(
    name="bibtex",
    title="BibTeX, BibLaTeX",
    kinds=("literature",),
    suffixes=(".bib", ".bibtex"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
