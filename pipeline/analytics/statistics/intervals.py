"""Intervals: how far a figure from a few calls may be from what many calls would give."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate from `n` observations, and where the true figure lies with the confidence asked for."""

    estimate: float
    low: float
    high: float
    n: int


def wilson(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """A rate with Wilson's score interval (Wilson 1927, JASA 22, 209-212); good for few calls and for rates of 0 and 1.

    Raises ValueError unless 0 <= successes <= n and n >= 1.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no rate")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = successes / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At 0 and 1 the bound is the rate itself; rounding must not put it beside.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return Interval(rate, low, high, n)


def interval_of_mean(
    mean: float,
    *,
    standard_deviation: float,
    n: int,
    confidence: float = CONFIDENCE,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Interval:
    """A mean with Student's t interval (Student 1908, Biometrika 6, 1-25), cut off at the bounds of what can be.

    `standard_deviation` is the sample's. One value says nothing, and gives the bounds. Raises ValueError for none.
    """
    if n < 1:
        raise ValueError("there is no mean of no values")
    # A bonus may lift a mean past the usual bound; the interval holds it all the same.
    lowest, highest = min(bounds[0], mean), max(bounds[1], mean)
    if n == 1:
        return Interval(mean, lowest, highest, n)
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * standard_deviation / math.sqrt(n)
    return Interval(mean, max(lowest, mean - half), min(highest, mean + half), n)
