"""One row for each promise."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.promise import Promise
from pipeline.store.parts import Row

COLUMNS = ("call_id", "position", "turn", "agent_id", "kind", "quote", "start_s", "due_words", "due_date")


def promise_rows(promises: Iterable[Promise]) -> list[Row]:
    """The rows of `promises`."""
    return [{name: getattr(promise, name) for name in COLUMNS} for promise in promises]
