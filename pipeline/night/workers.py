"""Worker processes for shards that need no device, such as shards scored again.

Each worker builds its own engine once and writes its shards itself; only counts come back. The number of workers
affects the time and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.concurrency.processes import map_in_processes
from pipeline.errors import ConfigError
from pipeline.night.engine import Engine
from pipeline.night.shard import Shard
from pipeline.night.summary import ShardSummary
from pipeline.store import Store

BuildEngine = Callable[[], Engine]
RunShard = Callable[..., ShardSummary]


def run_shards_in_processes(
    run_shard: RunShard, shards: Sequence[Shard], *, store: Store, build: BuildEngine, like: Engine, workers: int
) -> Iterator[ShardSummary]:
    """Yield the summary of `run_shard` for every shard, in the shards' order, from `workers` processes.

    `build` makes an engine `like` the planner's. It is sent to the workers, so it must pickle and compare equal to its
    copies. Raises what a shard raises; shards that have not started are then dropped.
    """
    work = _RunningShards(run_shard, store, (like.rubric.version, like.scoring_models.fingerprint))
    yield from map_in_processes(work, shards, build=build, workers=workers)


@dataclass(frozen=True, slots=True)
class _RunningShards:
    """`run_shard` with an engine whose rubric and scoring models have the planner's `fingerprints`."""

    run_shard: RunShard
    store: Store
    fingerprints: tuple[str, str]

    def __call__(self, shard: Shard, engine: Engine) -> ShardSummary:
        if (engine.rubric.version, engine.scoring_models.fingerprint) != self.fingerprints:
            raise engine_changed()
        return self.run_shard(shard, store=self.store, engine=engine)


def engine_changed() -> ConfigError:
    """The error for a worker whose engine differs from the one that the work was planned with."""
    return ConfigError("the rubric or the models changed while calls were scored", remedy="Run the command again")
