"""Arrivals: a customer's calls that follow at once are one arrival, transferred from desk to desk, and not repeats.

A customer id links calls only if it can belong to one person. `contacts` leaves out blanks and words for "unknown"; an
id with more calls a week than one person makes (a shared switchboard) links nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipeline.analytics.measure.analytics_run import linked_day
from pipeline.analytics.measure.working_tables import WorkingTable, create_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What telephone systems write as the direction of a call that the centre made.
OUTBOUND = "lower({direction}) in ('outbound', 'outgoing', 'out', '呼出', '外呼')"


@dataclass(frozen=True, slots=True)
class RepeatRules:
    """What counts as calling again.

    Attributes:
        window_days: A call repeats an earlier one at most this long after it.
        handoff_minutes: A call that begins within this time of the customer's previous one is a transfer of it.
        passed_on_s: So is one that begins within this time of the previous one's end: after a long call the next desk
            begins late.
        least_similarity: Issues at least this similar are the same. Low, because one customer's calls within two weeks
            are mostly about one issue: nine in ten pairs of training calls about one topic are above it, four in ten
            pairs about different issues of one industry are below it.
        most_calls_a_week: An id with more calls than this in some week is shared.
    """

    window_days: float = 14.0
    handoff_minutes: float = 15.0
    passed_on_s: float = 60.0
    least_similarity: float = 0.03
    most_calls_a_week: int = 10


DEFAULT_RULES = RepeatRules()


def create_arrival_calls(connection: DuckDBPyConnection, *, rules: RepeatRules, since: date | None = None) -> None:
    """Make the working table `arrival_calls` from `contacts`: one row for each call with a known customer and time.

    `arrival_id` is the arrival's first call, `place` counts its calls from 1, `last_call_id` is the call where it
    ended. With `since`, only customers who called then or later are included, with all of their calls.
    """
    # Customers who called once skip the window functions, which at a million calls are most of the work.
    recent = "where date >= $since" if since is not None else ""
    create_table(
        connection,
        "arrival_calls",
        f"""with known as (
            select call_id, customer_id, started_at,
                started_at + to_microseconds((coalesce(duration_s, 0) * 1e6)::bigint) as ended_at
            from contacts where customer_id <> '' and started_at is not null
                {"and customer_id in (select customer_id from contacts " + recent + ")" if recent else ""}
        ), several as (
            select customer_id from known group by customer_id having count(*) > 1
        ), neighbours as (
            select *, lag(started_at) over own as before_at, lag(ended_at) over own as before_ended_at,
                lead(started_at, $most) over own as full_at
            from known where customer_id in (from several)
            window own as (partition by customer_id order by started_at, call_id)
        ), marked as (
            select *, coalesce(bool_or(full_at - started_at < interval 7 days) over (partition by customer_id), false)
                    as shared,
                before_at is null or (
                    started_at - before_at >= to_microseconds($handoff)
                    and started_at - before_ended_at > to_microseconds($passed_on)
                ) as arrives
            from neighbours
        ), numbered as (
            select call_id, customer_id, started_at, ended_at,
                last_value(case when arrives then call_id end ignore nulls) over (
                    partition by customer_id order by started_at, call_id rows unbounded preceding
                ) as arrival_id
            from marked where not shared
        )
        select call_id, arrival_id, customer_id, started_at,
            (row_number() over of_arrival)::int as place,
            last_value(call_id) over (
                of_arrival rows between unbounded preceding and unbounded following
            ) as last_call_id
        from numbered
        window of_arrival as (partition by customer_id, arrival_id order by started_at, call_id)
        union all
        select call_id, call_id, customer_id, started_at, 1, call_id
        from known where customer_id not in (from several)""",
        {
            "most": rules.most_calls_a_week,
            "handoff": int(rules.handoff_minutes * 60e6),
            "passed_on": int(rules.passed_on_s * 1e6),
            **({"since": since} if since is not None else {}),
        },
    )


def arrival_calls(rules: RepeatRules = DEFAULT_RULES) -> WorkingTable:
    """Declare `arrival_calls`, of all customers whose calls may be linked to those since the day asked for."""

    def create(connection: DuckDBPyConnection, since: date | None) -> None:
        create_arrival_calls(connection, rules=rules, since=linked_day(since))

    return WorkingTable("arrival_calls", reads=("contacts",), create=create)
