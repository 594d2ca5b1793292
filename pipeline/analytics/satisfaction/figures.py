"""Satisfaction figures: the mean and the share of hidden dissatisfaction, by topic, agent and queue."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.analytics.statistics.intervals import CONFIDENCE
from pipeline.store.schemas import made_schema
from pipeline.topic import OTHER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Floats = npt.NDArray[np.float64]

MEAN, HIDDEN = "satisfaction", "hidden_dissatisfied_rate"
DECIMALS = 6
# A call counts for its last agent.
GROUPS = f"""
    with s as (
        select call_id, estimate, spread, error, hidden_dissatisfied, coalesce(c.agents[-1], c.agent_id) as agent_id,
            c.queue
        from satisfaction join contacts c using (call_id)
    )
    select 'all' as dimension, '' as key, s.* from s
    union all
    select 'agent', agent_id, s.* from s
    union all
    select 'queue', queue, s.* from s
    union all
    select 'topic', t.topic_id, s.* from s
    join (select distinct call_id, topic_id from call_topics where topic_id <> '{OTHER}') t using (call_id)"""


@dataclass(frozen=True, slots=True)
class SatisfactionFigureRules:
    """When a figure is ranked: with fewer calls a mean is uncertain by over half a point (1.96 x 1.15 / sqrt 20)."""

    fewest_ranked: int = 20


DEFAULT_RULES = SatisfactionFigureRules()


def satisfaction_figures(connection: DuckDBPyConnection, *, rules: SatisfactionFigureRules = DEFAULT_RULES) -> pa.Table:
    """Return rows of `figures`, by measure, dimension and key.

    `satisfaction` is the mean estimate. Its interval covers sampling, differences between customers of equal calls, and
    the uncertainty of the weights, taken as fully correlated within a group; it is wide before there are surveys.
    `hidden_dissatisfied_rate` is the share of calls that count as satisfied (`n`) whose customers probably were not.
    """
    groups = connection.sql(
        f"""select dimension, key, count(*) as calls, avg(estimate) as mean,
            coalesce(var_samp(estimate), 0) + avg(spread * spread) as variance, avg(error) as error,
            count(hidden_dissatisfied) as fine, count(*) filter (where hidden_dissatisfied) as hidden
        from ({GROUPS}) where key <> '' or dimension = 'all' group by dimension, key order by dimension, key"""
    ).to_arrow_table()
    fine = groups.filter(pa.array(groups.column("fine").to_numpy() > 0))
    return pa.concat_tables([_hidden(fine, rules), _mean(groups, rules)])


def _mean(groups: pa.Table, rules: SatisfactionFigureRules) -> pa.Table:
    calls, mean, variance, error = _numbers(groups, "calls", "mean", "variance", "error")
    half = _z() * np.sqrt(variance / calls + error**2)
    low, high = np.maximum(mean - half, 1.0), np.minimum(mean + half, 5.0)
    return _figures(MEAN, groups, n=calls, estimate=mean, low=low, high=high, rules=rules)


def _hidden(groups: pa.Table, rules: SatisfactionFigureRules) -> pa.Table:
    """Compute Wilson's score interval by column, like `intervals.wilson`."""
    n, hidden = _numbers(groups, "fine", "hidden")
    rate, z = hidden / n, _z()
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = np.where(hidden == 0, 0.0, np.maximum(middle - half, 0.0))
    high = np.where(hidden == n, 1.0, np.minimum(middle + half, 1.0))
    return _figures(HIDDEN, groups, n=n, estimate=rate, low=low, high=high, rules=rules)


def _figures(
    measure: str,
    groups: pa.Table,
    *,
    n: Floats,
    estimate: Floats,
    low: Floats,
    high: Floats,
    rules: SatisfactionFigureRules,
) -> pa.Table:
    columns = {
        "measure": pa.repeat(measure, len(groups)),
        "dimension": groups.column("dimension"),
        "key": groups.column("key"),
        "n": n.astype(np.int64),
        "censored": np.zeros(len(groups), np.int64),
        # The sums behind them are added in no fixed order.
        "estimate": np.round(estimate, DECIMALS),
        "low": np.round(low, DECIMALS),
        "high": np.round(high, DECIMALS),
        "ranked": n >= rules.fewest_ranked,
        "band": pa.nulls(len(groups), pa.int32()),
    }
    return pa.table(columns).cast(made_schema("figures"))


def _numbers(groups: pa.Table, *columns: str) -> list[Floats]:
    return [groups.column(column).to_numpy().astype(np.float64) for column in columns]


def _z() -> float:
    return NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
