"""Holds: silences with music or ringing, which are holds rather than dead air."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.transcript import Event

KINDS = ("music", "ringing")
SHARE = 0.5


def has_hold_audio(start_s: float, end_s: float, events: Iterable[Event]) -> bool:
    """Whether music or ringing fills at least half of a silence."""
    reached_s, held_s = start_s, 0.0
    for event in sorted((event for event in events if event.kind in KINDS), key=lambda event: event.start_s):
        begin_s, until_s = max(event.start_s, reached_s), min(event.end_s, end_s)
        held_s += max(0.0, until_s - begin_s)
        reached_s = max(reached_s, until_s)
    return end_s > start_s and held_s >= SHARE * (end_s - start_s)
