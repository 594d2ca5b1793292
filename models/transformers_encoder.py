"""Any transformers model as the text encoder, mean-pooled, on a GPU if there is one."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.transformers_device import identity, quiet_transformers, run_batches, torch_device
from pipeline.enriched import Vectors
from pipeline.errors import ModelError

BATCH = 64
MAX_TOKENS = 256


class TransformersEncoder:
    """A model from a folder in hub layout, loaded at once. Raises ModelError.

    `name` is the model's name in the settings; a hub id with revision saves hashing the folder for the fingerprint.

    Batches have texts of one length, so neighbours change a vector in its last bits at most.
    """

    def __init__(self, folder: Path, *, name: str = "", device: str = "auto", prefix: str = "") -> None:
        transformers = quiet_transformers()
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            loaded = transformers.AutoModel.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"transformers cannot load an encoder from {folder}", remedy="It needs config, tokenizer and weights"
            ) from error
        self._device = torch_device(device)
        self._model = loaded.eval().to(self._device)
        self._prefix = prefix
        self.dimensions = int(loaded.config.hidden_size)
        self.fingerprint = f"transformers:{identity(name, folder)}:mean:{MAX_TOKENS}:{prefix}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, dimensions]: the mean over a text's tokens."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        prefixed = [self._prefix + text for text in texts]
        tokens = self._tokenizer(prefixed, truncation=True, max_length=MAX_TOKENS)["input_ids"]
        rows = np.stack(run_batches(tokens, self._pooled, device=self._device, most=BATCH)).astype(np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return rows

    def _pooled(self, ids: Any) -> Any:
        torch = importlib.import_module("torch")
        return self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(dim=1)
