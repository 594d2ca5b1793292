import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.agreement import QUESTIONS, evaluate, kappa
from pipeline.evaluate.labelled import LabelledCall
from pipeline.recording import CallMetadata
from pipeline.scorecard import Answer, Evidence, Scorecard
from pipeline.transcript import Transcript


def answer(question, best, *, unsure=False, turns=()):
    return Answer(
        question_id=question,
        value="unsure" if unsure else best,
        best=best,
        probability=0.9,
        points=0.0,
        points_possible=0.0,
        evidence=tuple(Evidence(turn, "") for turn in turns),
    )


def card(call_id, *answers):
    return Scorecard(call_id, "r", "1", tuple(answers), (), None, None)


def labelled(call_id, labels, evidence=None):
    return LabelledCall(Transcript(call_id, "en", (), CallMetadata(), "jsonl"), labels, evidence or {})


def test_kappa_of_the_worked_example_of_cohen():
    truth = ["yes"] * 25 + ["no"] * 25
    found = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    measured = kappa(truth, found)
    assert measured.agreement == pytest.approx(0.7)
    assert measured.kappa == pytest.approx(0.4)


def test_the_interval_matches_fleiss_cohen_and_everitt():
    # The table of Fleiss, Cohen and Everitt (1969): kappa 0.429, large-sample variance 0.002885 for n = 200.
    table = {("1", "1"): 106, ("1", "2"): 10, ("1", "3"): 4, ("2", "1"): 22, ("2", "2"): 28, ("2", "3"): 10}
    table |= {("3", "1"): 2, ("3", "2"): 12, ("3", "3"): 6}
    truth = [pair[0] for pair, count in table.items() for _ in range(count)]
    found = [pair[1] for pair, count in table.items() for _ in range(count)]
    measured = kappa(truth, found)
    assert measured.kappa == pytest.approx(0.429, abs=5e-4)
    assert (measured.high - measured.low) / 2 == pytest.approx(1.96 * math.sqrt(0.002885), abs=1e-3)


def test_kappa_is_undefined_when_both_sides_give_one_answer():
    measured = kappa(["yes", "yes"], ["yes", "yes"])
    assert math.isnan(measured.kappa)
    assert measured.agreement == 1.0


def test_kappa_is_zero_when_only_the_labels_are_constant():
    measured = kappa(["yes", "yes"], ["yes", "no"])
    assert (measured.kappa, measured.agreement) == (0.0, 0.5)


def test_kappa_refuses_lists_of_different_lengths():
    with pytest.raises(ValueError, match="as many"):
        kappa(["yes"], [])


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_is_symmetric_and_at_most_one(pairs):
    one = kappa([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    other = kappa([pair[1] for pair in pairs], [pair[0] for pair in pairs])
    assert one.kappa == pytest.approx(other.kappa, nan_ok=True)
    assert math.isnan(one.kappa) or one.low <= one.kappa <= min(one.high, 1.0) + 1e-12


def test_unsure_answers_count_by_their_best_option():
    calls = [labelled("a", {"offer_help": "yes"}), labelled("b", {"offer_help": "no"})]
    cards = [card("a", answer("offer_help", "yes", unsure=True)), card("b", answer("offer_help", "yes"))]
    found = evaluate(calls, cards).labels["offer_help"]
    assert (found.agreement, found.unsure, found.agreement_sure) == (0.5, 0.5, 0.0)


def test_evidence_hits_when_one_labelled_turn_is_named():
    calls = [
        labelled("a", {"empathy": "yes"}, {"empathy": (2, 4)}),
        labelled("b", {"empathy": "yes"}, {"empathy": (6,)}),
        labelled("c", {"empathy": "no"}),
    ]
    cards = [
        card("a", answer("empathy", "yes", turns=(4, 9))),
        card("b", answer("empathy", "yes", turns=(2,))),
        card("c", answer("empathy", "no")),
    ]
    assert evaluate(calls, cards).labels["empathy"].evidence_hit == 0.5


def test_macro_kappa_skips_undefined_kappas():
    calls = [
        labelled("a", {"empathy": "yes", "outcome": "resolved"}),
        labelled("b", {"empathy": "no", "outcome": "resolved"}),
    ]
    cards = [
        card("a", answer("empathy", "yes"), answer("outcome", "resolved")),
        card("b", answer("empathy", "no"), answer("outcome", "resolved")),
    ]
    found = evaluate(calls, cards)
    assert math.isnan(found.labels["outcome"].kappa)
    assert found.macro_kappa == 1.0


def test_unanswered_questions_are_skipped():
    found = evaluate([labelled("a", {"empathy": "yes", "churn_risk": "no"})], [card("a", answer("empathy", "yes"))])
    assert list(found.labels) == ["empathy"]


def test_a_call_without_a_scorecard_is_counted_but_not_measured():
    found = evaluate(
        [labelled("a", {"empathy": "yes"}), labelled("b", {"empathy": "yes"})], [card("a", answer("empathy", "yes"))]
    )
    assert (found.calls, found.labels["empathy"].n) == (2, 1)


def test_the_json_has_the_published_keys_and_null_for_undefined():
    found = evaluate([labelled("a", {"empathy": "yes"})], [card("a", answer("empathy", "yes"))])
    assert json.loads(found.to_json()) == {
        "macro_kappa": None,
        "calls": 1,
        "labels": {
            "empathy": {
                "n": 1,
                "agreement": 1.0,
                "kappa": None,
                "kappa_low": None,
                "kappa_high": None,
                "evidence_hit": None,
                "unsure": 0.0,
                "agreement_sure": 1.0,
            }
        },
    }


def test_there_are_sixteen_answered_labels():
    assert len(QUESTIONS) == 16
