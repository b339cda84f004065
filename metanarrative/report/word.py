"""The report as a Word document: the same parts, in the same order, with the same bytes each time.

Takes a report and its pictures as PNG where a browser could draw them; gives the file. Styles are
Word's own headings, lists and tables, so that a journal's template can take over; chapters carry
numbers of Word's own list, pages theirs, and tables too wide for a page stand on turned ones.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from metanarrative.map.narrow import size_of
from metanarrative.report import word_table
from metanarrative.report.parts import Bullets, Heading, Picture, Quote, Report, Table, Text, ToWrite, shown

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WHEN = datetime(2000, 1, 1)
"""No clock in a file: the same report gives the same bytes."""

TALLEST = {False: 21.0, True: 12.6}
"""Centimetres that a figure may take of the height of a page, upright and turned: its caption stands below."""
WIDEST = 16.5

NEAR = 6
"""Parts between two wide tables up to which the pages between them stay turned."""


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
    page.top_margin = page.bottom_margin = Cm(2.2)
    _page_numbers(page)
    document.core_properties.author = "metanarrative"
    document.core_properties.title = _clean(report.title)
    document.core_properties.comments = ""
    document.core_properties.created = document.core_properties.modified = _WHEN
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(10.5)
    _numbered_headings(document)
    document.add_heading(_clean(report.title), level=0)
    for notice in notices:
        document.add_paragraph().add_run(_clean(notice)).bold = True
    _contents(document, report)
    figures = tables = headings = 0
    turned = turned_parts(report)
    for at, part in enumerate(report.parts):
        _turn(document, at in turned)
        if isinstance(part, Heading):
            heading = document.add_heading(_clean(part.text), level=min(part.level - 1, 4))
            headings += 1
            _bookmark(heading, headings)
        elif isinstance(part, Text):
            run = document.add_paragraph().add_run(_clean(part.text))
            run.italic = part.soft or None
        elif isinstance(part, ToWrite):
            paragraph = document.add_paragraph(style="Intense Quote")
            paragraph.add_run("To be written by a person: ").bold = True
            paragraph.add_run(_clean(part.text))
        elif isinstance(part, Quote):
            paragraph = document.add_paragraph(style="Quote")
            paragraph.paragraph_format.keep_with_next = True
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
                document.add_picture(io.BytesIO(drawn), width=Cm(figure_width(part.svg, turned=at in turned)))
                document.inline_shapes[-1]._inline.docPr.set("descr", _clean(part.caption))
                document.paragraphs[-1].paragraph_format.keep_with_next = True
            where = f" The interactive page: {part.page}." if part.page else ""
            document.add_paragraph(_clean(f"Figure {figures}. {part.caption}{where}"), style="Caption")
        else:
            tables += 1
            caption = document.add_paragraph(_clean(f"Table {tables}. {part.caption}"), style="Caption")
            caption.paragraph_format.keep_with_next = True
            caption.paragraph_format.space_before = Pt(8)
            word_table.add(document, cells_of(part), word_table.LANDSCAPE if at in turned else word_table.PORTRAIT)
            note = document.add_paragraph()
            note.paragraph_format.space_before = Pt(5)
            if part.note:
                run = note.add_run(_clean(part.note))
                run.italic, run.font.size = True, Pt(9)
            else:
                note.paragraph_format.line_spacing = Pt(2)
                note.paragraph_format.space_after = Pt(4)
    buffer = io.BytesIO()
    document.save(buffer)
    return _timeless(buffer.getvalue())


def cells_of(part: Table) -> list[list[str]]:
    """Return the texts of a table, the head first."""
    return [[_clean(name) for name in part.columns], *([_clean(shown(value)) for value in row] for row in part.rows)]


def figure_width(svg: str, *, turned: bool = False) -> float:
    """Return how wide a figure is set, in centimetres, so that its height stays on the page with its caption.

    Examples
    --------
    >>> figure_width('<svg viewBox="0 0 760 500">'), round(figure_width('<svg viewBox="0 0 760 1520">'), 1)
    (16.5, 10.5)
    """
    width, height = size_of(svg)
    return min(WIDEST, TALLEST[turned] * width / height)


def turned_parts(report: Report) -> frozenset[int]:
    """Return which parts stand on turned pages: wide tables, and what lies between two of a chapter."""
    wide = [
        at for at, part in enumerate(report.parts) if isinstance(part, Table) and word_table.is_wide(cells_of(part))
    ]
    turned = set(wide)
    for first, last in pairwise(wide):
        between = report.parts[first + 1 : last]
        if len(between) <= NEAR and not any(isinstance(part, Heading) and part.level == 2 for part in between):
            turned.update(range(first, last))
    for at in wide:  # a heading is never left behind on the page before
        while at > 0 and isinstance(report.parts[at - 1], Heading):
            at -= 1
            turned.add(at)
    return frozenset(turned)


def _turn(document: Any, wanted: bool) -> None:
    """Begin a section with the page turned, or upright again, where the last one is not so."""
    from docx.enum.section import WD_ORIENT, WD_SECTION

    last = document.sections[-1]
    if wanted == (last.orientation == WD_ORIENT.LANDSCAPE):
        return
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if wanted else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = last.page_height, last.page_width
    mark = document.element.body[-2]  # python-docx ends a section with a paragraph of its own, which may fill a page
    before = mark.getprevious()
    if before is not None and before.tag == mark.tag and before.find(f".//{mark.pPr.sectPr.tag}") is None:
        before.get_or_add_pPr().append(mark.pPr.sectPr)
        mark.getparent().remove(mark)


def _mark(paragraph: Any, kind: str, *, stale: bool = False) -> None:
    """Add one of the marks that a field of Word is made of: begin, separate or end."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    node = OxmlElement("w:fldChar")
    node.set(qn("w:fldCharType"), kind)
    if stale:
        node.set(qn("w:dirty"), "true")  # Word fills it when the document is opened
    paragraph.add_run()._r.append(node)


def _begin_field(paragraph: Any, code: str, *, stale: bool = False) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    _mark(paragraph, "begin", stale=stale)
    node = OxmlElement("w:instrText")
    node.set(qn("xml:space"), "preserve")
    node.text = f" {code} "
    paragraph.add_run()._r.append(node)
    _mark(paragraph, "separate")


def _page_numbers(section: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _begin_field(foot, "PAGE")
    foot.add_run("1")
    _mark(foot, "end")


def _numbered_headings(document: Any) -> None:
    """Give chapters and their parts the numbers 1, 1.1 of a list of Word's own, so that they follow an edit."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    numbering = document.part.numbering_part.element
    key = 1 + max((int(node.get(qn("w:abstractNumId"))) for node in numbering.findall(qn("w:abstractNum"))), default=0)
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading{level + 1}"/>'
        f'<w:suff w:val="space"/><w:lvlText w:val="{".".join(f"%{n + 1}" for n in range(level + 1))}"/>'
        '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for level in range(2)
    )
    made = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{key}"><w:multiLevelType w:val="multilevel"/>{levels}'
    first = numbering.find(qn("w:num"))
    abstract = parse_xml(f"{made}</w:abstractNum>")
    if first is None:
        numbering.append(abstract)
    else:
        first.addprevious(abstract)
    number = numbering.add_num(key).numId
    for level in range(2):
        properties = document.styles[f"Heading {level + 1}"].element.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = level
        properties.get_or_add_numId().val = number


def _bookmark(paragraph: Any, number: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for node in (begin, end):
        node.set(qn("w:id"), str(number))
    begin.set(qn("w:name"), f"_Toc{number:08d}")
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, begin)
    paragraph._p.append(end)


def _contents(document: Any, report: Report) -> None:
    """Add the table of contents: links that stand at once, in a field that Word fills with page numbers."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    heads = [part for part in report.parts if isinstance(part, Heading)]
    if not heads:
        return
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    run = title.add_run("Contents")
    run.bold, run.font.size = True, Pt(13)
    chapter = section = 0
    lines = []
    for number, part in enumerate(heads, 1):
        if part.level == 2:
            chapter, section = chapter + 1, 0
            lines.append((number, 0, f"{chapter} {part.text}"))
        elif part.level == 3:
            section += 1
            lines.append((number, 1, f"{chapter}.{section} {part.text}"))
    for at, (number, level, words) in enumerate(lines):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(0.7 * level)
        paragraph.paragraph_format.space_after = Pt(1)
        if at == 0:
            _begin_field(paragraph, 'TOC \\o "1-2" \\h \\z \\u', stale=True)
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), f"_Toc{number:08d}")
        run = paragraph.add_run(_clean(words))
        link.append(run._r)
        paragraph._p.append(link)
        if at == len(lines) - 1:
            _mark(paragraph, "end")
    document.add_paragraph()


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
