"""Bins: how many calls fall into each step of a scale."""

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
        """How many bins it has."""
        return round((self.highest - self.lowest) / self.width)


@dataclass(frozen=True, slots=True)
class Bin:
    """How many calls lie from `low` up to `high`, which only the last bin of a scale holds itself."""

    low: float
    high: float
    calls: int


def bin_number(value: str, scale: Scale) -> str:
    """SQL for the number, from 0, of the bin that a value falls into; what is above the scale is in its last."""
    return f"least(floor(({value} - {scale.lowest}) / {scale.width}), {scale.steps - 1})::int"


def bins_of(counted: Mapping[int, int], scale: Scale) -> tuple[Bin, ...]:
    """All bins of a scale, from calls by the number of their bin; none where there are no calls."""
    if not counted:
        return ()
    edges = [scale.lowest + scale.width * number for number in range(scale.steps + 1)]
    return tuple(Bin(edges[number], edges[number + 1], counted.get(number, 0)) for number in range(scale.steps))
