"""Fixes: what to fix first, ranking topics by the hours they cost beyond the median topic's handle time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.analytics.statistics.intervals import CONFIDENCE
from pipeline.analytics.trends.topic_calls import MILLISECONDS, TOPIC_CALLS
from pipeline.store.parts import UNKNOWN_DATE
from pipeline.store.schemas import made_schema
from pipeline.topic import OTHER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Floats = npt.NDArray[np.float64]
HOUR_MS = 3_600 * MILLISECONDS
# Sums of whole millionths are the same in any order.
PARTS = 1_000_000
DECIMALS = 4
SUMS = ("calls", "repeats", "repeat_ms", "once_ms", "all_ms")


@dataclass(frozen=True, slots=True)
class FixRules:
    """What is listed.

    Attributes:
        days: A month has each weekday four times, and is short enough that a fixed topic leaves the list.
        fewest_calls: With fewer calls a rate is uncertain by 20 points, so the topic is not listed.
        resamples: With 1,000 bootstrap resamples the bounds of a 95 % interval are known to a tenth of its width.
        seed: Of the resamples.
    """

    days: int = 30
    fewest_calls: int = 20
    resamples: int = 1_000
    seed: int = 20_260_101


DEFAULT_RULES = FixRules()


@dataclass(frozen=True, slots=True)
class TopicDays:
    """Sums by topic and day [topics, days]: calls, repeats among them, and milliseconds.

    `repeat_ms` is the time of repeats, split among the topics that each counts for; `once_ms` is that of other calls.
    `unhappy` is the share of a topic's customers who are probably dissatisfied [topics], NaN if unknown.
    """

    topics: list[str]
    calls: Floats
    repeats: Floats
    repeat_ms: Floats
    once_ms: Floats
    all_ms: Floats
    unhappy: Floats
    unhappy_overall: float = field(default=np.nan)


def find_fixes(connection: DuckDBPyConnection, *, rules: FixRules = DEFAULT_RULES) -> pa.Table:
    """Return rows of `fixes`, most hours first.

    `hours_lost` adds the hours of repeat calls and those that the other calls take beyond the median topic's mean, at
    least 0. Its interval is for the expected hours of such a month, by a bootstrap over days, because calls of one day
    are correlated. The share of unhappy customers is shown but does not affect the rank. Topics with few calls and
    `other` are left out.
    """
    schema = made_schema("fixes")
    days = _topic_days(connection, rules)
    if not days.topics:
        return schema.empty_table()
    hours, low, high = _hours_lost(days, rules)
    listed = sorted(range(len(days.topics)), key=lambda row: (-hours[row], days.topics[row]))
    rows = [
        {"rank": rank, "hours_lost": hours[row], "low": low[row], "high": high[row]} | _figures_of(days, row)
        for rank, row in enumerate(listed, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _topic_days(connection: DuckDBPyConnection, rules: FixRules) -> TopicDays:
    """Sum the last days, up to the last one with a call."""
    found = connection.sql(
        f"""with recent as (
            select *, handle_ms * {PARTS} / greatest(sum(repeat::int) over (partition by call_id), 1) as shared
            from ({TOPIC_CALLS} and c.date > (select max(date) from contacts) - {rules.days:d})
        )
        select topic_id, day, count(*) as calls, count(*) filter (where repeat) as repeats,
            coalesce(sum(round(shared)::hugeint) filter (where repeat), 0)::double / {PARTS} as repeat_ms,
            coalesce(sum(handle_ms) filter (where not repeat), 0)::double as once_ms, sum(handle_ms)::double as all_ms
        from recent where topic_id <> '{OTHER}' group by topic_id, day
        qualify sum(count(*)) over (partition by topic_id) >= {rules.fewest_calls:d} order by topic_id, day"""
    ).to_arrow_table()
    topics, row = np.unique(found["topic_id"].to_numpy(zero_copy_only=False), return_inverse=True)
    _, place = np.unique(found["day"].to_numpy(), return_inverse=True)
    # Days without calls count as well: a closed Sunday is one of the days of the month.
    sums = {name: np.zeros((len(topics), _length(connection, rules))) for name in SUMS}
    for name in SUMS:
        sums[name][row, place] = found[name].to_numpy()
    unhappy = _unhappy(connection, rules)
    return TopicDays(
        topics=topics.tolist(),
        unhappy=np.array([unhappy.get(topic, np.nan) for topic in topics]),
        unhappy_overall=unhappy.get("", np.nan),
        **sums,
    )


def _length(connection: DuckDBPyConnection, rules: FixRules) -> int:
    """Return the days of the period: fewer if the first call is more recent."""
    ((days,),) = connection.execute(
        f"select coalesce(max(date) - min(date) + 1, 0) from contacts where date > '{UNKNOWN_DATE}'"
    ).fetchall()
    return min(int(days), rules.days)


def _unhappy(connection: DuckDBPyConnection, rules: FixRules) -> dict[str, float]:
    """Return the mean probability that a customer is dissatisfied, by topic, and under "" for all calls."""
    found = connection.execute(
        f"""with judged as (
            select call_id, round(s.dissatisfied * {PARTS})::hugeint as parts from satisfaction s join contacts c
            using (call_id) where s.dissatisfied is not null
            and c.date > (select max(date) from contacts) - {rules.days:d}
        ), grouped as (
            select '' as topic_id, parts from judged
            union all select topic_id, parts from judged
            join (select distinct call_id, topic_id from call_topics) using (call_id)
        )
        select topic_id, sum(parts)::double / {PARTS} / count(*) from grouped group by topic_id order by topic_id"""
    ).fetchall()
    return {str(topic): float(share) for topic, share in found}


def _hours_lost(days: TopicDays, rules: FixRules) -> tuple[list[float], list[float], list[float]]:
    """Return hours by topic with their interval. Each resample of days has its own median topic."""
    length = days.calls.shape[1]
    drawn = np.random.default_rng(rules.seed).multinomial(length, np.full(length, 1 / length), size=rules.resamples)
    hours = _hours(days, np.ones((1, length)))[:, 0]
    draws = _hours(days, drawn.astype(np.float64))
    tail = _tail(length)
    low, high = np.quantile(draws, [tail, 1 - tail], axis=1)
    # Hours are cut off at 0 in every resample, so widen the interval to contain the estimate.
    low, high = np.minimum(low, hours), np.maximum(high, hours)
    return tuple(np.round(values, DECIMALS).tolist() for values in (hours, low, high))


def _tail(days: int) -> float:
    """Return the tail probability of the expanded percentile interval.

    Resamples of few days vary less than such days do; this widens the interval accordingly (Hesterberg 2015, "What
    teachers should know about the bootstrap", The American Statistician 69, 371-386).
    """
    from scipy.special import ndtr, stdtrit

    if days < 2:
        return 0.0
    return float(ndtr(np.sqrt(days / (days - 1)) * stdtrit(days - 1, (1 - CONFIDENCE) / 2)))


def _hours(days: TopicDays, weights: Floats) -> Floats:
    """Return hours lost [topics, draws]; `weights` are those of the days in each draw [draws, days]."""
    repeat_ms, once_ms = days.repeat_ms @ weights.T, days.once_ms @ weights.T
    once = (days.calls - days.repeats) @ weights.T
    mean = np.divide(once_ms, once, out=np.full(once.shape, np.nan), where=once > 0)
    known = ~np.isnan(mean).all(axis=0)
    median = np.zeros(mean.shape[1])
    median[known] = np.nanmedian(mean[:, known], axis=0)
    hours: Floats = (repeat_ms + np.maximum(once_ms - once * median, 0.0)) / HOUR_MS
    return hours


def _figures_of(days: TopicDays, row: int) -> dict[str, Any]:
    """Return the figures of one topic, and the reason in words."""
    calls, repeats = int(days.calls[row].sum()), int(days.repeats[row].sum())
    handle_s = days.all_ms[row].sum() / calls / MILLISECONDS
    unhappy = None if np.isnan(days.unhappy[row]) else round(float(days.unhappy[row]), DECIMALS)
    return {
        "topic_id": days.topics[row],
        "calls": calls,
        "repeat_rate": round(repeats / calls, DECIMALS),
        "handle_s": round(handle_s, DECIMALS),
        "unhappy_rate": unhappy,
        "reason": _reason(days, row),
    }


def _reason(days: TopicDays, row: int) -> str:
    """Describe the hours, the calls, and how satisfied customers are compared with all others."""
    calls, repeats = int(days.calls[row].sum()), int(days.repeats[row].sum())
    again = days.repeat_ms[row].sum() / HOUR_MS
    longer = float(_hours(days, np.ones((1, days.calls.shape[1])))[row, 0]) - again
    parts = [
        (again, f"{repeats} of {calls} calls repeat an earlier one ({again:.1f} h)"),
        (longer, f"its other calls take longer than the median topic's ({longer:.1f} h)"),
    ]
    said = [words for hours, words in sorted(parts, key=lambda part: -part[0]) if round(hours, 1) > 0]
    said = said or [f"{calls} calls, no hours beyond the median topic's"]
    said.append(f"a call takes {days.all_ms[row].sum() / calls / MILLISECONDS / 60:.1f} min")
    if not np.isnan(days.unhappy[row]):
        said.append(
            f"{days.unhappy[row]:.0%} of its customers are probably dissatisfied, {days.unhappy_overall:.0%} of all"
        )
    return "; ".join(said)
