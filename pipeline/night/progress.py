"""Progress: how a long verb tells whoever watches how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Some more work done: `calls` calls with `audio_s` seconds of audio left the stage `stage` behind."""

    stage: str
    calls: int
    audio_s: float = 0.0


Progress = Callable[[Step], None]


def unwatched(step: Step) -> None:
    """For callers that do not care."""
