"""The reliability of the scoring models, measured on held-out labelled calls by `everycall fit`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.rubric.question import Thresholds

# The stated coverage of a total's interval.
COVERAGE = 0.90
# The key for questions with too few labelled answers of their own.
ANY_QUESTION = ""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Thresholds and rates measured on held-out answers. The default applies when nothing was measured.

    Attributes:
        sure_from: By question and risk, the probability from which an answer is sure: at most a share `risk` of the
            answers that reach it is wrong.
        level: The nominal level of the interval that covers a total `COVERAGE` of the time.
        misheard: The share of its probability that an answer without a quote loses per share of misheard words.
    """

    sure_from: Mapping[str, Mapping[float, float]] = field(default_factory=dict)
    level: float = COVERAGE
    misheard: float = 0.0

    def thresholds(self, question_id: str, *, risk: float) -> Thresholds:
        """The thresholds of a question. A risk between two measured ones is rounded down."""
        measured = self.sure_from.get(question_id) or self.sure_from.get(ANY_QUESTION)
        if not measured:
            return Thresholds()
        within = [measured_risk for measured_risk in measured if measured_risk <= risk + 1e-9]
        sure_from = measured[max(within)] if within else 1.0
        yes_from = max(sure_from, 0.5)
        return Thresholds(no_up_to=1 - yes_from, yes_from=yes_from, best_from=sure_from)

    @property
    def fingerprint(self) -> str:
        """Hash of all figures."""
        return fingerprint("reliability", *map(str, sorted(self.to_card().items())))

    def to_card(self) -> dict[str, Any]:
        """As JSON, for the card of fitted heads."""
        risks = {
            name: {str(risk): probability for risk, probability in own.items()}
            for name, own in sorted(self.sure_from.items())
        }
        return {"level": self.level, "misheard": self.misheard, "sure_from": risks}


def reliability_of(card: Mapping[str, Any]) -> Reliability:
    """Read the reliability from the card of fitted heads; the default when it was never measured."""
    measured = card.get("reliability")
    if not measured:
        return Reliability()
    return Reliability(
        sure_from={
            name: {float(risk): float(probability) for risk, probability in own.items()}
            for name, own in measured["sure_from"].items()
        },
        level=float(measured["level"]),
        misheard=float(measured["misheard"]),
    )
