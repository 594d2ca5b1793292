"""Emerging topics: more calls about a topic than its history explains, on a day or over a week.

Each topic is tested every day against its own weekday profile, level and dispersion, after Farrington et al. (1996), "A
statistical algorithm for the early detection of outbreaks of infectious disease", JRSS A 159, 547-563, with negative
binomial quantiles as in Noufaily et al. (2013), "An improved algorithm for outbreak detection in multiple surveillance
systems", Statistics in Medicine 32, 1206-1222. All tests of a month together raise at most one false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.analytics.trends.daily_counts import WEEK, DailyCounts, Floats, read_daily_counts
from pipeline.analytics.trends.expectations import Expectations, HistoryRules, expectations_of
from pipeline.store.schemas import made_schema
from pipeline.topic import OTHER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Flags = npt.NDArray[np.bool_]
DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class EmergingRules:
    """When a topic is emerging.

    Attributes:
        false_alarms_a_month: Over all topics, days and windows. Half of the one allowed, because level and dispersion
            are estimated from eight weeks and busy days are correlated.
        fewest_calls: A rise to fewer calls is never shown, however rare the topic: new topics begin with one or two.
        days_kept: The number of last days that are tested.
        history: What a day is compared with.
    """

    false_alarms_a_month: float = 0.5
    fewest_calls: int = 5
    days_kept: int = 28
    history: HistoryRules = field(default_factory=HistoryRules)


DEFAULT_RULES = EmergingRules()


@dataclass(frozen=True, slots=True)
class Window:
    """One test per topic and day [topics, days tested]: calls of the last days, expected calls, p-value and alarm."""

    calls: Floats
    expected: Floats
    p_value: Floats
    emerging: Flags


def find_emerging(connection: DuckDBPyConnection, *, rules: EmergingRules = DEFAULT_RULES) -> pa.Table:
    """Return rows of `emerging`, by topic and day, for the last days with calls.

    Each topic but `other` is tested by its calls of that day and by those of the seven days up to it. The row shows the
    window with an alarm, or else the less likely one (`window_days`); `p_value` is corrected for testing two windows.
    There are no rows before three weeks of calls.
    """
    history = rules.history
    # The history of the first day tested, and the same again to measure the errors of weekly forecasts.
    counts = read_daily_counts(connection, days=rules.days_kept + history.gap_days + 2 * history.days + WEEK)
    schema = made_schema("emerging")
    return schema.empty_table() if counts is None else emerging_of(counts, rules=rules).cast(schema)


def emerging_of(counts: DailyCounts, *, rules: EmergingRules = DEFAULT_RULES) -> pa.Table:
    """Test counts, as `find_emerging` does."""
    expected = expectations_of(counts, rules=rules.history)
    tested = np.arange(max(len(counts.total) - rules.days_kept, 0), len(counts.total))
    tested = tested[counts.open[tested]]
    topics = np.array([topic != OTHER for topic in counts.topics], bool)
    # Either window may raise a false alarm: Bonferroni over the two, over topics and over days.
    limit = rules.false_alarms_a_month / (2 * max(int(topics.sum()), 1) * DAYS_A_MONTH)
    day, week = (_window(counts, expected, days=days, tested=tested, limit=limit, rules=rules) for days in (1, WEEK))
    # Show the window with an alarm, else the less likely one.
    weekly = np.where(day.emerging == week.emerging, week.p_value < day.p_value, week.emerging)
    shown = _shown(weekly, week, day)
    row, place = np.nonzero(expected.enough[:, tested] & topics[:, None])
    return pa.table(
        {
            "topic_id": pa.array([counts.topics[topic] for topic in row], pa.string()),
            "day": pa.array(counts.days[tested[place]], pa.date32()),
            "window_days": np.where(weekly, WEEK, 1)[row, place],
            "calls": shown.calls[row, place].astype(np.int64),
            "expected": np.round(shown.expected[row, place], 4),
            "ratio": np.round(shown.calls[row, place] / shown.expected[row, place], 4),
            "p_value": np.minimum(2 * shown.p_value[row, place], 1.0),
            "emerging": shown.emerging[row, place],
        }
    )


def _shown(weekly: Flags, week: Window, day: Window) -> Window:
    """Choose the week where `weekly` is true, else the day."""
    return Window(
        calls=np.where(weekly, week.calls, day.calls),
        expected=np.where(weekly, week.expected, day.expected),
        p_value=np.where(weekly, week.p_value, day.p_value),
        emerging=np.where(weekly, week.emerging, day.emerging),
    )


def _window(
    counts: DailyCounts,
    expected: Expectations,
    *,
    days: int,
    tested: npt.NDArray[np.int64],
    limit: float,
    rules: EmergingRules,
) -> Window:
    """Test the calls of the last `days` days, for each day tested."""
    calls, mean = _last(counts.calls, days), _expected(counts, expected, days)
    common = _common_rise(calls, mean)
    mean *= common
    dispersion = expected.dispersion
    if days > 1:
        dispersion = np.maximum(dispersion, _forecast_dispersion(calls, mean, expected, rules))
    # Overdispersion grows with the mean (NB2).
    dispersion = 1 + (dispersion - 1) * common
    variance = dispersion * mean * (1 + mean * expected.error)
    calls, mean, variance = (values[:, tested] for values in (calls, mean, variance))
    p_value = _tail(calls, mean, variance)
    return Window(calls, mean, p_value, (p_value <= limit) & (calls >= rules.fewest_calls))


def _last(values: Floats, days: int) -> Floats:
    """Return sums over each day and the days before it, `days` in total."""
    running = np.cumsum(values, axis=-1)
    running[..., days:] -= running[..., :-days].copy()
    return running


def _expected(counts: DailyCounts, expected: Expectations, days: int) -> Floats:
    """Return the expected calls of the open days among the last `days`, by each day's history."""
    opened = np.zeros((len(counts.total), WEEK))
    opened[np.arange(len(counts.total)), counts.weekday] = counts.open
    mean: Floats = np.einsum("tdk,dk->td", expected.by_weekday, _last(opened.T, days).T)
    return np.maximum(mean, 1e-9)


def _common_rise(calls: Floats, mean: Floats) -> Floats:
    """Return observed over expected calls of all other topics, at least 1: a shared rise is not the topic's own."""
    others, expected = calls.sum(axis=0) - calls, mean.sum(axis=0) - mean
    few = expected < 1e-6
    return np.where(few, 1.0, np.maximum(others / np.where(few, 1.0, expected), 1.0))


def _forecast_dispersion(calls: Floats, mean: Floats, expected: Expectations, rules: EmergingRules) -> Floats:
    """Return the dispersion of weekly calls about their forecasts, over the history of each day.

    Correlated busy days make weeks vary more than seven independent days would. Only weeks below their forecast count,
    twice, in place of those above it: a slow rise must not hide itself.
    """
    known = expected.enough & (expected.begin <= np.maximum(expected.end - rules.history.days, 0))
    error = np.where(known, 2 * np.minimum(calls - mean, 0.0) ** 2 / mean, 0.0)
    running = [
        np.concatenate([np.zeros((len(calls), 1)), np.cumsum(values, axis=1)], axis=1) for values in (error, known)
    ]
    begin = np.maximum(expected.end - rules.history.days, 0)
    total, n = (values[:, expected.end] - values[:, begin] for values in running)
    return np.where(n >= rules.history.fewest_days, total / np.maximum(n, 1.0), 0.0)


def _tail(calls: Floats, mean: Floats, variance: Floats) -> Floats:
    """Return P(at least this many calls) for a negative binomial distribution with this mean and variance."""
    from scipy.special import betainc

    excess = np.maximum(variance - mean, 1e-6 * mean)
    tail: Floats = betainc(np.maximum(calls, 1.0), mean**2 / excess, excess / (mean + excess))
    return np.where(calls < 1, 1.0, tail)
