"""Resolution: how many matters are settled at the first contact, and who or what sends customers back.

Calls of the last two weeks have not been watched for the whole window. To count them as settled would flatter, to leave
them out would waste what is known of them: they count as censored, for the time that they were watched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, RepeatRules
from pipeline.analytics.contacts.follow_up import contact_follow_up
from pipeline.analytics.measure.figure_rows import (
    FEWEST_RANKED,
    share_figures,
    sorted_figures,
    survival_figures,
    watched_table,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# An arrival whose topic, agent or queue is not known counts under `all` alone, the key of which is empty.
DIMENSIONS = {
    "all": "select '' as key, * from followed",
    "topic": "select topic_id as key, * from followed where topic_id <> ''",
    "agent": "select agent_id as key, * from followed where agent_id <> ''",
    "queue": "select queue as key, * from followed where queue <> ''",
}

FORWARD = "least(coalesce(days_until, watched_days), watched_days) as days, days_until is not null as event"
# Backward in time the same holds for the calls of the first two weeks: what they repeat may lie before the data. Who
# says that they called before did so at a time that is not known: within the window, or before the data.
BACKWARD = """coalesce(days_since, least(past_days, $window_days)) as days, days_since is not null or said as event"""

# Measure: what is watched, of which arrivals, and whether the figure is of those with an event.
WATCHED = {
    "first_contact_resolution": (FORWARD, "not outbound and days_since is null and not said", False),
    "triggered_repeat_rate": (FORWARD, "true", True),
    "repeat_rate": (BACKWARD, "not outbound", True),
}
# Of the arrivals with a complaint: those that had complained before in the chain, and that asked for a supervisor.
COMPLAINED = {"repeat_complaint_rate": "complained_before", "escalated_complaint_rate": "escalated"}

COMPLAINTS = """select key, count(*) filter ({counting}), count(*) from ({arrivals})
where complaint and not outbound group by key order by key"""


def resolution_figures(
    connection: DuckDBPyConnection, *, rules: RepeatRules = DEFAULT_RULES, fewest_ranked: int = FEWEST_RANKED
) -> pa.Table:
    """Rows of `figures` by `all`, `topic`, `agent` and `queue`, from `contacts`, `call_topics` and `repeats`.

    An arrival counts for the agent and the queue that had it last: of a repeat, the former one's triggered it. Arrivals
    of customers who are not known count nowhere, since nobody can see them call again. Under `fewest_ranked` that were
    watched for the whole window a figure is not ranked.
    """
    with contact_follow_up(connection, rules=rules):
        tables = [
            table
            for dimension, arrivals in DIMENSIONS.items()
            for table in _of_dimension(connection, dimension, arrivals, rules=rules, fewest_ranked=fewest_ranked)
        ]
    return sorted_figures(tables)


def _of_dimension(
    connection: DuckDBPyConnection, dimension: str, arrivals: str, *, rules: RepeatRules, fewest_ranked: int
) -> Iterator[pa.Table]:
    for measure, (watched, counted, complement) in WATCHED.items():
        query = f"select key, {watched} from ({arrivals}) where {counted}"
        yield survival_figures(
            measure,
            dimension,
            watched_table(connection, query, window_days=rules.window_days),
            window_days=rules.window_days,
            complement=complement,
            fewest_ranked=fewest_ranked,
        )
    for measure, counting in COMPLAINED.items():
        counts = connection.execute(COMPLAINTS.format(counting=counting, arrivals=arrivals)).fetchall()
        yield share_figures(measure, dimension, counts, fewest_ranked=fewest_ranked)
