import numpy as np
import pytest

from pipeline.analytics.statistics.conformal import margin, margins_of


def test_a_margin_covers_the_share_of_answers_and_the_call_itself():
    answers = np.arange(1.0, 10.0)
    margins = margins_of(answers, np.zeros(9), np.zeros(9), weights=np.ones(9))
    assert margins.distances.tolist() == answers.tolist()
    # Nine tenths of nine answers and the call's own are nine.
    assert margin(margins, np.ones(1), coverage=0.9).tolist() == [9.0]
    assert margin(margins, np.ones(1), coverage=0.5).tolist() == [5.0]


def test_answers_inside_narrow_the_interval():
    margins = margins_of(np.full(99, 3.0), np.full(99, 1.0), np.full(99, 5.0), weights=np.ones(99))
    assert margin(margins, np.ones(1), coverage=0.9).tolist() == [-2.0]


def test_a_call_with_too_few_answers_gets_no_bound():
    margins = margins_of(np.zeros(20), np.zeros(20), np.zeros(20), weights=np.ones(20))
    assert margin(margins, np.array([1.0, 50.0]), coverage=0.9).tolist() == [0.0, np.inf]


def test_weights_change_the_margin():
    answers = np.array([0.0, 10.0] * 50)
    for weight, bound in ((1.0, 10.0), (0.01, 0.0)):
        weights = np.where(answers > 0, weight, 1.0)
        margins = margins_of(answers, np.zeros(100), np.zeros(100), weights=weights)
        assert margin(margins, np.ones(1), coverage=0.9)[0] == pytest.approx(bound)
