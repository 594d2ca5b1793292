"""Repeats: calls about an issue that the same customer called about before, or says they did.

A transfer is not a repeat. Whole arrivals are compared: the later one is represented by its first call, the earlier one
by its last, which ended the contact.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, OUTBOUND, RepeatRules, arrival_calls
from pipeline.analytics.measure.working_tables import WorkingTable, create_from_rows, create_table, working_tables
from pipeline.analytics.topics.issue_pairs import similarity_of_pairs
from pipeline.analytics.topics.main_topic import MAIN_TOPIC

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A customer's arrivals that may repeat one another. Nothing before an arrival that shares a topic needs comparing,
# unless the customer's own words would link them.
PAIRS = """
with ends as (
    select arrival_id, any_value(customer_id) as customer_id, any_value(last_call_id) as last_call_id,
        min(started_at) as first_at, max(started_at) as last_at
    from arrival_calls group by arrival_id
), near as (
    select l.arrival_id as later_id, e.arrival_id as earlier_id, e.last_call_id as earlier_call_id,
        e.last_at as earlier_at, epoch_us(l.first_at - e.last_at) as apart_us, c.date, c.customer_id, c.says_repeat
    from ends l join contacts c on c.call_id = l.arrival_id
    join ends e on e.customer_id = l.customer_id
        and e.last_at < l.first_at and e.last_at >= l.first_at - to_microseconds($window)
    where not {outbound} {recent}
), about as (
    select distinct a.arrival_id, t.topic_id from call_topics t join arrival_calls a using (call_id)
    where t.topic_id not in ('', 'other')
        and a.arrival_id in (select later_id from near union select earlier_id from near)
), shared as (
    select later_id, earlier_id, min(x.topic_id) as topic_id
    from near join about x on x.arrival_id = later_id join about y on y.arrival_id = earlier_id
    where x.topic_id = y.topic_id group by all
)
select row_number() over (order by later_id, earlier_id) as pair, near.*, coalesce(topic_id, '') as topic_id
from near left join shared using (later_id, earlier_id)
qualify says_repeat
    or earlier_at >= coalesce(max(earlier_at) filter (topic_id is not null) over (partition by later_id), earlier_at)"""

# The latest earlier arrival about the same issue; if only the customer's words link them, the latest of all.
MATCHED = """
select later_id as call_id, date, 'matched' as method, customer_id, topic_id, earlier_call_id,
    round(apart_us / 86400e6, 4) as days_between, round(similarity, 4) as similarity
from (
    select p.*, l.similarity, topic_id <> '' or coalesce(l.similarity >= $least, false) as same_issue
    from arrival_pairs p left join pair_similarity l using (pair)
)
where same_issue or says_repeat
qualify row_number() over (partition by later_id order by same_issue desc, earlier_at desc, earlier_call_id desc) = 1"""

# What a customer says to the next desk after a transfer is not a repeat.
SAID = """
select c.call_id, c.date, 'said' as method, c.customer_id, coalesce(t.topic_id, '') as topic_id,
    '' as earlier_call_id, null::double as days_between, null::double as similarity
from contacts c left join ({topics}) t using (call_id)
where c.says_repeat and c.call_id not in (select call_id from arrival_calls where place > 1) {recent}"""


def find_repeats(
    connection: DuckDBPyConnection, *, since: date | None = None, rules: RepeatRules = DEFAULT_RULES
) -> pa.Table:
    """Return the rows of `repeats`, by call id and method.

    A call has at most one `matched` row and one `said` row. Two arrivals are about the same issue if they share a topic
    or their issues are similar; the customer saying that they called before links them as well. With `since`, only
    calls of that date and later get rows.
    """
    said = SAID.format(topics=MAIN_TOPIC, recent=_recent(since))
    with working_tables(connection, repeat_tables(rules), since=since):
        return connection.sql(
            f"select * from ({MATCHED} union all {said}) order by call_id, method",
            params={"least": rules.least_similarity},
        ).to_arrow_table()


def repeat_tables(rules: RepeatRules = DEFAULT_RULES) -> tuple[WorkingTable, ...]:
    """Declare `arrival_calls`, `arrival_pairs` and `pair_similarity`."""
    return (
        arrival_calls(rules),
        WorkingTable(
            "arrival_pairs",
            reads=("arrival_calls", "contacts", "call_topics"),
            create=partial(_create_arrival_pairs, rules=rules),
        ),
        WorkingTable(
            "pair_similarity",
            reads=("arrival_pairs", "pair_issues", "recent_issues"),
            create=partial(_create_pair_similarity, rules=rules),
        ),
    )


def _create_arrival_pairs(connection: DuckDBPyConnection, since: date | None, *, rules: RepeatRules) -> None:
    create_table(
        connection,
        "arrival_pairs",
        PAIRS.format(outbound=OUTBOUND.format(direction="c.direction"), recent=_recent(since)),
        {"window": int(rules.window_days * 86_400e6)},
    )


def _create_pair_similarity(connection: DuckDBPyConnection, since: date | None, *, rules: RepeatRules) -> None:
    # A call's date may differ by a day from its moment in UTC.
    back = None if since is None else since - timedelta(days=rules.window_days + 2)
    create_from_rows(connection, "pair_similarity", similarity_of_pairs(connection, since=back))


def _recent(since: date | None) -> str:
    return "" if since is None else f"and c.date >= date '{since.isoformat()}'"
