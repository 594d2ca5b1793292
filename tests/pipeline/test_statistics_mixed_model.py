import warnings

import numpy as np
import pytest
from case_mix_cells import cells_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analytics.agents.case_mix import design_of
from pipeline.analytics.statistics import mixed_model
from pipeline.analytics.statistics.mixed_model import Fit, condensed, fit, independent, solve, sums_of

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


def test_cells_give_the_variances_that_the_calls_themselves_give():
    found, raw = sums(*calls()), raw_fit(*calls())
    fitted = fit(found)
    assert fitted.found_by == "statsmodels"
    assert fitted.ratio == pytest.approx(raw.cov_re_unscaled[0, 0], rel=1e-3)
    assert solve(found, fitted.ratio).scale == pytest.approx(raw.scale, rel=1e-4)


def test_cells_give_the_agents_effects_that_the_calls_themselves_give():
    found, raw = sums(*calls()), raw_fit(*calls())
    solution = solve(found, raw.cov_re_unscaled[0, 0])
    effects = solution.shrink * (found.totals - found.moments @ solution.coefficients)
    assert effects == pytest.approx([raw.random_effects[agent].iloc[0] for agent in range(AGENTS)], abs=1e-6)


def test_cells_give_the_likelihood_that_the_calls_themselves_give_up_to_a_constant():
    found, raw = sums(*calls()), raw_fit(*calls())
    model = condensed(found, start=0.1)
    model.fit(reml=True, start_params=np.ones(1))
    ratios = (0.01, 0.1, 0.5, 2.0)
    own = np.array([solve(found, ratio).likelihood for ratio in ratios])
    ours = np.array([model.loglike(np.array([np.sqrt(ratio / 0.1)])) for ratio in ratios])
    theirs = np.array([raw.model.loglike(np.array([np.sqrt(ratio)])) for ratio in ratios])
    assert np.ptp(own - theirs) == pytest.approx(0, abs=1e-6)
    assert np.ptp(ours - theirs) == pytest.approx(0, abs=1e-6)


def test_statsmodels_and_the_search_agree(monkeypatch):
    found = sums(*calls())
    by_statsmodels = fit(found)
    monkeypatch.setattr(mixed_model, "_by_statsmodels", lambda sums, *, start: None)
    by_search = fit(found)
    assert by_search.found_by == "search"
    assert by_search.ratio == pytest.approx(by_statsmodels.ratio, rel=1e-3)


def test_a_fit_that_breaks_down_is_left_to_the_search(monkeypatch):
    class Broken:
        def fit(self, **options):
            raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr(mixed_model, "condensed", lambda sums, *, start: Broken())
    assert fit(sums(*calls())).found_by == "search"


def test_a_fit_that_does_not_converge_is_left_to_the_search(monkeypatch):
    class Lost:
        converged = False

        def fit(self, **options):
            warnings.warn("did not converge", stacklevel=1)
            return self

    monkeypatch.setattr(mixed_model, "condensed", lambda sums, *, start: Lost())
    assert fit(sums(*calls())).found_by == "search"


def test_agents_who_are_all_alike_have_no_variance():
    agent, topic = np.repeat(np.arange(AGENTS), 4), np.tile(np.arange(4), AGENTS)
    assert fit(sums(agent, topic, topic * 2.0 + np.resize([0.5, -0.5], len(agent)))) == Fit(0.0, "search")


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
