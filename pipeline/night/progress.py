"""Progress: how a long operation reports how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Work done since the last step: `calls` calls, with `audio_s` seconds of audio, finished the stage `stage`."""

    stage: str
    calls: int
    audio_s: float = 0.0


Progress = Callable[[Step], None]


def unwatched(step: Step) -> None:
    """Ignore progress."""
