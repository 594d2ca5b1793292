import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_forms import card, form, multiple, yes_no

P = st.floats(min_value=0, max_value=1)
SURE = st.sampled_from([0.0, 1.0])
ANSWERS = st.tuples(SURE, SURE, SURE)
WEIGHT = st.floats(min_value=0.1, max_value=20)
PENALTY = st.floats(min_value=1, max_value=5)
KANO = st.sampled_from(["must_be", "performance", "attractive"])


def total_of(classed, a, b, c, *, most=200, **yes):
    """The total of a form with `classed` questions among plain ones in two sections."""
    return card(form([yes_no("a"), *classed, yes_no("b")], [yes_no("c")], most=most), a=a, b=b, c=c, **yes).total


def test_the_three_classes_on_a_form_that_is_half_met():
    """Two questions of 50 points each, one of them met, and a third of 50 points."""
    totals = {
        kano: [
            card(form([yes_no("a"), yes_no("b"), yes_no("q", kano=kano)], most=200), a=1, b=0, q=q).total
            for q in (0, 1)
        ]
        for kano in ("must_be", "performance", "attractive")
    }
    assert totals == {
        "must_be": [0.0, 50.0],
        "performance": [pytest.approx(100 / 3), pytest.approx(200 / 3)],
        "attractive": [50.0, 100.0],
    }


def test_a_must_be_question_earns_its_points_or_loses_a_multiple_of_them():
    rubric = form([yes_no("a", weight=9), yes_no("q", kano="must_be", weight=1, penalty=3)])
    good, bad = card(rubric, a=1, q=1), card(rubric, a=1, q=0)
    assert good.answer("q").points == pytest.approx(100 / 9)
    assert bad.answer("q").points == pytest.approx(-200 / 9)
    assert (good.total, bad.total) == (100, pytest.approx(100 - 300 / 9))


@given(ANSWERS, P, WEIGHT, PENALTY)
def test_must_be_never_raises_the_total_above_what_it_is_without_the_question(answers, q, weight, penalty):
    question = yes_no("q", kano="must_be", weight=weight, penalty=penalty)
    assert total_of([question], *answers, q=q) <= total_of([], *answers) + 1e-9


@given(ANSWERS, P, WEIGHT)
def test_attractive_never_lowers_the_total_below_what_it_is_without_the_question(answers, q, weight):
    question = yes_no("q", kano="attractive", weight=weight)
    assert total_of([question], *answers, q=q) >= total_of([], *answers) - 1e-9


@given(ANSWERS, WEIGHT, PENALTY)
def test_fulfilled_must_be_and_absent_attractive_change_nothing(answers, weight, penalty):
    fulfilled = yes_no("q", kano="must_be", weight=weight, penalty=penalty)
    absent = yes_no("r", kano="attractive", weight=weight)
    assert total_of([fulfilled, absent], *answers, q=1, r=0) == pytest.approx(total_of([], *answers))


@given(ANSWERS, WEIGHT, PENALTY, KANO, P, P)
def test_every_class_is_monotone_in_the_probability_between_the_thresholds(answers, weight, penalty, kano, p, q):
    more = {"penalty": penalty} if kano == "must_be" else {}
    question = yes_no("q", kano=kano, weight=weight, thresholds={"no_up_to": 0, "yes_from": 1}, **more)
    low, high = (total_of([question], *answers, q=each) for each in sorted((p, q)))
    assert low <= high + 1e-9


@given(ANSWERS, WEIGHT, KANO, SURE)
def test_a_class_does_not_change_the_weights_of_other_questions(answers, weight, kano, q):
    with_it = form([yes_no("a"), yes_no("q", kano=kano, weight=weight), yes_no("b")], [yes_no("c")])
    without = form([yes_no("a"), yes_no("b")], [yes_no("c")])
    if kano == "performance":
        assert sum(with_it.weights().values()) == pytest.approx(100)
    else:
        assert {name: with_it.weights()[name] for name in "abc"} == without.weights()


@given(WEIGHT, SURE, SURE)
def test_a_must_be_question_that_does_not_apply_changes_nothing(weight, a, q):
    gate = {"applies_when": {"kind": "verdict", "name": "asked", "option": "yes"}}
    question = yes_no("q", kano="must_be", weight=weight, **gate)
    assert card(form([yes_no("a"), question]), a=a, q=q, asked=0).total == 100 * a


def test_must_be_works_by_shares_as_well():
    question = multiple("q", x=0.5, y=0.5) | {"kano": "must_be"}
    rubric = form([yes_no("a"), question])
    assert [card(rubric, a=1, x=x, y=y).total for x, y in ((1, 1), (1, 0), (0, 0))] == [100, 25, 0]


def test_a_failed_section_gets_no_points_of_attractive_questions():
    fails = yes_no("a", auto_fail={"on": ["no"], "scope": "section", "cap": 50})
    rubric = form([fails, yes_no("b", weight=3), yes_no("q", kano="attractive")], most=200)
    assert card(rubric, a=0, b=1, q=1).total == 50
    assert card(rubric, a=1, b=1, q=1).total == 125
