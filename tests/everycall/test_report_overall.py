import pytest
from measure_rows import AGENT, QUEUE
from report_store import INJECTION, write_store

from everycall.report.agent_comparison import MOST_AGENTS, read_fair
from everycall.report.figures import read_figures
from everycall.report.phrasing import describe_minutes, describe_repeats
from everycall.report.rates import Rate
from everycall.report.topic_names import Name
from everycall.report.trends import change_of
from pipeline.analytics.statistics.intervals import Interval, wilson
from pipeline.language import ENGLISH


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return read_figures(write_store(tmp_path_factory.mktemp("measured"), measured=True)).overall


def test_an_old_store_has_none_of_the_measures(tmp_path):
    found = read_figures(write_store(tmp_path)).overall
    assert (found.fixes, found.trends, found.peaks, found.emerging) == ((), (), (), ())
    assert (found.fair, found.causes, found.promises.counts, found.satisfaction.bins) == ((), (), (), ())
    assert found.again.overall is None
    assert found.again.handle is None


def test_fixes_come_by_rank_with_topics_by_name(found):
    first, second = found.fixes
    assert (first.name, first.hours) == (Name("Bill · charge"), Interval(9.5, 7.0, 12.0, 30))
    assert (second.name, second.unhappy_rate) == (Name("宽带", "zh"), None)


def test_trends_are_whole_weeks_of_topics_with_calls_enough(found):
    (bill,) = found.trends
    assert bill.weeks == (("2026-02-02", 14), ("2026-02-09", 14), ("2026-02-16", 28), ("2026-02-23", 28))
    assert (bill.calls, bill.compared, bill.change.estimate) == (84, 2, 1.0)


def test_a_change_has_the_interval_of_two_counts():
    change = change_of([10, 20])
    share = wilson(20, 30)
    assert change.estimate == 1.0
    assert (change.low, change.high) == (share.low / (1 - share.low) - 1, share.high / (1 - share.high) - 1)
    assert change_of([20]) is None
    assert change_of([0, 20]) is None
    assert change_of([20, 0]).estimate == -1.0


def test_peaks_are_of_all_topics_and_each_day_has_its_busiest_hour(found):
    monday, tuesday, *_ = found.peaks
    assert (monday.weekday, monday.calls, monday.busiest) == ("Monday", 40, 9)
    assert monday.share == wilson(30, 40)
    assert (tuesday.calls, tuesday.share) == (0, None)


def test_a_topic_emerges_once_by_its_latest_day(found):
    (topic,) = found.emerging
    assert (topic.topic_id, topic.day, topic.calls, topic.expected) == ("t-1", "2026-02-05", 28, 14.0)


def test_satisfaction_falls_into_halves_and_the_last_holds_a_five(found):
    bins = {(bin_.low, bin_.high): bin_.calls for bin_ in found.satisfaction.bins if bin_.calls}
    assert bins == {(1.0, 1.5): 1, (1.5, 2.0): 1, (3.0, 3.5): 1, (3.5, 4.0): 1, (4.5, 5.0): 1}
    assert found.satisfaction.mean.found == Interval(3.3, 2.5, 4.1, 40)
    assert not found.satisfaction.surveyed


def test_a_hidden_call_says_what_spoke_against_it(found):
    (hidden,) = found.satisfaction.hidden
    assert (hidden.call_id, hidden.closed_as, hidden.topic) == ("c2", "resolved", Name("Bill · charge"))
    assert hidden.drivers == ("was negative at the end",)


def test_turning_points_are_customers_with_the_words_before(found):
    (point,) = found.satisfaction.turning
    assert (point.direction, point.before, point.after) == ("worse", 0.5, -0.75)
    assert (point.quote.call_id, point.quote.turn, point.quote.text) == ("c2", 0, "hello")


def test_rates_of_calling_again_stand_side_by_side(found):
    billing, _ = found.again.queues
    assert billing.name == Name(QUEUE)
    assert billing.rates["first_contact_resolution"] == Rate(
        QUEUE, Name(QUEUE), Interval(0.8, 0.7, 0.9, 40), censored=4, ranked=True, band=None
    )
    assert [row.name.text for row in found.again.topics] == ["Bill · charge", "宽带"]


def test_only_ranked_agents_are_listed_by_what_they_send_back(found):
    assert [rate.key for rate in found.again.agents] == [AGENT]


def test_figures_without_an_interval_are_left_out(found):
    assert all(comparison.by.measure != "handle_s" for comparison in found.fair)


def test_the_frontier_keeps_two_figures(found):
    assert [set(row.rates) for row in found.again.frontier_queues] == [{"effectiveness", "efficiency"}] * 2


def test_what_handing_on_costs_is_said_in_words(found):
    assert describe_minutes(found.again.handle, ENGLISH) == (
        "Handed-on matters take 2.0 (1.0 to 3.0) minutes longer than those with one owner."
    )


def test_a_difference_that_may_be_none_is_said_to_be_unknown(found, tmp_path):
    assert describe_repeats(found.again.repeats, ENGLISH) == (
        "These calls do not show whether handed-on customers call again more often: "
        "between 5 fewer and 25 more in every 100."
    )
    unsure = read_figures(write_store(tmp_path, measured=True, difference=(-60.0, -120.0, 30.0))).overall
    assert describe_minutes(unsure.again.handle, ENGLISH) == (
        "These calls do not show whether handed-on matters take longer: between 0.5 minutes less and 2.0 more."
    )


def test_promises_are_counted_by_outcome_and_kind(found):
    assert found.promises.counts == (1, 1, 0, 1)
    assert [(kind.kind, kind.counts) for kind in found.promises.kinds] == [
        ("refund", (1, 1, 0, 0)),
        ("send", (0, 0, 0, 1)),
    ]
    (broken,) = found.promises.broken
    assert (broken.call_id, broken.by_call_id, broken.quote) == ("c2", "c3", INJECTION)


def test_agents_are_compared_by_band_and_those_with_few_calls_last(found):
    (scores,) = found.fair
    assert [(agent.adjusted.key, agent.adjusted.band) for agent in scores.agents] == [
        (AGENT, 1),
        ("A2", 2),
        ("A3", None),
    ]
    assert (scores.ranked, scores.too_few, scores.bands) == (2, 1, 2)
    assert scores.agents[0].plain.found.estimate == 82.0


def test_of_many_agents_the_first_and_the_last_are_shown():
    rates = [
        Rate(f"A{place:02d}", Name(f"A{place:02d}"), Interval(float(place), 0.0, 100.0, 50), 0, ranked=True, band=1)
        for place in range(50)
    ]
    (scores,) = read_fair({("score_adjusted", "agent"): rates})
    shown = [agent.adjusted.key for agent in scores.agents]
    assert len(shown) == MOST_AGENTS
    assert (shown[0], shown[9], shown[10], shown[-1]) == ("A49", "A40", "A09", "A00")


def test_causes_with_a_suggestion_come_first(found):
    person, unclear = found.causes
    assert (person.question_id, person.lies_with) == ("empathy", "person")
    assert person.shares == {"agent": Interval(0.4, 0.3, 0.5, 50), "topic": Interval(0.05, 0.0, 0.1, 50), "queue": None}
    assert unclear.lies_with == "unclear"


def test_reprs_of_measures_show_nothing_said(found):
    assert "hello" not in repr(found)
    assert INJECTION not in repr(found)
