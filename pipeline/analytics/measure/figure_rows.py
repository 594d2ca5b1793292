"""Figure rows: rates with their intervals, as rows of the table `figures`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.analytics.statistics.intervals import wilson
from pipeline.analytics.statistics.survival import survival
from pipeline.store.schemas import made_schema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What a measure gives of a figure; its part, its date and the day that it is of are the night's to fill in.
SCHEMA = made_schema("figures")
# Under so many a rate's interval is wider than most differences between teams, and nothing is ranked.
FEWEST_RANKED = 30


def survival_figures(
    measure: str,
    dimension: str,
    watched: pa.Table,
    *,
    window_days: float,
    complement: bool = False,
    fewest_ranked: int = FEWEST_RANKED,
) -> pa.Table:
    """By key the share without an event within the window, or with one (`complement`).

    `watched` has the columns key, days (to the event or to where nothing more is seen), event, and n, how many are
    alike. A key of which nobody was watched for the whole window has no row: its figure is not known yet.
    """
    keys = watched["key"].combine_chunks().dictionary_encode()
    found = survival(
        np.asarray(keys.indices, np.int64),
        np.asarray(watched["days"], np.float64),
        np.asarray(watched["event"], np.bool_),
        np.asarray(watched["n"], np.int64),
        horizon=window_days,
    )
    estimate, low, high = found.estimate, found.low, found.high
    if complement:
        estimate, low, high = 1 - estimate, 1 - high, 1 - low
    rows = figure_rows(
        measure,
        dimension,
        keys.dictionary,
        n=found.n,
        censored=found.censored,
        estimate=estimate,
        low=low,
        high=high,
        fewest_ranked=fewest_ranked,
    )
    return rows.filter(pa.array(~np.isnan(found.estimate)))


def watched_table(connection: DuckDBPyConnection, query: str, *, window_days: float) -> pa.Table:
    """What `survival_figures` takes, from a query of key, days and event, one row each; it may name `$window_days`.

    Most are watched for the whole window and nothing happens: they are one row a key.
    """
    return connection.sql(
        f"""select key, case when event then days else least(days, $window_days) end as days, event, count(*) as n
        from ({query}) group by all""",
        params={"window_days": window_days},
    ).to_arrow_table()


def share_figures(
    measure: str, dimension: str, counted: Sequence[tuple[str, int, int]], *, fewest_ranked: int = FEWEST_RANKED
) -> pa.Table:
    """By key the share of n that counts, with Wilson's interval; `counted` has (key, counting, n), n at least 1."""
    intervals = [wilson(counting, n) for _, counting, n in counted]
    return figure_rows(
        measure,
        dimension,
        pa.array([key for key, _, _ in counted], pa.string()),
        n=np.array([one.n for one in intervals], np.int64),
        censored=np.zeros(len(intervals), np.int64),
        estimate=np.array([one.estimate for one in intervals]),
        low=np.array([one.low for one in intervals]),
        high=np.array([one.high for one in intervals]),
        fewest_ranked=fewest_ranked,
    )


def figure_rows(
    measure: str,
    dimension: str,
    keys: pa.Array,
    *,
    n: npt.NDArray[np.int64],
    censored: npt.NDArray[np.int64],
    estimate: npt.NDArray[np.float64],
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    fewest_ranked: int = FEWEST_RANKED,
) -> pa.Table:
    """Rows of `figures` without a band; all arrays are [keys]."""
    columns: dict[str, Any] = {
        "measure": [measure] * len(keys),
        "dimension": [dimension] * len(keys),
        "key": keys,
        "n": n,
        "censored": censored,
        "estimate": estimate,
        "low": low,
        "high": high,
        "ranked": n - censored >= fewest_ranked,
        "band": pa.nulls(len(keys), pa.int32()),
    }
    return pa.table(columns).cast(SCHEMA)


def sorted_figures(tables: Sequence[pa.Table]) -> pa.Table:
    """All rows in the order of the table `figures`."""
    whole = pa.concat_tables([SCHEMA.empty_table(), *tables])
    return whole.sort_by([(name, "ascending") for name in ("measure", "dimension", "key")]).combine_chunks()
