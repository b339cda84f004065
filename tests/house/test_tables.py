"""Each table has one writing stage, and each stage comes after those whose tables it reads."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from metanarrative.config import SETTINGS
from metanarrative.export import CSV_TABLES, STORED
from metanarrative.pipeline import NAMES, STAGES, Stage
from metanarrative.project import DECISION_KINDS
from metanarrative.store import SHARED_TABLES, Store, schema, tables_by_stage

WRITER = {table: stage for stage, tables in tables_by_stage().items() for table in tables}
each_stage = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)


def test_every_table_has_exactly_one_writing_stage() -> None:
    tables = re.findall(r"CREATE TABLE (\w+)", schema())
    assert len(tables) == len(set(tables))
    written = [table for mine in tables_by_stage().values() for table in mine]
    assert len(written) == len(set(written))
    assert set(written) | set(SHARED_TABLES) == set(tables)
    assert set(tables_by_stage()) == set(NAMES)


def test_the_schema_makes_those_tables(tmp_path: Path) -> None:
    assert set(Store(tmp_path / "m").tables()) == {*WRITER, *SHARED_TABLES}


@each_stage
def test_a_stage_declares_its_contract(stage: Stage) -> None:
    module = stage.module
    assert re.fullmatch(r"\d+(\.\d+)*", module.VERSION)
    for name in ("READS", "WRITES", "DECISIONS", "FILES"):
        value = getattr(module, name)
        assert isinstance(value, tuple), f"{stage.name}.{name}"
        assert len(set(value)) == len(value)
    assert tuple(inspect.signature(module.run).parameters) == ("project", "settings")
    assert module.__doc__
    assert len(module.__doc__) > 80


@each_stage
def test_a_stage_writes_the_tables_under_its_heading(stage: Stage) -> None:
    assert set(stage.module.WRITES) == set(tables_by_stage()[stage.name])


@each_stage
def test_a_stage_comes_after_the_stages_it_reads(stage: Stage) -> None:
    for table in stage.module.READS:
        assert table in WRITER or table in SHARED_TABLES, f"{stage.name} reads {table}, which is no table"
        writer = WRITER.get(table, stage.name)
        if writer != stage.name:
            assert writer in stage.after, f"{stage.name} reads {table} of {writer}, but does not come after it"


@each_stage
def test_a_stage_reads_only_what_it_declares(stage: Stage) -> None:
    """Calls of the store with a literal table name are what freshness rests on."""
    module = stage.module
    file = Path(inspect.getfile(module))
    files = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    declared = {*module.READS, *module.WRITES, *SHARED_TABLES}
    for path in files:
        text = path.read_text(encoding="utf-8")
        used = set(re.findall(r"\.(?:read|read_columns|count)\(\s*\"(\w+)\"", text))
        if re.search(r"\bproject\.array\(|\.embed_texts\(", text):
            used.add("array_file")
        if re.search(r"\bproject\.included\(", text):
            used.add("screening")
        used &= {*WRITER, *SHARED_TABLES}
        assert used <= declared, f"{path.name} reads {sorted(used - declared)}, not in READS of {stage.name}"


@each_stage
def test_decisions_and_files_of_a_stage_are_known(stage: Stage) -> None:
    assert set(stage.module.DECISIONS) <= set(DECISION_KINDS) - {"undo"}
    for pattern in stage.module.FILES:
        assert pattern.startswith("corpus/"), f"{stage.name} depends on {pattern}"
        assert not pattern.startswith("corpus/decisions"), "decisions come through DECISIONS"


@each_stage
def test_a_stage_that_asks_for_decisions_declares_them(stage: Stage) -> None:
    file = Path(inspect.getfile(stage.module))
    files = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    for path in files:
        for call in re.findall(r"project\.decisions\(([^)]*)\)", path.read_text(encoding="utf-8")):
            assert set(re.findall(r'"([a-z-]+)"', call)) <= set(stage.module.DECISIONS), f"{path.name}: {call}"


def test_every_kind_of_decision_is_heeded_by_a_stage() -> None:
    heeded = {kind for stage in STAGES if stage.name != "report" for kind in stage.module.DECISIONS}
    assert heeded == set(DECISION_KINDS) - {"undo"}


def test_stages_follow_each_other_and_have_settings() -> None:
    for place, stage in enumerate(STAGES):
        assert all(NAMES.index(before) < place for before in stage.after)
        assert stage.name in SETTINGS
        assert stage.does


@pytest.mark.parametrize("name", sorted(CSV_TABLES))
def test_exported_columns_are_columns_of_their_table(name: str, tmp_path: Path) -> None:
    if name not in STORED:
        return  # joined from several tables; tests/test_export.py looks at those
    columns: Any = Store(tmp_path / "m").columns(STORED[name])
    assert set(CSV_TABLES[name]) <= set(columns)


def test_every_table_of_a_stage_is_exported_or_has_a_reason_not_to_be() -> None:
    inner = {
        "record_reference", "record_block", "document_text",  # the inputs hold them
        "work_record", "screening",  # columns of records and works
        "array_file", "place", "view", "report_file",  # about files of this machine, and the layout
        "resolution", "concept_theme", "emphasis_document",  # shown by commands and pages
    }  # fmt: skip
    exported = {*STORED.values(), "record", "work", "contrast"}
    assert exported | inner == set(WRITER) | {"run"}
