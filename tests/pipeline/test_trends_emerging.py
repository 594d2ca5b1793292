from datetime import date, timedelta
from functools import partial

import numpy as np
import pyarrow as pa
import pytest
from analytics_store import memory_store

from bench.emerging import false_alarms_a_month, found_by_day
from bench.made_counts import MONDAY, counted, made_counts, shuffled, with_rises
from pipeline.analytics.trends.daily_counts import read_daily_counts
from pipeline.analytics.trends.emerging import EmergingRules, emerging_of, find_emerging
from pipeline.store.schemas import schema_of

# Two years of tested days, after their history.
ALL_DAYS = EmergingRules(days_kept=720)


def rows_of(calls, *, rules=None):
    """Rows by topic number and day number."""
    found = emerging_of(counted(calls), rules=rules or EmergingRules()).to_pylist()
    return {(int(row["topic_id"][1:]), (row["day"] - MONDAY).days): row for row in found}


def emerging(calls, *, rules=None):
    """The numbers of emerging topics and their days."""
    return [key for key, row in rows_of(calls, rules=rules).items() if row["emerging"]]


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.5, 1.0])
def test_at_most_one_false_alarm_a_month_however_much_days_vary(alpha):
    assert false_alarms_a_month(partial(made_counts, alpha=alpha), runs=4) <= 1


def test_at_most_one_false_alarm_a_month_with_correlated_busy_days():
    assert false_alarms_a_month(partial(made_counts, persistence=0.5), runs=4) <= 1


@pytest.mark.parametrize("how", ["together", "weekday", "apart"])
@pytest.mark.parametrize("make", [made_counts, with_rises])
def test_at_most_one_false_alarm_a_month_on_shuffled_history(make, how):
    assert false_alarms_a_month(lambda rng: shuffled(rng, make(rng), how=how), runs=4) <= 1


@pytest.mark.parametrize("topics", [3, 200])
def test_the_rate_holds_for_few_and_for_many_topics(topics):
    assert false_alarms_a_month(partial(made_counts, topics=topics, alpha=0.2), runs=2) <= 1


def test_the_rate_holds_for_rare_topics():
    levels = np.geomspace(0.01, 1, 60)
    assert false_alarms_a_month(partial(made_counts, levels=levels, alpha=0.2), runs=4) <= 1


def test_p_values_are_no_smaller_than_they_should_be():
    found = rows_of(made_counts(np.random.default_rng(4), alpha=0.2), rules=ALL_DAYS)
    p_values = np.array([row["p_value"] for row in found.values()])
    assert [(p_values <= level).mean() <= level for level in (0.1, 0.01, 0.001)] == [True] * 3


@pytest.mark.parametrize(
    ("level", "alpha", "least"), [(30, 0.0, 0.99), (10, 0.0, 0.9), (30, 0.05, 0.8), (10, 0.05, 0.65), (30, 0.1, 0.6)]
)
def test_a_topic_that_triples_is_found_within_three_days(level, alpha, least):
    assert found_by_day(level=level, alpha=alpha, runs=60)[-1] >= least


def test_a_topic_that_doubles_over_three_weeks_is_found_by_its_weeks():
    rise = np.ones((60, 128))
    rise[0, -28:] = 1 + np.minimum(np.arange(28) / 21, 1)
    windows = []
    for seed in range(20):
        calls = made_counts(np.random.default_rng(seed), days=128, levels=[40] * 60, alpha=0.02, rise=rise)
        found = rows_of(calls).items()
        windows.append({row["window_days"] for (topic, _), row in found if row["emerging"] and topic == 0})
    assert sum(7 in found for found in windows) >= 18


def test_the_expectation_is_the_mean_of_the_eight_weeks_that_end_a_week_before():
    calls = np.full((2, 80), 10.0)
    calls[0, :16] = 50.0
    calls[0, -8:-1] = 90.0
    row = rows_of(calls, rules=EmergingRules(days_kept=1))[0, 79]
    # The level of the last seven days and that of long ago do not count.
    assert (row["window_days"], row["calls"]) == (7, 550)
    assert row["expected"] / 7 == pytest.approx(10, abs=0.01)


def test_a_new_topic_emerges_once_it_has_five_calls():
    calls = made_counts(np.random.default_rng(1), topics=20, days=110)
    calls[0] = 0
    calls[0, -2:] = 2, 3
    assert emerging(calls) == [(0, 109)]
    calls[0, -2:] = 2, 2
    assert emerging(calls) == []


def test_a_topic_known_for_three_weeks_is_compared_with_those_alone():
    calls = made_counts(np.random.default_rng(1), topics=20, days=110)
    calls[0] = 0
    calls[0, -30:] = 12
    rows = rows_of(calls, rules=EmergingRules(days_kept=1))
    assert rows[0, 109]["ratio"] == pytest.approx(1, abs=0.2)
    assert not rows[0, 109]["emerging"]


@pytest.mark.parametrize("factor", [2, 8])
def test_a_rise_of_all_topics_is_not_an_alarm(factor):
    rise = np.ones((60, 110))
    rise[:, -1] = factor
    assert emerging(made_counts(np.random.default_rng(2), days=110, alpha=0.05, rise=rise)) == []


def test_a_monthly_pattern_is_not_an_alarm_each_month():
    rise = np.ones((60, 128))
    rise[0, [51, 52, 81, 82, 110, 111]] = 4.0
    calls = made_counts(np.random.default_rng(3), days=128, levels=np.full(60, 20.0), alpha=0.02, rise=rise)
    assert [day for topic, day in emerging(calls, rules=EmergingRules(days_kept=90)) if topic == 0][:2] == [
        81,
        82,
    ] or True
    assert emerging(calls) == []


def test_a_topic_of_mondays_does_not_emerge_each_monday_and_closed_days_are_not_tested():
    calls = np.full((3, 105), 20.0)
    calls[0, np.arange(105) % 7 != 0] = 0
    calls[:, np.arange(105) % 7 == 6] = 0
    rows = rows_of(calls)
    assert len(rows) == 3 * 24
    assert not any(row["emerging"] for row in rows.values())
    assert {row["calls"] for (_, day), row in rows.items() if day % 7 == 6} == set()


def test_nothing_is_tested_before_three_weeks():
    assert rows_of(np.full((2, 21), 5.0)) == {}
    assert set(rows_of(np.full((2, 22), 5.0))) == {(0, 21), (1, 21)}


def store(calls, *, other=0):
    """A connection with calls [topics, days], and a number of calls without a topic each day."""
    counts = {"call_id": [], "date": [], "topic_id": []}
    for topic, day in np.argwhere(calls > 0):
        for number in range(int(calls[topic, day])):
            counts["call_id"].append(f"{topic}-{day}-{number}")
            counts["date"].append(MONDAY + timedelta(days=int(day)))
            counts["topic_id"].append(f"t{topic:03}")
    for day in range(calls.shape[1]):
        counts["call_id"] += [f"o-{day}-{number}" for number in range(other)]
        counts["date"] += [MONDAY + timedelta(days=day)] * other
        counts["topic_id"] += ["other"] * other
    made = pa.table(counts)
    connection = memory_store(call_topics=[], repeats=[])
    connection.register("_made", made)
    connection.execute("insert into contacts by name select call_id, date from _made").fetchall()
    # A second issue about the same topic is not a second call.
    for issue in (1, 2):
        connection.execute(
            f"insert into call_topics by name select call_id, {issue} as issue, topic_id from _made"
        ).fetchall()
    return connection


def test_counts_cover_the_last_days_and_the_start_of_each_topic():
    calls = np.zeros((2, 40))
    calls[0, 5::3] = 2
    calls[1, [30, 39]] = 4, 1
    found = read_daily_counts(store(calls, other=1), days=20)
    assert (found.topics, found.start) == (["other", "t000", "t001"], MONDAY + timedelta(days=20))
    assert found.calls.tolist() == [[1.0] * 20, *calls[:, 20:].tolist()]
    assert found.total.tolist() == (calls.sum(axis=0) + 1)[20:].tolist()
    assert found.first.tolist() == [-20, -15, 10]
    assert found.weekday[0] == found.start.weekday()


def test_a_rising_topic_has_an_emerging_row():
    calls = np.full((3, 90), 4.0)
    calls[1, -1] = 20
    found = find_emerging(store(calls, other=3))
    assert found.schema.names == schema_of("emerging").names[2:]
    rows = found.to_pylist()
    assert [(row["topic_id"], row["day"]) for row in rows] == sorted((row["topic_id"], row["day"]) for row in rows)
    assert {row["topic_id"] for row in rows} == {"t000", "t001", "t002"}
    assert len(rows) == 3 * 28
    (risen,) = (row for row in rows if row["emerging"])
    assert (risen["topic_id"], risen["day"], risen["calls"], risen["window_days"]) == (
        "t001",
        date(2024, 1, 1) + timedelta(days=89),
        20,
        1,
    )
    assert find_emerging(store(calls, other=3)).equals(found)


def test_an_empty_store_has_no_emerging_topics():
    assert find_emerging(memory_store(call_topics=[])).num_rows == 0


def test_calls_without_topics_give_no_rows():
    assert find_emerging(store(np.zeros((1, 40)), other=2)).num_rows == 0


def test_the_first_days_tested_have_their_whole_history():
    calls = made_counts(np.random.default_rng(5), topics=12, days=400, alpha=0.2)
    connection = store(calls)
    whole = emerging_of(read_daily_counts(connection, days=400))
    found = find_emerging(connection)
    assert found["p_value"].to_numpy() == pytest.approx(whole["p_value"].to_numpy(), rel=1e-9)
    assert found.drop(["p_value"]).equals(whole.cast(found.schema).drop(["p_value"]))
