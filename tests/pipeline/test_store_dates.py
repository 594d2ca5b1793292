import pytest

from pipeline.errors import ConfigError
from pipeline.store import SHARD_TABLES, Part, Store, dates_between, write_part
from pipeline.store.parts import table_of


def test_no_bounds_mean_all_dates(tmp_path):
    assert dates_between(Store(str(tmp_path)), since=None, until=None) is None


def test_a_store_without_calls_has_no_dates(tmp_path):
    assert dates_between(Store(str(tmp_path)), since="2026-01-01", until=None) == []


def test_a_day_must_be_a_day(tmp_path):
    with pytest.raises(ConfigError, match="tomorrow is not a day"):
        dates_between(Store(str(tmp_path)), since="tomorrow", until=None)


def test_both_bounds_are_included(tmp_path):
    store = Store(str(tmp_path))
    for day in ("2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"):
        part = Part(day, 1, "f")
        row = {"call_id": day, "input_hash": day}
        write_part(store, part, {"calls": table_of("calls", [row], part=part.name, date=day)}, order=SHARD_TABLES)
    assert dates_between(store, since="2026-11-20", until="2026-11-21") == ["2026-11-20", "2026-11-21"]
    assert dates_between(store, since="2026-11-22", until=None) == ["2026-11-22"]


def test_bounds_are_inclusive_and_days_without_calls_are_left_out(tmp_path):
    store = Store(str(tmp_path))
    for day in ("2026-10-05", "2026-10-07", "2026-10-09"):
        part = Part(day, 1, "f")
        row = {"call_id": day, "turns_part": part.name, "input_hash": day}
        write_part(store, part, {"calls": table_of("calls", [row], part=part.name, date=day)}, order=SHARD_TABLES)
    assert dates_between(store, since="2026-10-06", until="2026-10-09") == ["2026-10-07", "2026-10-09"]
    assert dates_between(store, since=None, until="2026-10-05") == ["2026-10-05"]
