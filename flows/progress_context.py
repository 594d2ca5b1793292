"""Pass a progress callback to the tasks of a flow, whose own parameters must be plain JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pipeline.night.progress import Progress, unwatched

# Threads of the task runner copy the flow's context and see it; other processes do not.
PROGRESS: ContextVar[Progress] = ContextVar("everycall_watcher", default=unwatched)


@contextmanager
def report_progress_to(progress: Progress) -> Iterator[None]:
    """While open, shards of flows started here report to `progress`."""
    token = PROGRESS.set(progress)
    try:
        yield
    finally:
        PROGRESS.reset(token)
