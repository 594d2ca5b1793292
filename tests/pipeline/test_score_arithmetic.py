import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rubric.rubric import Rubric
from pipeline.score.arithmetic import tally
from pipeline.score.interval import interval
from pipeline.score.question_result import QuestionResult
from pipeline.scorecard import FAILED, NOT_APPLICABLE, Answer

SHARE = {"yes": 1.0, "no": 0.0}


def rubric(weights: list[list[float]], auto_fail: dict[str, object] | None = None) -> Rubric:
    """A form with these question weights by section; the first question may fail the form."""
    sections: list[dict[str, Any]] = [
        {
            "id": f"s{number}",
            "title": "S",
            "weight": number + 1,
            "questions": [_question(number, at, w) for at, w in enumerate(row)],
        }
        for number, row in enumerate(weights)
    ]
    if auto_fail:
        sections[0]["questions"][0]["auto_fail"] = auto_fail
    return Rubric.model_validate({"id": "r", "title": "R", "languages": ["en"], "sections": sections})


def _question(section: int, at: int, weight: float) -> dict[str, object]:
    return {
        "id": f"q{section}_{at}",
        "text": "Was it so?",
        "help": {"text": "So."},
        "kind": "yes_no",
        "weight": weight,
        "yes_when": {"kind": "phrase", "phrases": ["so"]},
    }


def question_result(form: Rubric, question: str, value: str, yes: float = 0.5, applies: float = 1.0) -> QuestionResult:
    """An answer as the rules give it: na and failed have no points, unsure has those expected."""
    worth = form.weights()[question]
    possible = 0.0 if value in (NOT_APPLICABLE, FAILED) else worth
    points = possible * SHARE.get(value, yes)
    answer = Answer(question, value, value, 1.0, points, possible)
    options = {} if value == FAILED else {"yes": yes, "no": 1 - yes}
    return QuestionResult(answer, applies, options, gate=applies)


WEIGHTS = st.lists(st.lists(st.floats(min_value=0.1, max_value=50), min_size=1, max_size=4), min_size=1, max_size=4)


@st.composite
def question_results(draw: st.DrawFn) -> tuple[Rubric, list[QuestionResult]]:
    form = rubric(draw(WEIGHTS))
    value = st.sampled_from(["yes", "no", "unsure", NOT_APPLICABLE, FAILED])
    probability = st.floats(min_value=0, max_value=1)
    return form, [
        question_result(form, q.id, draw(value), draw(probability), draw(probability)) for q in form.questions()
    ]


@given(WEIGHTS)
def test_the_points_of_a_form_sum_to_100(weights: list[list[float]]):
    assert sum(rubric(weights).weights().values()) == pytest.approx(100)


@given(question_results())
def test_the_total_lies_between_0_and_100_and_is_a_view_of_the_answers(made: tuple[Rubric, list[QuestionResult]]):
    form, rules = made
    answers = [each.answer for each in rules]
    result = tally(form, answers)
    possible = sum(answer.points_possible for answer in answers)
    if not possible:
        assert result.total is None
    else:
        assert result.total == pytest.approx(100 * sum(answer.points for answer in answers) / possible)
        assert 0 <= result.total <= 100
    for section in result.sections:
        assert (section.score is None) == (section.points_possible == 0)


@given(question_results(), st.randoms())
def test_the_order_of_answers_changes_nothing(made: tuple[Rubric, list[QuestionResult]], shuffler: random.Random):
    form, rules = made
    mixed = shuffler.sample(rules, len(rules))
    assert tally(form, [each.answer for each in mixed]) == tally(form, [each.answer for each in rules])
    assert interval(form, mixed) == interval(form, rules)


@given(question_results())
def test_the_interval_is_ordered_and_repeats(made: tuple[Rubric, list[QuestionResult]]):
    form, rules = made
    found = interval(form, rules)
    assert found == interval(form, rules)
    if found is not None:
        assert 0 <= found[0] <= found[1] <= 100


@given(question_results())
def test_what_does_not_apply_leaves_the_denominator(made: tuple[Rubric, list[QuestionResult]]):
    form, rules = made
    applying = [each.answer for each in rules if each.answer.points_possible]
    assert tally(form, applying).total == tally(form, [each.answer for each in rules]).total


def test_certain_answers_leave_no_interval():
    form = rubric([[1.0, 1.0]])
    rules = [question_result(form, "q0_0", "yes", 1.0), question_result(form, "q0_1", "no", 0.0)]
    assert interval(form, rules) == (50.0, 50.0)


def test_an_even_chance_on_one_of_four_spans_its_points():
    form = rubric([[1.0, 1.0, 1.0, 1.0]])
    rules = [question_result(form, f"q0_{n}", "yes", 1.0) for n in range(3)] + [
        question_result(form, "q0_3", "unsure", 0.5)
    ]
    assert interval(form, rules) == (75.0, 100.0)
    assert tally(form, [each.answer for each in rules]).total == 87.5


def test_nothing_that_applies_gives_no_total():
    form = rubric([[1.0]])
    rules = [question_result(form, "q0_0", NOT_APPLICABLE, applies=0.0)]
    assert (tally(form, [rules[0].answer]).total, interval(form, rules)) == (None, None)


@pytest.mark.parametrize(
    ("auto_fail", "value", "total", "failed"),
    [
        ({"on": ["no"]}, "no", 0.0, ("q0_0",)),
        ({"on": ["no"], "cap": 30}, "no", 30.0, ("q0_0",)),
        ({"on": ["no"], "cap": 90}, "no", 200 / 3, ("q0_0",)),
        ({"on": ["no"]}, "yes", 100.0, ()),
        ({"on": ["no"]}, "unsure", 100 * 5 / 6, ()),
        ({"on": ["no"], "scope": "section"}, "no", 200 / 3, ()),
    ],
)
def test_auto_fails_of_the_form(auto_fail: dict[str, object], value: str, total: float, failed: tuple[str, ...]):
    form = rubric([[1.0], [1.0]], auto_fail)
    answers = [question_result(form, "q0_0", value).answer, question_result(form, "q1_0", "yes").answer]
    result = tally(form, answers)
    assert (result.total, result.auto_failed) == (pytest.approx(total), failed)


def test_an_auto_fail_of_a_section_takes_its_other_points():
    form = rubric([[1.0, 3.0], [1.0]], {"on": ["no"], "scope": "section", "cap": 50})
    answers = [question_result(form, q, v).answer for q, v in (("q0_0", "no"), ("q0_1", "yes"), ("q1_0", "yes"))]
    result = tally(form, answers)
    assert [section.score for section in result.sections] == [50.0, 100.0]
    assert result.total == pytest.approx((0.5 * 100 + 2 * 100) / 3)


def test_a_likely_auto_fail_lowers_the_interval():
    form = rubric([[1.0, 9.0]], {"on": ["no"]})
    rules = [question_result(form, "q0_0", "unsure", 0.5), question_result(form, "q0_1", "yes", 1.0)]
    assert interval(form, rules) == (0.0, 100.0)
