"""Engines: each process builds a night's engine once, from a flow's plain parameters."""

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
    """What identifies an engine: names with the same meaning in every process."""

    profile: str = "embedded"
    rubric: str = "support"
    asr: str | None = None
    device: Device | None = None
    hotwords: str | None = None
    chinese_script: ChineseScript | None = None


@lru_cache(maxsize=1)
def engine_of(settings: EngineSettings) -> Engine:
    """The engine for these settings; loads models once per process. Raises ConfigError or WeightError."""
    return build_engine_by_name(**asdict(settings))
