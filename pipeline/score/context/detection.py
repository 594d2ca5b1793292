"""The result of a detector on one call."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.language import ENGLISH
from pipeline.language.reason_words import word_reason
from pipeline.reason import NO_REASON, Reason
from pipeline.score.context.step import StepFound
from pipeline.scorecard import Evidence


@dataclass(frozen=True, slots=True)
class Moment:
    """A turn in which the condition may hold, with its probability."""

    turn: int
    probability: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """The probability that a detector's condition holds, with its evidence.

    `evidence` holds quotes for it, `counter_evidence` quotes against it. When both are empty, the detector searched the
    turns in `searched` and found nothing. `moments` are the turns where it holds, in order. `reason` is for a reader
    and repeats no words of the call. `steps` are the results of a script's steps, in its order.
    """

    probability: float
    evidence: tuple[Evidence, ...] = ()
    searched: tuple[int, ...] = ()
    reason: Reason = NO_REASON
    counter_evidence: tuple[Evidence, ...] = ()
    moments: tuple[Moment, ...] = ()
    steps: tuple[StepFound, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"a detection's probability must be between 0 and 1, not {self.probability}")


class Unanswerable(Exception):  # noqa: N818 - not a fault: the question stays open and the call is scored without it
    """The detector lacks what it needs on this call; the reason says what."""

    def __init__(self, code: str, **values: str) -> None:
        self.reason = Reason(code, values)
        super().__init__(word_reason(self.reason, ENGLISH))
