"""Diagnosis: what is installed, which device and models a night would use, and what is missing."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("faster-whisper", "ctranslate2", "torch", "transformers", "spacy", "scikit-learn", "pyarrow", "duckdb")
NIGHTS = ("prefect",)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the diagnosis: `ok` is False where a night would fail, and `text` then says what to do."""

    subject: str
    ok: bool
    text: str


def diagnose(*, device: str, weights: tuple[str, ...]) -> list[Finding]:
    """Look at the machine, the packages, the device and the weights that the settings name. Changes nothing."""
    return [_machine(), *(_package(name) for name in (*PACKAGES, *NIGHTS)), _device(device), *map(_weight, weights)]


def _machine() -> Finding:
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    text = f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores, {memory_gib:.0f} GiB of memory"
    return Finding("machine", memory_gib >= 2, text if memory_gib >= 2 else f"{text}: a night needs 2 GiB")


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, "not installed: run `make install`")


def _device(wanted: str) -> Finding:
    import ctranslate2

    count = ctranslate2.get_cuda_device_count()
    if wanted == "cuda" and count == 0:
        return Finding("device", False, "cuda is asked for, but no GPU answers: use --device auto, or fix the driver")
    if wanted != "cpu" and count > 0:
        return Finding("device", True, f"{count} CUDA GPU(s), float16")
    return Finding("device", True, "CPU, int8 speech recognition")


def _weight(name: str) -> Finding:
    from models.weights import verify
    from pipeline.errors import WeightError

    try:
        found = verify(name)
    except WeightError as error:
        return Finding(name, False, str(error))
    return Finding(name, True, f"{found.weight.licence}, {found.size_bytes / 1e6:.0f} MB, hashes match")
