"""Expectations: the calls that a topic should have on a day by its history, and how much they may vary by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.analytics.trends.daily_counts import WEEK, DailyCounts, Floats

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HistoryRules:
    """The history that a day is compared with.

    Attributes:
        weeks: Length: eight of each weekday, and short enough to ignore seasons.
        gap_days: Days left out before the day itself, so that a rise over a week does not raise its own expectation.
        fewest_days: With fewer open days there is no expectation.
        profile_calls: At this many calls per weekday, a topic's own weekday profile counts as much as the centre's.
    """

    weeks: int = 8
    gap_days: int = 7
    fewest_days: int = 14
    profile_calls: float = 20.0

    @property
    def days(self) -> int:
        """Length of the history in days."""
        return self.weeks * WEEK


@dataclass(frozen=True, slots=True)
class Expectations:
    """The expected calls of each topic and day, with their uncertainty.

    Attributes:
        by_weekday: Expected calls if the day were each weekday [topics, days, 7].
        dispersion: Variance of a day's calls over their mean, at least 1 (Poisson) [topics, days].
        error: Relative variance of the expectation itself [topics, days].
        begin: First day of the history [topics, days].
        end: Day after the history [days].
        enough: Whether the history has enough open days [topics, days].
    """

    by_weekday: Floats
    dispersion: Floats
    error: Floats
    begin: Places
    end: Places
    enough: npt.NDArray[np.bool_]


def expectations_of(counts: DailyCounts, *, rules: HistoryRules) -> Expectations:
    """Estimate each topic's level from its own history, and its weekday profile from its own and the centre's.

    A weekday's factor is a gamma-Poisson mean: the topic's calls on that weekday, and `profile_calls` more with the
    centre's profile. The level adds half a call (Jeffreys' prior), so that a topic without calls has an expectation.
    """
    calls, opened = _by_weekday(counts.calls, counts), _by_weekday(counts.open[None].astype(np.float64), counts)
    squares, total = _by_weekday(counts.calls**2, counts), _by_weekday(counts.total[None], counts)
    begin, end = _histories(counts, opened[0], rules)
    everyone = np.maximum(end - rules.days, 0)[None]
    profile = _profile(_between(total, everyone, end), _between(opened, everyone, end))
    n = _between(np.repeat(opened, len(calls), axis=0), begin, end)
    held = _between(calls, begin, end)
    level = (held.sum(axis=-1) + 0.5) / np.maximum((n * profile).sum(axis=-1), 1e-9)
    plain = level[..., None] * profile
    weight = rules.profile_calls
    by_weekday = plain * (held + weight) / (plain * n + weight)
    # Pearson's statistic over its degrees of freedom: a level and six weekday factors were fitted.
    pearson = (_between(squares, begin, end) - 2 * by_weekday * held + n * by_weekday**2) / by_weekday
    open_days = n.sum(axis=-1)
    own = pearson.sum(axis=-1) / np.maximum(open_days - WEEK, 1.0)
    error = 1 / (held.sum(axis=-1) + 0.5) + 1 / (held.mean(axis=-1) + weight)
    return Expectations(
        by_weekday=by_weekday,
        dispersion=_with_pool(own, held.sum(axis=-1) / np.maximum(open_days, 1.0)),
        error=error,
        begin=begin,
        end=end,
        enough=open_days >= rules.fewest_days,
    )


def _by_weekday(values: Floats, counts: DailyCounts) -> Floats:
    """Return running sums by weekday of what came before each day [rows, days + 1, 7]."""
    spread = np.zeros((*values.shape, WEEK))
    spread[:, np.arange(values.shape[1]), counts.weekday] = values * counts.open
    return np.concatenate([np.zeros((len(values), 1, WEEK)), np.cumsum(spread, axis=1)], axis=1)


def _between(running: Floats, begin: Places, end: Places) -> Floats:
    """Return sums over [begin, end) [rows, days, 7]."""
    first: Floats = np.take_along_axis(running, begin[..., None], axis=1)
    return running[:, end] - first


def _histories(counts: DailyCounts, opened: Floats, rules: HistoryRules) -> tuple[Places, Places]:
    """Return where the history of each day begins [topics, days] and ends [days].

    It begins with the topic's first call if enough open days follow, because earlier days say nothing about the topic.
    Otherwise the topic is new, and the days without its calls are its history.
    """
    end = np.maximum(np.arange(len(counts.total)) - rules.gap_days, 0)
    whole = np.maximum(end - rules.days, 0)
    known = np.minimum(np.maximum(counts.first[:, None], whole), end)
    running = opened.sum(axis=-1)
    settled = running[end] - running[known] >= rules.fewest_days
    return np.where(settled, known, whole), end


def _profile(calls: Floats, opened: Floats) -> Floats:
    """Return the centre's calls on an open day of each weekday over the mean; 1 if that weekday was never open."""
    mean = calls.sum(axis=-1, keepdims=True) / np.maximum(opened.sum(axis=-1, keepdims=True), 1.0)
    known = (opened > 0) & (calls > 0)
    profile: Floats = np.divide(calls, opened * mean, out=np.ones_like(calls), where=known)
    return profile


def _with_pool(own: Floats, mean: Floats) -> Floats:
    """Return the larger of the topic's dispersion and that of the median topic at the same mean (NB2).

    The dispersion of a few calls is uncertain, so topics with few calls are assumed to vary like the others.
    """
    sized = np.where(mean >= 1, (own - 1) / np.maximum(mean, 1.0), np.nan)
    alpha = np.zeros(own.shape[1])
    some = np.any(~np.isnan(sized), axis=0)
    alpha[some] = np.maximum(np.nanmedian(sized[:, some], axis=0), 0.0)
    return np.maximum(np.maximum(own, 1 + alpha * mean), 1.0)
