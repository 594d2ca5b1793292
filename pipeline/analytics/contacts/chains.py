"""Chains: a customer's calls about one issue, from the first to the last that repeats it, transfers included.

A customer complains who is negative in the first or the middle third of a call, asks for a supervisor, or threatens to
leave. A negative end alone does not count: the desk caused it, and other figures measure it.
"""

from __future__ import annotations

from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, RepeatRules, arrival_calls
from pipeline.analytics.measure.analytics_run import first_day, linked_day
from pipeline.analytics.measure.working_tables import WorkingTable, create_table, working_tables
from pipeline.analytics.topics.main_topic import MAIN_TOPIC

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COMPLAINT = "(sentiment_start = 'negative' or sentiment_middle = 'negative' or escalated or churn)"

# The call that each call leads back to: a transferred call to its arrival's first, a repeat to the call it repeats.
PARENTS = """select call_id, coalesce(r.earlier_call_id, a.arrival_id) as root_id
from arrival_calls a left join (select call_id, earlier_call_id from repeats where method = 'matched') r using (call_id)
where a.place > 1 or r.call_id is not null"""

# Each step doubles the way back, so the longest chain takes as many steps as its length has bits.
DOUBLED = """select r.call_id, coalesce(p.root_id, r.root_id) as root_id
from roots r left join roots p on r.root_id = p.call_id"""
UNFINISHED = "select exists (select 1 from roots r join roots p on r.root_id = p.call_id)"
MOST_DOUBLINGS = 32

# Single calls skip the grouping, which at a million calls is most of the work. Older calls count only if a later call
# leads back to them.
CHAINS = f"""
with ends as (select max(started_at) as last_seen_at from contacts),
linked as (
    select call_id, root_id from roots
    union all select distinct root_id, root_id from roots
), calls as (
    select coalesce(l.root_id, c.call_id) as chain_id, l.root_id is null as alone, c.call_id, c.date, c.customer_id,
        coalesce(t.topic_id, '') as topic_id, c.started_at, a.call_id is not null as followed,
        c.agents, c.queue, c.duration_s, {COMPLAINT} as complaint, c.escalated, c.outcome
    from contacts c left join linked l using (call_id) left join arrival_calls a using (call_id)
        left join main_topics t using (call_id)
    where l.root_id is not null or c.date >= $begin
), grouped as (
    select date, chain_id, customer_id, topic_id, started_at as first_started_at, started_at as last_started_at,
        1 as calls, [call_id] as call_ids, agents, queue <> '' as queues, len(agents) > 0 as known,
        duration_s as handle_s, complaint, escalated, outcome, followed
    from calls where alone
    union all
    select max_by(date, (started_at, call_id)), chain_id, min_by(customer_id, (started_at, call_id)),
        coalesce(min_by(topic_id, (started_at, call_id)) filter (topic_id <> ''), ''), min(started_at), max(started_at),
        count(*), list(call_id order by started_at, call_id), list_distinct(flatten(list(agents))),
        count(distinct queue) filter (queue <> ''), bool_and(len(agents) > 0),
        sum(duration_s order by started_at, call_id), bool_or(complaint), bool_or(escalated),
        max_by(outcome, (started_at, call_id)), bool_and(followed)
    from calls where not alone group by chain_id
)
select date, chain_id, customer_id, topic_id, first_started_at, last_started_at, calls::int as calls, call_ids,
    len(agents)::int as agents, queues::int as queues,
    case when len(agents) > 1 then false when known then true end as one_owner,
    handle_s, complaint, escalated,
    case when followed and last_started_at + to_microseconds($window) <= last_seen_at then outcome <> 'unresolved' end
        as resolved
from grouped, ends where date >= $begin order by chain_id"""


def find_chains(
    connection: DuckDBPyConnection, *, since: Date | None = None, rules: RepeatRules = DEFAULT_RULES
) -> pa.Table:
    """Return the rows of `chains`, by chain id: every call is in one chain.

    A chain's `date` is that of its last call. With `since`, the chains are those that a repeat of that day or later may
    have changed. `one_owner` is null if the agent of some call is unknown. `resolved` is false if the last call ended
    unresolved, and null if it cannot be known yet: within the window after the last call, or without a customer id.
    """
    begin = first_day("chains", since)
    with working_tables(connection, chain_tables(rules), since=since):
        parameters = {"window": int(rules.window_days * 86_400e6), "begin": begin or Date.min}
        return connection.sql(CHAINS, params=parameters).to_arrow_table()


def chain_tables(rules: RepeatRules = DEFAULT_RULES) -> tuple[WorkingTable, ...]:
    """Declare `arrival_calls`, `main_topics`, and `roots`, the first call of the chain that each later call is in."""
    return (arrival_calls(rules), MAIN_TOPICS, ROOTS)


def _create_main_topics(connection: DuckDBPyConnection, since: Date | None) -> None:
    create_table(
        connection,
        "main_topics",
        f"""select * from ({MAIN_TOPIC})
        where call_id in (select call_id from contacts where date >= $1)
            or call_id in (select call_id from arrival_calls)""",
        [linked_day(since) or Date.min],
    )


def _create_roots(connection: DuckDBPyConnection, _: Date | None) -> None:
    create_table(connection, "roots", PARENTS)
    for _step in range(MOST_DOUBLINGS):
        ((unfinished,),) = connection.execute(UNFINISHED).fetchall()
        if not unfinished:
            break
        create_table(connection, "roots", DOUBLED)


MAIN_TOPICS = WorkingTable(
    "main_topics", reads=("call_topics", "contacts", "arrival_calls"), create=_create_main_topics
)
ROOTS = WorkingTable("roots", reads=("arrival_calls", "repeats"), create=_create_roots)
