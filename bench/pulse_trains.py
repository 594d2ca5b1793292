"""Synthetic voices of known pitch: glottal pulse trains filtered by formants and a telephone band."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

# The first three formants of five vowels of male speakers, in Hz (Peterson & Barney 1952), and their bandwidths.
VOWELS_HZ = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
BANDWIDTHS_HZ = (90, 120, 160)
VOWEL_S, SYLLABLES_PER_S = 0.2, 4.0
MELODY_ST, MELODY_HZ, JITTER, JITTER_S = 1.5, 0.7, 0.005, 0.01
TELEPHONE_HZ = (300.0, 3400.0)
LEVEL_RMS = 0.1
# Glottal pulses fall by 12 dB per octave; radiation at the lips adds 6 dB per octave.
SLOPE = -1.0

Floats = npt.NDArray[np.float64]


def pulse_train(
    pitch_hz: float, seconds: float, *, seed: int, snr_db: float | None = None, gain_db: float = 0.0
) -> tuple[Samples, Floats]:
    """A voice of this mean pitch, float32 [n] at 16 kHz, and its true pitch in Hz at each sample.

    Four syllables per second with pauses, a melody of ±1.5 semitones, jitter, changing vowels, band 300 to 3400 Hz.
    `snr_db` sets the level of white noise in the band relative to a voice at gain 0; `gain_db` does not change it.
    """
    random = np.random.default_rng(seed)
    count = round(seconds * ASR_SAMPLE_RATE_HZ)
    at_s = np.arange(count) / ASR_SAMPLE_RATE_HZ
    melody_st = MELODY_ST * np.sin(2 * np.pi * MELODY_HZ * at_s + random.uniform(0, 2 * np.pi))
    pitch = pitch_hz * 2 ** (melody_st / 12) * (1 + _held(random.normal(0, JITTER, count), JITTER_S, count))
    vowels = _held(random.integers(0, len(VOWELS_HZ), count), VOWEL_S, count)
    voice = _harmonics(pitch, np.array(VOWELS_HZ, dtype=np.float64)[vowels.astype(int)])
    voice *= np.clip(1.5 * np.sin(np.pi * (at_s * SYLLABLES_PER_S % 1)), 0, 1)
    voice *= LEVEL_RMS * 10 ** (gain_db / 20) / np.sqrt(np.mean(voice**2))
    if snr_db is not None:
        voice += line_noise(count, random, rms=LEVEL_RMS * 10 ** (-snr_db / 20))
    return voice.astype(np.float32), pitch


def line_noise(count: int, random: np.random.Generator, *, rms: float) -> Floats:
    """White noise in the telephone band: float64 [count]."""
    spectrum = np.fft.rfft(random.normal(size=count))
    hertz = np.fft.rfftfreq(count, 1 / ASR_SAMPLE_RATE_HZ)
    spectrum[(hertz < TELEPHONE_HZ[0]) | (hertz > TELEPHONE_HZ[1])] = 0
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise * rms / np.sqrt(np.mean(noise**2)))


def _held(values: npt.NDArray[np.generic], seconds: float, count: int) -> Floats:
    """Sample and hold: the first values, each repeated for `seconds`."""
    step = round(seconds * ASR_SAMPLE_RATE_HZ)
    return np.repeat(values[: -(-count // step)], step)[:count].astype(np.float64)


def _harmonics(pitch: Floats, formants: Floats) -> Floats:
    """Sum the harmonics in the telephone band. They share one phase, so the sum is a pulse train."""
    phase = 2 * np.pi * np.cumsum(pitch) / ASR_SAMPLE_RATE_HZ
    voice = np.zeros(len(pitch))
    for number in range(1, int(TELEPHONE_HZ[1] / pitch.min()) + 1):
        hertz = number * pitch
        gain = hertz**SLOPE
        for centre, width in zip(formants.T, BANDWIDTHS_HZ, strict=True):
            gain *= centre**2 / np.sqrt((centre**2 - hertz**2) ** 2 + (width * hertz) ** 2)
        voice += np.where((hertz >= TELEPHONE_HZ[0]) & (hertz <= TELEPHONE_HZ[1]), gain, 0) * np.cos(number * phase)
    return voice
