"""Files for other tools: the columns of the contract, no formula, graphs that read back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from metanarrative.api import Project
from metanarrative.errors import StepMissingError, StoreError, UsageError
from metanarrative.export import CSV_TABLES, csv_text, table_rows, vosviewer, write_file
from metanarrative.model import Problem
from metanarrative.store import tables_by_stage

CONTRACT = {
    "records": "record_id work_id kind source_file line title authors year venue doi pmid language abstract "
    "n_references",
    "works": "work_id kind title authors year venue doi nation level site issuer type force language n_records "
    "n_references screening",
    "problems": "stage severity file line subject code message mend",
    "duplicates": "record_id other_id verdict score reason decided_by",
    "references": "work_id position raw doi year cited_work_id match score",
    "citations": "citing_id cited_id match score",
    "edges": "layer source_id target_id weight",
    "clusters": "cluster_id tradition accepted size first_year last_year stability label terms",
    "memberships": "work_id cluster_id tradition strength second_cluster_id second_strength agreement",
    "storyline": "cluster_id work_id role year score evidence",
    "concepts": "concept_id label language n_documents cluster_id",
    "mentions": "concept_id passage_id work_id",
    "passages": "passage_id work_id nation language page section paragraph start end text",
    "themes": "passage_id work_id theme score how",
    "provisions": "passage_id work_id nation force cue negated bearer theme confidence",
    "contrasts": "kind item theme estimate low high p q n_docs_england n_docs_wales verdict caveat",
    "alignments": "passage_id other_id theme similarity margin verdict",
    "lineage": "work_id other_id relation how evidence",
    "decisions": "when who kind subject verdict reason state",
    "runs": "stage started seconds peak_mb inputs settings seed versions counts",
}
"""The promised columns, in their order."""

FILE = "corpus/literature/a.ris"
TITLES = [("=cmd|' /C calc'!A0", 2016), ("Plans & <b>reviews</b>", None), ("C\x0c", 0)]


def fill(project: Project, stage: str, **tables: list[dict[str, Any]]) -> None:
    with project.writing(stage) as out:
        for table in tables_by_stage()[stage]:
            out.write(table, tables.get(table, []))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.init(tmp_path / "review", title="Care planning")
    fill(
        made,
        "read",
        source=[{"source_id": "s1", "file": FILE, "kind": "literature", "n_found": 3, "n_read": 3}],
        record=[
            {
                "record_id": f"rec_{i}", "kind": "literature", "source_file": FILE, "line": 3 * i + 1,
                "title": title, "authors": ["Rees, Mair", "Hughes, Ann"], "year": year, "doi": f"10.1234/{i}",
            }
            for i, (title, year) in enumerate(TITLES)
        ],
    )  # fmt: skip
    fill(
        made,
        "dedupe",
        work=[
            {
                "work_id": f"wk_{r['record_id'][-1]}", "kind": "literature", "title": r["title"],
                "authors": r["authors"], "year": r["year"], "doi": r["doi"], "n_records": 1, "routes": ["database"],
            }
            for r in made.store.read("record")
        ]
        + [{"work_id": "wk_p", "kind": "policy", "title": "A code", "issuer": "A body", "nation": "wales"}],
        work_record=[{"work_id": f"wk_{i}", "record_id": f"rec_{i}"} for i in range(3)],
    )  # fmt: skip
    fill(made, "screen", screening=[{"work_id": "wk_0", "verdict": "included", "reason": "default"}])
    fill(
        made,
        "graph",
        citation=[{"citing_id": "wk_0", "cited_id": "wk_1", "match": "doi", "score": 1.0}],
        edge=[
            {"layer": "coupling", "source_id": "wk_0", "target_id": "wk_1", "weight": 0.5},
            {"layer": "coupling", "source_id": "wk_1", "target_id": "wk_2", "weight": 0.75},
        ],
    )
    fill(
        made,
        "traditions",
        cluster=[
            {
                "cluster_id": "cl_1", "number": 1, "size": 2, "label": "plans, reviews", "terms": ["plans", "reviews"],
                "anchors": ["wk_0"], "representatives": ["wk_0"],
            }
        ],
        membership=[{"work_id": f"wk_{i}", "cluster_id": "cl_1", "strength": 0.5} for i in range(2)],
    )  # fmt: skip
    fill(
        made,
        "concepts",
        concept=[{"concept_id": "cn_1", "label": "care plan"}, {"concept_id": "cn_2", "label": "recovery"}],
        concept_edge=[{"source_id": "cn_1", "target_id": "cn_2", "n": 3, "strength": 1.5}],
    )
    fill(
        made,
        "compare",
        contrast=[
            {"facet": "nation", "side_a": "england", "side_b": "wales", "kind": "theme", "item": "review",
             "n_docs_a": 4, "n_docs_b": 3, "estimate": -0.25, "verdict": "differs"},
            {"facet": "level", "side_a": "macro", "side_b": "micro", "kind": "theme", "item": "review",
             "n_docs_a": 9, "n_docs_b": 8},
        ],
    )  # fmt: skip
    fill(made, "map", place=[{"kind": "work", "id": "wk_0", "x": 0.25, "y": -1.0}])
    return made


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


# -- CSV --------------------------------------------------------------------------------------


def test_every_table_of_the_contract_is_written_with_its_columns(project: Project, tmp_path: Path) -> None:
    result = project.export("csv", tmp_path / "out")
    assert sorted(Path(row["file"]).stem for row in result) == sorted(CSV_TABLES)
    for table, columns in CONTRACT.items():
        head = (tmp_path / "out" / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        wanted = columns.split()
        assert [c for c in head if c in wanted] == wanted, table
        assert len(set(head)) == len(head), table


def test_every_exported_column_is_a_column_of_the_store(project: Project) -> None:
    for table in CSV_TABLES:
        for row in table_rows(project, table):
            assert tuple(row) == CSV_TABLES[table]
    records = table_rows(project, "records")
    assert [(r["record_id"], r["work_id"], r["authors"]) for r in records][:1] == [
        ("rec_0", "wk_0", "Rees, Mair; Hughes, Ann")
    ]
    assert [w["screening"] for w in table_rows(project, "works")] == ["included", "", "", ""]


def test_documents_are_counted_for_a_nation_only_where_nations_are_the_sides(project: Project) -> None:
    rows = {row["facet"]: row for row in table_rows(project, "contrasts")}
    assert (rows["nation"]["n_docs_england"], rows["nation"]["n_docs_wales"]) == (4, 3)
    assert (rows["level"]["n_docs_england"], rows["level"]["n_docs_wales"]) == (None, None)


def test_no_cell_runs_as_a_formula(project: Project, tmp_path: Path) -> None:
    project.export("csv", tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "records.csv")
    assert rows[0]["title"] == "'=cmd|' /C calc'!A0"
    assert read_csv(tmp_path / "out" / "contrasts.csv")[1]["estimate"] == "-0.25"
    for path in (tmp_path / "out").glob("*.csv"):
        for row in read_csv(path):
            for value in row.values():
                assert not value.startswith(("=", "+", "@", "\t", "\r")), (path.name, value)


@pytest.mark.parametrize(
    "text", ["=1+1", "+44 20", "-2+3+cmd|' /C calc'!A0", "- item", "@SUM(A1)", "\t=1", "\n=1", "＝1", "-", "--1"]
)
def test_the_formula_guard(text: str) -> None:
    assert one_cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"), ("-0.5", "-0.5"), (-3, "-3"), (None, ""), ("a\0b", "ab"), ("10.1/a", "10.1/a"),
        ("one\rtwo\r\nthree", "one\ntwo\nthree"), ("\r=1", "'\n=1"), ('a "b", c', 'a "b", c'),
    ],
)  # fmt: skip
def test_what_is_no_formula_stays_as_it_is(value: Any, shown: str) -> None:
    assert one_cell(value) == shown


def one_cell(value: Any) -> str:
    (row,) = csv.DictReader(io.StringIO(csv_text(["a", "b"], [{"a": value, "b": 1}]), newline=""))
    assert row["b"] == "1"
    return str(row["a"])


def test_the_state_of_each_decision_is_shown(project: Project, tmp_path: Path) -> None:
    first = project.append_decision("exclude", "wk_1", "", who="me", reason="=about")
    project.append_decision("undo", first.id, "", who="me")
    gone = project.append_decision("include", "wk_gone", "", who="me")
    lost = project.append_decision("theme", "ps_gone", "+review", who="me")
    line = {d.id: d.line for d in project.all_decisions()[0]}[gone.id]
    with project.writing("screen") as out:
        out.problem(Problem("decision-subject-gone", "its work is gone", file=gone.file, line=line))
        out.problem(Problem("decision-lost", "its passage is gone", subject=lost.subject))
    project.export("csv", tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "decisions.csv")
    assert [row["state"] for row in rows] == ["undone", "active", "subject-gone", "lost"]
    assert rows[0]["reason"] == "'=about"


def test_bad_decision_lines_are_among_the_problems(project: Project) -> None:
    (project.decisions_folder / "T.csv").write_text("when,who,kind,subject,verdict\nx,T,rename,a,b\n", encoding="utf-8")
    (row,) = [row for row in table_rows(project, "problems") if row["stage"] == "decisions"]
    assert (row["file"], row["line"], row["code"]) == ("corpus/decisions/T.csv", 2, "bad-decision")


def test_nothing_is_overwritten_without_force(project: Project, tmp_path: Path) -> None:
    project.export("csv", tmp_path / "out")
    project.export("csv", tmp_path / "out")  # the same bytes: nothing to refuse
    (tmp_path / "out" / "works.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="exists already") as caught:
        project.export("csv", tmp_path / "out")
    assert "--force" in caught.value.mend
    assert (tmp_path / "out" / "works.csv").read_text(encoding="utf-8") == "mine"
    project.export("csv", tmp_path / "out", force=True)
    assert len(read_csv(tmp_path / "out" / "works.csv")) == 4


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_file(tmp_path / "deep" / "a.csv", b"old")
    import os

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        write_file(path, b"new", force=True)
    assert [p.name for p in path.parent.iterdir()] == ["a.csv"]
    assert path.read_bytes() == b"old"


def test_unknown_kinds_tables_and_graphs_list_the_known_ones(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        project.export("excel", tmp_path / "x")
    assert "graphml" in caught.value.mend
    with pytest.raises(UsageError) as caught:
        project.graph("friends")
    assert "cocitation" in caught.value.mend
    with pytest.raises(UsageError) as caught:
        table_rows(project, "people")
    assert "memberships" in caught.value.mend


def test_exports_before_their_step_say_which_to_run(tmp_path: Path) -> None:
    empty = Project.init(tmp_path / "new", title="A")
    for kind in ("csv", "graphml", "vosviewer"):
        with pytest.raises(StepMissingError) as caught:
            empty.export(kind, tmp_path / "out")
        assert caught.value.mend.startswith("metanarrative run --to ")


# -- graphs -----------------------------------------------------------------------------------


def test_citations_are_a_directed_graph_with_plain_attributes(project: Project) -> None:
    graph = project.graph("citation")
    assert isinstance(graph, nx.DiGraph)
    assert list(graph.edges) == [("wk_0", "wk_1")]
    assert graph.nodes["wk_0"]["label"] == "Rees (2016)"
    assert graph.nodes["wk_1"]["label"] == "Rees (n.d.)"
    assert not project.graph("coupling").is_directed()
    assert project.graph("concepts").edges["cn_1", "cn_2"]["works"] == 3


@pytest.mark.parametrize("name", ["citation", "coupling", "concepts"])
def test_graphml_reads_back_and_is_the_same_bytes_twice(project: Project, tmp_path: Path, name: str) -> None:
    project.export("graphml", tmp_path / "a.graphml", graph=name)
    project.export("graphml", tmp_path / "b.graphml", graph=name)
    assert (tmp_path / "a.graphml").read_bytes() == (tmp_path / "b.graphml").read_bytes()
    graph = nx.read_graphml(tmp_path / "a.graphml")
    original = project.graph(name)
    assert set(graph.nodes) == set(original.nodes)
    assert graph.number_of_edges() == original.number_of_edges()
    assert {d["weight"] for *_, d in graph.edges(data=True)} == {d["weight"] for *_, d in original.edges(data=True)}


def test_graphml_has_one_type_a_column_and_no_control_characters(project: Project, tmp_path: Path) -> None:
    project.export("graphml", tmp_path / "a.graphml")
    graph = nx.read_graphml(tmp_path / "a.graphml")
    assert graph.nodes["wk_0"]["year"] == 2016
    assert "year" not in graph.nodes["wk_1"]
    assert graph.nodes["wk_1"]["title"] == "Plans & <b>reviews</b>"
    assert graph.nodes["wk_2"]["title"] == "C"
    assert (tmp_path / "a.graphml").read_text(encoding="utf-8").count('attr.name="year"') == 1


def test_vosviewer_json_has_its_shape(project: Project, tmp_path: Path) -> None:
    project.export("vosviewer", tmp_path / "v.json")
    made = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    items = {item["id"]: item for item in made["network"]["items"]}
    assert sorted(items) == ["wk_0", "wk_1", "wk_2"], "a policy without a link is left out"
    first = items["wk_0"]
    assert (first["label"], first["cluster"], first["x"], first["y"]) == ("Rees (2016)", 1, 0.25, -1.0)
    assert first["weights"] == {"Links": 1, "Total link strength": 0.5}
    assert first["scores"] == {"Year": 2016}
    assert first["url"] == "https://doi.org/10.1234/0"
    assert items["wk_1"]["description"] == "Plans &amp; &lt;b&gt;reviews&lt;/b&gt;", "VOSviewer shows HTML there"
    assert "cluster" not in items["wk_2"]
    assert made["network"]["links"] == [
        {"source_id": "wk_1", "target_id": "wk_2", "strength": 0.75},
        {"source_id": "wk_0", "target_id": "wk_1", "strength": 0.5},
    ]
    assert made["network"]["clusters"] == [{"cluster": 1, "label": "plans, reviews"}]
    assert len(vosviewer(project, max_links=1)["network"]["links"]) == 1
    concepts = vosviewer(project, name="concepts")["network"]["items"]
    assert [item["label"] for item in concepts] == ["care plan", "recovery"]
