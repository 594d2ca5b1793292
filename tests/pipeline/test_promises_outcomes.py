from datetime import date, datetime

import pytest
from analytics_store import memory_store

from pipeline.analytics.promises.outcomes import find_promise_outcomes, first_unsettled

NOBODY = "Nobody called me back."
THANKS = "Thanks for calling me back."


def march(day):
    return date(2026, 3, day)


def contact(call_id, day, customer="K1", **known):
    at = datetime(2026, 3, day, 10)
    return {"call_id": call_id, "date": march(day), "started_at": at, "customer_id": customer, **known}


def promise(call_id="a", due=4, kind="call_back", position=0):
    day = None if due is None else march(due)
    return {"call_id": call_id, "position": position, "kind": kind, "due_date": day}


def store(*contacts, promises, turns=(), chained=True, topics=()):
    """A store in which each customer's calls are one chain; `turns` are (call, turn, words) of the customer."""
    known = [each["call_id"] for each in contacts if each["customer_id"]]
    chains = [{"chain_id": "x", "date": contacts[-1]["date"], "call_ids": known}] if chained else []
    spoken = [{"call_id": call, "turn": turn, "role": "customer", "text": text} for call, turn, text in turns]
    told = [{"call_id": call, "issue": 1, "topic_id": topic} for call, topic in topics]
    return memory_store(contacts=contacts, promises=promises, chains=chains, call_topics=told, turns=spoken)


def outcome(*contacts, turns=(), made=None, **options):
    found = find_promise_outcomes(store(*contacts, promises=[made or promise()], turns=turns, **options)).to_pylist()
    assert len(found) == 1
    return found[0]


def test_a_customer_who_was_not_called_shows_it_broken():
    found = outcome(contact("a", 2), contact("b", 6), turns=[("b", 1, "Hello."), ("b", 3, NOBODY)])
    assert (found["date"], found["outcome"], found["by_call_id"], found["turn"]) == (march(2), "broken", "b", 3)
    assert found["reason"] == "on 2026-03-06, 2 days after it was due, the customer says that it was not done"


def test_thanks_show_it_kept():
    found = outcome(contact("a", 2), contact("b", 3), turns=[("b", 1, THANKS)])
    assert (found["outcome"], found["by_call_id"], found["turn"]) == ("kept", "b", 1)


def test_on_one_call_a_complaint_outweighs_thanks():
    found = outcome(contact("a", 2), contact("b", 6), turns=[("b", 1, THANKS), ("b", 3, NOBODY)])
    assert (found["outcome"], found["turn"]) == ("broken", 3)


def test_the_first_call_with_evidence_counts():
    turns = [("b", 1, "Hello."), ("c", 1, THANKS), ("d", 1, NOBODY)]
    found = outcome(contact("a", 2), contact("b", 5), contact("c", 6), contact("d", 7), turns=turns)
    assert (found["outcome"], found["by_call_id"]) == ("kept", "c")


@pytest.mark.parametrize("day", [3, 4])
def test_a_complaint_before_the_day_is_over_shows_nothing(day):
    found = outcome(contact("a", 2), contact("b", day), contact("end", 20, ""), turns=[("b", 1, NOBODY)])
    assert (found["outcome"], found["reason"]) == ("unknown", "later calls about it do not say")


def test_a_same_day_promise_may_be_broken_on_that_day():
    later = contact("b", 2) | {"started_at": datetime(2026, 3, 2, 18)}
    assert outcome(contact("a", 2), later, turns=[("b", 1, NOBODY)], made=promise(due=2))["outcome"] == "broken"


def test_an_earlier_call_is_no_evidence():
    found = outcome(contact("a", 2), contact("b", 1), contact("end", 20, ""), turns=[("b", 1, NOBODY)])
    assert (found["outcome"], found["reason"]) == ("unknown", "the customer has not called about it again")


def test_a_call_about_something_else_is_no_evidence():
    found = outcome(
        contact("a", 2), contact("b", 6), turns=[("b", 1, NOBODY)], chained=False, topics=[("a", "t1"), ("b", "t2")]
    )
    assert found["outcome"] == "unknown"


@pytest.mark.parametrize(("topic", "told"), [("t1", "broken"), ("other", "unknown")])
def test_a_call_about_the_same_topic_is_evidence(topic, told):
    topics = [("a", topic), ("b", topic)]
    found = outcome(contact("a", 2), contact("b", 6), turns=[("b", 1, NOBODY)], chained=False, topics=topics)
    assert found["outcome"] == told


def test_another_customers_call_is_no_evidence():
    topics = [("a", "t1"), ("b", "t1")]
    found = outcome(contact("a", 2), contact("b", 6, "K2"), turns=[("b", 1, NOBODY)], chained=False, topics=topics)
    assert found["outcome"] == "unknown"


def test_a_call_from_a_shared_number_is_no_evidence():
    calls = [contact(f"c{hour}", 6) | {"started_at": datetime(2026, 3, 6, hour)} for hour in range(12)]
    found = outcome(contact("a", 2), *calls, turns=[("c5", 1, NOBODY)])
    assert (found["outcome"], found["reason"]) == ("unknown", "the customer is not known")


def test_a_call_long_after_the_due_day_is_about_something_new():
    late = contact("b", 5) | {"date": date(2026, 4, 5), "started_at": datetime(2026, 4, 5, 10)}
    assert outcome(contact("a", 2), late, turns=[("b", 1, NOBODY)])["outcome"] == "unknown"


def test_an_outbound_call_in_time_is_the_call_back():
    found = outcome(contact("a", 2), contact("b", 4, direction="outbound"))
    assert (found["outcome"], found["turn"]) == ("kept", None)
    assert found["reason"] == "the centre called the customer on 2026-03-04"


@pytest.mark.parametrize(("day", "kind"), [(5, "call_back"), (4, "refund")])
def test_a_late_or_unpromised_outbound_call_is_not_the_call_back(day, kind):
    made = promise(kind=kind)
    calls = (contact("a", 2), contact("b", day, direction="outbound"), contact("end", 9, ""))
    assert outcome(*calls, made=made)["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("due", "told", "reason"),
    [
        (9, "open", "due on 2026-03-09, and the calls end on 2026-03-09"),
        (8, "unknown", "the customer has not called about it again"),
        (None, "open", "no day was told, and no week has passed"),
    ],
)
def test_a_promise_is_open_until_its_day_is_over(due, told, reason):
    found = outcome(contact("a", 2), contact("end", 9, ""), made=promise(due=due))
    assert (found["outcome"], found["reason"], found["by_call_id"]) == (told, reason, "")


def test_words_of_the_agent_are_no_evidence():
    connection = store(contact("a", 2), contact("b", 6), promises=[promise()], turns=[("b", 1, NOBODY)])
    connection.execute("update turns set role = 'agent'")
    assert find_promise_outcomes(connection).column("outcome").to_pylist() == ["unknown"]


def test_rows_are_sorted_and_start_at_the_day_asked_for():
    promises = [promise("b", 9), promise("a", 5, position=1), promise("a", 4)]
    connection = store(contact("a", 2), contact("b", 3), promises=promises)
    rows = find_promise_outcomes(connection).to_pylist()
    assert [(row["call_id"], row["position"]) for row in rows] == [("a", 0), ("a", 1), ("b", 0)]
    assert find_promise_outcomes(connection, since=march(3)).column("call_id").to_pylist() == ["b"]


def test_the_oldest_promise_that_a_new_call_may_settle_is_found():
    connection = store(contact("a", 2), contact("b", 9), promises=[promise("a", 4), promise("b", 10)])
    assert first_unsettled(connection, since=date(2026, 4, 3)) == march(2)
    assert first_unsettled(connection, since=date(2026, 4, 4)) == march(9)
    assert first_unsettled(connection, since=march(1)) == march(1)


def test_without_promises_there_are_no_rows():
    assert find_promise_outcomes(store(contact("a", 2), promises=[])).num_rows == 0
