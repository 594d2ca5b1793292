"""Worker processes: work that needs no device, such as shards scored again, on as many cores as there are.

A worker builds its own engine, once, and writes its shards itself; what comes back are counts. What a job makes is the
same in whichever process, so the number of workers changes the time and nothing else.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from typing import TypeVar

from pipeline.errors import ConfigError
from pipeline.night.engine import Engine
from pipeline.night.shard import Shard
from pipeline.night.summary import ShardSummary
from pipeline.store import Store

# New objects until a worker looks for cycles of them; Python's own number is 700.
COLLECT_AFTER = 100_000

BuildEngine = Callable[[], Engine]
RunShard = Callable[..., ShardSummary]
Built = TypeVar("Built")
Job = TypeVar("Job")
Made = TypeVar("Made")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_shards_in_processes(
    run_shard: RunShard, shards: Sequence[Shard], *, store: Store, build: BuildEngine, like: Engine, workers: int
) -> Iterator[ShardSummary]:
    """`run_shard` for every shard in `workers` processes; the summaries in the shards' order.

    `build` makes the engine `like` the planner's; it is sent to the workers, so it must pickle, and compare equal to
    its copies. Raises what a shard raises; shards not yet begun are then left.
    """
    work = _RunningShards(run_shard, store, (like.rubric.version, like.scoring_models.fingerprint))
    yield from map_in_processes(work, shards, build=build, workers=workers)


def map_in_processes(
    work: Callable[[Job, Built], Made], jobs: Sequence[Job], *, build: Callable[[], Built], workers: int
) -> Iterator[Made]:
    """`work` on every job and what the worker has built, in `workers` processes; what it makes in the jobs' order.

    All of it is sent to the workers, so it must pickle, and `build` compare equal to its copies. Raises what a job
    raises; jobs not yet begun are then left.
    """
    executor = ProcessPoolExecutor(max(1, min(workers, len(jobs))), mp_context=get_context("spawn"))
    try:
        tasks = [executor.submit(_run, work, job, build) for job in jobs]
        for task in tasks:
            yield task.result()
    finally:
        executor.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _RunningShards:
    """`run_shard` with an engine like the planner's, whose rubric and judges are `judged`."""

    run_shard: RunShard
    store: Store
    judged: tuple[str, str]

    def __call__(self, shard: Shard, engine: Engine) -> ShardSummary:
        if (engine.rubric.version, engine.scoring_models.fingerprint) != self.judged:
            raise changed()
        return self.run_shard(shard, store=self.store, engine=engine)


def changed() -> ConfigError:
    """What a worker raises whose engine is not the one that the work was planned with."""
    return ConfigError("the rubric or the models changed while calls were scored", remedy="Run the command again")


def _run(work: Callable[[Job, Built], Made], job: Job, build: Callable[[], Built]) -> Made:
    return work(job, _built(build))


@lru_cache(maxsize=1)
def _built(build: Callable[[], Built]) -> Built:
    # Once a worker. A call is thousands of objects and hardly a cycle among them: to look less often saves time.
    gc.set_threshold(COLLECT_AFTER)
    return build()
