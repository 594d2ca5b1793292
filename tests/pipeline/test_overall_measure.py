import random

from overall_calls import ISSUES, WordPairs, enriched, scored

from pipeline.measures import MeasuredCall
from pipeline.overall.measure import OverallMeasure
from pipeline.overall.repeats import RepeatRules


def a_month():
    """Twelve customers, three a matter; each of the first four calls again about it after five days."""
    calls = []
    for number in range(16):
        issue, customer = number % 4, number % 12
        call_id, day = f"c{number:02d}", 3 + 5 * (number // 12)
        said = [("agent", "how can I help"), ("customer", f"{ISSUES[issue]} {number}")]
        started_at = f"2026-03-{day:02d}T09:00:00"
        call = enriched(call_id, said, issue=issue, customer_id=f"K{customer}", started_at=started_at)
        calls.append(MeasuredCall(call, [scored(call_id, repeat_contact="yes" if number == 13 else "no")]))
    return calls


def test_topics_and_repeats_come_from_the_calls():
    overall = OverallMeasure(finder=WordPairs())(iter(a_month()))
    assert [topic.calls for topic in overall.topics] == [4, 4, 4, 4]
    assert len(overall.call_topics) == 16
    linked = [(repeat.call_id, repeat.earlier_call_id) for repeat in overall.repeats if repeat.method == "matched"]
    assert linked == [("c12", "c00"), ("c13", "c01"), ("c14", "c02"), ("c15", "c03")]
    assert [repeat.call_id for repeat in overall.repeats if repeat.method == "said"] == ["c13"]


def test_the_order_of_the_calls_does_not_matter():
    calls = a_month()
    measure = OverallMeasure(finder=WordPairs())
    assert measure(random.Random(2).sample(calls, len(calls))) == measure(calls)


def test_a_call_without_a_scorecard_is_measured():
    calls = [MeasuredCall(measured.call) for measured in a_month()]
    assert all(repeat.method == "matched" for repeat in OverallMeasure(finder=WordPairs())(calls).repeats)


def test_no_calls_have_nothing():
    overall = OverallMeasure(finder=WordPairs())([])
    assert (overall.topics, overall.call_topics, overall.repeats) == ((), (), ())


def test_the_fingerprint_changes_with_the_rules():
    assert OverallMeasure().fingerprint == OverallMeasure(finder=WordPairs()).fingerprint
    assert OverallMeasure().fingerprint != OverallMeasure(RepeatRules(window_days=7)).fingerprint
