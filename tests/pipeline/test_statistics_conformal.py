import numpy as np
import pytest

from pipeline.analytics.statistics.conformal import margin, margins_of


def test_a_margin_is_the_distance_that_so_many_answers_and_the_call_itself_lie_within():
    answers = np.arange(1.0, 10.0)
    margins = margins_of(answers, np.zeros(9), np.zeros(9), weights=np.ones(9))
    assert margins.distances.tolist() == answers.tolist()
    # Of nine answers and the call's own, nine tenths are nine.
    assert margin(margins, np.ones(1), coverage=0.9).tolist() == [9.0]
    assert margin(margins, np.ones(1), coverage=0.5).tolist() == [5.0]


def test_an_answer_inside_draws_the_interval_in():
    margins = margins_of(np.full(99, 3.0), np.full(99, 1.0), np.full(99, 5.0), weights=np.ones(99))
    assert margin(margins, np.ones(1), coverage=0.9).tolist() == [-2.0]


def test_a_call_that_too_few_answers_speak_for_gets_no_bound():
    margins = margins_of(np.zeros(20), np.zeros(20), np.zeros(20), weights=np.ones(20))
    assert margin(margins, np.array([1.0, 50.0]), coverage=0.9).tolist() == [0.0, np.inf]


def test_weights_shift_what_answers_say():
    answers = np.array([0.0, 10.0] * 50)
    for weight, bound in ((1.0, 10.0), (0.01, 0.0)):
        weights = np.where(answers > 0, weight, 1.0)
        margins = margins_of(answers, np.zeros(100), np.zeros(100), weights=weights)
        assert margin(margins, np.ones(1), coverage=0.9)[0] == pytest.approx(bound)
