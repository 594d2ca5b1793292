"""A recording: where one call's audio is, and what is known about it before it is transcribed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

ASR_SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class AudioHealth:
    """What may be wrong with the audio.

    `level_dbfs`, `clipped_share` and `silent` have one value for each channel. `duplicate_channels` is true if both
    channels carry the same audio.
    """

    level_dbfs: tuple[float, ...]
    clipped_share: tuple[float, ...]
    silent: tuple[bool, ...]
    duplicate_channels: bool = False
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class CallMetadata:
    """What the telephone system knows. Empty strings mean unknown; `started_at` is ISO 8601.

    `agent_channel` is 0 or 1 if the export states it, None if it must be found out from the words.
    """

    agent_id: str = ""
    customer_id: str = ""
    started_at: str = ""
    queue: str = ""
    direction: str = ""
    language: str = ""
    agent_channel: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """One call's audio file. `sha256` is of the file's bytes; `date` is the call's partition."""

    call_id: str
    uri: str
    sha256: str
    duration_s: float
    channels: int
    sample_rate_hz: int
    codec: str
    metadata: CallMetadata
    health: AudioHealth | None = None

    @property
    def date(self) -> str:
        """The call's day, YYYY-MM-DD, or `1970-01-01` if unknown."""
        return self.metadata.started_at[:10] or "1970-01-01"


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded audio: `samples` float32 [channels, n] in [-1, 1] at 16 kHz. The repr shows no content."""

    samples: Samples = field(repr=False)
    sample_rate_hz: int = ASR_SAMPLE_RATE_HZ

    @property
    def duration_s(self) -> float:
        """The length of the audio."""
        return float(self.samples.shape[1] / self.sample_rate_hz)
