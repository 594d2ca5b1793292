"""Repeats: calls about an issue that the same customer had called about before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repeat:
    """One call that repeats an earlier one.

    `method` is `matched` (same customer, same issue, within the window) or `said` (the customer says so on the call);
    `earlier_call_id`, `days_between` and `similarity` are empty for the latter when no earlier call is known.
    """

    call_id: str
    date: str
    method: str
    customer_id: str = ""
    earlier_call_id: str = ""
    days_between: float | None = None
    similarity: float | None = None
