"""Tables: every vendor's headers, damaged rows, workbooks, and the known answers of real files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metanarrative.errors import ReadError
from metanarrative.model import Problem, Record
from metanarrative.read import read_file, table_rows
from metanarrative.read.columns import known_headers, roles, vendor_of
from metanarrative.read.source import Source
from metanarrative.read.tables import READER, names_from

Shared = Callable[[str], Path]


def read(path: Path) -> tuple[list[Record], list[Problem]]:
    source = Source(path, name=path.name)
    items = list(READER.read(source))
    records = [item for item in items if isinstance(item, Record)]
    problems = [item for item in items if isinstance(item, Problem)]
    assert READER.count is not None
    lost = sum(problem.severity == "error" for problem in problems)
    assert READER.count(Source(path)) == len(records) + lost
    return records, problems


def made(folder: Path, text: str | bytes, name: str = "a.csv") -> tuple[list[Record], list[Problem]]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path)


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems if problem.severity != "note"]


SCOPUS_OLD = (
    "Authors,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,Page start,Page end,Cited by,DOI,Link,Abstract,"
    "Author Keywords,References,Document Type,EID\n"
    '"Simpson A., Hannigan B.","123;456;","Planning care: a made-up study",2016,"Journal of Plans",4,2,,101,110,7,'
    '10.9999/Plan.1,https://example.org,"An abstract; with a semicolon.","care planning; recovery",'
    '"Deegan, P.E., Recovery; the lived experience (1988) PRJ, 11, pp. 11-19; Anthony, W.A., The guiding vision (1993) '
    'PRJ, 16",Article,2-s2.0-1\n'
)
SCOPUS_NEW = (
    "\ufeffAuthors,Author full names,Author(s) ID,Title,Year,Source title,DOI,Abstract,Document Type,EID\n"
    '"Simpson, A.; Hannigan, B.","Simpson, Alan (123); Hannigan, Ben (456)","123;456","Planning care",2016,'
    '"Journal of Plans",10.9999/plan.1,[No abstract available],Review,2-s2.0-1\n'
)


def test_scopus_old_headers(tmp_path: Path) -> None:
    (record,), problems = made(tmp_path, SCOPUS_OLD)
    assert record.title == "Planning care: a made-up study"
    assert record.authors == ("Simpson, A.", "Hannigan, B.")
    assert (record.year, record.venue, record.volume, record.issue, record.pages) == (
        2016, "Journal of Plans", "4", "2", "101-110",
    )  # fmt: skip
    assert (record.doi, record.type, record.key) == ("10.9999/plan.1", "article", "2-s2.0-1")
    assert record.keywords == ("care planning", "recovery")
    assert [(r.first_author, r.year) for r in record.references] == [("Deegan, P.E.", 1988), ("Anthony, W.A.", 1993)]
    assert record.extra["Cited by"] == "7"
    assert record.extra["Author(s) ID"] == "123;456;"
    assert record.raw.startswith('"Simpson A., Hannigan B."')
    assert record.line == 2
    assert "scopus" in problems[0].message


def test_scopus_new_headers(tmp_path: Path) -> None:
    (record,), problems = made(tmp_path, SCOPUS_NEW)
    assert record.authors == ("Simpson, Alan", "Hannigan, Ben")
    assert record.extra["Authors"] == "Simpson, A.; Hannigan, B."
    assert record.abstract == ""
    assert codes(problems) == []


def test_web_of_science_tab_delimited_utf16_with_trailing_tab(tmp_path: Path) -> None:
    text = (
        "PT\tAU\tAF\tTI\tSO\tPY\tVL\tBP\tEP\tDI\tCR\tUT\t\n"
        "J\tSimpson, A; Hannigan, B\tSimpson, Alan; Hannigan, Ben\tPlanning care\tJ PLANS\t2016\t4\t101\t110\t"
        "10.9999/plan.1\tDeegan PE, 1988, PSYCHOSOC REHABIL J, V11, P11; Anthony WA, 1993, PRJ, V16, P11\tWOS:1\t\n"
    )
    (record,), problems = made(tmp_path, text.encode("utf-16"), "savedrecs.txt")
    assert record.authors == ("Simpson, A", "Hannigan, B")
    assert (record.pages, record.key, len(record.references)) == ("101-110", "WOS:1", 2)
    assert record.references[0].first_author == "Deegan, PE"
    assert "encoding" in {problem.code for problem in problems}
    assert codes(problems) == []


@pytest.mark.parametrize(
    ("header", "row", "vendor", "author", "year"),
    [
        (
            "Document Title,Authors,Publication Title,Publication Year,Start Page,End Page,DOI,IEEE Terms",
            'On plans,"A. Simpson; B. Hannigan",IEEE Plans,2016,1,9,10.9999/x,Care', "ieee", "Simpson, A.", 2016,
        ),
        (
            "Item Title,Publication Title,Journal Volume,Item DOI,Authors,Publication Year,Content Type",
            "On plans,Plans,4,10.9999/x,Alan SimpsonBen McDonald,2016,Article", "springer", "Simpson, Alan", 2016,
        ),
        (
            "PMID,Title,Authors,Citation,Journal/Book,Publication Year,DOI",
            '123456,On plans,"Simpson A, Hannigan B",Plans. 2016,Plans,2016,10.9999/x', "pubmed", "Simpson, A", 2016,
        ),
        (
            "Lens ID,Title,Date Published,Publication Year,Source Title,Author/s,References,DOI",
            "001-002,On plans,2016-03-01,2016,Plans,Alan Simpson; Ben Hannigan,003-004; 005-006,10.9999/x", "lens",
            "Simpson, Alan", 2016,
        ),
        (
            "Publication ID,DOI,Title,Source title,PubYear,Authors,Cited references,Dimensions URL",
            'pub.1,10.9999/x,On plans,Plans,2016,"Simpson, Alan; Hannigan, Ben","[Deegan, P, Recovery, PRJ, 1988]"'
            ",https://x", "dimensions", "Simpson, Alan", 2016,
        ),
        (
            "id,doi,display_name,publication_year,authorships.author.display_name,referenced_works",
            "https://openalex.org/W1,https://doi.org/10.9999/x,On plans,2016,Alan Simpson|Ben Hannigan,"
            "https://openalex.org/W2|https://openalex.org/W3", "openalex", "Simpson, Alan", 2016,
        ),
        (
            "Work ID,Title,Publication year,Authors,DOI",
            "W1,On plans,2016,Alan Simpson|Ben Hannigan,10.9999/x", "openalex", "Simpson, Alan", 2016,
        ),
    ],
)  # fmt: skip
def test_other_vendors(tmp_path: Path, header: str, row: str, vendor: str, author: str, year: int) -> None:
    assert vendor_of(header.split(",")) == vendor
    (record,), problems = made(tmp_path, f"{header}\n{row}\n")
    assert (record.title, record.authors[0], record.year, record.doi) == ("On plans", author, year, "10.9999/x")
    assert len(record.authors) == 2
    assert codes(problems) == []
    if vendor == "lens":
        assert [reference.key for reference in record.references] == ["003-004", "005-006"]
    if header.endswith("referenced_works"):
        assert record.key == "W1"
        assert [reference.key for reference in record.references] == ["W2", "W3"]


def test_generic_references_are_ids_dois_and_strings(tmp_path: Path) -> None:
    text = (
        "id,title,abstract,authors,year,venue,doi,references,included\n"
        'L1,First,One,"Simpson, Alan; Hannigan, Ben",2001,Plans,10.9999/a,,1\n'
        'L2,Second,Two,"Simpson, Alan",2002,Plans,,L1;10.9999/b,0\n'
    )
    (first, second), problems = made(tmp_path, text)
    assert first.references == ()
    assert [(r.key, r.doi) for r in second.references] == [("L1", ""), ("", "10.9999/b")]
    assert (first.extra["included"], second.extra["included"]) == ("1", "0")
    assert codes(problems) == []


def test_lines_of_rows_that_span_lines(tmp_path: Path) -> None:
    text = 'title;abstract;year\r\n"One";"first\r\nsecond\r\n\r\nfourth";2001\r\n\r\n"Two";"x";2002\r\n'
    (one, two), _ = made(tmp_path, text)
    assert (one.line, two.line) == (2, 7)
    assert one.abstract == "first second fourth"
    assert one.raw == '"One";"first\nsecond\n\nfourth";2001'


def test_preamble_and_separator_line(tmp_path: Path) -> None:
    text = "sep=;\nExported by someone\n\nTitle;Year;Abstract\nOn plans;2016;Text, with a comma\n"
    (record,), _ = made(tmp_path, text)
    assert (record.title, record.year, record.line) == ("On plans", 2016, 5)


def test_damaged_rows_are_kept_or_listed(tmp_path: Path) -> None:
    text = 'title,year,abstract\nOne,2001,x,surplus\n,,\nTwo,20x2,y\nThree,2003,"never closed\nFour,2004,z\n'
    records, problems = made(tmp_path, text)
    assert [record.title for record in records] == ["One", "Two", "Three", "Four"]
    assert records[0].extra["column 4"] == "surplus"
    assert records[1].year is None
    assert sorted(codes(problems)) == ["bad-year", "empty-row", "ragged-rows", "unclosed-quote"]
    assert {(p.code, p.line) for p in problems if p.code in ("empty-row", "unclosed-quote")} == {
        ("empty-row", 3), ("unclosed-quote", 5),
    }  # fmt: skip


def test_missing_title_column_names_what_was_seen(tmp_path: Path) -> None:
    records, problems = made(tmp_path, "who,what\nme,this\nyou,that\n")
    assert records == []
    assert (problems[0].code, problems[0].severity) == ("missing-column", "error")
    assert "who, what" in problems[0].message
    assert "title" in problems[0].mend


def test_identifiers_without_titles_are_kept(tmp_path: Path) -> None:
    records, problems = made(tmp_path, "doi,pmid,label_included\nhttps://doi.org/10.9999/A,,1\n,12345,0\n")
    assert [(r.doi, r.pmid) for r in records] == [("10.9999/a", ""), ("", "12345")]
    assert codes(problems) == ["no-titles"]


def test_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["About this file"])
    sheet = book.create_sheet("records")
    sheet.append(["Title", "Authors", "Year", "DOI", "Label"])
    sheet.append(["On plans", "Simpson, Alan; Hannigan, Ben", 2016.0, "10.9999/x", True])
    path = tmp_path / "a.xlsx"
    book.save(path)
    source = Source(path)
    assert READER.sniff(source.head_text(), source.head(), "a") >= 90
    (record,), problems = read(path)
    assert (record.title, record.year, record.line, record.extra["Label"]) == ("On plans", 2016, 2, "True")
    assert codes(problems) == []


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b"PK\x03\x04 xl/ broken"])
def test_no_table_at_all(tmp_path: Path, content: bytes) -> None:
    records, problems = made(tmp_path, content)
    assert records == []
    assert [problem.severity for problem in problems] == ["error"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Simpson, A., Hannigan, B.", ("Simpson, A.", "Hannigan, B.")),
        ("Alan Simpson and Ben Hannigan", ("Simpson, Alan", "Hannigan, Ben")),
        ("['Simpson, A', 'Hannigan, B']", ("Simpson, A", "Hannigan, B")),
        ("Welsh Government", ("Welsh Government",)),
        ("Simpson, Alan; et al.", ("Simpson, Alan",)),
        ("n/a", ()),
    ],
)
def test_names(cell: str, expected: tuple[str, ...]) -> None:
    assert names_from(cell) == expected


def test_header_names() -> None:
    assert known_headers(["Title", "Year", "nonsense"]) == (2, 2)
    assert roles(["Publication Year", "Date Added", "Year"])["year"] == [2, 0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: ("title,year,doi\n" + t).encode())))
def test_no_bytes_break_the_reader(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    source = Source(path, name="fuzz")
    READER.sniff(source.head_text(), source.head(), "fuzz")
    read(path)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "n", "abstracts", "dois"),
    [
        ("bib/asreview/duplicate_records.csv", 14, None, None),
        ("bib/asreview/generic_labels.csv", 6, 6, 0),
        ("bib/asreview/generic_semicolon.csv", 2, 2, 0),
        ("bib/asreview/missing_values.csv", 4, 2, 0),
        ("bib/asreview/record_id.csv", 10, 10, 0),
        ("bib/loader/csv_data.csv", 2, 0, 2),
        ("bib/other/litstudy_ieee.csv", 10, 10, 10),
        ("bib/other/litstudy_springer.csv", 18, 0, 18),
        ("bib/sources/ieee_csv.csv", 2, 2, 2),
        ("bib/sources/pubmed_csv.csv", 1, 0, 1),
        ("dedup/datatools_duplicate_data_with_doi.csv", 5, 5, 0),
        ("dedup/datatools_duplicate_data_without_doi.csv", 5, 5, 0),
        ("labelled/mixed_reviews_A.csv", 720, 720, 0),
        ("labelled/synergy_Cohen_2006_ADHD_ids.csv", 851, 0, None),
    ],
)
def test_real_tables(shared: Shared, name: str, n: int, abstracts: int | None, dois: int | None) -> None:
    path = shared(name)
    source = Source(path)
    assert READER.sniff(source.head_text(), source.head(), path.name) >= 60
    records, problems = read(path)
    assert len(records) == n
    assert not [problem for problem in problems if problem.severity == "error"]
    if abstracts is not None:
        assert sum(bool(record.abstract) for record in records) == abstracts
    if dois is not None:
        assert sum(bool(record.doi) for record in records) == dois


@pytest.mark.shared
def test_real_labels_and_columns(shared: Shared) -> None:
    records, _ = read(shared("bib/asreview/generic_labels.csv"))
    assert {record.extra["label_included"] for record in records} <= {"0", "1"}
    assert records[0].authors == ("Marx, Karl", "Lindgren, Astrid")
    records, _ = read(shared("labelled/mixed_reviews_A.csv"))
    assert {record.extra["review"] for record in records} == {
        "Bannach-Brown_2019", "Hall_Wahono_Radjenovic_Kitchenham", "Nagtegaal_2019", "van_de_Schoot_2017",
    } or len({record.extra["review"] for record in records}) == 4  # fmt: skip


@pytest.mark.shared
def test_real_springer_authors_stand_against_each_other(shared: Shared) -> None:
    records, _ = read(shared("bib/other/litstudy_springer.csv"))
    assert records[0].authors == ("Aliev, Araz R.", "Ismayilova, Nigar T.")


@pytest.mark.parametrize("inverted", ["abstract_inverted_index", "abstract"])
def test_inverted_abstracts_of_openalex_are_put_together(tmp_path: Path, inverted: str) -> None:
    path = tmp_path / "a.csv"
    header = f"id,display_name,publication_year,doi,{inverted},referenced_works"
    row = '"{""Plans"": [0], ""help"": [1, 3], ""people"": [2]}"'
    rows = [
        f"https://openalex.org/W{n},Care {n},2001,https://doi.org/10.1234/a{n},{row},https://openalex.org/W9"
        for n in (1, 2)
    ]
    path.write_text("\n".join([header, *rows, rows[0].replace("]}", "")]), encoding="utf-8")
    records, _, info = read_file(path)
    assert info.n_found == info.n_read == 3
    assert [record.abstract for record in records[:2]] == ["Plans help people help"] * 2
    assert records[2].abstract.startswith("{")  # damaged, and kept
    assert [reference.key for reference in records[0].references] == ["W9"]


def test_references_of_dimensions_know_their_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    cited = (
        "[Deegan, P.E., null, null, Rehab J, 1988, 11, 4, 11-19, 10.1037/h0099565, pub.12, 9];"
        "[Anthony, W., null, null, null, 1993, null, null, null, null, pub.13, 0];[no year at all, pub.14]"
    )
    path.write_text(
        '"About the data: Exported on May 1, 2020."\nPublication ID,DOI,Title,Source title,PubYear,Cited references,'
        f'Dimensions URL\npub.1,10.1234/a,Care,J Made,2001,"{cited}",https://example.org\n',
        encoding="utf-8",
    )
    ((record,), _, _) = read_file(path)
    assert [(r.key, r.year, r.venue, r.volume, r.page, r.doi) for r in record.references] == [
        ("pub.12", 1988, "Rehab J", "11", "11", "10.1037/h0099565"),
        ("pub.13", 1993, "", "", "", ""),
        ("pub.14", None, "", "", "", ""),
    ]


def test_rows_that_name_nothing_are_kept_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Authors,Title,Year,DOI\nAsh B.,Care,2001,\nrest of a row\nOak C.,,2002,10.1234/a\n", encoding="utf-8"
    )
    records, problems, _ = read_file(path)
    assert len(records) == 3
    (said,) = [problem for problem in problems if problem.code == "nameless-rows"]
    assert said.message.startswith("1 rows have neither title")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(alphabet='ab ,;"\t', max_size=9), max_size=6), st.sampled_from(",;\t"), st.booleans())
def test_rows_cut_at_their_quotation_marks_are_those_of_csv(cells: list[str], separator: str, sound: bool) -> None:
    if sound:
        stream = io.StringIO()
        csv.writer(stream, delimiter=separator, lineterminator="").writerow(cells)
        line = stream.getvalue()
    else:
        line = separator.join(cells)
    found = table_rows._cells(line, separator)
    by_csv = next(csv.reader([f"{line}\n"], delimiter=separator, skipinitialspace=True))
    assert found is None or found == (by_csv or [""])


def test_most_rows_need_no_csv() -> None:
    assert table_rows._cells('"Care, plans",2019,"","A; B"', ",") == ["Care, plans", "2019", "", "A; B"]
    assert table_rows._cells('1,"a",,"b",', ",") == ["1", "a", "", "b", ""]
    assert table_rows._cells("a; b;c", ";") == ["a", "b", "c"]
    assert table_rows._cells('"a ""quoted"" word",b', ",") is None
    assert table_rows._cells('"a line that goes', ",") is None
    assert table_rows._cells('a "b" c,d', ",") is None


def test_a_workbook_damaged_anywhere_is_a_problem(tmp_path: Path) -> None:
    from hostile import workbook

    rows = "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>title</t></is></c></row>' for n in range(1, 40))
    sound = workbook(rows)
    path = tmp_path / "a.xlsx"
    told = 0
    for place in range(0, len(sound), 7):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        with suppress(ReadError):
            assert READER.count is not None
            READER.count(Source(path))
        said = [item.message for item in READER.read(Source(path)) if isinstance(item, Problem)]
        assert not [message for message in said if "not what it seems" in message]
        told += any("damaged workbook" in message for message in said)
    assert told > 10
