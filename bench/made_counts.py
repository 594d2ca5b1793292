"""Made counts: calls by topic and day with levels, weekdays and scatter that are known, and the rises put into them."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from pipeline.analytics.trends.daily_counts import WEEK, DailyCounts

Floats = npt.NDArray[np.float64]
MONDAY = date(2024, 1, 1)
# A week as a centre has it, Monday first.
WEEKDAYS = np.array((1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.2))


def counted(calls: npt.ArrayLike) -> DailyCounts:
    """Counts from topics x days, of which the first is a Monday."""
    made = np.asarray(calls, np.float64)
    first = np.where((made > 0).any(axis=1), (made > 0).argmax(axis=1), made.shape[1])
    return DailyCounts([f"t{row:03}" for row in range(len(made))], MONDAY, made, made.sum(axis=0), first)


def levels_of(rng: np.random.Generator, topics: int) -> Floats:
    """Mean calls a day: half of the topics between 1 and 8, one in forty over 50."""
    levels: Floats = np.exp(rng.normal(np.log(3), 1.5, topics))
    return levels


def made_counts(
    rng: np.random.Generator,
    *,
    topics: int = 60,
    days: int = 800,
    levels: npt.ArrayLike | None = None,
    alpha: float = 0.1,
    persistence: float = 0.0,
    rise: Floats | None = None,
) -> Floats:
    """Negative binomial counts (variance mean + alpha mean², Poisson at 0), topics x days.

    `persistence`: correlation of a day's busyness with the day's before. `rise`: factors of the means, topics x days.
    """
    level = levels_of(rng, topics) if levels is None else np.asarray(levels, np.float64)
    mean = level[:, None] * WEEKDAYS[np.arange(days) % WEEK] * (1.0 if rise is None else rise)
    busyness = _busyness(rng, mean.shape, alpha=alpha, persistence=persistence)
    calls: Floats = rng.poisson(mean * busyness).astype(np.float64)
    return calls


def with_rises(rng: np.random.Generator, *, topics: int = 60, days: int = 800) -> Floats:
    """Counts in which one topic in five rises to two to five times its level for up to three weeks."""
    rise = np.ones((topics, days))
    for topic in range(0, topics, 5):
        start = rng.integers(100, days - 20)
        rise[topic, start : start + rng.integers(1, 20)] = rng.uniform(2, 5)
    return made_counts(rng, topics=topics, days=days, rise=rise)


def shuffled(rng: np.random.Generator, calls: Floats, *, how: str) -> Floats:
    """Days in another order: of all topics `together`, among the same `weekday`, or each topic's `apart`."""
    if how == "together":
        return calls[:, rng.permutation(calls.shape[1])]
    if how == "apart":
        return rng.permuted(calls, axis=1)
    mixed = calls.copy()
    for day in range(WEEK):
        mixed[:, day::WEEK] = rng.permutation(calls[:, day::WEEK], axis=1)
    return mixed


def _busyness(rng: np.random.Generator, shape: tuple[int, ...], *, alpha: float, persistence: float) -> Floats:
    """Factors of a day's mean, 1 on average, of variance alpha."""
    if not alpha:
        return np.ones(shape)
    if not persistence:
        return rng.gamma(1 / alpha, alpha, shape)
    normal = rng.normal(size=shape)
    for day in range(1, shape[1]):
        normal[:, day] = persistence * normal[:, day - 1] + np.sqrt(1 - persistence**2) * normal[:, day]
    spread = np.sqrt(np.log1p(alpha))
    factors: Floats = np.exp(spread * normal - spread**2 / 2)
    return factors
