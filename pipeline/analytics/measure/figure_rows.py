"""Figure rows: rates and shares with their intervals, as rows of the table `figures`."""

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

# The columns that a measure returns. The night adds the part, the date and `as_of`.
SCHEMA = made_schema("figures")
# With fewer observations a rate's interval is wider than most differences between teams, so it is not ranked.
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
    """Estimate, by key, the share without an event within the window, or with one (`complement`).

    Args:
        measure: Name of the figure.
        dimension: What the keys are: `agent`, `topic` and so on.
        watched: Columns key, days (to the event or to the end of follow-up), event, and n, the number of equal rows.
        window_days: Length of the window.
        complement: Estimate the share with an event.
        fewest_ranked: Rank keys with at least this many rows that were followed up for the whole window.

    Returns:
        Rows of `figures`. A key without a row followed up for the whole window is left out, as its share is not known.
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
    """Count equal rows of a query of key, days and event, as `survival_figures` takes them.

    The query may use `$window_days`. Most rows are followed up for the whole window without an event: these become one
    row per key.
    """
    return connection.sql(
        f"""select key, case when event then days else least(days, $window_days) end as days, event, count(*) as n
        from ({query}) group by all""",
        params={"window_days": window_days},
    ).to_arrow_table()


def share_figures(
    measure: str, dimension: str, counted: Sequence[tuple[str, int, int]], *, fewest_ranked: int = FEWEST_RANKED
) -> pa.Table:
    """Return, by key, the share of n with Wilson's interval; `counted` has (key, counting, n), with n at least 1."""
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
    """Return rows of `figures` without a band; all arrays are [keys]."""
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
    """Concatenate rows and sort them like the table `figures`."""
    whole = pa.concat_tables([SCHEMA.empty_table(), *tables])
    return whole.sort_by([(name, "ascending") for name in ("measure", "dimension", "key")]).combine_chunks()
