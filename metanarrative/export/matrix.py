"""The framework matrix as a sheet that people fill in, and what they wrote taken back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metanarrative.errors import UsageError
from metanarrative.export.files import Row, cell, csv_text, printable, without_quote, write_file
from metanarrative.project import Project
from metanarrative.text import content_id

_MATRIX_SHEET = "cells"


def _matrix_rows(project: Project) -> list[dict[str, Any]]:
    text = {row["passage_id"]: row for row in project.store.read("passage")}
    titles = {row["work_id"]: row["title"] for row in project.store.read("work", columns=("work_id", "title"))}
    order = {name: at for at, name in enumerate(("nation", "level", "site", "group", "tradition", "document"))}
    rows = []
    for row in project.store.read("matrix_cell"):
        quotes = []
        for own in json.loads(row["quotes"]):
            passage = text.get(own)
            if passage is None:
                continue
            words = passage["text"].split()
            place = f"p. {passage['page']}" if passage["page"] else passage["section"]
            quotes.append(
                f"“{' '.join(words[:60])}{' …' if len(words) > 60 else ''}” "
                f"({'; '.join(part for part in (titles.get(passage['work_id'], ''), place, own) if part)})"
            )
        rows.append(
            {
                **row, **{f"quote_{n}": quotes[n - 1] if n <= len(quotes) else "" for n in (1, 2, 3)},
                "was": _was(row["summary"], row["status"]),
            }
        )  # fmt: skip
    rows.sort(key=lambda row: (order.get(row["cases"], 9), row["case_name"], row["case_id"], row["theme"]))
    return rows


_MATRIX_COLUMNS = (
    "cell_id", "cases", "case_name", "theme", "evidence", "n_passages", "n_all", "n_with", "n_documents", "n_must",
    "n_should", "n_may", "quote_1", "quote_2", "quote_3", "was", "status", "coder", "summary",
)  # fmt: skip


def _was(summary: str, status: str) -> str:
    """Return the mark of what stood in a cell at export, by which a change of others is seen at import."""
    return content_id("was", summary, status, length=8) if summary else "empty"


def export_matrix(project: Project, out: Path, *, force: bool = False) -> Path:
    """Write the framework matrix, a line a cell; people fill in ``summary`` (and ``status`` checked) and import it.

    Raises
    ------
    UsageError
        If `out` ends in neither .xlsx nor .csv.
    """
    rows = _matrix_rows(project)
    if out.suffix.lower() == ".csv":
        return write_file(out, csv_text(_MATRIX_COLUMNS, rows).encode("utf-8"), force=force)
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"cannot write a matrix as {out.name}", mend="give a name ending in .xlsx or .csv")
    return write_file(out, _workbook(rows), force=force)


def _workbook(rows: Sequence[Row]) -> bytes:
    import zipfile
    from datetime import datetime

    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    # fixed times: the same matrix gives the same bytes
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)
    sheet = book.active
    assert sheet is not None
    sheet.title = _MATRIX_SHEET
    sheet.append(list(_MATRIX_COLUMNS))
    for row in rows:
        sheet.append([_sheet_cell(row.get(column)) for column in _MATRIX_COLUMNS])
    for head in sheet[1]:
        head.font = Font(bold=True)
    sheet.freeze_panes = "E2"
    for letter, width in (("C", 32), ("D", 20), ("M", 60), ("N", 60), ("O", 60), ("S", 60)):
        sheet.column_dimensions[letter].width = width
    for cases in dict.fromkeys(row["cases"] for row in rows):
        mine = [row for row in rows if row["cases"] == cases]
        themes = list(dict.fromkeys(row["theme"] for row in mine))
        grid = book.create_sheet(f"{cases} x theme")
        grid.append([cases, *themes])
        by_case: dict[tuple[str, str], dict[str, str]] = {}
        for row in mine:
            found = f"{row['n_passages']} of {row['n_all']} passages"
            counted = found if row["evidence"] == "found" else row["evidence"]
            by_case.setdefault((row["case_name"], row["case_id"]), {})[row["theme"]] = (
                f"{row['summary']}\n[{counted}]" if row["summary"] else counted
            )
        for (name, _), line in by_case.items():
            grid.append([_sheet_cell(name), *(_sheet_cell(line.get(theme, "")) for theme in themes)])
        for heading in grid[1]:
            heading.font = Font(bold=True)
        for line_cells in grid.iter_rows():
            for one in line_cells:
                one.alignment = Alignment(wrap_text=True, vertical="top")
        grid.freeze_panes = "B2"
    raw = io.BytesIO()
    book.save(raw)
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":  # saving stamps the hour of the machine
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
    return fixed.getvalue()


def _sheet_cell(value: Any) -> Any:
    clean = cell(value)
    return printable(clean)[:32000] if isinstance(clean, str) else clean


def import_matrix(project: Project, path: Path, *, who: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Append what people wrote in an exported matrix to corpus/matrix.csv; return the new lines and notes.

    A line is added where summary or status of a cell differ from what holds; no line is changed.

    Raises
    ------
    UsageError
        If the file is no exported matrix.
    """
    from datetime import UTC, datetime

    from metanarrative.compare.matrix import MATRIX_COLUMNS, read_summaries

    given = _matrix_file(path)
    target = project.root / "corpus" / "matrix.csv"
    old = target.read_text("utf-8", errors="replace") if target.is_file() else ""
    current, _ = read_summaries(old)
    known = {row["cell_id"]: row for row in project.store.read("matrix_cell")}
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    new: list[dict[str, Any]] = []
    lost: list[str] = []
    clash: list[str] = []
    for row in given:
        own = row.get("cell_id", "").strip()
        summary = row.get("summary", "").strip()
        status = "checked" if row.get("status", "").strip() == "checked" else "summarised"
        holds = current.get(own)
        if not own or (not summary and holds is None):
            continue
        if own not in known:
            lost.append(own)
            continue
        if holds is not None and (holds.text, holds.status) == (summary, status):
            continue
        if holds is not None and not summary:
            continue  # an empty cell in the sheet takes nothing back
        stands = _was(holds.text, holds.status) if holds else "empty"
        mine = holds is not None and holds.coder == (row.get("coder", "").strip() or who)
        if row.get("was") not in (None, "", stands) and not mine:
            if row["was"] != _was(summary, status):  # an unchanged old line is no wish to change
                by = f" by {holds.coder}" if holds and holds.coder else ""
                clash.append(f"{known[own]['case_name']} x {known[own]['theme']}{by}")
            continue
        new.append(
            {
                "when": when, "cell_id": own, "cases": known[own]["cases"], "case_name": known[own]["case_name"],
                "theme": known[own]["theme"], "status": status, "coder": row.get("coder", "").strip() or who,
                "summary": summary,
            }
        )  # fmt: skip
    if new:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        if not old.strip():
            writer.writerow(MATRIX_COLUMNS)
        writer.writerows([row[column] for column in MATRIX_COLUMNS] for row in new)
        before = old if not old or old.endswith("\n") else old + "\n"
        write_file(target, (before + buffer.getvalue()).encode("utf-8"), force=True)
    notes = [f"{len(new)} summaries added to corpus/matrix.csv" if new else "nothing new"]
    if lost:
        notes.append(f"{len(lost)} cells are not in the matrix any more and were not taken: {', '.join(lost[:3])}")
    if clash:
        notes.append(
            f"conflict: {len(clash)} cells were changed since this file was exported and were not taken: "
            f"{'; '.join(clash[:5])}; export again, and write there what shall hold"
        )
    if new:
        notes.append("next: metanarrative run")
    return new, notes


def _matrix_file(path: Path) -> list[dict[str, str]]:
    rows: list[list[Any]]
    try:
        if path.suffix.lower() == ".xlsx":
            from openpyxl import load_workbook

            book = load_workbook(path, read_only=True, data_only=True)
            sheet = book[_MATRIX_SHEET] if _MATRIX_SHEET in book.sheetnames else book[book.sheetnames[0]]
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            book.close()
        else:
            rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    except Exception as error:
        raise UsageError(
            f"{path.name} cannot be read as a table: {error}", mend="give the exported .xlsx or .csv"
        ) from error
    head = [str(value or "").strip() for value in rows[0]] if rows else []
    if not {"cell_id", "summary"} <= set(head):
        raise UsageError(
            f"{path.name} has no columns cell_id and summary", mend="metanarrative export matrix -o matrix.xlsx"
        )

    return [
        dict(zip(head, ("" if value is None else without_quote(str(value)) for value in row), strict=False))
        for row in rows[1:]
    ]
