"""Promise figures: the share of promises kept, among those that later calls mention, and the number still open."""

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
    """When a rate is ranked: with fewer promises known to be kept or broken, it is uncertain by over 20 points."""

    fewest_ranked: int = 20


DEFAULT_RULES = PromiseFigureRules()


def promise_figures(connection: DuckDBPyConnection, *, rules: PromiseFigureRules = DEFAULT_RULES) -> pa.Table:
    """Return rows of `figures` from `promise_outcomes` and `promises`, by measure, dimension and key.

    `promise_kept_rate` is kept over kept and broken (`n`), with Wilson's interval; `censored` counts open promises.
    Only promises that later calls mention have an outcome, and broken ones are mentioned more often, so use it to
    compare agents and not as the share of all promises. `promises_open` is the number (`estimate`) of all promises
    (`n`) that are not due yet.
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
