"""Worker processes: map a function over jobs on several cores, with results in the jobs' order."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from typing import TypeVar

# New objects before a worker looks for reference cycles; Python's own threshold is 700.
COLLECT_AFTER = 100_000

Built = TypeVar("Built")
Job = TypeVar("Job")
Result = TypeVar("Result")


def cores() -> int:
    """Number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_in_processes(
    work: Callable[[Job, Built], Result], jobs: Sequence[Job], *, build: Callable[[], Built], workers: int
) -> Iterator[Result]:
    """Yield `work(job, built)` for every job, in the jobs' order, from `workers` processes.

    Each worker calls `build` once. Everything is sent to the workers, so it must pickle, and `build` must compare equal
    to its copies. Raises what a job raises; jobs that have not started are then dropped.
    """
    executor = ProcessPoolExecutor(max(1, min(workers, len(jobs))), mp_context=get_context("spawn"))
    try:
        tasks = [executor.submit(_run, work, job, build) for job in jobs]
        for task in tasks:
            yield task.result()
    finally:
        executor.shutdown(cancel_futures=True)


def _run(work: Callable[[Job, Built], Result], job: Job, build: Callable[[], Built]) -> Result:
    return work(job, _built(build))


@lru_cache(maxsize=1)
def _built(build: Callable[[], Built]) -> Built:
    # A call is thousands of objects with hardly any cycles, so collect less often.
    gc.set_threshold(COLLECT_AFTER)
    return build()
