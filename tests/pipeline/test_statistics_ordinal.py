import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analytics.statistics.ordinal import (
    Ordinal,
    Prior,
    answer_at,
    cumulative,
    fit,
    mean_answer,
    prior_model,
    recalibrated,
    spread,
    standard_error,
    whole_answer_at,
)

THRESHOLDS = np.array([-2.0, -1.0, 0.0, 1.5])
TRUE = np.array([1.0, -0.7])


def wide_prior(*, doubt=100.0, signs=(0, 0)):
    return Prior(THRESHOLDS, np.zeros(2), doubt, doubt, np.full(2, doubt), np.array(signs))


def answered(calls, *, seed=0, weights=TRUE):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(calls, 2))
    below = cumulative(THRESHOLDS, features @ weights)
    return features, (rng.random(calls)[:, None] > below).sum(1)


def test_probabilities_mean_and_spread_are_those_of_the_distribution():
    below = np.array([[0.1, 0.3, 0.6, 0.8]])
    assert mean_answer(below)[0] == pytest.approx(1 * 0.1 + 2 * 0.2 + 3 * 0.3 + 4 * 0.2 + 5 * 0.2)
    assert spread(below)[0] == pytest.approx(np.sqrt(0.1 + 0.8 + 2.7 + 3.2 + 5.0 - 3.2**2))


def test_a_quantile_is_within_its_class():
    below = np.array([[0.1, 0.3, 0.6, 0.8]])
    assert answer_at(below, 0.05)[0] == pytest.approx(1.0)
    assert answer_at(below, 0.45)[0] == pytest.approx(3.0)
    assert answer_at(below, 0.95)[0] == pytest.approx(5.25)
    assert (whole_answer_at(below, 0.05)[0], whole_answer_at(below, 0.1)[0], whole_answer_at(below, 0.95)[0]) == (
        1,
        2,
        5,
    )


@settings(deadline=None, max_examples=300)
@given(st.floats(-30, 30), st.floats(0, 1), st.floats(0.01, 0.99))
def test_more_points_never_mean_a_worse_answer(points, more, level):
    below = cumulative(THRESHOLDS, np.array([points, points + more]))
    assert mean_answer(below)[1] >= mean_answer(below)[0] - 1e-12
    assert answer_at(below, level)[1] >= answer_at(below, level)[0] - 1e-6
    assert whole_answer_at(below, level)[1] >= whole_answer_at(below, level)[0]


def test_without_a_prior_the_weights_are_those_of_statsmodels():
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    features, answers = answered(600)
    theirs = OrderedModel(answers, features, distr="logit").fit(method="bfgs", disp=False)
    ours = fit(features, answers, case_weights=np.ones(600), prior=wide_prior())
    assert ours.weights == pytest.approx(theirs.params[:2], abs=1e-3)
    assert ours.thresholds == pytest.approx(theirs.model.transform_threshold_params(theirs.params)[1:-1], abs=1e-3)
    assert np.sqrt(np.diag(ours.covariance))[4:] == pytest.approx(theirs.bse[:2], rel=0.1)


def test_equal_case_weights_keep_the_number_of_answers():
    features, answers = answered(200)
    prior = wide_prior(doubt=1.0)
    once, twice = (fit(features, answers, case_weights=np.full(200, each), prior=prior) for each in (1.0, 2.0))
    assert twice.weights == pytest.approx(once.weights, abs=1e-6)
    assert np.diag(twice.covariance) == pytest.approx(np.diag(once.covariance), rel=1e-4)


def test_unequal_case_weights_count_as_fewer_answers():
    features, answers = answered(400)
    uneven = np.where(np.arange(400) % 10 == 0, 10.0, 0.1)
    even, few = (
        fit(features, answers, case_weights=each, prior=wide_prior(doubt=1.0)) for each in (np.ones(400), uneven)
    )
    assert few.covariance[4, 4] > 4 * even.covariance[4, 4]


def test_a_tight_prior_keeps_the_weights_and_their_signs():
    features, answers = answered(500)
    tight = fit(features, answers, case_weights=np.ones(500), prior=wide_prior(doubt=1e-3))
    assert tight.weights == pytest.approx([0, 0], abs=1e-3)
    turned = fit(features, answers, case_weights=np.ones(500), prior=wide_prior(signs=(-1, 1)))
    assert turned.weights == pytest.approx([0, 0], abs=1e-9)


def test_the_prior_model_has_the_prior_s_variance():
    model = prior_model(Prior(THRESHOLDS, TRUE, 0.5, 0.3, np.array([0.2, 0.4]), np.zeros(2, int)))
    assert np.sqrt(np.diag(model.covariance))[[0, 4, 5]] == pytest.approx([0.5, 0.2, 0.4])
    assert np.sqrt(model.covariance[1, 1]) == pytest.approx(np.hypot(0.5, 0.3 * 1.0))


def test_the_standard_error_is_the_spread_of_repeated_fits():
    at = np.array([[0.5, -0.5]])
    models = [fit(*answered(400, seed=seed), case_weights=np.ones(400), prior=wide_prior()) for seed in range(60)]
    below = [cumulative(model.thresholds, at @ model.weights) for model in models]
    scatter = np.std([mean_answer(each)[0] for each in below])
    claimed = np.mean([standard_error(model, at, each)[0] for model, each in zip(models, below, strict=True)])
    assert claimed == pytest.approx(scatter, rel=0.25)


def test_a_slope_scales_weights_and_their_errors():
    model = recalibrated(Ordinal(THRESHOLDS, TRUE, np.eye(6)), THRESHOLDS + 1, slope=2.0)
    assert model.weights.tolist() == [2.0, -1.4]
    assert np.diag(model.covariance).tolist() == [1, 1, 1, 1, 4, 4]
