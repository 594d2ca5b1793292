"""Shared by the transformers adapters: identity of a model, device and batches."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError

BLOCK = 1 << 20
IDENTITY_FILES = ("*.safetensors", "*.bin", "config.json", "tokenizer.json", "vocab.txt")


def identity(name: str, folder: Path) -> str:
    """A model's part of a fingerprint: its hub id with revision, else a hash of its files."""
    if "@" in name and not Path(name).expanduser().exists():
        return name
    digest = hashlib.sha256()
    for path in sorted({path for pattern in IDENTITY_FILES for path in folder.glob(pattern)}):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{folder.name}:{digest.hexdigest()[:16]}"


def quiet_transformers() -> Any:
    """Import transformers without progress bars: only the command line shows progress."""
    transformers = importlib.import_module("transformers")
    transformers.utils.logging.disable_progress_bar()
    return transformers


def torch_device(device: str) -> Any:
    """`auto` takes a CUDA GPU if there is one. Raises ConfigError if `cuda` is not available."""
    torch = importlib.import_module("torch")
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("no CUDA device was found", remedy="Choose `--device cpu` or `auto`")
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)


def by_length(lengths: Sequence[int], *, most: int) -> Iterable[list[int]]:
    """Batches of indices of equal length: without padding, results do not depend on the neighbours in a batch."""
    groups: dict[int, list[int]] = {}
    for index, length in enumerate(lengths):
        groups.setdefault(length, []).append(index)
    for length in sorted(groups):
        for start in range(0, len(groups[length]), most):
            yield groups[length][start : start + most]


def run_batches(
    token_ids: Sequence[Sequence[int]], forward: Callable[[Any], Any], *, device: Any, most: int
) -> list[Any]:
    """Apply `forward` to every token list without gradients; one NumPy row each, in the given order."""
    torch = importlib.import_module("torch")
    rows: list[Any] = [None] * len(token_ids)
    with torch.inference_mode():
        for batch in by_length([len(ids) for ids in token_ids], most=most):
            ids = torch.tensor([list(token_ids[index]) for index in batch], device=device)
            for index, row in zip(batch, forward(ids).float().cpu().numpy(), strict=True):
                rows[index] = row
    return rows
