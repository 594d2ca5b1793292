"""Expectations: how many calls a topic should have on a day by its own history, and how far chance may take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.analytics.trends.daily_counts import WEEK, DailyCounts, Floats

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HistoryRules:
    """What a day is compared with.

    Eight weeks have each weekday eight times and are short enough that a year's seasons do not matter. The seven days
    before are left out: so long a rise may take without raising what is expected. `profile_calls`: a topic's own
    weekdays count as much as the centre's from 20 calls a weekday on. Fewer than 14 open days are no history.
    """

    weeks: int = 8
    gap_days: int = 7
    fewest_days: int = 14
    profile_calls: float = 20.0

    @property
    def days(self) -> int:
        """Length of the history."""
        return self.weeks * WEEK


@dataclass(frozen=True, slots=True)
class Expectations:
    """For each topic and day, topics x days: calls expected `by_weekday` (x 7), and what that is worth.

    `dispersion` is the variance of a day's calls over their mean (1 for Poisson, never less). `error` is the relative
    variance of the expectation itself. The history of day d is [`begin`, `end`); `enough` says whether it will do.
    """

    by_weekday: Floats
    dispersion: Floats
    error: Floats
    begin: Places
    end: Places
    enough: npt.NDArray[np.bool_]


def expectations_of(counts: DailyCounts, *, rules: HistoryRules) -> Expectations:
    """Level by the topic's own history; weekdays by its own and, where it has few calls, by the centre's.

    A weekday's share is a gamma-Poisson mean: the topic's calls on that weekday and `profile_calls` more that come as
    the centre's do. The level has half a call more than were counted (Jeffreys' prior), so that a topic that was never
    called about has an expectation too.
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
    # Pearson's statistic over its degrees of freedom: a level and six shares were fitted.
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
    """Running sums by weekday, rows x (days + 1) x 7: what came before each day."""
    spread = np.zeros((*values.shape, WEEK))
    spread[:, np.arange(values.shape[1]), counts.weekday] = values * counts.open
    return np.concatenate([np.zeros((len(values), 1, WEEK)), np.cumsum(spread, axis=1)], axis=1)


def _between(running: Floats, begin: Places, end: Places) -> Floats:
    """Sums over [begin, end), rows x days x 7."""
    first: Floats = np.take_along_axis(running, begin[..., None], axis=1)
    return running[:, end] - first


def _histories(counts: DailyCounts, opened: Floats, rules: HistoryRules) -> tuple[Places, Places]:
    """Where the history of each day begins (topics x days) and ends (days).

    It begins with a topic's first call where enough open days follow: days before a topic was known say nothing of it.
    Where they do not, the topic is new, and that it was not called about before is all that is known.
    """
    end = np.maximum(np.arange(len(counts.total)) - rules.gap_days, 0)
    whole = np.maximum(end - rules.days, 0)
    known = np.minimum(np.maximum(counts.first[:, None], whole), end)
    running = opened.sum(axis=-1)
    settled = running[end] - running[known] >= rules.fewest_days
    return np.where(settled, known, whole), end


def _profile(calls: Floats, opened: Floats) -> Floats:
    """The centre's calls on an open day of each weekday over those on any; 1 where a weekday was never open."""
    mean = calls.sum(axis=-1, keepdims=True) / np.maximum(opened.sum(axis=-1, keepdims=True), 1.0)
    known = (opened > 0) & (calls > 0)
    profile: Floats = np.divide(calls, opened * mean, out=np.ones_like(calls), where=known)
    return profile


def _with_pool(own: Floats, mean: Floats) -> Floats:
    """The topic's own dispersion, or what the median topic's would be at its mean (NB2) where that is more.

    Few calls say little of how they vary: a topic with few is taken to vary as others do.
    """
    sized = np.where(mean >= 1, (own - 1) / np.maximum(mean, 1.0), np.nan)
    alpha = np.zeros(own.shape[1])
    some = np.any(~np.isnan(sized), axis=0)
    alpha[some] = np.maximum(np.nanmedian(sized[:, some], axis=0), 0.0)
    return np.maximum(np.maximum(own, 1 + alpha * mean), 1.0)
