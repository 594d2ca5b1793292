"""Bins: counts of calls by the steps of a scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `lowest` to `highest` in steps of `width`."""

    lowest: float
    highest: float
    width: float

    @property
    def steps(self) -> int:
        """The number of bins."""
        return round((self.highest - self.lowest) / self.width)


@dataclass(frozen=True, slots=True)
class Bin:
    """Calls with a value in [`low`, `high`); the last bin of a scale includes `high`."""

    low: float
    high: float
    calls: int


def bin_number(value: str, scale: Scale) -> str:
    """SQL for the number of a value's bin, from 0; values above the scale fall into its last."""
    return f"least(floor(({value} - {scale.lowest}) / {scale.width}), {scale.steps - 1})::int"


def bins_of(counted: Mapping[int, int], scale: Scale) -> tuple[Bin, ...]:
    """All bins of a scale from the calls by bin number; none without calls."""
    if not counted:
        return ()
    edges = [scale.lowest + scale.width * number for number in range(scale.steps + 1)]
    return tuple(Bin(edges[number], edges[number + 1], counted.get(number, 0)) for number in range(scale.steps))
