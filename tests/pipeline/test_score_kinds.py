from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from rubric_forms import card, extra, form, happens, measured, multiple, yes_no

from pipeline.rubric.rubric import Rubric

SURE = st.sampled_from([0.0, 1.0])
P = st.floats(min_value=0, max_value=1)
POINTS = st.floats(min_value=0.5, max_value=60)
NUMERIC: dict[str, Any] = {
    "id": "quiet", "text": "How quiet?", "help": {"text": "So."}, "kind": "numeric", "measure": "silence_share",
    "bands": [
        {"id": "good", "up_to": 0.1, "share": 1},
        {"id": "fair", "up_to": 0.3, "share": 0.5},
        {"id": "poor", "share": 0},
    ],
}  # fmt: skip
SCALE = {
    "id": "care", "text": "How much care?", "help": {"text": "So."}, "kind": "scale",
    "of": happens("care"), "steps": [0.2, 0.4, 0.6, 0.8],
}  # fmt: skip
PACED = SCALE | {"of": None, "measure": "longest_monologue_s", "steps": [90, 60, 30, 15]}


def refused(*questions):
    with pytest.raises(ValidationError) as error:
        form(list(questions))
    return str(error.value)


@pytest.mark.parametrize(
    ("a", "b", "value", "total"),
    [(1, 1, "a+b", 100.0), (1, 0, "a", 60.0), (0, 1, "b", 40.0), (0, 0, "none", 0.0), (1, 0.5, "unsure", 80.0)],
)
def test_a_multiple_choice_adds_the_shares_of_what_is_ticked(a, b, value, total):
    made = card(form([multiple("which", a=0.6, b=0.4)]), a=a, b=b)
    assert (made.answer("which").value, made.total) == (value, pytest.approx(total))


def test_a_negative_share_takes_away_but_never_below_nothing():
    rubric = form([multiple("which", a=0.5, b=-1.0)])
    assert card(rubric, a=1, b=1).answer("which").points == 0
    assert card(rubric, a=1, b=0).answer("which").points == 50


def test_a_multiple_choice_fails_by_any_option_that_fails():
    question = multiple("which", a=1.0, b=0.0) | {"auto_fail": {"on": ["b"]}}
    assert card(form([question]), a=1, b=1).total == 0
    assert card(form([question]), a=1, b=0).total == 100


@given(P, P)
def test_the_combinations_of_a_multiple_choice_are_all_that_can_be(a, b):
    made = card(form([multiple("which", a=0.6, b=0.4)]), a=a, b=b)
    low, high = made.interval
    assert 0 <= low <= high <= 100
    assert 0 <= made.answer("which").probability <= 1 + 1e-9


@pytest.mark.parametrize(
    ("share", "value", "points"),
    [(0.0, "good", 100), (0.1, "good", 100), (0.11, "fair", 50), (0.3, "fair", 50), (0.31, "poor", 0)],
)
def test_a_number_earns_the_share_of_its_band(share, value, points):
    answer = card(form([NUMERIC]), measured(silence_share=share)).answer("quiet")
    assert (answer.value, answer.points, answer.method) == (value, points, "measure")


def test_a_number_that_nobody_measured_fails_its_question_alone():
    made = card(form([NUMERIC, yes_no("said")]), said=1)
    assert (made.answer("quiet").value, made.total) == ("failed", 100)


@pytest.mark.parametrize(
    ("p", "grade", "points"), [(0.05, "1", 0), (0.3, "2", 25), (0.5, "3", 50), (0.7, "4", 75), (0.99, "5", 100)]
)
def test_a_scale_grades_a_probability(p, grade, points):
    answer = card(form([SCALE]), care=p).answer("care")
    assert (answer.value, answer.points) == (grade, points)


@given(P, P)
def test_a_scale_never_grades_the_likelier_lower(p, q):
    grades = [int(card(form([SCALE]), care=each).answer("care").best) for each in sorted((p, q))]
    assert grades == sorted(grades)


@pytest.mark.parametrize(("seconds", "grade"), [(120, "1"), (90, "2"), (60, "3"), (29, "4"), (15, "5"), (1, "5")])
def test_a_scale_of_a_number_of_which_less_is_better_falls(seconds, grade):
    assert card(form([PACED]), measured(longest_monologue_s=seconds)).answer("care").value == grade


def test_a_deduction_takes_its_points_off_the_total_whatever_applied():
    rubric = form([yes_no("said"), yes_no("other", applies_when=happens("asked"))], [extra("deduction", "rude", 10)])
    for asked in (0, 1):
        assert card(rubric, said=1, other=1, asked=asked, rude=1).total == 90
        assert card(rubric, said=1, other=1, asked=asked, rude=0).total == 100


def test_a_form_of_deductions_alone_starts_from_100():
    rubric = form([extra("deduction", "rude", 30), extra("deduction", "late", 20)])
    assert [card(rubric, rude=r, late=late).total for r, late in ((0, 0), (1, 0), (1, 1))] == [100, 70, 50]
    assert card(rubric, rude=1, late=0).sections[0].score == 70


def test_a_bonus_passes_100_only_as_far_as_the_form_allows():
    questions = [yes_no("said"), extra("bonus", "extra_mile", 8)]
    assert [card(form(questions), said=said, extra_mile=1).total for said in (1, 0)] == [100, 8]
    assert card(form(questions, most=105), said=1, extra_mile=1).total == 105
    assert card(form(questions, most=120), said=1, extra_mile=1).total == 108


@given(st.lists(SURE, min_size=2, max_size=2), POINTS, POINTS, SURE, SURE)
def test_deductions_never_raise_and_bonuses_never_lower_a_total(said, take, give, taken, given_):
    questions = [yes_no("a"), yes_no("b")]
    plain = card(form(questions), a=said[0], b=said[1]).total
    lower = form([*questions, extra("deduction", "d", take)])
    higher = form([*questions, extra("bonus", "g", give)], most=200)
    assert card(lower, a=said[0], b=said[1], d=taken).total == pytest.approx(max(0, plain - take * taken))
    assert card(higher, a=said[0], b=said[1], g=given_).total == pytest.approx(min(200, plain + give * given_))


@given(st.lists(SURE, min_size=4, max_size=4), POINTS, POINTS)
def test_certain_answers_leave_an_interval_of_no_width(sure, take, give):
    rubric = form(
        [yes_no("a"), yes_no("b", kano="must_be")], [extra("deduction", "d", take), extra("bonus", "g", give)], most=150
    )
    made = card(rubric, **dict(zip("abdg", sure, strict=True)))
    assert made.interval == pytest.approx((made.total, made.total))


def test_a_question_is_asked_only_after_the_answer_it_follows():
    follow = yes_no("promised", ask_after={"question": "solved", "is": ["no"]})
    rubric = form([yes_no("solved"), follow])
    assert card(rubric, solved=1, promised=0).answer("promised").value == "na"
    assert card(rubric, solved=1, promised=0).total == 100
    assert card(rubric, solved=0, promised=1).total == 50
    assert "not asked after this answer to solved" in card(rubric, solved=1, promised=0).answer("promised").reason


def test_a_question_after_an_unsure_answer_is_unsure_itself():
    follow = yes_no("promised", ask_after={"question": "solved", "is": ["no"]})
    assert card(form([yes_no("solved"), follow]), solved=0.5, promised=1).answer("promised").value == "unsure"


def test_the_interval_draws_a_question_with_the_answer_that_it_follows():
    """Either the first is yes and the second not asked, or it is no and the second earns its half: never nothing."""
    follow = yes_no("promised", ask_after={"question": "solved", "is": ["no"]})
    assert card(form([yes_no("solved"), follow]), solved=0.5, promised=1).interval == (50, 100)


def test_a_question_after_one_that_failed_fails_too():
    follow = yes_no("said", ask_after={"question": "quiet", "is": ["poor"]})
    made = card(form([NUMERIC, follow, yes_no("other")]), said=1, other=1)
    assert (made.answer("said").value, made.total) == ("failed", 100)


@pytest.mark.parametrize(
    ("question", "value", "severity"),
    [
        (yes_no("a", severity="major"), 0, "major"),
        (yes_no("a", severity="major"), 1, None),
        (yes_no("a", severity="major"), 0.5, None),
        (yes_no("a", severity="critical", kano="must_be"), 0, "critical"),
        (yes_no("a", severity="major", kano="attractive"), 0, None),
        (extra("deduction", "a", 5, severity="minor"), 1, "minor"),
        (extra("deduction", "a", 5, severity="minor"), 0, None),
    ],
)
def test_a_fail_has_the_severity_of_its_question(question, value, severity):
    assert card(form([question, yes_no("b")]), a=value, b=1).answer("a").severity == severity


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ([multiple("w", a=1.0, none=0.0)], "reserved name"),
        ([NUMERIC | {"bands": NUMERIC["bands"][:2]}], "every band of quiet but the last needs `up_to`"),
        ([NUMERIC | {"bands": [NUMERIC["bands"][1], NUMERIC["bands"][0], NUMERIC["bands"][2]]}], "must rise"),
        ([SCALE | {"of": None}], "needs either `of` or `measure`"),
        ([SCALE | {"steps": [0.5, 1.5]}], "lie between 0 and 1"),
        ([SCALE | {"steps": [0.5, 0.4]}], "must rise"),
        ([yes_no("a", ask_after={"question": "b", "is": ["yes"]}), yes_no("b")], "which is no earlier question"),
        ([yes_no("b"), yes_no("a", ask_after={"question": "b", "is": ["maybe"]})], "b has the answers ['yes', 'no']"),
        ([yes_no("a", penalty=2)], "only a `must_be` question does"),
        ([yes_no("a", weight=0, informative=True, kano="must_be")], "cannot be `must_be`"),
        ([extra("deduction", "a", 5, weight=1)], "weight"),
        ([extra("bonus", "a", 5)], "nothing would be scored"),
    ],
)
def test_a_question_that_cannot_work_is_refused(questions, message):
    assert message in refused(*questions)


def test_what_is_left_at_its_default_and_the_change_log_are_no_part_of_the_version():
    plain = form([yes_no("a")])
    logged = form([yes_no("a", kano="performance")], changes=[{"on": "2026-11-01", "by": "QA", "why": "First form."}])
    assert plain.version == logged.version
    assert form([yes_no("a", kano="attractive"), yes_no("b")]).version != form([yes_no("a"), yes_no("b")]).version
    assert isinstance(plain, Rubric)
