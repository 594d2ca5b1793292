"""What a detector finds on one call."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.language import ENGLISH
from pipeline.language.reason_words import word_reason
from pipeline.reason import NO_REASON, Reason
from pipeline.score.context.step import StepFound
from pipeline.scorecard import Evidence


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens in one turn, and how probable it is that it does."""

    turn: int
    probability: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """How probable it is that a detector's condition holds, and what that rests on.

    `evidence` are quotes that speak for it, `contrary` quotes that speak against it; where both are empty, the turns in
    `searched` were looked at and nothing was there. `moments` are the turns in which it happens, in order. `reason` is
    for a reader and repeats no words of the call. `steps` are those of a script, in its order.
    """

    probability: float
    evidence: tuple[Evidence, ...] = ()
    searched: tuple[int, ...] = ()
    reason: Reason = NO_REASON
    contrary: tuple[Evidence, ...] = ()
    moments: tuple[Moment, ...] = ()
    steps: tuple[StepFound, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"a probability lies between 0 and 1, not at {self.probability}")


class Unanswerable(Exception):  # noqa: N818 - not a fault: the question stays open and the call is scored without it
    """The detector lacks what it needs on this call; the reason says what."""

    def __init__(self, code: str, **values: str) -> None:
        self.reason = Reason(code, values)
        super().__init__(word_reason(self.reason, ENGLISH))
