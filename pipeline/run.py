"""A run: one night or re-score, what it did and how long it took. The only noun with clock times."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """One row of `runs`. `kind` is `night` or `rescore`, `status` is `completed` or `failed`; times are UTC, ISO 8601.

    `ears`, `reader` and `judges` are the fingerprints of the speech, enrichment and scoring models.
    """

    run_id: str
    kind: str
    status: str
    started_at: str
    finished_at: str
    rubric_id: str
    rubric_version: str
    ears: str
    reader: str
    judges: str
    calls_found: int
    calls_done: int
    calls_failed: int
    audio_s: float
    wall_s: float
    mean_total: float | None
