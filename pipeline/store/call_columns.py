"""Columns of the tables with rows of calls, and of surveys, failures and runs."""

from __future__ import annotations

import pyarrow as pa

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
    ("agent_sentiment_start", pa.string()),
    ("agent_sentiment_middle", pa.string()),
    ("agent_sentiment_end", pa.string()),
    ("recovered", pa.bool_()),
    ("holds", pa.int32()),
    ("hold_s", pa.float64()),
    ("repetitions", pa.int32()),
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
    ("pitch_st", pa.float64()),
    ("loudness_db", pa.float64()),
    ("pace_ratio", pa.float64()),
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
    ("reason_code", pa.string()),
    ("reason_values", pa.string()),
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
    ("reason_code", pa.string()),
    ("reason_values", pa.string()),
]
ISSUES = [
    ("call_id", pa.string()),
    ("issue", pa.int32()),
    ("turn", pa.int32()),
    ("turns", pa.list_(pa.int32())),
    ("language", pa.string()),
    ("script", pa.string()),
    ("encoder", pa.string()),
    ("vector", pa.binary()),
    ("terms", pa.list_(pa.int32())),
]
TURNING_POINTS = [
    ("call_id", pa.string()),
    ("turn", pa.int32()),
    ("role", pa.string()),
    ("direction", pa.string()),
    ("before", pa.float64()),
    ("after", pa.float64()),
    ("cause_turn", pa.int32()),
]
PROMISES = [
    ("call_id", pa.string()),
    ("position", pa.int32()),
    ("turn", pa.int32()),
    ("agent_id", pa.string()),
    ("kind", pa.string()),
    ("quote", pa.string()),
    ("start_s", pa.float64()),
    ("due_words", pa.string()),
    ("due_date", pa.date32()),
]
SURVEYS = [
    ("call_id", pa.string()),
    ("score", pa.float64()),
    ("given", pa.float64()),
    ("scale", pa.string()),
    ("answered_at", pa.string()),
    ("closed_as", pa.string()),
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
