"""One row for each event: what a channel carries besides speech."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.store.parts import Row
from pipeline.transcript import Event, Transcript

COLUMNS = ("kind", "channel", "start_s", "end_s", "confidence")


def event_rows(transcript: Transcript) -> list[Row]:
    """The rows of `events` of one call."""
    return [
        {"call_id": transcript.call_id, **{name: getattr(event, name) for name in COLUMNS}}
        for event in transcript.events
    ]


def events_by_call(rows: Sequence[Row]) -> dict[str, tuple[Event, ...]]:
    """Restore events, by call id and in the rows' order."""
    by_call: dict[str, list[Event]] = defaultdict(list)
    for row in rows:
        by_call[row["call_id"]].append(Event(**{name: row[name] for name in COLUMNS}))
    return {call_id: tuple(events) for call_id, events in by_call.items()}
