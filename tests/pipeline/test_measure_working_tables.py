import re
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from analytics_calls import WordPairs
from repeat_calls import about, contact, matched, with_repeats

from bench.made_days import RUBRIC, make_world, no_callers, write_days
from pipeline.analytics.contacts import contact_days
from pipeline.analytics.measure.analytics_run import AnalyticsInput
from pipeline.analytics.measure.measure import Measure
from pipeline.analytics.measure.working_tables import (
    WorkingTable,
    create_from_rows,
    create_table,
    create_view,
    in_memory,
    is_there,
    overlay_view,
    registered,
    replace_table,
    working_tables,
)
from pipeline.analytics.measures import MEASURES, WORKING_TABLES, Analytics, run_measures
from pipeline.analytics.update import READ_TABLES
from pipeline.store import Store, open_duckdb

DAY, NEXT_DAY = date(2026, 3, 2), date(2026, 3, 3)
ANALYTICS = Path(__file__).parents[2] / "pipeline" / "analytics"
MAKES_OR_DROPS = re.compile(
    r"\b(?:create|drop|alter)\s+(?:or replace\s+)?(?:temp\s+)?(?:table|view)\b|\.(?:un)?register\("
)


@pytest.fixture
def connection():
    made = duckdb.connect()
    made.execute("create table stored as select * from (values (1, date '2026-03-02')) t (x, date)")
    return made


def values(connection, table):
    return [x for (x,) in connection.execute(f"select x from {table} order by x").fetchall()]


def doubled(name="doubled", source="stored", create=create_table):
    return WorkingTable(name, (source,), lambda made, _: create(made, name, f"select 2 * x as x from {source}"))


def test_a_working_table_is_there_for_the_body_alone(connection):
    with working_tables(connection, (doubled(), doubled("view", "doubled", create_view))):
        assert values(connection, "doubled") == [2]
        assert values(connection, "view") == [4]
    assert not is_there(connection, "doubled")
    assert not is_there(connection, "view")


def test_an_error_in_the_body_leaves_no_working_table(connection):
    with pytest.raises(ZeroDivisionError), working_tables(connection, (doubled(),)):
        raise ZeroDivisionError
    assert not is_there(connection, "doubled")


def test_an_error_while_making_a_table_leaves_none(connection):
    with pytest.raises(duckdb.CatalogException), working_tables(connection, (doubled(), doubled("bad", "nowhere"))):
        pass
    assert not is_there(connection, "doubled")


def test_a_table_that_is_there_already_is_used_and_stays(connection):
    with working_tables(connection, (doubled(),)):
        with working_tables(connection, (doubled(source="nowhere"),)):
            assert values(connection, "doubled") == [2]
        assert values(connection, "doubled") == [2]


def test_tables_that_the_body_does_not_read_are_dropped_before_it(connection):
    with working_tables(connection, (doubled(), doubled("again", "doubled")), keep=("again",)):
        assert not is_there(connection, "doubled")
        assert values(connection, "again") == [4]
    assert not is_there(connection, "again")


def test_a_table_is_made_for_the_day_asked_for(connection):
    days = []

    def make(connection, since):
        days.append(since)
        create_table(connection, "t", "select 1 as x")

    with working_tables(connection, (WorkingTable("t", (), make),), since=DAY):
        pass
    assert days == [DAY]


def test_rows_become_a_table_that_needs_them_no_longer(connection):
    create_from_rows(connection, "rows", pa.table({"x": [3]}))
    assert values(connection, "rows") == [3]


def test_registered_rows_are_there_for_the_body_alone(connection):
    with registered(connection, rows=pa.table({"x": [3]})):
        assert values(connection, "rows") == [3]
    assert not is_there(connection, "rows")


def test_replaced_rows_leave_those_of_earlier_dates(connection):
    rows = pa.table({"x": [7], "date": pa.array([NEXT_DAY])})
    replace_table(connection, "stored", rows, since=NEXT_DAY)
    assert values(connection, "stored") == [1, 7]
    replace_table(connection, "stored", rows)
    assert values(connection, "stored") == [7]


def test_an_overlay_reads_earlier_rows_from_the_view_below(connection):
    connection.execute("create view v as select * from stored")
    overlay_view(connection, "v", pa.table({"x": [7], "date": pa.array([NEXT_DAY])}), since=NEXT_DAY)
    connection.execute("update stored set x = 5")
    assert values(connection, "v") == [5, 7]


def test_a_view_held_in_memory_is_a_view_again_afterwards(connection):
    connection.execute("create view v as select * from stored")
    connection.execute("create view above as select x from main.v")
    with in_memory(connection, "v", columns=("x",)):
        connection.execute("update stored set x = 5")
        assert values(connection, "above") == [1]
    assert values(connection, "above") == [5]


def test_a_table_is_in_memory_already(connection):
    with in_memory(connection, "stored", columns=("x",)):
        connection.execute("update stored set x = 5")
    assert values(connection, "stored") == [5]


def test_a_run_leaves_no_working_table(tmp_path):
    store = Store(str(tmp_path / "store"))
    write_days(store, make_world(), first=0, days=2, calls_a_day=6, callers=no_callers())
    with open_duckdb(store, tables=READ_TABLES, bare=contact_days.OF_CALLS) as connection:
        contact_days.contact_days(store, connection, settings="", rubric_ids=[RUBRIC])
        with working_tables(connection, contact_days.NEWEST_ROWS):
            Analytics(finder=WordPairs())(AnalyticsInput(connection, since=None))
        declared = (*contact_days.NEWEST_ROWS, *WORKING_TABLES)
        assert [table.name for table in declared if is_there(connection, table.name)] == []


def failing(connection, *, since):
    raise ZeroDivisionError


def test_a_measure_that_fails_leaves_no_shared_table():
    calls = [contact("a", 0), contact("b", 4)]
    connection = with_repeats(calls, [matched("b", "a", 4)], about("b", "t1"))
    arrivals, chains = (one for one in MEASURES if one.name in ("arrivals", "chains"))
    failing_chains = Measure("chains", reads=chains.reads, rows=failing, dated=True)
    with pytest.raises(ZeroDivisionError):
        run_measures(connection, since=None, measures=[arrivals, failing_chains])
    assert [table.name for table in WORKING_TABLES if is_there(connection, table.name)] == []


def test_one_module_makes_and_drops_working_tables():
    found = [
        path.relative_to(ANALYTICS).as_posix()
        for path in sorted(ANALYTICS.rglob("*.py"))
        if MAKES_OR_DROPS.search(path.read_text("utf-8"))
    ]
    assert found == ["measure/working_tables.py"]
