"""Evidence in the rows of answers and flags."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.scorecard import Evidence
from pipeline.store.parts import Row


def evidence_rows(evidence: Sequence[Evidence]) -> list[Row]:
    """The list column `evidence` for these quotes."""
    return [{"turn": item.turn, "quote": item.quote, "start_s": item.start_s, "end_s": item.end_s} for item in evidence]


def evidence_from_rows(rows: Sequence[Row]) -> tuple[Evidence, ...]:
    """Restore quotes from the list column."""
    return tuple(Evidence(row["turn"], row["quote"], row["start_s"], row["end_s"]) for row in rows)
