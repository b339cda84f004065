"""What people wrote about the files: ``sources.csv`` and the policy ``manifest.csv``.

Takes the two tables as text and the records read; gives rows by file name, and policy records
whose facets join what the document says with what the manifest says. The manifest overrules, and
where the two disagree both are named.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metanarrative.model import FORCES, LEVELS, NATIONS, Problem, Record
from metanarrative.read.fields import language_tag, plain_text
from metanarrative.read.source import Source
from metanarrative.text import fold, normal_title, squash, year_of

__all__ = ["Row", "apply_manifest", "match_rows", "nation_tag", "read_rows"]

_NATION_WORDS = {
    "cymru": "wales",
    "lloegr": "england",
    "united kingdom": "uk",
    "u.k.": "uk",
    "great britain": "uk",
    "gb": "uk",
    "england and wales": "uk",
    "england & wales": "uk",
    "england-wales": "uk",
    "y deyrnas unedig": "uk",
    "northern ireland": "northern-ireland",
    "ni": "northern-ireland",
    "alban": "scotland",
    "yr alban": "scotland",
}
_OWN_FIELDS = ("file", "title", "year", "language", "url")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table about files."""

    file: str
    line: int
    cells: Mapping[str, str]


def nation_tag(stated: str) -> str:
    """Return the toolkit's word for a nation, or ``""`` where it is not known.

    Examples
    --------
    >>> nation_tag(" Cymru "), nation_tag("England & Wales"), nation_tag("Atlantis")
    ('wales', 'uk', '')
    """
    word = squash(stated).casefold()
    word = _NATION_WORDS.get(word, word)
    return word if word in NATIONS else ""


def read_rows(source: Source) -> tuple[list[Row], list[Problem]]:
    """Read a table whose first line names a column ``file``.

    Commas, semicolons or tabs part the cells, whichever the header holds most of.
    """
    text = plain_text(source.text)
    problems = list(source.encoding_problems())
    head = next((line for line in text.split("\n") if line.strip()), "")
    if not head:
        return [], problems
    delimiter = max(",;\t", key=head.count)
    rows: list[Row] = []
    header: list[str] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [squash(cell).casefold().replace(" ", "_") for cell in cells]
                if "file" not in header:
                    problems.append(
                        Problem(
                            code="missing-column",
                            message="has no column 'file', so no line of it can be used",
                            mend="name the column that holds the file names 'file'",
                            severity="error",
                            file=source.name,
                            line=reader.line_num,
                        )
                    )
                    return [], problems
                continue
            values = {name: squash(cell) for name, cell in zip(header, cells, strict=False) if name and cell.strip()}
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                problems.append(
                    Problem(
                        code="ragged-row",
                        message=f"has {len(cells)} cells under {len(header)} column names; the last are not used",
                        mend='put cells that hold a comma into "quotes"',
                        file=source.name,
                        line=reader.line_num,
                    )
                )
            if values.get("file"):
                rows.append(Row(values["file"].replace("\\", "/").removeprefix("./"), reader.line_num, values))
    except csv.Error as error:
        problems.append(
            Problem(
                code="bad-table",
                message=f"cannot be read on: {error}",
                mend="mend the quotes of this line",
                severity="error",
                file=source.name,
                line=reader.line_num,
            )
        )
    return rows, problems


def match_rows(rows: list[Row], files: list[str], *, table: str, code: str) -> tuple[dict[str, Row], list[Problem]]:
    """Give each row its file, by path below the table's folder or by a name that is unique.

    Parameters
    ----------
    rows : list of Row
    files : list of str
        Paths relative to the folder of the table.
    table : str
        Name of the table in messages.
    code : str
        Code of the problem for a row without a file.
    """
    matched: dict[str, Row] = {}
    problems: list[Problem] = []
    by_name: dict[str, list[str]] = {}
    for file in files:
        by_name.setdefault(fold(file.rsplit("/", 1)[-1]), []).append(file)
    known = {fold(file): file for file in files}
    folder = table.rsplit("/", 1)[0] + "/" if "/" in table else ""
    for row in rows:
        wanted = row.file
        for prefix in (folder, folder.removeprefix("corpus/")):
            if prefix:
                wanted = wanted.removeprefix(prefix)
        found = known.get(fold(wanted), "")
        same_name = by_name.get(fold(wanted.rsplit("/", 1)[-1]), [])
        if not found and len(same_name) == 1:
            found = same_name[0]
        if not found:
            several = f"; {len(same_name)} files have that name" if len(same_name) > 1 else ""
            problems.append(
                Problem(
                    code=code,
                    message=f"names the file {row.file!r}, which is not there{several}",
                    mend=f"put the file below {folder or 'its folder'}, or correct the line",
                    file=table,
                    line=row.line,
                )
            )
        elif found in matched:
            problems.append(
                Problem(
                    code="repeated-file",
                    message=f"names {found!r} again; line {matched[found].line} is used",
                    mend="keep one line a file",
                    file=table,
                    line=row.line,
                )
            )
        else:
            matched[found] = row
    return matched, problems


def apply_manifest(record: Record, row: Row | None, *, folder: str, table: str) -> tuple[Record, list[Problem]]:
    """Join what a policy document says of itself with what its manifest line says.

    Parameters
    ----------
    record : Record
    row : Row or None
    folder : str
        First folder below ``corpus/policy``; tells the nation where nothing else does.
    table : str
        Name of the manifest in messages.

    Returns
    -------
    record : Record
        With ``facets`` joined and, where the manifest states them, title, year, language, url.
    problems : list of Problem
        Disagreements and unknown values.
    """
    problems: list[Problem] = []
    facets = {name: value for name, value in record.facets.items() if value}
    if "nation" in facets:
        facets["nation"] = nation_tag(facets["nation"])
    cells = row.cells if row is not None else {}
    where: dict[str, Any] = {"file": table, "line": row.line if row is not None else None}
    changes: dict[str, Any] = {}

    if cells.get("title"):
        if record.title and not _same_title(cells["title"], record.title):
            problems.append(_conflict("title", cells["title"], record.title, record, where))
        changes["title"] = cells["title"]
    if cells.get("year"):
        year = year_of(cells["year"])
        if year is None:
            problems.append(
                Problem(
                    code="bad-year",
                    message=f"gives {record.source_file} the year {cells['year']!r}, which is not one",
                    mend="write four digits",
                    **where,
                )
            )
        else:
            if record.year is not None and record.year != year:
                problems.append(_conflict("year", str(year), str(record.year), record, where))
            changes["year"] = year
    if cells.get("language"):
        language = language_tag(cells["language"])
        if record.language and _base(record.language) != _base(language):
            problems.append(_conflict("language", language, record.language, record, where))
        changes["language"] = language
    if cells.get("url"):
        changes["url"] = cells["url"]

    facets.update({n: value for n, value in cells.items() if n not in _OWN_FIELDS and n != "nation"})
    if cells.get("nation"):
        nation = nation_tag(cells["nation"])
        if not nation:
            nation = nation_tag(folder)
            problems.append(_unknown("nation", cells["nation"], NATIONS, record, where, instead=nation))
        elif facets.get("nation") and facets["nation"] != nation:
            problems.append(_conflict("nation", nation, facets["nation"], record, where))
        facets["nation"] = nation
    elif not facets.get("nation"):
        facets["nation"] = nation_tag(folder)
        if facets["nation"]:
            problems.append(
                Problem(
                    code="nation-from-folder",
                    message=f"the nation {facets['nation']} is taken from the folder's name",
                    mend=f"write a line for the file into {table}",
                    severity="note",
                    file=record.source_file,
                )
            )
        else:
            problems.append(
                Problem(
                    code="no-nation",
                    message="neither the document nor the manifest nor the folder says which nation it is of; "
                    "it takes no part in the comparison",
                    mend=f"write a line for the file into {table}, with nation {', '.join(NATIONS[:3])} ...",
                    file=record.source_file,
                )
            )
    elif nation_tag(folder) and nation_tag(folder) != facets["nation"]:
        problems.append(
            Problem(
                code="nation-conflict",
                message=f"the document says {facets['nation']}, its folder {nation_tag(folder)}; "
                "the document is believed",
                mend=f"write the nation into {table}, or move the file",
                file=record.source_file,
            )
        )
    for name, known in (("force", FORCES), ("level", LEVELS)):
        if facets.get(name):
            value = re.sub(r"[\s_]+", "-", facets[name].casefold())
            if value not in known:
                problems.append(_unknown(name, facets[name], known, record, where))
                value = ""
            facets[name] = value
    facets = {name: value for name, value in facets.items() if value}
    return record._replace(facets=MappingProxyType(facets), **changes), problems


def _base(tag: str) -> str:
    return language_tag(tag).split("-")[0]


def _same_title(one: str, other: str) -> bool:
    first, second = normal_title(one), normal_title(other)
    return first == second or first in second or second in first


def _conflict(what: str, stated: str, own: str, record: Record, where: Mapping[str, Any]) -> Problem:
    return Problem(
        code="manifest-conflict",
        message=f"{what} of {record.source_file}: the manifest says {stated!r}, the document {own!r}; "
        "the manifest is believed",
        mend="correct the manifest if the document is right",
        **where,
    )


def _unknown(
    what: str, value: str, known: tuple[str, ...], record: Record, where: Mapping[str, Any], *, instead: str = ""
) -> Problem:
    taken = f"its folder's, {instead}, is taken" if instead else "it is left empty"
    return Problem(
        code=f"unknown-{what}",
        message=f"gives {record.source_file} the {what} {value!r}, which is not known; {taken}",
        mend=f"use one of {', '.join(known)}",
        **where,
    )
