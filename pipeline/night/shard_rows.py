"""The rows of one shard, collected call by call, and the tables that they become."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

from pipeline.enriched import EnrichedCall
from pipeline.night.batch import FailedCall, ProcessedCall
from pipeline.store import SHARD_TABLES, Part
from pipeline.store.parts import Row, table_of
from pipeline.store.rows.calls import call_row
from pipeline.store.rows.events import event_rows
from pipeline.store.rows.failures import failure_rows
from pipeline.store.rows.flags import flag_rows
from pipeline.store.rows.head_views import head_view_row
from pipeline.store.rows.issues import issue_rows
from pipeline.store.rows.promises import promise_rows
from pipeline.store.rows.scorecards import answer_rows, scorecard_row
from pipeline.store.rows.turning_points import turning_point_rows
from pipeline.store.rows.turns import turn_rows, vector_table


@dataclass(slots=True)
class ShardRows:
    """Rows by table. `enriched` are the calls whose turns, findings and vectors this part holds."""

    part: Part
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SHARD_TABLES})
    enriched: list[EnrichedCall] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    audio_s: float = 0.0


def add_call(rows: ShardRows, done: ProcessedCall) -> None:
    """Add a call that succeeded: its row, scorecards and flags, and its turns unless an earlier part holds them."""
    turns_part = done.turns_part or rows.part.name
    rows.tables["calls"].append(
        call_row(
            done.call,
            recording=done.recording,
            uri=done.item.uri,
            input_hash=done.item.input_hash,
            turns_part=turns_part,
        )
    )
    if not done.turns_part:
        rows.tables["turns"] += turn_rows(done.call)
        rows.tables["events"] += event_rows(done.call.transcript)
        rows.tables["promises"] += promise_rows(done.call.promises)
        rows.tables["turning_points"] += turning_point_rows(done.call)
        rows.tables["issues"] += issue_rows(done.call.issues)
        rows.enriched.append(done.call)
    outputs = done.call.classifier_outputs
    if outputs is not None and not (outputs.part and done.turns_part):
        rows.tables["head_views"].append(head_view_row(done.call.transcript.call_id, outputs, turns_part=turns_part))
    if done.item.work == "hear" and done.recording is not None:
        rows.audio_s += done.recording.duration_s
    for scorecard, flags in done.scorecards:
        rows.tables["scorecards"].append(scorecard_row(scorecard, turns_part=turns_part))
        rows.tables["answers"] += answer_rows(scorecard)
        rows.tables["flags"] += flag_rows(flags, rubric_id=scorecard.rubric_id, leg=scorecard.leg)


def add_failure(rows: ShardRows, failed: FailedCall) -> None:
    """Add a call that failed, with the fingerprint that must change before the night tries it again."""
    item, failure = failed.item, failed.failure
    rows.failures[failure.stage] += 1
    fingerprint = item.fingerprints.of_stage(failure.stage)
    rows.tables["failures"] += failure_rows(
        [failure], item=item.call_id, input_hash=item.input_hash, fingerprint=fingerprint
    )


def arrow_tables(rows: ShardRows) -> dict[str, pa.Table]:
    """Every table of the shard, sorted."""
    name, date = rows.part.name, rows.part.date
    tables = {
        table: table_of(table, own, part=name, date=date)
        for table, own in rows.tables.items()
        if table != "turn_vectors"
    }
    return tables | {"turn_vectors": vector_table(rows.enriched, part=name, date=date)}
