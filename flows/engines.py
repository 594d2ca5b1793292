"""Engines: each process builds the engine of a night once, from the plain names that a flow is given."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Literal

from models.registry import build_engine_by_name
from pipeline.night.engine import Engine
from pipeline.transcript import ChineseScript

Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What identifies an engine: names that mean the same in every process."""

    profile: str = "embedded"
    rubric: str = "support"
    asr: str | None = None
    device: Device | None = None
    hotwords: str | None = None
    chinese_script: ChineseScript | None = None


@lru_cache(maxsize=1)
def engine_of(settings: EngineSettings) -> Engine:
    """The engine of these settings; models are loaded once a process. Raises ConfigError or WeightError."""
    return build_engine_by_name(**asdict(settings))
