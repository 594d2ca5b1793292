"""A survey: one customer's answer about one call, and the status with which the call was closed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survey:
    """One call's survey. `score` is `given` mapped to 1 (worst) to 5 (best); both None if only `closed_as` is known.

    `scale` is written worst-best, e.g. `0-10`; `answered_at` is ISO 8601 or "".
    """

    call_id: str
    date: str
    score: float | None
    given: float | None
    scale: str
    answered_at: str
    closed_as: str
