"""Topics: what customers call about, across all calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812
from typing import Literal

TopicStatus = Literal["found", "pinned", "merged", "retired"]
OTHER = "other"


@dataclass(frozen=True, slots=True)
class TopicQuote:
    """A quote from a customer: one whole turn."""

    call_id: str
    turn: int
    language: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of calls about the same issue. `keywords`, `examples` (call ids) and `quotes` are sorted best first.

    An id is never reused. `status` is `pinned` for topics that people named, pinned or created, `merged` for topics
    merged into another, and `retired` for topics whose calls were divided among several others.
    """

    topic_id: str
    name: str
    language: str
    calls: int
    keywords: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    quotes: tuple[TopicQuote, ...] = ()
    status: TopicStatus = "found"
    merged_into: str = ""
    found_on: Date | None = None
    last_seen_on: Date | None = None

    @property
    def is_current(self) -> bool:
        """Whether the topic may still have calls."""
        return self.status in ("found", "pinned")
