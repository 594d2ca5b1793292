"""One row for each turning point of a speaker's sentiment."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.enriched import EnrichedCall, TurningPoint
from pipeline.store.parts import Row

COLUMNS = ("turn", "role", "direction", "before", "after", "cause_turn")


def turning_point_rows(call: EnrichedCall) -> list[Row]:
    """The rows of `turning_points` of one call."""
    return [
        {"call_id": call.transcript.call_id, **{name: getattr(point, name) for name in COLUMNS}}
        for point in call.mood.turning_points
    ]


def turning_points_of(rows: Sequence[Row]) -> tuple[TurningPoint, ...]:
    """Restore the turning points of one call, in the rows' order."""
    return tuple(TurningPoint(**{name: row[name] for name in COLUMNS}) for row in rows)
