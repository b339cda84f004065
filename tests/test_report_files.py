"""The report as a Word document, and contested points as people wrote them."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from docx import Document

from metanarrative.map.svg import width_of
from metanarrative.report import word_table
from metanarrative.report.contested import parts_of, read_points
from metanarrative.report.parts import Bullets, Heading, Picture, Quote, Report, Table, Text, ToWrite, body, markdown
from metanarrative.report.word import cells_of, figure_width, word

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fea7"
    "35816e0000000049454e44ae426082"
)

REPORT = Report(
    "Care planning \x00 & <talk>",
    (
        Heading("Question"),
        Bullets([("Twelve <works> are included.", "Deep water")]),
        Text("Whose plan is it?", soft=True),
        ToWrite("the reasons"),
        Table("Counts", ("step", "n"), [("works", 12), ("=cmd", None)], note="Sums are checked."),
        Picture("The map.", "<svg/>", "tradition.html"),
        Quote("Rhaid i’r cynllun gael ei adolygu.", "Y Cod, t. 4, ps_1", "cy"),
        Heading("Deep", 3),
    ),
)


def test_the_word_file_has_the_same_parts_in_the_same_order() -> None:
    data = word(REPORT, notices=["Made of digests."], pictures={"<svg/>": PIXEL})
    document = Document(io.BytesIO(data))
    texts = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert texts[:3] == ["Care planning  & <talk>", "Made of digests.", "Contents"]
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == ["Question"]
    assert "To be written by a person: the reasons" in texts
    assert (
        texts.index("Whose plan is it?")
        < texts.index("Table 1. Counts")
        < texts.index("Rhaid i’r cynllun gael ei adolygu.")
    )
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 2"] == ["Deep"]
    cells = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert cells == [["step", "n"], ["works", "12"], ["=cmd", "–"]]
    assert len(document.inline_shapes) == 1
    welsh = next(p for p in document.paragraphs if p.text.startswith("Rhaid"))
    assert 'w:val="cy-GB"' in welsh._p.xml


def test_the_same_report_gives_the_same_bytes() -> None:
    assert word(REPORT) == word(REPORT)
    assert "Figure 1. The map. The interactive page: tradition.html." in [
        p.text for p in Document(io.BytesIO(word(REPORT))).paragraphs
    ]


POINTS = """
[[point]]
question = "Whose plan is it?"
[[point.framing]]
by = "T1"
words = "A clinical record."
passages = ["ps_1"]
[[point.framing]]
by = "wales"
words = "The person's own."
passages = ["ps_gone"]
works = ["wk_1"]
[[point]]
question = "What is risk?"
[[point.framing]]
by = ""
words = "A number."
[[point]]
note = "no question"
"""


def test_contested_points_stand_with_their_passages() -> None:
    points, problems = read_points(POINTS)
    assert [p.code for p in problems] == ["contested-one-sided", "bad-contested"]
    parts, lost = parts_of(
        points,
        names={"t1": "Clinical recording (T1)", "wales": "Wales"},
        passages={"ps_1": ("The record is kept.", "A Code, page 3", "en")},
        works={"wk_1": "Leamy (2011) CHIME [wk_1]"},
    )
    words = [getattr(part, "text", "") for part in parts]
    assert words[0] == "Contested points"
    assert "Whose plan is it?" in words
    quote = next(part for part in parts if isinstance(part, Quote))
    assert (quote.text, quote.place) == ("The record is kept.", "Clinical recording (T1): A Code, page 3, ps_1")
    table = next(part for part in parts if isinstance(part, Table))
    assert table.rows[1] == ("Wales", "The person's own.", 0, 1)
    assert "Wales rests on: Leamy (2011) CHIME [wk_1]." in words
    assert [p.message for p in lost] == ["nothing here has the id ps_gone"]
    # the one-sided point asks for its passages and for the other side
    assert sum(isinstance(part, ToWrite) for part in parts) == 2


def test_without_points_the_place_stays_empty() -> None:
    parts, problems = parts_of([], names={}, passages={}, works={})
    assert isinstance(parts[1], ToWrite)
    assert problems == []
    assert re.search("contested.toml", parts[1].text)
    assert read_points("[[point")[1][0].code == "bad-contested"


def test_the_first_page_leads_to_its_chapters_in_every_form() -> None:
    page = body(REPORT)
    assert '<li>Twelve &lt;works&gt; are included. <a href="#deep-water">Deep water</a></li>' in page
    assert "<b>Figure 1.</b> The map." in page and "<caption>Table 1. Counts</caption>" in page
    assert "- Twelve \\<works\\> are included. (see Deep water)" in markdown(REPORT)
    bullets = [p.text for p in Document(io.BytesIO(word(REPORT))).paragraphs if p.style.name == "List Bullet"]
    assert bullets == ["Twelve <works> are included. (see Deep water)"]


WIDE = Table(
    "Themes",
    ("theme", "England", "difference (percentage points, 95 %)", "verdict", "caveat"),
    [
        (
            "Care coordinator and key worker",
            "11 % (7 of 61)",
            "-8.0 (-19.5 to +3.6)",
            "no clear difference",
            "genre; " * 60,
        )
    ],
)


def test_columns_of_the_word_file_are_as_wide_as_their_texts_ask_and_rows_stay_whole() -> None:
    report = Report("R", (Heading("A"), Table("n", ("step", "n"), [("works", 1)]), Heading("B"), WIDE, Heading("C")))
    document = Document(io.BytesIO(word(report)))
    # upright, turned for the wide table and the heading over it, upright again
    assert [section.page_width > section.page_height for section in document.sections] == [False, True, False]
    for table, section in zip(document.tables, document.sections, strict=False):
        columns = [column.width for column in table.columns]
        assert sum(columns) <= section.page_width - section.left_margin - section.right_margin
        assert all("w:cantSplit" in row._tr.xml for row in table.rows)
    wide = [column.width for column in document.tables[1].columns]
    assert max(wide) == wide[4]
    for at, texts in enumerate(zip(*cells_of(WIDE), strict=True)):
        longest = max((part for text in texts for part in text.split()), key=width_of)
        assert wide[at] / 12700 >= width_of(longest, word_table.SIZE)


@pytest.mark.parametrize("size", [(760, 500), (760, 2400), (300, 3000)])
@pytest.mark.parametrize("turned", [False, True])
def test_a_figure_never_leaves_its_page(size: tuple[int, int], turned: bool) -> None:
    width, height = size
    set_width = figure_width(f'<svg viewBox="0 0 {width} {height}">', turned=turned)
    room = (21.0 if turned else 29.7) - 2 * 2.2
    assert set_width * height / width < room - 2  # its caption stands below
    assert set_width <= 16.6


def test_the_word_file_has_numbers_contents_and_pages() -> None:
    data = word(REPORT)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        body_xml, foot = parts.read("word/document.xml").decode(), parts.read("word/footer1.xml").decode()
    assert " PAGE " in foot
    assert 'TOC \\o "1-2"' in body_xml
    links = re.findall(r'<w:hyperlink w:anchor="(\w+)"><w:r>.*?<w:t[^>]*>([^<]+)', body_xml)
    assert [words for _, words in links] == ["1 Question", "1.1 Deep"]
    assert all(f'w:name="{anchor}"' in body_xml for anchor, _ in links)
    heading = Document(io.BytesIO(data)).styles["Heading 1"]
    assert heading.element.pPr.numPr is not None
