"""Watching: how a person at the terminal sees a flow's progress. A flow's own parameters are plain JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pipeline.night.progress import Progress, unwatched

# Threads of the task runner run in a copy of the flow's context, so they see it; other processes do not.
WATCHER: ContextVar[Progress] = ContextVar("everycall_watcher", default=unwatched)


@contextmanager
def watched_by(progress: Progress) -> Iterator[None]:
    """While this is open, shards of flows that start here report to `progress`."""
    token = WATCHER.set(progress)
    try:
        yield
    finally:
        WATCHER.reset(token)
