"""Survival: the share without an event by a given time, when some observations are censored earlier.

The estimate is Kaplan and Meier's (1958, JASA 53, 457-481). The interval is the mid-p beta product interval of Fay and
Brittain (2016, Statistics in Medicine 35, 2726-2740), with products of beta variables matched by their first two
moments (Fay, Brittain and Proschan 2013, Biostatistics 14, 723-736). Unlike Greenwood's, it holds for a handful of
calls and at 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.analytics.statistics.intervals import CONFIDENCE

# Bisection to an accuracy of 1e-10.
HALVINGS = 34

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Survival:
    """By group, the share without an event up to the horizon, with its interval, sample size and censored count.

    `estimate` is NaN for a group without an observation that lasts to the horizon.
    """

    estimate: Floats
    low: Floats
    high: Floats
    n: Counts
    censored: Counts


@dataclass(frozen=True, slots=True)
class _Ends:
    """How each observation ended [rows]: with an event, at the horizon, or censored before it."""

    groups: npt.NDArray[np.integer]
    happened: Flags
    lasted: Flags
    counts: Counts


def survival(
    groups: npt.NDArray[np.integer],
    times: Floats,
    events: Flags,
    counts: Counts | None = None,
    *,
    horizon: float,
    confidence: float = CONFIDENCE,
) -> Survival:
    """Estimate for each group 0, 1, … the share without an event up to and including the horizon.

    Args:
        groups: Group of each observation [rows].
        times: Time of the event or of censoring [rows].
        events: Whether it ended with an event [rows].
        counts: The number of equal observations in each row [rows]; 1 by default.
        horizon: The time asked about.
        confidence: Coverage of the interval.

    >>> one = np.zeros(4, np.int64)
    >>> found = survival(one, np.array([2.0, 14.0, 14.0, 14.0]), np.array([True, False, False, False]), horizon=14.0)
    >>> found.estimate.tolist(), found.censored.tolist()
    ([0.75], [0])
    """
    counts = np.ones(len(groups), np.int64) if counts is None else counts
    ends = _ends(groups, times, events, counts, horizon=horizon)
    size = int(groups.max(initial=-1)) + 1
    n = np.bincount(ends.groups, weights=ends.counts, minlength=size).astype(np.int64)
    still = np.cumsum(n)[ends.groups] - np.cumsum(ends.counts) + ends.counts
    happened, watched = ends.groups[ends.happened], still[ends.happened].astype(np.float64)

    def product(factors: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(np.exp(np.bincount(happened, weights=np.log(factors), minlength=size)))

    estimate = product((watched - 1) / watched)
    at_horizon = np.bincount(ends.groups[ends.lasted], weights=ends.counts[ends.lasted], minlength=size)
    # At each event the remaining share is Beta(watched, 1), with these first two moments.
    upper = product(watched / (watched + 1)), product(watched / (watched + 2))
    lower = upper[0] * at_horizon / (at_horizon + 1), upper[1] * at_horizon / (at_horizon + 2)
    tail = (1 - confidence) / 2
    return Survival(
        estimate=np.where((at_horizon > 0) | ((estimate == 0) & (n > 0)), estimate, np.nan),
        low=np.minimum(_quantile(lower, upper, tail), estimate),
        high=np.maximum(_quantile(lower, upper, 1 - tail), estimate),
        n=n,
        censored=n - at_horizon.astype(np.int64) - np.bincount(happened, minlength=size),
    )


def _ends(groups: npt.NDArray[np.integer], times: Floats, events: Flags, counts: Counts, *, horizon: float) -> _Ends:
    """Sort by group and time; at equal times events come before censoring."""
    # Equal rows stay one row, except events, each of which reduces the number at risk.
    rows = np.repeat(np.arange(len(groups)), np.where(events, counts, 1))
    groups, times, events, counts = groups[rows], times[rows], events[rows], np.where(events, 1, counts)[rows]
    happened = events & (times <= horizon)
    lasted = ~happened & (times >= horizon)
    order = np.lexsort((~happened, np.where(lasted, horizon, times), groups))
    return _Ends(groups[order], happened[order], lasted[order], counts[order])


def _quantile(lower: tuple[Floats, Floats], upper: tuple[Floats, Floats], share: float) -> Floats:
    """Return a quantile of an even mixture of two beta variables with these moments, by bisection."""
    below, above = np.zeros(len(lower[0])), np.ones(len(lower[0]))
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        short = (_distribution(lower, middle) + _distribution(upper, middle)) / 2 < share
        below, above = np.where(short, middle, below), np.where(short, above, middle)
    return np.asarray((below + above) / 2)


def _distribution(moments: tuple[Floats, Floats], at: Floats) -> Floats:
    """Return the distribution function of a beta variable with these moments; a step if its variance is 0."""
    from scipy.special import betainc

    first, second = moments
    variance = second - first**2
    varies = variance > 0
    total = np.where(varies, (first - second) / np.where(varies, variance, 1.0), 1.0)
    found = betainc(np.where(varies, first * total, 1.0), np.where(varies, (1 - first) * total, 1.0), at)
    return np.asarray(np.where(varies, found, at >= first))
