"""The probability of each answer to a question, given that it applies, and the evidence for each."""

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
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.scorecard import Evidence

# A measured number is exact; the rest allows for errors in the times that it was computed from.
EXACT = 0.98
# The standard deviation of a probability that a scale grades: about the calibration error of the fitted heads.
GRADE_DOUBT = 0.05


@dataclass(frozen=True, slots=True)
class Explanation:
    """The basis of an answer: quotes, turns searched, and a reason for the reader."""

    evidence: tuple[Evidence, ...]
    searched: tuple[int, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class OptionProbabilities:
    """The probability of each answer (they sum to 1), and `explain`, which gives the explanation of an answer.

    `undecided`: the answer is unsure, however probable the best option is.
    """

    probabilities: Mapping[str, float]
    explain: Callable[[str], Explanation]
    undecided: bool = False


def yes_no_probabilities(detect: CompiledDetector, context: CallContext) -> OptionProbabilities:
    """Yes has the detector's probability."""
    detection = detect(context)
    yes = Explanation(detection.evidence, detection.searched, detection.reason)
    no = Explanation(detection.counter_evidence, detection.searched, detection.reason)
    probabilities = {"yes": detection.probability, "no": 1 - detection.probability}
    return OptionProbabilities(probabilities, {"yes": yes, "no": no}.__getitem__)


def choice_probabilities(options: Mapping[str, CompiledDetector | None], context: CallContext) -> OptionProbabilities:
    """Exactly one of the options holds. The option without a detector gets the remaining probability."""
    detections = {option: detect(context) for option, detect in options.items() if detect is not None}
    raw = {option: detection.probability for option, detection in detections.items()}
    for otherwise in options.keys() - detections.keys():
        raw[otherwise] = max(0.0, 1 - sum(raw.values()))
    whole = sum(raw.values())
    probabilities = {option: raw[option] / whole if whole else 1 / len(options) for option in options}
    reasons = joined(context, [detection.reason for detection in detections.values()])
    otherwise_found = Detection(0.0, searched=_searched(detections.values()), reason=reasons)

    def explain(option: str) -> Explanation:
        detection = detections.get(option, otherwise_found)
        return Explanation(detection.evidence, detection.searched, detection.reason)

    return OptionProbabilities(probabilities, explain)


def multiple_probabilities(
    options: Mapping[str, CompiledDetector], context: CallContext, *, limits: Thresholds
) -> OptionProbabilities:
    """Every combination of the options, assumed independent. One unsure option makes the whole answer unsure."""
    detections = {option: detect(context) for option, detect in options.items()}
    probabilities: dict[str, float] = {}
    for ticks in product((True, False), repeat=len(detections)):
        pairs = list(zip(ticks, detections.items(), strict=True))
        chances = [detection.probability if tick else 1 - detection.probability for tick, (_, detection) in pairs]
        probabilities[AND.join(option for tick, (option, _) in pairs if tick) or NONE] = prod(chances)

    def explain(answer: str) -> Explanation:
        ticked = [detections[option] for option in answer.split(AND) if option in detections]
        ticked = ticked or list(detections.values())
        evidence = tuple(quote for detection in ticked for quote in detection.evidence) if answer != NONE else ()
        return Explanation(evidence, _searched(ticked), joined(context, [detection.reason for detection in ticked]))

    undecided = any(limits.no_up_to < detection.probability < limits.yes_from for detection in detections.values())
    return OptionProbabilities(probabilities, explain, undecided=undecided)


def numeric_probabilities(question: Numeric, context: CallContext) -> OptionProbabilities:
    """The band that contains the number. Raises Unanswerable when the call has no such number."""
    value = _number(question.measure, context)
    bounds = [band.up_to for band in question.bands if band.up_to is not None]
    return _at(question.answers(), bisect_left(bounds, value), name=question.measure, value=value, context=context)


def scale_probabilities(question: Scale, graded: CompiledDetector | None, context: CallContext) -> OptionProbabilities:
    """The grade of a number, or of a detector's probability, which is known only to within `GRADE_DOUBT`.

    Raises Unanswerable when the call has no such number.
    """
    if question.measure is not None:
        value = _number(question.measure, context)
        rising = question.steps[0] <= question.steps[-1]
        grade = sum(value >= step if rising else value <= step for step in question.steps)
        return _at(question.answers(), grade, name=question.measure, value=value, context=context)
    if graded is None:
        raise ValueError(f"the scale {question.id} was compiled with neither a detector nor a measure")
    detection = graded(context)
    around = NormalDist(detection.probability, GRADE_DOUBT)
    edges = [0.0, *(around.cdf(step) for step in question.steps), 1.0]
    chances = [high - low for low, high in pairwise(edges)]
    explanation = Explanation(detection.evidence or detection.counter_evidence, detection.searched, detection.reason)
    return OptionProbabilities(dict(zip(question.answers(), chances, strict=True)), lambda _: explanation)


def _at(
    answers: Sequence[str], position: int, *, name: MeasureName, value: float, context: CallContext
) -> OptionProbabilities:
    """The answer at a position, with the rest of the probability on its neighbours."""
    neighbours = [near for near in (position - 1, position + 1) if 0 <= near < len(answers)]
    chances = dict.fromkeys(answers, 0.0)
    chances[answers[position]] = EXACT
    for near in neighbours:
        chances[answers[near]] = (1 - EXACT) / len(neighbours)
    searched = tuple(turn.index for turn in context.transcript.turns)
    explanation = Explanation((), searched, measured(context, name=name, value=value))
    return OptionProbabilities(chances, lambda _: explanation)


def _number(name: MeasureName, context: CallContext) -> float:
    value = number(name, context.call)
    if value is None:
        raise Unanswerable("number_not_known", measure=name)
    return value


def _searched(detections: Iterable[Detection]) -> tuple[int, ...]:
    return tuple(sorted({turn for detection in detections for turn in detection.searched}))
