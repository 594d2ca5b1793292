"""Resolution: how many issues the first contact resolves, and which agents, queues and topics cause repeats.

Calls of the last two weeks have not been followed up for the whole window. Counting them as resolved would be too
optimistic, leaving them out would waste data: they are censored at the time for which they were followed up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, RepeatRules
from pipeline.analytics.contacts.follow_up import FOLLOW_UP
from pipeline.analytics.measure.figure_rows import (
    FEWEST_RANKED,
    share_figures,
    sorted_figures,
    survival_figures,
    watched_table,
)
from pipeline.analytics.measure.working_tables import working_tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# An arrival with an unknown topic, agent or queue counts only under `all`, whose key is empty.
DIMENSIONS = {
    "all": "select '' as key, * from follow_up",
    "topic": "select topic_id as key, * from follow_up where topic_id <> ''",
    "agent": "select agent_id as key, * from follow_up where agent_id <> ''",
    "queue": "select queue as key, * from follow_up where queue <> ''",
}

FORWARD = "least(coalesce(days_until, watched_days), watched_days) as days, days_until is not null as event"
# Looking backward, the first two weeks are censored the same way: what they repeat may precede the data. Customers who
# say that they called before did so at an unknown time: within the window, or before the data begins.
BACKWARD = """coalesce(days_since, least(past_days, $window_days)) as days, days_since is not null or said as event"""

# For each figure: times and events, which arrivals count, and whether it is the share with an event.
WATCHED = {
    "first_contact_resolution": (FORWARD, "not outbound and days_since is null and not said", False),
    "triggered_repeat_rate": (FORWARD, "true", True),
    "repeat_rate": (BACKWARD, "not outbound", True),
}
# Among arrivals with a complaint: those with an earlier one in the chain, and those that asked for a supervisor.
COMPLAINED = {"repeat_complaint_rate": "complained_before", "escalated_complaint_rate": "escalated"}

COMPLAINTS = """select key, count(*) filter ({counting}), count(*) from ({arrivals})
where complaint and not outbound group by key order by key"""


def resolution_figures(
    connection: DuckDBPyConnection, *, rules: RepeatRules = DEFAULT_RULES, fewest_ranked: int = FEWEST_RANKED
) -> pa.Table:
    """Return rows of `figures` by `all`, `topic`, `agent` and `queue`, from `arrivals` and `contacts`.

    An arrival counts for the agent and the queue that had it last, so a repeat is attributed to whoever ended the
    previous one. Arrivals of unknown customers are left out, because a repeat of theirs cannot be seen. A figure is
    ranked from `fewest_ranked` arrivals that were followed up for the whole window.
    """
    with working_tables(connection, (FOLLOW_UP,)):
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
