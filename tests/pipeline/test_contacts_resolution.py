import numpy as np
import pytest
from repeat_calls import about, contact, matched, simulated, with_repeats

from pipeline.analytics.contacts.arrivals import RepeatRules
from pipeline.analytics.contacts.resolution import resolution_figures

LAST = contact("z", 40, customer_id="K9", agents=("a9",), queue="q9")


def figures(contacts, repeats=(), topics=(), **options):
    rows = resolution_figures(with_repeats([*contacts, LAST], repeats, topics), **options).to_pylist()
    return {(row["measure"], row["dimension"], row["key"]): row for row in rows}


def estimate(found, measure, dimension, key):
    row = found[measure, dimension, key]
    return row["n"], row["censored"], pytest.approx(row["estimate"])


def test_first_contacts_without_a_repeat_in_the_window_are_resolved():
    calls = [contact("a", 0), contact("b", 3), contact("c", 0, customer_id="K2")]
    found = figures(calls, [matched("b", "a", 3)])
    assert estimate(found, "first_contact_resolution", "queue", "q1") == (2, 0, 0.5)
    assert estimate(found, "triggered_repeat_rate", "queue", "q1") == (3, 0, 1 / 3)


def test_calls_inside_the_window_are_censored():
    calls = [contact("a", 0), contact("b", 39, customer_id="K2"), contact("c", 38, customer_id="K3")]
    found = figures(calls)
    assert estimate(found, "first_contact_resolution", "queue", "q1") == (3, 2, 1.0)
    assert ("first_contact_resolution", "queue", "q9") not in found


def test_saying_that_one_called_before_is_not_a_first_contact():
    calls = [contact("a", 0), contact("b", 3, customer_id="K2", says_repeat=True)]
    said = {"call_id": "b", "method": "said", "customer_id": "K2", "topic_id": "", "earlier_call_id": ""}
    found = figures(calls, [said])
    assert found["first_contact_resolution", "queue", "q1"]["n"] == 1


def test_unknown_customers_are_left_out():
    found = figures([contact("a", 0), contact("b", 0, customer_id="")])
    assert found["first_contact_resolution", "queue", "q1"]["n"] == 1


def test_a_repeat_is_attributed_to_the_agent_queue_and_topic_of_the_previous_call():
    calls = [
        contact("a", 0, agents=("a1",), queue="q1"),
        contact("b", 0, minute=10, agents=("a2",), queue="q2"),
        contact("c", 16, agents=("a3",), queue="q3"),
    ]
    found = figures(
        calls, [matched("c", "b", 16)], [*about("a", "t1"), *about("c", "t1")], rules=RepeatRules(window_days=20)
    )
    triggered = {
        key[1:]: row["estimate"] for key, row in found.items() if key[0] == "triggered_repeat_rate" and row["n"] == 1
    }
    assert triggered[("agent", "a2")] == 1.0
    assert triggered[("queue", "q2")] == 1.0
    assert triggered[("agent", "a3")] == 0.0
    assert ("agent", "a1") not in triggered


def test_the_repeat_rate_censors_first_calls_that_may_repeat_earlier_ones():
    calls = [contact(f"e{day}", day, customer_id=f"E{day}", queue="early") for day in range(4)]
    calls += [contact("a", 16, queue="late"), contact("b", 20, queue="late")]
    calls += [contact("c", 20, customer_id="K3", queue="late")]
    found = figures(calls, [matched("b", "a", 4)])
    assert estimate(found, "repeat_rate", "queue", "late") == (3, 0, 1 / 3)
    assert ("repeat_rate", "queue", "early") not in found
    assert found["repeat_rate", "all", ""]["censored"] == 4


def test_repeated_and_escalated_complaints_have_rates():
    calls = [
        contact("a", 0, sentiment_start="negative"),
        contact("b", 2),
        contact("c", 4, churn=True),
        contact("d", 4, customer_id="K2", escalated=True),
        contact("e", 4, customer_id="K3"),
    ]
    found = figures(calls, [matched("b", "a", 2), matched("c", "b", 2)])
    assert estimate(found, "repeat_complaint_rate", "queue", "q1") == (3, 0, 1 / 3)
    assert estimate(found, "escalated_complaint_rate", "queue", "q1") == (3, 0, 1 / 3)


def test_outbound_calls_are_not_contacts_of_the_customer():
    found = figures([contact("a", 0), contact("b", 0, customer_id="K2", direction="outbound")])
    assert found["first_contact_resolution", "queue", "q1"]["n"] == 1


def test_a_figure_from_few_arrivals_is_not_ranked():
    calls = [contact(f"c{number}", 1, customer_id=f"K{number}") for number in range(6)]
    assert figures(calls, fewest_ranked=6)["first_contact_resolution", "queue", "q1"]["ranked"]
    assert not figures(calls, fewest_ranked=7)["first_contact_resolution", "queue", "q1"]["ranked"]


def test_an_empty_store_has_no_figures():
    assert resolution_figures(with_repeats([])).num_rows == 0


@pytest.mark.parametrize(("resolved", "days"), [(0.8, 30), (0.6, 25)])
def test_first_contact_resolution_is_unbiased_unlike_counting_and_its_intervals_cover(resolved, days):
    groups, size = 600, 60
    store = simulated(groups=groups, first_contacts=size, resolved=resolved, days=days, seed=3)
    repeats = store.execute("select count(*) from repeats").fetchall()[0][0]
    found = resolution_figures(store).to_pylist()
    agents = [
        row
        for row in found
        if row["measure"] == "first_contact_resolution" and row["dimension"] == "agent" and row["key"] != "later"
    ]
    estimates = np.array([row["estimate"] for row in agents])
    naive = 1 - repeats / (groups * size)
    assert naive > resolved + 0.02
    assert len(agents) == groups
    assert estimates.mean() == pytest.approx(resolved, abs=3 * estimates.std() / groups**0.5)
    covering = np.mean([row["low"] <= resolved <= row["high"] for row in agents])
    assert 0.93 <= covering <= 0.98
    (whole,) = (row for row in found if (row["measure"], row["dimension"]) == ("first_contact_resolution", "all"))
    assert whole["low"] <= resolved <= whole["high"]
    assert whole["high"] - whole["low"] < 0.02


def test_the_repeat_rate_is_unbiased_at_the_beginning_of_the_data():
    store = simulated(groups=1, first_contacts=60_000, resolved=0.7, days=40, seed=3)
    # In the long run 3 of 13 contacts are repeats.
    rows = resolution_figures(store).to_pylist()
    (whole,) = (row for row in rows if (row["measure"], row["dimension"]) == ("repeat_rate", "all"))
    assert whole["estimate"] == pytest.approx(0.3 / 1.3, abs=0.006)
    (counted,) = store.execute("select count(*) / (select count(*) from contacts) from repeats").fetchall()[0]
    assert counted < 0.3 / 1.3 - 0.01
