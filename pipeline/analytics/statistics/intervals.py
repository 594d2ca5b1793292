"""Confidence intervals of rates and means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate from `n` observations with its confidence interval."""

    estimate: float
    low: float
    high: float
    n: int


def wilson(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return a rate with Wilson's score interval, which suits small samples and rates of 0 and 1.

    Source: Wilson 1927, JASA 22, 209-212. Raises ValueError unless 0 <= successes <= n and n >= 1.

    >>> rate = wilson(8, 10)
    >>> round(rate.estimate, 2), round(rate.low, 2), round(rate.high, 2)
    (0.8, 0.49, 0.94)
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a rate: expected 0 <= successes <= n and n >= 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = successes / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At 0 and 1 the bound is exactly the rate.
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
    """Return a mean with Student's t interval, cut off at the possible values.

    Source: Student 1908, Biometrika 6, 1-25. A single value gives the bounds. Raises ValueError if n is 0.

    Args:
        mean: Of the sample.
        standard_deviation: Of the sample.
        n: Its size.
        confidence: Coverage of the interval.
        bounds: The range of possible values.

    >>> score = interval_of_mean(80.0, standard_deviation=10.0, n=25, bounds=(0.0, 100.0))
    >>> round(score.low, 1), round(score.high, 1)
    (75.9, 84.1)
    """
    if n < 1:
        raise ValueError("the mean needs at least one value")
    # A bonus may lift a mean above the usual bound; the interval must contain it.
    lowest, highest = min(bounds[0], mean), max(bounds[1], mean)
    if n == 1:
        return Interval(mean, lowest, highest, n)
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * standard_deviation / math.sqrt(n)
    return Interval(mean, max(lowest, mean - half), min(highest, mean + half), n)
