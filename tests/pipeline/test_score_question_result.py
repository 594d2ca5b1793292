import pytest
from score_contexts import call, scoring_models

from pipeline.rubric.load import parse_rubric
from pipeline.score import score
from pipeline.scorecard import Answer

HEAD = """
id: small
title: Small
languages: [en]
sections:
  - id: all
    title: All
    weight: 1
    questions:
"""
YES_NO = """
      - id: asked
        text: Was it so?
        help: {text: So.}
        kind: yes_no
        yes_when: {kind: verdict, name: asked, option: "yes"}
"""
CHOICE = """
      - id: ended
        text: How did it end?
        help: {text: The end.}
        kind: choice
        options:
          - {id: well, share: 1, when: {kind: verdict, name: ended, option: well}}
          - {id: so_so, share: 0.5, when: {kind: verdict, name: ended, option: so_so}}
          - {id: badly, share: 0}
"""
APPLIES = '        applies_when: {kind: verdict, name: applies, option: "yes"}\n'


def answer(form: str, **call_labels: dict[str, float]) -> Answer:
    rubric = parse_rubric(HEAD + form, source="form.yaml")
    (card,) = score([call(("agent", "a"))], rubric=rubric, scoring_models=scoring_models(**call_labels))
    return card.answers[0]


def odds(probability: float) -> dict[str, float]:
    return {"yes": probability, "no": 1 - probability}


@pytest.mark.parametrize(
    ("probability", "value", "best", "points"),
    [
        (0.9, "yes", "yes", 100.0),
        (0.6, "yes", "yes", 100.0),
        (0.55, "unsure", "yes", 55.0),
        (0.45, "unsure", "no", 45.0),
        (0.4, "no", "no", 0.0),
        (0.1, "no", "no", 0.0),
    ],
)
def test_between_the_thresholds_an_answer_is_unsure(probability: float, value: str, best: str, points: float):
    found = answer(YES_NO, asked=odds(probability))
    assert (found.value, found.best, found.points_possible) == (value, best, 100.0)
    assert found.points == pytest.approx(points)
    assert found.probability == pytest.approx(max(probability, 1 - probability))


def test_a_question_may_have_its_own_thresholds():
    form = YES_NO + "        thresholds: {no_up_to: 0.1, yes_from: 0.95}\n"
    assert answer(form, asked=odds(0.9)).value == "unsure"


@pytest.mark.parametrize(
    ("applies", "yes", "value", "best", "probability"),
    [
        (0.1, 1.0, "na", "na", 0.9),
        (0.45, 1.0, "unsure", "na", 0.55),
        (0.55, 1.0, "unsure", "yes", 0.55),
        (0.9, 0.9, "yes", "yes", 0.81),
        (0.7, 0.5, "unsure", "yes", 0.35),
    ],
)
def test_applicability_comes_first(applies: float, yes: float, value: str, best: str, probability: float):
    found = answer(YES_NO + APPLIES, applies=odds(applies), asked=odds(yes))
    assert (found.value, found.best, found.probability) == (value, best, pytest.approx(probability))


def test_a_question_that_does_not_apply_has_no_possible_points():
    found = answer(YES_NO + APPLIES, applies=odds(0.0), asked=odds(0.0))
    assert (found.value, found.points, found.points_possible) == ("na", 0.0, 0.0)


@pytest.mark.parametrize(
    ("well", "so_so", "value", "best", "points"),
    [
        (0.7, 0.2, "well", "well", 100.0),
        (0.1, 0.8, "so_so", "so_so", 50.0),
        (0.2, 0.1, "badly", "badly", 0.0),
        (0.4, 0.3, "unsure", "well", 55.0),
        (0.9, 0.9, "well", "well", 100.0),
    ],
)
def test_a_choice_takes_the_most_probable_option(well: float, so_so: float, value: str, best: str, points: float):
    found = answer(CHOICE, ended={"well": well, "so_so": so_so, "badly": max(0.0, 1 - well - so_so)})
    assert (found.value, found.best, found.points) == (value, best, pytest.approx(points))


def test_a_detector_that_cannot_run_fails_only_its_question():
    broken = YES_NO.replace("asked", "timed").replace(
        '{kind: verdict, name: timed, option: "yes"}', "{kind: measure, name: pace, at_least: 1}"
    )
    rubric = parse_rubric(HEAD + YES_NO + broken, source="form.yaml")
    (card,) = score([call(("agent", "a"))], rubric=rubric, scoring_models=scoring_models(asked=odds(1.0)))
    failed = card.answer("timed")
    assert (failed.value, failed.points_possible, failed.reason) == (
        "failed",
        0.0,
        "pace needs times, which this transcript lacks",
    )
    assert (card.total, card.answer("asked").value) == (100.0, "yes")


def test_an_answer_names_the_kinds_that_gave_it():
    form = YES_NO.replace(
        '{kind: verdict, name: asked, option: "yes"}',
        "{kind: any, of: [{kind: phrase, phrases: [a]}, {kind: not, of: {kind: metadata, field: queue, one_of: [x]}}]}",
    )
    assert answer(form).method == "phrase+metadata"


def test_an_answer_has_evidence_or_else_the_turns_searched():
    form = YES_NO.replace('{kind: verdict, name: asked, option: "yes"}', "{kind: phrase, phrases: [hello]}")
    rubric = parse_rubric(HEAD + form, source="form.yaml")
    yes, no = score([call(("agent", "Hello")), call(("agent", "Hm"))], rubric=rubric, scoring_models=scoring_models())
    assert ([quote.quote for quote in yes.answers[0].evidence], yes.answers[0].searched) == (["Hello"], ())
    assert (no.answers[0].evidence, no.answers[0].searched) == ((), (0,))
