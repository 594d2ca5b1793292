import os
import tempfile
import time

import pyarrow as pa
import pytest

from pipeline.errors import StoreError
from pipeline.store import SHARD_TABLES, Part, Store, clean, compact, open_duckdb, read, snapshot, write_part
from pipeline.store.parts import generation_of, partition_date, table_of
from pipeline.store.schemas import TABLES, schema_of

DATE = "2026-11-20"


def call(call_id, *, turns_part, input_hash=""):
    return {"call_id": call_id, "turns_part": turns_part, "input_hash": input_hash or call_id}


def write(store, *, generation, calls=(), turns=(), fingerprint="f", date=DATE, failures=()):
    part = Part(date, generation, fingerprint)
    rows = {
        "calls": [call(name, turns_part=part.name) for name in calls],
        "turns": [{"call_id": name, "turn": turn, "text": part.name} for name, turn in turns],
        "failures": [{"item": item, "position": 0, "stage": stage, "input_hash": ""} for item, stage in failures],
    }
    tables = {name: table_of(name, found, part=part.name, date=date) for name, found in rows.items()}
    write_part(store, part, tables, order=SHARD_TABLES)
    return part


@pytest.fixture(params=["local", "memory"])
def store(request, tmp_path):
    if request.param == "local":
        return Store(str(tmp_path / "store"))
    return Store(f"memory://{tmp_path.name}/store")


def test_an_empty_store_has_every_table_with_its_columns(store):
    connection = open_duckdb(store)
    for table in TABLES:
        found = connection.sql(f"select * from {table}")
        assert (found.columns, found.fetchall()) == (schema_of(table).names, [])
        assert read(store, table).schema == schema_of(table)


def test_spilled_data_is_temporary_and_deleted_on_close(store, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    with open_duckdb(store) as connection:
        connection.execute("set memory_limit = '50MB'")
        connection.execute("create table heavy as select md5(range::varchar) as words from range(2000000)")
        assert len(list((tmp_path / "elsewhere").glob("everycall-*/*"))) > 0
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("table", ["call_topics", "repeats", "arrivals", "chains"])
def test_rows_of_a_merged_topic_show_its_successor(store, table):
    key = {"arrivals": "arrival_id", "chains": "chain_id"}.get(table, "call_id")
    topics = [{"topic_id": "t-1", "status": "merged", "merged_into": "t-2"}, {"topic_id": "t-2", "status": "found"}]
    named = [{key: "a", "topic_id": "t-1"}, {key: "b", "topic_id": "t-2"}, {key: "c", "topic_id": ""}]
    part = Part(DATE, 1, "m")
    rows = {table: named, "topics": topics}
    tables = {name: table_of(name, found, part=part.name, date=DATE) for name, found in rows.items()}
    write_part(store, part, tables, order=[table, "topics"])
    assert [row["topic_id"] for row in read(store, table).to_pylist()] == ["t-2", "t-2", ""]


def test_a_bare_table_has_all_rows_ever_written(store):
    write(store, generation=1, calls=["a"], turns=[("a", 0)])
    write(store, generation=2, calls=["a"], turns=[("a", 0), ("a", 1)])
    connection = open_duckdb(store, tables=("calls", "turns"), bare=("turns",))
    assert connection.execute("select count(*) from calls").fetchall() == [(1,)]
    assert connection.execute("select count(*) from parts.turns").fetchall() == [(3,)]
    assert "turns" not in [name for (name,) in connection.execute("show tables").fetchall()]


def test_rows_are_sorted_regardless_of_their_order(store):
    write(store, generation=1, calls=["b", "a"], turns=[("b", 1), ("b", 0), ("a", 0)])
    assert read(store, "calls").column("call_id").to_pylist() == ["a", "b"]
    found = read(store, "turns", columns=["call_id", "turn"]).to_pylist()
    assert [(row["call_id"], row["turn"]) for row in found] == [("a", 0), ("b", 0), ("b", 1)]


def test_the_newest_generation_of_a_call_is_seen_with_its_own_turns(store):
    write(store, generation=1, calls=["a", "b"], turns=[("a", 0), ("a", 1), ("b", 0)])
    write(store, generation=2, calls=["a"], turns=[("a", 0)])
    found = read(store, "turns", columns=["call_id", "part"]).to_pylist()
    assert [(row["call_id"], row["part"]) for row in found] == [("a", "g0002-f"), ("b", "g0001-f")]


def test_the_newest_generation_counts_across_dates(store):
    write(store, generation=1, calls=["a"], turns=[("a", 0)], date="1970-01-01")
    write(store, generation=2, calls=["a"], turns=[("a", 0)], date=DATE)
    assert [str(date) for date in read(store, "calls").column("date").to_pylist()] == [DATE]
    assert read(store, "turns", dates=["1970-01-01"]).num_rows == 0


def test_a_call_without_turns_hides_its_old_turns(store):
    write(store, generation=1, calls=["a"], turns=[("a", 0)])
    write(store, generation=2, calls=["a"])
    assert read(store, "turns").num_rows == 0


def test_a_failure_is_seen_until_the_call_succeeds_later(store):
    write(store, generation=1, failures=[("a", "hear"), ("b", "hear")])
    write(store, generation=2, calls=["a"])
    assert read(store, "failures").column("item").to_pylist() == ["b"]
    write(store, generation=3, failures=[("a", "score")])
    assert read(store, "failures").column("item").to_pylist() == ["a", "b"]


def test_reads_can_be_limited_to_dates_and_columns(store):
    write(store, generation=1, calls=["a"])
    write(store, generation=1, calls=["b"], date="2026-11-21")
    found = read(store, "calls", dates=["2026-11-21"], columns=["call_id"])
    assert found.to_pydict() == {"call_id": ["b"]}
    assert read(store, "calls", dates=[]).num_rows == 0


def test_an_unknown_column_is_named(store):
    with pytest.raises(StoreError, match="`calls` has no column nonsense"):
        read(store, "calls", columns=["call_id", "nonsense"])


def test_a_part_without_a_marker_is_ignored(store):
    part = write(store, generation=1, calls=["a"], turns=[("a", 0)])
    filesystem, root = store.open()
    filesystem.rm_file(f"{root}/{part.path('calls')}")
    assert snapshot(store)["turns"] == []
    assert read(store, "turns").num_rows == 0
    assert compact(store, older_than_s=0).files_removed == 1
    assert filesystem.find(root) == []


def test_a_rewritten_part_drops_files_that_it_no_longer_has(store):
    part = write(store, generation=1, calls=["a"], turns=[("a", 0)])
    write(store, generation=1, calls=["a"])
    filesystem, root = store.open()
    assert [path.removeprefix(f"{root}/") for path in filesystem.find(root)] == [part.path("calls")]


def test_leftovers_are_ignored_and_cleaned_when_old(tmp_path):
    store = Store(str(tmp_path))
    write(store, generation=1, calls=["a"])
    folder = tmp_path / "calls" / f"date={DATE}"
    for name, age_s in (("young", 0), ("old", 7_200)):
        path = folder / f".part-g0001-x.parquet.{name}.writing"
        path.write_bytes(b"PAR1 half a fi")
        os.utime(path, (time.time() - age_s,) * 2)
    assert read(store, "calls").num_rows == 1
    assert clean(store) == 1
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == [
        ".part-g0001-x.parquet.young.writing"
    ]


def test_every_file_has_the_schema_version(tmp_path):
    write(Store(str(tmp_path)), generation=1, calls=["a"])
    (path,) = tmp_path.rglob("*.parquet")
    metadata = pa.parquet.read_schema(path).metadata
    assert metadata[b"everycall.schema_version"] == b"5"
    assert metadata[b"everycall.table"] == b"calls"


def test_rows_that_do_not_fit_the_schema_are_rejected(tmp_path):
    with pytest.raises(StoreError, match="rows for `calls` do not fit"):
        write_part(
            Store(str(tmp_path)), Part(DATE, 1, "f"), {"calls": pa.table({"call_id": ["a"]})}, order=SHARD_TABLES
        )


def test_a_store_that_cannot_be_written_raises_an_error(tmp_path):
    (tmp_path / "store").write_text("a file, not a folder")
    with pytest.raises(StoreError, match="cannot be written"):
        write(Store(str(tmp_path / "store")), generation=1, calls=["a"])


@pytest.mark.parametrize(
    ("text", "day"), [("2026-11-20T09:00:00", DATE), ("", "1970-01-01"), ("20/11/2026", "1970-01-01")]
)
def test_a_partition_is_a_day(text, day):
    assert partition_date(text) == day


def test_a_generation_is_read_from_a_name():
    assert generation_of(Part(DATE, 12, "f").name) == 12
    assert generation_of("") == 0


def test_files_that_lack_a_new_column_are_read_and_compacted(tmp_path):
    store = Store(str(tmp_path))
    write(store, generation=1, calls=["a", "b"], turns=[("a", 0), ("b", 0)])
    (path,) = (tmp_path / "turns").rglob("*.parquet")
    pa.parquet.write_table(pa.parquet.read_table(path).drop_columns(["text_written"]), path)
    assert read(store, "turns").column("text_written").to_pylist() == ["", ""]
    write(store, generation=2, calls=["a"], turns=[("a", 0)], fingerprint="g")
    assert compact(store, older_than_s=0).rows_removed == 2
    assert pa.parquet.read_table(path).schema.names == schema_of("turns").names
    assert read(store, "turns", columns=["call_id", "text_written"]).to_pylist() == [
        {"call_id": "a", "text_written": ""},
        {"call_id": "b", "text_written": ""},
    ]
