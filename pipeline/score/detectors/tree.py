"""`all`, `any`, `not` and `pool`: detectors that combine detectors.

`all` is the product and `any` is noisy-or. Both assume independent parts, and `not any(a, b)` equals
`all(not a, not b)`. Use them for conditions on different facts. Detectors of the same fact are not independent: combine
them with `pool`, which adds their weighted log-odds, so that two half-sure detectors do not add up to certainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from pipeline.reason import Reason
from pipeline.rubric.detector import Pool
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.context.reasons import joined
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.scorecard import Evidence

# Probabilities in a pool are clipped to this, so that no single detector decides alone.
CERTAIN = 0.995
HALF = 0.5


def all_of(parts: Sequence[CompiledDetector]) -> CompiledDetector:
    """Every part holds: the product."""

    def detect(context: CallContext) -> Detection:
        found = [part(context) for part in parts]
        probability = math.prod(one.probability for one in found)
        return Detection(
            probability=probability,
            evidence=distinct(quote for one in found if one.probability >= HALF for quote in one.evidence),
            counter_evidence=distinct(
                quote for one in found if one.probability < HALF for quote in one.counter_evidence
            ),
            searched=_searched(found),
            reason=_reasons(context, found, holds=probability >= HALF),
        )

    return detect


def any_of(parts: Sequence[CompiledDetector]) -> CompiledDetector:
    """At least one part holds: noisy-or."""

    def detect(context: CallContext) -> Detection:
        found = [part(context) for part in parts]
        probability = noisy_or(one.probability for one in found)
        return Detection(
            probability=probability,
            evidence=distinct(quote for one in found if one.probability >= HALF for quote in one.evidence),
            counter_evidence=distinct(quote for one in found for quote in one.counter_evidence),
            searched=_searched(found),
            reason=_reasons(context, found, holds=probability >= HALF),
            moments=merged(moment for one in found for moment in one.moments),
        )

    return detect


def not_of(part: CompiledDetector) -> CompiledDetector:
    """The part does not hold. Swaps evidence and counter-evidence."""

    def detect(context: CallContext) -> Detection:
        detection = part(context)
        return Detection(
            probability=1 - detection.probability,
            evidence=detection.counter_evidence,
            counter_evidence=detection.evidence,
            searched=detection.searched,
            reason=detection.reason,
        )

    return detect


def pool_of(spec: Pool, parts: Sequence[CompiledDetector]) -> CompiledDetector:
    """Combine detectors of the same fact: a bias plus their weighted log-odds (a logarithmic opinion pool)."""

    def detect(context: CallContext) -> Detection:
        found = [part(context) for part in parts]
        terms = [weight * log_odds(one.probability) for weight, one in zip(spec.weights, found, strict=True)]
        probability = 1 / (1 + math.exp(-(spec.bias + sum(terms))))
        positive = [one for weight, one in zip(spec.weights, found, strict=True) if weight > 0]
        for_it = [one for one in positive if one.probability > HALF]
        against_it = [one for one in positive if one.probability < HALF]
        return Detection(
            probability=probability,
            evidence=distinct(quote for one in for_it for quote in one.evidence),
            counter_evidence=distinct(quote for one in against_it for quote in one.counter_evidence),
            searched=_searched(found),
            reason=_reasons(context, positive, holds=probability >= HALF),
            moments=merged(moment for one in for_it for moment in one.moments),
        )

    return detect


def noisy_or(probabilities: Iterable[float]) -> float:
    """The probability that at least one of several independent events happens."""
    return 1 - math.prod(1 - p for p in probabilities)


def log_odds(probability: float) -> float:
    """The natural logarithm of the odds of a probability, clipped to `CERTAIN`."""
    bounded = min(CERTAIN, max(1 - CERTAIN, probability))
    return math.log(bounded / (1 - bounded))


def merged(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """One moment per turn: the noisy-or of the moments in that turn."""
    by_turn = groupby(sorted(moments, key=lambda moment: moment.turn), key=lambda moment: moment.turn)
    return tuple(_merged_turn(turn, list(group)) for turn, group in by_turn)


def _merged_turn(turn: int, group: Sequence[Moment]) -> Moment:
    quotes = distinct(quote for moment in group for quote in moment.evidence)
    return Moment(turn, noisy_or(moment.probability for moment in group), quotes)


def distinct(quotes: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The quotes in order, without duplicates."""
    return tuple(dict.fromkeys(quotes))


def _searched(found: Sequence[Detection]) -> tuple[int, ...]:
    return tuple(sorted({turn for detection in found for turn in detection.searched}))


def _reasons(context: CallContext, found: Sequence[Detection], *, holds: bool) -> Reason:
    """The reasons of the parts that agree with the result, or of all parts if none does."""
    agreeing = [one for one in found if (one.probability > HALF if holds else one.probability < HALF)]
    return joined(context, [one.reason for one in agreeing or found])
