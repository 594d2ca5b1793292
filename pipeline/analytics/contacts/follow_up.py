"""Contact follow-up: for each arrival of a known customer, what came before it and whether the customer called again.

Only known customers can be seen to call again. Each measure decides which arrivals it counts.
"""

from __future__ import annotations

from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, OUTBOUND, RepeatRules
from pipeline.analytics.contacts.chains import COMPLAINT, chain_tables
from pipeline.analytics.measure.analytics_run import first_day
from pipeline.analytics.measure.working_tables import WorkingTable, create_view, working_tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# An arrival counts for the queue and the agent that had it last: whoever ended it is responsible for what follows. All
# arrivals of these customers are read, to find earlier complaints; only those since `begin` are returned.
ARRIVALS = f"""
with calls as (
    select a.arrival_id, a.place, c.date, c.started_at, t.topic_id, c.queue, c.duration_s, {COMPLAINT} as complaint,
        c.escalated, {OUTBOUND.format(direction="c.direction")} as outbound, c.agents,
        a.last_call_id = c.call_id and a.place = 1 as alone
    from arrival_calls a join contacts c using (call_id) left join main_topics t using (call_id)
), arrived as (
    select date, arrival_id, started_at as first_at, started_at as last_at, coalesce(topic_id, '') as topic_id, queue,
        coalesce(agents[-1], '') as agent_id, agents, len(agents) > 0 as owners_known, [queue] as queues,
        duration_s as handle_s, complaint, escalated, outbound
    from calls where alone
    union all
    select min_by(date, place), arrival_id, min(started_at), max(started_at), coalesce(min_by(topic_id, place), ''),
        max_by(queue, place), coalesce(max_by(agents[-1], place), ''),
        list_sort(list_distinct(flatten(list(agents)))), bool_and(len(agents) > 0),
        list_sort(list_distinct(list(queue))), sum(duration_s order by place), bool_or(complaint), bool_or(escalated),
        min_by(outbound, place)
    from calls where not alone group by arrival_id
), before as (
    select call_id as arrival_id, min(days_between) as days_since, bool_or(method = 'said') as said
    from repeats group by call_id
), after as (
    select a.arrival_id, min(r.days_between) as days_until
    from repeats r join arrival_calls a on a.call_id = r.earlier_call_id where r.method = 'matched'
    group by a.arrival_id
), linked as (
    select arrived.*, coalesce(r.root_id, arrival_id) as chain_id, days_since, coalesce(said, false) as said, days_until
    from arrived left join before using (arrival_id) left join after using (arrival_id)
        left join roots r on r.call_id = arrival_id
), complained as (
    select arrival_id, bool_or(complaint) over (
        partition by chain_id order by first_at, arrival_id rows between unbounded preceding and 1 preceding
    ) as complained_before
    from linked where days_since is not null or days_until is not null
)
select linked.*, coalesce(complained_before, false) as complained_before
from linked left join complained using (arrival_id) where date >= $begin order by date, arrival_id"""

WITH_TIMES = """with ends as (select min(started_at) as first_seen_at, max(started_at) as last_seen_at from contacts)
select a.*, epoch(last_seen_at - last_at) / 86400 as watched_days, epoch(first_at - first_seen_at) / 86400 as past_days
from arrivals a, ends"""


def find_arrivals(
    connection: DuckDBPyConnection, *, since: Date | None = None, rules: RepeatRules = DEFAULT_RULES
) -> pa.Table:
    """Return the rows of `arrivals`, by date and id.

    `days_since` and `days_until` are the days to the previous and the next arrival about the same issue, null if there
    is none. `complained_before` covers all earlier arrivals of the chain. With `since`, the arrivals are those that a
    repeat of that day or later may have changed.
    """
    begin = first_day("arrivals", since)
    with working_tables(connection, chain_tables(rules), since=since):
        return connection.sql(ARRIVALS, params={"begin": begin or Date.min}).to_arrow_table()


def _create_follow_up(connection: DuckDBPyConnection, _: Date | None) -> None:
    create_view(connection, "follow_up", WITH_TIMES)


# `arrivals` with `watched_days`, to the end of the data, and `past_days`, from its beginning.
FOLLOW_UP = WorkingTable("follow_up", reads=("arrivals", "contacts"), create=_create_follow_up)
