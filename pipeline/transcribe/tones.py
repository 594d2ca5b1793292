"""Signalling tones of telephone networks: ringing, busy and dial tones, keypad tones, voicemail beeps.

Frequencies and cadences follow ITU-T E.180 and its supplement 2, and Q.23 for keys. Uses one Fourier transform per 32
ms of sound that is loud enough, no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples
from pipeline.transcript import Event, EventKind

FRAME, HOP = 2048, 512
HOP_S = HOP / ASR_SAMPLE_RATE_HZ
BIN_HZ = ASR_SAMPLE_RATE_HZ / FRAME
FRAMES_AT_ONCE = 512
LOWEST_HZ, HIGHEST_HZ = 300.0, 3600.0
MIN_RMS = 10 ** (-45 / 20)
# Minimum share of a frame's energy in one or two spectral lines. Voiced speech spreads over more harmonics.
MIN_PURITY = 0.9
# A weaker second line, as a share of the first, is a harmonic or noise.
MIN_SECOND_LINE = 0.15
# A voice that holds a note wavers more than this from frame to frame.
WAVER_HZ = 5.0
PROGRESS_HZ = (340.0, 640.0)
BUSY_HZ = (620.0, 480.0)
KEY_ROWS_HZ, KEY_COLUMNS_HZ = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
BEEP_HZ = (600.0, 2200.0)
TOLERANCE_HZ = 14.0
SHORTEST_S, SHORTEST_KEY_S, SHORTEST_RING_S, SHORTEST_DIAL_S = 0.2, 0.06, 0.75, 4.5
LONGEST_BEEP_S = 3.0
# At most 4 s lie between two rings; less between the halves of a British ring or the bursts of a busy tone.
LONGEST_PAUSE_S, LONGEST_BUSY_PAUSE_S, LONGEST_KEY_PAUSE_S = 5.0, 0.75, 2.0
MAX_PAUSE_LEVEL = 0.1


@dataclass(frozen=True, slots=True)
class Burst:
    """A steady tone: its one or two frequencies (`high_hz` is 0 for one), times and purity."""

    start_s: float
    end_s: float
    low_hz: float
    high_hz: float
    purity: float

    @property
    def length_s(self) -> float:
        """Duration in seconds."""
        return self.end_s - self.start_s


def tones_of(samples: Samples, *, channel: int) -> list[Event]:
    """Find the tones of one channel, in time order. `samples` is float32 [n] at 16 kHz."""
    rms = _rms(samples)
    events = []
    for group in _groups(list(_bursts(samples, rms)), rms):
        kind = _kind(group)
        if kind is not None:
            purity = sum(burst.purity for burst in group) / len(group)
            start_s, end_s = round(group[0].start_s, 3), round(group[-1].end_s, 3)
            events.append(Event(kind, channel, start_s, end_s, round(purity, 3)))
    return events


def _rms(samples: Samples) -> npt.NDArray[np.float64]:
    """Level of each 32 ms step."""
    steps = samples[: len(samples) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    return np.asarray(np.sqrt(np.mean(steps**2, axis=1)))


def _bursts(samples: Samples, rms: npt.NDArray[np.float64]) -> Iterator[Burst]:
    """Runs of frames in which the same one or two spectral lines hold nearly all energy."""
    centres = np.flatnonzero(rms > MIN_RMS)
    lines = [_lines(samples, centres[at : at + FRAMES_AT_ONCE]) for at in range(0, len(centres), FRAMES_AT_ONCE)]
    if not lines:
        return
    low, high, purity = (np.concatenate(part) for part in zip(*lines, strict=True))
    pure = purity > MIN_PURITY
    same = (np.diff(centres) == 1) & (np.abs(np.diff(low)) < WAVER_HZ) & (np.abs(np.diff(high)) < WAVER_HZ)
    run = np.concatenate([[True], ~(same & pure[1:] & pure[:-1])])
    starts = np.flatnonzero(run)
    for start, end in zip(starts, [*starts[1:], len(centres)], strict=True):
        if pure[start]:
            frequencies = float(np.median(low[start:end])), float(np.median(high[start:end]))
            first_s, last_s = centres[start] * HOP_S, (centres[end - 1] + 1) * HOP_S
            yield Burst(float(first_s), float(last_s), *frequencies, float(np.mean(purity[start:end])))


def _lines(samples: Samples, centres: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.float64], ...]:
    """Lower and higher spectral line in Hz (0: none) and their share of the energy, for frames around these steps."""
    padded = np.pad(samples, (FRAME // 2, FRAME)).astype(np.float32)
    starts = centres * HOP + HOP // 2
    frames = padded[starts[:, None] + np.arange(FRAME)] * np.hanning(FRAME).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    power[:, : int(100 / BIN_HZ)] = 0
    total = power.sum(axis=1) + 1e-12
    first_hz, first = _strongest(power)
    second_hz, second = _strongest(power)
    two = second > MIN_SECOND_LINE * first
    second_hz = np.where(two, second_hz, 0.0)
    share = (first + np.where(two, second, 0.0)) / total
    low, high = np.minimum(first_hz, second_hz), np.maximum(first_hz, second_hz)
    return np.where(two, low, high), np.where(two, high, 0.0), share


def _strongest(power: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The strongest line of each frame in Hz, and its energy, which is removed from `power`."""
    band = slice(int(LOWEST_HZ / BIN_HZ), int(HIGHEST_HZ / BIN_HZ))
    peak = np.argmax(power[:, band], axis=1) + band.start
    rows, near = np.arange(len(power))[:, None], peak[:, None] + np.arange(-2, 3)
    energies = power[rows, near]
    energy = energies.sum(axis=1)
    hertz = (energies * near).sum(axis=1) / (energy + 1e-12) * BIN_HZ
    power[rows, near] = 0
    return hertz, energy


def _groups(bursts: Sequence[Burst], rms: npt.NDArray[np.float64]) -> Iterator[list[Burst]]:
    """Group bursts of one signal: the same progress tone, or keys, repeated with near silence between."""
    group: list[Burst] = []
    for burst in bursts:
        if burst.length_s < (SHORTEST_KEY_S if _is_key(burst) else SHORTEST_S) or not _is_tone(burst):
            continue
        if group and not _continues(group[-1], burst, rms):
            yield group
            group = []
        group.append(burst)
    if group:
        yield group


def _continues(last: Burst, burst: Burst, rms: npt.NDArray[np.float64]) -> bool:
    """True if a burst continues the signal of the burst before it."""
    keys = _is_key(last) and _is_key(burst)
    same = abs(last.low_hz - burst.low_hz) < TOLERANCE_HZ and abs(last.high_hz - burst.high_hz) < TOLERANCE_HZ
    longest_s = LONGEST_KEY_PAUSE_S if keys else LONGEST_PAUSE_S
    if not (keys or (same and _is_progress(burst))) or burst.start_s - last.end_s > longest_s:
        return False
    tone = rms[int(last.start_s / HOP_S) : int(last.end_s / HOP_S)]
    pause = rms[int(last.end_s / HOP_S) + 3 : int(burst.start_s / HOP_S) - 2]
    return not len(pause) or float(pause.max()) < MAX_PAUSE_LEVEL * float(np.median(tone))


def _kind(group: Sequence[Burst]) -> EventKind | None:
    """Classify a signal by frequency and cadence; None if ambiguous."""
    first = group[0]
    if _is_key(first):
        return "keypad"
    if not _is_progress(first):
        return "beep" if first.length_s <= LONGEST_BEEP_S else "tone"
    longest_s = max(burst.length_s for burst in group)
    pauses_s = [after.start_s - before.end_s for before, after in pairwise(group)]
    if longest_s >= SHORTEST_DIAL_S:
        return "tone"
    if abs(first.high_hz - BUSY_HZ[0]) < TOLERANCE_HZ or (len(group) > 2 and max(pauses_s) < LONGEST_BUSY_PAUSE_S):
        return "busy"
    if longest_s >= SHORTEST_RING_S or len(group) > 2:
        return "ringing"
    return None


def _is_tone(burst: Burst) -> bool:
    """True if the frequencies are those of a known signal."""
    return _is_key(burst) or _is_progress(burst) or _is_beep(burst)


def _is_key(burst: Burst) -> bool:
    """One keypad row and one keypad column."""
    return _near(burst.low_hz, KEY_ROWS_HZ) and _near(burst.high_hz, KEY_COLUMNS_HZ)


def _is_progress(burst: Burst) -> bool:
    """One or two lines between 350 and 620 Hz, as in ringing, busy and dial tones worldwide."""
    lines = [hertz for hertz in (burst.low_hz, burst.high_hz) if hertz]
    return all(PROGRESS_HZ[0] <= hertz <= PROGRESS_HZ[1] for hertz in lines)


def _is_beep(burst: Burst) -> bool:
    """A single line, higher than ringing."""
    return not burst.high_hz and BEEP_HZ[0] < burst.low_hz <= BEEP_HZ[1]


def _near(hertz: float, known: Sequence[float]) -> bool:
    return any(abs(hertz - each) <= TOLERANCE_HZ for each in known)
