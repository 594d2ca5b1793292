"""Shards in a flow: mapped over a bounded runner; one that fails does not take the others with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect.utilities.annotations import quote, unmapped

from flows.engines import EngineSettings
from flows.runners import Place, shard_runner
from flows.tasks import process_shard
from pipeline.errors import EverycallError
from pipeline.night.shard import Shard
from pipeline.night.summary import ShardSummary


class ShardsError(EverycallError):
    """Shards that could not be finished. Their calls are planned again by the next night."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the shards."""

    summaries: tuple[ShardSummary, ...]
    errors: tuple[Exception, ...]

    def raise_errors(self) -> None:
        """Raise ShardsError if any shard failed, from the first of their errors."""
        if self.errors:
            failed, total = len(self.errors), len(self.errors) + len(self.summaries)
            raise ShardsError(
                f"{failed} of {total} shards failed; the others are written. The first: {self.errors[0]}",
                remedy="The same command goes on where this one stopped",
            ) from self.errors[0]


def process_shards(
    shards: Sequence[Shard],
    *,
    store: str,
    settings: EngineSettings,
    place: Place,
    workers: int,
    ray_address: str | None,
) -> Outcome:
    """Run every shard to its end and tell those that failed from the others."""
    with shard_runner(place, workers=workers, address=ray_address) as runner:
        task: Any = process_shard
        futures = runner.map(
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
