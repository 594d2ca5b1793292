import numpy as np
import pytest
from analytics_store import memory_store

from pipeline.analytics.satisfaction.figures import satisfaction_figures
from pipeline.analytics.statistics.intervals import wilson
from pipeline.store.schemas import schema_of

ESTIMATES = (2.0, 3.0, 4.0, 5.0)


def figures(*, error=0.0, spread=1.0, hidden=(None, None, False, True), **tables):
    contacts = [
        {"call_id": f"c{place}", "agents": ["a", "b"] if place == 0 else ["a"], "queue": "q" if place < 2 else ""}
        for place in range(4)
    ]
    rows = [
        {"call_id": f"c{place}", "estimate": estimate, "spread": spread, "error": error, "hidden_dissatisfied": fine}
        for place, (estimate, fine) in enumerate(zip(ESTIMATES, hidden, strict=True))
    ]
    connection = memory_store(contacts=contacts, satisfaction=rows, **{"call_topics": [], **tables})
    found = satisfaction_figures(connection)
    assert found.schema.names == schema_of("figures").names[2:-1]
    return {(row["measure"], row["dimension"], row["key"]): row for row in found.to_pylist()}


def test_the_interval_of_the_mean_covers_surveys_of_each_call():
    row = figures()["satisfaction", "all", ""]
    assert (row["n"], row["estimate"], row["ranked"], row["censored"], row["band"]) == (4, 3.5, False, 0, None)
    half = 1.959964 * np.sqrt((np.var(ESTIMATES, ddof=1) + 1.0) / 4)
    assert (row["low"], row["high"]) == pytest.approx((3.5 - half, min(3.5 + half, 5.0)), abs=1e-5)


def test_the_uncertainty_of_the_weights_is_not_averaged_away():
    row = figures(error=0.5, spread=0.0)["satisfaction", "all", ""]
    half = 1.959964 * np.sqrt(np.var(ESTIMATES, ddof=1) / 4 + 0.25)
    assert row["low"] == pytest.approx(3.5 - half, abs=1e-5)


def test_a_call_counts_for_its_last_agent_and_each_of_its_topics():
    topics = [
        {"call_id": "c0", "issue": 1, "topic_id": "t1"},
        {"call_id": "c0", "issue": 2, "topic_id": "t1"},
        {"call_id": "c0", "issue": 3, "topic_id": "t2"},
        {"call_id": "c1", "issue": 1, "topic_id": "other"},
    ]
    rows = figures(call_topics=topics)
    means = {key: (row["n"], row["estimate"]) for key, row in rows.items() if key[0] == "satisfaction"}
    assert means == {
        ("satisfaction", "all", ""): (4, 3.5),
        ("satisfaction", "agent", "a"): (3, 4.0),
        ("satisfaction", "agent", "b"): (1, 2.0),
        ("satisfaction", "queue", "q"): (2, 2.5),
        ("satisfaction", "topic", "t1"): (1, 2.0),
        ("satisfaction", "topic", "t2"): (1, 2.0),
    }


def test_the_rate_is_over_calls_that_count_as_satisfied():
    rows = figures()
    row = rows["hidden_dissatisfied_rate", "all", ""]
    bounds = wilson(1, 2)
    assert (row["n"], row["estimate"]) == (2, 0.5)
    assert (row["low"], row["high"]) == pytest.approx((bounds.low, bounds.high), abs=1e-6)
    assert ("hidden_dissatisfied_rate", "agent", "b") not in rows


def test_groups_with_enough_calls_are_ranked():
    contacts = [{"call_id": f"c{place}", "queue": "q" if place < 20 else "r"} for place in range(39)]
    rows = [{"call_id": f"c{place}", "estimate": 3.0, "spread": 1.0, "error": 0.1} for place in range(39)]
    found = satisfaction_figures(memory_store(contacts=contacts, satisfaction=rows, call_topics=[])).to_pylist()
    assert {row["key"]: row["ranked"] for row in found if row["dimension"] == "queue"} == {"q": True, "r": False}


def test_an_empty_store_has_no_satisfaction_figures():
    assert len(satisfaction_figures(memory_store(satisfaction=[], call_topics=[]))) == 0
