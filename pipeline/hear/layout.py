"""The layout of a recording: two speakers on two channels, or both on one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.recording import Audio, AudioHealth, Samples

DUPLICATE_CORRELATION = 0.99
SILENT_RMS = 1e-3


@dataclass(frozen=True, slots=True)
class Layout:
    """`channels` are those worth hearing; `mono` when one of them may hold two speakers."""

    channels: tuple[int, ...]
    mono: bool


def layout_of(audio: Audio, health: AudioHealth | None) -> Layout:
    """Which channels to hear. The same audio on both, or nothing on one, is a mono recording."""
    count = audio.samples.shape[0]
    if count == 1:
        return Layout((0,), mono=True)
    duplicate = health.duplicate_channels if health else _alike(audio.samples[0], audio.samples[1])
    if duplicate:
        return Layout((0,), mono=True)
    silent = health.silent if health else tuple(_rms(channel) < SILENT_RMS for channel in audio.samples)
    heard = tuple(channel for channel in range(count) if not silent[channel])
    if len(heard) == 2:
        return Layout(heard, mono=False)
    return Layout(heard or (0,), mono=True)


def _rms(samples: Samples) -> float:
    """The root mean square of a channel."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0


def _alike(first: Samples, second: Samples) -> bool:
    """Whether two channels carry the same audio, at whatever level."""
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return size > 0 and float(np.dot(first, second)) / size > DUPLICATE_CORRELATION
