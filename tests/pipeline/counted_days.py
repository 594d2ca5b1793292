"""Simulated counts of calls by topic and day, whose rises are known."""

from datetime import date

import numpy as np

from pipeline.overall.daily_counts import DailyCounts

MONDAY = date(2024, 1, 1)
# A week as a centre has it, Monday first.
WEEKDAYS = np.array((1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.2))


def counted(calls):
    """Counts from topics x days, first day a Monday."""
    calls = np.asarray(calls, float)
    first = np.where((calls > 0).any(axis=1), (calls > 0).argmax(axis=1), calls.shape[1])
    names = [f"t{row:03}" for row in range(len(calls))]
    return DailyCounts(names, MONDAY, calls, calls.sum(axis=0), first)


def levels_of(rng, topics):
    """Mean calls a day of each topic: half of them between 1 and 8, a few over 50."""
    return np.exp(rng.normal(np.log(3), 1.5, topics))


def simulated(rng, *, topics=60, days=800, levels=None, alpha=0.1, persistence=0.0, rise=None):
    """Negative binomial counts (variance mean + alpha mean²), Poisson at 0, topics x days.

    `persistence`: correlation of a day's busyness with the day's before. `rise`: factors of the means, topics x days.
    """
    levels = levels_of(rng, topics) if levels is None else np.asarray(levels, float)
    mean = levels[:, None] * WEEKDAYS[np.arange(days) % 7]
    mean = mean if rise is None else mean * rise
    return rng.poisson(mean * _busyness(rng, mean.shape, alpha=alpha, persistence=persistence)).astype(float)


def _busyness(rng, shape, *, alpha, persistence):
    if not alpha:
        return np.ones(shape)
    if not persistence:
        return rng.gamma(1 / alpha, alpha, shape)
    normal = rng.normal(size=shape)
    for day in range(1, shape[1]):
        normal[:, day] = persistence * normal[:, day - 1] + np.sqrt(1 - persistence**2) * normal[:, day]
    spread = np.sqrt(np.log1p(alpha))
    return np.exp(spread * normal - spread**2 / 2)
