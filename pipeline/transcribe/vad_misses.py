"""Find VAD misses: stretches as loud as speech that the voice detector did not claim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples
from pipeline.transcribe.settings import TranscriptionSettings

HOP = 512
HOP_S = HOP / ASR_SAMPLE_RATE_HZ
BRIDGE_S = 0.5
PAD_S = 0.25
CROSSTALK_DB = 12.0
SILENCE_DB = -75.0


def vad_misses(
    samples: Samples, speech: Sequence[Span], *, other: Samples | None, settings: TranscriptionSettings
) -> list[Span]:
    """Find loud stretches outside `speech`, padded. Ignores crosstalk from the `other` channel."""
    level = _level_db(samples)
    if not len(level):
        return []
    floor = max(float(np.percentile(level, 15)), SILENCE_DB)
    loud = _smooth(level) > floor + settings.unclaimed_db
    if other is not None:
        loud &= _smooth(_level_db(other)) < _smooth(level) + CROSSTALK_DB
    for span in speech:
        loud[int(span.start_s / HOP_S) : int(np.ceil(span.end_s / HOP_S))] = False
    return _spans(loud, speech, duration_s=len(samples) / ASR_SAMPLE_RATE_HZ, shortest_s=settings.unclaimed_s)


def _level_db(samples: Samples) -> npt.NDArray[np.float64]:
    """Level of each 32 ms frame, in dB."""
    frames = samples[: len(samples) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 1e-10))


def _smooth(level: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean level over five frames."""
    if len(level) < 5:
        return level
    return np.convolve(np.pad(level, 2, mode="edge"), np.ones(5) / 5, mode="valid")


def _spans(loud: npt.NDArray[np.bool_], speech: Sequence[Span], *, duration_s: float, shortest_s: float) -> list[Span]:
    """Turn loud frames into spans: join near ones, drop short ones, pad without touching speech."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
    joined: list[list[float]] = []
    for start, end in zip(edges[::2] * HOP_S, edges[1::2] * HOP_S, strict=True):
        if joined and start - joined[-1][1] < BRIDGE_S and not _any_between(speech, joined[-1][1], start):
            joined[-1][1] = float(end)
        else:
            joined.append([float(start), float(end)])
    return [_pad(start, end, speech, duration_s) for start, end in joined if end - start >= shortest_s]


def _any_between(speech: Sequence[Span], from_s: float, to_s: float) -> bool:
    """True if detected speech lies between two times."""
    return any(span.start_s < to_s and span.end_s > from_s for span in speech)


def _pad(start_s: float, end_s: float, speech: Sequence[Span], duration_s: float) -> Span:
    """Widen a span up to its neighbours."""
    floor_s = max([span.end_s for span in speech if span.end_s <= start_s + HOP_S], default=0.0)
    ceiling_s = min([span.start_s for span in speech if span.start_s >= end_s - HOP_S], default=duration_s)
    return Span(max(start_s - PAD_S, min(floor_s, start_s)), min(end_s + PAD_S, max(ceiling_s, end_s), duration_s))
