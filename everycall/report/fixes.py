"""Fixes: the topics that cost the most hours, with the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import records
from everycall.report.stored_words import reworded
from everycall.report.topic_names import Name, TopicNames, name_of
from pipeline.analytics.statistics.intervals import Interval
from pipeline.language import Translator

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_FIXES = 10


@dataclass(frozen=True, slots=True)
class Fix:
    """One topic and the `hours` that it cost in the last month; `unhappy_rate` is None where it is unknown."""

    rank: int
    name: Name
    calls: int
    repeat_rate: float
    handle_s: float
    unhappy_rate: float | None
    hours: Interval
    reason: str


def read_fixes(connection: DuckDBPyConnection, names: TopicNames, translator: Translator) -> tuple[Fix, ...]:
    """The topics that cost the most, in the order of their rank."""
    rows = records(
        connection,
        f"""select rank, topic_id, calls, repeat_rate, handle_s, unhappy_rate, hours_lost, low, high, reason
        from fixes order by rank, topic_id limit {MOST_FIXES}""",
    )
    return tuple(
        Fix(
            name=name_of(names, row.pop("topic_id")),
            reason=reworded(row.pop("reason"), translator),
            hours=Interval(row.pop("hours_lost"), row.pop("low"), row.pop("high"), row["calls"]),
            **row,
        )
        for row in rows
    )
