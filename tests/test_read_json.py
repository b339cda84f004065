"""OpenAlex, Crossref, CSL, plain JSON records, and JATS."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read import crossref, csl, jats, json_records, openalex
from metanarrative.read.source import Source

Shared = Callable[[str], Path]
READERS = (openalex.READER, crossref.READER, csl.READER, json_records.READER, jats.READER)


def read(reader: Reader, path: Path) -> tuple[list[Record], list[Problem]]:
    items = list(reader.read(Source(path, name=path.name)))
    records = [item for item in items if isinstance(item, Record)]
    problems = [item for item in items if isinstance(item, Problem)]
    assert reader.count is not None
    lost = sum(problem.severity == "error" for problem in problems)
    assert reader.count(Source(path)) == len(records) + lost
    return records, problems


def made(folder: Path, reader: Reader, value: Any) -> tuple[list[Record], list[Problem]]:
    path = folder / f"a{reader.suffixes[0]}"
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1), encoding="utf-8")
    source = Source(path)
    scores = {r.name: r.sniff(source.head_text(), source.head(), "a") for r in READERS}
    assert max(scores, key=lambda name: scores[name]) == reader.name, scores
    return read(reader, path)


WORK = {
    "id": "https://openalex.org/W2000000001",
    "doi": "https://doi.org/10.9999/PLAN.1",
    "title": "Planning care",
    "publication_year": 2016,
    "type": "article",
    "language": "en",
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/123456"},
    "authorships": [{"author": {"display_name": "Alan Simpson"}}, {"author": {"display_name": "Ben Hannigan"}}],
    "primary_location": {"source": {"display_name": "Journal of Plans"}},
    "biblio": {"volume": "4", "issue": "2", "first_page": "101", "last_page": "110"},
    "abstract_inverted_index": {"Plans": [0], "help": [1, 3], "people": [2]},
    "referenced_works": ["https://openalex.org/W2", "https://openalex.org/W3"],
    "cited_by_count": 7,
    "is_retracted": False,
}


def check_work(record: Record) -> None:
    assert (record.title, record.year, record.doi, record.pmid) == ("Planning care", 2016, "10.9999/plan.1", "123456")
    assert record.authors == ("Simpson, Alan", "Hannigan, Ben")
    assert (record.venue, record.volume, record.issue, record.pages) == ("Journal of Plans", "4", "2", "101-110")
    assert record.abstract == "Plans help people help"
    assert [reference.key for reference in record.references] == ["W2", "W3"]
    assert (record.key, record.language, record.extra["cited_by_count"]) == ("W2000000001", "en", "7")


def test_openalex_in_every_wrapping(tmp_path: Path) -> None:
    for value in (WORK, [WORK], {"meta": {"count": 1}, "results": [WORK]}, json.dumps(WORK)):
        (record,), problems = made(tmp_path, openalex.READER, value)
        check_work(record)
        assert problems == []
    records, _ = made(tmp_path, openalex.READER, json.dumps(WORK) + "\n" + json.dumps(WORK) + "\n")
    assert [record.line for record in records] == [1, 2]


def test_openalex_places_and_raw(tmp_path: Path) -> None:
    records, _ = made(tmp_path, openalex.READER, {"meta": {}, "results": [WORK, {**WORK, "title": "Two"}]})
    assert json.loads(records[1].raw)["title"] == "Two"
    text = (tmp_path / "a.json").read_text().split("\n")
    assert records[0].line is not None
    assert text[records[0].line - 1].strip() == "{"


def test_openalex_cut_off(tmp_path: Path) -> None:
    whole = json.dumps({"meta": {}, "results": [WORK, WORK, WORK]})
    records, problems = made(tmp_path, openalex.READER, whole[: int(len(whole) * 0.9)])
    assert len(records) == 2
    assert [(p.code, p.severity) for p in problems] == [("bad-json", "error")]


def test_openalex_poor_work(tmp_path: Path) -> None:
    poor = {**WORK, "title": None, "doi": None, "authorships": None, "abstract_inverted_index": {"x": ["y", -1, 10**9]}}
    (record,), _ = made(tmp_path, openalex.READER, [poor])
    assert (record.title, record.authors, record.abstract) == ("", (), "")


CROSSREF = {
    "status": "ok",
    "message-type": "work",
    "message": {
        "DOI": "10.9999/Plan.1",
        "title": ["Planning care"],
        "subtitle": ["a made-up study"],
        "author": [{"given": "Alan", "family": "Simpson"}, {"name": "NHS Wales"}],
        "issued": {"date-parts": [[2016, 3]]},
        "container-title": ["Journal of Plans"],
        "page": "101-110",
        "type": "journal-article",
        "abstract": "<jats:title>Abstract</jats:title><jats:p>Plans &amp; people.</jats:p>",
        "reference-count": 2,
        "reference": [
            {"key": "r1", "DOI": "10.9999/B", "author": "Deegan", "year": "1988", "article-title": "Recovery",
             "journal-title": "PRJ", "volume": "11", "first-page": "11"},
            {"key": "r2", "unstructured": "Anthony, W.A. (1993). The guiding vision. PRJ, 16, 11-23."},
        ],
        "update-to": [{"type": "correction", "DOI": "10.9999/old"}],
    },
}  # fmt: skip


def test_crossref(tmp_path: Path) -> None:
    (record,), problems = made(tmp_path, crossref.READER, CROSSREF)
    assert problems == []
    assert record.title == "Planning care: a made-up study"
    assert record.authors == ("Simpson, Alan", "NHS Wales")
    assert (record.year, record.doi, record.type, record.abstract) == (
        2016, "10.9999/plan.1", "article", "Plans & people.",
    )  # fmt: skip
    first, second = record.references
    assert (first.doi, first.first_author, first.year, first.title, first.venue, first.page) == (
        "10.9999/b", "Deegan", 1988, "Recovery", "PRJ", "11",
    )  # fmt: skip
    assert (second.year, second.raw.startswith("Anthony")) == (1993, True)
    assert record.extra["update-to"] == "correction of 10.9999/old"


def test_crossref_page_of_items(tmp_path: Path) -> None:
    page = {"message-type": "work-list", "message": {"items": [CROSSREF["message"], CROSSREF["message"]]}}
    records, _ = made(tmp_path, crossref.READER, page)
    assert len(records) == 2


def test_crossref_says_when_references_are_not_public(tmp_path: Path) -> None:
    message = {name: value for name, value in dict(CROSSREF["message"]).items() if name != "reference"}  # type: ignore[call-overload]
    _, problems = made(tmp_path, crossref.READER, {**CROSSREF, "message": message})
    assert [problem.code for problem in problems] == ["references-missing"]


def test_csl(tmp_path: Path) -> None:
    items = [
        {
            "id": "x1",
            "type": "chapter",
            "title": "On <i>plans</i>",
            "author": [{"family": "Eck", "given": "N.", "non-dropping-particle": "van"}, {"literal": "NHS Wales"}],
            "issued": {"date-parts": [["2016", 3]]},
            "container-title": "A book of plans",
            "page": "1-9",
            "DOI": "10.9999/X",
            "publisher": "Press",
        },
        {"id": "empty", "type": "book", "issued": {"date-parts": [[2001]]}},
    ]
    (record,), problems = made(tmp_path, csl.READER, items)
    assert (record.title, record.authors, record.year) == ("On plans", ("van Eck, N.", "NHS Wales"), 2016)
    assert (record.type, record.venue, record.doi, record.key) == ("chapter", "A book of plans", "10.9999/x", "x1")
    assert record.extra["publisher"] == "Press"
    assert [(p.code, p.severity) for p in problems] == [("empty-entry", "error")]


def test_plain_records(tmp_path: Path) -> None:
    items = [
        {"recNumber": "1", "title": "On plans", "authors": ["Simpson, A.", "Hannigan, B."], "journal": "Plans",
         "year": 2016, "mood": "good"},
        {"title": "", "authors": []},
    ]  # fmt: skip
    (record,), problems = made(tmp_path, json_records.READER, items)
    assert (record.title, record.authors, record.venue, record.year, record.key) == (
        "On plans", ("Simpson, A.", "Hannigan, B."), "Plans", 2016, "1",
    )  # fmt: skip
    assert record.extra["mood"] == "good"
    assert [problem.code for problem in problems] == ["empty-entry"]


JATS = """<?xml version="1.0"?>
<article article-type="research-article" xml:lang="en" xmlns:xlink="http://www.w3.org/1999/xlink"><front>
<journal-meta><journal-title-group><journal-title>Journal of Plans</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="doi">10.9999/plan.1</article-id><title-group><article-title>Planning
<italic>care</italic></article-title></title-group><contrib-group><contrib contrib-type="author"><name>
<surname>Simpson</surname><given-names>Alan</given-names></name></contrib><contrib contrib-type="editor"><name>
<surname>Other</surname></name></contrib></contrib-group><pub-date pub-type="epub"><year>2016</year></pub-date>
<volume>4</volume><fpage>101</fpage><lpage>110</lpage><abstract><sec><title>Aims</title><p>To plan.</p></sec></abstract>
<kwd-group><kwd>care</kwd></kwd-group></article-meta></front><body><sec><title>Introduction</title>
<p>Plans help <xref ref-type="bibr" rid="r1">[1]</xref>. Others disagree
<xref ref-type="bibr" rid="r2">[2]</xref>&#8211;<xref ref-type="bibr" rid="r4">[4]</xref>.</p>
<list><list-item><p>An item.</p></list-item></list></sec></body><back><ref-list>
<ref id="r1"><label>1</label><element-citation><person-group><name>
<surname>Deegan</surname><given-names>PE</given-names>
</name></person-group><year>1988</year><article-title>Recovery</article-title><source>PRJ</source><volume>11</volume>
<fpage>11</fpage><pub-id pub-id-type="doi">10.9999/B</pub-id></element-citation></ref>
<ref id="r2"><mixed-citation>Anthony WA (1993) The guiding vision. PRJ 16: 11.</mixed-citation></ref>
<ref id="r3"><mixed-citation>Third A (1994) Three. PRJ 17: 1.</mixed-citation></ref>
<ref id="r4"><mixed-citation>Fourth B (1995) Four. PRJ 18: 1.</mixed-citation></ref></ref-list></back></article>"""


def test_jats(tmp_path: Path) -> None:
    (record,), problems = made(tmp_path, jats.READER, JATS)
    assert problems == []
    assert (record.title, record.authors, record.year, record.venue) == (
        "Planning care", ("Simpson, Alan",), 2016, "Journal of Plans",
    )  # fmt: skip
    assert (record.doi, record.pages, record.abstract, record.type) == (
        "10.9999/plan.1", "101-110", "Aims: To plan.", "article",
    )  # fmt: skip
    first, second, third, _ = record.references
    assert (first.first_author, first.year, first.title, first.doi) == ("Deegan, PE", 1988, "Recovery", "10.9999/b")
    assert first.context == "Plans help [1]."
    # the ends of a range are marked up, its middle is not
    assert second.context == third.context == "Others disagree [2]–[4]."
    assert [(b.kind, b.section) for b in record.blocks] == [
        ("heading", "Introduction"), ("paragraph", "Introduction"), ("list", "Introduction"),
    ]  # fmt: skip
    assert record.extra["citations in text"] == "3"


def test_jats_keeps_every_work_under_one_number_and_what_is_in_another_language(tmp_path: Path) -> None:
    text = JATS.replace(
        "Third A (1994) Three. PRJ 17: 1.</mixed-citation>",
        "Third A (1994) Three. PRJ 17: 1.</mixed-citation><mixed-citation>Also A (1996) More. PRJ 19: 1."
        "</mixed-citation>",
    )
    text = text.replace(
        '<ref id="r4"><mixed-citation>',
        '<ref id="r4"><citation-alternatives><element-citation><year>1995</year><source>Four</source>'
        "</element-citation><mixed-citation>",
    ).replace("PRJ 18: 1.</mixed-citation>", "PRJ 18: 1.</mixed-citation></citation-alternatives>")
    translated = '<trans-title-group xml:lang="cy"><trans-title>Gofal</trans-title></trans-title-group>'
    text = text.replace("</title-group>", f"{translated}</title-group>", 1)
    text = text.replace("<kwd-group>", '<trans-abstract xml:lang="cy"><p>Crynodeb.</p></trans-abstract><kwd-group>', 1)
    (record,), problems = made(tmp_path, jats.READER, text)
    assert problems == []
    assert [reference.year for reference in record.references] == [1988, 1993, 1994, 1996, 1995]
    assert record.references[2].context == record.references[3].context == "Others disagree [2]–[4]."
    assert record.extra["title in another language"] == "Gofal"
    assert record.extra["abstract in another language"] == "Crynodeb."


@pytest.mark.parametrize(("stated", "kept"), [("correction", "correction"), ("retraction", "retraction")])
def test_jats_keeps_corrections_apart(tmp_path: Path, stated: str, kept: str) -> None:
    (record,), _ = made(tmp_path, jats.READER, JATS.replace("research-article", stated))
    assert record.type == kept


SEEDS = {
    "openalex": json.dumps([WORK]),
    "crossref": json.dumps(CROSSREF),
    "csl-json": json.dumps([{"id": 1, "type": "book", "title": "T", "author": [{"family": "F"}]}]),
    "json-records": json.dumps({"records": [{"title": "T", "authors": ["A"], "year": 2001}]}),
    "jats": JATS,
}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_break_a_reader(tmp_path: Path, reader: Reader, data: st.DataObject) -> None:
    content = bytearray(SEEDS[reader.name].encode())
    for _ in range(data.draw(st.integers(0, 10))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "fuzz"
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    source = Source(path, name="fuzz")
    reader.sniff(source.head_text(), source.head(), "fuzz")
    for item in reader.read(source):
        assert isinstance(item, (Record, Problem))
    assert reader.count is not None
    assert reader.count(Source(path)) >= 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*WORK, *dict(CROSSREF["message"]), "message", "results"]), inner, max_size=4
            )
        ),  # type: ignore[call-overload]
        max_leaves=12,
    )
)
def test_any_json_is_met_calmly(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "fuzz.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    for reader in READERS[:4]:
        for item in reader.read(Source(path, name="fuzz")):
            assert not (isinstance(item, Problem) and item.code == "unreadable"), item.message


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "n", "abstracts", "with_references", "references"),
    [("W2741809807", 1, 1, 1, 45), ("works_page_1", 49, 47, 38, 1063), ("works_page_3", 50, 48, 13, 173)],
)
def test_real_openalex(
    shared: Shared, name: str, n: int, abstracts: int, with_references: int, references: int
) -> None:
    records, problems = read(openalex.READER, shared(f"openalex/{name}.json"))
    assert problems == []
    assert len(records) == n
    assert sum(bool(record.abstract) for record in records) == abstracts
    assert sum(bool(record.references) for record in records) == with_references
    assert sum(len(record.references) for record in records) == references
    if n == 1:
        assert records[0].title.startswith("The state of OA: a large-scale analysis")
        assert records[0].doi == "10.7717/peerj.4375"


@pytest.mark.shared
def test_real_crossref_and_plos(shared: Shared) -> None:
    (record,), _ = read(crossref.READER, shared("crossref/10.1177_02683962211048201.json"))
    assert (record.doi, len(record.references)) == ("10.1177/02683962211048201", 120)
    (record,), _ = read(json_records.READER, shared("crossref/plos_api_10.1371_journal.pone.0022081.json"))
    assert (record.doi, record.year, record.venue) == ("10.1371/journal.pone.0022081", 2011, "PLoS ONE")


@pytest.mark.shared
def test_real_csl(shared: Shared) -> None:
    records, problems = read(csl.READER, shared("csl-json/meta-review_manual-references.json"))
    assert problems == []
    assert len(records) == 22
    assert sum(bool(record.doi) for record in records) == 3
    assert all(record.year for record in records)
    assert len([r for r in records if r.extra["type as given"] == "post-weblog"]) == 9
    assert len([r for r in records if r.extra["type as given"] == "webpage"]) == 7


@pytest.mark.shared
@pytest.mark.parametrize(("name", "n"), [("sra_nodupes", 5), ("sra_dupes-obvious", 200), ("bibdedupe_test_cases", 50)])
def test_real_plain_records(shared: Shared, name: str, n: int) -> None:
    records, problems = read(json_records.READER, shared(f"dedup/{name}.json"))
    assert len(records) == n
    assert not [problem for problem in problems if problem.severity == "error"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind", "references", "citations", "abstract", "sections"),
    [
        ("pbio.1001636", "article", 24, 33, True, 5),
        ("pmed.0030205", "article", 3, 3, False, 1),
        ("pmed.0030445", "article", 17, 15, True, 1),
        ("pmed.1001186", "article", 28, 31, True, 6),
        ("pone.0108198", "correction", 1, 0, False, 2),
        ("pone.0126470", "article", 73, 64, True, 5),
        ("pone.0153152", "article", 55, 158, True, 6),
        ("ppat.1005207", "retraction", 1, 0, False, 0),
    ],
)
def test_real_jats(
    shared: Shared, name: str, kind: str, references: int, citations: int, abstract: bool, sections: int
) -> None:
    (record,), _ = read(jats.READER, shared(f"jats/journal.{name}.xml"))
    assert record.type == kind
    assert len(record.references) == references
    assert int(record.extra["citations in text"]) == citations
    assert bool(record.abstract) is abstract
    assert int(record.extra.get("top sections", 0)) == sections
    assert record.blocks
    if citations > 20:
        assert sum(bool(reference.context) for reference in record.references) > 0.8 * references
