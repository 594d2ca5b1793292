"""A text encoder that is asked once for each text: the folds of a cross-validation share most of theirs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.enriched import Vectors
from pipeline.ports import TextEncoder


class CachingEncoder:
    """The port `TextEncoder` around another one."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}
        self.fingerprint = encoder.fingerprint
        self.dimensions = encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, dimensions]."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])
