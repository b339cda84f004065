"""Exports for reference managers and network tools: what goes out comes back, by our readers and by others."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import ROOT

import metanarrative as mn
from metanarrative import citing, networks
from metanarrative.model import Record
from metanarrative.read import read_file

WORKS: list[dict[str, Any]] = [
    {
        "work_id": "wk_1", "type": "article", "title": "Risk & safety: 50% of {plans} cost $5 #1 a_b ~ ^",
        "authors": '["Ŵyn, Mair", "van der Meer, Jan", "NHS Wales"]', "year": 2016, "venue": "J Made & Up Stud",
        "volume": "12", "issue": "3", "pages": "101-112", "doi": "10.5555/made_up(1).2", "pmid": "12345678",
        "language": "en", "url": "https://example.org/a?b=1&c=2", "keywords": '["care planning", "recovery"]',
        "abstract": "Background: plans are made.\n\nThey are “rarely” read — 20% are.",
    },
    {
        "work_id": "wk_2", "type": "report", "title": "Y cynllun gofal",
        "authors": '["Llywodraeth Cymru"]',
        "year": 2012, "venue": "", "language": "cy", "keywords": "[]",
    },
    {"work_id": "wk_3", "type": "book", "title": "No year", "authors": "[]", "year": None, "pages": "e45"},
    {"work_id": "wk_4", "type": "thesis", "title": "A thesis on hope", "authors": '["Khan, A."]', "year": 1999},
]  # fmt: skip


def back(tmp_path: Path, text: str, name: str) -> list[Record]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    records, problems, _ = read_file(path, name=name)
    assert [p for p in problems if p.severity == "error"] == []
    return records


@pytest.mark.parametrize(("kind", "name"), [("ris", "a.ris"), ("bibtex", "a.bib"), ("csl", "a.json")])
def test_our_own_readers_read_it_back(tmp_path: Path, kind: str, name: str) -> None:
    records = {r.key: r for r in back(tmp_path, citing.WRITERS[kind](WORKS), name)}
    assert len(records) == len(WORKS)
    for work in WORKS:
        record = records[work["work_id"]]
        assert record.title == work["title"], kind
        assert list(record.authors) == json.loads(work["authors"])
        assert record.year == work["year"]
        assert record.doi == work.get("doi", "")
        assert record.pmid == work.get("pmid", "")
        assert record.type == work["type"]
        assert record.abstract.split() == work.get("abstract", "").split()
        assert list(record.keywords) == json.loads(work.get("keywords", "[]"))
        assert (record.volume, record.issue) == (work.get("volume", ""), work.get("issue", ""))
        assert record.pages.replace("–", "-").replace("--", "-") == work.get("pages", "")
        assert record.venue == work.get("venue", "")
        assert record.url == work.get("url", "")
        assert record.language == work.get("language", "")


def test_rispy_reads_our_ris() -> None:
    rispy = pytest.importorskip("rispy", reason="rispy is not installed (extra dev)")
    found = rispy.loads(citing.ris(WORKS))
    assert [entry["type_of_reference"] for entry in found] == ["JOUR", "RPRT", "BOOK", "THES"]
    assert found[0]["title"] == WORKS[0]["title"]
    assert found[0]["authors"] == ["Ŵyn, Mair", "van der Meer, Jan", "NHS Wales"]
    assert found[0]["doi"] == WORKS[0]["doi"]


def test_pybtex_reads_our_bibtex() -> None:
    from pybtex.database import parse_string

    found = parse_string(citing.bibtex(WORKS), "bibtex").entries
    assert list(found) == ["wk_1", "wk_2", "wk_3", "wk_4"]
    assert [str(person) for person in found["wk_1"].persons["author"]] == [
        "Ŵyn, Mair",
        "van der Meer, Jan",
        "{NHS Wales}",
    ]
    assert found["wk_1"].fields["pages"] == "101--112"
    assert found["wk_4"].type == "phdthesis"


def test_citeproc_formats_our_csl_json() -> None:
    """The reference formatter of Python turns every work into a line of a bibliography."""
    citeproc = pytest.importorskip("citeproc", reason="citeproc-py is not installed (extra dev)")
    from citeproc.source.json import CiteProcJSON

    source = CiteProcJSON(json.loads(citing.csl(WORKS)))
    style = citeproc.CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = citeproc.CitationStylesBibliography(style, source, citeproc.formatter.plain)
    for work in WORKS:
        item = citeproc.CitationItem(work["work_id"])
        bibliography.register(citeproc.Citation([item]))
    lines = [str(line) for line in bibliography.bibliography()]
    assert len(lines) == len(WORKS)
    first = next(line for line in lines if WORKS[0]["title"] in line)
    assert "Ŵyn" in first and str(WORKS[0]["year"]) in first


def test_braces_without_a_partner_are_dropped() -> None:
    assert "title = {{ab}}" in citing.bibtex([{"work_id": "w", "type": "", "title": "a}b{"}])


@pytest.mark.parametrize(("kind", "name"), [("ris", "a.ris"), ("bibtex", "a.bib"), ("csl", "a.json")])
def test_citation_keys_ids_and_traditions_travel(tmp_path: Path, kind: str, name: str) -> None:
    more = {"key": "Morgan_2016", "tradition": "Recovery, and after"}
    text = citing.WRITERS[kind]([{**WORKS[0], **more}, WORKS[1]])
    first, second = back(tmp_path, text, name)
    assert (first.key, second.key) == ("Morgan_2016", "wk_2")
    assert list(first.keywords) == [*json.loads(WORKS[0]["keywords"]), "Recovery and after"]
    assert first.pmid == WORKS[0]["pmid"]
    assert f"metanarrative {WORKS[0]['work_id']}".replace("_", "\\_" if kind == "bibtex" else "_") in text


def test_keys_of_the_source_stay(example: mn.Project, tmp_path: Path) -> None:
    keys = {r.key for r in back(tmp_path, citing.records(example, "bibtex").decode(), "a.bib")}
    assert {f"L{n:03d}" for n in (1, 10, 52)} <= keys
    assert len(keys) == 97


def test_an_export_of_a_graph_says_what_it_holds(example: mn.Project, tmp_path: Path) -> None:
    notes = example.export("vosviewer", tmp_path / "v.json").notes
    assert re.match(r"(text|bm25) network: 147 nodes, \d+ links", notes[0])
    assert notes[1].startswith("coupling has only")
    found = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))["network"]
    assert len(found["links"]) > 97
    empty = example.export("graphml", tmp_path / "c.graphml", graph="coupling").notes
    assert "nearly empty" in empty[1]
    assert "text" in empty[1]


def test_policy_documents_go_out_as_reports_and_acts(example: mn.Project) -> None:
    items = json.loads(citing.records(example, "csl", which="policy"))
    assert len(items) == 50
    assert {item["type"] for item in items} == {"legislation", "report"}
    assert len(json.loads(citing.records(example, "csl", which="all"))) == 147


# ---- graphs ----


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> mn.Project:
    root = tmp_path_factory.mktemp("exchange")
    shutil.copytree(ROOT / "corpus", root / "corpus")
    text = (ROOT / "metanarrative.toml").read_text(encoding="utf-8")
    (root / "metanarrative.toml").write_text(f'{text}\n[embed]\nmodel = "tfidf-svd"\n', encoding="utf-8")
    project = mn.Project.open(root)
    project.run(last="map")
    return project


def links_of(made: nx.Graph) -> list[tuple[str, str, float]]:
    found = []
    for a, b, w in made.edges(data="weight"):
        first, second = (a, b) if made.is_directed() or a <= b else (b, a)
        found.append((first, second, round(float(w), 5)))
    return sorted(found)


@pytest.mark.parametrize("name", ["citation", "text", "concepts"])
def test_gexf_comes_back_through_networkx(example: mn.Project, tmp_path: Path, name: str) -> None:
    out = tmp_path / "g.gexf"
    example.export("gexf", out, graph=name)
    text = out.read_text(encoding="utf-8")
    assert '<gexf xmlns="http://gexf.net/1.3"' in text
    assert 'version="1.3"' in text
    made = nx.read_gexf(out, version="1.3")
    ours = example.graph(name)
    assert set(made) == set(ours)
    assert made.is_directed() == ours.is_directed()
    for node, attributes in ours.nodes(data=True):
        for key, value in attributes.items():
            if value != "":
                assert made.nodes[node][key] == value or str(made.nodes[node][key]) == str(value), (node, key)
        assert "position" in made.nodes[node]["viz"] or name == "concepts"
    for mine, theirs in zip(links_of(ours), links_of(made), strict=True):
        assert mine[:2] == theirs[:2]
        assert theirs[2] == pytest.approx(mine[2], rel=1e-4)


@pytest.mark.parametrize("name", ["citation", "text"])
def test_pajek_comes_back_through_networkx(example: mn.Project, tmp_path: Path, name: str) -> None:
    result = example.export("pajek", tmp_path / "g.net", graph=name)
    assert [Path(row["file"]).name for row in result.rows] == ["g.net", "g.clu"]
    made = nx.read_pajek(tmp_path / "g.net")
    ours = example.graph(name)
    ids = {node.rsplit("[", 1)[1].rstrip("]") for node in made}
    assert ids == set(ours)
    assert made.number_of_edges() == ours.number_of_edges()
    assert made.is_directed() == ours.is_directed()
    classes = (tmp_path / "g.clu").read_text(encoding="utf-8").split()
    assert classes[:2] == ["*Vertices", str(len(ours))]
    assert len(classes) == 2 + len(ours)


def test_vosviewer_text_says_the_same_as_its_json(example: mn.Project, tmp_path: Path) -> None:
    example.export("vosviewer-txt", tmp_path / "v.txt", graph="text")
    example.export("vosviewer", tmp_path / "v.json", graph="text")
    network = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))["network"]
    text = (tmp_path / "v_map.txt").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [row["label"] for row in rows] == [item["label"] for item in network["items"]]
    assert [int(row["id"]) for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["cluster"] == str(item.get("cluster", "")) for row, item in zip(rows, network["items"], strict=True))
    lines = (tmp_path / "v_network.txt").read_text(encoding="utf-8").splitlines()
    ids = {item["id"]: i for i, item in enumerate(network["items"], 1)}
    assert {tuple(map(int, line.split("\t")[:2])) for line in lines} == {
        tuple(sorted((ids[link["source_id"]], ids[link["target_id"]]))) for link in network["links"]
    }


def test_lists_of_nodes_and_edges_come_back(example: mn.Project, tmp_path: Path) -> None:
    example.export("edgelist", tmp_path / "e.csv", graph="citation")
    nodes, edges = networks.read_edgelist(
        (tmp_path / "e_nodes.csv").read_bytes().decode("utf-8-sig"),
        (tmp_path / "e_edges.csv").read_bytes().decode("utf-8-sig"),
    )
    ours = example.graph("citation")
    assert set(nodes) == set(ours)
    assert sorted(edges) == links_of(ours)


def test_poison_stays_text_in_xml() -> None:
    made = nx.Graph()
    made.add_node('a"<&>', label='x" onload="1"><script>', year=2001, note="\x00\x1b")
    made.add_node("b", label="y", year="")
    made.add_edge("b", 'a"<&>', weight=0.25)
    read = nx.read_gexf(io.BytesIO(networks.gexf(made, {}).encode()), version="1.3")
    assert read.nodes['a"<&>']["label"] == 'x" onload="1"><script>'
    assert read.edges['a"<&>', "b"]["weight"] == 0.25


def test_losses_are_documented() -> None:
    text = (ROOT / "docs/exports.md").read_text(encoding="utf-8")
    for name, losses in {**citing.LOSSES, **networks.LOSSES}.items():
        assert f"`{name}`" in text
        for loss in losses:
            assert loss in text, loss
