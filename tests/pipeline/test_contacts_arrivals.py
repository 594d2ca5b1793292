from itertools import pairwise

import pytest
from analytics_store import memory_store
from hypothesis import given, settings
from hypothesis import strategies as st
from repeat_calls import contact

from pipeline.analytics.contacts.arrivals import RepeatRules, create_arrival_calls


def arrivals(contacts, **options):
    store = memory_store(contacts=contacts)
    create_arrival_calls(store, rules=options.pop("rules", RepeatRules()), **options)
    query = "select call_id, arrival_id, place, last_call_id from arrival_calls order by call_id"
    return store.execute(query).fetchall()


@pytest.mark.parametrize(("minute", "handed_on"), [(14.9, True), (15, False)])
def test_a_call_soon_after_the_previous_one_began_is_a_transfer(minute, handed_on):
    rows = arrivals([contact("a"), contact("b", minute=minute)])
    assert rows == ([("a", "a", 1, "b"), ("b", "a", 2, "b")] if handed_on else [("a", "a", 1, "a"), ("b", "b", 1, "b")])


@pytest.mark.parametrize(("minute", "handed_on"), [(40, True), (41, True), (42, False)])
def test_a_transfer_of_a_long_call_begins_when_it_ends(minute, handed_on):
    rows = arrivals([contact("a", duration_s=2400), contact("b", minute=minute)])
    assert (rows[1][1] == "a") is handed_on


def test_a_call_of_unknown_length_is_judged_by_its_start():
    assert [row[1] for row in arrivals([contact("a", duration_s=None), contact("b", minute=20)])] == ["a", "b"]


def test_a_call_transferred_twice_is_one_arrival():
    rows = arrivals([contact(name, minute=10 * number) for number, name in enumerate("abc")])
    assert rows == [("a", "a", 1, "c"), ("b", "a", 2, "c"), ("c", "a", 3, "c")]


def test_calls_of_different_customers_are_different_arrivals():
    assert [row[1] for row in arrivals([contact("a"), contact("b", minute=5, customer_id="K2")])] == ["a", "b"]


def test_calls_without_a_customer_or_a_time_are_left_out():
    assert arrivals([contact("a", customer_id=""), contact("b", 1) | {"started_at": None}]) == []


def test_an_id_with_too_many_calls_in_some_week_is_shared():
    calls = [contact(f"c{number:02d}", number * 0.6, customer_id="switchboard") for number in range(11)]
    assert arrivals(calls) == []
    assert len(arrivals(calls[:10])) == 10
    assert len(arrivals([contact(f"c{number:02d}", number * 0.7) for number in range(11)])) == 11


def test_a_night_reads_all_calls_of_the_customers_that_called():
    calls = [contact("a", 0), contact("b", 30), contact("x", 0, customer_id="K2")]
    assert [row[0] for row in arrivals(calls, since=calls[1]["date"])] == ["a", "b"]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 60)), min_size=1, max_size=10, unique_by=lambda call: call[0]
    )
)
def test_arrivals_partition_the_calls_in_order_of_time(calls):
    rules = RepeatRules(most_calls_a_week=99)
    contacts = [
        contact(f"c{number:02d}", minute=minute, duration_s=60.0 * length)
        for number, (minute, length) in enumerate(calls)
    ]
    rows = {row[0]: row for row in arrivals(contacts, rules=rules)}
    assert set(rows) == {one["call_id"] for one in contacts}
    in_order = sorted(contacts, key=lambda one: one["started_at"])
    for former, later in pairwise(in_order):
        apart_s = (later["started_at"] - former["started_at"]).total_seconds()
        handed_on = apart_s < 15 * 60 or apart_s <= former["duration_s"] + 60
        _, arrival_id, place, _ = rows[later["call_id"]]
        assert (arrival_id == rows[former["call_id"]][1]) is handed_on
        assert place == (rows[former["call_id"]][2] + 1 if handed_on else 1)
        assert handed_on or arrival_id == later["call_id"]
