"""A fake `TextEncoder`: hashed words, so texts with common words are close."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.enriched import Vectors


@dataclass(frozen=True)
class HashingEncoder:
    """Each word (or Chinese character) adds to one of the dimensions."""

    dimensions: int = 32
    fingerprint: str = "hashing-encoder"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, dimensions]."""
        vectors = np.full((len(texts), self.dimensions), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split() if text.isascii() else text:
                vectors[row, zlib.crc32(word.encode()) % self.dimensions] += 1.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors
