"""One row an event: what a channel carries that no person says."""

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
    """The events back, by call id, in the rows' order."""
    found: dict[str, list[Event]] = defaultdict(list)
    for row in rows:
        found[row["call_id"]].append(Event(**{name: row[name] for name in COLUMNS}))
    return {call_id: tuple(events) for call_id, events in found.items()}
