"""Tagged formats: RIS, MEDLINE, Web of Science, EndNote, and cited-reference strings."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metanarrative.errors import ReadError
from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read import endnote, medline, read_file, references, ris, tagged, wos
from metanarrative.read.references import parse_reference, parse_references, split_references
from metanarrative.read.source import Source
from metanarrative.text import normal_title

FIXTURES = Path(__file__).parent / "fixtures" / "read"
Shared = Callable[[str], Path]

READERS: dict[str, Reader] = {
    "embase.ris": ris.READER,
    "ovid.ris": ris.READER,
    "scopus.ris": ris.READER,
    "headless.ris": ris.READER,
    "pubmed.nbib": medline.READER,
    "wos.txt": wos.READER,
    "wos_hidden.ris": wos.READER,
    "endnote.enw": endnote.TAGGED,
    "endnote.xml": endnote.XML,
}


def read(path: Path) -> tuple[list[Record], list[Problem]]:
    records, problems, info = read_file(path)
    assert info.n_found == info.n_read + info.n_lost
    assert "count-mismatch" not in {p.code for p in problems}
    return records, problems


def codes(problems: list[Problem]) -> list[str]:
    return sorted(p.code for p in problems)


# -- the known answers of the shared data ------------------------------------------------------

KNOWN = [
    # file, format, records, DOIs, abstracts, years
    ("bib/asreview/baseline_empty_values.ris", "ris", 4, 0, 2, 0),
    ("bib/asreview/baseline_reference_types.ris", "ris", 61, 0, 0, 0),
    ("bib/asreview/baseline_tag-notes_labels.ris", "ris", 32, 0, 0, 0),
    ("bib/asreview/baseline_zotero.ris", "ris", 100, 100, 98, 100),
    ("bib/asreview/faulty_year.ris", "ris", 1, 0, 1, 0),
    ("bib/asreview/pubmed_zotero.ris", "ris", 6, 6, 6, 6),
    ("bib/loader/enl_data.enl", "endnote-tagged", 3, 0, 2, 3),
    ("bib/loader/nbib_data.nbib", "medline", 1, 1, 1, 1),
    ("bib/loader/ris_data.ris", "ris", 2, 2, 0, 2),
    ("bib/medline/pubmed_75.nbib", "medline", 75, 74, 70, 75),
    ("bib/medline/single.nbib", "medline", 1, 1, 1, 1),
    ("bib/ris/rispy_example_bom.ris", "ris", 1, 1, 0, 0),
    ("bib/ris/rispy_example_empty_tag.ris", "ris", 1, 1, 1, 1),
    ("bib/ris/rispy_example_extraneous_data.ris", "ris", 2, 0, 2, 2),
    ("bib/ris/rispy_example_full.ris", "ris", 2, 0, 2, 2),
    ("bib/ris/rispy_example_multiline.ris", "ris", 3, 0, 3, 0),
    ("bib/ris/rispy_example_single_unknown_tag.ris", "ris", 1, 0, 0, 1),
    ("bib/ris/rispy_example_starting_newlines.ris", "ris", 1, 0, 0, 1),
    ("bib/ris/rispy_example_urls.ris", "ris", 4, 0, 0, 4),
    ("bib/ris/rispy_example_utf_chars.ris", "ris", 1, 0, 1, 1),
    ("bib/sources/ais_enl.txt", "endnote-tagged", 6, 0, 4, 6),
    ("bib/sources/eric_nbib.nbib", "medline", 1, 1, 1, 1),
    ("bib/sources/jstor_ris.ris", "ris", 4, 1, 3, 4),
    ("dedup/sweep_tafenoquine.xml", "endnote-xml", 179, 156, 170, 179),
]


@pytest.mark.parametrize(("name", "format_", "n", "dois", "abstracts", "years"), KNOWN)
def test_known_answers(shared: Shared, name: str, format_: str, n: int, dois: int, abstracts: int, years: int) -> None:
    records, _, info = read_file(shared(name))
    assert info.format == format_
    assert (len(records), info.n_found, info.n_lost) == (n, n, 0)
    assert sum(bool(r.doi) for r in records) == dois
    assert sum(bool(r.abstract) for r in records) == abstracts
    assert sum(r.year is not None for r in records) == years
    assert all(r.raw and r.line for r in records)


@pytest.mark.parametrize("stem", ["ais_enl.txt", "eric_nbib.nbib"])
def test_agrees_with_the_expected_file(shared: Shared, stem: str) -> None:
    ours = read(shared(f"bib/sources/{stem}"))[0]
    expected = read_file(shared(f"bib/sources/{stem.split('.')[0]}_expected.bib"))[0]
    # the other tool sorts its entries and changes the case of titles
    assert sorted((normal_title(r.title), r.year or 0, r.doi) for r in ours) == sorted(
        (normal_title(r.title), r.year or 0, r.doi) for r in expected
    )


def test_jstor_chapter_keeps_its_own_title(shared: Shared) -> None:
    chapter = read(shared("bib/sources/jstor_ris.ris"))[0][2]
    assert (chapter.title, chapter.venue, chapter.type) == (
        "This title is of type CHAP",
        "Secondary Title",
        "chapter",
    )


def test_enl_expected(shared: Shared) -> None:
    ours = read(shared("bib/loader/enl_data.enl"))[0]
    expected = read_file(shared("bib/loader/enl_data_expected.bib"))[0]
    fields = ("title", "authors", "year", "venue", "volume", "issue", "pages", "url", "abstract")
    for one, other in zip(ours, expected, strict=True):
        assert [getattr(one, f) for f in fields] == [getattr(other, f) for f in fields]


def test_shared_details(shared: Shared) -> None:
    types = read(shared("bib/asreview/baseline_reference_types.ris"))[0]
    assert len([r for r in types if r.extra.get("TY")]) == 60  # the first TY has no value
    labels = [r.extra.get("label") for r in read(shared("bib/asreview/baseline_tag-notes_labels.ris"))[0]]
    assert labels[:4] == ["relevant", "irrelevant", "not seen", None]
    record, problems = read(shared("bib/asreview/faulty_year.ris"))
    assert record[0].year is None
    assert codes(problems) == ["bad-year"]
    bom = read(shared("bib/ris/rispy_example_bom.ris"))[0][0]
    assert (bom.doi, bom.type) == ("10.1186/s40981-020-0316-0", "article")
    full = read(shared("bib/ris/rispy_example_full.ris"))[0][0]
    assert (full.authors, full.year) == (("Marx, Karl", "Lindgren, Astrid"), 2014)
    wrapped = [r.abstract for r in read(shared("bib/ris/rispy_example_multiline.ris"))[0]]
    assert len(set(wrapped[1:])) == 1
    assert wrapped[2] == "first line, ER then second line and at the end the last line"
    unknown = read(shared("bib/ris/rispy_example_single_unknown_tag.ris"))[0][0]
    assert "CRISPR" in (unknown.venue, *unknown.extra["JP"].split("\n"))
    urls = [r.url for r in read(shared("bib/ris/rispy_example_urls.ris"))[0]]
    assert urls == ["http://example.com"] * 4
    assert "Состояние" in read(shared("bib/ris/rispy_example_utf_chars.ris"))[0][0].abstract
    conference, journal = read(shared("bib/loader/ris_data.ris"))[0]
    assert (conference.keywords, conference.pmid) == (("keyword2", "keyword3"), "12345678")
    assert journal.authors[0] == "Author-One, A."
    assert len({r.pmid for r in read(shared("bib/medline/pubmed_75.nbib"))[0]}) == 75
    assert "Aged" in read(shared("bib/medline/single.nbib"))[0][0].keywords
    captions = [r.extra.get("caption") for r in read(shared("dedup/sweep_tafenoquine.xml"))[0]]
    assert captions.count("Duplicate") == 114


# -- our own fixtures, a dialect each ----------------------------------------------------------


def test_embase() -> None:
    (first, second), problems = read(FIXTURES / "embase.ris")
    assert first.doi == "10.5555/made.up.1"
    assert first.authors == ("Example, E.", "van der Sample, J.P.")
    assert first.abstract == (
        "Aim: to show a wrapped abstract that begins a new line without any indent and AB is only two letters here."
    )
    assert (first.pages, first.line, first.key) == ("101-109", 2, "L0000000001")
    assert second.authors == ("Department of Examples",)
    assert [p.severity for p in problems] == ["note"]


def test_ovid_two_ends_two_dois_no_end() -> None:
    records, problems = read(FIXTURES / "ovid.ris")
    assert [r.title for r in records] == [
        "An invented trial of crisis cards",
        "A book without an end mark",
        "Report after it",
    ]
    assert records[0].pmid == "12345678"
    assert records[0].abstract.endswith("after an empty line.")
    assert records[1].doi == "10.5555/first.one"
    assert records[1].extra["DO"].split("\n") == ["10.5555/first.one", "10.5555/other.one"]
    assert records[2].year is None  # "n.d." is an answer, not a problem
    assert codes(problems) == ["no-end", "text-between-records", "two-dois"]


def test_scopus_references_inside_a_note() -> None:
    (record,), _ = read(FIXTURES / "scopus.ris")
    assert [(r.first_author, r.year, r.title) for r in record.references] == [
        ("Sample, A.B.", 1988, "Recovery; what is it?"),
        ("Second, C.", 1993, "The guiding idea"),
        ("", None, ""),
    ]
    assert record.references[1].raw.startswith("Second, C., van Third, D.")
    assert (record.keywords, record.pmid, record.extra["XX"]) == (
        ("single spaced",),
        "23456789",
        "kept under its own name",
    )


def test_entries_without_head_or_end_are_kept() -> None:
    records, problems = read(FIXTURES / "headless.ris")
    assert [r.title for r in records] == [
        "The head of this entry was cut off",
        "A whole one",
        "Cut at the e",
    ]
    assert [r.line for r in records] == [1, 7, 10]
    said = {p.code: p for p in problems}
    assert set(said) == {"no-end", "no-start", "text-between-records"}
    assert "Some stray words" in said["text-between-records"].message
    assert said["text-between-records"].line == 6


def test_pubmed() -> None:
    (first, second), problems = read(FIXTURES / "pubmed.nbib")
    assert problems == []
    assert first.title == "A made-up title that PubMed would wrap."
    assert first.authors == ("Sample, Anna B", "O'Other, Owain", "Sample Study Group")
    assert (first.year, first.doi, first.pmid, first.language) == (2017, "10.5555/pm.2017", "30000001", "cy")
    assert first.keywords == ("recovery", "Patient Care Planning", "Humans")
    assert (second.authors, second.type, second.doi, second.line) == (
        ("Short, AB",),
        "preprint",
        "10.5555/pm.2018",
        26,
    )


def test_wos_cited_references_a_line_each() -> None:
    (first, second), _ = read(FIXTURES / "wos.txt")
    assert first.authors == ("Sample, Anna B.", "Second, Carl")
    assert first.title == "A title that runs over two lines"
    assert (first.doi, first.pmid, first.pages, first.type) == (
        "10.5555/wos.2012",
        "20000001",
        "33-47",
        "article",
    )
    assert [(r.first_author, r.year, r.venue, r.volume, r.page, r.doi) for r in first.references] == [
        ("", 2010, "CODE PRACTICE", "", "", ""),
        ("Older, A", 1988, "J SAMPLES", "11", "11", "10.5555/old.1988"),
        ("Newer, B.C.", 2003, "SAMPLE REV", "16", "5", ""),
    ]
    assert (second.type, second.pages) == ("conference", "77")


def test_wos_hidden_under_ris_without_header_and_end() -> None:
    records, problems, info = read_file(FIXTURES / "wos_hidden.ris")
    assert info.format == "wos"
    assert [r.year for r in records] == [2000, 2001]
    assert codes(problems) == ["no-end"]


def test_endnote_tagged() -> None:
    (article, thesis), problems = read(FIXTURES / "endnote.enw")
    assert article.abstract == "Two paragraphs."
    assert (article.doi, article.pmid, article.keywords) == (
        "10.5555/en.2004",
        "15000001",
        ("care", "recovery"),
    )
    assert (thesis.type, thesis.year) == ("thesis", None)
    assert codes(problems) == ["bad-year"]


def test_endnote_xml_damage_costs_only_the_damaged() -> None:
    records, problems, info = read_file(FIXTURES / "endnote.xml")
    assert [r.title for r in records] == ["Styled title", "Broken one", "After & whole", "Cut o"]
    assert (info.n_found, info.n_read) == (4, 4)
    assert [p.line for p in problems if p.code == "bad-xml"] == [4, 6]
    assert records[0].extra["caption"] == "Duplicate"
    assert records[0].keywords == ("recovery", "risk")


def test_endnote_xml_expands_no_entity(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
        "<xml><records><record><rec-number>1</rec-number><titles><title>x &a;&b; y</title></titles></record>"
        "</records></xml>"
    )
    records, problems, _ = read_file(path)
    assert "bad-xml" in codes(problems)
    assert all("aaaa" not in r.title and "root:" not in r.title for r in records)


def test_encodings_are_recognised_and_said(tmp_path: Path) -> None:
    text = "TY  - JOUR\r\nTI  - Cynllun gofal yng Nghaerŵysg – café\r\nER  - \r\n"
    for encoding, said in (("utf-8", []), ("utf-8-sig", []), ("utf-16", ["encoding"])):
        path = tmp_path / f"{encoding}.ris"
        path.write_bytes(text.encode(encoding))
        records, problems = read(path)
        assert records[0].title == "Cynllun gofal yng Nghaerŵysg – café"
        assert codes(problems) == said
    old = tmp_path / "cp1252.ris"
    old.write_bytes(text.replace("ŵ", "w").encode("cp1252"))
    records, problems, info = read_file(old)
    assert records[0].title.endswith("– café")
    assert (info.encoding, codes(problems)) == ("cp1252", ["encoding"])
    mixed = tmp_path / "mixed.ris"
    mixed.write_bytes(text.encode() + text.replace("ŵ", "w").encode("cp1252"))
    records, problems, info = read_file(mixed)
    assert [r.title[-4:] for r in records] == ["café", "café"]
    assert (info.encoding, codes(problems)) == ("mixed", ["mixed-encoding"])


def test_large_files_come_in_pieces_with_right_lines(tmp_path: Path) -> None:
    path = tmp_path / "large.ris"
    one = "TY  - JOUR\r\nTI  - Entry {}\r\nAB  - Gofal â chynllun\r\nER  - \r\n\r\n"
    path.write_bytes("".join(one.format(n) for n in range(400)).encode())
    whole = Source(path)
    pieces = list(Source(path).pieces(ris.RIS.start, size=1000))
    assert len(pieces) > 20
    assert "".join(text for _, text in pieces) == whole.text.replace("\r\n", "\n")
    for line, text in pieces:
        assert whole.text.split("\r\n")[line - 1] == text.split("\n")[0] == "TY  - JOUR"


def test_too_large_xml_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endnote, "MAX_XML_BYTES", 10)
    with pytest.raises(ReadError):
        list(endnote.XML.read(Source(FIXTURES / "endnote.xml")))


# -- cited references ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "author", "year", "title", "venue", "volume", "page"),
    [
        (
            "Made, A.B., Up, C., Care plans; a study (2014) Br. J. Samples, 204 (2), pp. 102-107.",
            "Made, A.B.", 2014, "Care plans; a study", "Br. J. Samples", "204", "102",
        ),
        (
            "Made A.B., Up C., Care plans: a study, Br. J. Samples, 204, 2, pp. 102-107, (2014)",
            "Made, A.B.", 2014, "Care plans: a study", "Br. J. Samples", "204", "102",
        ),
        (
            "Made AB, Up C. Care plans: a study. Br J Samples. 2014;204(2):102-7.",
            "Made, AB", 2014, "Care plans: a study", "Br J Samples", "204", "102",
        ),
        (
            "Made, A. B., & Up, C. (2014). Care plans: a study. British Journal of Samples, 204(2), 102-107.",
            "Made, A. B.", 2014, "Care plans: a study", "British Journal of Samples", "204", "102",
        ),
        ("*WELSH ASS GOV, 2003, MENT HLTH POL WAL", "WELSH ASS GOV", 2003, "", "MENT HLTH POL WAL", "", ""),
        ("Personal communication with the ward manager", "", None, "", "", "", ""),
    ],
)  # fmt: skip
def test_reference_styles(
    raw: str, author: str, year: int | None, title: str, venue: str, volume: str, page: str
) -> None:
    found = parse_reference(raw)
    assert found.raw == raw
    assert (found.first_author, found.year, found.title, found.venue, found.volume, found.page) == (
        author, year, title, venue, volume, page,
    )  # fmt: skip


@pytest.mark.parametrize("doi", ["10.5555/a.1", "10.5555/A(1)2", "10.5555/a.1.", "10.5555/a%2Fb", "10.5555/a)", ""])
@pytest.mark.parametrize("volume", [", V12", ""])
@pytest.mark.parametrize("page", [", P101", ", pe12.", ""])
def test_the_usual_shape_of_wos_is_read_as_any_other(doi: str, volume: str, page: str) -> None:
    raw = f"Made AB, 1993, J SAMPLES{volume}{page}" + (f", DOI {doi}" if doi else "")
    quick = parse_reference(raw)
    assert (quick.first_author, quick.year, quick.venue) == ("Made, AB", 1993, "J SAMPLES")
    assert references._by_patterns(raw) == quick


def test_reference_identifiers() -> None:
    assert parse_reference("DOE J, 2001, J X, V1, P2, DOI [10.5555/a.1, 10.5555/b.2]").doi == "10.5555/a.1"
    assert parse_reference("https://doi.org/10.5555/A.1").doi == "10.5555/a.1"
    assert parse_reference("Doe J. Title of it. J X. 2001;1:2. PMID: 1234567").pmid == "1234567"
    keyed = parse_references("smith2001; 10.5555/x", keys={"smith2001"})
    assert [(r.key, r.doi) for r in keyed] == [("smith2001", ""), ("", "10.5555/x")]
    assert split_references("") == []


# -- nothing raises, nothing hangs, nothing is lost ---------------------------------------------


def mutated(data: bytes, seed: int) -> bytes:
    """Flip bytes, cut lines and stretches, truncate, double stretches, swap the encoding."""
    rng = random.Random(seed)
    body = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        if not body:
            break
        at = rng.randrange(len(body))
        what = rng.randrange(5)
        if what == 0:
            body[at] = rng.randrange(256)
        elif what == 1:
            del body[at : at + rng.randint(1, 60)]
        elif what == 2:
            del body[at:]
        elif what == 3:
            body[at:at] = body[max(0, at - 80) : at]
        else:
            lines = bytes(body).split(b"\n")
            del lines[rng.randrange(len(lines))]
            body = bytearray(b"\n".join(lines))
    if rng.random() < 0.1:
        return bytes(body).decode("latin-1").encode("utf-16")
    return bytes(body)


@settings(max_examples=120, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(READERS)), seed=st.integers(0, 10**9))
def test_mutations_never_raise(tmp_path: Path, name: str, seed: int) -> None:
    path = tmp_path / "mutated"
    path.write_bytes(mutated((FIXTURES / name).read_bytes(), seed))
    reader = READERS[name]
    source = Source(path)
    for other in READERS.values():
        assert 0 <= other.sniff(source.head_text(), source.head(), "mutated") <= 100
    items = list(reader.read(source))
    assert all(isinstance(item, Record | Problem) for item in items)
    # the stage tells a difference between both counts as a problem; here it must stay rare and small
    n = sum(isinstance(item, Record) or item.severity == "error" for item in items)
    assert reader.count is not None
    assert abs(reader.count(source) - n) <= 1


@settings(max_examples=60, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=2000))
def test_any_bytes_never_raise(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(data)
    for reader in {r.name: r for r in READERS.values()}.values():
        assert all(isinstance(item, Record | Problem) for item in reader.read(Source(path)))


def test_what_follows_the_first_end_is_an_entry_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "two_ends.ris"
    path.write_text("TY  - JOUR\nTI  - One\nER  - \nTI  - Two\nER  - \n")
    records, problems = read(path)
    assert [(r.title, r.line) for r in records] == [("One", 1), ("Two", 4)]
    assert codes(problems) == ["no-start"]


# -- entries as they should be are read in one pass; what it gives is what the general way gives --

LINES = {
    "ris": [
        "TY  - JOUR", "TY - JOUR", "TY  -", "TI  - A title", "TI  - ", "  wrapped on", "", " ", "ER  - ", "ER  -",
        "ER - ", "ER  - late", "AB  - Words - with a dash", "KW  - a", "KW  - b", "N1  - note ", "ZZ   - odd", "12.",
        "Provider: X", "\ufeffTY  - BOOK", "no tag here", "DOI - 10.5555/a", "TI- x",
    ],
    "wos": [
        "PT J", "PT", "PT Journal", "AU A, B", "   C, D", "TI A title", "TI", "", "ER", "ER ", "EF", "FN X", "VR 1.0",
        "ZZ odd", "x", "CR a",
    ],
    "medline": [
        "PMID- 1", "PMID -2", "PMID- ", "OWN - ERIC", "OWN - NLM", "TI  - A title", "      wrapped", "", "",
        "FAU - A, B", "AB  -", "1: ", "stray", "SO  - X",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "dialect"), [("ris", ris.RIS), ("wos", wos.WOS), ("medline", medline.MEDLINE)])
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_pass_gives_what_the_general_way_gives(name: str, dialect: tagged.Dialect, data: st.DataObject) -> None:
    text = "\n".join(data.draw(st.lists(st.sampled_from(LINES[name]), max_size=25)))
    quick, general = tagged._Tally(), tagged._Tally()
    mine = [(e.line, e.raw, e.fields.values, e.headless) for e in tagged._regular(text, 1, dialect, quick)]
    assert mine == [(e.line, e.raw, e.fields.values, e.headless) for e in tagged._entries(text, 1, dialect, general)]
    assert quick == general
