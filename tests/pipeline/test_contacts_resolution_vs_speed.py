import numpy as np
import pytest
from repeat_calls import about, contact, many, matched, with_repeats

from pipeline.analytics.contacts.resolution_vs_speed import resolution_speed_figures

LAST = contact("z", 40, customer_id="K9", agents=("a9",), queue="q9")


def figures(contacts, repeats=(), topics=()):
    rows = resolution_speed_figures(with_repeats([*contacts, LAST], repeats, topics)).to_pylist()
    return {(row["measure"], row["dimension"], row["key"]): row for row in rows}


def test_effectiveness_counts_calls_kept_from_start_to_end_and_not_repeated():
    calls = [
        contact("a", 0, agents=("a1",)),
        contact("b", 0, customer_id="K2", agents=("a1", "a2")),
        contact("c", 0, customer_id="K3", agents=("a1",)),
        contact("d", 3, customer_id="K3", agents=("a3",)),
    ]
    found = figures(calls, [matched("d", "c", 3)], about("a", "t1"))
    rate = {key[1:]: row["estimate"] for key, row in found.items() if key[0] == "effectiveness"}
    assert rate["agent", "a1"] == pytest.approx(1 / 3)
    assert (rate["agent", "a2"], rate["agent", "a3"], rate["topic", "t1"]) == (0.0, 1.0, 1.0)
    assert rate["queue", "q1"] == pytest.approx(0.5)


def test_a_transferred_call_counts_in_both_queues_and_as_resolved_by_nobody():
    calls = [contact("a", 0, queue="q1"), contact("b", 0, minute=5, queue="q2", agents=("a2",))]
    found = figures(calls)
    assert [found["effectiveness", "queue", queue]["estimate"] for queue in ("q1", "q2")] == [0.0, 0.0]


def test_efficiency_is_calls_per_hour_of_handle_time():
    calls = [
        contact("a", 0, duration_s=600),
        contact("b", 0, customer_id="", duration_s=1200, agents=("a1", "a2")),
        contact("c", 1, customer_id="K3", duration_s=None),
    ]
    found = figures(calls)
    assert found["efficiency", "queue", "q1"]["estimate"] == 4.0
    assert (found["efficiency", "agent", "a1"]["estimate"], found["efficiency", "agent", "a1"]["n"]) == (6.0, 2)
    assert ("efficiency", "agent", "a2") not in found


def test_an_empty_store_has_no_resolution_or_speed():
    assert resolution_speed_figures(with_repeats([])).num_rows == 0


def test_intervals_of_efficiency_cover():
    agents, size = 600, 40
    rng = np.random.default_rng(2)
    at = rng.uniform(0, 30, agents * size)
    owners = [[f"g{number // size}"] for number in range(agents * size)]
    durations = rng.gamma(2, 150, agents * size)
    store = many(at, at, np.zeros(len(at), bool), owners=owners, later_owners=owners, duration_s=durations)
    rows = [
        row
        for row in resolution_speed_figures(store).to_pylist()
        if (row["measure"], row["dimension"]) == ("efficiency", "agent")
    ]
    covering = np.mean([row["low"] <= 12 <= row["high"] for row in rows])
    assert abs(covering - 0.95) <= 3 * (0.95 * 0.05 / agents) ** 0.5
