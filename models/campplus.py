"""Diarize two speakers on one channel: CAM++ embeddings of short windows, two clusters, and a Viterbi path.

In overlap both speak: the second speaker is the one that the path leaves out.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.filterbank import FRAMES_PER_S, Banks, log_banks
from models.segmentation import Segmentation, segmentation
from models.two_speakers import add_overlap, likeliest_path, two_centroids
from models.weights import locate
from pipeline.errors import ModelError
from pipeline.ports import Span, SpeakerSpan
from pipeline.recording import Samples

# 32 at once used 200 MB more and were no faster.
EMBEDDINGS_PER_RUN = 8
SHORTEST_FRAMES = 60
STEP_S = 0.1
QUIET_DB = 10.0
# Ignore windows with more overlap than this when estimating voices.
MAX_OVERLAP = 0.5
MIN_SINGLE_VOICE = 8


@dataclass(frozen=True, slots=True)
class CamPlusSettings:
    """Speakers are decided from windows of `window_s`; voices are separated by means over `voice_windows` neighbours.

    Centroids closer than `same_voice` (cosine) are one speaker. `switch_cost` is the cost of a speaker change against
    the difference of cosines, summed over steps of 0.1 s; in a pause it is `pause_cost`.
    """

    window_s: float = 1.0
    hop_s: float = 0.5
    voice_windows: int = 3
    same_voice: float = 0.93
    switch_cost: float = 2.0
    pause_cost: float = 0.5


@dataclass(slots=True)
class CamPlus:
    """The `Diarizer` port on `campplus_cn_en_common.pt` of the given folder. Uses one torch thread.

    Without `overlap` only one speaker speaks at a time.
    """

    folder: Path
    settings: CamPlusSettings = field(default_factory=CamPlusSettings)
    device: str = "cpu"
    overlap: Segmentation | None = None
    fingerprint: str = field(init=False)
    _network: Any = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the fingerprint from model and settings."""
        suffix = f"+{self.overlap.fingerprint}" if self.overlap else ""
        self.fingerprint = f"campplus-zh-en:{self.settings}{suffix}"

    def speakers(self, samples: Samples, speech: Sequence[Span]) -> list[SpeakerSpan]:
        """Speaker spans in time order, inside `speech`; a single speaker if the voices do not differ."""
        spans = [span for span in speech if span.end_s - span.start_s > 0.05]
        if not spans:
            return []
        banks = log_banks(np.pad(samples, (0, 400)))
        settings = self.settings
        where, embeddings = self._embed(banks, spans)
        overlaps = self.overlap.overlaps(samples) if self.overlap else []
        single_voice = _single_voice(where, overlaps)
        chosen = [window for window, has_one_voice in zip(where, single_voice, strict=True) if has_one_voice]
        centroids = two_centroids(_neighbourhoods(chosen, embeddings[single_voice], settings.voice_windows))
        if float(centroids[0] @ centroids[1]) > settings.same_voice:
            return [SpeakerSpan(0, span.start_s, span.end_s, 1.0) for span in spans]
        lead = _lead_by_step(where, embeddings @ (centroids[0] - centroids[1]), len(banks))
        costs = np.where(_quiet_steps(banks, len(lead)), settings.pause_cost, settings.switch_cost)
        return add_overlap(_spans(likeliest_path(lead, costs), lead, spans), overlaps)

    def _embed(self, banks: Banks, spans: Sequence[Span]) -> tuple[list[tuple[int, int]], npt.NDArray[np.float32]]:
        """Unit embeddings float32 [windows, 192] of windows over the speech, and their (start, end) frames."""
        length_s, hop_s = self.settings.window_s, self.settings.hop_s
        where = [window for span in spans for window in _windows(span, length_s, hop_s, len(banks))]
        by_length: dict[int, list[int]] = {}
        for number, (first, last) in enumerate(where):
            by_length.setdefault(last - first, []).append(number)
        out = np.zeros((len(where), 192), dtype=np.float32)
        for _, numbers in sorted(by_length.items()):
            for start in range(0, len(numbers), EMBEDDINGS_PER_RUN):
                chosen = numbers[start : start + EMBEDDINGS_PER_RUN]
                cuts = np.stack([banks[slice(*where[n])] for n in chosen])
                out[chosen] = self._run(cuts - cuts.mean(axis=1, keepdims=True))
        return where, out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)

    def _run(self, banks: Banks) -> npt.NDArray[np.float32]:
        """Run the network on float32 [batch, frames, 80]."""
        import torch

        network = self._loaded()
        with torch.inference_mode():
            return np.asarray(network(torch.from_numpy(banks).to(self.device)).cpu().numpy(), dtype=np.float32)

    def _loaded(self) -> Any:
        """The network with its weights, loaded on first use."""
        import torch

        from models.campplus_network import CamPlusPlus

        with self._lock:
            if self._network is None:
                # On these small tensors two threads are many times slower than one when the machine is busy.
                torch.set_num_threads(1)
                path = self.folder / "campplus_cn_en_common.pt"
                network = CamPlusPlus()
                try:
                    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
                except (OSError, RuntimeError) as error:
                    raise ModelError(f"{path.name} is not a CAM++ weight ({error})", remedy="Fetch it again") from error
                self._network = network.eval().to(self.device)
            return self._network


def campplus(*, cache_dir: Path | None = None) -> CamPlus:
    """The diarizer with the catalogue's weights. Raises WeightError."""
    return CamPlus(locate("campplus-zh-en", cache_dir=cache_dir), overlap=segmentation(cache_dir=cache_dir))


def _windows(span: Span, length_s: float, hop_s: float, frames: int) -> list[tuple[int, int]]:
    """(start, end) frames of windows that cover a span; a short span gets one window of at least 0.6 s."""
    first, last = round(span.start_s * FRAMES_PER_S), min(round(span.end_s * FRAMES_PER_S), frames)
    length, hop = round(length_s * FRAMES_PER_S), round(hop_s * FRAMES_PER_S)
    if last - first <= length:
        # Round lengths to a fifth of a second, so that windows share batches.
        wanted = min(max(SHORTEST_FRAMES, round((last - first) / 20) * 20), frames)
        start = max(0, min((first + last - wanted) // 2, frames - wanted))
        return [(start, start + wanted)]
    starts = [*range(first, last - length, hop), last - length]
    return [(start, start + length) for start in starts]


def _single_voice(where: Sequence[tuple[int, int]], overlaps: Sequence[Span]) -> npt.NDArray[np.bool_]:
    """Mask of windows with one voice; all True if too few would remain."""
    overlapped = np.zeros(max((last for _, last in where), default=0), dtype=np.bool_)
    for span in overlaps:
        overlapped[round(span.start_s * FRAMES_PER_S) : round(span.end_s * FRAMES_PER_S)] = True
    single_voice = np.array([overlapped[slice(*window)].mean() <= MAX_OVERLAP for window in where], dtype=np.bool_)
    return single_voice if single_voice.sum() >= MIN_SINGLE_VOICE else np.ones(len(where), dtype=np.bool_)


def _neighbourhoods(
    where: Sequence[tuple[int, int]], embeddings: npt.NDArray[np.float32], count: int
) -> npt.NDArray[np.float32]:
    """Unit means of `count` overlapping neighbours; a window without neighbours keeps its own embedding."""
    means = []
    for number in range(len(where)):
        last = number
        while last + 1 < min(number + count, len(where)) and where[last + 1][0] < where[last][1]:
            last += 1
        mean = embeddings[number : last + 1].mean(axis=0)
        means.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
    return np.stack(means).astype(np.float32)


def _lead_by_step(
    where: Sequence[tuple[int, int]], leads: npt.NDArray[np.float32], frames: int
) -> npt.NDArray[np.float64]:
    """Lead of speaker 0 at each step of 0.1 s: a mean over the windows there, weighted towards their centre."""
    step = round(STEP_S * FRAMES_PER_S)
    count = -(-frames // step)
    total, weight = np.zeros(count), np.full(count, 1e-9)
    for (first, last), lead in zip(where, leads, strict=True):
        steps = np.arange(first // step, max(first // step + 1, last // step))
        steps = steps[steps < count]
        shape = np.hanning(len(steps) + 2)[1:-1]
        total[steps] += shape * float(lead)
        weight[steps] += shape
    return np.asarray(total / weight)


def _quiet_steps(banks: Banks, count: int) -> npt.NDArray[np.bool_]:
    """Mask of steps much quieter than the surrounding speech."""
    step = round(STEP_S * FRAMES_PER_S)
    level = banks.mean(axis=1) * (10 / np.log(10))
    padded = np.pad(level, (0, count * step - len(level)), mode="edge").reshape(count, step).min(axis=1)
    loud = np.percentile(padded, 75)
    return np.asarray(padded < loud - QUIET_DB)


def _spans(path: npt.NDArray[np.int64], lead: npt.NDArray[np.float64], speech: Sequence[Span]) -> list[SpeakerSpan]:
    """Runs of one speaker inside the speech; confidence grows with the lead."""
    out: list[SpeakerSpan] = []
    for span in speech:
        first, last = int(span.start_s / STEP_S), min(int(np.ceil(span.end_s / STEP_S)), len(path))
        start = first
        for at in range(first + 1, last + 1):
            if at < last and path[at] == path[start]:
                continue
            begin_s, end_s = max(start * STEP_S, span.start_s), min(at * STEP_S, span.end_s)
            margin = float(abs(lead[start:at].mean())) if at > start else 0.0
            out.append(SpeakerSpan(int(path[min(start, len(path) - 1)]), begin_s, end_s, min(1.0, 0.5 + margin)))
            start = at
    return [span for span in out if span.end_s > span.start_s]
