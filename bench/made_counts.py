"""Simulated counts: calls by topic and day with known levels, weekdays, dispersion and rises."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from pipeline.analytics.trends.daily_counts import WEEK, DailyCounts

Floats = npt.NDArray[np.float64]
MONDAY = date(2024, 1, 1)
# A typical week of a centre, Monday first.
WEEKDAYS = np.array((1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.2))


def counted(calls: npt.ArrayLike) -> DailyCounts:
    """Build counts from calls [topics, days], starting on a Monday."""
    made = np.asarray(calls, np.float64)
    first = np.where((made > 0).any(axis=1), (made > 0).argmax(axis=1), made.shape[1])
    return DailyCounts([f"t{row:03}" for row in range(len(made))], MONDAY, made, made.sum(axis=0), first)


def levels_of(rng: np.random.Generator, topics: int) -> Floats:
    """Draw mean calls per day: half of the topics between 1 and 8, one in forty over 50."""
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
    """Simulate negative binomial counts [topics, days] with variance mean + alpha mean², Poisson at alpha 0.

    `persistence` is the correlation of a day's busyness with that of the day before; `rise` holds factors of the means
    [topics, days].
    """
    level = levels_of(rng, topics) if levels is None else np.asarray(levels, np.float64)
    mean = level[:, None] * WEEKDAYS[np.arange(days) % WEEK] * (1.0 if rise is None else rise)
    busyness = _busyness(rng, mean.shape, alpha=alpha, persistence=persistence)
    calls: Floats = rng.poisson(mean * busyness).astype(np.float64)
    return calls


def with_rises(rng: np.random.Generator, *, topics: int = 60, days: int = 800) -> Floats:
    """Simulate counts in which every fifth topic rises to two to five times its level for up to three weeks."""
    rise = np.ones((topics, days))
    for topic in range(0, topics, 5):
        start = rng.integers(100, days - 20)
        rise[topic, start : start + rng.integers(1, 20)] = rng.uniform(2, 5)
    return made_counts(rng, topics=topics, days=days, rise=rise)


def shuffled(rng: np.random.Generator, calls: Floats, *, how: str) -> Floats:
    """Shuffle days: of all topics `together`, within each `weekday`, or of each topic `apart`."""
    if how == "together":
        return calls[:, rng.permutation(calls.shape[1])]
    if how == "apart":
        return rng.permuted(calls, axis=1)
    mixed = calls.copy()
    for day in range(WEEK):
        mixed[:, day::WEEK] = rng.permutation(calls[:, day::WEEK], axis=1)
    return mixed


def _busyness(rng: np.random.Generator, shape: tuple[int, ...], *, alpha: float, persistence: float) -> Floats:
    """Draw factors of a day's mean, with mean 1 and variance alpha."""
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
