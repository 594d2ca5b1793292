"""A text encoder that encodes each text once: the folds of a cross-validation share most of their texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.enriched import Vectors
from pipeline.ports import TextEncoder


class CachingEncoder:
    """Wraps a `TextEncoder` and keeps the vector of every text."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._cache: dict[str, Vectors] = {}
        self.fingerprint = encoder.fingerprint
        self.dimensions = encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, dimensions]."""
        new = [text for text in dict.fromkeys(texts) if text not in self._cache]
        if new:
            self._cache.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._cache[text] for text in texts])
