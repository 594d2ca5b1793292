import numpy as np
import pytest
from repeat_calls import contact, many, matched, with_repeats

from pipeline.analytics.contacts.ownership import Stratum, difference, ownership_figures, standard_mean, standard_rate
from pipeline.analytics.statistics.intervals import Interval

LAST = contact("z", 60, customer_id="K9", agents=())


def figures(store, **options):
    return {(row["measure"], row["key"]): row for row in ownership_figures(store, **options).to_pylist()}


def customers(prefix, agents, repeats, *, of=4):
    """First contacts with these agents; the first few customers call another desk three days later."""
    calls, links = [], []
    for number in range(of):
        name = f"{prefix}{number}"
        calls.append(contact(name, 1, customer_id=name, agents=agents))
        if number < repeats:
            calls.append(contact(f"{name}r", 4, customer_id=name, agents=("b1",)))
            links.append(matched(f"{name}r", name, 3))
    return calls, links


def test_one_owner_is_compared_with_transfers():
    kept, kept_links = customers("k", ("a1",), 1)
    passed, passed_links = customers("p", ("a1", "a2"), 2)
    found = figures(with_repeats([*kept, *passed, LAST], [*kept_links, *passed_links]))
    rates = {key: found["repeat_rate", key]["estimate"] for key in ("one_owner", "handed_on")}
    assert rates == {"one_owner": 0.25, "handed_on": 0.5}
    assert found["repeat_rate_difference", "one_owner"]["estimate"] == -0.25
    # Two minutes each, plus the calls that follow within the window.
    assert found["handle_s", "one_owner"]["estimate"] == 120 * 1.25
    assert found["handle_s", "handed_on"]["estimate"] == 120 * 1.5


def test_arrivals_inside_the_window_are_censored():
    kept, kept_links = customers("k", ("a1",), 1)
    passed, passed_links = customers("p", ("a1", "a2"), 2)
    young = contact("y", 55, customer_id="Y")
    found = figures(with_repeats([*kept, *passed, young, LAST], [*kept_links, *passed_links]))
    assert (found["repeat_rate", "one_owner"]["n"], found["repeat_rate", "one_owner"]["censored"]) == (5, 1)
    assert found["repeat_rate", "one_owner"]["estimate"] == 0.25


def test_without_both_sides_in_a_stratum_there_are_no_rows():
    kept, links = customers("k", ("a1",), 1)
    assert figures(with_repeats([*kept, LAST], links)) == {}
    assert figures(with_repeats([])) == {}


def test_true_effects_are_found_if_hard_topics_are_transferred_more():
    rng = np.random.default_rng(0)
    size = 40_000
    hard = rng.random(size) < 0.5
    handed_on = rng.random(size) < np.where(hard, 0.7, 0.2)
    again = rng.random(size) < np.where(hard, 0.4, 0.1) + np.where(handed_on, 0.1, 0.0)
    at = rng.uniform(0, 60, size)
    later = at + rng.uniform(0.2, 13, size)
    store = many(
        at,
        later,
        again & (later < 60),
        owners=[["a", "b"] if passed else ["a"] for passed in handed_on],
        later_owners=[["c"]] * size,
        topics=np.where(hard, "hard", "easy"),
        duration_s=np.where(hard, 600.0, 200.0) + np.where(handed_on, -50.0, 0.0) + rng.normal(0, 30, size),
    )
    found = figures(store)
    rate = found["repeat_rate_difference", "one_owner"]
    assert rate["low"] <= -0.1 <= rate["high"]
    assert rate["high"] < -0.08
    time = found["handle_s_difference", "one_owner"]
    # Fifty seconds more now but less later: the mean of both topics, whose calls last 600 s and 200 s.
    saved = np.mean([0.5 * 550 - 0.4 * 600, 0.2 * 150 - 0.1 * 200])
    assert time["low"] <= 50 - saved <= time["high"]
    raw = again[~handed_on].mean() - again[handed_on].mean()
    assert raw < -0.2


@pytest.mark.parametrize("sizes", [[(8, 30), (40, 10), (15, 15)], [(200, 100), (50, 150)]])
def test_standardised_figures_cover(sizes):
    rng = np.random.default_rng(1)
    weights = np.array([sum(pair) for pair in sizes], float)
    weights /= weights.sum()
    rates, means = np.linspace(0.1, 0.3, len(sizes)), np.linspace(100, 400, len(sizes))
    covered = np.zeros(3)
    for _ in range(1000):
        sides, times = [], []
        for side in (0, 1):
            n = [pair[side] for pair in sizes]
            sides.append([Stratum(k, rng.binomial(k, p + 0.1 * side) / k, 0.0) for k, p in zip(n, rates, strict=True)])
            drawn = [rng.gamma(4, m / 4, k) for k, m in zip(n, means, strict=True)]
            times.append([Stratum(len(x), float(x.mean()), float(x.var(ddof=1))) for x in drawn])
        one, other = (standard_rate(strata, weights) for strata in sides)
        apart = difference(one, other)
        time = standard_mean(times[0], weights)
        covered += [
            one.low <= weights @ rates <= one.high,
            apart.low <= -0.1 <= apart.high,
            time.low <= weights @ means <= time.high,
        ]
    assert all(0.93 <= share <= 0.98 for share in covered / 1000)


def test_a_constant_mean_has_no_width():
    assert standard_mean([Stratum(5, 60.0, 0.0)], np.ones(1)) == Interval(60.0, 60.0, 60.0, 5)
