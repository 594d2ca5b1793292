"""Voice track: pitch candidates and level of one channel's speech, frame by frame.

Pitch is the lag with the highest autocorrelation of the windowed frame, divided by that of the window (Boersma 1993,
"Accurate short-term analysis of the fundamental frequency", IFA Proceedings 17). Telephone bands lack the fundamental,
so the period of the harmonics counts; the spectrum is flattened first so that a strong formant does not pass for a
voice (generalised autocorrelation: Tolonen & Karjalainen 2000, IEEE Transactions on Speech and Audio Processing 8(6)).
Steady line noise is removed by spectral subtraction (Boll 1979, IEEE Transactions on Acoustics, Speech, and Signal
Processing 27(2)).
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

# 48 ms hold three periods of the lowest voice. A frame plus its longest lag fits the transform without wrapping.
FRAME, HOP, TRANSFORM = 768, 320, 1024
FRAMES_AT_ONCE = 128
BIN_HZ = ASR_SAMPLE_RATE_HZ / TRANSFORM
# Mains hum lies below; above, harmonics are weak and jitter.
LOWEST_HARMONIC_HZ, HIGHEST_HARMONIC_HZ = 70.0, 2000.0
# The telephone band: levels must not depend on what a better line lets through outside it.
LOWEST_LEVEL_HZ, HIGHEST_LEVEL_HZ = 300.0, 3400.0
LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ = 65.0, 500.0
# Half the transform's length gives lags at 8 kHz, enough for content below 2 kHz.
LAGS = TRANSFORM // 2
LAG_RATE_HZ = ASR_SAMPLE_RATE_HZ / 2
FIRST_LAG, LAST_LAG = int(LAG_RATE_HZ / HIGHEST_PITCH_HZ), int(LAG_RATE_HZ / LOWEST_PITCH_HZ) + 1
# Cost per octave: a multiple of the period fits as well as the period, so prefer the shorter lag.
OCTAVE_COST = 0.03
CANDIDATES = 4
REFERENCE_HZ = 220.0
# Estimate line noise from this many frames, at a low quantile, raised to about the mean.
NOISE_FRAMES, NOISE_QUANTILE, NOISE_GAIN = 256, 0.15, 1.6
MIN_POWER_LEFT = 1e-3
SILENCE = 1e-9

WINDOW: Floats = np.hanning(FRAME).astype(np.float32)


@dataclass(frozen=True, slots=True)
class VoiceTrack:
    """Speech frames of one channel, 20 ms apart, in time order. The repr shows no content.

    `times_s` [n] are frame middles; `level_db` [n] is the level in the telephone band without line noise. `pitch_st`
    [n, 4] are pitch candidates in semitones above 220 Hz, and `strength` [n, 4] their periodicity from 0 (no candidate)
    to 1.
    """

    times_s: Floats = field(repr=False)
    level_db: Halves = field(repr=False)
    pitch_st: Halves = field(repr=False)
    strength: Halves = field(repr=False)


def voice_track(samples: Samples, speech: Sequence[Span]) -> VoiceTrack:
    """Track the voice inside these spans. `samples` is float32 [n] at 16 kHz."""
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
    """Start samples of whole frames inside the spans, each once."""
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
    """Power spectra of frames up to the end of the telephone band, float32 [frames, bins]."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[starts] * WINDOW
    spectrum = np.fft.rfft(frames, TRANSFORM, axis=1)[:, : int(HIGHEST_LEVEL_HZ / BIN_HZ)]
    return np.asarray(spectrum.real**2 + spectrum.imag**2, dtype=np.float32)


def _noise(samples: Samples, starts: Indices) -> Floats:
    """Power of the line's steady noise, by bin."""
    sampled = starts[:: max(1, len(starts) // NOISE_FRAMES)]
    power = np.concatenate([_power(samples, sampled[at : at + FRAMES_AT_ONCE]) for at in _chunks(len(sampled))])
    return np.asarray(NOISE_GAIN * np.quantile(power, NOISE_QUANTILE, axis=0), dtype=np.float32)


def _frames(power: Floats, noise: Floats) -> tuple[Halves, Halves, Halves]:
    """Level, pitch candidates and strengths of frames with these spectra."""
    power = np.maximum(power - noise, MIN_POWER_LEFT * power)
    level = 10 * np.log10(power[:, int(LOWEST_LEVEL_HZ / BIN_HZ) :].sum(axis=1) + SILENCE)
    autocorrelation = _autocorrelation(power)
    pitch, strength = _candidates(autocorrelation)
    return level.astype(np.float16), pitch.astype(np.float16), strength.astype(np.float16)


def _autocorrelation(power: Floats) -> Floats:
    """Autocorrelation of each frame at every lag from `FIRST_LAG` - 1 to `LAST_LAG` + 1."""
    flat = np.sqrt(power[:, : int(HIGHEST_HARMONIC_HZ / BIN_HZ)])
    flat[:, : int(LOWEST_HARMONIC_HZ / BIN_HZ)] = 0
    lags = np.fft.irfft(flat, LAGS, axis=1)
    wanted = slice(FIRST_LAG - 1, LAST_LAG + 2)
    return np.asarray(lags[:, wanted] / (lags[:, :1] + SILENCE) / _window_autocorrelation()[wanted], dtype=np.float32)


def _window_autocorrelation() -> Floats:
    """Autocorrelation of the window itself at lags of 8 kHz, 1 at lag 0."""
    lags = np.fft.irfft(np.abs(np.fft.rfft(WINDOW, 2 * TRANSFORM)) ** 2, 2 * TRANSFORM)[:FRAME:2]
    return np.asarray(lags / lags[0], dtype=np.float32)


def _candidates(autocorrelation: Floats) -> tuple[Floats, Floats]:
    """Highest peaks of each frame, in semitones above the reference, and their heights; refined by parabolas."""
    middle = autocorrelation[:, 1:-1]
    lags = np.arange(FIRST_LAG, LAST_LAG + 1)
    is_peak = (middle >= autocorrelation[:, :-2]) & (middle > autocorrelation[:, 2:]) & (middle > 0)
    score = np.where(is_peak, middle - OCTAVE_COST * np.log2(lags / FIRST_LAG).astype(np.float32), -1.0)
    rows = np.arange(len(autocorrelation))
    pitch, strength = [], []
    for _ in range(CANDIDATES):
        best = np.argmax(score, axis=1)
        found = is_peak[rows, best] & (score[rows, best] > -1)
        before, at, after = (autocorrelation[rows, best + step] for step in (0, 1, 2))
        bend = np.where(found, before - 2 * at + after, -1.0)
        shift = 0.5 * (before - after) / np.where(bend < 0, bend, -1.0)
        shift = np.where(found, shift, 0.0)
        pitch.append(12 * np.log2(LAG_RATE_HZ / (lags[best] + shift) / REFERENCE_HZ))
        strength.append(np.where(found, np.minimum(at - 0.25 * (before - after) * shift, 1.0), 0.0))
        score[rows, best] = -1.0
    return np.stack(pitch, axis=1), np.stack(strength, axis=1)
