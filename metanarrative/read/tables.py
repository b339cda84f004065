"""Tables: CSV, TSV and XLSX from Scopus, Web of Science, PubMed and others, or made by hand.

Takes a table; the separator and the header row are told by content. Gives one record a row,
with its raw text and first line, unknown columns under ``extra`` (screening labels too). A
table of dated notes with a nation column becomes one policy document a nation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from types import MappingProxyType
from typing import Any

from metanarrative.errors import ReadError
from metanarrative.model import Block, Problem, Record, Reference
from metanarrative.plugins import Reader
from metanarrative.read.columns import FIELDS, plain_name
from metanarrative.read.documents import document, guarded, is_binary, iso_date
from metanarrative.read.entry import flat
from metanarrative.read.fields import (
    keywords_from,
    language_tag,
    page_range,
    plain_text,
    work_type,
    year_problem,
)
from metanarrative.read.references import parse_reference, parse_references
from metanarrative.read.references_quick import YEARS
from metanarrative.read.table_names import is_empty, names_from
from metanarrative.read.table_rows import Row, Table, find_header, table_of
from metanarrative.text import first_page, normal_doi, squash

__all__ = ["READER", "Maker", "Row", "Table", "names_from"]

_NOTHING = ',;|" \t\n\r\f\v\u00a0'


# --- telling ------------------------------------------------------------------------------------


def _sniff(head: str, data: bytes, name: str) -> int:
    if data.startswith(b"PK\x03\x04"):
        return 94 if b"xl/" in data else 0
    if data.startswith(b"%PDF-") or is_binary(data):
        return 0
    start = head.lstrip("\ufeff \r\n")
    if not start or start[0] in "{[<@%" or start.startswith(("TY  -", "PMID-", "FN ", "---", "#")):
        return 0
    bonus = 5 if name.casefold().endswith((".csv", ".tsv", ".tab")) else 0
    found = find_header(plain_text(start).split("\n", 60)[:60])
    if found is None:
        return bonus and 4
    _, cells, _, known, telling = found
    if telling >= 3 or (telling >= 2 and known >= 3):
        return 80 + bonus
    if known >= 2 and telling:
        return 60 + bonus
    return (25 if len(cells) > 2 or known else 8) + bonus


# --- records ------------------------------------------------------------------------------------


class Maker:
    """Makes records of the rows of one table."""

    def __init__(self, table: Table, file: str, keys: Collection[str]) -> None:
        self.table = table
        self.file = file
        self.keys = keys
        used = {columns[0] for columns in table.columns.values()}
        # a second column for a field (plain authors beside full names) is kept by its own name
        self.others = [(c, name) for c, name in enumerate(table.header) if c not in used and name]
        self.width = len(table.header)
        self.columns = [(field, columns[0], columns[1:]) for field, columns in table.columns.items()]

    def record(self, row: Row) -> tuple[Record, list[Problem]]:
        """Return the record of one row, and what was doubtful in it."""
        cells = row.cells
        n = len(cells)
        if n < self.width:
            cells = [*cells, *[""] * (self.width - n)]
        problems: list[Problem] = []
        got: dict[str, str] = {}
        for field, column, others in self.columns:
            cell = cells[column].strip()
            if not cell or ((len(cell) < 5 or cell[0] == "-") and is_empty(cell)):
                for other in others:
                    if (cell := cells[other].strip()) and not is_empty(cell):
                        break
                else:
                    continue
            got[field] = cell
        get = got.get
        year: int | None = None
        if (stated_year := get("year", "")) and (year := YEARS.get(stated_year)) is None:
            year, wrong = year_problem([stated_year], file=self.file, line=row.line)
            if wrong:
                problems.append(wrong)
        extra: dict[str, str] = {}
        for column, name in self.others:
            if cell := cells[column].strip():
                extra.setdefault(name, cell)
        if n > self.width:
            extra.update(
                (f"column {number}", cell.strip())
                for number, cell in enumerate(cells[self.width :], self.width + 1)
                if cell.strip()
            )
        stated_doi = get("doi", "")
        key = get("key", "")
        doi = normal_doi(stated_doi) if stated_doi else ""
        if not doi and key.startswith(("10.", "doi", "https://doi")):
            doi = normal_doi(key)
        if stated_doi and not doi:
            extra["doi as given"] = stated_doi
        stated_type = get("type", "")
        if stated_type:
            extra["type as given"] = stated_type
        pmid = re.search(r"\d{3,9}", got["pmid"]) if "pmid" in got else None
        title = flat(get("title", ""))
        if "<" in title:
            title = re.sub(r"</?(?:i|b|em|sub|sup|strong)>", "", title)
        authors, keywords, cited = get("authors", ""), get("keywords", ""), get("references", "")
        return (
            Record(
                kind="literature",
                title=title,
                authors=names_from(authors, self.table.vendor) if authors else (),
                year=year,
                venue=flat(get("venue", "")),
                volume=flat(get("volume", "")),
                issue=flat(get("issue", "")),
                pages=_pages(get("first_page", ""), get("last_page", "")) or flat(get("pages", "")).replace("--", "-"),
                doi=doi,
                pmid=pmid.group() if pmid else "",
                type=work_type(stated_type) if stated_type else "",
                language=language_tag(got["language"]) if "language" in got else "",
                abstract=_abstract(flat(get("abstract", ""))),
                keywords=keywords_from([keywords.replace("|", ";")]) if keywords else (),
                url=get("url", ""),
                key=key.rsplit("/", 1)[-1] if key.startswith("https://openalex.org/") else key,
                references=self.references(cited) if cited else (),
                extra=MappingProxyType(extra),
                raw=row.raw,
                source_file=self.file,
                line=row.line,
            ),
            problems,
        )

    def references(self, cell: str) -> tuple[Reference, ...]:
        """Return the references in a cell, in the writing of the table's vendor."""
        if not cell or cell.isdigit():
            return ()
        if "openalex.org/W" in cell or re.fullmatch(r"(?:W\d+[|;, ]*)+", cell):
            return tuple(Reference(raw=key, key=key) for key in re.findall(r"W\d+", cell))
        if self.table.vendor == "dimensions" and cell.startswith("["):
            pieces = re.split(r"\]\s*;\s*\[", cell.strip()[1:].removesuffix("]"))
            return tuple(_dimensions_reference(squash(piece)) for piece in pieces if piece.strip())
        if self.table.vendor == "lens":
            return tuple(Reference(raw=key, key=key) for key in map(str.strip, cell.split(";")) if key)
        return tuple(parse_references(cell, keys=self.keys))


def _pages(first: str, last: str) -> str:
    if first.isalnum() and last.isalnum():
        return first if first == last else f"{first}-{last}"
    return page_range(first, last) if first or last else ""


_DIMENSIONS_PLACES = re.compile(
    r"(?:^|[,|])\s*(?P<venue>[^,|]*?)\s*[,|]\s*(?P<year>(?:1[5-9]|20)\d\d)\s*[,|]\s*(?P<volume>[^,|]*?)\s*[,|]"
    r"\s*[^,|]*[,|]\s*(?P<pages>[^,|]*)"
)


def _dimensions_reference(raw: str) -> Reference:
    """Return a reference of Dimensions: authors, ids, journal, year, volume, issue, pages, DOI, id, times cited.

    Examples
    --------
    >>> one = _dimensions_reference("Deegan, P., null, null, Rehab J, 1988, 11, 4, 11-19, 10.1037/h0099565, pub.12, 9")
    >>> one.first_author, one.year, one.venue, one.volume, one.page, one.doi, one.key
    ('Deegan, P.', 1988, 'Rehab J', '11', '11', '10.1037/h0099565', 'pub.12')
    """
    parsed = parse_reference(raw)
    key = re.search(r"\bpub\.\d+", raw)
    found = _DIMENSIONS_PLACES.search(raw)
    told = {} if found is None else {name: "" if text == "null" else text for name, text in found.groupdict().items()}
    return parsed._replace(
        key=key.group() if key else "",
        venue=told.get("venue", "") or parsed.venue,
        volume=told.get("volume", "") or parsed.volume,
        page=first_page(told.get("pages", "")) or parsed.page,
    )


def _abstract(text: str) -> str:
    if text.startswith('{"'):  # the inverted abstract of OpenAlex
        from metanarrative.read.openalex import abstract_from_index

        try:
            text = abstract_from_index(json.loads(text)) or text
        except ValueError:  # damaged: kept as it is
            return text
    if len(text) < 30 and text.casefold() in ("[no abstract available]", "no abstract available", "abstract"):
        return ""
    return text


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    if not source.size:
        raise ReadError("the file is empty (0 bytes)", mend="export it again", where=source.name)
    binary = source.head(4) == b"PK\x03\x04"
    if not binary and is_binary(source.head(8192)):
        raise ReadError("this is not a table of text", mend="export as CSV (UTF-8)", where=source.name)
    table = table_of(source)
    if not binary:
        yield from source.encoding_problems()
    if table is None:
        raise ReadError(
            "no header row was found",
            mend="put the column names into the first row: title, authors, year, abstract, doi ...",
            where=source.name,
        )
    if _is_notes(table):
        yield from _notes(source, table)
        return
    problem = _missing(table, source.name)
    if problem:
        yield problem
        return
    yield _choice(table, source.name)
    if "title" not in table.columns:
        yield Problem(
            code="no-titles",
            message="the table has identifiers but no titles; records are kept by their identifiers",
            mend="complete them from OpenAlex or Crossref by DOI, or export again with titles",
            file=source.name,
            line=table.line,
        )
    keys: frozenset[str] = frozenset()
    if "key" in table.columns and "references" in table.columns:
        column = table.columns["key"][0]
        keys = frozenset(row.cells[column].strip() for row in table.rows if column < len(row.cells)) - {""}
    maker = Maker(table, source.name, keys)
    ragged = nameless = 0
    for row in table.rows:
        if not row.raw.strip(_NOTHING) and not any(cell.strip() for cell in row.cells):
            yield Problem(
                code="empty-row",
                message="the row has separators but no content",
                mend="delete the row",
                severity="error",
                file=source.name,
                line=row.line,
            )
            continue
        if row.unclosed:
            yield Problem(
                code="unclosed-quote",
                message="a quotation mark is never closed; the line was read without minding quotation marks",
                mend="double the quotation marks inside cells, or export again",
                file=source.name,
                line=row.line,
            )
        width = len(row.cells) - (not row.cells[-1].strip())
        ragged += width > len(table.header)
        record, problems = maker.record(row)
        known = record.title or record.doi or record.pmid or record.abstract or record.extra.get("doi as given")
        nameless += not known
        yield from problems
        yield record
    if nameless:
        yield Problem(
            code="nameless-rows",
            message=f"{nameless} rows have neither title, abstract nor identifier; they were kept as records",
            mend="complete or delete them; rows that were cut in two look like this",
            file=source.name,
            line=table.line,
        )
    if ragged:
        yield Problem(
            code="ragged-rows",
            message=f"{ragged} rows have more cells than the header; the surplus is kept under extra",
            mend="check that separators inside cells are quoted",
            file=source.name,
            line=table.line,
        )


def _missing(table: Table, file: str) -> Problem | None:
    if any(field in table.columns for field in ("title", "doi", "pmid")):
        return None
    if "key" in table.columns and table.vendor != "generic":
        return None
    seen = ", ".join(name for name in table.header if name)[:300]
    if "nation" in table.columns:
        return Problem(
            code="missing-column",
            message=f"a table by nation, but no column holds words to read (columns seen: {seen})",
            mend="name the column of words `text`; figures alone are no document",
            severity="error",
            file=file,
            line=table.line,
        )
    return Problem(
        code="missing-column",
        message=f"no column holds titles (columns seen: {seen})",
        mend="name one column `title`; others that are known: " + ", ".join(f for f in FIELDS if f != "title"),
        severity="error",
        file=file,
        line=table.line,
    )


def _choice(table: Table, file: str) -> Problem:
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
    kept = [
        name
        for column, name in enumerate(table.header)
        if name and not any(column == columns[0] for columns in table.columns.values())
    ]
    message = f"read as {table.vendor} table" + (f" separated by {names[table.separator]}" if table.separator else "")
    if kept:
        message += f"; columns kept under extra: {', '.join(kept)[:300]}"
    return Problem(code="table", message=message, mend="nothing to do", severity="note", file=file, line=table.line)


# --- dated notes --------------------------------------------------------------------------------


def _is_notes(table: Table) -> bool:
    columns = table.columns
    return "nation" in columns and "text" in columns and "title" not in columns and "doi" not in columns


def _notes(source: Any, table: Table) -> Iterator[Record | Problem]:
    """One policy document a nation, one block a note; the note's number is its date."""
    nation_column, text_column = table.columns["nation"][0], table.columns["text"][0]
    date_column = table.columns.get("year", [-1])[0]
    others = [
        (column, name)
        for column, name in enumerate(table.header)
        if column not in (nation_column, text_column, date_column) and name
    ]
    groups: dict[str, list[tuple[str, Block]]] = {}
    raw: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for row in table.rows:
        cells = [*row.cells, *[""] * (len(table.header) - len(row.cells))]
        nation, text = squash(cells[nation_column]), squash(cells[text_column])
        if not nation or not text:
            yield Problem(
                code="empty-row",
                message="the note has no nation or no text",
                mend="fill the cell, or delete the row",
                file=source.name,
                line=row.line,
            )
            continue
        date = iso_date(cells[date_column]) if date_column >= 0 else ""
        section = " > ".join(squash(cells[column]) for column, _ in others if cells[column].strip())
        groups.setdefault(nation, []).append((date, Block(text, number=date, section=section)))
        raw.setdefault(nation, []).append(row.raw)
        lines.setdefault(nation, row.line)
    yield Problem(
        code="notes-table",
        message=f"read as dated notes: {len(groups)} documents, one a nation ({', '.join(sorted(groups))})",
        mend="nothing to do; for literature name a column `title`",
        severity="note",
        file=source.name,
        line=table.line,
    )
    for nation, notes in sorted(groups.items()):
        dates = sorted(date for date, _ in notes if date)
        span = f", {dates[0]} to {dates[-1]}" if dates else ""
        name = plain_name(nation)
        known = {"england": "england", "wales": "wales", "cymru": "wales", "scotland": "scotland", "uk": "uk",
                 "unitedkingdom": "uk", "northernireland": "northern-ireland"}  # fmt: skip
        record = document(
            source,
            [block for _, block in notes],
            title=f"{nation}: {len(notes)} dated notes{span}",
            facets={
                "nation": known.get(name, "other"),
                "issued": dates[0] if dates else "",
                "valid_from": dates[0] if dates else "",
                "valid_to": dates[-1] if dates else "",
                "type": "notes",
                "level": "macro",
            },
            key=nation,
        )
        yield _placed(record, "\n".join(raw[nation]), lines[nation])


def _placed(record: Record, raw: str, line: int) -> Record:
    return record._replace(raw=raw, line=line)


def _count(source: Any) -> int:
    """Count rows without making records of them; one for a table that cannot be used."""
    if source.head(4) != b"PK\x03\x04" and is_binary(source.head(8192)):
        return 1
    try:
        table = table_of(source) if source.size else None
    except ReadError:
        return 1
    if table is None or (not _is_notes(table) and _missing(table, "")):
        return 1
    if _is_notes(table):
        nation, text = table.columns["nation"][0], table.columns["text"][0]
        return len(
            {
                squash(row.cells[nation])
                for row in table.rows
                if len(row.cells) > max(nation, text) and row.cells[nation].strip() and row.cells[text].strip()
            }
        )
    return len(table.rows)


READER = Reader(
    name="table",
    title="Table (CSV, TSV, XLSX: Scopus, Web of Science, PubMed, IEEE, Springer, Lens, Dimensions, generic)",
    kinds=("literature", "policy"),
    suffixes=(".csv", ".tsv", ".xlsx", ".txt", ".tab"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
