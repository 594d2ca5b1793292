"""Trends: topics by week, calls by weekday and hour, and emerging topics."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import counts, records
from everycall.report.topic_names import Name, TopicNames, name_of
from pipeline.analytics.statistics.intervals import Interval, wilson
from pipeline.language import Translator
from pipeline.language.translator import message
from pipeline.topic import OTHER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# With fewer calls in all weeks a change is chance.
FEWEST_CALLS = 20
MOST_TRENDS = 9
MOST_EMERGING = 15
WEEKS_COMPARED = 4
WEEKDAYS = (
    message("Monday"),
    message("Tuesday"),
    message("Wednesday"),
    message("Thursday"),
    message("Friday"),
    message("Saturday"),
    message("Sunday"),
)


@dataclass(frozen=True, slots=True)
class TopicTrend:
    """Calls about one topic by whole week, named by its Monday.

    `change` compares the last weeks with as many before them, -0.1 for 10 % fewer; None where it is unknown.
    """

    name: Name
    weeks: tuple[tuple[str, int], ...]
    change: Interval | None

    @property
    def calls(self) -> int:
        """The calls in all weeks."""
        return sum(calls for _, calls in self.weeks)

    @property
    def compared(self) -> int:
        """The number of weeks compared with as many before them."""
        return min(WEEKS_COMPARED, len(self.weeks) // 2)


@dataclass(frozen=True, slots=True)
class DayHours:
    """Calls on one weekday by hour; `share` is the busiest hour's share of the day."""

    weekday: str
    hours: tuple[int, ...]
    share: Interval | None

    @property
    def calls(self) -> int:
        """The calls in all hours."""
        return sum(self.hours)

    @property
    def busiest(self) -> int:
        """The hour with the most calls."""
        return max(range(24), key=lambda hour: (self.hours[hour], -hour))


@dataclass(frozen=True, slots=True)
class EmergingTopic:
    """A topic with more calls than its own history explains, in the window that ends on `day`."""

    topic_id: str
    name: Name
    day: str
    window_days: int
    calls: int
    expected: float
    ratio: float | None
    p_value: float


def read_trends(connection: DuckDBPyConnection, names: TopicNames) -> tuple[TopicTrend, ...]:
    """The topics with the most calls by week. Weeks without data for all seven days are left out."""
    rows = records(
        connection,
        f"""with weeks as (
            select distinct date_trunc('week', day)::date as week from trends
            where date_trunc('week', day)::date >= (select min(day) from trends)
                and date_trunc('week', day)::date + 6 <= (select max(day) from trends)
        ), counted as (
            select topic_id, date_trunc('week', day)::date as week, sum(calls) as calls
            from trends where topic_id <> '{OTHER}' group by all
        ), largest as (
            select topic_id, sum(calls) as calls from counted semi join weeks using (week)
            group by topic_id having sum(calls) >= {FEWEST_CALLS} order by calls desc, topic_id limit {MOST_TRENDS}
        )
        select l.topic_id, w.week::varchar as week, coalesce(c.calls, 0)::bigint as calls
        from largest l cross join weeks w left join counted c on c.topic_id = l.topic_id and c.week = w.week
        order by l.calls desc, l.topic_id, w.week""",
    )
    weeks: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in rows:
        weeks[row["topic_id"]].append((row["week"], row["calls"]))
    return tuple(
        TopicTrend(name_of(names, topic_id), tuple(counted), change_of([calls for _, calls in counted]))
        for topic_id, counted in weeks.items()
    )


def change_of(weeks: list[int]) -> Interval | None:
    """The relative change of the last weeks against as many before them.

    Given the sum of two Poisson counts, the later one is binomial: the Wilson interval of its share gives that of
    their ratio. None with fewer than two weeks, or without calls before, where the interval has no upper end.
    """
    compared = min(WEEKS_COMPARED, len(weeks) // 2)
    if not compared:
        return None
    later, before = sum(weeks[-compared:]), sum(weeks[-2 * compared : -compared])
    if not before:
        return None
    share = wilson(later, later + before)
    low, high = (found / (1 - found) - 1 for found in (share.low, share.high))
    return Interval(later / before - 1, low, high, later + before)


def read_peaks(connection: DuckDBPyConnection, translator: Translator) -> tuple[DayHours, ...]:
    """All calls by weekday and hour, Monday first; empty where no call has a time of day."""
    query = "select weekday, hour, sum(calls)::bigint from peaks where topic_id = 'all' group by all"
    counted = counts(connection, query)
    if not counted:
        return ()
    days = []
    for weekday, name in enumerate(WEEKDAYS, start=1):
        hours = tuple(counted.get((weekday, hour), 0) for hour in range(24))
        days.append(DayHours(translator.gettext(name), hours, wilson(max(hours), sum(hours)) if sum(hours) else None))
    return tuple(days)


def read_emerging(connection: DuckDBPyConnection, names: TopicNames) -> tuple[EmergingTopic, ...]:
    """The topics that emerged in the last four weeks, the latest first, each by its last such day."""
    rows = records(
        connection,
        f"""select topic_id, day::varchar as day, window_days, calls, expected, ratio, p_value from emerging
        where emerging qualify row_number() over (partition by topic_id order by day desc) = 1
        order by day desc, p_value, topic_id limit {MOST_EMERGING}""",
    )
    return tuple(EmergingTopic(name=name_of(names, row["topic_id"]), **row) for row in rows)
