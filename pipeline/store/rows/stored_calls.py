"""Calls read back from the tables, to score them again or to show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.enriched import ClassifierOutputs, EnrichedCall, TurnSentiment, Vectors
from pipeline.recording import Recording
from pipeline.scorecard import Scorecard
from pipeline.store.parts import Row
from pipeline.store.rows.calls import call_from_rows, recording_from_row
from pipeline.store.rows.events import events_by_call
from pipeline.store.rows.head_views import head_views_of
from pipeline.store.rows.scorecards import scorecard_from_rows
from pipeline.store.rows.turns import turns_by_call, vectors_of
from pipeline.store.schemas import schema_of
from pipeline.store.views import select, select_head_views, select_turns
from pipeline.transcript import Event, Turn

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Each = TypeVar("Each")

# The tables that `stored_calls` reads; its connection needs no others.
CALL_TABLES = ("calls", "turns", "events", "turn_vectors", "head_views")


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call with the recording behind it, and the part that holds its turns."""

    call: EnrichedCall
    recording: Recording | None
    uri: str
    turns_part: str


def stored_calls(
    connection: DuckDBPyConnection, call_ids: Sequence[str], *, words: bool = True
) -> dict[str, StoredCall]:
    """The stored calls among these ids, with turns and vectors; `words=False` leaves out the words of turns.

    `connection` needs `CALL_TABLES`, see `open_duckdb`.
    """
    if not call_ids:
        return {}
    unread = {"text_written", "turn_language"} | (set() if words else {"words"})
    columns = [name for name in schema_of("turns").names if name not in unread]
    rows = select(connection, "calls", call_ids=call_ids).to_pylist()
    turns_parts = {row["call_id"]: row["turns_part"] for row in rows}
    turns = turns_by_call(select_turns(connection, "turns", columns=columns, turns_parts=turns_parts))
    vectors = _vectors_by_call(connection, turns_parts)
    outputs = head_views_of(select_head_views(connection, turns_parts=turns_parts))
    event_rows = select_turns(connection, "events", columns=schema_of("events").names, turns_parts=turns_parts)
    events = events_by_call(event_rows.to_pylist())
    return {row["call_id"]: _stored(row, turns, vectors, outputs.get(row["call_id"]), events) for row in rows}


def stored_scorecards(
    connection: DuckDBPyConnection,
    call_ids: Sequence[str],
    *,
    rubric_ids: Sequence[str] | None = None,
    questions: Sequence[str] | None = None,
) -> dict[str, list[Scorecard]]:
    """The scorecards of these calls, by call and in the order of form ids; `rubric_ids` limits the forms.

    `questions` limits the answers on each card, which is much faster if few are needed.
    """
    rows = select(connection, "answers", call_ids=call_ids)
    if questions is not None:
        rows = rows.filter(pc.is_in(rows.column("question_id"), pa.array(questions, pa.string())))
    answers = _by_call(rows.to_pylist())
    cards: dict[str, list[Scorecard]] = defaultdict(list)
    for row in select(connection, "scorecards", call_ids=call_ids).to_pylist():
        if rubric_ids is None or row["rubric_id"] in rubric_ids:
            key = (row["rubric_id"], row["leg"])
            own = [answer for answer in answers[row["call_id"]] if (answer["rubric_id"], answer["leg"]) == key]
            cards[row["call_id"]].append(scorecard_from_rows(row, own))
    return cards


def batches(calls: Sequence[Each], *, size: int) -> Iterator[Sequence[Each]]:
    """Calls or their ids in order, `size` at a time."""
    for start in range(0, len(calls), size):
        yield calls[start : start + size]


def _stored(
    row: Row,
    turns: Mapping[str, list[tuple[Turn, TurnSentiment]]],
    vectors: Mapping[str, Vectors],
    classifier_outputs: ClassifierOutputs | None,
    events: Mapping[str, tuple[Event, ...]],
) -> StoredCall:
    call_id = row["call_id"]
    pairs = turns.get(call_id, [])
    call = call_from_rows(
        row,
        [turn for turn, _ in pairs],
        sentiments=[sentiment for _, sentiment in pairs],
        vectors=vectors.get(call_id, np.zeros((0, 0), np.float32)),
        classifier_outputs=classifier_outputs,
        events=events.get(call_id, ()),
    )
    return StoredCall(call, recording_from_row(row), row["uri"], row["turns_part"])


def _by_call(rows: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["call_id"]].append(row)
    return grouped


def _vectors_by_call(connection: DuckDBPyConnection, turns_parts: Mapping[str, str]) -> dict[str, Vectors]:
    """Rows are sorted by call and turn, so each call is one slice."""
    rows = select_turns(connection, "turn_vectors", columns=["call_id", "vector"], turns_parts=turns_parts)
    names = rows.column("call_id").to_pylist()
    starts = [index for index, name in enumerate(names) if index == 0 or name != names[index - 1]]
    ends = [*starts[1:], len(names)] if starts else []
    return {names[start]: vectors_of(rows.slice(start, end - start)) for start, end in zip(starts, ends, strict=True)}
