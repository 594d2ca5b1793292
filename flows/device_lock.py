"""Who holds the device on this machine: a lock of the kernel, which ends with its process however that ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def device_lock(lock: Path) -> Iterator[None]:
    """While this is open, or this process lives if that is shorter, `unheld` is false. Several may hold at once."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def device_free(lock: Path) -> Iterator[bool]:
    """Whether nobody holds; if so, nobody begins to hold until this is closed."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
