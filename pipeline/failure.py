"""A failure: one call, file or metadata row that the night could not process, and why."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import CallError


@dataclass(frozen=True, slots=True)
class Failure:
    """One line for the operator: which file, at which stage, what is wrong, what to do."""

    source: str
    stage: str
    cause: str
    remedy: str
    call_id: str = ""
    date: str = "1970-01-01"


def failure_of(error: CallError, *, call_id: str = "", date: str = "1970-01-01") -> Failure:
    """The failure that records an error of one call."""
    return Failure(
        source=error.source, stage=error.stage, cause=error.message, remedy=error.remedy, call_id=call_id, date=date
    )
