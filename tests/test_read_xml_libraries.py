"""Zotero RDF and GROBID TEI."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader, check_reader
from metanarrative.read import read_file, tei, zotero
from metanarrative.read.source import Source

FIXTURES = Path(__file__).parent / "fixtures" / "read"
READERS: dict[str, Reader] = {"zotero.rdf": zotero.READER, "grobid.tei.xml": tei.READER}


@pytest.mark.parametrize("name", sorted(READERS))
def test_contract(name: str) -> None:
    check_reader(READERS[name], (FIXTURES / name).read_bytes())
    assert read_file(FIXTURES / name)[2].format == READERS[name].name


def test_zotero() -> None:
    (article, chapter), problems, info = read_file(FIXTURES / "zotero.rdf")
    assert (info.n_found, info.n_read, info.n_lost) == (2, 2, 0)
    assert article.title == "An invented trial of crisis cards & plans"
    assert article.authors == ("Sample, Anna B.", "Bwrdd Iechyd Enghraifft")
    assert (article.venue, article.volume, article.issue, article.pages) == ("Journal of Samples", "16", "2", "147-159")
    # Zotero writes an article's DOI at its journal, and the PMID among its own notes
    assert (article.doi, article.pmid, article.year) == ("10.5555/zotero.2016", "12345678", 2016)
    assert (article.type, article.language, article.line) == ("article", "cy", 12)
    assert article.keywords == ("crisis", "Care planning")
    assert (article.extra["notes"], article.extra["collections"]) == ("Read twice.", "Wales")
    assert (chapter.type, chapter.venue) == ("chapter", "A handbook of samples")
    assert chapter.extra["series title"] == "Series of Samples"
    assert chapter.year is None
    assert [(p.code, p.line) for p in problems] == [("bad-year", 43), ("other-nodes", None)]


def test_tei_header_and_references() -> None:
    (record,), problems, info = read_file(FIXTURES / "grobid.tei.xml")
    assert (problems, info.n_found) == ([], 1)
    assert record.authors == ("Sample, Anna B", "Second")
    assert (record.doi, record.year, record.pages) == ("10.5555/tei.2016", 2016, "147-159")
    assert (record.venue, record.volume, record.issue, record.language) == ("Journal of Samples", "16", "1", "en")
    assert record.abstract == "Plans were written. Few were read."
    assert record.extra["made by"] == "GROBID 0.8.0"
    found = [(r.first_author, r.year, r.title, r.venue, r.page, r.doi) for r in record.references]
    assert found == [
        ("Older, W A", 1993, "The guiding idea", "J Old", "11", "10.5555/old.1993"),
        ("Third, C", 2001, "A whole book", "", "", ""),
        ("", None, "", "", "", ""),
    ]
    assert [r.raw for r in record.references[1:]] == [
        "Third, C, 2001, A whole book",
        "Local protocol, kept on the ward",
    ]


def test_tei_sentences_that_cite() -> None:
    (record,), _, _ = read_file(FIXTURES / "grobid.tei.xml")
    first, second = "Plans help people recover [1].", "Others found no effect [1]-[3]."
    # the middle of a range is cited too, although it is not marked
    assert [r.context for r in record.references] == [f"{first} | {second}", second, second]
    assert record.extra["citations in text"] == "3"


def test_tei_body() -> None:
    (record,), _, _ = read_file(FIXTURES / "grobid.tei.xml")
    assert [(b.kind, b.level, b.number, b.section) for b in record.blocks] == [
        ("heading", 1, "1", "1 Background"),
        ("paragraph", 0, "", "1 Background"),
        ("heading", 2, "1.1", "1 Background > 1.1 Aims"),
        ("paragraph", 0, "", "1 Background > 1.1 Aims"),
        ("heading", 1, "", "Results"),
        ("paragraph", 0, "", "Results"),
        ("note", 0, "1", "Results"),
        ("table", 0, "1", "Results"),
    ]
    assert record.blocks[-1].text == "Who was asked\nCarers\t12"


def test_tei_journal_of_a_header_whose_title_stands_elsewhere(tmp_path: Path) -> None:
    text = (FIXTURES / "grobid.tei.xml").read_text("utf-8")
    bare = re.sub(
        r'(<sourceDesc>.*?<analytic>.*?)<title level="a"[^>]*>[^<]*</title>', r"\1", text, count=1, flags=re.S
    )
    assert bare != text
    (tmp_path / "a.tei.xml").write_text(bare, encoding="utf-8")
    (whole,), _, _ = read_file(FIXTURES / "grobid.tei.xml")
    (record,), _, _ = read_file(tmp_path / "a.tei.xml")
    assert record.venue
    assert (record.title, record.venue, record.volume) == (whole.title, whole.venue, whole.volume)


def test_a_corpus_of_articles_and_an_empty_one(tmp_path: Path) -> None:
    one = (FIXTURES / "grobid.tei.xml").read_text(encoding="utf-8").split("\n", 1)[1]
    path = tmp_path / "corpus.xml"
    empty = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text/></TEI>'
    path.write_text(f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">{one}{empty}</teiCorpus>', encoding="utf-8")
    records, problems, info = read_file(path)
    assert (len(records), info.n_found, info.n_lost) == (1, 2, 1)
    assert [p.code for p in problems] == ["empty-entry"]


@pytest.mark.parametrize(
    ("name", "place"), [("zotero.rdf", "What the cards did."), ("grobid.tei.xml", "Few were read.")]
)
def test_no_entity_is_expanded(tmp_path: Path, name: str, place: str) -> None:
    text = (FIXTURES / name).read_text(encoding="utf-8")
    head, rest = text.split("\n", 1)
    attack = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    path = tmp_path / name
    path.write_text(f"{head}{attack}\n{rest.replace(place, 'x &a;&b; y')}", encoding="utf-8")
    records, _, _ = read_file(path)
    assert records
    assert all("aaaa" not in f"{r.abstract}{r.title}" and "root:" not in f"{r.abstract}{r.raw}" for r in records)


@settings(max_examples=80, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(READERS)),
    cuts=st.lists(st.tuples(st.integers(0, 3600), st.integers(0, 60), st.binary(max_size=4)), max_size=5),
)
def test_mutations_never_raise(tmp_path: Path, name: str, cuts: list[tuple[int, int, bytes]]) -> None:
    data = (FIXTURES / name).read_bytes()
    for at, length, new in cuts:
        data = data[:at] + new + data[at + length :]
    path = tmp_path / "mutated"
    path.write_bytes(data)
    items = list(READERS[name].read(Source(path)))
    assert all(isinstance(item, Record | Problem) for item in items)


def test_deep_nesting_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "deep.xml"
    inside = "<hi>" * 20_000 + "x" + "</hi>" * 20_000
    path.write_text(
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Deep</title></titleStmt>'
        f"</fileDesc></teiHeader><text><body><p>{inside}</p></body></text></TEI>"
    )
    items = list(tei.READER.read(Source(path)))
    assert items
    assert all(isinstance(item, Record | Problem) for item in items)
