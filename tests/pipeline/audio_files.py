"""Generated recordings: a tone in any container and codec that PyAV can write."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import av
import numpy as np


def tone(*, duration_s: float = 1.0, rate: int = 8_000, channels: int = 1, level: float = 0.3) -> np.ndarray:
    """float32 [channels, n]; each channel has its own pitch."""
    time = np.arange(int(duration_s * rate)) / rate
    return np.stack([level * np.sin(2 * np.pi * 220 * (i + 1) * time) for i in range(channels)]).astype(np.float32)


def encoded(samples: np.ndarray, *, container: str, codec: str, rate: int = 8_000, **options: str) -> bytes:
    """The samples as a file's bytes."""
    buffer = io.BytesIO()
    layout = "stereo" if samples.shape[0] == 2 else "mono"
    with av.open(buffer, mode="w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout, options=options)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            format=stream.codec_context.format,
            layout=layout,
            rate=rate,
            frame_size=stream.codec_context.frame_size or 0,
        )
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def write_wav(path: Path, samples: np.ndarray, *, rate: int = 8_000) -> Path:
    """16 bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples.T * 32_767).astype("<i2").tobytes())
    return path
