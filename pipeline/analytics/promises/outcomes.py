"""Promise outcomes: whether a later call of the same customer shows that a promise was kept or broken.

Only calls in the same chain or about the same topic count, and of those only customer turns with a word that could show
it. A kept promise gives no reason to call, so most outcomes stay unknown, and the known ones are a biased sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.measure.working_tables import WorkingTable, create_from_rows, create_table, working_tables
from pipeline.analytics.promises.outcome_patterns import CLUE, Shown, shown
from pipeline.store.schemas import made_schema
from pipeline.topic import OTHER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TURNS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class PromiseRules:
    """Which later calls may show the outcome of a promise, and when a promise without a day is due.

    Attributes:
        window_days: Calls later than this after the due day are about something new.
        undated_days: A promise without a day is due after a working week and its weekend, the most common time given.
        most_calls_a_week: An id with more calls than this within a week is a shared number.
    """

    window_days: int = 30
    undated_days: int = 7
    most_calls_a_week: int = 10


DEFAULT_RULES = PromiseRules()


def find_promise_outcomes(
    connection: DuckDBPyConnection, *, since: date | None = None, rules: PromiseRules = DEFAULT_RULES
) -> pa.Table:
    """Return rows of `promise_outcomes`, by date, call and position.

    With `since`, only promises of calls since that day are judged. To include older promises whose outcome new calls
    may show, pass the day that `first_unsettled` returns.
    """
    with working_tables(connection, promise_tables(rules), since=since):
        found = connection.sql(_OUTCOMES).to_arrow_table()
    return found.cast(made_schema("promise_outcomes"))


def promise_tables(rules: PromiseRules = DEFAULT_RULES) -> tuple[WorkingTable, ...]:
    """Declare the promises with their due days, the later calls about them, and what customers say on those calls."""
    return (
        WorkingTable("promises_due", reads=("promises", "contacts"), create=partial(_create_promises_due, rules=rules)),
        WorkingTable(
            "promise_follow_ups",
            reads=("promises_due", "contacts", "chains", "call_topics"),
            create=partial(_create_promise_follow_ups, rules=rules),
        ),
        WorkingTable("promise_evidence", reads=("promise_follow_ups", "turns"), create=_create_promise_evidence),
    )


def first_unsettled(connection: DuckDBPyConnection, *, since: date, rules: PromiseRules = DEFAULT_RULES) -> date:
    """Return the date of the oldest promise whose outcome calls since a day may show; at the latest that day."""
    until = since - timedelta(days=rules.window_days)
    oldest = connection.execute(
        """select min(c.date) from promises p join contacts c using (call_id)
        where coalesce(p.due_date, c.date + $undated::int) >= $until""",
        {"undated": rules.undated_days, "until": until},
    ).fetchall()[0][0]
    return since if oldest is None else min(since, oldest)


def _create_promises_due(connection: DuckDBPyConnection, since: date | None, *, rules: PromiseRules) -> None:
    """Add to each promise its customer, '' for a shared number, and the day on which it is `due`."""
    create_table(
        connection,
        "promises_due",
        """with made as (
            select p.call_id, p.position, p.kind, c.date as made_on, c.started_at, p.due_date,
                coalesce(p.due_date, c.date + $undated::int) as due, c.customer_id
            from promises p join contacts c using (call_id) where $since::date is null or c.date >= $since::date
        ), busy as (
            select distinct customer_id from (
                select customer_id, date - lag(date, $most::int) over (partition by customer_id order by date) as days
                from contacts where customer_id in (select customer_id from made where customer_id <> '')
            ) where days < 7
        )
        select made.* replace (case when b.customer_id is null then made.customer_id else '' end as customer_id)
        from made left join busy b using (customer_id)""",
        {"most": rules.most_calls_a_week, "undated": rules.undated_days, "since": since},
    )


def _create_promise_follow_ups(connection: DuckDBPyConnection, _: date | None, *, rules: PromiseRules) -> None:
    """Join each promise with the later calls that may show its outcome."""
    create_table(
        connection,
        "promise_follow_ups",
        f"""with known as (
            select * from promises_due where customer_id <> ''
        ), theirs as (
            select call_id, customer_id, date, started_at, direction from contacts
            where customer_id in (select customer_id from known)
        ), member as (
            select chain_id, unnest(call_ids) as call_id from chains
            where len(call_ids) > 1 and date >= (select min(made_on) from known)
        ), topic as (
            select distinct call_id, topic_id from call_topics
            where topic_id <> '{OTHER}' and call_id in (select call_id from theirs)
        ), linked as (
            select m.call_id, b.call_id as later_id from (select distinct call_id from known) m
            join member a using (call_id) join member b on a.chain_id = b.chain_id and a.call_id <> b.call_id
            union
            select m.call_id, l.call_id from (select distinct call_id, customer_id from known) m
            join theirs l on l.customer_id = m.customer_id and l.call_id <> m.call_id
            join topic a on a.call_id = m.call_id join topic b on b.call_id = l.call_id and b.topic_id = a.topic_id
        )
        select m.call_id, m.position, m.kind, m.made_on, m.due_date, m.due, l.call_id as later_id,
            l.date as later_on, l.started_at, l.direction
        from known m join linked using (call_id) join theirs l on l.call_id = linked.later_id
        where l.date <= m.due + $window::int
            and coalesce(l.started_at > m.started_at, l.date > m.made_on)""",
        {"window": rules.window_days},
    )


def _create_promise_evidence(connection: DuckDBPyConnection, _: date | None) -> None:
    """Find what the customer's turns of later calls show: for each kind of promise the first turn that shows it."""
    asked = connection.execute(
        """with kinds as (
            select later_id, list(distinct kind order by kind) as kinds from promise_follow_ups group by later_id
        )
        select t.call_id, t.turn, t.text, k.kinds from turns t join kinds k on k.later_id = t.call_id
        where t.role = 'customer' and regexp_matches(t.text, $clue) order by t.call_id, t.turn""",
        {"clue": CLUE},
    )
    evidence: dict[tuple[str, str], tuple[int, Shown]] = {}
    while rows := asked.fetchmany(TURNS_AT_ONCE):
        for call_id, turn, text, kinds in rows:
            for kind in kinds:
                found = shown(text, kind=kind)
                earlier = evidence.get((call_id, kind))
                if found and (earlier is None or (earlier[1], found) == ("kept", "broken")):
                    evidence[call_id, kind] = (turn, found)
    create_from_rows(connection, "promise_evidence", _evidence_rows(evidence))


def _evidence_rows(evidence: dict[tuple[str, str], tuple[int, Shown]]) -> pa.Table:
    return pa.table(
        {
            "later_id": pa.array([call_id for call_id, _ in evidence], pa.string()),
            "kind": pa.array([kind for _, kind in evidence], pa.string()),
            "turn": pa.array([turn for turn, _ in evidence.values()], pa.int32()),
            "shown": pa.array([found for _, found in evidence.values()], pa.string()),
        }
    )


# A complaint counts once the due day is over, or on that day if the promise was for the same day. A call that the
# centre makes in time is the call back, unless the customer says on it that nobody called.
_OUTCOMES = """
    with evidence as (
        select f.*, t.turn, t.shown from promise_follow_ups f
        join promise_evidence t on t.later_id = f.later_id and t.kind = f.kind
        where t.shown = 'kept' or f.later_on > coalesce(f.due_date, f.made_on)
            or (f.later_on = f.due_date and f.due_date = f.made_on)
        union all
        select f.*, null, 'kept' from promise_follow_ups f
        where f.kind = 'call_back' and f.direction ilike 'out%' and f.later_on <= f.due
    ), first_evidence as (
        select * from evidence qualify row_number() over (
            partition by call_id, position order by later_on, started_at nulls last, later_id, turn nulls last
        ) = 1
    ), ending as (select max(date) as last_on from contacts)
    select m.made_on as date, m.call_id, m.position,
        coalesce(e.shown, case when m.due >= n.last_on then 'open' else 'unknown' end) as outcome,
        coalesce(e.later_id, '') as by_call_id, e.turn,
        case
            when e.shown = 'kept' and e.turn is null then 'the centre called the customer on ' || e.later_on
            when e.shown = 'kept' then 'on ' || e.later_on || ' the customer says that it was done'
            when e.shown = 'broken' and e.later_on > m.due_date then 'on ' || e.later_on || ', '
                || (e.later_on - m.due_date) || if(e.later_on - m.due_date = 1, ' day', ' days')
                || ' after it was due, the customer says that it was not done'
            when e.shown = 'broken' then 'on ' || e.later_on || ' the customer says that it was not done'
            when m.due >= n.last_on and m.due_date is null then 'no day was told, and no week has passed'
            when m.due >= n.last_on then 'due on ' || m.due_date || ', and the calls end on ' || n.last_on
            when m.customer_id = '' then 'the customer is not known'
            when exists (from promise_follow_ups f where f.call_id = m.call_id and f.position = m.position)
                then 'later calls about it do not say'
            else 'the customer has not called about it again'
        end as reason
    from promises_due m left join first_evidence e on e.call_id = m.call_id and e.position = m.position, ending n
    order by m.made_on, m.call_id, m.position"""
