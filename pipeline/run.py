"""A run: one night (or one scoring again), what it did and how long it took: the only noun with clock times."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """One line of `runs`.

    `kind` is `night` or `rescore`; times are ISO 8601 in UTC; `status` is `completed` or `failed`.
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
