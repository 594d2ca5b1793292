import pytest
from hypothesis import given
from hypothesis import strategies as st
from overall_calls import brief

from pipeline.overall.repeats import RepeatRules, can_link, find_repeats
from pipeline.topic import CallTopic


def at(day, hour=9, minute=0):
    return f"2026-03-{day:02d}T{hour:02d}:{minute:02d}:00"


def others():
    """Unrelated calls of other customers, so that likeness has something to stand out from."""
    return [brief(f"x{n}", f"word{n} thing{n}", issue=10 + n, customer_id=f"Y{n}", started_at=at(1)) for n in range(9)]


def pairs(calls, topics=(), **rules):
    found = find_repeats([*calls, *others()], topics, rules=RepeatRules(**rules))
    return [(repeat.call_id, repeat.earlier_call_id) for repeat in found if repeat.method == "matched"]


def calls_at(*times, customer_id="C17", issue=0):
    return [brief(f"a{n}", issue=issue, customer_id=customer_id, started_at=time) for n, time in enumerate(times)]


def test_the_same_customer_about_the_same_issue_is_a_repeat():
    (repeat,) = find_repeats([*calls_at(at(3), at(5, 21)), *others()], [])
    assert (repeat.call_id, repeat.earlier_call_id, repeat.days_between) == ("a1", "a0", 2.5)
    assert (repeat.method, repeat.customer_id, repeat.date) == ("matched", "C17", "2026-03-05")
    assert repeat.similarity > 0.5


def test_a_repeat_names_the_latest_earlier_call():
    assert pairs(calls_at(at(3), at(5), at(9))) == [("a1", "a0"), ("a2", "a1")]


def test_another_issue_is_no_repeat():
    calls = [*calls_at(at(3)), brief("b", "where is my parcel", issue=5, customer_id="C17", started_at=at(5))]
    assert pairs(calls) == []


def test_another_issue_of_the_same_topic_is_a_repeat():
    calls = [*calls_at(at(3)), brief("b", "where is my parcel", issue=5, customer_id="C17", started_at=at(5))]
    assert pairs(calls, [CallTopic("a0", "", "t-1", 0.5), CallTopic("b", "", "t-1", 0.5)]) == [("b", "a0")]


def test_other_is_no_topic_to_share():
    calls = [*calls_at(at(3)), brief("b", "where is my parcel", issue=5, customer_id="C17", started_at=at(5))]
    assert pairs(calls, [CallTopic("a0", "", "other", 0.0), CallTopic("b", "", "other", 0.0)]) == []


def test_a_customer_who_says_so_is_linked_to_their_last_call():
    calls = [
        *calls_at(at(3)),
        brief("b", "where is my parcel", says_repeat="yes", issue=5, customer_id="C17", started_at=at(5)),
    ]
    found = find_repeats([*calls, *others()], [])
    assert [(repeat.method, repeat.earlier_call_id) for repeat in found] == [("matched", "a0"), ("said", "")]


def test_a_customer_may_say_so_without_an_earlier_call():
    (repeat,) = find_repeats([brief("a", says_repeat="yes")], [])
    assert (repeat.method, repeat.earlier_call_id, repeat.days_between, repeat.similarity) == ("said", "", None, None)


@pytest.mark.parametrize(("later", "linked"), [(at(17), True), (at(17, 9, 1), False)])
def test_the_window_closes_after_its_last_minute(later, linked):
    assert bool(pairs(calls_at(at(3), later))) is linked


@pytest.mark.parametrize(("minute", "linked"), [(14, False), (15, True)])
def test_a_call_passed_on_is_no_repeat(minute, linked):
    assert bool(pairs(calls_at(at(3), at(3, 9, minute)))) is linked


def test_behind_a_call_passed_on_the_one_before_counts():
    assert pairs(calls_at(at(3), at(5), at(5, 9, 5))) == [("a1", "a0"), ("a2", "a0")]


@pytest.mark.parametrize("customer_id", ["", " ", "0", "00000000", "Unknown", "anonymous", "N/A", "withheld", "未知"])
def test_blank_and_anonymous_customers_are_never_linked(customer_id):
    assert not can_link(customer_id)
    assert pairs(calls_at(at(3), at(5), customer_id=customer_id)) == []


@pytest.mark.parametrize("customer_id", ["C1005", "0039 06 1234", "张伟-1", "10"])
def test_what_may_be_one_person_can_be_linked(customer_id):
    assert can_link(customer_id)


def test_a_number_with_too_many_calls_a_week_is_shared():
    assert pairs(calls_at(*[at(day, hour) for day in (3, 4, 5, 6) for hour in (9, 12, 15)])) == []
    assert len(pairs(calls_at(*[at(day) for day in range(3, 15)]))) == 11


def test_calls_without_a_time_are_never_linked():
    assert pairs(calls_at("", "2026-03-05", "yesterday", at(6))) == []


def test_times_of_different_zones_are_compared_as_moments():
    assert pairs(calls_at("2026-03-03T09:00:00+08:00", "2026-03-03T01:10:00+00:00")) == []
    assert pairs(calls_at("2026-03-03T09:00:00+08:00", "2026-03-03T01:20:00Z")) == [("a1", "a0")]


@given(st.lists(st.integers(0, 40 * 24 * 60), min_size=2, max_size=8, unique=True), st.integers(1, 20))
def test_links_lie_between_the_handoff_and_the_window(minutes, window_days):
    times = [
        f"2026-{3 + minute // (28 * 1440):02d}-{minute // 1440 % 28 + 1:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}"
        for minute in minutes
    ]
    found = find_repeats(calls_at(*times), [], rules=RepeatRules(window_days=window_days, least_likeness=-1.0))
    assert all(
        repeat.days_between + 1e-4 >= 15 / 1440 and repeat.days_between <= window_days + 1e-4 for repeat in found
    )
    assert len({repeat.call_id for repeat in found}) == len(found)
