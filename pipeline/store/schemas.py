"""The columns of every table. A change here is a change of the file format: raise SCHEMA_VERSION and the golden files.

Every row carries `part`, the name of the part it was written in, and `date`, the partition. `turns_part` names the
part that holds the turns which a call, head view or scorecard rests on: by these two names readers find the newest
rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from pipeline.errors import StoreError

SCHEMA_VERSION = 3

EVIDENCE = pa.struct([("turn", pa.int32()), ("quote", pa.string()), ("start_s", pa.float64()), ("end_s", pa.float64())])
WORD = pa.struct(
    [("text", pa.string()), ("start_s", pa.float64()), ("end_s", pa.float64()), ("probability", pa.float64())]
)
SILENCE = pa.struct([("start_s", pa.float64()), ("end_s", pa.float64()), ("owed_by", pa.string())])
INTERRUPTION = pa.struct(
    [("turn", pa.int32()), ("at_s", pa.float64()), ("by", pa.string()), ("backchannel", pa.bool_())]
)
SECTION = pa.struct(
    [
        ("section_id", pa.string()),
        ("points", pa.float64()),
        ("points_possible", pa.float64()),
        ("score", pa.float64()),
    ]
)

CALLS = [
    ("call_id", pa.string()),
    ("turns_part", pa.string()),
    ("input_hash", pa.string()),
    ("hear_fingerprint", pa.string()),
    ("read_fingerprint", pa.string()),
    ("uri", pa.string()),
    ("source", pa.string()),
    ("started_at", pa.string()),
    ("agent_id", pa.string()),
    ("customer_id", pa.string()),
    ("queue", pa.string()),
    ("direction", pa.string()),
    ("language_hint", pa.string()),
    ("agent_channel", pa.int8()),
    ("extra", pa.map_(pa.string(), pa.string())),
    ("audio_s", pa.float64()),
    ("channels", pa.int8()),
    ("sample_rate_hz", pa.int32()),
    ("codec", pa.string()),
    ("level_dbfs", pa.list_(pa.float64())),
    ("clipped_share", pa.list_(pa.float64())),
    ("silent_channels", pa.list_(pa.bool_())),
    ("duplicate_channels", pa.bool_()),
    ("truncated", pa.bool_()),
    ("language", pa.string()),
    ("model", pa.string()),
    ("duration_s", pa.float64()),
    ("turn_count", pa.int32()),
    ("encoder", pa.string()),
    ("sentiment_start", pa.string()),
    ("sentiment_middle", pa.string()),
    ("sentiment_end", pa.string()),
    ("talk_share", pa.float64()),
    ("pace", pa.float64()),
    ("longest_monologue_s", pa.float64()),
    ("silence_share", pa.float64()),
    ("silences", pa.list_(SILENCE)),
    ("interruptions", pa.list_(INTERRUPTION)),
]
TURNS = [
    ("call_id", pa.string()),
    ("turn", pa.int32()),
    ("role", pa.string()),
    ("channel", pa.int8()),
    ("start_s", pa.float64()),
    ("end_s", pa.float64()),
    ("text", pa.string()),
    ("text_written", pa.string()),
    ("turn_language", pa.string()),
    ("confidence", pa.float64()),
    ("role_confidence", pa.float64()),
    ("negative", pa.float64()),
    ("neutral", pa.float64()),
    ("positive", pa.float64()),
    ("words", pa.list_(WORD)),
]
EVENTS = [
    ("call_id", pa.string()),
    ("channel", pa.int8()),
    ("kind", pa.string()),
    ("start_s", pa.float64()),
    ("end_s", pa.float64()),
    ("confidence", pa.float64()),
]
TURN_VECTORS = [
    ("call_id", pa.string()),
    ("turn", pa.int32()),
    ("encoder", pa.string()),
    ("vector", pa.list_(pa.float16())),
]
HEAD_VIEWS = [
    ("call_id", pa.string()),
    ("turns_part", pa.string()),
    ("heads", pa.string()),
    ("acts", pa.list_(pa.list_(pa.float32()))),
    ("shares", pa.list_(pa.float64())),
    ("named", pa.list_(pa.list_(pa.int32()))),
]
SCORECARDS = [
    ("call_id", pa.string()),
    ("turns_part", pa.string()),
    ("rubric_id", pa.string()),
    ("leg", pa.int32()),
    ("agent_id", pa.string()),
    ("rubric_version", pa.string()),
    ("total", pa.float64()),
    ("interval_low", pa.float64()),
    ("interval_high", pa.float64()),
    ("auto_failed", pa.list_(pa.string())),
    ("sections", pa.list_(SECTION)),
    ("fingerprint", pa.string()),
]
ANSWERS = [
    ("call_id", pa.string()),
    ("rubric_id", pa.string()),
    ("leg", pa.int32()),
    ("position", pa.int32()),
    ("question_id", pa.string()),
    ("value", pa.string()),
    ("best", pa.string()),
    ("probability", pa.float64()),
    ("points", pa.float64()),
    ("points_possible", pa.float64()),
    ("evidence", pa.list_(EVIDENCE)),
    ("searched", pa.list_(pa.int32())),
    ("reason", pa.string()),
    ("method", pa.string()),
]
FLAGS = [
    ("call_id", pa.string()),
    ("rubric_id", pa.string()),
    ("leg", pa.int32()),
    ("position", pa.int32()),
    ("rule", pa.string()),
    ("severity", pa.string()),
    ("reason", pa.string()),
    ("evidence", pa.list_(EVIDENCE)),
    ("play_from_s", pa.float64()),
    ("gain", pa.float64()),
]
FAILURES = [
    ("item", pa.string()),
    ("position", pa.int32()),
    ("input_hash", pa.string()),
    ("fingerprint", pa.string()),
    ("source", pa.string()),
    ("stage", pa.string()),
    ("cause", pa.string()),
    ("remedy", pa.string()),
    ("call_id", pa.string()),
]
TOPICS = [
    ("topic_id", pa.string()),
    ("name", pa.string()),
    ("language", pa.string()),
    ("calls", pa.int32()),
    ("keywords", pa.list_(pa.string())),
    ("examples", pa.list_(pa.string())),
]
CALL_TOPICS = [
    ("call_id", pa.string()),
    ("topic_id", pa.string()),
    ("similarity", pa.float64()),
    ("turn", pa.int32()),
]
REPEATS = [
    ("call_id", pa.string()),
    ("method", pa.string()),
    ("customer_id", pa.string()),
    ("earlier_call_id", pa.string()),
    ("days_between", pa.float64()),
    ("similarity", pa.float64()),
]
RUNS = [
    ("run_id", pa.string()),
    ("kind", pa.string()),
    ("status", pa.string()),
    ("started_at", pa.string()),
    ("finished_at", pa.string()),
    ("rubric_id", pa.string()),
    ("rubric_version", pa.string()),
    ("ears", pa.string()),
    ("reader", pa.string()),
    ("judges", pa.string()),
    ("calls_found", pa.int32()),
    ("calls_done", pa.int32()),
    ("calls_failed", pa.int32()),
    ("audio_s", pa.float64()),
    ("wall_s", pa.float64()),
    ("mean_total", pa.float64()),
]

# The order in which a part's files are written; its last table is the marker that makes the part count.
SHARD_TABLES = ("turn_vectors", "events", "turns", "head_views", "answers", "scorecards", "flags", "failures", "calls")
MEASURE_TABLES = ("call_topics", "repeats", "topics")
TABLES = (*reversed(SHARD_TABLES), *reversed(MEASURE_TABLES), "runs")

_COLUMNS = {
    "calls": CALLS,
    "turns": TURNS,
    "events": EVENTS,
    "turn_vectors": TURN_VECTORS,
    "head_views": HEAD_VIEWS,
    "scorecards": SCORECARDS,
    "answers": ANSWERS,
    "flags": FLAGS,
    "failures": FAILURES,
    "topics": TOPICS,
    "call_topics": CALL_TOPICS,
    "repeats": REPEATS,
    "runs": RUNS,
}
# Tables that had fewer columns in an earlier version, with what stands in rows that were written then.
ADDED_COLUMNS: Mapping[str, Mapping[str, int | str]] = {
    "answers": {"leg": 1},
    "flags": {"leg": 1},
    "scorecards": {"leg": 1, "agent_id": ""},
    "turns": {"text_written": "", "turn_language": ""},
}
# What sorts a table's rows; together with the part these columns name one row.
SORT_COLUMNS = {
    "calls": ("call_id",),
    "turns": ("call_id", "turn"),
    "events": ("call_id", "start_s", "channel", "kind"),
    "turn_vectors": ("call_id", "turn"),
    "head_views": ("call_id",),
    "scorecards": ("call_id", "rubric_id", "leg"),
    "answers": ("call_id", "rubric_id", "leg", "position"),
    "flags": ("call_id", "rubric_id", "leg", "position"),
    "failures": ("item", "position"),
    "topics": ("topic_id",),
    "call_topics": ("call_id", "topic_id"),
    "repeats": ("call_id", "earlier_call_id"),
    "runs": ("run_id",),
}


def schema_of(table: str) -> pa.Schema:
    """The Arrow schema of one table, with its name and version in the metadata. Raises StoreError."""
    if table not in _COLUMNS:
        raise StoreError(f"there is no table `{table}`", remedy=f"The tables are: {', '.join(TABLES)}")
    columns = [("part", pa.string()), ("date", pa.date32()), *_COLUMNS[table]]
    return pa.schema(columns, metadata={"everycall.table": table, "everycall.schema_version": str(SCHEMA_VERSION)})


def schema_text(table: str) -> str:
    """The schema as text for the golden files: a column a line, then the metadata."""
    text: str = schema_of(table).to_string(show_schema_metadata=True, truncate_metadata=False)
    return text + "\n"
