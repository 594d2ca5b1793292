"""Summaries: counts of a shard and of a night. They contain nothing said on a call, so they may be sent anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ShardSummary:
    """What one shard did. `totals` counts the scorecards with a total, `total_sum` is their sum.

    `calls_done` counts calls with a scorecard, `scorecards` all their scorecards by any form.
    """

    part: str
    date: str
    work: str
    calls_done: int
    calls_failed: int
    failures: Mapping[str, int]
    flags: int
    totals: int
    total_sum: float
    audio_s: float
    wall_s: float
    scorecards: int = 0


@dataclass(frozen=True, slots=True)
class NightSummary:
    """What a night did. `failures` counts by stage; `mean_total` is over the night's scorecards by any form."""

    calls_found: int
    calls_up_to_date: int
    calls_held_back: int
    calls_done: int
    calls_failed: int
    notices: int
    flags: int
    shards: int
    audio_s: float
    wall_s: float
    mean_total: float | None
    failures: Mapping[str, int] = field(default_factory=dict)
    scorecards: int = 0

    @property
    def calls_per_hour(self) -> float | None:
        """Throughput; None if nothing was done."""
        return 3_600 * self.calls_done / self.wall_s if self.calls_done and self.wall_s else None

    @property
    def audio_per_wall(self) -> float | None:
        """Seconds of audio transcribed per second; None if nothing was transcribed."""
        return self.audio_s / self.wall_s if self.audio_s and self.wall_s else None


def night_summary(
    shards: Iterable[ShardSummary], *, found: int, up_to_date: int, held_back: int, notices: int, wall_s: float
) -> NightSummary:
    """Sum up the shards of a night."""
    shards = list(shards)
    failures: Counter[str] = Counter()
    for shard in shards:
        failures.update(shard.failures)
    totals = sum(shard.totals for shard in shards)
    return NightSummary(
        calls_found=found,
        calls_up_to_date=up_to_date,
        calls_held_back=held_back,
        calls_done=sum(shard.calls_done for shard in shards),
        calls_failed=sum(shard.calls_failed for shard in shards),
        notices=notices,
        flags=sum(shard.flags for shard in shards),
        shards=len(shards),
        audio_s=round(sum(shard.audio_s for shard in shards), 3),
        wall_s=round(wall_s, 3),
        mean_total=round(sum(shard.total_sum for shard in shards) / totals, 2) if totals else None,
        failures=dict(sorted(failures.items())),
        scorecards=sum(shard.scorecards for shard in shards),
    )
