"""Columns of the tables of measures over all calls."""

from __future__ import annotations

import pyarrow as pa

EXAMPLE = pa.struct([("call_id", pa.string()), ("turn", pa.int32()), ("language", pa.string()), ("text", pa.string())])
EXEMPLAR = pa.struct(
    [
        ("call_id", pa.string()),
        ("issue", pa.int32()),
        ("date", pa.date32()),
        ("turn", pa.int32()),
        ("language", pa.string()),
        ("vector", pa.list_(pa.float32())),
        ("terms", pa.list_(pa.int32())),
    ]
)
DRIVER = pa.struct([("name", pa.string()), ("effect", pa.float64())])

TOPICS = [
    ("topic_id", pa.string()),
    ("name", pa.string()),
    ("language", pa.string()),
    ("status", pa.string()),
    ("merged_into", pa.string()),
    ("found_on", pa.date32()),
    ("last_seen_on", pa.date32()),
    ("calls", pa.int32()),
    ("keywords", pa.list_(pa.string())),
    ("examples", pa.list_(pa.string())),
    ("quotes", pa.list_(EXAMPLE)),
    ("encoder", pa.string()),
    ("exemplars", pa.list_(EXEMPLAR)),
]
CALL_TOPICS = [
    ("call_id", pa.string()),
    ("issue", pa.int32()),
    ("topic_id", pa.string()),
    ("similarity", pa.float64()),
    ("turn", pa.int32()),
]
REPEATS = [
    ("call_id", pa.string()),
    ("method", pa.string()),
    ("customer_id", pa.string()),
    ("topic_id", pa.string()),
    ("earlier_call_id", pa.string()),
    ("days_between", pa.float64()),
    ("similarity", pa.float64()),
]
SATISFACTION = [
    ("call_id", pa.string()),
    ("estimate", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("spread", pa.float64()),
    ("error", pa.float64()),
    ("dissatisfied", pa.float64()),
    ("model", pa.string()),
    ("surveyed", pa.float64()),
    ("closed_as", pa.string()),
    ("hidden_dissatisfied", pa.bool_()),
    ("drivers", pa.list_(DRIVER)),
]
PROMISE_OUTCOMES = [
    ("call_id", pa.string()),
    ("position", pa.int32()),
    ("outcome", pa.string()),
    ("by_call_id", pa.string()),
    ("turn", pa.int32()),
    ("reason", pa.string()),
]
ARRIVALS = [
    ("arrival_id", pa.string()),
    ("chain_id", pa.string()),
    ("first_at", pa.timestamp("us")),
    ("last_at", pa.timestamp("us")),
    ("topic_id", pa.string()),
    ("queue", pa.string()),
    ("agent_id", pa.string()),
    ("agents", pa.list_(pa.string())),
    ("owners_known", pa.bool_()),
    ("queues", pa.list_(pa.string())),
    ("handle_s", pa.float64()),
    ("complaint", pa.bool_()),
    ("escalated", pa.bool_()),
    ("outbound", pa.bool_()),
    ("days_since", pa.float64()),
    ("said", pa.bool_()),
    ("days_until", pa.float64()),
    ("complained_before", pa.bool_()),
]
CHAINS = [
    ("chain_id", pa.string()),
    ("customer_id", pa.string()),
    ("topic_id", pa.string()),
    ("first_started_at", pa.timestamp("us")),
    ("last_started_at", pa.timestamp("us")),
    ("calls", pa.int32()),
    ("call_ids", pa.list_(pa.string())),
    ("agents", pa.int32()),
    ("queues", pa.int32()),
    ("one_owner", pa.bool_()),
    ("handle_s", pa.float64()),
    ("complaint", pa.bool_()),
    ("escalated", pa.bool_()),
    ("resolved", pa.bool_()),
]
FIGURES = [
    ("measure", pa.string()),
    ("dimension", pa.string()),
    ("key", pa.string()),
    ("n", pa.int64()),
    ("censored", pa.int64()),
    ("estimate", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("ranked", pa.bool_()),
    ("band", pa.int32()),
    ("as_of", pa.date32()),
]
CAUSES = [
    ("form", pa.string()),
    ("question_id", pa.string()),
    ("level", pa.string()),
    ("judged", pa.int64()),
    ("failed", pa.int64()),
    ("share", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("lies_with", pa.string()),
    ("evidence", pa.string()),
    ("as_of", pa.date32()),
]
TRENDS = [
    ("topic_id", pa.string()),
    ("day", pa.date32()),
    ("calls", pa.int64()),
    ("repeats", pa.int64()),
    ("negative_ends", pa.int64()),
    ("handle_s", pa.float64()),
]
PEAKS = [
    ("topic_id", pa.string()),
    ("weekday", pa.int8()),
    ("hour", pa.int8()),
    ("calls", pa.int64()),
]
EMERGING = [
    ("topic_id", pa.string()),
    ("day", pa.date32()),
    ("window_days", pa.int8()),
    ("calls", pa.int64()),
    ("expected", pa.float64()),
    ("ratio", pa.float64()),
    ("p_value", pa.float64()),
    ("emerging", pa.bool_()),
]
FIXES = [
    ("rank", pa.int32()),
    ("topic_id", pa.string()),
    ("calls", pa.int64()),
    ("repeat_rate", pa.float64()),
    ("handle_s", pa.float64()),
    ("unhappy_rate", pa.float64()),
    ("hours_lost", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("reason", pa.string()),
]
CONTACTS = [
    ("call_id", pa.string()),
    ("turns_part", pa.string()),
    ("input_key", pa.uint64()),
    ("started_at", pa.timestamp("us")),
    ("customer_id", pa.string()),
    ("agent_id", pa.string()),
    ("agents", pa.list_(pa.string())),
    ("queue", pa.string()),
    ("direction", pa.string()),
    ("language", pa.string()),
    ("duration_s", pa.float64()),
    ("silence_share", pa.float64()),
    ("hold_s", pa.float64()),
    ("repetitions", pa.int32()),
    ("sentiment_start", pa.string()),
    ("sentiment_middle", pa.string()),
    ("sentiment_end", pa.string()),
    ("recovered", pa.bool_()),
    ("total", pa.float64()),
    ("says_repeat", pa.bool_()),
    ("escalated", pa.bool_()),
    ("churn", pa.bool_()),
    ("outcome", pa.string()),
]
MEASURED = [
    ("day", pa.date32()),
    ("calls", pa.int64()),
    ("files", pa.string()),
    ("seen", pa.string()),
    ("surveyed", pa.string()),
    ("settings", pa.string()),
]
