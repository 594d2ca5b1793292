"""Ahead: work done in threads before its results are asked for, a bounded number of steps and in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def prefetch(make: Callable[[Given], Made], given: Iterable[Given], *, threads: int) -> Iterator[Made]:
    """What `make` makes of each, in the order given, made in `threads` threads.

    `given` is drawn from lazily, in the caller's thread, and never more than `threads` + 1 results ahead, so that
    memory does not grow with its length. Raises what `make` raises; what has not begun by then is left.
    """
    under_way: deque[Future[Made]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for each in given:
            under_way.append(pool.submit(make, each))
            # Else the last one given would stay in memory while its result is waited for.
            del each
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
