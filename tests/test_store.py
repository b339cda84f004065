"""The store: fixed order, one transaction, words for a full disk, arrays that survive."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event

from metanarrative.errors import StepMissingError, StoreError
from metanarrative.model import Problem
from metanarrative.store import Store, schema_version, tables_by_stage


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / ".metanarrative")


def screening(n: int, verdict: str = "included") -> list[dict[str, str]]:
    return [{"work_id": f"wk_{i:05d}", "verdict": verdict} for i in range(n)]


def write(store: Store, rows: list[dict[str, str]]) -> str:
    with store.replacing("screen", ("screening",)) as out:
        out.write("screening", rows)
        return out.outputs


def test_rows_come_back_ordered_by_primary_key_whatever_the_order_of_writing(store: Store) -> None:
    write(store, list(reversed(screening(5))))
    ids = [row["work_id"] for row in store.read("screening")]
    assert ids == [f"wk_{i:05d}" for i in range(5)]
    assert store.read_columns("screening", "work_id")[0] == ids
    assert store.count("screening") == 5


def test_composite_keys_order_by_their_place_in_the_key(store: Store) -> None:
    with store.replacing("graph", ("citation",)) as out:
        pairs = [("b", "a"), ("a", "c"), ("a", "b")]
        out.write("citation", [{"citing_id": x, "cited_id": y} for x, y in pairs])
    assert [(r["citing_id"], r["cited_id"]) for r in store.read("citation")] == sorted(pairs)


def test_columns_left_out_are_empty_by_type_and_nullable_ones_null(store: Store) -> None:
    with store.replacing("traditions", ("cluster",)) as out:
        out.write("cluster", [{"cluster_id": "cl_1", "number": 1}])
    (row,) = store.read("cluster")
    assert (row["tradition"], row["accepted"], row["size"]) == ("", 0, 0)
    assert row["stability"] is None
    assert row["first_year"] is None


def test_values_are_made_plain(store: Store) -> None:
    with store.replacing("traditions", ("cluster",)) as out:
        out.write(
            "cluster",
            [
                {
                    "cluster_id": "cl_1", "number": np.int64(3), "accepted": np.bool_(True),
                    "stability": float("nan"), "terms": ["cynllun gofal", "ŵy"], "label": "torn \udcff here",
                }
            ],
        )  # fmt: skip
    (row,) = store.read("cluster")
    assert (row["number"], row["accepted"], row["stability"]) == (3, 1, None)
    assert json.loads(row["terms"]) == ["cynllun gofal", "ŵy"]
    assert row["label"] == "torn ? here"


def test_numbers_keep_nine_digits_so_that_the_order_of_sums_does_not_show(store: Store) -> None:
    values = np.array([0.1, 0.2, 0.3])
    with store.replacing("graph", ("citation",)) as out:
        out.write("citation", [{"citing_id": "a", "cited_id": "b", "score": values.sum()}])
        out.write("citation", [{"citing_id": "a", "cited_id": "c", "score": values[::-1].sum()}])
    first, second = store.read_columns("citation", "score")[0]
    assert first == second == 0.6


def test_where_knows_values_lists_and_null(store: Store) -> None:
    with store.replacing("traditions", ("cluster",)) as out:
        out.write("cluster", [{"cluster_id": f"c{i}", "number": i, "first_year": i or None} for i in range(4)])
    assert [r["cluster_id"] for r in store.read("cluster", where={"number": [3, 1]})] == ["c1", "c3"]
    assert [r["cluster_id"] for r in store.read("cluster", where={"number": []})] == []
    assert [r["cluster_id"] for r in store.read("cluster", where={"first_year": None})] == ["c0"]
    assert store.read("cluster", where={"number": 2}, columns=("cluster_id",)) == [{"cluster_id": "c2"}]
    assert store.count("cluster", where={"number": 2}) == 1


@pytest.mark.parametrize("call", [("nothing", None), ("work", ("nothing",)), ("work", ('title" FROM run --',))])
def test_unknown_tables_and_columns_are_refused(store: Store, call: tuple[str, tuple[str, ...] | None]) -> None:
    table, columns = call
    with pytest.raises(KeyError):
        store.read(table, columns=columns)


def test_a_stage_writes_only_its_own_tables_and_columns(store: Store) -> None:
    with pytest.raises(KeyError, match="does not write"), store.replacing("screen", ("screening",)) as out:
        out.write("work", [{"work_id": "x"}])
    with pytest.raises(KeyError, match="no column"), store.replacing("screen", ("screening",)) as out:
        out.write("screening", [{"work_id": "x", "verdct": "included"}])
    assert store.count("screening") == 0


def test_an_exception_leaves_the_old_rows_and_problems(store: Store) -> None:
    with store.replacing("screen", ("screening",)) as out:
        out.write("screening", screening(3))
        out.problem(Problem("old", "the old one"))

    def torn() -> Iterator[dict[str, str]]:
        yield from screening(7000, "excluded")
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"), store.replacing("screen", ("screening",)) as out:
        out.write("screening", torn())
    assert {row["verdict"] for row in store.read("screening")} == {"included"}
    assert [row["code"] for row in store.read("problem")] == ["old"]


def test_a_rerun_replaces_rows_and_only_this_stages_problems(store: Store) -> None:
    for stage, tables in (("read", ()), ("screen", ("screening",))):
        with store.replacing(stage, tables) as out:
            out.problem(Problem("x", "one"))
    write(store, screening(1))
    assert [row["stage"] for row in store.read("problem")] == ["read"]


def test_the_hash_of_outputs_follows_the_rows(store: Store) -> None:
    first = write(store, screening(3))
    assert write(store, screening(3)) == first
    assert write(store, screening(3, "excluded")) != first
    assert write(store, screening(2)) != first


def test_foreign_keys_hold_at_the_end_of_the_transaction(store: Store) -> None:
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), store.replacing("read", tables_by_stage()["read"]) as out:
        out.write("record_reference", [{"record_id": "rec_nobody", "position": 1}])
    assert store.count("record_reference") == 0
    assert store.integrity() == []


def test_a_full_disk_says_so_and_keeps_what_was_there(store: Store) -> None:
    write(store, screening(2))

    @event.listens_for(store._engine, "connect")
    def _small(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    with pytest.raises(StoreError, match="full") as caught, store.replacing("screen", ("screening",)) as out:
        out.write("screening", screening(40_000, "excluded" * 20))
    assert "free some space" in caught.value.mend
    assert caught.value.exit_code == 1
    assert store.count("screening", where={"verdict": "included"}) == 2


def test_a_full_disk_while_vectors_are_written_is_told_the_same_way(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(StoreError, match="No space left") as caught:
        store.save_array("work", ["a"], np.ones((1, 2), np.float32))
    assert "free some space" in caught.value.mend
    with pytest.raises(StoreError, match="No space left"):
        store.vector_cache("m").put({"h": np.ones(2, np.float32)})


def test_kill_in_mid_transaction_leaves_the_old_rows(store: Store) -> None:
    write(store, screening(3))
    script = f"""
import os, signal
from pathlib import Path
from metanarrative.store import Store
store = Store(Path({str(store.folder)!r}))
with store.replacing("screen", ("screening",)) as out:
    out.write("screening", [{{"work_id": str(i), "verdict": "excluded"}} for i in range(20000)])
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    again = Store(store.folder)
    assert again.count("screening") == again.count("screening", where={"verdict": "included"}) == 3
    assert again.integrity() == []


def test_another_schema_is_rebuilt_and_damage_is_set_aside(store: Store) -> None:
    write(store, screening(3))
    with sqlite3.connect(store.file) as connection:
        connection.execute(f"PRAGMA user_version={schema_version() ^ 1}")
    connection.close()
    assert Store(store.folder).count("screening") == 0

    store.file.write_bytes(b"this is no database, only words " * 50)
    assert Store(store.folder).count("screening") == 0
    assert (store.folder / "project.damaged").read_bytes().startswith(b"this is no database")


def test_a_busy_file_is_not_taken_for_a_damaged_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write(store, screening(3))
    connect = sqlite3.connect

    def busy(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(sqlite3, "connect", busy)
    again = Store(store.folder)
    again._set_aside_if_foreign()
    monkeypatch.setattr(sqlite3, "connect", connect)
    assert again.count("screening") == 3


def test_damage_further_inside_is_named_with_its_mend(store: Store) -> None:
    write(store, screening(20_000))
    with sqlite3.connect(store.file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(store.file.read_bytes())
    data[len(data) // 2 :] = b"\xff" * len(data[len(data) // 2 :])
    store.file.write_bytes(data)
    again = Store(store.folder)
    with pytest.raises(StoreError) as caught:
        again.read("screening")
    assert "holds only derived results" in caught.value.mend


def test_arrays_round_trip_and_are_named_by_content(store: Store) -> None:
    matrix = np.arange(6, dtype=np.float32).reshape(3, 2)
    file = store.save_array("work", ["a", "b", "c"], matrix)
    assert store.save_array("work", ["a", "b", "c"], matrix) == file
    assert store.save_array("work", ["a", "b", "d"], matrix) != file
    with pytest.raises(StepMissingError, match="no work vectors"):
        store.array("work")
    with store.replacing("embed", ("array_file",)) as out:
        out.write("array_file", [{"name": "work", "file": file, "rows": 3, "dimensions": 2}])
    ids, found = store.array("work")
    assert ids == ("a", "b", "c")
    assert np.array_equal(found, matrix)
    store.tidy_arrays()
    assert sorted(p.name for p in store.arrays.iterdir()) == sorted([file, file.replace(".npy", ".ids")])
    (store.arrays / file).write_bytes(b"torn")
    with pytest.raises(StepMissingError, match="gone or damaged") as caught:
        store.array("work")
    assert caught.value.mend == "metanarrative run embed --force"


def test_the_vector_cache_only_grows_and_survives_a_damaged_shard(store: Store) -> None:
    cache = store.vector_cache("some/model name")
    cache.put({"h1": np.array([1, 0], np.float32), "h2": np.array([0, 1], np.float32)})
    cache.put({"h3": np.array([0.6, 0.8], np.float32)})
    cache.put({})
    found = cache.get(["h3", "h1", "unknown"])
    assert sorted(found) == ["h1", "h3"]
    assert found["h3"].tolist() == pytest.approx([0.6, 0.8])
    shards = sorted(cache.folder.glob("*.npy"))
    assert len(shards) == 2
    for shard in shards:
        shard.write_bytes(b"\x93NUMPY torn")
    assert cache.get(["h1", "h3"]) == {}


def test_a_read_only_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "file" / ".metanarrative").count("work")
    assert "permissions" in caught.value.mend


def test_a_project_that_may_not_be_written_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "derived")
    with store.replacing("screen", ("screening",)) as out:
        out.write("screening", [{"work_id": "wk_1", "verdict": "included"}])
    monkeypatch.setattr("os.access", lambda *_: False)
    again = Store(tmp_path / "derived")
    assert [row["work_id"] for row in again.read("screening")] == ["wk_1"]
    with pytest.raises(StoreError), again.replacing("screen", ("screening",)):
        pass
