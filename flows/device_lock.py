"""A kernel lock for the device on this machine; it ends with its process, even if killed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def device_lock(lock: Path) -> Iterator[None]:
    """Hold the lock while open. Several processes may hold it at once; `device_free` yields False meanwhile."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def device_free(lock: Path) -> Iterator[bool]:
    """Yield True if no process holds the lock; none can take it until this closes."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
