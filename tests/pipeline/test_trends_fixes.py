from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from analytics_store import memory_store

from pipeline.analytics.trends.fixes import FixRules, find_fixes
from pipeline.store.schemas import schema_of

LAST = date(2026, 3, 30)
FEW = FixRules(fewest_calls=1)


def store(calls):
    """A connection with calls of (topics, minutes, days before the last) and other columns."""
    rows = [{"call_id": f"c{place:06}", **call} for place, call in enumerate(calls)]
    contacts = pa.table(
        {
            "call_id": [row["call_id"] for row in rows],
            "date": pa.array([LAST - timedelta(days=row.get("ago", 0)) for row in rows], pa.date32()),
            "duration_s": pa.array([row["minutes"] and row["minutes"] * 60.0 for row in rows], pa.float64()),
        }
    )
    issues = [(row["call_id"], issue, topic) for row in rows for issue, topic in enumerate(row["topics"], start=1)]
    repeats = [
        {"call_id": row["call_id"], "method": "matched", "topic_id": row["again"]} for row in rows if "again" in row
    ]
    judged = [{"call_id": row["call_id"], "dissatisfied": row["unhappy"]} for row in rows if "unhappy" in row]
    connection = memory_store(call_topics=[], repeats=repeats, satisfaction=judged)
    connection.register("_contacts", contacts)
    connection.execute("insert into contacts by name select * from _contacts").fetchall()
    names = ("call_id", "issue", "topic_id")
    connection.register("_issues", pa.table({name: [row[at] for row in issues] for at, name in enumerate(names)}))
    connection.execute("insert into call_topics by name select * from _issues").fetchall()
    return connection


def fixes(calls, *, rules=FEW):
    found = find_fixes(store(calls), rules=rules)
    assert found.schema.names == schema_of("fixes").names[2:]
    rows = found.to_pylist()
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    return {row["topic_id"]: row for row in rows}


def test_hours_lost_are_repeats_and_excess_time_over_the_median_topic():
    calls = [
        {"topics": ["t1"], "minutes": 10},
        {"topics": ["t1"], "minutes": 30, "again": "t1"},
        {"topics": ["t2"], "minutes": 40},
        {"topics": ["t2"], "minutes": 40},
        {"topics": ["t3"], "minutes": 5},
    ]
    rows = fixes(calls)
    # The means without repeats are 10, 40 and 5 minutes.
    assert {topic: row["hours_lost"] for topic, row in rows.items()} == {"t2": 1.0, "t1": 0.5, "t3": 0.0}
    assert list(rows) == ["t2", "t1", "t3"]
    row = rows["t1"]
    assert (row["calls"], row["repeat_rate"], row["handle_s"], row["unhappy_rate"]) == (2, 0.5, 1200.0, None)


def test_the_reason_names_the_larger_part_first_and_all_figures():
    calls = [
        {"topics": ["t1"], "minutes": 20, "unhappy": 0.5},
        {"topics": ["t1"], "minutes": 60, "again": "", "unhappy": 0.7},
        {"topics": ["t2"], "minutes": 10, "unhappy": 0.0},
        {"topics": ["t3"], "minutes": 5},
    ]
    rows = fixes(calls)
    assert rows["t1"]["reason"] == (
        "1 of 2 calls repeat an earlier one (1.0 h); its other calls take longer than the median topic's (0.2 h); "
        "a call takes 40.0 min; 60% of its customers are probably dissatisfied, 40% of all"
    )
    assert rows["t3"]["reason"] == "1 calls, no hours beyond the median topic's; a call takes 5.0 min"
    assert (rows["t1"]["unhappy_rate"], rows["t3"]["unhappy_rate"]) == (0.6, None)


def test_a_repeat_about_two_issues_is_split_if_neither_is_named():
    def hours(again):
        return {
            topic: row["hours_lost"]
            for topic, row in fixes([{"topics": ["t1", "t2"], "minutes": 60, "again": again}]).items()
        }

    assert hours("") == {"t1": 0.5, "t2": 0.5}
    assert hours("t2") == {"t1": 0.0, "t2": 1.0}


def test_unhappy_customers_do_not_affect_the_rank():
    calls = [
        {"topics": ["t1"], "minutes": 30, "again": "t1", "unhappy": 0.1},
        {"topics": ["t2"], "minutes": 20, "again": "t2", "unhappy": 0.9},
    ]
    assert [(topic, row["unhappy_rate"]) for topic, row in fixes(calls).items()] == [("t1", 0.1), ("t2", 0.9)]


def test_other_and_rare_topics_are_left_out_and_do_not_affect_the_median():
    calls = [{"topics": ["t1"], "minutes": 10}] * 20 + [{"topics": ["t2"], "minutes": 10}] * 19
    calls += [{"topics": ["other"], "minutes": 90}] * 40
    assert [(topic, row["hours_lost"]) for topic, row in fixes(calls, rules=FixRules()).items()] == [("t1", 0.0)]


def test_only_the_last_days_count():
    calls = [{"topics": ["t1"], "minutes": 30, "again": "t1", "ago": ago} for ago in (0, 29, 30, 400)]
    assert fixes(calls)["t1"]["hours_lost"] == 1.0


def test_a_call_of_unknown_length_costs_nothing():
    assert fixes([{"topics": ["t1"], "minutes": None, "again": "t1"}])["t1"]["hours_lost"] == 0.0


def test_an_empty_store_has_nothing_to_fix():
    assert fixes([]) == {}


def month(rng, *, topics=8, calls_a_day=6.0, days=30):
    """Simulate a month: a third are repeats, the time depends on the topic, and days are overdispersed."""
    minutes = np.linspace(4, 11, topics)
    for topic in range(topics):
        for ago in range(days):
            for _ in range(rng.poisson(calls_a_day * rng.gamma(10, 0.1))):
                call = {"topics": [f"t{topic}"], "minutes": float(rng.gamma(3, minutes[topic] / 3)), "ago": ago}
                yield call | ({"again": f"t{topic}"} if rng.random() < 1 / 3 else {})


def test_the_interval_covers_the_expected_hours():
    """True hours a month: repeats are a third of 180 calls, the median topic's calls take 7.5 minutes."""
    expected = {f"t{topic}": (60 * m + 120 * max(m - 7.5, 0)) / 60 for topic, m in enumerate(np.linspace(4, 11, 8))}
    inside = [
        row["low"] <= expected[topic] <= row["high"]
        for seed in range(10)
        for topic, row in fixes(month(np.random.default_rng(seed))).items()
        # The median topic's hours are cut off at 0, so its interval need not cover.
        if abs(expected[topic] - 7.5) > 1.5
    ]
    assert len(inside) > 40
    assert np.mean(inside) >= 0.9


def test_the_same_calls_give_the_same_list_in_any_order():
    calls = list(month(np.random.default_rng(3), topics=3))
    first, again = fixes(calls), fixes(calls[::-1])
    assert first == again
    assert all(row["low"] <= row["hours_lost"] <= row["high"] for row in first.values())


def test_a_young_store_is_not_padded_with_days_before_its_first():
    calls = [{"topics": ["t1"], "minutes": 60, "again": "t1", "ago": ago} for ago in range(5)]
    row = fixes(calls)["t1"]
    assert (row["hours_lost"], row["low"], row["high"]) == pytest.approx((5, 5, 5))
