"""Worker processes: shards that need no device, such as those scored again, on as many cores as there are.

A worker builds its own engine, once, and writes its shards itself; what comes back are counts. A shard's rows are the
same in whichever process, so the number of workers changes the time and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

from pipeline.engine import Engine
from pipeline.errors import ConfigError
from pipeline.shard import Shard
from pipeline.store import Store
from pipeline.summary import ShardSummary

BuildEngine = Callable[[], Engine]
RunShard = Callable[..., ShardSummary]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(
    run_shard: RunShard, shards: Sequence[Shard], *, store: Store, build: BuildEngine, like: Engine, workers: int
) -> Iterator[ShardSummary]:
    """`run_shard` for every shard in `workers` processes; the summaries in the shards' order.

    `build` makes the engine `like` the planner's; it is sent to the workers, so it must pickle, and compare equal to
    its copies. Raises what a shard raises; shards not yet begun are then left.
    """
    judged = (like.rubric.version, like.judges.fingerprint)
    executor = ProcessPoolExecutor(min(workers, len(shards)), mp_context=get_context("spawn"))
    try:
        tasks = [executor.submit(_run, run_shard, shard, store, build, judged) for shard in shards]
        for task in tasks:
            yield task.result()
    finally:
        executor.shutdown(cancel_futures=True)


def _run(run_shard: RunShard, shard: Shard, store: Store, build: BuildEngine, judged: tuple[str, str]) -> ShardSummary:
    engine = _engine(build)
    if (engine.rubric.version, engine.judges.fingerprint) != judged:
        raise ConfigError("the rubric or the models changed while calls were scored", remedy="Run the command again")
    return run_shard(shard, store=store, engine=engine)


@lru_cache(maxsize=1)
def _engine(build: BuildEngine) -> Engine:
    return build()
