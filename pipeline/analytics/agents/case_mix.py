"""Dealt: which agent got which kinds of calls, and how those went, summed up by agent and kind of call.

A call counts for an agent who held it alone from start to end. What became of a call that was passed on is nobody's in
particular, and is in no agent's figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.analytics.agents.agents import JUDGED_ANSWERS, forms_in
from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, RepeatRules
from pipeline.analytics.contacts.follow_up import contact_follow_up
from pipeline.analytics.statistics.mixed_model import Codes, Floats
from pipeline.analytics.topics.main_topic import MAIN_TOPIC
from pipeline.topic import OTHER

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection
    from scipy.sparse import csr_array

KINDS = ("topic", "language", "queue")
# Values are summed up as whole millionths: sums of whole numbers are the same in any order.
PARTS = 1_000_000
JUDGED = f"select call_id, avg(failed::int) as failed from ({JUDGED_ANSWERS}) group by call_id"
# An arrival of several calls, handed from desk to desk, is no one call's.
TRIGGERS = """select arrival_id as call_id, (days_until is not null)::int as trigger, watched_days
    from followed where len(agents) = 1"""
NO_TRIGGERS = "select '' as call_id, null::int as trigger, null::double as watched_days where false"


@dataclass(frozen=True, slots=True)
class CaseMix:
    """Cells of calls that share an agent and a kind: the sums of one outcome in each.

    `agents` names the codes in `agent`; `kinds` has for topic, language and queue the names and each cell's code. All
    arrays are (cells,).
    """

    agents: list[str]
    agent: Codes
    kinds: Mapping[str, tuple[list[str], Codes]]
    n: Codes
    totals: Floats
    squares: Floats


def create_case_mix(connection: DuckDBPyConnection, *, rules: RepeatRules = DEFAULT_RULES) -> None:
    """Make the table `dealt` in memory: a row a call that one agent held, with what is compared, null where unknown.

    `failed` is the share of the call's judged questions that it failed, by the form with the most scorecards;
    `trigger` whether the same customer called again; `young` is true while the window for that is open.
    """
    tables = {name for (name,) in connection.execute("select table_name from information_schema.tables").fetchall()}
    forms = forms_in(connection)[:1] if {"answers", "scorecards"} <= tables else []
    judged = JUDGED if forms else "select '' as call_id, null::double as failed where false"
    with contact_follow_up(connection, rules=rules) if "repeats" in tables else nullcontext():
        connection.execute(
            f"""create or replace temp table dealt_calls as
            select c.agents[1] as agent, coalesce(t.topic_id, '{OTHER}') as topic,
                coalesce(c.language, '') as language, coalesce(c.queue, '') as queue, c.total as score, j.failed,
                case when c.duration_s > 0 then c.duration_s end as handle_s,
                case when c.sentiment_end <> '' then (c.sentiment_end = 'negative')::int end as negative_end,
                f.trigger, f.watched_days < {rules.window_days} as young
            from contacts c left join ({MAIN_TOPIC}) t using (call_id) left join ({judged}) j using (call_id)
            left join ({TRIGGERS if "repeats" in tables else NO_TRIGGERS}) f using (call_id)
            where len(c.agents) = 1""",
            [forms] if forms else [],
        )
    _number_cells(connection)


def drop_case_mix(connection: DuckDBPyConnection) -> None:
    """Give back the memory of what `create_dealt` made."""
    for table in ("dealt", "dealt_kinds"):
        connection.execute(f"drop table {table}")


def _number_cells(connection: DuckDBPyConnection) -> None:
    """Calls name their cell by a number: what is summed up again and again is summed up by numbers."""
    kinds = f"agent, {', '.join(KINDS)}"
    connection.execute(
        f"""create or replace temp table dealt_kinds as
        select row_number() over (order by {kinds}) as cell, * from (select distinct {kinds} from dealt_calls)"""
    )
    connection.execute(
        f"""create or replace temp table dealt as
        select * exclude ({", ".join(KINDS)}) from dealt_calls join dealt_kinds using ({kinds})"""
    )
    connection.execute("drop table dealt_calls")


def read_case_mix(connection: DuckDBPyConnection, *, value: str, where: str = "true") -> CaseMix:
    """The cells of one outcome, an expression over `dealt`, among the calls where it is known."""
    found = connection.sql(
        f"""with cells as (
            select cell, count(*) as n, sum(value)::double / {PARTS} as total,
                sum(value * value)::double / {PARTS}::double ** 2 as squares
            from (select cell, round(({value}) * {PARTS})::hugeint as value from dealt where {where})
            where value is not null group by cell
        ) select * from cells join dealt_kinds using (cell) order by cell"""
    ).to_arrow_table()
    agents, agent = codes_of(found["agent"])
    return CaseMix(
        agents=agents,
        agent=agent,
        kinds={kind: codes_of(found[kind]) for kind in KINDS},
        n=found["n"].to_numpy(),
        totals=found["total"].to_numpy(),
        squares=found["squares"].to_numpy(),
    )


def design_of(cells: CaseMix, *, fewest: int) -> csr_array:
    """A row a cell: a column of ones, and one a topic, language and queue with at least so many calls.

    Rarer ones share a column: a few calls do not tell how hard their kind is.
    """
    from scipy.sparse import csr_array, hstack

    rows = np.arange(len(cells.n))
    blocks = [csr_array(np.ones((len(rows), 1)))]
    for names, codes in cells.kinds.values():
        common = np.bincount(codes, cells.n, len(names)) >= fewest
        column = np.where(common, np.cumsum(common), 0)[codes]
        blocks.append(csr_array((np.ones(len(rows)), (rows, column)), shape=(len(rows), int(common.sum()) + 1)))
    return csr_array(hstack(blocks).tocsr())


def codes_of(column: pa.ChunkedArray) -> tuple[list[str], Codes]:
    """The names in order of the alphabet, and the place of each value among them."""
    encoded = column.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    places = np.empty(len(names), np.int64)
    places[order] = np.arange(len(names))
    return [names[place] for place in order], places[encoded.indices.to_numpy()]
