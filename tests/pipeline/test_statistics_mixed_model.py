import numpy as np
import pytest
from case_mix_cells import cells_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analytics.agents.case_mix import design_of
from pipeline.analytics.statistics.mixed_model import fit, independent, solve, sums_of

AGENTS, TOPICS, CALLS = 12, 4, 300


def calls(seed=1, *, between=0.6):
    rng = np.random.default_rng(seed)
    agent, topic = rng.integers(AGENTS, size=CALLS), rng.integers(TOPICS, size=CALLS)
    effects = rng.normal(0, between, AGENTS)
    return agent, topic, effects[agent] + topic + rng.normal(0, 1, CALLS)


def sums(agent, topic, values):
    cells = cells_of(agent, topic, values)
    found = sums_of(
        design_of(cells, fewest=1), agents=cells.agent, n=cells.n, totals=cells.totals, squares=cells.squares
    )
    return independent(found)[0]


def raw_fit(agent, topic, values):
    """statsmodels over the calls themselves."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    return MixedLM(values, np.eye(TOPICS)[topic], groups=agent).fit(reml=True)


@pytest.mark.parametrize("between", [0.2, 0.6, 2.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cells_give_the_variances_that_statsmodels_gives_for_the_calls_themselves(seed, between):
    given = calls(seed, between=between)
    found, raw = fit(sums(*given)), raw_fit(*given)
    assert found.ratio == pytest.approx(raw.cov_re_unscaled[0, 0], rel=1e-3)
    assert found.scale == pytest.approx(raw.scale, rel=1e-4)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_agents_differ_by_far_more_than_their_calls_statsmodels_finds_nothing_likelier(seed):
    given = calls(seed, between=20.0)
    found = fit(sums(*given))
    theirs = raw_fit(*given).cov_re_unscaled[0, 0]
    assert found.ratio == pytest.approx(theirs, rel=0.01)
    assert found.likelihood >= solve(sums(*given), theirs).likelihood


def test_no_ratio_near_the_fitted_one_is_likelier():
    given = sums(*calls())
    found = fit(given)
    assert all(solve(given, found.ratio * factor).likelihood < found.likelihood for factor in (0.9, 0.99, 1.01, 1.1))


def test_cells_give_the_agents_effects_that_the_calls_themselves_give():
    found, raw = sums(*calls()), raw_fit(*calls())
    solution = solve(found, raw.cov_re_unscaled[0, 0])
    effects = solution.shrink * (found.totals - found.moments @ solution.coefficients)
    assert effects == pytest.approx([raw.random_effects[agent].iloc[0] for agent in range(AGENTS)], abs=1e-6)


def test_cells_give_the_likelihood_that_the_calls_themselves_give_up_to_a_constant():
    found, raw = sums(*calls()), raw_fit(*calls())
    ratios = (0.01, 0.1, 0.5, 2.0)
    own = np.array([solve(found, ratio).likelihood for ratio in ratios])
    theirs = np.array([raw.model.loglike(np.array([np.sqrt(ratio)])) for ratio in ratios])
    assert np.ptp(own - theirs) == pytest.approx(0, abs=1e-6)


def test_agents_who_are_all_alike_have_no_variance():
    agent, topic = np.repeat(np.arange(AGENTS), 4), np.tile(np.arange(4), AGENTS)
    assert fit(sums(agent, topic, topic * 2.0 + np.resize([0.5, -0.5], len(agent)))).ratio == 0.0


def test_agents_whose_calls_are_all_alike_keep_their_own_means():
    agent = np.repeat(np.arange(AGENTS), 4)
    found = sums(agent, np.zeros_like(agent), 2.0**agent)
    solution = fit(found)
    effects = solution.shrink * (found.totals - found.moments @ solution.coefficients)
    assert effects + found.moments @ solution.coefficients / 4 == pytest.approx(2.0 ** np.arange(AGENTS), rel=1e-9)


def test_columns_that_are_sums_of_others_are_left_out():
    agent, topic, values = calls()
    cells = cells_of(agent, topic, values, queue=topic)
    found = sums_of(
        design_of(cells, fewest=1), agents=cells.agent, n=cells.n, totals=cells.totals, squares=cells.squares
    )
    assert independent(found)[0].moments.shape == (AGENTS, TOPICS)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(1e-4, 5.0))
def test_the_sums_are_the_same_however_calls_are_cut_into_cells(seed, ratio):
    agent, topic, values = calls(seed)
    whole = sums(agent, topic, values)
    design = np.column_stack([np.ones(CALLS), np.eye(TOPICS)[topic]])
    from scipy.sparse import csr_array

    single = sums_of(
        csr_array(design), agents=agent, n=np.ones(CALLS, dtype=int), totals=values, squares=np.square(values)
    )
    solutions = [solve(found, ratio) for found in (whole, independent(single)[0])]
    assert solutions[0].scale == pytest.approx(solutions[1].scale, rel=1e-9)
