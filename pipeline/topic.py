"""Topics: what customers call about, found over all calls."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One group of calls about the same issue. `keywords` and `examples` (call ids) have the most telling first."""

    topic_id: str
    name: str
    language: str
    calls: int
    keywords: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallTopic:
    """One call's topic. `turn` is where the customer states the issue; `similarity` is that to the topic's centre."""

    call_id: str
    date: str
    topic_id: str
    similarity: float
    turn: int | None = None
