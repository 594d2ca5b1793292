import json

import pytest
from rubric_forms import A_CALL, form, yes_no
from score_contexts import scoring_models

from pipeline.rubric.question import Thresholds
from pipeline.score import score
from pipeline.score.context.reliability import Reliability, reliability_of
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.scorecard import Scorecard

MEASURED = Reliability(sure_from={"": {0.05: 0.9, 0.1: 0.7}, "easy": {0.05: 0.55, 0.1: 0.45}}, level=0.8, misheard=0.5)


def card(
    reliability: Reliability = MEASURED, *, more: dict[str, object] | None = None, **form_more: object
) -> Scorecard:
    asked = scoring_models(greeted={"yes": 0.65, "no": 0.35})
    models = ScoringModels(asked.heads, encoder=asked.encoder, reliability=reliability)
    (made,) = score([A_CALL], rubric=form([yes_no("greeted", **(more or {}))], **form_more), scoring_models=models)
    return made


def test_thresholds_are_those_of_the_risk_that_the_form_states():
    assert MEASURED.thresholds("hard", risk=0.1) == Thresholds(no_up_to=1 - 0.7, yes_from=0.7, best_from=0.7)


def test_a_risk_between_two_measured_ones_is_rounded_down():
    assert MEASURED.thresholds("hard", risk=0.08).yes_from == 0.9


def test_a_risk_below_all_measured_ones_makes_every_answer_unsure():
    assert MEASURED.thresholds("hard", risk=0.02) == Thresholds(no_up_to=0, yes_from=1, best_from=1)


def test_a_question_with_figures_of_its_own_has_thresholds_of_its_own():
    assert MEASURED.thresholds("easy", risk=0.1) == Thresholds(no_up_to=0.5, yes_from=0.5, best_from=0.45)


def test_nothing_measured_leaves_the_usual_thresholds():
    assert Reliability().thresholds("hard", risk=0.1) == Thresholds()


@pytest.mark.parametrize(("risk", "value"), [(0.05, "unsure"), (0.1, "unsure"), (0.3, "yes")])
def test_a_greater_risk_makes_fewer_answers_unsure(risk: float, value: str):
    measured = Reliability(sure_from={"": {0.05: 0.9, 0.1: 0.7, 0.3: 0.5}})
    assert card(measured, risk=risk).answer("greeted").value == value


def test_a_form_states_a_risk_of_ten_percent_unless_it_says_otherwise():
    assert form([yes_no("greeted")]).risk == 0.10


def test_thresholds_that_a_form_or_a_question_writes_override_its_risk():
    written = {"no_up_to": 0.4, "yes_from": 0.6}
    assert card(thresholds=written).answer("greeted").value == "yes"
    assert card(more={"thresholds": written}).answer("greeted").value == "yes"


def test_the_interval_uses_the_measured_level():
    unlikely = Reliability(level=0.2)
    assert card(unlikely).interval == (100.0, 100.0)
    assert card(Reliability(level=0.9)).interval == (0.0, 100.0)


def test_the_fingerprint_changes_with_the_reliability():
    heads = scoring_models().heads
    assert ScoringModels(heads).fingerprint != ScoringModels(heads, reliability=MEASURED).fingerprint


def test_the_reliability_round_trips_through_the_card_of_the_heads():
    assert reliability_of({"reliability": json.loads(json.dumps(MEASURED.to_card()))}) == MEASURED


def test_heads_without_a_measurement_have_the_default():
    assert reliability_of({}) == Reliability()
