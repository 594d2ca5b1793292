"""Encoders that come as packages and are not shipped: multilingual-e5-small from 4 bit, and all-MiniLM-L6-v2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.e5_weights import PACKAGE, VERSION, e5_model, e5_token_ids, packaged_file, read_e5
from models.transformers_device import run_batches, torch_device
from models.transformers_encoder import BATCH, MAX_TOKENS, TransformersEncoder
from models.weights import locate
from pipeline.enriched import Vectors

PREFIX = "query: "


class E5Encoder:
    """English and Chinese in one space of 384 dimensions, by torch: three times as fast as the package's own engine.

    Its vectors and that engine's, which also rounds what goes from layer to layer, have cosines of 0.9999.
    """

    fingerprint = f"e5-small:{PACKAGE}=={VERSION}:dequantised"

    def __init__(self) -> None:
        file = read_e5(packaged_file())
        self._model, self._ids = e5_model(file), e5_token_ids(file)
        self.dimensions = file.shape["hidden"]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, 384]: the mean over a text's tokens."""
        tokens = [self._ids(PREFIX + text, most=MAX_TOKENS) for text in texts]
        rows = run_batches(tokens, self._pooled, device=torch_device("cpu"), most=BATCH)
        vectors: Vectors = np.stack(rows).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def _pooled(self, ids: Any) -> Any:
        return self._model(input_ids=ids).last_hidden_state.mean(dim=1)


def minilm_encoder() -> TransformersEncoder:
    """all-MiniLM-L6-v2, English alone, on the CPU. Raises ModelError or WeightError when something is missing."""
    return TransformersEncoder(locate("minilm"), device="cpu")
