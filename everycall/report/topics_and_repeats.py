"""Subjects: what customers call about, and which calls repeat an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import records
from everycall.report.quoting import Quote, quote_of
from pipeline.analytics.agents.agents import SCORECARDS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_TOPICS = 30
MOST_REPEATS = 50


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """One topic. Means and shares are over its calls; `score` is None where none was scored.

    A call scored by several forms counts with the mean of its totals.
    """

    topic_id: str
    name: str
    language: str
    calls: int
    share: float
    score: float | None
    repeated: float
    ends_negative: float
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """A call matched to an earlier one, or whose customer says so (`said`), or both."""

    call_id: str
    date: str
    earlier_call_id: str
    days_between: float | None
    said: bool
    topic: str
    language: str


@dataclass(frozen=True, slots=True)
class RepeatFigures:
    """Calls that repeat an earlier one: counts, and the latest of them."""

    calls: int = 0
    matched: int = 0
    said: int = 0
    rows: tuple[RepeatRow, ...] = ()


def read_topics(connection: DuckDBPyConnection, *, forms: Sequence[str]) -> tuple[TopicFigures, ...]:
    """The topics with the most calls; scores are by these forms."""
    rows = records(
        connection,
        f"""with topic_calls as (
            select distinct t.topic_id, c.call_id, c.sentiment_end, s.total, r.call_id is not null as repeated
            from call_topics t join calls c using (call_id)
            left join (select call_id, avg(total) as total from ({SCORECARDS}) group by call_id) s using (call_id)
            left join (select distinct call_id from repeats) r using (call_id)
        )
        select t.topic_id, any_value(t.name) as name, any_value(t.language) as language, count(*) as calls,
            count(*) / (select count(distinct call_id) from topic_calls) as share, avg(f.total) as score,
            avg(f.repeated::int) as repeated, avg((f.sentiment_end = 'negative')::int) as ends_negative,
            any_value(t.examples) as examples
        from topics t join topic_calls f using (topic_id)
        group by t.topic_id order by calls desc, t.topic_id limit {MOST_TOPICS}""",
        [list(forms)],
    )
    quotes = _quotes(connection, [call_id for row in rows for call_id in row["examples"]])
    return tuple(
        TopicFigures(quotes=tuple(quotes[call_id] for call_id in row.pop("examples") if call_id in quotes), **row)
        for row in rows
    )


def read_repeats(connection: DuckDBPyConnection) -> RepeatFigures:
    """Counts of calls that repeat an earlier one, and the latest of them."""
    (counts,) = records(
        connection,
        """select count(distinct call_id) as calls, count(distinct call_id) filter (method = 'matched') as matched,
        count(distinct call_id) filter (method = 'said') as said from repeats semi join calls using (call_id)""",
    )
    rows = records(
        connection,
        f"""select r.call_id, any_value(c.date)::varchar as date, max(r.earlier_call_id) as earlier_call_id,
            max(r.days_between) as days_between, bool_or(r.method = 'said') as said,
            coalesce(first(t.name order by ct.issue), '') as topic,
            coalesce(first(t.language order by ct.issue), 'en') as language
        from repeats r join calls c using (call_id)
        left join call_topics ct using (call_id) left join topics t on t.topic_id = ct.topic_id
        group by r.call_id order by date desc, r.call_id limit {MOST_REPEATS}""",
    )
    return RepeatFigures(**counts, rows=tuple(RepeatRow(**row) for row in rows))


def _quotes(connection: DuckDBPyConnection, call_ids: list[str]) -> dict[str, Quote]:
    """The turn in which each of these calls states its issue."""
    rows = records(
        connection,
        """select t.call_id, t.turn, c.language, t.text from turns t join calls c using (call_id)
        join call_topics ct on t.call_id = ct.call_id and t.turn = ct.turn
        where t.call_id in (select unnest(?))""",
        [call_ids],
    )
    return {row["call_id"]: quote_of(row) for row in rows}
