"""The bench that compares two stores row for row."""

import pytest

from bench.same_tables import compare, main
from pipeline.store import SHARD_TABLES, Part, Store, write_part
from pipeline.store.parts import table_of

DATE = "2026-11-20"


def store_of(folder, *, texts, fingerprint):
    store, part = Store(str(folder)), Part(DATE, 1, fingerprint)
    rows = {
        "calls": [{"call_id": "a", "turns_part": part.name, "input_hash": "a"}],
        "turns": [{"call_id": "a", "turn": turn, "text": text} for turn, text in enumerate(texts)],
        "failures": [],
    }
    tables = {name: table_of(name, found, part=part.name, date=DATE) for name, found in rows.items()}
    write_part(store, part, tables, order=SHARD_TABLES)
    return str(folder)


def test_fingerprints_are_ignored(tmp_path):
    first = store_of(tmp_path / "a", texts=["hello", "bye"], fingerprint="f")
    second = store_of(tmp_path / "b", texts=["hello", "bye"], fingerprint="g")
    assert {(each.table, each.rows) for each in compare(first, second) if sum(each.rows)} == {
        ("calls", (1, 1)),
        ("turns", (2, 2)),
    }
    assert [each.only for each in compare(first, second) if sum(each.only)] == []


def test_a_row_that_differs_counts_on_both_sides(tmp_path, capsys):
    first = store_of(tmp_path / "a", texts=["hello", "bye"], fingerprint="f")
    second = store_of(tmp_path / "b", texts=["hello", "good bye"], fingerprint="f")
    assert {each.table: each.only for each in compare(first, second) if sum(each.only)} == {"turns": (1, 1)}
    with pytest.raises(SystemExit) as stop:
        main([first, second])
    assert stop.value.code == 1
    assert "turns" in capsys.readouterr().out


def test_columns_to_ignore_do_not_count(tmp_path):
    first = store_of(tmp_path / "a", texts=["hello"], fingerprint="f")
    second = store_of(tmp_path / "b", texts=["bye"], fingerprint="f")
    assert [each.only for each in compare(first, second, ignore=("text",)) if sum(each.only)] == []
