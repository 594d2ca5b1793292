from dataclasses import replace

import numpy as np
import pytest

from pipeline.enriched import Conduct, EnrichedCall, TurnSentiment
from pipeline.recording import CallMetadata
from pipeline.score.flag_rules import flag
from pipeline.scorecard import Answer, Evidence, Scorecard
from pipeline.transcript import Transcript, Turn


def a_call(*, thirds=("neutral", "neutral", "neutral"), negative=(0.1, 0.1, 0.1)):
    turns = tuple(
        Turn(index, role, 0, 10.0 * index, 10.0 * index + 5, f"text {index}")
        for index, role in enumerate(["customer", "agent", "customer"])
    )
    sentiments = tuple(TurnSentiment(value, 1 - value, 0.0) for value in negative)
    transcript = Transcript("c1", "en", turns, CallMetadata(), "audio")
    return EnrichedCall(transcript, sentiments, thirds, Conduct(), np.zeros((3, 2), np.float32))


def an_answer(question_id, value, *, probability=0.8, points=10.0, possible=10.0, start_s=20.0):
    evidence = (Evidence(2, "text 2", start_s, None if start_s is None else start_s + 5),)
    return Answer(question_id, value, value, probability, points, possible, evidence)


def a_card(*answers, total=90.0, auto_failed=()):
    return Scorecard("c1", "support", "1", answers, (), total, None, auto_failed)


def rules_of(flags):
    return [each.rule for each in flags]


def test_a_good_call_has_no_flag():
    assert flag(a_call(), a_card(an_answer("greeting_identify", "yes"))) == []


@pytest.mark.parametrize(
    ("question_id", "value", "rule"),
    [
        ("no_prohibited", "no", "prohibited_remark"),
        ("escalation_request", "yes", "escalation"),
        ("churn_risk", "yes", "churn"),
        ("repeat_contact", "yes", "repeat_contact"),
    ],
)
def test_an_answer_of_the_form_raises_its_flag(question_id, value, rule):
    (raised,) = flag(a_call(), a_card(an_answer(question_id, value)))
    assert (raised.rule, raised.evidence[0].quote, raised.play_from_s) == (rule, "text 2", 15.0)


@pytest.mark.parametrize(
    ("question_id", "value"), [("no_prohibited", "yes"), ("churn_risk", "no"), ("churn_risk", "unsure")]
)
def test_other_answers_do_not(question_id, value):
    flags = flag(a_call(), a_card(an_answer(question_id, value)))
    assert set(rules_of(flags)) <= {"unsure"}


def test_an_auto_fail_stands_for_its_own_answer():
    (raised,) = flag(a_call(), a_card(an_answer("no_prohibited", "no"), auto_failed=("no_prohibited",)))
    assert (raised.rule, raised.severity, raised.gain) == ("auto_fail", "critical", 80.0)


def test_a_low_score_plays_what_cost_most():
    card = a_card(
        an_answer("a", "no", points=8.0, start_s=5.0), an_answer("b", "no", points=0.0, start_s=40.0), total=55.0
    )
    (raised,) = flag(a_call(), card)
    assert (raised.rule, raised.severity, raised.play_from_s, raised.gain) == ("low_score", "medium", 35.0, 27.0)
    assert "`b`" in raised.reason


def test_a_call_without_a_total_has_no_low_score():
    assert flag(a_call(), a_card(total=None)) == []


def test_a_negative_end_plays_the_worst_turn_and_weighs_more_when_the_mood_turned():
    call = a_call(thirds=("neutral", "neutral", "negative"), negative=(0.1, 0.1, 0.9))
    (turned,) = flag(call, a_card())
    (stayed,) = flag(a_call(thirds=("negative", "neutral", "negative"), negative=(0.1, 0.1, 0.9)), a_card())
    assert (turned.rule, turned.evidence[0].turn, turned.play_from_s) == ("negative_end", 2, 15.0)
    assert (turned.gain, stayed.gain) == (36.0, 27.0)


def test_unsure_answers_make_one_flag_by_what_hangs_on_them():
    card = a_card(
        an_answer("a", "unsure", possible=10.0),
        an_answer("b", "unsure", possible=30.0),
        an_answer("c", "yes", possible=60.0),
    )
    (raised,) = flag(a_call(), card)
    assert (raised.rule, raised.reason, raised.gain) == ("unsure", "A person must answer `b`, `a`", 20.0)


def test_flags_are_sorted_by_what_listening_gains():
    card = a_card(an_answer("repeat_contact", "yes"), an_answer("churn_risk", "yes"), total=30.0)
    flags = flag(a_call(thirds=("neutral", "neutral", "negative")), card)
    assert rules_of(flags) == ["churn", "low_score", "repeat_contact", "negative_end"]
    assert [each.gain for each in flags] == sorted((each.gain for each in flags), reverse=True)


def test_a_call_without_times_plays_from_the_start():
    (raised,) = flag(a_call(), a_card(an_answer("churn_risk", "yes", start_s=None)))
    assert raised.play_from_s == 0.0


def test_a_reason_holds_nothing_said_on_the_call():
    for raised in flag(
        a_call(thirds=("neutral", "neutral", "negative")), a_card(an_answer("churn_risk", "yes"), total=10.0)
    ):
        assert "text" not in raised.reason


@pytest.mark.parametrize(
    ("severity", "rule", "urgency", "gain"),
    [
        ("critical", "critical_fail", "critical", 72.0),
        ("major", "major_fail", "high", 44.0),
        ("minor", "minor_fail", "low", 16.0),
    ],
)
def test_the_severity_of_a_fail_reaches_its_flag(severity, rule, urgency, gain):
    failed = [replace(an_answer(name, "no", points=0.0), severity=severity) for name in ("script", "recap")]
    (raised,) = flag(a_call(), a_card(*failed))
    assert (raised.rule, raised.severity, raised.gain) == (rule, urgency, gain)
    assert raised.reason == "Failed: `script`, `recap`"


def test_a_fail_that_another_rule_tells_of_is_told_once():
    failed = replace(an_answer("no_prohibited", "no", points=0.0), severity="critical")
    assert rules_of(flag(a_call(), a_card(failed))) == ["prohibited_remark"]
