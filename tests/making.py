"""Make a project whose read stage has run, from records written in a test."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from metanarrative.model import Record
from metanarrative.project import Project
from metanarrative.text import content_id, record_content


def record_row(record: Record, record_id: str = "") -> dict[str, Any]:
    """Return a record as the read stage stores it."""
    body = "\n".join(block.text for block in record.blocks)
    made = record_id or record_content(
        doi=record.doi,
        pmid=record.pmid,
        title=record.title,
        year=record.year,
        authors=record.authors,
        venue=record.venue,
        pages=record.pages,
        key=record.key,
        body=body,
    )
    row = {
        name: getattr(record, name)
        for name in (
            "kind", "source_file", "line", "key", "type", "title", "year", "venue", "volume", "issue", "pages",
            "doi", "pmid", "language", "abstract", "url", "raw",
        )
    }  # fmt: skip
    return {
        "record_id": made,
        **row,
        "authors": json.dumps(list(record.authors)),
        "keywords": json.dumps(list(record.keywords)),
        "facets": json.dumps(dict(record.facets)),
        "extra": json.dumps(dict(record.extra)),
        "n_references": len(record.references),
        "n_blocks": len(record.blocks),
    }


def rows_of_records(records: Iterable[Record]) -> list[tuple[Record, dict[str, Any]]]:
    """Return records with their rows; copies of one id get a running number, as on reading."""
    seen: dict[str, int] = {}
    made = []
    for record in records:
        row = record_row(record)
        nth = seen[row["record_id"]] = seen.get(row["record_id"], 0) + 1
        if nth > 1:
            row["record_id"] = content_id("rec", row["record_id"], nth)
        made.append((record, row))
    return made


def fill(project: Project, records: Iterable[Record], routes: Mapping[str, str] | None = None) -> list[str]:
    """Write records as the read stage would, and return their ids in the order given."""
    made = rows_of_records(records)
    files = sorted({record.source_file for record, _ in made})
    with project.writing("read") as out:
        out.write(
            "source",
            (
                {
                    "source_id": content_id("src", file),
                    "file": file,
                    "kind": "literature",
                    "routes": (routes or {}).get(file, ""),
                }
                for file in files
            ),
        )
        out.write("record", (row for _, row in made))
        for record, row in made:
            out.write(
                "record_reference",
                (
                    {"record_id": row["record_id"], "position": place, **reference._asdict()}
                    for place, reference in enumerate(record.references, start=1)
                ),
            )
            out.write(
                "record_block",
                (
                    {"record_id": row["record_id"], "position": place, **block._asdict()}
                    for place, block in enumerate(record.blocks, start=1)
                ),
            )
    return [row["record_id"] for _, row in made]


def new_project(folder: Path, records: Iterable[Record] = (), **settings: dict[str, Any]) -> Project:
    """Make an empty project, fill it, and override settings."""
    project = Project(Project.create(folder / "project", title="Test"))
    project.overrides = dict(settings)
    fill(project, records)
    return project
