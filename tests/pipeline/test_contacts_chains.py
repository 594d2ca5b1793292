from hypothesis import given, settings
from hypothesis import strategies as st
from repeat_calls import about, contact, matched, moment, with_repeats

from pipeline.analytics.contacts.chains import find_chains


def chains(contacts, repeats=(), topics=()):
    return find_chains(with_repeats(contacts, repeats, topics)).to_pylist()


def only(contacts, repeats=(), topics=()):
    (chain,) = chains(contacts, repeats, topics)
    return chain


def test_a_chain_has_the_first_call_and_all_direct_and_indirect_repeats():
    calls = [contact("a", 0), contact("b", 2), contact("c", 5), contact("d", 30, customer_id="K2")]
    first, second = chains(calls, [matched("b", "a", 2), matched("c", "b", 3)], about("b", "t1"))
    assert (first["chain_id"], first["call_ids"], first["calls"]) == ("a", ["a", "b", "c"], 3)
    assert (first["customer_id"], first["topic_id"], first["handle_s"]) == ("K1", "t1", 360.0)
    assert (first["first_started_at"], first["last_started_at"]) == (moment(0), moment(5))
    assert (second["chain_id"], second["call_ids"], second["calls"]) == ("d", ["d"], 1)


def test_a_transferred_call_is_in_the_chain():
    calls = [contact("a", 0), contact("b", 0, minute=10), contact("c", 3), contact("d", 3, minute=5)]
    assert only(calls, [matched("c", "b", 3)])["call_ids"] == ["a", "b", "c", "d"]


def test_two_repeats_of_one_call_are_in_one_chain():
    calls = [contact("a", 0), contact("b", 2), contact("c", 4)]
    assert only(calls, [matched("b", "a", 2), matched("c", "a", 4)])["call_ids"] == ["a", "b", "c"]


def test_one_owner_is_one_agent_in_all_calls_and_legs():
    links = [matched("b", "a", 2)]
    kept = only([contact("a"), contact("b", 2)], links)
    assert (kept["one_owner"], kept["agents"]) == (True, 1)
    passed = only([contact("a"), contact("b", 2, agents=("a1", "a2"))], links)
    assert (passed["one_owner"], passed["agents"]) == (False, 2)
    other = only([contact("a"), contact("b", 2, agents=("a2",), queue="q2")], links)
    assert (other["one_owner"], other["agents"], other["queues"]) == (False, 2, 2)


def test_an_unknown_owner_gives_null():
    unknown = only([contact("a"), contact("b", 2, agents=())], [matched("b", "a", 2)])
    assert (unknown["one_owner"], unknown["agents"]) == (None, 1)
    assert only([contact("a", agents=())])["one_owner"] is None


def test_a_complaint_is_early_anger_or_a_supervisor_request_or_a_threat_to_leave():
    assert only([contact("a", sentiment_start="negative")])["complaint"]
    assert only([contact("a", sentiment_middle="negative")])["complaint"]
    assert only([contact("a", churn=True)])["complaint"]
    asked = only([contact("a", escalated=True)])
    assert (asked["complaint"], asked["escalated"]) == (True, True)
    assert not only([contact("a", sentiment_end="negative")])["complaint"]


def test_a_chain_is_resolved_when_the_window_closes_without_a_call():
    later = contact("z", 20, customer_id="K9")
    assert chains([contact("a", 5, outcome="follow_up"), later])[0]["resolved"] is True
    assert chains([contact("a", 7), later])[0]["resolved"] is None
    assert chains([contact("a", 5, outcome="unresolved"), later])[0]["resolved"] is False
    assert chains([contact("a", 5, customer_id=""), later])[0]["resolved"] is None


def test_an_empty_store_has_no_chains():
    assert chains([]) == []


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 30)), min_size=1, max_size=14))
def test_every_call_is_in_one_chain_in_order_of_time(calls):
    contacts = [contact(f"c{number:02d}", hour / 5) for number, (hour, _) in enumerate(calls)]
    in_order = sorted(contacts, key=lambda one: (one["started_at"], one["call_id"]))
    links = []
    for place, (one, (_, back)) in enumerate(zip(in_order, calls, strict=True)):
        earlier = in_order[max(0, place - back)]
        if earlier["started_at"] < one["started_at"]:
            days = (one["started_at"] - earlier["started_at"]).total_seconds() / 86_400
            links.append(matched(one["call_id"], earlier["call_id"], days))
    store = with_repeats(contacts, links)
    found = find_chains(store)
    assert find_chains(store).equals(found)
    rows = found.to_pylist()
    members = [call_id for row in rows for call_id in row["call_ids"]]
    assert sorted(members) == sorted(one["call_id"] for one in contacts)
    started = {one["call_id"]: one["started_at"] for one in contacts}
    for row in rows:
        times = [started[call_id] for call_id in row["call_ids"]]
        assert times == sorted(times)
        assert (row["chain_id"], row["calls"]) == (row["call_ids"][0], len(times))
    home = {call_id: row["chain_id"] for row in rows for call_id in row["call_ids"]}
    assert all(home[link["call_id"]] == home[link["earlier_call_id"]] for link in links)
