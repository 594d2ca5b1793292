"""A fake `VoiceDetector` that takes loud frames for speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

FRAME = ASR_SAMPLE_RATE_HZ // 10


@dataclass(slots=True)
class FakeVoiceDetector:
    """Every run of 0.1 s frames with a peak above `threshold` is speech."""

    threshold: float = 0.05
    fingerprint: str = "fake-voice"

    def speech(self, samples: Samples) -> list[Span]:
        """Spans in steps of 0.1 s."""
        frames = np.abs(samples[: len(samples) // FRAME * FRAME]).reshape(-1, FRAME).max(axis=1, initial=0.0)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], frames > self.threshold, [0]])))
        return [Span(float(a) / 10, float(b) / 10) for a, b in zip(edges[::2], edges[1::2], strict=True)]
