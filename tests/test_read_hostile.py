"""Hostile files, through the door that every file takes: an answer, soon, and no harm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hostile import costly, entity_bombs, vast_workbook, zip_bombs

from metanarrative.model import Problem, Record
from metanarrative.read import read_file, readers

SIZE = 100_000
"""Bytes; `benchmarks/fuzz.py --sweep` reads a megabyte of each."""

LIMIT = 10.0
"""Seconds of the processor that a megabyte may cost; a tenth of one reaches it where time grows with the square."""

SHAPES = list(costly(SIZE))
KNOWN = sorted(readers()[0])


def read(path: Path, kind: str) -> tuple[list[Record], list[Problem]]:
    records, problems, info = read_file(path, kind=kind)
    assert not [p.message for p in problems if p.code == "reader-failed"]
    assert records or problems
    assert all(p.message and p.mend for p in problems)
    assert info.n_found == info.n_read + info.n_lost
    return records, problems


def words(records: list[Record]) -> str:
    return " ".join(" ".join((r.title, r.abstract, *(b.text for b in r.blocks))) for r in records)


def seconds(path: Path, content: bytes, kind: str) -> float:
    path.write_bytes(content)
    started = time.process_time()
    read(path, kind)
    return time.process_time() - started


@pytest.mark.parametrize("name", [name for name, _ in SHAPES])
def test_nothing_fails_and_nothing_hangs(tmp_path: Path, name: str) -> None:
    for kind in ("literature", "policy"):
        assert seconds(tmp_path / name, dict(SHAPES)[name], kind) < LIMIT


def test_every_reader_meets_hostile_files(tmp_path: Path) -> None:
    met = set()
    for name, content in costly(3000):
        path = tmp_path / name
        path.write_bytes(content)
        met |= {read_file(path, kind=kind)[2].format for kind in ("literature", "policy")}
    assert met - {""} == set(KNOWN)


@pytest.mark.parametrize(("name", "content"), list(entity_bombs()), ids=[name for name, _ in entity_bombs()])
def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for kind in ("literature", "policy"):
        found = words(read(path, kind)[0])
        assert "laughing" not in found
        assert "root:" not in found
        assert len(found) < 1000


def test_archives_that_would_unpack_to_much_are_refused(tmp_path: Path) -> None:
    for name, content in zip_bombs():
        assert len(content) < 300_000
        path = tmp_path / name
        path.write_bytes(content)
        records, problems = read(path, "policy")
        assert records == []
        assert "would unpack to 120 MB" in problems[0].message


def test_a_sheet_as_large_as_sheets_can_be_costs_only_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "vast.xlsx"
    path.write_bytes(vast_workbook())
    records, _ = read(path, "literature")
    assert [(r.title, r.year, r.line) for r in records] == [
        ("Care planning", 2012, 2),
        ("The last row", None, 1_048_576),
    ]


@pytest.mark.parametrize(
    "name",
    ["a\nb.ris", "..ris", " .ris", "$(touch x).ris", "-rf.ris", "ŵ‮sir.ris", "=cmd.ris", "a;b|c.ris", "é" * 60 + ".ris"],
)
def test_names_of_files_are_only_names(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / name
    path.write_text("TY  - JOUR\nTI  - Care planning\nPY  - 2012\nER  - \nstray words\n", encoding="utf-8")
    (record,), _ = read(path, "literature")
    assert (record.title, record.source_file) == ("Care planning", name)
    assert [one.name for one in tmp_path.iterdir()] == ["in"]
    assert [one.name for one in folder.iterdir()] == [name]


def test_names_inside_archives_lead_nowhere(tmp_path: Path) -> None:
    from hostile import archive

    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "a.docx"
    path.write_bytes(archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>", "../out.txt": b"out"}))
    read(path, "policy")
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["a.docx", "in"]


def test_a_link_to_nowhere_and_a_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "gone.ris").symlink_to(tmp_path / "nowhere.ris")
    for name in ("gone.ris", ""):
        records, problems = read(tmp_path / name, "literature")
        assert records == []
        assert problems[0].severity == "error"
