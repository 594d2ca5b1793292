import os
from datetime import timedelta
from graphlib import CycleError
from itertools import permutations
from pathlib import Path

import pytest
from analytics_calls import WordPairs
from analytics_graph_page import NODES, analytics_graph_page
from recording_connection import RecordingConnection, tables_named

from bench.made_days import FIRST_DAY, RUBRIC, make_world, no_callers, write_days
from pipeline.analytics.contacts import contact_days
from pipeline.analytics.measure.graph import in_order, needed_by, shared_by
from pipeline.analytics.measure.measure import BaseTables, Measure
from pipeline.analytics.measure.working_tables import WorkingTable, replace_table
from pipeline.analytics.measures import MEASURES, WORKING_TABLES, measures_in_order
from pipeline.analytics.topics.taxonomy import Taxonomy
from pipeline.analytics.topics.topic_tables import find_topic_tables
from pipeline.analytics.update import READ_TABLES
from pipeline.store import Store, open_duckdb
from pipeline.store.schemas import DATED_MEASURES, WHOLE_MEASURES

PAGE = Path(__file__).parents[2] / "docs" / "analytics_graph.md"
DAYS = 20


def measure(name, *reads, table=""):
    return Measure(name, reads=reads, rows=None, table=table)


def working(name, *reads):
    return WorkingTable(name, reads=reads, create=None)


def test_a_node_follows_the_makers_of_what_it_reads():
    nodes = [measure("c", "b"), measure("b", "calls", "w"), working("w", "a"), measure("a", "calls")]
    for listed in permutations(nodes):
        assert [node.name for node in in_order(listed)] == ["a", "w", "b", "c"]


def test_nodes_that_may_come_next_keep_the_order_in_which_they_are_listed():
    nodes = [measure("z"), measure("y"), measure("x", "y")]
    assert [node.name for node in in_order(nodes)] == ["z", "y", "x"]


def test_a_reader_follows_all_measures_of_a_table():
    nodes = [measure("reader", "figures"), measure("one", table="figures"), measure("two", table="figures")]
    assert [node.name for node in in_order(nodes)] == ["one", "two", "reader"]


def test_measures_that_read_each_other_are_refused():
    with pytest.raises(CycleError):
        in_order([measure("a", "b"), measure("b", "a")])


def test_a_working_table_is_needed_through_others():
    tables = {table.name: table for table in (working("v", "calls"), working("w", "v"))}
    assert needed_by(measure("a", "w", "calls"), tables) == {"v", "w"}


def test_a_working_table_is_shared_from_its_first_reader_to_its_last():
    measures = [measure("a", "v"), measure("b"), measure("c", "w"), measure("d", "w")]
    tables = [working("v", "calls"), working("w", "v"), working("u")]
    assert shared_by(measures, tables) == {"v": ("a", "d"), "w": ("c", "d")}


def test_measures_run_in_the_order_of_the_graph():
    assert measures_in_order() == list(MEASURES)


def test_every_table_of_measures_is_made_by_a_node():
    made = {name for node in NODES if not isinstance(node, WorkingTable) for name in node.makes}
    assert made == {*DATED_MEASURES, *WHOLE_MEASURES}


def test_every_working_table_is_read():
    read = {name for node in NODES for name in node.reads}
    assert {table.name for table in WORKING_TABLES} <= read


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("select * from a join parts.b using (x) where x in (select x from c where y = $1)", {"a", "parts.b", "c"}),
        ("with k as (select * from a) select * from k, (from b) limit ?", {"a", "b"}),
        ("create or replace temp table t as select * from a where x > $1", {"a"}),
        ("select * from duckdb_tables()", set()),
        ("set TimeZone = 'UTC'", set()),
    ],
)
def test_the_tables_that_sql_names_are_seen(query, named):
    assert tables_named(query) == named


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = Store(str(tmp_path_factory.mktemp("analytics") / "store"))
    write_days(made, make_world(), first=0, days=DAYS, calls_a_day=12, callers=no_callers())
    return made


def tables_read(store, since, monkeypatch):
    """For each node the tables that its SQL names; every working table is made once, before its readers."""
    recorder = RecordingConnection(open_duckdb(store, tables=READ_TABLES, bare=contact_days.OF_CALLS))
    monkeypatch.setattr(
        contact_days, "open_duckdb", lambda *args, **kw: RecordingConnection(open_duckdb(*args, **kw), recorder.named)
    )
    found = {}
    with recorder:
        for node in NODES:
            recorder.named.clear()
            if isinstance(node, WorkingTable):
                node.create(recorder, since)
            elif isinstance(node, BaseTables):
                run_base(node, recorder, store, since)
            else:
                rows = node.rows(recorder, since=since) if node.dated else node.rows(recorder)
                replace_table(recorder.connection, node.makes[0], rows)
            own = node.makes if isinstance(node, WorkingTable) else ()
            found[node.name] = recorder.named - set(own)
    return found


def run_base(node, recorder, store, since):
    if node.name == "contacts":
        contact_days.contact_days(store, recorder, settings="", rubric_ids=[RUBRIC])
    else:
        find_topic_tables(recorder, since=since, taxonomy=Taxonomy(), finder=WordPairs())


def test_a_node_declares_the_tables_that_its_sql_names(store, monkeypatch):
    nights = [tables_read(store, since, monkeypatch) for since in (None, FIRST_DAY + timedelta(days=DAYS - 1))]
    # The tables before all measures also read their own rows of earlier nights.
    declared = {node.name: {*node.reads, *(node.makes if isinstance(node, BaseTables) else ())} for node in NODES}
    assert {name: nights[0][name] | nights[1][name] for name in declared} == declared


def test_the_page_shows_the_graph_as_it_is():
    """Stale? Run `UPDATE_DOCS=1 pytest tests/pipeline/test_measure_graph.py` and commit the page."""
    page = analytics_graph_page()
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page, "utf-8")
    assert PAGE.read_text("utf-8") == page
