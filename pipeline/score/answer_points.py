"""The points of an answer, by kind of question.

- `performance`: earns its share of the question's points.
- `must_be`: earns all points when fulfilled. The missing share costs `penalty` times its points, so points may be
  negative.
- `attractive` and bonus: earns points but cannot lose any, so nothing counts as possible.
- deduction: only loses points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.rubric.question import AND, Bonus, Choice, Deduction, Multiple, Numeric, Question, Scale, YesNo, is_one_of
from pipeline.scorecard import FAILED, NOT_APPLICABLE, UNSURE, FailSeverity

# How points enter the total: as a share of the possible points, or subtracted, or added.
PointsKind = Literal["linear", "loss", "gain"]
NO_ANSWER = frozenset({NOT_APPLICABLE, UNSURE, FAILED})


def points_share(question: Question, answer: str) -> float:
    """The share of the question's points that an answer earns (0 to 1); for a deduction, the share it takes off."""
    match question:
        case YesNo() | Deduction() | Bonus():
            return float(answer == "yes")
        case Choice():
            return next((option.share for option in question.options if option.id == answer), 0.0)
        case Numeric():
            return next((band.share for band in question.bands if band.id == answer), 0.0)
        case Multiple():
            ticked = set(answer.split(AND))
            return min(1.0, max(0.0, sum(option.share for option in question.options if option.id in ticked)))
        case Scale():
            return (int(answer) - 1) / len(question.steps) if answer in question.answers() else 0.0


def points_kind(question: Question) -> PointsKind:
    """How the question's points enter the total."""
    if isinstance(question, Deduction):
        return "loss"
    if isinstance(question, Bonus) or question.kano == "attractive":
        return "gain"
    return "loss" if question.kano == "must_be" else "linear"


def points_possible(question: Question, *, stake: float) -> float:
    """The points that a full answer earns; 0 for deductions and for gains, which cannot be lost."""
    return 0.0 if isinstance(question, Deduction) or points_kind(question) == "gain" else stake


def points_earned(question: Question, *, share: float, stake: float) -> float:
    """The points for a share of the question's stake; negative for losses."""
    if isinstance(question, Deduction):
        return -stake * share
    if points_kind(question) == "loss" and not isinstance(question, Bonus):
        return stake * (1 - question.penalty * (1 - share))
    return stake * share


def expected_share(question: Question, probabilities: Mapping[str, float]) -> float:
    """The expected share of points, given the probability of each answer."""
    return sum(p * points_share(question, answer) for answer, p in probabilities.items())


def severity(question: Question, value: str) -> FailSeverity | None:
    """The question's severity if the answer earns nothing, takes points off or auto-fails; None otherwise."""
    if question.severity is None or value in NO_ANSWER:
        return None
    if isinstance(question, Deduction):
        failed = value == "yes"
    else:
        failed = points_kind(question) != "gain" and points_share(question, value) == 0
    auto_fails = question.auto_fail is not None and is_one_of(value, question.auto_fail.on)
    return question.severity if failed or auto_fails else None
