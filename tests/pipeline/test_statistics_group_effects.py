import numpy as np
import pytest
from case_mix_cells import cells_of, unequal_case_mix
from scipy.stats import binomtest, spearmanr

from pipeline.analytics.agents.adjusted_agents import adjusted_levels
from pipeline.analytics.statistics.group_effects import GroupEffects, Z, bands_of

AGENTS, TOPICS, CALLS = 20, 8, 2000


def levels_with(estimates, deviation, *, differ=True):
    """Levels with independent errors."""
    estimates = np.asarray(estimates, float)
    own = np.full((1, len(estimates)), float(deviation) ** 2)
    return GroupEffects(
        estimates, own[0], differ, np.ones(1), estimates[None, :], own, shared=np.zeros((1, len(estimates), 1))
    )


def test_a_band_begins_with_the_first_who_differs_from_the_start_of_the_previous_band():
    levels = levels_with([90, 88, 85, 84, 80], 2 / Z)
    assert bands_of(levels, order=range(5)) == [1, 1, 2, 2, 3]


def test_those_at_the_limit_share_a_band():
    levels = levels_with([90, 90 - np.sqrt(2) + 1e-9, 90 - np.sqrt(2) - 1e-9], 1 / Z)
    assert bands_of(levels, order=range(3)) == [1, 1, 2]


def test_bands_follow_the_given_order():
    assert bands_of(levels_with([1, 9, 5], 0.1), order=[1, 2, 0]) == [1, 2, 3]


def test_there_is_one_band_if_agents_do_not_differ():
    assert bands_of(levels_with([90, 50], 0.1, differ=False), order=range(2)) == [1, 1]


def test_no_agents_give_no_bands():
    assert bands_of(levels_with([1.0], 1.0), order=[]) == []


def test_shared_errors_cancel_in_a_difference():
    shared = np.array([[[3.0], [3.0], [1.0]]])
    levels = GroupEffects(np.zeros(3), np.ones(3), True, np.ones(1), np.zeros((1, 3)), np.full((1, 3), 0.5), shared)
    assert levels.of_differences(0)[1:] == pytest.approx([1.0, 5.0])


def planted(rng, *, between, calls=CALLS, agents=AGENTS, rate=False):
    """Simulate agents with known levels and unequal case mix; return estimated levels, true levels and raw means."""
    agent, topic = unequal_case_mix(rng, agents=agents, topics=TOPICS, calls=calls)
    effects, hardness = rng.normal(0, between, agents), rng.normal(0, 6, TOPICS)
    mix = np.bincount(topic, minlength=TOPICS) / calls
    if rate:
        hardness = rng.uniform(0.02, 0.4, TOPICS)
        effects = rng.uniform(-between, between, agents)
        chance = hardness[topic] * (1 + effects[agent])
        values, truth = (rng.random(calls) < chance).astype(float), (1 + effects) * (mix @ hardness)
    else:
        values = effects[agent] + hardness[topic] + rng.normal(0, 12, calls)
        truth = effects + mix @ hardness
    raw = np.bincount(agent, values) / np.bincount(agent)
    return adjusted_levels(cells_of(agent, topic, values)), truth, raw


def test_adjusted_levels_are_closer_to_the_true_ones_than_raw_means_and_better_ordered():
    rng = np.random.default_rng(5)
    runs = [planted(rng, between=2.0) for _ in range(30)]
    adjusted = np.mean([spearmanr(levels.estimates, truth).statistic for levels, truth, _ in runs])
    raw = np.mean([spearmanr(means, truth).statistic for _, truth, means in runs])
    assert adjusted > raw + 0.2
    nearer = [np.mean((levels.estimates - truth) ** 2) < np.mean((means - truth) ** 2) for levels, truth, means in runs]
    assert all(nearer)


@pytest.mark.parametrize(("agents", "calls"), [(20, 2000), (20, 800), (6, 600)])
def test_intervals_have_their_nominal_coverage(agents, calls):
    rng = np.random.default_rng(7)
    held = []
    for _ in range(40):
        levels, truth, _ = planted(rng, between=2.0, agents=agents, calls=calls)
        held += list(np.abs(levels.estimates - truth) <= Z * np.sqrt(levels.variances))
    # Errors of agents in one run are correlated, so the bound is looser than 5 % alone would give.
    assert binomtest(int(np.sum(held)), len(held), 0.95).proportion_ci(0.999).low <= 0.95
    assert np.mean(held) <= 0.99


@pytest.mark.slow
def test_intervals_of_rates_cover_if_agents_multiply_the_rate_of_each_topic():
    rng = np.random.default_rng(11)
    held = []
    for _ in range(30):
        levels, truth, _ = planted(rng, between=0.4, rate=True, calls=4000)
        held += list(np.abs(levels.estimates - truth) <= Z * np.sqrt(levels.variances))
    assert 0.90 <= np.mean(held) <= 0.99


@pytest.mark.slow
def test_without_true_differences_more_than_one_band_is_rare():
    rng = np.random.default_rng(13)
    several = 0
    for _ in range(100):
        levels, _, _ = planted(rng, between=0.0, calls=1000)
        several += max(bands_of(levels, order=np.argsort(-levels.estimates).tolist())) > 1
    assert several <= 10


@pytest.mark.slow
def test_the_start_of_a_band_is_rarely_better_than_a_truly_better_agent():
    rng = np.random.default_rng(17)
    wrong, pairs = 0, 0
    for _ in range(30):
        levels, truth, _ = planted(rng, between=3.0)
        order = np.argsort(-levels.estimates)
        bands = np.array(bands_of(levels, order=order.tolist()))
        openers = order[np.flatnonzero(np.diff(bands, prepend=0))]
        wrong += int((np.diff(truth[openers]) > 0).sum())
        pairs += len(openers) - 1
    assert pairs >= 30
    assert wrong <= 0.05 * pairs
