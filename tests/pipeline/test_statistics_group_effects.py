import numpy as np
import pytest
from case_mix_cells import cells_of, unequally_dealt
from scipy.stats import binomtest, spearmanr

from pipeline.analytics.agents.adjusted_agents import adjusted_levels
from pipeline.analytics.statistics.group_effects import GroupEffects, Z, bands_of

AGENTS, TOPICS, CALLS = 20, 8, 2000


def levels_with(estimates, deviation, *, differ=True):
    """Levels whose errors share nothing."""
    estimates = np.asarray(estimates, float)
    own = np.full((1, len(estimates)), float(deviation) ** 2)
    return GroupEffects(
        estimates, own[0], differ, np.ones(1), estimates[None, :], own, shared=np.zeros((1, len(estimates), 1))
    )


def test_a_band_begins_with_the_first_who_can_be_told_apart_from_the_one_that_opened_the_last():
    levels = levels_with([90, 88, 85, 84, 80], 2 / Z)
    assert bands_of(levels, order=range(5)) == [1, 1, 2, 2, 3]


def test_those_at_the_limit_share_a_band():
    levels = levels_with([90, 90 - np.sqrt(2) + 1e-9, 90 - np.sqrt(2) - 1e-9], 1 / Z)
    assert bands_of(levels, order=range(3)) == [1, 1, 2]


def test_bands_follow_the_order_that_is_asked_for():
    assert bands_of(levels_with([1, 9, 5], 0.1), order=[1, 2, 0]) == [1, 2, 3]


def test_there_is_one_band_where_agents_do_not_differ_at_all():
    assert bands_of(levels_with([90, 50], 0.1, differ=False), order=range(2)) == [1, 1]


def test_nobody_has_no_band():
    assert bands_of(levels_with([1.0], 1.0), order=[]) == []


def test_what_levels_share_cancels_in_their_difference():
    shared = np.array([[[3.0], [3.0], [1.0]]])
    levels = GroupEffects(np.zeros(3), np.ones(3), True, np.ones(1), np.zeros((1, 3)), np.full((1, 3), 0.5), shared)
    assert levels.of_differences(0)[1:] == pytest.approx([1.0, 5.0])


def planted(rng, *, between, calls=CALLS, agents=AGENTS, rate=False):
    """Calls of agents with known levels, dealt unequally: the levels found, the planted ones, and the raw means."""
    agent, topic = unequally_dealt(rng, agents=agents, topics=TOPICS, calls=calls)
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


def test_adjusted_levels_are_nearer_to_the_planted_ones_than_raw_means_and_in_better_order():
    rng = np.random.default_rng(5)
    runs = [planted(rng, between=2.0) for _ in range(30)]
    adjusted = np.mean([spearmanr(levels.estimates, truth).statistic for levels, truth, _ in runs])
    raw = np.mean([spearmanr(means, truth).statistic for _, truth, means in runs])
    assert adjusted > raw + 0.2
    nearer = [np.mean((levels.estimates - truth) ** 2) < np.mean((means - truth) ** 2) for levels, truth, means in runs]
    assert all(nearer)


@pytest.mark.parametrize(("agents", "calls"), [(20, 2000), (20, 800), (6, 600)])
def test_intervals_hold_the_planted_levels_as_often_as_they_say(agents, calls):
    rng = np.random.default_rng(7)
    held = []
    for _ in range(40):
        levels, truth, _ = planted(rng, between=2.0, agents=agents, calls=calls)
        held += list(np.abs(levels.estimates - truth) <= Z * np.sqrt(levels.variances))
    # Agents of one run err together, so that the count is held against a looser bound than 5 % alone would ask.
    assert binomtest(int(np.sum(held)), len(held), 0.95).proportion_ci(0.999).low <= 0.95
    assert np.mean(held) <= 0.99


@pytest.mark.slow
def test_intervals_of_rates_hold_where_agents_multiply_the_chance_of_each_topic():
    rng = np.random.default_rng(11)
    held = []
    for _ in range(30):
        levels, truth, _ = planted(rng, between=0.4, rate=True, calls=4000)
        held += list(np.abs(levels.estimates - truth) <= Z * np.sqrt(levels.variances))
    assert 0.90 <= np.mean(held) <= 0.99


@pytest.mark.slow
def test_without_true_differences_there_is_seldom_more_than_one_band():
    rng = np.random.default_rng(13)
    several = 0
    for _ in range(100):
        levels, _, _ = planted(rng, between=0.0, calls=1000)
        several += max(bands_of(levels, order=np.argsort(-levels.estimates).tolist())) > 1
    assert several <= 10


@pytest.mark.slow
def test_who_opens_a_band_is_seldom_above_who_truly_does_better():
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
