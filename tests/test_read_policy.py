"""Readers of policy documents: PDF, Word, web pages, legislation, GOV.UK, Markdown, text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metanarrative.model import Block, Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read import clml, docx, govuk, html, jats, pdf, plain, tables
from metanarrative.read.clml import QUOTED
from metanarrative.read.documents import Numbering, iso_date, nation_of, text_problems, without_contents
from metanarrative.read.source import Source
from metanarrative.text.passages import passages

FIXTURES = Path(__file__).parent / "fixtures" / "policy"
Shared = Callable[[str], Path]
READERS = (
    clml.READER, docx.READER, govuk.READER, html.READER, jats.READER, pdf.READER, plain.MARKDOWN, plain.TEXT,
    tables.READER,
)  # fmt: skip


def read(reader: Reader, path: Path) -> tuple[list[Record], list[Problem]]:
    items = list(reader.read(Source(path, name=path.name)))
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Problem)]


def one(reader: Reader, path: Path) -> tuple[Record, list[Problem]]:
    records, problems = read(reader, path)
    assert len(records) == 1, problems
    assert reader.count is not None
    assert reader.count(Source(path)) == 1
    return records[0], problems


def save(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def best(path: Path) -> str:
    source = Source(path, name=path.name)
    return max(READERS, key=lambda r: r.sniff(source.head_text(), source.head(), path.name)).name


def texts(record: Record, kind: str = "") -> list[str]:
    return [block.text for block in record.blocks if not kind or block.kind == kind]


def codes(problems: Sequence[Problem]) -> set[str]:
    return {problem.code for problem in problems}


# --- legislation --------------------------------------------------------------------------------


def test_act_has_the_numbers_of_its_provisions() -> None:
    record, problems = one(clml.READER, FIXTURES / "act_en.xml")
    assert record.title == "Made-up Planning of Care (Wales) Act 2031"
    assert (record.year, record.language, record.key, record.type) == (2031, "en", "asc/2031/9", "legislation")
    assert dict(record.facets) == {
        "nation": "wales",
        "issuer": "Senedd Cymru",
        "issued": "2031-05-01",
        "type": "act",
        "force": "statute",
        "level": "macro",
        "valid_from": "2031-05-02",
        "licence": "Open Government Licence v3.0",
    }
    numbered = [(b.number, b.kind, b.text) for b in record.blocks if b.number and b.kind in ("paragraph", "list")]
    assert numbered == [
        ("1(1)", "paragraph", "The care co-ordinator must—"),
        ("1(1)(a)", "list", "agree a written plan with the person, and"),
        ("1(1)(b)", "list", "ensure that—"),
        ("1(1)(b)(i)", "list", "the plan is reviewed every year;"),
        ("1(1)(b)(ii)", "list", "a copy is given to the person."),
        ("1(2)", "paragraph", "Section 18 of the Mental Health (Wales) Measure 2010 (nawm 7) does not apply."),
        ("2", "paragraph", "After section 5 of the 2030 Act insert—"),
        ("2 “5A(1)”", "paragraph", "The person may choose an advocate.."),
        ("Sch 1 para 1(1)", "paragraph", "The plan must state the outcomes."),
    ]
    quoted = [b for b in record.blocks if b.section.endswith(QUOTED)]
    assert {b.kind for b in quoted} == {"heading", "paragraph"}
    assert [b.section for b in record.blocks if b.number == "1(2)"] == ["PART 1 PLANS > Duty to prepare a plan"]
    assert texts(record, "table") == ["Area\tOutcome\nHousing\tA settled home"]
    assert record.extra["provisions"] == "4"
    assert record.extra["own_provisions"] == "3"
    assert record.extra["prospective_provisions"] == "2"
    assert record.extra["extent"] == "E+W"
    assert [(r.key, r.year, r.title) for r in record.references] == [
        ("mwa/2010/7", 2010, "Mental Health (Wales) Measure 2010")
    ]
    assert "does not apply" in record.references[0].context
    assert codes(problems) == {"annotations-dropped"}


def test_act_passages_keep_their_stems() -> None:
    record, _ = one(clml.READER, FIXTURES / "act_en.xml")
    text, cuts = passages(record.blocks, low=5)
    found = {cut.paragraph: (cut.stem, text[cut.start : cut.end]) for cut in cuts}
    assert found["1(1)(b)–1(1)(b)(i)"][0] == "The care co-ordinator must—"
    assert found["1(1)(b)(ii)"][0] == "The care co-ordinator must— ensure that—"


def test_welsh_instrument() -> None:
    record, problems = one(clml.READER, FIXTURES / "instrument_cy.xml")
    assert (record.language, record.year, record.key) == ("cy", 2031, "wsi/2031/44")
    assert record.facets["nation"] == "wales"
    assert record.facets["force"] == "regulations"
    assert record.facets["valid_from"] == "2031-07-01"
    assert [b.number for b in record.blocks if b.kind == "paragraph"] == ["", "1(1)", "1(2)"]
    assert texts(record, "note") == ["A. Gweinidog", "Nid yw’r nodyn hwn yn rhan o’r Rheoliadau."]
    assert problems == []


@pytest.mark.parametrize(
    ("series", "title", "nation"),
    [
        ("ukpga", "Care Act 2014", "uk"),
        ("ukpga", "Mental Health (Wales) Thing 2031", "wales"),
        ("uksi", "The Care (England) Regulations 2031", "england"),
        ("uksi", "The Care (England and Wales) Regulations 2031", "uk"),
        ("asp", "Care (Scotland) Act 2031", "scotland"),
        ("nisr", "Care Regulations 2031", "northern-ireland"),
        ("anaw", "Deddf Gofal 2031", "wales"),
    ],
)
def test_nation_comes_from_series_and_title(tmp_path: Path, series: str, title: str, nation: str) -> None:
    text = (FIXTURES / "act_en.xml").read_text().replace("asc/2031/9", f"{series}/2031/9")
    text = text.replace("Made-up Planning of Care (Wales) Act 2031", title)
    record, _ = one(clml.READER, save(tmp_path, "a.xml", text))
    assert record.facets["nation"] == nation


def test_contents_page_of_a_law_is_refused(tmp_path: Path) -> None:
    text = '<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation"><Contents/></Legislation>'
    records, problems = read(clml.READER, save(tmp_path, "a.xml", text))
    assert (records, codes(problems)) == ([], {"empty"})
    assert "data.xml" in problems[0].mend


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
        '<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation"><Primary><Body><P1><Pnumber>1'
        "</Pnumber><P1para><Text>Duty &c; &f; end</Text></P1para></P1></Body></Primary></Legislation>"
    )
    record, _ = one(clml.READER, save(tmp_path, "a.xml", bomb))
    assert texts(record) == ["Duty end"]


def test_cut_off_legislation_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = (FIXTURES / "act_en.xml").read_text()
    record, problems = one(clml.READER, save(tmp_path, "a.xml", whole[: whole.index("a copy is given")]))
    assert "the plan is reviewed every year;" in texts(record)
    assert [(p.code, p.severity) for p in problems if p.code == "bad-xml"] == [("bad-xml", "warning")]


@pytest.mark.shared
def test_real_act(shared: Shared) -> None:
    record, _ = one(clml.READER, shared("policy/wales_asc_2025_1.xml"))
    assert record.title == "Health and Social Care (Wales) Act 2025"
    assert (record.language, record.facets["nation"], record.extra["extent"]) == ("en", "wales", "E+W")
    assert record.extra["provisions"] == "81"
    schedules = [b for b in record.blocks if b.number.startswith("SCHEDULE") and QUOTED not in b.section]
    assert len(schedules) == 2
    body = [b for b in record.blocks if not b.section.startswith("SCHEDULE")]
    # the README's 14,219 words of the body count the printed numbers too
    words = sum(len(b.text.split()) for b in body)
    assert 0.92 * 14219 < words <= 14219


@pytest.mark.shared
def test_real_welsh_instrument(shared: Shared) -> None:
    record, _ = one(clml.READER, shared("policy/wales_wsi_2024_1002_cy.xml"))
    assert record.title.startswith("Rheoliadau Addysg (Diwygiadau sy’n Ymwneud â Chydlynu")
    assert (record.language, record.facets["nation"], record.key) == ("cy", "wales", "wsi/2024/1002")


@pytest.mark.shared
def test_word_and_xml_of_one_instrument_agree(shared: Shared) -> None:
    from_xml, _ = one(clml.READER, shared("policy/uk_uksi_2025_3.xml"))
    from_word, _ = one(docx.READER, shared("policy/uk_uksi_2025_3.docx"))
    assert from_xml.title == from_word.title == "The Social Security (Miscellaneous Amendments) Regulations 2025"
    assert from_xml.language == from_word.language == "en"
    assert from_xml.facets["issued"] == from_word.facets["issued"] == "2025-01-03"

    def bag(record: Record) -> Counter[str]:
        return Counter(re.findall(r"\w+", " ".join(b.text for b in record.blocks if b.kind != "note")))

    assert not bag(from_xml) - bag(from_word)
    plain_numbers = {b.number for b in from_xml.blocks if re.fullmatch(r"\d+\(\d+\)(?:\([a-z]\))?", b.number)}
    shared_numbers = plain_numbers & {b.number for b in from_word.blocks}
    assert len(shared_numbers) >= 0.9 * len(plain_numbers)


# --- PDF ----------------------------------------------------------------------------------------


class Pdf:
    """A small PDF writer: text at places, in Helvetica or Helvetica-Bold."""

    def __init__(self) -> None:
        self.pages: list[str] = []

    def page(self, lines: Sequence[tuple[float, float, float, str] | tuple[float, float, float, str, str]]) -> None:
        parts = []
        for x, y, size, text, *bold in lines:
            escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            parts.append(f"BT /{'F2' if bold else 'F1'} {size} Tf {x} {y} Td ({escaped}) Tj ET")
        self.pages.append("\n".join(parts))

    def bytes(self) -> bytes:
        kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(self.pages)))
        objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        ]
        for number, content in enumerate(self.pages):
            objects.append(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> "
                f"/Contents {6 + 2 * number} 0 R >>"
            )
            objects.append(f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream")
        out = io.BytesIO(b"%PDF-1.4\n")
        out.seek(0, io.SEEK_END)
        places = []
        for number, body in enumerate(objects, 1):
            places.append(out.tell())
            out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252"))
        xref = out.tell()
        out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
        out.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
        out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF".encode())
        return out.getvalue()


def paragraph(x: float, y: float, lines: Sequence[str], size: float = 11) -> list[tuple[float, float, float, str]]:
    return [(x, y - 14 * n, size, line) for n, line in enumerate(lines)]


def test_pdf_with_heads_feet_headings_and_broken_words(tmp_path: Path) -> None:
    made = Pdf()
    for number in range(1, 5):
        made.page(
            [
                (72, 815, 9, "A plan for care in England"),
                *([(72, 760, 22, "A plan for care in England"), (72, 735, 11, "July 2031")] if number == 1 else []),
                (72, 700, 16, f"{number} Chapter about duties"),
                *paragraph(
                    72,
                    670,
                    [
                        "The care co-ordinator must agree the plan with the person and must write down the out-",
                        "comes that matter to the person. The co-ordinator should review the plan once a year, and",
                        "the team must keep the plan safe.",
                    ],
                ),
                *paragraph(
                    72,
                    610,
                    [
                        f"{number}.1 The service should offer a choice of times and places to every person",
                        "who asks for it.",
                    ],
                ),
                *paragraph(72, 560, ["(a) a named person;", "(b) a number to call;"]),
                (290, 30, 9, str(number)),
            ]
        )
    record, problems = one(pdf.READER, save(tmp_path, "plan.pdf", made.bytes()))
    assert record.title == "A plan for care in England"
    assert (record.facets["nation"], record.facets["issued"], record.year) == ("england", "2031-07", 2031)
    assert "A plan for care in England" not in texts(record)[1:]
    assert not [text for text in texts(record) if re.fullmatch(r"\d", text)]
    assert [(b.number, b.text, b.page) for b in record.blocks if b.kind == "heading"][1] == (
        "1", "Chapter about duties", 1,
    )  # fmt: skip
    body = next(b for b in record.blocks if b.page == 3 and b.kind == "paragraph")
    assert "write down the outcomes that matter" in body.text
    assert body.text.endswith("keep the plan safe.")
    assert body.section.endswith("3 Chapter about duties")
    numbered = [(b.number, b.kind) for b in record.blocks if b.page == 2 and b.number]
    assert numbered == [("2", "heading"), ("2.1", "paragraph"), ("2.1(a)", "list"), ("2.1(b)", "list")]
    note = next(p for p in problems if p.code == "furniture-dropped")
    assert note.severity == "note"
    assert note.message.startswith("8 ")


LEFT = [f"Left line number {n} goes on about care" for n in range(1, 13)]
RIGHT = [f"Right line number {n} goes on about risk" for n in range(1, 13)]


@pytest.mark.parametrize("across", [False, True])
def test_two_columns_in_reading_order(tmp_path: Path, across: bool) -> None:
    made = Pdf()
    left, right = paragraph(60, 700, LEFT, 10), paragraph(320, 700, RIGHT, 10)
    lines = [line for pair in zip(left, right, strict=True) for line in pair] if across else left + right
    made.page([(60, 760, 20, "A title across both columns of it"), *lines])
    record, _ = one(pdf.READER, save(tmp_path, "a.pdf", made.bytes()))
    text = " ".join(texts(record))
    assert text.index("Left line number 12") < text.index("Right line number 1 ")
    assert text.index("Left line number 1 ") < text.index("Left line number 2 ")


def test_pdf_contents_list_and_table(tmp_path: Path) -> None:
    made = Pdf()
    made.page(
        [
            (72, 780, 20, "Guidance"),
            (72, 740, 14, "Contents"),
            *[(72, 700 - 16 * n, 11, f"{n} Part of it {'.' * 40} {n + 2}") for n in range(1, 6)],
            (72, 590, 14, "Introduction"),
            *paragraph(72, 560, ["This guidance is for teams who plan care with people and their families in"]),
            *paragraph(72, 546, ["all parts of the service."]),
            *[
                (x, 480 - 20 * n, 11, text)
                for n, row in enumerate((("Area", "Target"), ("Plans", "95 per cent"), ("Reviews", "90 per cent")))
                for x, text in zip((72, 300), row, strict=True)
            ],
        ]
    )
    record, problems = one(pdf.READER, save(tmp_path, "a.pdf", made.bytes()))
    assert texts(record, "table") == ["Area\tTarget\nPlans\t95 per cent\nReviews\t90 per cent"]
    assert not any("....." in text for text in texts(record))
    assert "contents-dropped" in codes(problems)
    assert any(text.startswith("This guidance is for teams") and text.endswith("service.") for text in texts(record))


def test_pdf_without_text_layer(tmp_path: Path) -> None:
    made = Pdf()
    made.page([])
    records, problems = read(pdf.READER, save(tmp_path, "scan.pdf", made.bytes()))
    assert records == []
    assert [(p.code, p.severity) for p in problems] == [("no-text-layer", "error")]
    assert "OCR" in problems[0].mend
    made.page(paragraph(72, 700, ["The team must meet the person and agree on the plan of care."]))
    record, problems = one(pdf.READER, save(tmp_path, "half.pdf", made.bytes()))
    assert [(p.severity, "1 of 2" in p.message) for p in problems if p.code == "no-text-layer"] == [("warning", True)]
    assert record.blocks[0].page == 2


@pytest.mark.parametrize("content", [b"", b"not a pdf at all", b"%PDF-1.4\nrubbish"])
def test_bad_pdf(tmp_path: Path, content: bytes) -> None:
    records, problems = read(pdf.READER, save(tmp_path, "a.pdf", content))
    assert (len(records), len(problems), problems[0].severity) == (0, 1, "error")
    assert problems[0].mend


@pytest.mark.shared
@pytest.mark.parametrize("name", ["policy/broken.pdf", "policy/zero_size.pdf"])
def test_real_bad_pdf(shared: Shared, name: str) -> None:
    records, problems = read(pdf.READER, shared(name))
    assert (len(records), len(problems), problems[0].severity) == (0, 1, "error")


@pytest.mark.shared
def test_real_printed_page(shared: Shared) -> None:
    record, problems = one(pdf.READER, shared("policy/cabinet_office_wikipedia.pdf"))
    assert record.title == "Cabinet Office"
    assert record.blocks[0].text.startswith("Cabinet Office")
    assert not any("19:52" in text or "wiki/Cabinet_Office 1/6" in text for text in texts(record))
    assert "furniture-dropped" in codes(problems)


# --- Word ---------------------------------------------------------------------------------------


def word(path: Path) -> Path:
    import docx as library

    made = library.Document()
    made.core_properties.title = ""
    made.add_heading("A plan for Wales", 0)
    made.add_paragraph("3 March 2031")
    made.add_heading("1 Duties", 1)
    made.add_paragraph("1.1 The health board must agree a plan with each person.")
    made.add_paragraph("(a) in writing;")
    made.add_paragraph("a bullet of the list", style="List Bullet")
    table = made.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Area", "Target", "Plans", "95"), strict=True):
        cell.text = text
    bold = made.add_paragraph()
    bold.add_run("Voice and choice").bold = True
    made.add_paragraph("People should be heard in every meeting.")
    made.save(str(path))
    return path


def test_word(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    assert best(path) == "docx"
    record, problems = one(docx.READER, path)
    assert (record.title, record.facets["nation"], record.facets["issued"]) == (
        "A plan for Wales",
        "wales",
        "2031-03-03",
    )
    assert problems == []
    assert [(b.kind, b.number, b.text, b.section) for b in record.blocks[2:]] == [
        ("heading", "1", "Duties", "1 Duties"),
        ("paragraph", "1.1", "The health board must agree a plan with each person.", "1 Duties"),
        ("list", "1.1(a)", "in writing;", "1 Duties"),
        ("list", "", "a bullet of the list", "1 Duties"),
        ("table", "", "Area\tTarget\nPlans\t95", "1 Duties"),
        ("heading", "", "Voice and choice", "1 Duties > Voice and choice"),
        ("paragraph", "", "People should be heard in every meeting.", "1 Duties > Voice and choice"),
    ]


def test_word_insertions_deletions_and_controls(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    addition = (
        f'<w:p xmlns:w="{w}"><w:r><w:t xml:space="preserve">The team </w:t></w:r>'
        "<w:ins><w:r><w:t>must</w:t></w:r></w:ins>"
        '<w:del><w:r><w:delText>may</w:delText></w:r></w:del><w:r><w:t xml:space="preserve"> meet.</w:t></w:r></w:p>'
        f'<w:sdt xmlns:w="{w}"><w:sdtContent><w:p><w:r><w:t>Inside a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "word/document.xml":
                content = content.replace(b"<w:sectPr", addition.encode() + b"<w:sectPr", 1)
            new.writestr(part, content)
    record, _ = one(docx.READER, save(tmp_path, "b.docx", out.getvalue()))
    assert texts(record)[-2:] == ["The team must meet.", "Inside a control."]


def test_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * (30 * 1024**2))
    records, problems = read(docx.READER, save(tmp_path, "a.docx", out.getvalue()))
    assert records == []
    assert "unpack" in problems[0].message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 nonsense", "cut off"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 64, "old Word"),
    ],
)
def test_bad_word(tmp_path: Path, content: bytes, words: str) -> None:
    records, problems = read(docx.READER, save(tmp_path, "a.docx", content))
    assert records == []
    assert words in problems[0].message
    assert problems[0].severity == "error"


# --- web pages ----------------------------------------------------------------------------------

PAGE = """<!doctype html><html lang="cy"><head><title>Care planning - Llywodraeth Cymru</title>
<meta name="dcterms.issued" content="2031-04-05"><link rel="canonical" href="https://www.example.org/care"></head><body>
<nav><ul><li><a href="/">Hafan</a></li><li>Cwcis a phreifatrwydd</li></ul></nav>
<main><h1>Care planning in Wales</h1><p>The health board must agree a plan with every person who uses its services,
and must review the plan at least once in every year that follows.</p>
<h2>Review</h2><p>Every review should be held with the person and with anyone whom the person wishes to bring:</p>
<ul><li>a carer or a member of the family;</li><li>an advocate who is independent of the service.</li></ul>
<table><tr><th>Area</th><th>Target</th></tr><tr><td>Plans</td><td>95</td></tr></table>
<p>The plan should be written in the language that the person prefers, in words that can be understood.</p>
<script>alert(1)</script></main><footer>Hawlfraint y Goron</footer></body></html>"""


def test_web_page(tmp_path: Path) -> None:
    path = save(tmp_path, "a.html", PAGE)
    assert best(path) == "html"
    record, problems = one(html.READER, path)
    assert record.title == "Care planning in Wales"
    assert (record.language, record.extra["stated_language"]) == ("en", "cy")
    assert (record.facets["nation"], record.facets["issued"], record.year) == ("wales", "2031-04-05", 2031)
    assert record.url == "https://www.example.org/care"
    text = " ".join(texts(record))
    assert "Hafan" not in text
    assert "alert" not in text
    assert "Hawlfraint" not in text
    assert [b.section.split(" > ")[-1] for b in record.blocks if b.kind == "list"] == ["Review", "Review"]
    assert texts(record, "table") == ["Area\tTarget\nPlans\t95"]
    assert "language-differs" in codes(problems)


@pytest.mark.shared
def test_real_corrupt_page(shared: Shared) -> None:
    path = shared("policy/corrupt.html")
    for reader in (html.READER, plain.TEXT, plain.MARKDOWN):
        records, problems = read(reader, path)
        assert (records, [p.severity for p in problems]) == ([], ["error"])


# --- GOV.UK -------------------------------------------------------------------------------------


def govuk_item(**more: Any) -> dict[str, Any]:
    item: dict[str, Any] = {
        "base_path": "/government/publications/plans",
        "content_id": "c-1",
        "document_type": "statutory_guidance",
        "schema_name": "publication",
        "publishing_app": "whitehall",
        "locale": "en",
        "title": "Guidance on plans",
        "public_updated_at": "2031-03-02T10:00:00Z",
        "first_published_at": "2031-02-01T10:00:00Z",
        "links": {"organisations": [{"title": "A Department"}]},
        "details": {
            "body": "<div><h2>Duties</h2><p>The team must-</p><ol><li>meet;</li><li>agree.</li></ol></div>",
            "national_applicability": {"england": {"applicable": True}, "wales": {"applicable": False}},
        },
    }
    return {**item, **more}


def test_govuk_item(tmp_path: Path) -> None:
    path = save(tmp_path, "a.json", json.dumps(govuk_item()))
    assert best(path) == "govuk"
    record, problems = one(govuk.READER, path)
    assert problems == []
    assert (record.title, record.year, record.url) == (
        "Guidance on plans", 2031, "https://www.gov.uk/government/publications/plans",
    )  # fmt: skip
    assert record.facets["nation"] == "england"
    assert record.facets["force"] == "statutory-guidance"
    assert record.facets["issuer"] == "A Department"
    assert [(b.kind, b.text) for b in record.blocks] == [
        ("heading", "Duties"), ("paragraph", "The team must-"), ("list", "meet;"), ("list", "agree."),
    ]  # fmt: skip


def test_govuk_item_without_text(tmp_path: Path) -> None:
    item = govuk_item(details={"documents": ["<section/>"]})
    records, problems = read(govuk.READER, save(tmp_path, "a.json", json.dumps(item)))
    assert (records, codes(problems)) == ([], {"empty"})
    assert "attach" in problems[0].message


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "title", "year"),
    [
        ("consultation_best-practice-consultation", "Furniture fire safety regulations: proposed amendments", 2014),
        ("html_publication_best-practice-command-paper", "Connecting people: a strategic vision for rail", 2017),
        ("publication_best-practice-policy-paper", "Strategy for dealing with safeguarding issues in charities", 2013),
    ],
)
def test_real_govuk_items(shared: Shared, name: str, title: str, year: int) -> None:
    path = shared(f"policy/govuk_{name}.json")
    item = json.loads(path.read_text(encoding="utf-8"))
    record, _ = one(govuk.READER, path)
    assert (record.title, record.year, record.language) == (title, year, item["locale"])
    assert record.extra["updated"] == item["public_updated_at"]
    stripped = re.sub(r"<[^>]+>", " ", item["details"]["body"])
    assert len(stripped.split()) * 0.95 < sum(len(b.text.split()) for b in record.blocks) + 30


# --- Markdown and text --------------------------------------------------------------------------

DIGEST = """---
title: A digest of a plan
nation: wales
issuer: Welsh Government
issued: 2012-10-22
type: strategy
force: strategy
digest: true
language: en
mood: hopeful
---
# A digest of a plan

Own words, **not** the [document](https://example.org) itself.

## Care planning

1. The health board must agree a plan with each person.
2. The plan must be reviewed:
   (a) every year;

- in a place of the person's *choice*

| Area | Target |
|------|--------|
| Plans | 95 |
"""


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    path = save(tmp_path, "a.md", DIGEST)
    assert best(path) == "markdown"
    record, problems = one(plain.MARKDOWN, path)
    assert problems == []
    assert (record.title, record.year, record.language) == ("A digest of a plan", 2012, "en")
    assert dict(record.facets) == {
        "nation": "wales", "issuer": "Welsh Government", "issued": "2012-10-22", "type": "strategy",
        "force": "strategy",
    }  # fmt: skip
    assert dict(record.extra) == {"digest": "true", "mood": "hopeful"}
    assert [(b.kind, b.number, b.text) for b in record.blocks] == [
        ("heading", "", "A digest of a plan"),
        ("paragraph", "", "Own words, not the document itself."),
        ("heading", "", "Care planning"),
        ("paragraph", "1", "The health board must agree a plan with each person."),
        ("paragraph", "2", "The plan must be reviewed:"),
        ("list", "2(a)", "every year;"),
        ("list", "", "in a place of the person's choice"),
        ("table", "", "Area\tTarget\nPlans\t95"),
    ]
    assert record.blocks[3].section == "A digest of a plan > Care planning"


def test_markdown_notes_at_the_foot(tmp_path: Path) -> None:
    text = "# A plan\n\nIt must be kept[^1]: by the team.\n\n[^1]: The note says who.\n"
    record, _ = one(plain.MARKDOWN, save(tmp_path, "a.md", text))
    assert texts(record)[1:] == ["It must be kept: by the team.", "The note says who."]


TRANSCRIPT = """Interview with a care co-ordinator
==================================

INTERVIEWER: What does a plan do for people?

CO-ORDINATOR: It helps us to keep hold of what the person wants, which is so easily
lost between one meet-
ing and the next one.

1.2 Working together
--------------------

We meet every month.
"""


def test_plain_text_transcript(tmp_path: Path) -> None:
    path = save(tmp_path, "a.rst", TRANSCRIPT)
    assert best(path) == "text"
    record, problems = one(plain.TEXT, path)
    assert problems == []
    assert [(b.kind, b.number, b.text) for b in record.blocks] == [
        ("heading", "", "Interview with a care co-ordinator"),
        ("paragraph", "", "INTERVIEWER: What does a plan do for people?"),
        (
            "paragraph",
            "",
            "CO-ORDINATOR: It helps us to keep hold of what the person wants, which is so easily lost between one "
            "meeting and the next one.",
        ),
        ("heading", "1.2", "Working together"),
        ("paragraph", "", "We meet every month."),
    ]


STRUCTURED = """Interview 6
===========
:Date: 3 May 2012
:Site: Cardiff and
   Newport

.. only for us: the recording was cut

.. figure:: room.png
   :width: 20

   The room of the meeting, as it was that day.

.. note:: Recording unclear

CO-ORDINATOR: See [#a]_ the *plan* and ``care.rst`` at `the site <https://example.org>`_.

.. contents::
   :depth: 2

.. [#a] The note at the foot.

.. epigraph::

   A word that somebody said there.
"""


def test_directives_of_a_transcript_say_what_they_say_to_readers(tmp_path: Path) -> None:
    record, problems = one(plain.TEXT, save(tmp_path, "a.rst", STRUCTURED))
    assert problems == []
    assert texts(record) == [
        "Interview 6",
        "The room of the meeting, as it was that day.",
        "Note: Recording unclear",
        "CO-ORDINATOR: See the plan and care.rst at the site.",
        "The note at the foot.",
        "A word that somebody said there.",
    ]
    assert dict(record.facets) == {"issued": "2012-05-03", "site": "Cardiff and Newport"}
    record, _ = one(
        plain.TEXT, save(tmp_path, "a.txt", "The plan: a note\n\nSnake_case and 2 * 3 * 4 stay as they are.\n")
    )
    assert texts(record)[-1] == "Snake_case and 2 * 3 * 4 stay as they are."


def test_encodings_are_said(tmp_path: Path) -> None:
    path = save(tmp_path, "a.txt", "Café meetings are held weekly.\n\nEveryone is welcome there.".encode("cp1252"))
    record, problems = one(plain.TEXT, path)
    assert record.blocks[0].text.startswith("Café")
    assert codes(problems) == {"encoding"}


def test_lost_ligatures_are_said() -> None:
    blocks = [Block("We wil al work with smal teams and the ful service wil follow.")] * 3
    problems = text_problems(blocks, "a.md")
    assert [p.code for p in problems] == ["lost-ligatures"]
    assert "“wil” 6" in problems[0].message
    assert text_problems([Block("We will all work with small teams.")] * 30, "a.md") == []


def test_empty_text(tmp_path: Path) -> None:
    for reader, name in ((plain.TEXT, "a.txt"), (plain.MARKDOWN, "a.md")):
        records, problems = read(reader, save(tmp_path, name, "\n \n"))
        assert (records, codes(problems)) == ([], {"empty"})


@pytest.mark.shared
def test_real_health_plan(shared: Shared) -> None:
    record, problems = one(plain.MARKDOWN, shared("policy/england_10_year_health_plan_exec_summary.md"))
    assert (record.facets["nation"], record.year, record.language) == ("england", 2025, "en")
    assert "10 Year Health Plan for England" in record.title
    assert "reading-order" in codes(problems)


@pytest.mark.shared
def test_real_neighbourhood_guidelines(shared: Shared) -> None:
    record, problems = one(plain.MARKDOWN, shared("policy/england_neighbourhood_health_guidelines_2025_26.md"))
    assert (record.facets["nation"], record.facets["issued"]) == ("england", "2025-01-29")
    assert record.title == "Neighbourhood health guidelines 2025/26"
    assert "lost-ligatures" in codes(problems)
    assert "reading-order" not in codes(problems)
    assert [b.number for b in record.blocks if b.number.isdigit()][:8] == [str(n) for n in range(1, 9)]


# --- dated notes --------------------------------------------------------------------------------


@pytest.mark.shared
def test_real_dated_notes(shared: Shared) -> None:
    path = shared("policy/oxcgrt_england_wales_containment.csv")
    records, problems = read(tables.READER, path)
    assert tables.READER.count is not None
    assert tables.READER.count(Source(path)) == 2
    found = {record.facets["nation"]: record for record in records}
    assert {nation: len(record.blocks) for nation, record in found.items()} == {"england": 176, "wales": 170}
    words = {nation: sum(len(b.text.split()) for b in record.blocks) for nation, record in found.items()}
    assert words == {"england": 8100, "wales": 7818}
    assert found["wales"].kind == "policy"
    assert found["england"].blocks[0].number == "2020-03-16"
    assert [p.severity for p in problems] == ["note"]


def test_dated_notes(tmp_path: Path) -> None:
    rows = [
        "nation,date,indicator,text",
        "Wales,20310102,C1,People must stay at home.",
        "England,20310101,C1,People should work from home.",
        "Wales,20310101,C2,,",
        "Wales,20310103,C2,Shops may open.",
    ]
    path = save(tmp_path, "notes.csv", "\n".join(rows))
    records, problems = read(tables.READER, path)
    assert [(r.title, r.facets["nation"], r.facets["valid_to"]) for r in records] == [
        ("England: 1 dated notes, 2031-01-01 to 2031-01-01", "england", "2031-01-01"),
        ("Wales: 2 dated notes, 2031-01-02 to 2031-01-03", "wales", "2031-01-03"),
    ]
    assert [(b.number, b.section, b.text) for b in records[1].blocks] == [
        ("2031-01-02", "C1", "People must stay at home."),
        ("2031-01-03", "C2", "Shops may open."),
    ]
    assert [(p.code, p.severity, p.line) for p in problems] == [
        ("empty-row", "warning", 4),
        ("notes-table", "note", 1),
    ]


def test_figures_by_nation_are_no_document(tmp_path: Path) -> None:
    records, problems = read(tables.READER, save(tmp_path, "a.csv", "RegionName,Date,Level\nWales,20310101,2\n"))
    assert records == []
    assert "figures alone" in problems[0].mend


# --- shared parts -------------------------------------------------------------------------------


def test_contents_lists() -> None:
    blocks = [
        Block("Contents", kind="heading", level=1),
        Block("Duties 3"),
        Block("Review 7"),
        Block("Duties", kind="heading", level=1),
        Block("The team must meet."),
    ]
    kept, dropped = without_contents(blocks)
    assert ([b.text for b in kept], dropped) == (["Duties", "The team must meet."], 3)


def test_numbering_tells_letters_from_roman_numerals() -> None:
    numbering = Numbering()
    marks = ["(g) x", "(h) x", "(i) x", "(j) x"]
    assert [numbering.read(mark)[0] for mark in marks] == ["(g)", "(h)", "(i)", "(j)"]
    numbering = Numbering()
    marks = ["18.—(1) x", "(a) x", "(i) x", "(ii) x", "(b) x", "(2) x", "19. x"]
    assert [numbering.read(mark)[0] for mark in marks] == [
        "18(1)", "18(1)(a)", "18(1)(a)(i)", "18(1)(a)(ii)", "18(1)(b)", "18(2)", "19",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [("25 March 2031", "2031-03-25"), ("Mawrth 2031", "2031-03"), ("2031-03-25", "2031-03-25"), ("31 Foo 2031", "")],
)
def test_dates(text: str, expected: str) -> None:
    assert iso_date(text) == expected


def test_nation_needs_clear_words() -> None:
    assert nation_of("Together for all", "The Welsh Government and NHS Wales will ...") == "wales"
    assert nation_of("A plan", "Policy differs in England. Policy differs in Wales.") == ""


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_break_a_reader(tmp_path: Path, reader: Reader, data: st.DataObject) -> None:
    seeds = {
        "clml": (FIXTURES / "act_en.xml").read_bytes(),
        "html": PAGE.encode(),
        "govuk": json.dumps(govuk_item()).encode(),
        "markdown": DIGEST.encode(),
        "text": TRANSCRIPT.encode(),
        "table": b'nation,date,text\nWales,20310101,"A note"\nEngland,20310102,Another\n',
        "jats": b"<article><front><article-meta><title-group><article-title>T</article-title></title-group>"
        b"</article-meta></front><body><sec><title>S</title><p>Text <xref ref-type='bibr' rid='r1'>1</xref>.</p>"
        b"</sec></body></article>",
    }
    seed = seeds.get(reader.name, b"%PDF-1.4 PK\x03\x04 word/")
    if data.draw(st.booleans()):
        content = data.draw(st.binary(max_size=400))
    else:
        content = bytearray(seed)
        for _ in range(data.draw(st.integers(0, 8))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
        content = bytes(content[: data.draw(st.integers(0, len(content)))])
    path = save(tmp_path, f"fuzz{reader.suffixes[0]}", content)
    source = Source(path, name="fuzz")
    reader.sniff(source.head_text(), source.head(), "fuzz")
    for item in reader.read(source):
        assert isinstance(item, (Record, Problem))
        if isinstance(item, Problem):
            assert item.message
            assert item.severity in ("error", "warning", "note")
    assert reader.count is not None
    assert reader.count(Source(path)) >= 0
