"""The probability of each answer to a question, given that it applies, and the words that each would rest on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from statistics import NormalDist

from pipeline.reason import Reason
from pipeline.rubric.detector import MeasureName
from pipeline.rubric.question import AND, NONE, Numeric, Scale, Thresholds
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.context.number import number
from pipeline.score.context.reasons import joined, measured
from pipeline.scorecard import Evidence

Detect = Callable[[CallContext], Detection]

# A number is what it is; the little doubt that is left is about the times it was measured from.
EXACT = 0.98
# How far a probability is itself to be trusted: about the calibration error that the fitted heads may have.
GRADE_DOUBT = 0.05


@dataclass(frozen=True, slots=True)
class Support:
    """What an answer rests on."""

    evidence: tuple[Evidence, ...]
    searched: tuple[int, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Weighing:
    """The probability of each answer (they sum to 1) and what it rests on.

    `doubtful`: too near to call, however probable the best answer is.
    """

    probabilities: Mapping[str, float]
    support: Callable[[str], Support]
    doubtful: bool = False


def weigh_yes_no(detect: Detect, context: CallContext) -> Weighing:
    """Yes by the detector's probability."""
    found = detect(context)
    yes = Support(found.evidence, found.searched, found.reason)
    no = Support(found.contrary, found.searched, found.reason)
    return Weighing({"yes": found.probability, "no": 1 - found.probability}, {"yes": yes, "no": no}.__getitem__)


def weigh_choice(options: Mapping[str, Detect | None], context: CallContext) -> Weighing:
    """One of the options; the one without a detector has what the others leave."""
    found = {option: detect(context) for option, detect in options.items() if detect is not None}
    raw = {option: each.probability for option, each in found.items()}
    for otherwise in options.keys() - found.keys():
        raw[otherwise] = max(0.0, 1 - sum(raw.values()))
    whole = sum(raw.values())
    probabilities = {option: raw[option] / whole if whole else 1 / len(options) for option in options}
    reasons = joined(context, [each.reason for each in found.values()])
    nothing = Detection(0.0, searched=_searched(found.values()), reason=reasons)

    def support(option: str) -> Support:
        each = found.get(option, nothing)
        return Support(each.evidence, each.searched, each.reason)

    return Weighing(probabilities, support)


def weigh_multiple(options: Mapping[str, Detect], context: CallContext, *, limits: Thresholds) -> Weighing:
    """Every combination of the options, which are taken as independent. One in doubt puts the answer in doubt."""
    found = {option: detect(context) for option, detect in options.items()}
    probabilities: dict[str, float] = {}
    for ticks in product((True, False), repeat=len(found)):
        pairs = list(zip(ticks, found.items(), strict=True))
        chances = [each.probability if tick else 1 - each.probability for tick, (_, each) in pairs]
        probabilities[AND.join(option for tick, (option, _) in pairs if tick) or NONE] = prod(chances)

    def support(answer: str) -> Support:
        ticked = [found[option] for option in answer.split(AND) if option in found] or list(found.values())
        evidence = tuple(quote for each in ticked for quote in each.evidence) if answer != NONE else ()
        return Support(evidence, _searched(ticked), joined(context, [each.reason for each in ticked]))

    doubtful = any(limits.no_up_to < each.probability < limits.yes_from for each in found.values())
    return Weighing(probabilities, support, doubtful=doubtful)


def weigh_numeric(question: Numeric, context: CallContext) -> Weighing:
    """The band in which the number lies. Raises Unanswerable where there is no number."""
    value = _number(question.measure, context)
    bounds = [band.up_to for band in question.bands if band.up_to is not None]
    return _at(question.answers(), bisect_left(bounds, value), name=question.measure, value=value, context=context)


def weigh_scale(question: Scale, graded: Detect | None, context: CallContext) -> Weighing:
    """The grade of a probability, or of a number; the probability itself is known only to about `GRADE_DOUBT`."""
    if question.measure is not None:
        value = _number(question.measure, context)
        rising = question.steps[0] <= question.steps[-1]
        grade = sum(value >= step if rising else value <= step for step in question.steps)
        return _at(question.answers(), grade, name=question.measure, value=value, context=context)
    if graded is None:
        raise ValueError("a scale was built without its detector or number")
    found = graded(context)
    around = NormalDist(found.probability, GRADE_DOUBT)
    edges = [0.0, *(around.cdf(step) for step in question.steps), 1.0]
    chances = [high - low for low, high in pairwise(edges)]
    support = Support(found.evidence or found.contrary, found.searched, found.reason)
    return Weighing(dict(zip(question.answers(), chances, strict=True)), lambda _: support)


def _at(answers: Sequence[str], place: int, *, name: MeasureName, value: float, context: CallContext) -> Weighing:
    """The answer at a place, with the little doubt that a measured number leaves on its neighbours."""
    beside = [near for near in (place - 1, place + 1) if 0 <= near < len(answers)]
    chances = dict.fromkeys(answers, 0.0)
    chances[answers[place]] = EXACT
    for near in beside:
        chances[answers[near]] = (1 - EXACT) / len(beside)
    searched = tuple(turn.index for turn in context.transcript.turns)
    support = Support((), searched, measured(context, name=name, value=value))
    return Weighing(chances, lambda _: support)


def _number(name: MeasureName, context: CallContext) -> float:
    value = number(name, context.call)
    if value is None:
        raise Unanswerable("number_not_known", measure=name)
    return value


def _searched(found: Iterable[Detection]) -> tuple[int, ...]:
    return tuple(sorted({turn for each in found for turn in each.searched}))
