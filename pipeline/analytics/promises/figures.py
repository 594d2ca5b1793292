"""Promise figures: of the promises that later calls tell of, how many were kept; and how many are open."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.measure.figure_rows import SCHEMA
from pipeline.analytics.statistics.intervals import wilson

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEPT_RATE, OPEN = "promise_kept_rate", "promises_open"
_COUNTS = """
    with judged as (
        select o.outcome, p.agent_id, p.kind from promise_outcomes o join promises p using (call_id, position)
    ), grouped as (
        select 'all' as dimension, '' as key, outcome from judged
        union all select 'agent', agent_id, outcome from judged where agent_id <> ''
        union all select 'promise_kind', kind, outcome from judged
    )
    select dimension, key, count(*), count(*) filter (where outcome = 'kept'),
        count(*) filter (where outcome = 'broken'), count(*) filter (where outcome = 'open')
    from grouped group by all order by all"""


@dataclass(frozen=True, slots=True)
class PromiseFigureRules:
    """Under `fewest_ranked` promises that are known to be kept or broken, a rate is unsure by more than 20 points."""

    fewest_ranked: int = 20


DEFAULT_RULES = PromiseFigureRules()


def promise_figures(connection: DuckDBPyConnection, *, rules: PromiseFigureRules = DEFAULT_RULES) -> pa.Table:
    """Rows of `figures` from `promise_outcomes` and `promises`, in order of measure, dimension and key.

    `promise_kept_rate`: kept of kept and broken (`n`), with Wilson's interval; `censored` are open. It is a rate among
    the promises that later calls tell of, of which broken ones have more: for comparing, not for all promises.
    `promises_open`: how many (`estimate`) of all promises (`n`) are not due yet.
    """
    rates, opens = [], []
    for dimension, key, promises, kept, broken, still_open in connection.execute(_COUNTS).fetchall():
        group, known = {"dimension": dimension, "key": key}, kept + broken
        opens.append(
            {"measure": OPEN, **group, "n": promises, "censored": 0, "estimate": float(still_open), "ranked": False}
        )
        if known:
            ranked = dimension != "all" and known >= rules.fewest_ranked
            rates.append(
                {"measure": KEPT_RATE, **group, "censored": still_open, "ranked": ranked} | asdict(wilson(kept, known))
            )
    return pa.Table.from_pylist([*rates, *opens], schema=SCHEMA)
