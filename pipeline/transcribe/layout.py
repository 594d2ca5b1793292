"""The layout of a recording: two speakers on two channels, or both on one."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.ingest.health import audio_health
from pipeline.recording import Audio, AudioHealth


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
    known = health or audio_health(audio)
    if known.duplicate_channels:
        return Layout((0,), mono=True)
    heard = tuple(channel for channel in range(count) if not known.silent[channel])
    if len(heard) == 2:
        return Layout(heard, mono=False)
    return Layout(heard or (0,), mono=True)
