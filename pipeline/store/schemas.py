"""The columns of every table. A change here changes the file format: raise SCHEMA_VERSION, update the golden files.

Every row has `part`, the name of the part that it was written in, and `date`, its partition. `turns_part` of a call,
classifier outputs or scorecard names the part with the turns that they were made from. Readers find the newest rows by
these two names.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from pipeline.errors import StoreError
from pipeline.store import call_columns, measure_columns

SCHEMA_VERSION = 5

# In the order in which a part's files are written. The last table is the marker that makes the part valid.
SHARD_TABLES = (
    "turn_vectors", "issues", "turning_points", "promises", "events", "turns",
    "head_views", "answers", "scorecards", "flags", "failures", "calls",
)  # fmt: skip
# Measures over all calls: those with rows of calls are stored under the calls' dates, others under the last date.
DATED_MEASURES = (
    "contacts", "call_topics", "repeats", "satisfaction", "arrivals", "chains", "promise_outcomes",
)  # fmt: skip
WHOLE_MEASURES = ("figures", "causes", "trends", "peaks", "emerging", "fixes", "measured", "topics")
MEASURE_TABLES = (*DATED_MEASURES, *WHOLE_MEASURES)
TABLES = (*reversed(SHARD_TABLES), *reversed(MEASURE_TABLES), "surveys", "runs")

_COLUMNS = {
    "calls": call_columns.CALLS,
    "turns": call_columns.TURNS,
    "events": call_columns.EVENTS,
    "turn_vectors": call_columns.TURN_VECTORS,
    "issues": call_columns.ISSUES,
    "turning_points": call_columns.TURNING_POINTS,
    "promises": call_columns.PROMISES,
    "head_views": call_columns.HEAD_VIEWS,
    "scorecards": call_columns.SCORECARDS,
    "answers": call_columns.ANSWERS,
    "flags": call_columns.FLAGS,
    "failures": call_columns.FAILURES,
    "topics": measure_columns.TOPICS,
    "call_topics": measure_columns.CALL_TOPICS,
    "repeats": measure_columns.REPEATS,
    "satisfaction": measure_columns.SATISFACTION,
    "promise_outcomes": measure_columns.PROMISE_OUTCOMES,
    "arrivals": measure_columns.ARRIVALS,
    "chains": measure_columns.CHAINS,
    "figures": measure_columns.FIGURES,
    "causes": measure_columns.CAUSES,
    "trends": measure_columns.TRENDS,
    "peaks": measure_columns.PEAKS,
    "emerging": measure_columns.EMERGING,
    "fixes": measure_columns.FIXES,
    "measured": measure_columns.MEASURED,
    "contacts": measure_columns.CONTACTS,
    "surveys": call_columns.SURVEYS,
    "runs": call_columns.RUNS,
}
# Columns that older files may lack, with the value of their rows.
ADDED_COLUMNS: Mapping[str, Mapping[str, int | str | None]] = {
    "answers": {"leg": 1, "reason_code": "", "reason_values": "{}"},
    "flags": {"leg": 1, "reason_code": "", "reason_values": "{}"},
    "scorecards": {"leg": 1, "agent_id": ""},
    "turns": {"text_written": "", "turn_language": "", **dict.fromkeys(("pitch_st", "loudness_db", "pace_ratio"))},
    "topics": {
        "status": "found",
        "merged_into": "",
        **dict.fromkeys(("found_on", "last_seen_on", "quotes", "encoder", "exemplars")),
    },
    "call_topics": {"issue": 1},
    "repeats": {"topic_id": ""},
    "calls": dict.fromkeys(
        (
            "agent_sentiment_start",
            "agent_sentiment_middle",
            "agent_sentiment_end",
            "recovered",
            "holds",
            "hold_s",
            "repetitions",
        )
    ),
}
# The columns that sort a table's rows; with the part they identify one row.
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
    "issues": ("call_id", "issue"),
    "turning_points": ("call_id", "turn", "role"),
    "promises": ("call_id", "position"),
    "topics": ("topic_id",),
    "call_topics": ("call_id", "issue"),
    "repeats": ("call_id", "method"),
    "satisfaction": ("call_id",),
    "promise_outcomes": ("call_id", "position"),
    "arrivals": ("arrival_id",),
    "chains": ("chain_id",),
    "figures": ("measure", "dimension", "key"),
    "causes": ("form", "question_id", "level"),
    "trends": ("topic_id", "day"),
    "peaks": ("topic_id", "weekday", "hour"),
    "emerging": ("topic_id", "day"),
    "fixes": ("rank",),
    "measured": ("day",),
    "contacts": ("call_id",),
    "surveys": ("call_id",),
    "runs": ("run_id",),
}


def schema_of(table: str) -> pa.Schema:
    """The Arrow schema of one table, with its name and version in the metadata. Raises StoreError.

    >>> schema_of("promises").names[:3]
    ['part', 'date', 'call_id']
    """
    if table not in _COLUMNS:
        raise StoreError(f"there is no table `{table}`", remedy=f"The tables are: {', '.join(TABLES)}")
    columns = [("part", pa.string()), ("date", pa.date32()), *_COLUMNS[table]]
    return pa.schema(columns, metadata={"everycall.table": table, "everycall.schema_version": str(SCHEMA_VERSION)})


def made_schema(table: str) -> pa.Schema:
    """The schema of a measure's rows before they are written.

    `part` is added when they are written, and so are `date` and `as_of` of measures over all dates.
    """
    added = ("part", "date", "as_of") if table in WHOLE_MEASURES else ("part",)
    return pa.schema([field for field in schema_of(table) if field.name not in added])


def schema_text(table: str) -> str:
    """The schema as text for the golden files: one line for each column, then the metadata."""
    text: str = schema_of(table).to_string(show_schema_metadata=True, truncate_metadata=False)
    return text + "\n"
