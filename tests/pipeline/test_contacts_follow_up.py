from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from repeat_calls import about, contact, matched, moment, with_repeats

from pipeline.analytics.contacts.chains import find_chains
from pipeline.analytics.contacts.follow_up import FOLLOW_UP, find_arrivals
from pipeline.analytics.contacts.ownership import ownership_figures
from pipeline.analytics.contacts.resolution import resolution_figures
from pipeline.analytics.contacts.resolution_vs_speed import resolution_speed_figures
from pipeline.analytics.measure.working_tables import is_there, working_tables


def store():
    calls = [contact("a", 0), contact("b", 0, minute=10, agents=("a2",)), contact("c", 4), contact("d", 20)]
    return with_repeats(calls, [matched("c", "b", 4)], about("b", "t1"))


def test_an_arrival_has_what_came_before_and_after_it():
    connection = store()
    with working_tables(connection, (FOLLOW_UP,)):
        rows = connection.execute(
            """select arrival_id, chain_id, topic_id, agent_id, days_since, days_until, round(watched_days, 3),
                past_days from follow_up order by first_at"""
        ).fetchall()
    assert rows == [
        ("a", "a", "t1", "a2", None, 4.0, 19.993, 0.0),
        ("c", "a", "", "a1", 4.0, None, 16.0, 4.0),
        ("d", "d", "", "a1", None, None, 0.0, 20.0),
    ]


def test_figures_are_the_same_alone_and_from_a_shared_follow_up():
    figures = (resolution_figures, ownership_figures, resolution_speed_figures)
    alone = [find(store()) for find in figures]
    connection = store()
    with working_tables(connection, (FOLLOW_UP,)):
        together = [find(connection) for find in figures]
        assert is_there(connection, "follow_up")
    assert not is_there(connection, "follow_up")
    assert all(one.equals(other) for one, other in zip(alone, together, strict=True))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 2), st.booleans()), min_size=2, max_size=16),
    st.integers(20, 60),
)
def test_a_night_gives_the_same_rows_as_a_full_run(drawn, since_day):
    calls = [
        contact(f"c{number:02d}", day, minute=number, customer_id=f"K{customer}")
        for number, (day, customer, _) in enumerate(drawn)
    ]
    calls.sort(key=lambda one: one["started_at"])
    links = [
        matched(later["call_id"], earlier["call_id"], (later["started_at"] - earlier["started_at"]).days)
        for (earlier, later), (_, _, linked) in zip(pairwise(calls), drawn, strict=False)
        if linked
        and earlier["customer_id"] == later["customer_id"]
        and timedelta(hours=1) < later["started_at"] - earlier["started_at"] < timedelta(days=14)
    ]
    since = moment(since_day).date()
    connection = with_repeats(calls, links, about("c00", "t1"))
    for find, key in ((find_arrivals, "arrival_id"), (find_chains, "chain_id")):
        whole, late = find(connection), find(connection, since=since)
        begin = since - timedelta(days=16)
        assert late.to_pylist() == [row for row in whole.to_pylist() if row["date"] >= begin]
        assert len(set(whole[key].to_pylist())) == len(whole)


def test_follow_up_reads_stored_arrivals_and_keeps_them():
    connection = store()
    with working_tables(connection, (FOLLOW_UP,)):
        assert connection.execute("select count(*) from follow_up").fetchall() == [(3,)]
    assert is_there(connection, "arrivals")
