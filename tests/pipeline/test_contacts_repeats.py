from datetime import date, timedelta

import numpy as np
import pytest
from analytics_store import memory_store
from hypothesis import given, settings
from hypothesis import strategies as st
from repeat_calls import about, contact

from pipeline.analytics.contacts.arrivals import RepeatRules
from pipeline.analytics.contacts.repeats import find_repeats

DIMENSIONS = 64


def issue(call_id, direction, *, number=1, encoder="use", language="en", terms=()):
    """What a call is about: a vector that points towards one of the directions, with the call's own noise."""
    vector = np.random.default_rng([*call_id.encode(), number]).normal(size=DIMENSIONS) / 8 / DIMENSIONS**0.5
    vector[direction] += 1.0
    return {
        "call_id": call_id,
        "date": date(2026, 3, 2),
        "issue": number,
        "language": language,
        "encoder": encoder,
        "vector": (vector / np.linalg.norm(vector)).tolist(),
        "terms": list(terms),
    }


# Unrelated calls of other customers, so that likeness has something to stand out from.
OTHERS = [issue(f"x{number}", 10 + number) for number in range(9)]


def found(contacts, *, topics=(), issues=None, **options):
    issues = [issue(one["call_id"], 0) for one in contacts] if issues is None else issues
    store = memory_store(contacts=contacts, call_topics=topics, issues=[*issues, *OTHERS])
    return find_repeats(store, **options).to_pylist()


def pairs(contacts, **options):
    return [
        (row["call_id"], row["earlier_call_id"]) for row in found(contacts, **options) if row["method"] == "matched"
    ]


def calls_on(*days, **columns):
    return [contact(f"c{number:02d}", day, **columns) for number, day in enumerate(days)]


def test_the_same_customer_about_the_same_issue_is_a_repeat():
    (row,) = found(calls_on(0, 2.5))
    assert (row["call_id"], row["earlier_call_id"], row["days_between"]) == ("c01", "c00", 2.5)
    assert (row["method"], row["customer_id"], row["date"], row["topic_id"]) == ("matched", "K1", date(2026, 3, 4), "")
    assert row["similarity"] > 0.5


def test_a_repeat_names_the_latest_earlier_call():
    assert pairs(calls_on(0, 2, 6)) == [("c01", "c00"), ("c02", "c01")]


def test_the_latest_earlier_call_about_the_same_issue_is_named():
    issues = [issue("c00", 0), issue("c01", 5), issue("c02", 0)]
    assert pairs(calls_on(0, 2, 6), issues=issues) == [("c02", "c00")]


def test_another_issue_is_no_repeat():
    assert pairs(calls_on(0, 2), issues=[issue("c00", 0), issue("c01", 5)]) == []


def test_any_topic_in_common_makes_a_repeat():
    issues = [issue("c00", 0), issue("c01", 5)]
    topics = [*about("c00", "t1", "t2"), *about("c01", "t3", "t2")]
    (row,) = found(calls_on(0, 2), issues=issues, topics=topics)
    assert (row["earlier_call_id"], row["topic_id"]) == ("c00", "t2")


def test_other_is_no_topic_to_share():
    issues = [issue("c00", 0), issue("c01", 5)]
    assert pairs(calls_on(0, 2), issues=issues, topics=[*about("c00", "other"), *about("c01", "other")]) == []


def test_the_two_issues_that_are_most_alike_count():
    issues = [issue("c00", 0), issue("c00", 5, number=2), issue("c01", 7), issue("c01", 5, number=2)]
    (row,) = found(calls_on(0, 2), issues=issues)
    assert row["similarity"] > 0.5


def test_shared_words_link_where_meaning_does_not():
    issues = [issue("c00", 0, terms=[1, 2, 3]), issue("c01", 5, terms=[1, 2, 3])]
    assert pairs(calls_on(0, 2), issues=issues) == [("c01", "c00")]


def test_vectors_of_different_encoders_do_not_compare():
    issues = [issue("c00", 0), issue("c01", 0, encoder="e5")]
    assert pairs(calls_on(0, 2), issues=issues) == []
    topics = [*about("c00", "t1"), *about("c01", "t1")]
    (row,) = found(calls_on(0, 2), issues=issues, topics=topics)
    assert row["similarity"] is None


def test_a_customer_who_says_so_is_linked_to_their_last_call():
    calls = [contact("a", 0), contact("b", 2, says_repeat=True)]
    rows = found(calls, issues=[issue("a", 0), issue("b", 5)])
    assert [(row["method"], row["earlier_call_id"]) for row in rows] == [("matched", "a"), ("said", "")]


def test_what_is_alike_comes_before_what_is_only_said():
    calls = [contact("a", 0), contact("b", 1), contact("c", 2, says_repeat=True)]
    assert pairs(calls, issues=[issue("a", 0), issue("b", 5), issue("c", 0)]) == [("c", "a")]


def test_a_customer_may_say_so_without_an_earlier_call():
    (row,) = found([contact("a", says_repeat=True, customer_id="")])
    assert (row["method"], row["earlier_call_id"], row["days_between"], row["similarity"]) == ("said", "", None, None)


def test_what_is_said_to_the_next_desk_is_no_repeat():
    assert found([contact("a"), contact("b", minute=5, says_repeat=True)]) == []


@pytest.mark.parametrize(("day", "linked"), [(14, True), (14.001, False)])
def test_the_window_closes_after_its_last_moment(day, linked):
    assert bool(pairs(calls_on(0, day))) is linked


def test_a_call_handed_on_is_no_repeat_and_its_first_call_stands_for_it():
    calls = [contact("a", 0), contact("b", 3), contact("c", 3, minute=10)]
    assert pairs(calls) == [("b", "a")]


def test_a_repeat_of_a_call_handed_on_repeats_its_last_call():
    assert pairs([contact("a", 0), contact("b", 0, minute=10), contact("c", 3)]) == [("c", "b")]


def test_what_was_voiced_at_any_desk_is_compared():
    calls = [contact("a", 0), contact("b", 0, minute=10), contact("c", 3)]
    assert pairs(calls, issues=[issue("a", 0), issue("b", 5), issue("c", 0)]) == [("c", "b")]


def test_unknown_and_shared_customers_are_never_linked():
    assert pairs(calls_on(0, 2, customer_id="")) == []
    assert pairs(calls_on(*[number * 0.6 for number in range(11)])) == []


def test_a_call_that_the_centre_makes_repeats_nothing_and_may_be_repeated():
    calls = [contact("a", 0), contact("b", 1, direction="outbound"), contact("c", 2, direction="inbound")]
    assert pairs(calls) == [("c", "b")]


def test_without_issues_and_topics_nothing_but_the_word_links():
    calls = [contact("a", 0), contact("b", 2), contact("c", 3, says_repeat=True)]
    assert pairs(calls, issues=[]) == [("c", "b")]


def test_a_centre_without_calls_has_no_repeats():
    assert found([]) == []


calls_of_few = st.lists(
    st.tuples(st.integers(0, 40 * 24), st.sampled_from("KLM"), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=14,
)


def made(calls):
    contacts = [
        contact(f"c{number:02d}", hour / 24, customer_id=customer, says_repeat=said)
        for number, (hour, customer, _, said) in enumerate(calls)
    ]
    topics = [row for number, (_, _, topic, _) in enumerate(calls) for row in about(f"c{number:02d}", f"t{topic}")]
    return contacts, topics


@settings(deadline=None, max_examples=30)
@given(calls_of_few, st.integers(1, 20))
def test_links_lead_back_within_the_window_to_the_same_customer(calls, window_days):
    contacts, topics = made(calls)
    by_id = {one["call_id"]: one for one in contacts}
    rows = found(contacts, topics=topics, issues=[], rules=RepeatRules(window_days=window_days))
    assert len({(row["call_id"], row["method"]) for row in rows}) == len(rows)
    for row in (row for row in rows if row["method"] == "matched"):
        later, earlier = by_id[row["call_id"]], by_id[row["earlier_call_id"]]
        assert later["customer_id"] == earlier["customer_id"]
        assert timedelta(minutes=15) <= later["started_at"] - earlier["started_at"] <= timedelta(days=window_days)


@settings(deadline=None, max_examples=30)
@given(calls_of_few, st.integers(0, 40))
def test_a_night_finds_of_its_calls_what_a_run_over_all_finds(calls, day):
    contacts, topics = made(calls)
    since = date(2026, 3, 2) + timedelta(days=day)
    whole = found(contacts, topics=topics, issues=[])
    assert found(contacts, topics=topics, issues=[], since=since) == [row for row in whole if row["date"] >= since]
