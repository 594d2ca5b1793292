"""Trends: calls of each topic by day, and by hour of the week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.trends.topic_calls import MILLISECONDS, TOPIC_CALLS
from pipeline.store.schemas import made_schema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ALL = "all"


def find_trends(connection: DuckDBPyConnection) -> pa.Table:
    """Return rows of `trends`, by topic and day.

    A call counts once for each topic of its issues, `other` included, so the figures of two topics do not add up: a
    call about both is in both. A topic has no row for a day without its calls. Calls with an unknown day are left out.
    """
    found = connection.sql(
        f"""select topic_id, day, count(*) as calls, count(*) filter (where repeat) as repeats,
            count(*) filter (where negative_end) as negative_ends, sum(handle_ms)::double / {MILLISECONDS} as handle_s
        from ({TOPIC_CALLS}) group by topic_id, day order by topic_id, day"""
    ).to_arrow_table()
    return _as(found, "trends")


def find_peaks(connection: DuckDBPyConnection) -> pa.Table:
    """Return rows of `peaks`, by topic, weekday and hour, for hours with calls.

    `all` counts every call once, including calls without a topic. The hour is that of `contacts.started_at`: local time
    if the metadata has no time zone, else UTC. Calls with only a day are left out.
    """
    found = connection.sql(
        f"""with about as (
            select '{ALL}' as topic_id, call_id from contacts
            union all (select distinct topic_id, call_id from call_topics)
        )
        select a.topic_id, isodow(c.started_at) as weekday, hour(c.started_at) as hour, count(*) as calls
        from about a join contacts c using (call_id) where c.started_at is not null
        group by all order by all"""
    ).to_arrow_table()
    return _as(found, "peaks")


def _as(found: pa.Table, table: str) -> pa.Table:
    schema = made_schema(table)
    return found.select(schema.names).cast(schema)
