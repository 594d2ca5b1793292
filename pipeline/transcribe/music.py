"""Find music on a line, apart from people who speak over it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.ports import MusicDetector, Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples
from pipeline.transcript import Event

# Sample 2 s in every 6 s to find where music may be: scanning everything costs as much as voice detection.
SLICE_S, STRIDE_S, AROUND_S = 2.0, 6.0, 6.0
LEVEL_HOP = ASR_SAMPLE_RATE_HZ // 10
QUIETEST_RMS = 10 ** (-55 / 20)
# The detector was trained on loud audio and misses quiet music and speech.
TARGET_RMS, MAX_GAIN = 0.1, 16.0
SHORTEST_S = 3.0
# Minimum lead of music over speech, averaged over `SMOOTH_S`. On ordinary calls the lead stays under 0.05.
LEAD = 0.3
NEAR_LEAD = 0.15
SMOOTH_S = 1.5
# Music continues over a dip of this length, as long as nobody speaks.
BRIDGE_S = 6.0
SPOKEN = 0.4
SPOKEN_SMOOTH_S = 0.25
SPOKEN_PAD_S = 0.4


def music_of(samples: Samples, *, channel: int, detector: MusicDetector) -> list[Event]:
    """Find the music of one channel, in time order, without stretches where somebody speaks over it.

    `samples` is float32 [n] at 16 kHz. Confidence is the mean lead of music over speech.
    """
    events = []
    for span in _candidates(samples, detector):
        start, end = (round(edge_s * ASR_SAMPLE_RATE_HZ) for edge_s in (span.start_s, span.end_s))
        probabilities = detector.probabilities(_normalized(samples[start:end]))
        for first, last in _stretches(probabilities, detector.frame_s):
            lead = _lead(probabilities[first:last])
            start_s, end_s = (round(span.start_s + at * detector.frame_s, 3) for at in (first, last))
            events.append(Event("music", channel, start_s, end_s, round(float(np.clip(lead.mean(), 0, 1)), 3)))
    return events


def _candidates(samples: Samples, detector: MusicDetector) -> list[Span]:
    """Spans where a sample sounds like music, widened by the stretches between samples and joined."""
    duration_s = len(samples) / ASR_SAMPLE_RATE_HZ
    spans: list[Span] = []
    for start_s in np.arange(0.0, max(duration_s - SLICE_S, 0.0) + 1e-6, STRIDE_S):
        piece = samples[int(start_s * ASR_SAMPLE_RATE_HZ) : int((start_s + SLICE_S) * ASR_SAMPLE_RATE_HZ)]
        if not _is_loud(piece) or _lead(detector.probabilities(_normalized(piece))).mean() < NEAR_LEAD:
            continue
        begin_s, end_s = max(0.0, float(start_s) - AROUND_S), min(duration_s, float(start_s) + SLICE_S + AROUND_S)
        if spans and begin_s <= spans[-1].end_s:
            begin_s = spans.pop().start_s
        spans.append(Span(begin_s, end_s))
    return spans


def _is_loud(piece: Samples) -> bool:
    """True if a sample is loud at least half of the time."""
    steps = piece[: len(piece) // LEVEL_HOP * LEVEL_HOP].reshape(-1, LEVEL_HOP)
    return len(steps) > 0 and float(np.median(np.sqrt(np.mean(steps**2, axis=1)))) > QUIETEST_RMS


def _normalized(piece: Samples) -> Samples:
    """Scale a piece to the level that the detector expects."""
    gain = min(TARGET_RMS / (float(np.sqrt(np.mean(piece.astype(np.float64) ** 2))) + 1e-9), MAX_GAIN)
    return np.asarray(np.clip(piece * gain, -1, 1), dtype=np.float32)


def _lead(probabilities: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Lead of music over speech, by frame."""
    return np.asarray(probabilities[:, 1] - probabilities[:, 0], dtype=np.float32)


def _stretches(probabilities: npt.NDArray[np.float32], frame_s: float) -> list[tuple[int, int]]:
    """Music as (start, end) frames: dips bridged, speech cut out with a margin, short remainders dropped."""
    spoken = _smooth(probabilities[:, 0], SPOKEN_SMOOTH_S / frame_s) > SPOKEN
    margin = round(SPOKEN_PAD_S / frame_s)
    spoken = np.convolve(spoken, np.ones(2 * margin + 1), mode="same") > 0.5
    found = runs(_smooth(_lead(probabilities), SMOOTH_S / frame_s) > LEAD)
    music = np.zeros(len(spoken), dtype=bool)
    last = None
    for start, end in found:
        if last is not None and (start - last) * frame_s <= BRIDGE_S:
            start = last
        music[start:end] = True
        last = end
    return [(start, end) for start, end in runs(music & ~spoken) if (end - start) * frame_s >= SHORTEST_S]


def _smooth(values: npt.NDArray[np.float32], width: float) -> npt.NDArray[np.float32]:
    """Moving average over `width` frames."""
    half = max(1, round(width / 2))
    sums = np.cumsum(np.pad(values.astype(np.float64), (half + 1, half), mode="edge"))
    return np.asarray((sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1), dtype=np.float32)


def runs(marked: Sequence[bool] | npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of marked frames as (start, end), end exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(marked, dtype=np.int8), [0]])))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
