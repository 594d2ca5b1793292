"""Answers one question on one call: applicability first, then the most probable option, `unsure` between thresholds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.rubric.question import Choice, Question, Thresholds, YesNo
from pipeline.score.case import Case
from pipeline.score.detection import Detection, Unanswerable
from pipeline.scorecard import FAILED, NOT_APPLICABLE, UNSURE, Answer, Evidence

Detect = Callable[[Case], Detection]

MOST_QUOTES = 6


@dataclass(frozen=True, slots=True)
class Asking:
    """A question with its detectors built. `options` has one detector an option, None for "otherwise".

    `points` are what the question is worth in a form where everything applies.
    """

    question: Question
    applies: Detect | None
    options: Mapping[str, Detect | None]
    thresholds: Thresholds
    points: float
    method: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """An answer with all its probabilities: that the question applies, and of each option if it does."""

    answer: Answer
    applies: float
    options: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Support:
    """What an answer rests on."""

    evidence: tuple[Evidence, ...]
    searched: tuple[int, ...]
    reason: str


def rule(asking: Asking, case: Case) -> Ruling:
    """The answer to one question. A detector that cannot run gives `failed`, with its reason."""
    try:
        applying = asking.applies(case) if asking.applies else Detection(1.0)
        probabilities, supports = _weigh(asking, case)
    except Unanswerable as error:
        return _failed(asking, str(error))
    supports[NOT_APPLICABLE] = _Support((), applying.searched, f"does not apply: {applying.reason}")
    joint = {option: applying.probability * p for option, p in probabilities.items()}
    joint[NOT_APPLICABLE] = 1 - applying.probability
    best = max(joint, key=lambda option: joint[option])
    sure = _sure(asking, best, applying.probability, probabilities)
    possible = 0.0 if best == NOT_APPLICABLE else asking.points
    earned = {best: 1.0} if sure else probabilities
    answer = Answer(
        question_id=asking.question.id,
        value=best if sure else UNSURE,
        best=best,
        probability=joint[best],
        points=possible * sum(p * share(asking.question, option) for option, p in earned.items()) if possible else 0.0,
        points_possible=possible,
        evidence=supports[best].evidence[:MOST_QUOTES],
        searched=() if supports[best].evidence else supports[best].searched,
        reason=supports[best].reason,
        method=asking.method,
    )
    return Ruling(answer=answer, applies=applying.probability, options=probabilities)


def share(question: Question, option: str) -> float:
    """The share of the question's points that an option earns."""
    if isinstance(question, YesNo):
        return float(option == "yes")
    return next((each.share for each in question.options if each.id == option), 0.0)


def _failed(asking: Asking, reason: str) -> Ruling:
    answer = Answer(asking.question.id, FAILED, FAILED, 0.0, 0.0, 0.0, reason=reason, method=asking.method)
    return Ruling(answer=answer, applies=0.0, options={})


def _weigh(asking: Asking, case: Case) -> tuple[dict[str, float], dict[str, _Support]]:
    """The probability of each option, given that the question applies, and what each rests on."""
    if isinstance(asking.question, Choice):
        return _weigh_choice(asking.options, case)
    found = _always(asking.options["yes"])(case)
    yes = _Support(found.evidence, found.searched, found.reason)
    no = _Support(found.contrary, found.searched, found.reason)
    return {"yes": found.probability, "no": 1 - found.probability}, {"yes": yes, "no": no}


def _always(detect: Detect | None) -> Detect:
    if detect is None:
        raise ValueError("a yes/no question was built without its detector")
    return detect


def _weigh_choice(options: Mapping[str, Detect | None], case: Case) -> tuple[dict[str, float], dict[str, _Support]]:
    found = {option: detect(case) for option, detect in options.items() if detect is not None}
    raw = {option: each.probability for option, each in found.items()}
    for otherwise in options.keys() - found.keys():
        raw[otherwise] = max(0.0, 1 - sum(raw.values()))
    whole = sum(raw.values())
    probabilities = {option: raw[option] / whole if whole else 1 / len(options) for option in options}
    searched = tuple(sorted({turn for each in found.values() for turn in each.searched}))
    nothing = Detection(0.0, searched=searched, reason="nothing speaks for another answer")
    supports = {
        option: _Support(each.evidence, each.searched, each.reason)
        for option in options
        for each in (found.get(option, nothing),)
    }
    return probabilities, supports


def _sure(asking: Asking, best: str, applies: float, options: Mapping[str, float]) -> bool:
    limits = asking.thresholds
    if best == NOT_APPLICABLE:
        return applies <= limits.no_up_to
    if applies < limits.yes_from:
        return False
    if isinstance(asking.question, YesNo):
        return options["yes"] >= limits.yes_from or options["yes"] <= limits.no_up_to
    return options[best] >= limits.best_from
