"""Which calls a form judges: by queue, direction, topic and date. The language is in the form itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatchcase

from pydantic import Field, model_validator

from pipeline.call_facts import CallFacts
from pipeline.rubric.part import Part


class UsedFor(Part):
    """Bounds on the calls that a form judges. All must hold; an unknown value meets none."""

    queues: tuple[str, ...] = Field(default=(), description="Queues; `*` matches anything, and case is ignored.")
    directions: tuple[str, ...] = Field(default=(), description="As the telephone system writes them: inbound, ….")
    topics: tuple[str, ...] = Field(default=(), description="Topics; `*` matches anything, and case is ignored.")
    valid_from: date | None = Field(default=None, description="The first day of calls that it judges.")
    valid_to: date | None = Field(default=None, description="The last day of calls that it judges.")

    @model_validator(mode="after")
    def _days_in_order(self) -> UsedFor:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_from {self.valid_from} is after valid_to {self.valid_to}")
        return self

    def fits(self, facts: CallFacts) -> bool:
        """Whether the form judges such a call."""
        named = ((self.queues, facts.queue), (self.directions, facts.direction), (self.topics, facts.topic))
        return all(_among(value, patterns) for patterns, value in named if patterns) and self._in_time(facts.day)

    def bounds(self) -> int:
        """How many bounds it sets: the more, the more specific the form."""
        return sum(bool(bound) for bound in (self.queues, self.directions, self.topics, self.valid_from, self.valid_to))

    def _in_time(self, day: str) -> bool:
        if not (self.valid_from or self.valid_to):
            return True
        first, last = str(self.valid_from or ""), str(self.valid_to or "9999-12-31")
        return bool(day) and first <= day <= last


def _among(value: str, patterns: Sequence[str]) -> bool:
    return bool(value) and any(fnmatchcase(value.casefold(), pattern.casefold()) for pattern in patterns)
