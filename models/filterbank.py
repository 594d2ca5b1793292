"""Kaldi-style log mel filter banks in NumPy: the input of speaker embedding networks."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

FRAME = 400
HOP = 160
FFT = 512
MELS = 80
LOWEST_HZ = 20.0
PREEMPHASIS = 0.97
FRAMES_PER_S = ASR_SAMPLE_RATE_HZ // HOP

Banks = npt.NDArray[np.float32]


def log_banks(samples: Samples) -> Banks:
    """Log energies float32 [frames, 80], one 25 ms frame every 10 ms; needs at least one frame of input.

    Like Kaldi's `compute-fbank-feats` without dither: offset removed, pre-emphasis, Povey window, power spectrum.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32) * 32768, FRAME)[::HOP].copy()
    frames -= frames.mean(axis=1, keepdims=True)
    frames -= PREEMPHASIS * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    spectrum = np.fft.rfft(frames * _povey(), FFT)[:, : FFT // 2]
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return np.asarray(np.log(np.maximum(power @ _mel_filters().T, np.finfo(np.float32).eps)), dtype=np.float32)


@cache
def _povey() -> npt.NDArray[np.float32]:
    """Kaldi's window: a Hann window to the power of 0.85."""
    return np.asarray(np.hanning(FRAME) ** 0.85, dtype=np.float32)


@cache
def _mel_filters() -> npt.NDArray[np.float32]:
    """Triangles on the mel scale (1127 ln(1 + f / 700)): float32 [80, 256]."""
    low, high = _mel(np.array([LOWEST_HZ, ASR_SAMPLE_RATE_HZ / 2]))
    edges = np.linspace(low, high, MELS + 2)[:, None]
    bins = _mel(np.arange(FFT // 2) * ASR_SAMPLE_RATE_HZ / FFT)[None, :]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(np.minimum(rising, falling), 0.0), dtype=np.float32)


def _mel(hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Convert frequencies to the mel scale."""
    return np.asarray(1127.0 * np.log1p(hz / 700.0))
