"""Case mix: which kinds of calls each agent had and how they went, summed by agent and kind of call.

A call counts for the agent who had it alone from start to end. The outcome of a transferred call cannot be attributed
to one agent, so it is in nobody's figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

import numpy as np

from pipeline.analytics.agents.agents import JUDGED_ANSWERS, forms_in
from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, RepeatRules
from pipeline.analytics.contacts.follow_up import FOLLOW_UP
from pipeline.analytics.measure.working_tables import WorkingTable, create_table
from pipeline.analytics.statistics.mixed_model import Codes, Floats
from pipeline.analytics.topics.main_topic import MAIN_TOPIC
from pipeline.topic import OTHER

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection
    from scipy.sparse import csr_array

KINDS = ("topic", "language", "queue")
# Values are summed as whole millionths, because sums of integers are the same in any order.
PARTS = 1_000_000
JUDGED = f"select call_id, avg(failed::int) as failed from ({JUDGED_ANSWERS}) group by call_id"
# An arrival of several calls, transferred from desk to desk, belongs to none of them.
TRIGGERS = """select arrival_id as call_id, (days_until is not null)::int as trigger, watched_days
    from follow_up where len(agents) = 1"""


@dataclass(frozen=True, slots=True)
class CaseMix:
    """Sums of one outcome in cells of calls that share an agent, topic, language and queue.

    Attributes:
        agents: Names, indexed by `agent`.
        agent: Code of each cell's agent; all arrays are [cells].
        kinds: For topic, language and queue the names, and each cell's code.
        n: Calls.
        totals: Sums of the outcome.
        squares: Sums of its squares.
    """

    agents: list[str]
    agent: Codes
    kinds: Mapping[str, tuple[list[str], Codes]]
    n: Codes
    totals: Floats
    squares: Floats


def case_mix_tables(rules: RepeatRules = DEFAULT_RULES) -> tuple[WorkingTable, ...]:
    """Declare `follow_up`, `case_mix_calls`, `case_mix_cells` and `case_mix`, in the order in which they are made.

    `case_mix` has a row for each call that one agent had, with a number for its cell and the outcomes that agents are
    compared by, null where unknown. `failed` is the share of judged questions that the call failed by the form with the
    most scorecards; `trigger` is 1 if the same customer called again; `young` is true while the window for that is
    open. `case_mix_cells` names the agent, topic, language and queue of each cell.
    """

    def create_calls(connection: DuckDBPyConnection, _: Date | None) -> None:
        _create_calls(connection, rules=rules)

    return (
        FOLLOW_UP,
        WorkingTable(
            "case_mix_calls",
            reads=("contacts", "call_topics", "answers", "scorecards", "follow_up"),
            create=create_calls,
        ),
        WorkingTable("case_mix_cells", reads=("case_mix_calls",), create=_create_cells),
        WorkingTable("case_mix", reads=("case_mix_calls", "case_mix_cells"), create=_create_case_mix),
    )


def _create_calls(connection: DuckDBPyConnection, *, rules: RepeatRules) -> None:
    forms = forms_in(connection)[:1]
    judged = JUDGED if forms else "select '' as call_id, null::double as failed where false"
    create_table(
        connection,
        "case_mix_calls",
        f"""select c.agents[1] as agent, coalesce(t.topic_id, '{OTHER}') as topic,
            coalesce(c.language, '') as language, coalesce(c.queue, '') as queue, c.total as score, j.failed,
            case when c.duration_s > 0 then c.duration_s end as handle_s,
            case when c.sentiment_end <> '' then (c.sentiment_end = 'negative')::int end as negative_end,
            f.trigger, f.watched_days < {rules.window_days} as young
        from contacts c left join ({MAIN_TOPIC}) t using (call_id) left join ({judged}) j using (call_id)
        left join ({TRIGGERS}) f using (call_id)
        where len(c.agents) = 1""",
        [forms] if forms else [],
    )


def _create_cells(connection: DuckDBPyConnection, _: Date | None) -> None:
    kinds = f"agent, {', '.join(KINDS)}"
    query = (
        f"""select row_number() over (order by {kinds}) as cell, * from (select distinct {kinds} from case_mix_calls)"""
    )
    create_table(connection, "case_mix_cells", query)


def _create_case_mix(connection: DuckDBPyConnection, _: Date | None) -> None:
    """Number the cells, because every outcome is summed by cell and numbers are faster to group by."""
    query = f"""select * exclude ({", ".join(KINDS)})
        from case_mix_calls join case_mix_cells using (agent, {", ".join(KINDS)})"""
    create_table(connection, "case_mix", query)


def read_case_mix(connection: DuckDBPyConnection, *, value: str, where: str = "true") -> CaseMix:
    """Sum one outcome, an SQL expression over `case_mix`, by cell, over the calls for which it is known."""
    found = connection.sql(
        f"""with cells as (
            select cell, count(*) as n, sum(value)::double / {PARTS} as total,
                sum(value * value)::double / {PARTS}::double ** 2 as squares
            from (select cell, round(({value}) * {PARTS})::hugeint as value from case_mix where {where})
            where value is not null group by cell
        ) select * from cells join case_mix_cells using (cell) order by cell"""
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
    """Return the design matrix [cells, columns]: ones, and a column for each topic, language and queue.

    Kinds with fewer than `fewest` calls share a column, because a few calls do not show how hard their kind is.
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
    """Return the distinct names, sorted, and the index of each value among them."""
    encoded = column.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    places = np.empty(len(names), np.int64)
    places[order] = np.arange(len(names))
    return [names[place] for place in order], places[encoded.indices.to_numpy()]
