"""The report as a Word document: the same parts, in the same order, with the same bytes each time.

Takes a report and its pictures as PNG where a browser could draw them; gives the file. Styles are
Word's own headings, lists and tables, so that a journal's template can take over.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from metanarrative.report.parts import Bullets, Heading, Picture, Quote, Report, Text, ToWrite, shown

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WHEN = datetime(2000, 1, 1)
"""No clock in a file: the same report gives the same bytes."""


def word(report: Report, *, notices: Sequence[str] = (), pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Return the report as .docx.

    Parameters
    ----------
    report : Report
    notices : sequence of str
        Lines that everything made from this corpus must carry.
    pictures : mapping, optional
        SVG text to the same picture as PNG; a picture without one becomes a line that names its page.

    Returns
    -------
    bytes
    """
    from docx import Document
    from docx.shared import Cm, Pt, RGBColor

    pictures = pictures or {}
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    document.core_properties.author = "metanarrative"
    document.core_properties.title = _clean(report.title)
    document.core_properties.comments = ""
    document.core_properties.created = document.core_properties.modified = _WHEN
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(10.5)
    document.add_heading(_clean(report.title), level=0)
    for notice in notices:
        document.add_paragraph().add_run(_clean(notice)).bold = True
    figures = tables = 0
    for part in report.parts:
        if isinstance(part, Heading):
            document.add_heading(_clean(part.text), level=min(part.level - 1, 4))
        elif isinstance(part, Text):
            run = document.add_paragraph().add_run(_clean(part.text))
            run.italic = part.soft or None
        elif isinstance(part, ToWrite):
            paragraph = document.add_paragraph(style="Intense Quote")
            paragraph.add_run("To be written by a person: ").bold = True
            paragraph.add_run(_clean(part.text))
        elif isinstance(part, Quote):
            paragraph = document.add_paragraph(style="Quote")
            run = paragraph.add_run(_clean(part.text))
            _language(run, part.language)
            source = document.add_paragraph().add_run(f"— {_clean(part.place)}")
            source.font.size = Pt(9)
            source.font.color.rgb = RGBColor(0x56, 0x5D, 0x68)
        elif isinstance(part, Bullets):
            for said, chapter in part.lines:
                document.add_paragraph(_clean(f"{said} (see {chapter})"), style="List Bullet")
        elif isinstance(part, Picture):
            figures += 1
            drawn = pictures.get(part.svg)
            if drawn:
                document.add_picture(io.BytesIO(drawn), width=Cm(16.5))
                document.inline_shapes[-1]._inline.docPr.set("descr", _clean(part.caption))
            where = f" The interactive page: {part.page}." if part.page else ""
            document.add_paragraph(_clean(f"Figure {figures}. {part.caption}{where}"), style="Caption")
        else:
            tables += 1
            _table(document, part, tables)
    buffer = io.BytesIO()
    document.save(buffer)
    return _timeless(buffer.getvalue())


def _table(document: Any, part: Any, at: int) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    document.add_paragraph(
        _clean(f"Table {at}. {part.caption}"), style="Caption"
    ).paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(part.columns), style="Light Grid Accent 1")
    cells = [[shown(value) for value in row] for row in part.rows]
    for at, name in enumerate(part.columns):
        table.rows[0].cells[at].text = _clean(name)
    repeat = OxmlElement("w:tblHeader")  # the head stands on every page of a long table
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in cells:
        line = table.add_row().cells
        for at, value in enumerate(row):
            line[at].text = _clean(value)
    for row in table.rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(8.5)
    if part.note:
        document.add_paragraph().add_run(_clean(part.note)).italic = True


def _language(run: Any, language: str) -> None:
    """Mark Welsh as Welsh, so that a screen reader speaks it and a speller leaves it alone."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    tag = OxmlElement("w:lang")
    tag.set(qn("w:val"), "cy-GB" if language == "cy" else "en-GB")
    run._r.get_or_add_rPr().append(tag)


def _clean(text: object) -> str:
    return _ILLEGAL.sub("", str(text))


def _timeless(data: bytes) -> bytes:
    """Return a zip with a fixed time in every entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()
