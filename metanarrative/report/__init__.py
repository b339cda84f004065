"""Stage 11: the report that joins question, flow, storylines, comparison, method and limits.

Takes every table; gives ``maps/report.html`` and ``maps/report.md``. Sentences are filled from the
store and name the works they rest on; what only a person can write stays visibly empty. This is
the one stage that imports another (the page shell of ``map``): see ``docs/decisions/0006``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from metanarrative.model import Summary
from metanarrative.report.content import build
from metanarrative.report.parts import body, markdown
from metanarrative.store import write_whole

if TYPE_CHECKING:
    from metanarrative.config import ReportSettings
    from metanarrative.project import Project

VERSION = "7"
READS = (
    "source", "work", "screening", "membership", "cluster", "problem", "run", "storyline", "theme", "concept",
    "mention", "main_path", "contrast", "provision", "alignment", "passage", "lineage", "array_file", "view",
    "theme_level", "discordance",
)  # fmt: skip
WRITES = ("report_file",)
DECISIONS = (
    "same", "different", "include", "exclude", "name", "accept", "reject", "merge", "split", "move", "pin",
    "must-link", "cannot-link", "theme", "align",
)  # fmt: skip
FILES = ("corpus/contested.toml",)


def run(project: Project, settings: ReportSettings) -> Summary:
    """Write the report as HTML and Markdown.

    Raises
    ------
    CheckError
        If the boxes of the document flow do not add up.
    StoreError
        If the files cannot be written.
    """
    from metanarrative.map import LINKED, render_report_section_svgs
    from metanarrative.map.page import Page, render
    from metanarrative.map.views.common import meta_of

    meta = meta_of(project, project.settings("map"))
    meta["views"] = LINKED
    report = build(project, render_report_section_svgs(project), question=settings.question)
    page = Page(
        name="report",
        lead="Every number here leads to the works, passages and files it rests on.",
        picture=body(report),
        data={},
        meta=meta,
        engine="none",
        wide=True,
        styles=("report.css",),
        title="Report",
    )
    files = {"maps/report.html": render(page), "maps/report.md": markdown(report, notices=meta["notices"])}
    rows = []
    for name, text in files.items():
        data = text.encode("utf-8")
        write_whole(project.root / name, data)
        rows.append({"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    n_to_write = sum(type(part).__name__ == "ToWrite" for part in report.parts)
    with project.writing("report") as out:
        out.write("report_file", rows)
        out.problems(report.problems)
        out.summary = Summary(
            "report",
            {"files": len(rows), "to_write": n_to_write},
            f"{len(rows)} files, {n_to_write} places left for people to write",
        )
    return out.summary


def as_word(project: Project, settings: ReportSettings) -> bytes:
    """Return the report as a Word document, with pictures where a browser can draw them.

    Parameters
    ----------
    project : Project
    settings : ReportSettings

    Returns
    -------
    bytes
    """
    from metanarrative.errors import ModelMissingError
    from metanarrative.map import render_report_section_svgs
    from metanarrative.map.narrow import find_browser, png_of
    from metanarrative.map.views.common import meta_of
    from metanarrative.report.parts import Picture
    from metanarrative.report.word import word

    report = build(project, render_report_section_svgs(project), question=settings.question)
    drawn: dict[str, bytes] = {}
    if find_browser():
        for part in report.parts:
            if isinstance(part, Picture):
                try:
                    drawn[part.svg] = png_of(part.svg, scale=1.6)
                except ModelMissingError:
                    break  # a browser that cannot draw: the document names the pages instead
    return word(report, notices=meta_of(project, project.settings("map"))["notices"], pictures=drawn)


__all__ = ["DECISIONS", "FILES", "READS", "VERSION", "WRITES", "as_word", "run"]
