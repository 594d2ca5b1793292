"""Features of satisfaction: one number per call and weight, 0 if the feature is absent."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.analytics.satisfaction.cold_start_prior import NAMES
from pipeline.topic import OTHER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Floats = npt.NDArray[np.float64]

MOST_REPETITIONS, MOST_TRANSFERS, MOST_DOUBLINGS, MOST_QUARTERS, LONGEST_RATIO = 4, 3, 4, 3, 2
# With fewer calls the median duration of a topic is too uncertain.
FEWEST_FOR_MEDIAN = 20

# The SQL of each feature, named like its weight; `c` is the contact, `m` its topic's median duration. True counts as 1.
# `least` and `greatest` ignore nulls.
EXPRESSIONS = {
    "resolved": "c.outcome = 'resolved'",
    "unresolved": "c.outcome = 'unresolved'",
    "outcome_unknown": "c.outcome not in ('resolved', 'follow_up', 'unresolved')",
    "ends_positive": "c.sentiment_end = 'positive'",
    "ends_negative": "c.sentiment_end = 'negative'",
    "middle_positive": "c.sentiment_middle = 'positive'",
    "middle_negative": "c.sentiment_middle = 'negative'",
    "begins_positive": "c.sentiment_start = 'positive'",
    "begins_negative": "c.sentiment_start = 'negative'",
    "recovered": "c.recovered",
    "repetitions": f"least(coalesce(c.repetitions, 0), {MOST_REPETITIONS})",
    "transfers": f"least(greatest(len(c.agents) - 1, 0), {MOST_TRANSFERS})",
    "hold": f"least(log2(1 + coalesce(c.hold_s, 0) / 60), {MOST_DOUBLINGS})",
    "silence": f"least(4 * coalesce(c.silence_share, 0), {MOST_QUARTERS})",
    "long_for_topic": f"least(greatest(log2(c.duration_s / m.median_s), 0), {LONGEST_RATIO})",
    "escalated": "c.escalated",
    "churn": "c.churn",
    "called_before": "c.says_repeat or c.call_id in (select call_id from repeats)",
    "called_again": "c.call_id in (select earlier_call_id from repeats where method = 'matched')",
}


def read_features(connection: DuckDBPyConnection, *, since: Date | None, sampled_of: int) -> pa.Table:
    """Read calls from `since` on, all earlier surveyed calls, and a sample of the other earlier calls.

    Returns:
        Columns call_id, date, customer_id, closed_as and outcome; surveyed, the answer or null; wanted, true from
        `since` on; stands_for, the number of calls that each represents: 1 if surveyed, more in the sample of about
        `sampled_of` other calls, which does not depend on `since`, and else 0; and the features as 32-bit floats. By
        date and call id.
    """
    features = ", ".join(f"coalesce(({text})::float, 0) as {name}" for name, text in EXPRESSIONS.items())
    query = f"""with medians as (
            select t.topic_id, median(c.duration_s) as median_s
            from contacts c join call_topics t on c.call_id = t.call_id and t.issue = 1
            where t.topic_id <> '{OTHER}' and c.duration_s > 0
            group by t.topic_id having count(*) >= {FEWEST_FOR_MEDIAN}
        ), m as (
            select t.call_id, medians.median_s from call_topics t join medians using (topic_id) where t.issue = 1
        ), every as (
            select greatest(count(*) // $sampled_of, 1) as calls from contacts
        ), drawn as (
            select c.*, s.score as surveyed, coalesce(s.closed_as, '') as closed_as,
                case when s.score is not null then 1
                    when c.input_key % every.calls = 0 then every.calls else 0 end as stands_for
            from contacts c cross join every left join surveys s using (call_id)
        )
        select c.call_id, c.date, c.customer_id, c.closed_as, c.outcome, c.surveyed, c.date >= $since as wanted,
            c.stands_for, {features}
        from drawn c left join m using (call_id)
        where c.date >= $since or c.stands_for > 0
        order by c.date, c.call_id"""
    parameters = {"since": since or Date.min, "sampled_of": sampled_of}
    return connection.sql(query, params=parameters).to_arrow_table()


def matrix(table: pa.Table) -> Floats:
    """Return the features of these calls [n, p], in the order of the weights."""
    return np.column_stack([table.column(name).to_numpy().astype(np.float64) for name in NAMES])
