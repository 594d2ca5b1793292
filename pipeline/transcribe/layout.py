"""Layout of a recording: one speaker per channel, or two speakers on one."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.ingest.health import audio_health
from pipeline.recording import Audio, AudioHealth


@dataclass(frozen=True, slots=True)
class Layout:
    """`channels` to transcribe; `mono` if one channel may hold two speakers."""

    channels: tuple[int, ...]
    mono: bool


def layout_of(audio: Audio, health: AudioHealth | None) -> Layout:
    """Choose the channels to transcribe. Duplicate channels, or a silent one, make a mono recording."""
    count = audio.samples.shape[0]
    if count == 1:
        return Layout((0,), mono=True)
    measured = health or audio_health(audio)
    if measured.duplicate_channels:
        return Layout((0,), mono=True)
    active = tuple(channel for channel in range(count) if not measured.silent[channel])
    if len(active) == 2:
        return Layout(active, mono=False)
    return Layout(active or (0,), mono=True)
