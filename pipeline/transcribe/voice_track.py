"""The track of a voice: its pitch and level, frame by frame, where somebody speaks on a channel.

Pitch is the lag at which a frame is most like itself: the autocorrelation of the windowed frame over that of its
window (Boersma 1993, "Accurate short-term analysis of the fundamental frequency", IFA Proceedings 17). A telephone
band has no fundamental, so it is the period of the harmonics that counts, and the spectrum is made flatter first
(generalised autocorrelation: Tolonen & Karjalainen 2000, IEEE Transactions on Speech and Audio Processing 8(6)), or one
strong formant would pass for a voice. The steady noise of the line is taken off before (spectral subtraction: Boll
1979, IEEE Transactions on Acoustics, Speech, and Signal Processing 27(2)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Indices = npt.NDArray[np.intp]

# 48 ms hold three periods of the lowest voice; with its longest lag behind it a frame fits the transform unfolded.
FRAME, HOP, TRANSFORM = 768, 320, 1024
FRAMES_AT_ONCE = 128
BIN_HZ = ASR_SAMPLE_RATE_HZ / TRANSFORM
# Under it lies the hum of mains; above it harmonics are weak and jitter.
LOWEST_HARMONIC_HZ, HIGHEST_HARMONIC_HZ = 70.0, 2000.0
# The band of a telephone, so that a level does not hang on what a better line lets through beside it.
LOWEST_LEVEL_HZ, HIGHEST_LEVEL_HZ = 300.0, 3400.0
LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ = 65.0, 500.0
# Half of the transform's length gives lags at 8 kHz, which is enough for what is under 2 kHz.
LAGS = TRANSFORM // 2
LAG_RATE_HZ = ASR_SAMPLE_RATE_HZ / 2
FIRST_LAG, LAST_LAG = int(LAG_RATE_HZ / HIGHEST_PITCH_HZ), int(LAG_RATE_HZ / LOWEST_PITCH_HZ) + 1
# Of lags that fit alike the shorter is the period, the longer ones hold it several times. By octave.
OCTAVE_COST = 0.03
CANDIDATES = 4
REFERENCE_HZ = 220.0
# The quiet frames that say what the line's noise is: of so many spread over the call this share, raised from a low
# quantile to about the mean.
NOISE_FRAMES, NOISE_QUANTILE, NOISE_GAIN = 256, 0.15, 1.6
LEAST_LEFT = 1e-3
SILENCE = 1e-9

WINDOW: Floats = np.hanning(FRAME).astype(np.float32)


@dataclass(frozen=True, slots=True)
class VoiceTrack:
    """One channel's frames of speech, 20 ms apart, in time order.

    `times_s` [n] are the frames' middles, `level_db` [n] their level in the telephone band without the line's noise.
    `pitch_st` [n, 4] are candidates in semitones above 220 Hz and `strength` [n, 4] how periodic each makes the frame,
    from 0 (no candidate) to 1. The repr shows no content.
    """

    times_s: Floats = field(repr=False)
    level_db: Halves = field(repr=False)
    pitch_st: Halves = field(repr=False)
    strength: Halves = field(repr=False)


def voice_track(samples: Samples, speech: Sequence[Span]) -> VoiceTrack:
    """The track of what lies in these spans. `samples` is float32 [n] at 16 kHz."""
    starts = _starts(speech, len(samples))
    if not len(starts):
        none = np.zeros((0, CANDIDATES), np.float16)
        return VoiceTrack(np.zeros(0, np.float32), np.zeros(0, np.float16), none, none)
    noise = _noise(samples, starts)
    parts = [_frames(_power(samples, starts[at : at + FRAMES_AT_ONCE]), noise) for at in _chunks(len(starts))]
    level, pitch, strength = (np.concatenate(part) for part in zip(*parts, strict=True))
    times_s = ((starts + FRAME // 2) / ASR_SAMPLE_RATE_HZ).astype(np.float32)
    return VoiceTrack(times_s, level, pitch, strength)


def _starts(speech: Sequence[Span], length: int) -> Indices:
    """Where frames start, in samples: whole frames inside the spans, none of them twice."""
    starts, last = [np.zeros(0, np.intp)], 0
    for span in sorted(speech, key=lambda span: span.start_s):
        first = max(round(span.start_s * ASR_SAMPLE_RATE_HZ), last)
        end = min(round(span.end_s * ASR_SAMPLE_RATE_HZ), length)
        starts.append(np.arange(first, end - FRAME + 1, HOP))
        last = max(last, end)
    return np.concatenate(starts)


def _chunks(count: int) -> Iterator[int]:
    yield from range(0, count, FRAMES_AT_ONCE)


def _power(samples: Samples, starts: Indices) -> Floats:
    """The power spectra of frames, up to the telephone band's end: float32 [frames, bins]."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[starts] * WINDOW
    spectrum = np.fft.rfft(frames, TRANSFORM, axis=1)[:, : int(HIGHEST_LEVEL_HZ / BIN_HZ)]
    return np.asarray(spectrum.real**2 + spectrum.imag**2, dtype=np.float32)


def _noise(samples: Samples, starts: Indices) -> Floats:
    """The power of the line's steady noise by bin."""
    some = starts[:: max(1, len(starts) // NOISE_FRAMES)]
    power = np.concatenate([_power(samples, some[at : at + FRAMES_AT_ONCE]) for at in _chunks(len(some))])
    return np.asarray(NOISE_GAIN * np.quantile(power, NOISE_QUANTILE, axis=0), dtype=np.float32)


def _frames(power: Floats, noise: Floats) -> tuple[Halves, Halves, Halves]:
    """Levels, candidates of pitch and their strengths of the frames with these spectra."""
    power = np.maximum(power - noise, LEAST_LEFT * power)
    level = 10 * np.log10(power[:, int(LOWEST_LEVEL_HZ / BIN_HZ) :].sum(axis=1) + SILENCE)
    similarity = _likeness(power)
    pitch, strength = _candidates(similarity)
    return level.astype(np.float16), pitch.astype(np.float16), strength.astype(np.float16)


def _likeness(power: Floats) -> Floats:
    """How like itself each frame is at every lag from the one before `FIRST_LAG` to the one behind `LAST_LAG`."""
    flat = np.sqrt(power[:, : int(HIGHEST_HARMONIC_HZ / BIN_HZ)])
    flat[:, : int(LOWEST_HARMONIC_HZ / BIN_HZ)] = 0
    lags = np.fft.irfft(flat, LAGS, axis=1)
    wanted = slice(FIRST_LAG - 1, LAST_LAG + 2)
    return np.asarray(lags[:, wanted] / (lags[:, :1] + SILENCE) / _window_likeness()[wanted], dtype=np.float32)


def _window_likeness() -> Floats:
    """The window's own autocorrelation at lags of 8 kHz, 1 at lag 0."""
    lags = np.fft.irfft(np.abs(np.fft.rfft(WINDOW, 2 * TRANSFORM)) ** 2, 2 * TRANSFORM)[:FRAME:2]
    return np.asarray(lags / lags[0], dtype=np.float32)


def _candidates(similarity: Floats) -> tuple[Floats, Floats]:
    """The best peaks of each frame, in semitones above the reference, and their heights; by parabolas through them."""
    middle = similarity[:, 1:-1]
    lags = np.arange(FIRST_LAG, LAST_LAG + 1)
    is_peak = (middle >= similarity[:, :-2]) & (middle > similarity[:, 2:]) & (middle > 0)
    merit = np.where(is_peak, middle - OCTAVE_COST * np.log2(lags / FIRST_LAG).astype(np.float32), -1.0)
    rows = np.arange(len(similarity))
    pitch, strength = [], []
    for _ in range(CANDIDATES):
        best = np.argmax(merit, axis=1)
        found = is_peak[rows, best] & (merit[rows, best] > -1)
        before, at, behind = (similarity[rows, best + step] for step in (0, 1, 2))
        bend = np.where(found, before - 2 * at + behind, -1.0)
        shift = 0.5 * (before - behind) / np.where(bend < 0, bend, -1.0)
        shift = np.where(found, shift, 0.0)
        pitch.append(12 * np.log2(LAG_RATE_HZ / (lags[best] + shift) / REFERENCE_HZ))
        strength.append(np.where(found, np.minimum(at - 0.25 * (before - behind) * shift, 1.0), 0.0))
        merit[rows, best] = -1.0
    return np.stack(pitch, axis=1), np.stack(strength, axis=1)
