from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from analytics_store import memory_store
from hypothesis import given, settings
from hypothesis import strategies as st
from satisfaction_calls import column, population, survey

from pipeline.analytics.satisfaction.cold_start_prior import NAMES, THRESHOLDS, WEIGHTS
from pipeline.analytics.satisfaction.features import EXPRESSIONS
from pipeline.analytics.satisfaction.satisfaction import find_satisfaction
from pipeline.evaluate.labelled import read_labelled
from pipeline.store.schemas import schema_of

DAY = date(2026, 3, 2)
TRAINING = Path(__file__).parents[2] / "models" / "training"
OUTCOMES = ("unresolved", "follow_up", "resolved")
MOODS = ("negative", "neutral", "positive")


def satisfaction(*contacts, repeats=(), call_topics=(), surveys=(), since=None):
    """The rows by call id; calls are named by their position unless given an id."""
    named = [{"call_id": f"c{place}", "date": DAY, "agents": ["a"]} | row for place, row in enumerate(contacts)]
    connection = memory_store(contacts=named, repeats=repeats, call_topics=call_topics, surveys=surveys)
    return {row["call_id"]: row for row in find_satisfaction(connection, since=since).to_pylist()}


def test_the_columns_are_those_of_the_table_without_the_part():
    found = find_satisfaction(memory_store(repeats=[], call_topics=[], surveys=[]))
    assert found.schema.names == schema_of("satisfaction").names[1:]
    assert len(found) == 0


def test_there_is_a_feature_for_every_weight_and_each_has_a_reason():
    assert tuple(EXPRESSIONS) == NAMES
    assert all(weight.reason and weight.unit for weight in WEIGHTS)


def test_a_call_without_features_is_estimated_by_the_thresholds():
    row = satisfaction({"outcome": "follow_up"})["c0"]
    assert (row["estimate"], row["low"], row["high"]) == (3.6691, 1.0, 5.0)
    assert (row["model"], row["drivers"], row["hidden_dissatisfied"]) == ("cold", [], None)


def test_drivers_are_listed_strongest_first():
    call = {"outcome": "unresolved", "sentiment_end": "negative", "sentiment_start": "negative", "hold_s": 180.0}
    drivers = satisfaction(call)["c0"]["drivers"]
    assert [(driver["name"], driver["effect"]) for driver in drivers] == [
        ("ends_negative", -1.3),
        ("unresolved", -1.2),
        ("hold", -0.5),
        ("begins_negative", -0.2),
    ]


@pytest.mark.parametrize(
    ("effort", "points"),
    [
        ({"repetitions": 2}, -0.5),
        ({"repetitions": 40}, -1.0),
        ({"hold_s": 60.0}, -0.25),
        ({"agents": ["a", "b", "c"]}, -0.8),
        ({"agents": []}, 0.0),
        ({"silence_share": 0.5}, -0.4),
        ({"escalated": True}, -0.8),
        ({"churn": True}, -0.9),
        ({"says_repeat": True}, -0.4),
    ],
    ids=str,
)
def test_effort_costs_points(effort, points):
    drivers = satisfaction({"outcome": "follow_up"} | effort)["c0"]["drivers"]
    assert sum(driver["effect"] for driver in drivers) == pytest.approx(points)


def test_a_call_that_is_repeated_is_estimated_lower_and_so_is_the_repeat():
    repeats = [{"call_id": "c1", "method": "matched", "earlier_call_id": "c0"}]
    rows = satisfaction({"outcome": "resolved"}, {"outcome": "resolved"}, repeats=repeats)
    assert [driver["name"] for driver in rows["c0"]["drivers"]] == ["resolved", "called_again"]
    assert [driver["name"] for driver in rows["c1"]["drivers"]] == ["resolved", "called_before"]


def test_a_long_call_is_compared_with_its_topic():
    calls = [{"outcome": "follow_up", "duration_s": 800.0 if place == 0 else 200.0} for place in range(30)]
    topics = [{"call_id": f"c{place}", "issue": 1, "topic_id": "t1"} for place in range(30)]
    rows = satisfaction(*calls, call_topics=topics)
    assert rows["c0"]["drivers"] == [{"name": "long_for_topic", "effect": -0.5}]
    assert rows["c1"]["drivers"] == []
    assert satisfaction(*calls[:10], call_topics=topics)["c0"]["drivers"] == []


@settings(max_examples=20, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "sentiment_start": st.sampled_from(MOODS),
            "sentiment_middle": st.sampled_from(MOODS),
            "repetitions": st.integers(0, 6),
            "hold_s": st.floats(0, 2000),
            "escalated": st.booleans(),
            "churn": st.booleans(),
        }
    )
)
def test_a_better_outcome_or_end_never_lowers_the_estimate_or_its_bounds(call):
    was_negative = "negative" in (call["sentiment_start"], call["sentiment_middle"])
    calls = [
        call | {"outcome": outcome, "sentiment_end": mood, "recovered": was_negative and mood != "negative"}
        for outcome in OUTCOMES
        for mood in MOODS
    ]
    rows = satisfaction(*calls)
    for name in ("estimate", "low", "high"):
        grid = np.array([rows[f"c{place}"][name] for place in range(9)]).reshape(3, 3)
        assert (np.diff(grid, axis=0) >= 0).all()
        assert (np.diff(grid, axis=1) >= 0).all()


def test_labelled_calls_are_ordered_by_common_sense():
    order = {"resolved": 1, "positive": 1, "unresolved": -1, "negative": -1}
    calls, sense = [], []
    labelled = [call.labels for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    for labels in (each for each in labelled if "outcome" in each):
        ends = {"outcome": labels["outcome"], "sentiment_end": labels["sentiment_end"]}
        marks = {"escalated": labels["escalation_request"] == "yes", "churn": labels["churn_risk"] == "yes"}
        start = {"sentiment_start": labels["sentiment_start"], "says_repeat": labels["repeat_contact"] == "yes"}
        calls.append({**ends, **marks, **start})
        sense.append(sum(order.get(value, 0) for value in ends.values()) - sum(marks.values()))
    from scipy.stats import spearmanr

    rows = satisfaction(*calls)
    assert spearmanr([rows[f"c{place}"]["estimate"] for place in range(len(calls))], sense).statistic > 0.95


def test_an_increment_gives_the_same_rows_from_two_weeks_before():
    people = population(3_000, seed=1)
    survey(people, np.random.default_rng(2).random(3_000) < 0.1)
    since = date(2026, 4, 20)
    whole = find_satisfaction(people.connection).to_pylist()
    part = find_satisfaction(people.connection, since=since).to_pylist()
    assert part == [row for row in whole if row["date"] >= since - timedelta(days=14)]
    assert part[0]["model"] not in ("", "cold")


def test_the_same_tables_give_the_same_rows():
    people = population(2_000, seed=1)
    survey(people, np.random.default_rng(2).random(2_000) < 0.2)
    assert find_satisfaction(people.connection).equals(find_satisfaction(people.connection))


def test_too_few_surveys_leave_the_cold_start():
    people = population(500, seed=1)
    survey(people, np.arange(500) < 99)
    found = find_satisfaction(people.connection)
    assert set(column(found, "model")) == {"cold"}
    assert np.isfinite(column(found, "surveyed")).sum() == 99


@pytest.mark.parametrize(
    ("surveyed", "closed_as", "outcome", "hidden"),
    [
        (5.0, "", "unresolved", True),
        (4.0, "", "", True),
        (3.0, "resolved", "resolved", None),
        (1.0, "resolved", "resolved", None),
        (None, "已解决", "unresolved", True),
        (None, "open", "resolved", None),
        (None, "", "resolved", True),
        (None, "", "unresolved", None),
    ],
)
def test_hidden_dissatisfaction_is_a_call_that_counts_as_satisfied_but_was_not(surveyed, closed_as, outcome, hidden):
    bad = {"outcome": outcome, "sentiment_middle": "negative", "sentiment_end": "negative", "churn": True}
    repeats = [{"call_id": "x", "method": "matched", "earlier_call_id": "c0"}]
    surveys = [{"call_id": "c0", "score": surveyed, "closed_as": closed_as}]
    row = satisfaction(bad, repeats=repeats, surveys=surveys)["c0"]
    assert (row["hidden_dissatisfied"], row["surveyed"], row["closed_as"]) == (hidden, surveyed, closed_as)


def test_a_good_call_that_counts_as_satisfied_is_not_hidden():
    row = satisfaction({"outcome": "resolved", "sentiment_end": "neutral"})["c0"]
    assert row["hidden_dissatisfied"] is False


def test_the_published_weights_are_the_real_ones():
    page = (Path(__file__).parents[2] / "docs" / "satisfaction.md").read_text("utf-8")
    for weight in WEIGHTS:
        assert f"| `{weight.name}` | {weight.points:+.2f} | {weight.unit} | {weight.reason} |" in page
    assert "thresholds " + ", ".join(f"{each:g}".replace("-", "−") for each in THRESHOLDS[:-1]) in page
