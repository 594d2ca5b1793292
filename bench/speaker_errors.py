"""Diarization error against a reference, in its parts, and references from two channels.

The diarization error rate of NIST's Rich Transcription evaluations (RT-09 plan, section 6): missed, false and confused
speaker time over the reference's speaker time, with the better speaker mapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

STEP_S = 0.01
COLLAR_S = 0.25
# A frame is speech within this of its channel's loud frames, and never below `SILENCE_DBFS`.
BELOW_LOUD_DB = 30.0
SILENCE_DBFS = -55.0
# A frame this much quieter than the other channel is crosstalk.
CROSSTALK_DB = 20.0
# Bridge pauses up to this long (as in the same evaluations) and drop clicks shorter than a syllable.
PAUSE_S = 0.3
SHORTEST_S = 0.1

Sides = tuple[Sequence[Span], Sequence[Span]]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DiarizationParts:
    """Seconds of speaker time: missed, false, confused, and the reference's total."""

    missed_s: float = 0.0
    false_s: float = 0.0
    confused_s: float = 0.0
    speech_s: float = 0.0

    @property
    def error_rate(self) -> float:
        """The share of wrong time; NaN without speech."""
        return (self.missed_s + self.false_s + self.confused_s) / self.speech_s if self.speech_s else float("nan")

    def __add__(self, other: DiarizationParts) -> DiarizationParts:
        """Add all parts."""
        return DiarizationParts(
            self.missed_s + other.missed_s,
            self.false_s + other.false_s,
            self.confused_s + other.confused_s,
            self.speech_s + other.speech_s,
        )


def diarization_parts(reference: Sides, found: Sides, *, overlap: bool, collar_s: float = COLLAR_S) -> DiarizationParts:
    """Compare with a reference. `overlap` includes moments when both speak, counting each speaker."""
    end_s = max((span.end_s for side in (*reference, *found) for span in side), default=0.0)
    steps = round(end_s / STEP_S) + 1
    truth, hypothesis = _masks(reference, steps), _masks(found, steps)
    scored = _outside_collars(reference, steps, collar_s)
    if not overlap:
        scored &= ~truth.all(axis=0)
    truth, hypothesis = truth[:, scored], hypothesis[:, scored]
    speaking, hypothesised = truth.sum(axis=0), hypothesis.sum(axis=0)
    correct = max((truth & hypothesis).sum(), (truth & hypothesis[::-1]).sum())
    return DiarizationParts(
        missed_s=float(np.maximum(speaking - hypothesised, 0).sum() * STEP_S),
        false_s=float(np.maximum(hypothesised - speaking, 0).sum() * STEP_S),
        confused_s=float((np.minimum(speaking, hypothesised).sum() - correct) * STEP_S),
        speech_s=float(speaking.sum() * STEP_S),
    )


def overlap_s(reference: Sides) -> float:
    """Seconds in which both speak."""
    steps = round(max((span.end_s for side in reference for span in side), default=0.0) / STEP_S) + 1
    return float(_masks(reference, steps).all(axis=0).sum() * STEP_S)


def spoken_by_channel(samples: npt.NDArray[np.float32]) -> Sides:
    """Speech of each speaker from the levels of two channels, float32 [2, n] at 16 kHz.

    A frame is speech within 30 dB of the channel's loud frames (means over 0.1 s in steps of 0.01 s) and less than 20
    dB quieter than the other channel; pauses up to 0.3 s are bridged.
    """
    levels = [_level_dbfs(channel) for channel in samples]
    first, second = (
        np.asarray(own > max(float(np.percentile(own, 95)) - BELOW_LOUD_DB, SILENCE_DBFS))
        & (own > other - CROSSTALK_DB)
        for own, other in (levels, levels[::-1])
    )
    return _spans(first), _spans(second)


def _level_dbfs(samples: Samples) -> npt.NDArray[np.float64]:
    """Level of each step of 0.01 s, averaged over 0.1 s."""
    hop = round(STEP_S * ASR_SAMPLE_RATE_HZ)
    power = np.mean(samples[: len(samples) // hop * hop].reshape(-1, hop).astype(np.float64) ** 2, axis=1)
    smooth = np.convolve(np.pad(power, (5, 4), mode="edge"), np.full(10, 0.1), mode="valid")
    return np.asarray(10 * np.log10(smooth + 1e-10))


def _spans(speaking: Mask) -> list[Span]:
    """Steps as spans: bridge short pauses, then drop clicks."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], speaking.astype(np.int8), [0]]))) * STEP_S
    spans: list[Span] = []
    for start_s, end_s in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if spans and start_s - spans[-1].end_s <= PAUSE_S:
            spans[-1] = Span(spans[-1].start_s, end_s)
        else:
            spans.append(Span(start_s, end_s))
    return [span for span in spans if span.end_s - span.start_s >= SHORTEST_S]


def _masks(sides: Sides, steps: int) -> Mask:
    """Activity of both sides at each step: bool [2, steps]."""
    masks = np.zeros((2, steps), dtype=np.bool_)
    for mask, spans in zip(masks, sides, strict=True):
        for span in spans:
            mask[round(span.start_s / STEP_S) : round(span.end_s / STEP_S)] = True
    return masks


def _outside_collars(reference: Sides, steps: int, collar_s: float) -> Mask:
    """Mask of scored steps: those outside the collar of every reference boundary."""
    scored = np.ones(steps, dtype=np.bool_)
    for span in (*reference[0], *reference[1]):
        for edge_s in (span.start_s, span.end_s):
            scored[max(0, round((edge_s - collar_s) / STEP_S)) : round((edge_s + collar_s) / STEP_S)] = False
    return scored
