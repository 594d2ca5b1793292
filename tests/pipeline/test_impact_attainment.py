from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from score_contexts import call

from pipeline.enriched import Conduct, Silence
from pipeline.impact.attainment import MeasuredCall, attained_by_agents, attained_by_call
from pipeline.recording import CallMetadata
from pipeline.rubric.target import Target
from pipeline.score.context.number import number


def target(**more: object) -> Target:
    plain = {
        "id": "handle_time", "text": "Settle it within 5 minutes.", "metric": "handle_time_s", "at_most": 300,
        "unit": "s", "owner": "Team lead", "fewest_calls": 2,
    }  # fmt: skip
    return Target.model_validate(plain | more)


def measured(agent_id: str, day: str, seconds: float | None) -> MeasuredCall:
    return MeasuredCall(agent_id, day, {"handle_time_s": seconds})


@pytest.mark.parametrize(("at_most", "met"), [(29, False), (30, True), (31, True)])
def test_a_target_of_each_call_is_met_up_to_its_bound(at_most, met):
    spoken = call(("agent", "a"), ("customer", "b"), ("agent", "c"), turn_s=10.0)
    (found,) = attained_by_call([target(per="call", at_most=at_most), target()], spoken)
    assert (found.subject, found.value, found.met) == ("c1", 30.0, met)


def test_an_unmeasured_target_is_neither_met_nor_missed():
    (found,) = attained_by_call([target(per="call")], call(("agent", "a")))
    assert (found.value, found.calls, found.met) == (None, 0, None)


def test_the_mean_of_the_window_decides_for_an_agent():
    calls = [
        measured("A", "2026-10-01", 9000),
        measured("A", "2026-10-30", 200),
        measured("A", "2026-11-20", 300),
        measured("B", "2026-11-20", 500),
        measured("B", "2026-11-19", 301),
        measured("C", "2026-11-19", 1),
        measured("", "2026-11-19", 1),
        measured("A", "2026-11-20", None),
    ]
    found = attained_by_agents([target()], calls)
    assert [(each.subject, each.calls, each.value, each.met) for each in found] == [
        ("A", 2, 250.0, True),
        ("B", 2, 400.5, False),
        ("C", 1, 1.0, None),
    ]


def test_the_window_ends_on_the_day_asked_for():
    calls = [measured("A", "2026-10-01", 100), measured("A", "2026-10-02", 100), measured("A", "2026-11-20", 900)]
    (found,) = attained_by_agents([target()], calls, until=date(2026, 10, 2))
    assert (found.calls, found.met) == (2, True)


@given(st.lists(st.floats(min_value=0, max_value=1000), min_size=1, max_size=8), st.floats(min_value=1, max_value=999))
def test_a_looser_bound_is_never_harder_to_meet(seconds, bound):
    calls = [measured("A", "2026-11-20", each) for each in seconds]
    tight, loose = (
        attained_by_agents([target(at_most=at_most, fewest_calls=1)], calls)[0].met for at_most in (bound, bound * 1.5)
    )
    assert (tight, loose) in {(True, True), (False, True), (False, False)}


def test_no_calls_meet_nothing():
    assert attained_by_agents([target()], []) == ()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"unit": "share"}, "handle_time_s is counted in s, not in share"),
        ({"at_most": None}, "needs at_least, at_most or both"),
        ({"at_least": 400}, "is above at_most"),
        ({"metric": "smiles"}, "metric"),
        ({"owner": ""}, "owner"),
    ],
)
def test_a_target_that_is_not_smart_is_refused(more, message):
    with pytest.raises(ValidationError, match=message):
        target(**more)


def test_the_telephone_systems_own_figures_come_first():
    known = CallMetadata(extra={"handle_time_s": "412", "hold_s": "35.5", "answer_speed_s": "8"})
    spoken = call(("agent", "a"), turn_s=10.0, metadata=known)
    names = ("handle_time_s", "hold_s", "answer_speed_s")
    assert [number(name, spoken) for name in names] == [412.0, 35.5, 8.0]
    assert [number(name, call(("agent", "a"), turn_s=10.0)) for name in names] == [10.0, None, None]


def test_long_waits_on_the_agent_count_as_hold():
    silences = (Silence(0, 25, "agent"), Silence(30, 45, "agent"), Silence(50, 90, "customer"))
    held = call(("agent", "a"), turn_s=10.0, conduct=Conduct(silence_share=0.3, silences=silences))
    assert number("hold_s", held) == 25.0
