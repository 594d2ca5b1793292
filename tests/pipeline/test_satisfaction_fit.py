"""Estimates on simulated populations with known satisfaction, when customers are not equally likely to answer."""

import numpy as np
import pytest
from satisfaction_calls import (
    COLD,
    OTHER_THRESHOLDS,
    OTHER_WEIGHTS,
    answers_to,
    column,
    population,
    survey,
)

from pipeline.analytics.satisfaction.cold_start_prior import NAMES
from pipeline.analytics.satisfaction.features import matrix, read_features
from pipeline.analytics.satisfaction.figures import satisfaction_figures
from pipeline.analytics.satisfaction.fit import FitRules, answers_of, prior
from pipeline.analytics.satisfaction.satisfaction import SatisfactionRules, find_satisfaction
from pipeline.analytics.statistics.ordinal import fit

# Odds of answering double or halve with each point.
LEANING = 0.7


def answering(people, share, *, leaning, seed, by_answer=False):
    """Draw who answers: about this share, leaning by the call to satisfied (above 0) or dissatisfied customers."""
    lean = people.answers.astype(float) if by_answer else people.points
    chance = share * np.exp(leaning * (lean - lean.mean()))
    return np.random.default_rng(seed).random(len(lean)) < np.clip(chance, 0, 0.95)


def mean_of_all(people, found):
    people.connection.register("_found", found)
    people.connection.execute("create or replace table satisfaction as select * from _found")
    (figure,) = (
        row
        for row in satisfaction_figures(people.connection).to_pylist()
        if (row["measure"], row["dimension"]) == ("satisfaction", "all")
    )
    return figure


@pytest.mark.slow
@pytest.mark.parametrize("leaning", [-LEANING, LEANING], ids=["the unhappy answer", "the happy answer"])
def test_the_mean_is_that_of_all_customers_and_not_of_those_who_answer(leaning):
    for seed in range(4):
        people = population(10_000, seed=seed)
        chosen = answering(people, 0.1, leaning=leaning, seed=seed + 50)
        survey(people, chosen)
        figure = mean_of_all(people, find_satisfaction(people.connection))
        truth, answered = people.answers.mean(), people.answers[chosen].mean()
        assert abs(answered - truth) > 0.6
        assert abs(figure["estimate"] - truth) < 0.15
        assert figure["low"] <= truth <= figure["high"]


def test_the_mean_is_closer_but_biased_if_the_answer_itself_makes_people_respond():
    people = population(10_000, seed=5)
    chosen = answering(people, 0.1, leaning=-0.4, seed=6, by_answer=True)
    survey(people, chosen)
    figure = mean_of_all(people, find_satisfaction(people.connection))
    truth, answered = people.answers.mean(), people.answers[chosen].mean()
    assert abs(figure["estimate"] - truth) < 0.75 * abs(answered - truth)
    assert abs(figure["estimate"] - truth) > 0.1


def test_weights_move_from_the_cold_start_to_the_truth_with_more_surveys():
    people = population(6_000, seed=3)
    features = matrix(read_features(people.connection, since=None, sampled_of=1))
    distance = {}
    for surveys in (30, 3_000, 6_000):
        answers = answers_of(people.answers[:surveys].astype(float))
        weights = fit(features[:surveys], answers, case_weights=np.ones(surveys), prior=prior()).weights
        distance[surveys] = (np.abs(weights - COLD).mean(), np.abs(weights - OTHER_WEIGHTS).mean())
    apart = np.abs(COLD - OTHER_WEIGHTS).mean()
    assert distance[30][0] < 0.35 * apart
    assert distance[3_000][1] < 0.4 * apart
    assert distance[6_000][1] < distance[3_000][1]


@pytest.mark.parametrize(
    ("share", "leaning", "error"), [(0.3, 0.0, 0.02), (0.2, -LEANING, 0.02), (0.04, -LEANING, 0.04)]
)
def test_an_interval_covers_nine_of_ten_customers_who_did_not_answer(share, leaning, error):
    people = population(12_000, seed=8)
    chosen = answering(people, share, leaning=leaning, seed=9)
    survey(people, chosen)
    found = find_satisfaction(people.connection)
    inside = (column(found, "low") <= people.answers) & (people.answers <= column(found, "high"))
    assert inside[~chosen].mean() == pytest.approx(0.9, abs=error)


def test_the_cold_start_interval_covers_at_least_nine_of_ten_if_the_weights_are_right():
    people = population(5_000, seed=8, weights=COLD, thresholds=OTHER_THRESHOLDS - 0.8)
    found = find_satisfaction(people.connection)
    inside = (column(found, "low") <= people.answers) & (people.answers <= column(found, "high"))
    assert inside.mean() > 0.9


def test_probabilities_of_dissatisfaction_are_calibrated():
    people = population(12_000, seed=11)
    chosen = answering(people, 0.15, leaning=-0.4, seed=12)
    survey(people, chosen)
    claimed = column(find_satisfaction(people.connection), "dissatisfied")
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)):
        group = ~chosen & (claimed >= low) & (claimed < high)
        assert (people.answers[group] <= 2).mean() == pytest.approx(claimed[group].mean(), abs=0.05)


def test_a_call_s_own_survey_does_not_make_its_estimate():
    people = population(2_000, seed=4)
    chosen = np.random.default_rng(5).random(2_000) < 0.15
    place = int(np.flatnonzero(chosen)[7])
    estimates = []
    for own in (1, 5):
        answers = people.answers.copy()
        answers[place] = own
        survey(people, chosen, answers=answers)
        estimates.append(column(find_satisfaction(people.connection), "estimate")[place])
    assert abs(estimates[1] - estimates[0]) < 0.03


def test_only_the_newest_of_many_surveys_are_fitted():
    people = population(4_000, seed=4)
    newest = np.arange(4_000) >= 3_000
    rules = SatisfactionRules(fit=FitRules(most_surveys=int(newest.sum())))
    survey(people, newest)
    alone = find_satisfaction(people.connection, rules=rules)
    old = np.random.default_rng(3).permutation(people.answers)
    survey(people, newest | (np.arange(4_000) < 2_500), answers=np.where(newest, people.answers, old))
    both = find_satisfaction(people.connection, rules=rules)
    assert column(both, "estimate") == pytest.approx(column(alone, "estimate"), abs=0.02)


def test_a_fit_never_changes_the_sign_of_a_weight():
    people = population(2_000, seed=4)
    perverse = answers_to(-people.points, OTHER_THRESHOLDS, np.random.default_rng(1))
    survey(people, np.arange(2_000) < 1_000, answers=perverse)
    found = find_satisfaction(people.connection)
    signs = {name: np.sign(points) for name, points in zip(NAMES, COLD, strict=True)}
    effects = [driver for drivers in found.column("drivers").to_pylist() for driver in drivers]
    assert all(np.sign(driver["effect"]) == signs[driver["name"]] for driver in effects if signs[driver["name"]])


def test_hidden_dissatisfaction_is_found_among_calls_that_all_count_as_satisfied():
    """Half do not answer, the desk closes every call as resolved, and a fifth of the answers are a polite 5."""
    people = population(20_000, seed=14)
    rng = np.random.default_rng(15)
    polite = rng.random(20_000) < 0.2
    chosen = rng.random(20_000) < 0.5
    survey(people, chosen, answers=np.where(polite, 5, people.answers), closed_as="closed")
    found = find_satisfaction(people.connection)
    hidden = np.array([value is True for value in found.column("hidden_dissatisfied").to_pylist()])
    fine = np.array([value is not None for value in found.column("hidden_dissatisfied").to_pylist()])
    bad = people.answers <= 2
    assert (people.answers[fine & hidden] <= 2).mean() > 5 * bad[fine].mean()
    planted = fine & bad & (people.points < -2.5)
    assert hidden[planted].mean() > 0.95
    assert hidden[fine & ~bad].mean() < 0.05
