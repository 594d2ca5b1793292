"""A fake `Diarizer` that alternates between two speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ports import Span, SpeakerSpan
from pipeline.recording import Samples


@dataclass(slots=True)
class FakeDiarizer:
    """Spans alternate between `voices` speakers."""

    voices: int = 2
    fingerprint: str = "fake-diarizer"

    def speakers(self, samples: Samples, speech: Sequence[Span]) -> list[SpeakerSpan]:
        """One speaker span per span of speech."""
        return [SpeakerSpan(n % self.voices, span.start_s, span.end_s, 1.0) for n, span in enumerate(speech)]
