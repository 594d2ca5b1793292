"""Topics: what customers call about, found over all calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812
from typing import Literal

TopicStatus = Literal["found", "pinned", "merged", "retired"]
OTHER = "other"


@dataclass(frozen=True, slots=True)
class TopicQuote:
    """A customer's own words: all of one turn."""

    call_id: str
    turn: int
    language: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Topic:
    """One group of calls about the same issue; of `keywords`, `examples` (call ids) and `quotes` the best come first.

    An id never means anything else. `status` is `pinned` for what people named, pinned or made; a topic that went into
    another is `merged`, and one whose calls went several ways `retired`.
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
    def stands(self) -> bool:
        """Whether calls may still be in it."""
        return self.status in ("found", "pinned")
