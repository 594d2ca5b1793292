"""What an answer is worth: the share of a question's points that it earns, and the points that this comes to.

A `performance` question earns its share of its points. A `must_be` question earns all of them when it is fulfilled and
loses them `penalty` times over when it is not, so that below its share it goes under zero. An `attractive` question
and a bonus earn what they have and can lose nothing, so that nothing of theirs is possible. A deduction only takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.rubric.question import AND, Bonus, Choice, Deduction, Multiple, Numeric, Question, Scale, YesNo, is_one_of
from pipeline.scorecard import FAILED, NOT_APPLICABLE, UNSURE, FailSeverity

# How a question's points enter the total: as a share of what was possible, or as points off or on.
Part = Literal["linear", "loss", "gain"]
NO_ANSWER = frozenset({NOT_APPLICABLE, UNSURE, FAILED})


def share(question: Question, answer: str) -> float:
    """The share of the question's points that an answer earns, from 0 to 1; of a deduction, the share it takes."""
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


def part(question: Question) -> Part:
    """How the question's points enter the total."""
    if isinstance(question, Deduction):
        return "loss"
    if isinstance(question, Bonus) or question.kano == "attractive":
        return "gain"
    return "loss" if question.kano == "must_be" else "linear"


def possible(question: Question, *, stake: float) -> float:
    """The most points that a question can earn; what it cannot lose is not possible, only welcome."""
    return 0.0 if isinstance(question, Deduction) or part(question) == "gain" else stake


def points(question: Question, *, share: float, stake: float) -> float:
    """The points of a share of the question's stake; below zero where more than its own points are lost."""
    if isinstance(question, Deduction):
        return -stake * share
    if part(question) == "loss" and not isinstance(question, Bonus):
        return stake * (1 - question.penalty * (1 - share))
    return stake * share


def expected_share(question: Question, probabilities: Mapping[str, float]) -> float:
    """The share that is to be expected of these answers."""
    return sum(p * share(question, answer) for answer, p in probabilities.items())


def severity(question: Question, value: str) -> FailSeverity | None:
    """How grave the answer is: the question's severity where nothing was earned, it was taken off, or it auto-fails."""
    if question.severity is None or value in NO_ANSWER:
        return None
    if isinstance(question, Deduction):
        failed = value == "yes"
    else:
        failed = part(question) != "gain" and share(question, value) == 0
    fails_all = question.auto_fail is not None and is_one_of(value, question.auto_fail.on)
    return question.severity if failed or fails_all else None
