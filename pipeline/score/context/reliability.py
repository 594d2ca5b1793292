"""How far the judges can be relied on: measured on held-out labelled calls by `everycall fit`, used by every score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.fingerprint import fingerprint
from pipeline.rubric.question import Thresholds

# What a total's interval says that it contains.
COVERAGE = 0.90
# The key of what holds for any question that has too few labelled answers of its own.
ANY_QUESTION = ""


@dataclass(frozen=True, slots=True)
class Reliability:
    """What held-out answers say of answers to come; the default is what can be said when none were measured.

    `sure_from`: by question, for each stated risk, the probability from which an answer is sure: among those that
    reach it at most that share is wrong. `level`: between which quantiles of its draws a total lies `COVERAGE` of the
    time. `misheard`: for each share of the words that was misheard, by how much an answer that rests on nothing being
    found falls.
    """

    sure_from: Mapping[str, Mapping[float, float]] = field(default_factory=dict)
    level: float = COVERAGE
    misheard: float = 0.0

    def thresholds(self, question_id: str, *, risk: float) -> Thresholds:
        """When an answer to the question is unsure. A risk between two that were measured counts as the smaller."""
        measured = self.sure_from.get(question_id) or self.sure_from.get(ANY_QUESTION)
        if not measured:
            return Thresholds()
        within = [each for each in measured if each <= risk + 1e-9]
        sure_from = measured[max(within)] if within else 1.0
        either = max(sure_from, 0.5)
        return Thresholds(no_up_to=1 - either, yes_from=either, best_from=sure_from)

    @property
    def fingerprint(self) -> str:
        """Changes when a figure does."""
        return fingerprint("reliability", *map(str, sorted(self.to_card().items())))

    def to_card(self) -> dict[str, Any]:
        """For JSON."""
        risks = {name: {str(risk): each for risk, each in own.items()} for name, own in sorted(self.sure_from.items())}
        return {"level": self.level, "misheard": self.misheard, "sure_from": risks}


def reliability_of(card: Mapping[str, Any]) -> Reliability:
    """What the card of fitted heads holds; the default where it was never measured."""
    measured = card.get("reliability")
    if not measured:
        return Reliability()
    return Reliability(
        sure_from={
            name: {float(risk): float(each) for risk, each in own.items()}
            for name, own in measured["sure_from"].items()
        },
        level=float(measured["level"]),
        misheard=float(measured["misheard"]),
    )
