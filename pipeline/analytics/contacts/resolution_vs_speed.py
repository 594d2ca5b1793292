"""Resolution against speed: whether issues are resolved (effectiveness) and how fast (efficiency), never as one number.

Transferring every call is fast, never ending one resolves everything. A plot of both shows who is behind in one without
being ahead in the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, RepeatRules
from pipeline.analytics.contacts.follow_up import FOLLOW_UP
from pipeline.analytics.measure.figure_rows import (
    FEWEST_RANKED,
    figure_rows,
    sorted_figures,
    survival_figures,
    watched_table,
)
from pipeline.analytics.measure.working_tables import working_tables
from pipeline.analytics.statistics.intervals import CONFIDENCE
from pipeline.analytics.topics.main_topic import MAIN_TOPIC

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Every agent and every queue that had an arrival accepted it.
ACCEPTED = {
    "all": "select '' as key, * from follow_up",
    "agent": "select unnest(agents) as key, * from follow_up",
    "queue": "select * from (select unnest(queues) as key, * from follow_up) where key <> ''",
    "topic": "select topic_id as key, * from follow_up where topic_id <> ''",
}
# An agent who transferred the call did not resolve it, from time 0 on.
HELD = """select key,
    case when len(agents) > 1 then 0.0 else least(coalesce(days_until, watched_days), watched_days) end as days,
    len(agents) > 1 or days_until is not null as event
from ({arrivals}) where owners_known"""
# The agents of a call share its time equally: `contacts` does not hold the time of each.
TIMED = {
    "all": "select '' as key, duration_s from contacts",
    "agent": "select unnest(agents) as key, duration_s / len(agents) as duration_s from contacts",
    "queue": "select queue as key, duration_s from contacts where queue <> ''",
    "topic": f"select t.topic_id as key, duration_s from contacts join ({MAIN_TOPIC}) t using (call_id)",
}
HOUR_S = 3600.0


def resolution_speed_figures(
    connection: DuckDBPyConnection, *, rules: RepeatRules = DEFAULT_RULES, fewest_ranked: int = FEWEST_RANKED
) -> pa.Table:
    """Return rows of `figures` by `all`, `agent`, `queue` (the team) and `topic`.

    `effectiveness` is the share of accepted arrivals that one agent had from start to end and that the customer did not
    repeat within the window; arrivals not followed up for that long are censored. `efficiency` is calls per hour of
    handle time.
    """
    tables = [_efficiency(connection, dimension, fewest_ranked=fewest_ranked) for dimension in TIMED]
    with working_tables(connection, (FOLLOW_UP,)):
        for dimension, arrivals in ACCEPTED.items():
            accepted = watched_table(connection, HELD.format(arrivals=arrivals), window_days=rules.window_days)
            tables.append(
                survival_figures(
                    "effectiveness", dimension, accepted, window_days=rules.window_days, fewest_ranked=fewest_ranked
                )
            )
    return sorted_figures(tables)


def _efficiency(connection: DuckDBPyConnection, dimension: str, *, fewest_ranked: int) -> pa.Table:
    """Return calls per hour, the inverse of the mean time, with Student's t interval on the log of that mean.

    A key with a single call has no row, because its variance is unknown.
    """
    from scipy.special import stdtrit

    found = connection.execute(
        f"""select key, count(*) as n, avg(duration_s) as mean, stddev_samp(duration_s) as deviation
        from ({TIMED[dimension]}) where duration_s > 0 group by key having count(*) > 1 order by key"""
    ).fetchnumpy()
    n, mean = np.asarray(found["n"], np.int64), np.asarray(found["mean"], np.float64)
    relative = np.asarray(found["deviation"], np.float64) / mean / np.sqrt(n)
    spread = np.exp(stdtrit(n - 1, (1 + CONFIDENCE) / 2) * relative)
    estimate = HOUR_S / mean
    return figure_rows(
        "efficiency",
        dimension,
        pa.array(found["key"], pa.string()),
        n=n,
        censored=np.zeros(len(n), np.int64),
        estimate=estimate,
        low=estimate / spread,
        high=estimate * spread,
        fewest_ranked=fewest_ranked,
    )
