"""The read stage: formats told by content, counts that add up, manifest joined, ids stable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from metanarrative import read as stage
from metanarrative.errors import ReadError
from metanarrative.model import Block, Problem, Record
from metanarrative.plugins import Reader
from metanarrative.project import MANIFEST_COLUMNS, Project
from metanarrative.read import coverage, read_file, scan_file, sniff
from metanarrative.read.manifest import Row, apply_manifest, nation_tag, read_rows
from metanarrative.read.source import Source

FIXTURES = Path(__file__).parent / "fixtures" / "read"
Shared = Callable[[str], Path]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    Project.create(tmp_path / "p", title="Test")
    return Project(tmp_path / "p")


def put(project: Project, name: str, data: bytes | str) -> Path:
    path = project.root / "corpus" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def put_fixture(project: Project, *names: str) -> None:
    for name in names:
        put(project, f"literature/{name}", (FIXTURES / name).read_bytes())


def run(project: Project) -> dict[str, list[dict[str, Any]]]:
    stage.run(project, project.settings("read"))
    return {name: project.store.read(name) for name in (*stage.WRITES, "problem")}


def by_code(tables: dict[str, list[dict[str, Any]]], code: str) -> list[dict[str, Any]]:
    return [row for row in tables["problem"] if row["code"] == code]


def test_contract() -> None:
    assert stage.VERSION
    assert (stage.READS, stage.DECISIONS) == ((), ())
    assert stage.WRITES == ("source", "record", "record_reference", "record_block")


def test_nothing_to_read(project: Project) -> None:
    summary = stage.run(project, project.settings("read"))
    assert (summary.counts["files"], summary.counts["literature"]) == (0, 0)
    assert project.store.read("record") == []


def test_every_row_is_written(project: Project) -> None:
    put_fixture(project, "wos.txt", "tolerant.bib", "pubmed.nbib")
    tables = run(project)
    assert {(s["file"].rsplit("/", 1)[-1], s["format"], s["n_found"]) for s in tables["source"]} == {
        ("wos.txt", "wos", 2),
        ("tolerant.bib", "bibtex", 11),
        ("pubmed.nbib", "medline", 2),
    }
    assert all(s["n_found"] == s["n_read"] + s["n_lost"] for s in tables["source"])
    assert len(tables["record"]) == 15
    first = next(r for r in tables["record"] if r["doi"] == "10.5555/wos.2012")
    assert (first["n_references"], first["line"], first["kind"]) == (3, 3, "literature")
    assert json.loads(first["authors"]) == ["Sample, Anna B.", "Second, Carl"]
    cited = [r for r in tables["record_reference"] if r["record_id"] == first["record_id"]]
    assert [r["position"] for r in cited] == [1, 2, 3]
    assert cited[1]["doi"] == "10.5555/old.1988"
    assert by_code(tables, "count-mismatch") == []


def test_ids_survive_renaming_and_repeat_is_numbered(project: Project) -> None:
    put_fixture(project, "pubmed.nbib")
    before = {r["record_id"] for r in run(project)["record"]}
    (project.root / "corpus/literature/pubmed.nbib").rename(project.root / "corpus/literature/zz-other.txt")
    assert {r["record_id"] for r in run(project)["record"]} == before
    put_fixture(project, "pubmed.nbib")
    after = [r["record_id"] for r in run(project)["record"]]
    assert sorted(after) == sorted([*before, *(f"{one}.2" for one in before)])


def test_two_runs_write_the_same(project: Project) -> None:
    put_fixture(project, "ovid.ris", "endnote.xml")
    first = run(project)
    outputs = project.store.read("run")[0]["outputs"]
    assert run(project) == first
    assert project.store.read("run")[0]["outputs"] == outputs


def test_bad_files_never_stop_the_others(project: Project) -> None:
    put(project, "literature/empty.ris", b"")
    put(project, "literature/noise.bin", bytes(range(256)) * 20)
    put(project, "literature/README.md", "not read")
    put(project, "literature/.hidden.ris", "not read")
    put(project, "policy/wales/broken.pdf", b"not a pdf at all")
    put_fixture(project, "embase.ris")
    tables = run(project)
    assert {s["file"].rsplit("/", 1)[-1]: s["n_lost"] for s in tables["source"]} == {
        "empty.ris": 1,
        "noise.bin": 1,
        "embase.ris": 0,
        "broken.pdf": 1,
    }
    assert by_code(tables, "empty-file")[0]["severity"] == "error"
    unknown = by_code(tables, "unknown-format")
    assert "RIS" in next(p for p in unknown if p["file"].endswith("noise.bin"))["mend"]
    assert any(p["file"].endswith("broken.pdf") and p["severity"] == "error" for p in tables["problem"])
    assert len(tables["record"]) == 2


def test_a_document_of_the_other_kind_is_said(project: Project) -> None:
    put(project, "policy/england/export.ris", (FIXTURES / "embase.ris").read_bytes())
    tables = run(project)
    lost = [p for p in by_code(tables, "unknown-format") if p["file"].endswith("export.ris")]
    kept = [r for r in tables["record"] if r["source_file"].endswith("export.ris")]
    assert len(lost) + len(kept) == 1
    if lost:
        assert "corpus/literature" in lost[0]["message"]


def test_sources_csv(project: Project) -> None:
    put_fixture(project, "embase.ris", "wos.txt")
    put(
        project,
        "literature/sources.csv",
        "file,database,search,date,routes\n"
        "embase.ris,Embase,care AND plan,2024-03-01,database\n"
        "corpus/literature/wos.txt,WoS,,2024-03-02,database;expert\n"
        "gone.ris,X,,,\n",
    )
    tables = run(project)
    found = {s["file"].rsplit("/", 1)[-1]: (s["database"], s["date"], s["routes"]) for s in tables["source"]}
    assert found == {
        "embase.ris": ("Embase", "2024-03-01", "database"),
        "wos.txt": ("WoS", "2024-03-02", "database;expert"),
    }
    missing = by_code(tables, "sources-missing-file")
    assert [(p["file"], p["line"]) for p in missing] == [("corpus/literature/sources.csv", 4)]


MARKDOWN = "# {title}\n\nPublished in 2012.\n\nThe care coordinator must review the plan every year.\n"


def manifest(*rows: dict[str, str]) -> str:
    lines = [",".join(MANIFEST_COLUMNS)]
    lines += [",".join(f'"{row.get(column, "")}"' for column in MANIFEST_COLUMNS) for row in rows]
    return "\n".join(lines) + "\n"


def test_the_manifest_overrules_and_conflicts_name_both(project: Project) -> None:
    put(project, "policy/wales/plan.md", MARKDOWN.format(title="Code of Practice for Wales"))
    put(project, "policy/england/plan.md", MARKDOWN.format(title="Guidance for England"))
    put(project, "policy/england/alone.md", MARKDOWN.format(title="A paper that says nothing"))
    put(
        project,
        "policy/manifest.csv",
        manifest(
            {"file": "wales/plan.md", "title": "Something else", "nation": "Cymru", "year": "2016",
             "force": "Statutory code", "level": "macro", "supersedes": "wales/old.md"},
            {"file": "england/plan.md", "nation": "atlantis", "force": "wish", "level": "cosmic", "year": "soon"},
            {"file": "uk/gone.pdf", "nation": "uk"},
        ),
    )  # fmt: skip
    tables = run(project)
    records = {r["source_file"].removeprefix("corpus/policy/"): r for r in tables["record"]}
    welsh = records["wales/plan.md"]
    facets = json.loads(welsh["facets"])
    assert (welsh["title"], welsh["year"]) == ("Something else", 2016)
    assert (facets["nation"], facets["force"], facets["level"]) == ("wales", "statutory-code", "macro")
    assert facets["supersedes"] == "wales/old.md"
    conflict = by_code(tables, "manifest-conflict")
    assert any("Something else" in p["message"] and "Code of Practice for Wales" in p["message"] for p in conflict)
    assert all(p["line"] == 2 and p["file"] == "corpus/policy/manifest.csv" for p in conflict)
    english = json.loads(records["england/plan.md"]["facets"])
    assert english["nation"] == "england"  # the folder's, where the manifest names none that is known
    assert {"unknown-nation", "unknown-force", "unknown-level", "bad-year"} <= {
        p["code"] for p in tables["problem"] if p["line"] == 3
    }
    assert "england, wales, uk" in by_code(tables, "unknown-nation")[0]["mend"]
    assert json.loads(records["england/alone.md"]["facets"])["nation"] == "england"
    assert "uk/gone.pdf" in by_code(tables, "manifest-missing-file")[0]["message"]
    assert any(b["kind"] == "paragraph" for b in tables["record_block"])


def test_editing_the_manifest_keeps_record_ids(project: Project) -> None:
    put(project, "policy/wales/plan.md", MARKDOWN.format(title="Code of Practice for Wales"))
    before = [r["record_id"] for r in run(project)["record"]]
    put(project, "policy/manifest.csv", manifest({"file": "wales/plan.md", "title": "New title", "nation": "uk"}))
    assert [r["record_id"] for r in run(project)["record"]] == before


def test_manifest_units(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text("File;Nation;Note\n.\\wales\\a.pdf;wales;x;stray\n\nb.pdf;;\n")
    rows, problems = read_rows(Source(path, name="m"))
    assert [(r.file, r.line, r.cells.get("nation")) for r in rows] == [("wales/a.pdf", 2, "wales"), ("b.pdf", 4, None)]
    assert [p.code for p in problems] == ["ragged-row"]
    path.write_text("name,nation\na,b\n")
    assert [p.code for p in read_rows(Source(path, name="m"))[1]] == ["missing-column"]
    assert (nation_tag("United Kingdom"), nation_tag("Lloegr"), nation_tag("")) == ("uk", "england", "")

    record = Record("policy", title="T", language="cy", source_file="f", facets={"nation": "wales"})
    joined, said = apply_manifest(
        record, Row("f", 2, {"file": "f", "language": "English"}), folder="england", table="m"
    )
    assert joined.language == "en"
    assert joined.facets["nation"] == "wales"
    assert sorted(p.code for p in said) == ["manifest-conflict", "nation-conflict"]
    bare, said = apply_manifest(Record("policy", source_file="f"), None, folder="", table="m")
    assert dict(bare.facets) == {}
    assert [p.code for p in said] == ["no-nation"]


def reader(name: str, score: int, read: Any, count: Any = None, kinds: tuple[str, ...] = ("literature",)) -> Reader:
    return Reader(name, name.upper(), kinds, (), lambda head, data, file: score, read, count)


def test_sniff_takes_the_surest_and_ties_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("something")

    def broken(head: str, data: bytes, name: str) -> int:
        raise RuntimeError("no")

    known = {n: reader(n, s, iter) for n, s in (("b", 50), ("a", 50), ("c", 40))}
    known["bad"] = Reader("bad", "Bad", ("literature",), (), broken, iter)
    told = sniff(Source(path), "literature", known)
    assert isinstance(told, Reader)
    assert told.name == "a"
    assert isinstance(sniff(Source(path), "policy", known), Problem)


def test_a_failing_reader_and_a_wrong_count_are_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(source: Source) -> Iterator[Record | Problem]:
        yield Record("literature", title="before", source_file="wrong name")
        raise RuntimeError("oops")

    def refuse(source: Source) -> Iterator[Record | Problem]:
        raise ReadError("locked by a password", mend="take the password off", where=source.name)

    def forgetful(source: Source) -> Iterator[Record | Problem]:
        yield Record("literature", title="one of three", references=())

    doors = {
        "crash": Reader("crash", "C", ("literature",), (), lambda h, d, n: 90 * ("crash" in h), crash),
        "refuse": Reader("refuse", "R", ("literature",), (), lambda h, d, n: 90 * ("refuse" in h), refuse),
        "forgetful": Reader(
            "forgetful", "F", ("literature",), (), lambda h, d, n: 90 * ("forget" in h), forgetful, lambda s: 3
        ),
    }
    monkeypatch.setattr(stage, "readers", lambda: (doors, []))
    for word in ("crash", "refuse", "forget"):
        put(project, f"literature/{word}.txt", word)
    tables = run(project)
    counts = {s["format"]: (s["n_found"], s["n_read"], s["n_lost"]) for s in tables["source"]}
    assert counts == {"crash": (2, 1, 1), "refuse": (1, 0, 1), "forgetful": (3, 1, 2)}
    assert "oops" in by_code(tables, "reader-failed")[0]["message"]
    assert by_code(tables, "unreadable")[0]["mend"] == "take the password off"
    assert by_code(tables, "count-mismatch")[0]["severity"] == "error"
    assert {r["source_file"] for r in tables["record"]} == {
        "corpus/literature/crash.txt",
        "corpus/literature/forget.txt",
    }


def test_no_references_says_what_to_export(project: Project) -> None:
    put_fixture(project, "embase.ris")
    advice = by_code(run(project), "no-references")
    assert "cited references" in advice[0]["mend"]
    put_fixture(project, "wos.txt")
    assert by_code(run(project), "no-references") == []


def test_coverage_counts() -> None:
    records = [
        Record("literature", doi="10.1/a", year=2000, abstract="x", source_file="a"),
        Record("literature", source_file="a"),
        Record("literature", source_file="b", blocks=(Block("t"),)),
    ]
    found = coverage(records)
    assert (found["n"], found["abstract"]) == (3, pytest.approx(1 / 3))
    assert found["sources"]["a"] == {"n": 2, "abstract": 0.5, "references": 0.0, "doi": 0.5, "year": 0.5}
    assert coverage([])["n"] == 0
    assert coverage([{"source_file": "x", "n_references": 2, "year": None, "doi": "", "abstract": ""}])[
        "references"
    ] == pytest.approx(1.0)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    records, problems, info = read_file(tmp_path / "nowhere.ris")
    assert records == []
    assert (info.n_found, info.n_lost) == (1, 1)
    assert problems[0].code == "unreadable"


def test_raw_text_is_capped(project: Project) -> None:
    put(project, "literature/long.ris", "TY  - JOUR\nTI  - T\nAB  - " + "x" * 5000 + "\nER  - \n")
    project.overrides["read"] = {"max_raw": 100}
    (record,) = run(project)["record"]
    assert len(record["raw"]) == 100
    assert len(record["abstract"]) == 5000


def test_all_shared_exports(shared: Shared, project: Project) -> None:
    folder = shared("bib")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        put(project, f"literature/{path.parent.name}/{path.name}", path.read_bytes())
    tables = run(project)
    assert len(tables["source"]) == len(files)
    assert all(s["n_found"] == s["n_read"] + s["n_lost"] for s in tables["source"])
    assert by_code(tables, "count-mismatch") == []
    assert by_code(tables, "reader-failed") == []
    lost = [s["file"] for s in tables["source"] if s["n_lost"]]
    assert lost == []


@pytest.mark.parametrize("name", ["wos.txt", "tolerant.bib", "pubmed.nbib", "endnote.xml", "grobid.tei.xml"])
def test_scanning_a_file_counts_what_reading_it_gives(name: str) -> None:
    records, problems, info = read_file(FIXTURES / name)
    found = scan_file(FIXTURES / name)
    assert (found.info, found.problems, found.n) == (info, problems, len(records))
    shares = coverage(records)
    counted = (found.abstracts, found.references, found.dois, found.years)
    assert counted == tuple(round(shares[k] * found.n) for k in ("abstract", "references", "doi", "year"))
    assert found.passages == sum(block.kind != "heading" for record in records for block in record.blocks)


def test_scanning_counts_documents_by_nation(project: Project) -> None:
    path = put(project, "policy/wales/plan.md", MARKDOWN.format(title="Code of Practice for Wales"))
    found = scan_file(path, kind="policy")
    assert found.n == 1
    assert found.nations == {read_file(path, kind="policy")[0][0].facets.get("nation", ""): 1}
    assert found.passages
    assert scan_file(path.with_name("gone.md")).problems[0].code == "unreadable"
