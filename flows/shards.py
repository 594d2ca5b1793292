"""Map shards over a bounded runner; a failed shard does not stop the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect.utilities.annotations import quote, unmapped

from flows.engines import EngineSettings
from flows.runners import Runner, shard_runner
from flows.tasks import process_shard
from pipeline.errors import EverycallError
from pipeline.night.shard import Shard
from pipeline.night.summary import ShardSummary


class ShardsError(EverycallError):
    """Some shards failed. The next night plans their calls again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Summaries of finished shards and errors of failed ones."""

    summaries: tuple[ShardSummary, ...]
    errors: tuple[Exception, ...]

    def raise_errors(self) -> None:
        """Raise ShardsError if any shard failed, from the first error."""
        if self.errors:
            failed, total = len(self.errors), len(self.errors) + len(self.summaries)
            raise ShardsError(
                f"{failed} of {total} shards failed; the others are written. The first: {self.errors[0]}",
                remedy="Run the same command again to process the rest",
            ) from self.errors[0]


def process_shards(
    shards: Sequence[Shard],
    *,
    store: str,
    settings: EngineSettings,
    runner: Runner,
    workers: int,
    ray_address: str | None,
) -> Outcome:
    """Run every shard to its end and separate finished from failed ones."""
    with shard_runner(runner, workers=workers, address=ray_address) as pool:
        task: Any = process_shard
        futures = pool.map(
            task,
            {
                "number": list(range(1, len(shards) + 1)),
                "shard": quote(list(shards)),
                "store": unmapped(store),
                "settings": quote(unmapped(settings)),
            },
        )
        results = [future.result(raise_on_failure=False) for future in futures]
    summaries = tuple(result for result in results if isinstance(result, ShardSummary))
    return Outcome(summaries, tuple(result for result in results if isinstance(result, Exception)))
