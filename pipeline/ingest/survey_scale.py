"""Scales of survey answers: stated by their two ends, or recognised if only one scale is possible."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import ConfigError

LOWEST, HIGHEST = 1.0, 5.0
FORM = re.compile(r"^\s*(\d{1,3})\s*(?:-|–|\.\.|to|:)\s*(\d{1,3})\s*$")
# Fewer answers may all be on a part of a longer scale by chance.
FEWEST_TO_RECOGNISE = 20
STATE_IT = "Give it as worst-best: --scale 1-5, --scale 0-10, --scale 6-1 where 1 is best"


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale by its ends. `worst` is greater than `best` if low numbers are good."""

    worst: float
    best: float

    @property
    def name(self) -> str:
        """The scale as text, worst-best."""
        return f"{self.worst:g}-{self.best:g}"

    def holds(self, given: float) -> bool:
        """Whether this answer is on the scale."""
        return min(self.worst, self.best) <= given <= max(self.worst, self.best)

    def score(self, given: float) -> float:
        """The answer mapped linearly to 1 (worst) to 5 (best).

        >>> Scale(0, 10).score(5)
        3.0
        """
        share = (given - self.worst) / (self.best - self.worst)
        return round(LOWEST + (HIGHEST - LOWEST) * share, 6)


def parse_scale(text: str) -> Scale:
    """A scale written worst-best, e.g. `1-5`. Raises ConfigError."""
    match = FORM.match(text)
    if not match or match[1] == match[2]:
        raise ConfigError(f"{text!r} is not a scale", remedy=STATE_IT)
    return Scale(float(match[1]), float(match[2]))


def recognised_scale(given: Sequence[float]) -> Scale:
    """Recognise the scale of these answers, assuming that more is better: 1-5 or 0-10. Raises ConfigError if unclear.

    0-10 needs a 0 and an answer above 7; 1-5 needs a 1 or 2, a 5 and nothing above. Other answers fit several scales:
    1 to 10 without a 0 may still be 0-10, and a few answers may all be on a part of a scale.
    """
    least, most = min(given, default=0.0), max(given, default=0.0)
    if len(given) < FEWEST_TO_RECOGNISE:
        cause = f"{len(given)} answers are too few to recognise the scale (at least {FEWEST_TO_RECOGNISE} are needed)"
        raise ConfigError(cause, remedy=STATE_IT)
    if least == 0 and 7 < most <= 10:
        return Scale(0.0, 10.0)
    if 1 <= least <= 2 and most == HIGHEST:
        return Scale(LOWEST, HIGHEST)
    raise ConfigError(f"answers from {least:g} to {most:g} fit several scales", remedy=STATE_IT)
