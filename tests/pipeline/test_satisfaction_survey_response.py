import numpy as np
import pytest
from scipy.special import expit

from pipeline.analytics.satisfaction.survey_response import fit_response, response_weights


def asked(calls, *, slope, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(calls, 2))
    answered = rng.random(calls) < expit(-2 + slope * features[:, 0])
    return features, answered


def test_weights_represent_those_who_did_not_answer():
    features, answered = asked(20_000, slope=0.8)
    response = fit_response(features, answered, case_weights=np.ones(20_000))
    weights = response_weights(response, features[answered])
    assert features[answered, 0].mean() > 0.5
    assert np.average(features[answered, 0], weights=weights) == pytest.approx(features[:, 0].mean(), abs=0.06)
    assert weights.mean() == pytest.approx(1, abs=0.05)


def test_answers_have_equal_weights_if_everybody_is_equally_likely_to_answer():
    features, answered = asked(20_000, slope=0.0)
    response = fit_response(features, answered, case_weights=np.ones(20_000))
    assert response_weights(response, features) == pytest.approx(np.ones(20_000), abs=0.2)


def test_a_weighted_sample_of_the_others_gives_the_same():
    features, answered = asked(40_000, slope=0.8)
    whole = fit_response(features, answered, case_weights=np.ones(40_000))
    kept = answered | (np.arange(40_000) % 4 == 0)
    sample = fit_response(features[kept], answered[kept], case_weights=np.where(answered[kept], 1.0, 4.0))
    assert response_weights(sample, features) == pytest.approx(response_weights(whole, features), rel=0.15, abs=0.1)


def test_weights_are_trimmed_at_the_outer_percentiles():
    features, answered = asked(5_000, slope=2.0)
    response = fit_response(features, answered, case_weights=np.ones(5_000))
    assert response_weights(response, np.array([[-50.0, 0.0]]))[0] == response.most
    assert response.most < 60


def test_a_perfectly_separating_feature_is_handled():
    features = np.column_stack([np.repeat([0.0, 1.0], 50), np.zeros(100)])
    response = fit_response(features, features[:, 0] > 0, case_weights=np.ones(100))
    assert np.isfinite(response.coefficients).all()
