"""Silero voice activity detection by its ONNX sequence model: speech spans of one channel."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.weights import locate
from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

FRAME = 512
CONTEXT = 64
FRAMES_PER_RUN = 2048
FRAME_S = FRAME / ASR_SAMPLE_RATE_HZ
QUIET_RMS = 0.02
TARGET_RMS = 0.05


@dataclass(frozen=True, slots=True)
class SileroSettings:
    """Sensitive by design: a missed turn costs more than a second of noise, which the hallucination filter removes.

    Speech starts above `threshold` and ends below `end_threshold`, after a pause of `min_silence_s`.
    """

    threshold: float = 0.15
    end_threshold: float = 0.08
    min_speech_s: float = 0.1
    min_silence_s: float = 0.3
    pad_s: float = 0.2


@dataclass(slots=True)
class Silero:
    """The `VoiceDetector` port on `silero_vad_16k_sequence.onnx` of the given folder."""

    folder: Path
    settings: SileroSettings = field(default_factory=SileroSettings)
    fingerprint: str = field(init=False)
    _session: Any = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the fingerprint from model and settings."""
        self.fingerprint = f"silero-6.2.3:{self.settings}"

    def speech(self, samples: Samples) -> list[Span]:
        """Speech in `samples` (float32 [n] at 16 kHz), in time order, padded, not overlapping."""
        probabilities = self.probabilities(_normalized(samples))
        return _padded(_spans(probabilities, self.settings), self.settings.pad_s, len(samples) / ASR_SAMPLE_RATE_HZ)

    def probabilities(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Probability of speech per 32 ms frame: float32 [frames]."""
        session = self._loaded()
        count = -(-len(samples) // FRAME)
        frames = np.zeros((count, FRAME), dtype=np.float32)
        frames.reshape(-1)[: len(samples)] = samples
        context = np.zeros((count, CONTEXT), dtype=np.float32)
        context[1:] = frames[:-1, -CONTEXT:]
        blocks = np.concatenate([context, frames], axis=1)
        hidden = cell = np.zeros((1, 1, 128), dtype=np.float32)
        parts = [np.zeros(0, dtype=np.float32)]
        for start in range(0, count, FRAMES_PER_RUN):
            inputs = {"input": blocks[start : start + FRAMES_PER_RUN], "h": hidden, "c": cell}
            values, hidden, cell = session.run(["speech_probs", "hn", "cn"], inputs)
            parts.append(values)
        return np.asarray(np.concatenate(parts), dtype=np.float32)

    def _loaded(self) -> Any:
        """The ONNX session with one thread, created on first use."""
        import onnxruntime

        with self._lock:
            if self._session is None:
                options = onnxruntime.SessionOptions()
                options.inter_op_num_threads = options.intra_op_num_threads = 1
                path = self.folder / "silero_vad_16k_sequence.onnx"
                self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            return self._session


def silero(*, cache_dir: Path | None = None) -> Silero:
    """The detector with the catalogue's weights. Raises WeightError."""
    return Silero(locate("silero", cache_dir=cache_dir))


def _normalized(samples: Samples) -> Samples:
    """Raise quiet channels, judged by their loud frames; louder channels are unchanged."""
    usable = samples[: len(samples) // FRAME * FRAME]
    if not len(usable):
        return samples
    loud = float(np.percentile(np.sqrt(np.mean(usable.reshape(-1, FRAME) ** 2, axis=1)), 95))
    if not 1e-4 < loud < QUIET_RMS:
        return samples
    return np.asarray(np.clip(samples * (TARGET_RMS / loud), -1, 1), dtype=np.float32)


def _spans(probabilities: npt.NDArray[np.float32], settings: SileroSettings) -> list[tuple[float, float]]:
    """Spans above the threshold, with hysteresis; short pauses are bridged and clicks dropped."""
    spans: list[tuple[float, float]] = []
    start: int | None = None
    last = 0
    for number, probability in enumerate(probabilities):
        if probability >= settings.threshold or (start is not None and probability >= settings.end_threshold):
            start = number if start is None else start
            last = number
        elif start is not None and (number - last) * FRAME_S > settings.min_silence_s:
            spans.append((start * FRAME_S, (last + 1) * FRAME_S))
            start = None
    if start is not None:
        spans.append((start * FRAME_S, (last + 1) * FRAME_S))
    return [span for span in spans if span[1] - span[0] >= settings.min_speech_s]


def _padded(spans: list[tuple[float, float]], pad_s: float, duration_s: float) -> list[Span]:
    """Pad spans on both sides; neighbours share the pause between them."""
    padded: list[Span] = []
    for start_s, end_s in spans:
        start_s, end_s = max(0.0, start_s - pad_s), min(duration_s, end_s + pad_s)
        if padded and padded[-1].end_s > start_s:
            middle_s = (padded[-1].end_s + start_s) / 2
            padded[-1] = Span(padded[-1].start_s, middle_s)
            start_s = middle_s
        padded.append(Span(start_s, end_s))
    return padded
