"""Audio health: level, clipping, silent and duplicate channels, all reasons to doubt a transcript."""

from __future__ import annotations

import numpy as np

from pipeline.recording import ASR_SAMPLE_RATE_HZ, Audio, AudioHealth, Samples

SILENT_DBFS = -60.0
# An even and quiet hum or hiss is not speech, whose level varies by 20 dB and more.
EVEN_DB = 6.0
LOUDEST_HUM_DBFS = -40.0
FRAME = ASR_SAMPLE_RATE_HZ // 10
CLIPPED_LEVEL = 0.999
# Two microphones never correlate this well; one signal on both channels does, at any level and polarity.
DUPLICATE_CORRELATION = 0.99


def audio_health(audio: Audio) -> AudioHealth:
    """Measure each channel. Levels are RMS relative to full scale; digital silence is -120 dBFS."""
    channels = list(audio.samples)
    levels = tuple(_level_dbfs(samples) for samples in channels)
    return AudioHealth(
        level_dbfs=levels,
        clipped_share=tuple(float(np.mean(np.abs(samples) >= CLIPPED_LEVEL)) for samples in channels),
        silent=tuple(_silent(samples, level) for samples, level in zip(channels, levels, strict=True)),
        duplicate_channels=len(channels) == 2 and abs(_correlation(*channels)) > DUPLICATE_CORRELATION,
    )


def _silent(samples: Samples, level_dbfs: float) -> bool:
    """Whether a channel is empty, or holds only an even hum or hiss around its offset."""
    if level_dbfs < SILENT_DBFS:
        return True
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    if not len(frames) or level_dbfs > LOUDEST_HUM_DBFS:
        return False
    levels = 10 * np.log10(np.maximum(np.var(frames, axis=1, dtype=np.float64), 1e-12))
    return bool(levels.max() < SILENT_DBFS or levels.max() - np.percentile(levels, 10) < EVEN_DB)


def _level_dbfs(samples: Samples) -> float:
    power = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
    return round(10 * float(np.log10(max(power, 1e-12))), 2)


def _correlation(first: Samples, second: Samples) -> float:
    """Pearson's correlation, which an offset on both channels does not raise; 0 if one channel is constant."""
    size = len(first)
    if not size:
        return 0.0
    means = float(first.mean(dtype=np.float64)), float(second.mean(dtype=np.float64))
    shared = float(np.dot(first, second)) / size - means[0] * means[1]
    powers = [float(np.dot(each, each)) / size - mean**2 for each, mean in zip((first, second), means, strict=True)]
    size_of_both = float(np.sqrt(max(powers[0], 0.0) * max(powers[1], 0.0)))
    return shared / size_of_both if size_of_both > 1e-12 else 0.0
