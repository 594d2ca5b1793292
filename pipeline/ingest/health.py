"""Audio health: level, clipping, silent and duplicate channels; reasons to doubt what is heard."""

from __future__ import annotations

import numpy as np

from pipeline.recording import Audio, AudioHealth, Samples

SILENT_DBFS = -60.0
CLIPPED_LEVEL = 0.999
# Two microphones never agree this well; one signal written to both channels does, whatever its level.
DUPLICATE_CORRELATION = 0.99


def audio_health(audio: Audio) -> AudioHealth:
    """Measure each channel. Levels are RMS relative to full scale; digital silence is -120 dBFS."""
    channels = list(audio.samples)
    levels = tuple(_level_dbfs(samples) for samples in channels)
    return AudioHealth(
        level_dbfs=levels,
        clipped_share=tuple(float(np.mean(np.abs(samples) >= CLIPPED_LEVEL)) for samples in channels),
        silent=tuple(level < SILENT_DBFS for level in levels),
        duplicate_channels=len(channels) == 2 and _correlation(*channels) > DUPLICATE_CORRELATION,
    )


def _level_dbfs(samples: Samples) -> float:
    power = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
    return round(10 * float(np.log10(max(power, 1e-12))), 2)


def _correlation(first: Samples, second: Samples) -> float:
    norm = float(np.linalg.norm(first)) * float(np.linalg.norm(second))
    return float(np.dot(first, second)) / norm if norm > 0 else 0.0
