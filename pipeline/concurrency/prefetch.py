"""Prefetch: compute results in threads before they are needed, a bounded number ahead and in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def prefetch(function: Callable[[Item], Result], items: Iterable[Item], *, threads: int) -> Iterator[Result]:
    """Yield `function(item)` for every item, in order, computed in `threads` threads.

    Reads `items` lazily in the caller's thread, at most `threads` + 1 results ahead, so memory does not grow with their
    number. Raises what `function` raises; work that has not started by then is cancelled.
    """
    pending: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for item in items:
            pending.append(pool.submit(function, item))
            # Release the item; otherwise it stays in memory while its result is awaited.
            del item
            if len(pending) > threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
