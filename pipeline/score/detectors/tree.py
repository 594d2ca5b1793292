"""`all`, `any`, `not` and `pool`: detectors made of detectors.

`all` multiplies and `any` is noisy-or: the rules for independent parts, and each other's mirror, so that
`not any(a, b)` is exactly `all(not a, not b)` however a form is written. They fit different things that must hold
together. Several witnesses to the same thing are not independent: those belong in a `pool`, which adds their
log-odds with weights, so that two half-sure witnesses of one turn do not make a certainty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from pipeline.reason import Reason
from pipeline.rubric.detector import Pool
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.context.reasons import joined
from pipeline.scorecard import Evidence

Detect = Callable[[CallContext], Detection]

# No witness is surer than this, so that no single one decides a pool alone.
CERTAIN = 0.995
HALF = 0.5


def all_of(parts: Sequence[Detect]) -> Detect:
    """Every part holds: the product."""

    def detect(context: CallContext) -> Detection:
        found = [part(context) for part in parts]
        return Detection(
            probability=math.prod(each.probability for each in found),
            evidence=distinct(quote for each in found if each.probability >= 0.5 for quote in each.evidence),
            contrary=distinct(quote for each in found if each.probability < 0.5 for quote in each.contrary),
            searched=_searched(found),
            reason=_reasons(context, found, holds=math.prod(each.probability for each in found) >= HALF),
        )

    return detect


def any_of(parts: Sequence[Detect]) -> Detect:
    """At least one part holds: noisy-or."""

    def detect(context: CallContext) -> Detection:
        found = [part(context) for part in parts]
        return Detection(
            probability=noisy_or(each.probability for each in found),
            evidence=distinct(quote for each in found if each.probability >= 0.5 for quote in each.evidence),
            contrary=distinct(quote for each in found for quote in each.contrary),
            searched=_searched(found),
            reason=_reasons(context, found, holds=noisy_or(each.probability for each in found) >= HALF),
            moments=merged(moment for each in found for moment in each.moments),
        )

    return detect


def not_of(part: Detect) -> Detect:
    """The part does not hold; what spoke for it now speaks against."""

    def detect(context: CallContext) -> Detection:
        found = part(context)
        return Detection(
            probability=1 - found.probability,
            evidence=found.contrary,
            contrary=found.evidence,
            searched=found.searched,
            reason=found.reason,
        )

    return detect


def pool_of(spec: Pool, parts: Sequence[Detect]) -> Detect:
    """Witnesses of one fact: weighed log-odds, added to a bias (a logarithmic opinion pool)."""

    def detect(context: CallContext) -> Detection:
        found = [part(context) for part in parts]
        terms = [weight * log_odds(each.probability) for weight, each in zip(spec.weights, found, strict=True)]
        probability = 1 / (1 + math.exp(-(spec.bias + sum(terms))))
        positive = [each for weight, each in zip(spec.weights, found, strict=True) if weight > 0]
        agreeing = [each for each in positive if each.probability > HALF]
        return Detection(
            probability=probability,
            evidence=distinct(quote for each in agreeing for quote in each.evidence),
            contrary=distinct(quote for each in positive if each.probability < HALF for quote in each.contrary),
            searched=_searched(found),
            reason=_reasons(context, positive, holds=probability >= HALF),
            moments=merged(moment for each in agreeing for moment in each.moments),
        )

    return detect


def noisy_or(probabilities: Iterable[float]) -> float:
    """The probability that at least one of several independent things holds."""
    return 1 - math.prod(1 - p for p in probabilities)


def log_odds(probability: float) -> float:
    """The natural logarithm of the odds, with certainty held in bounds."""
    bounded = min(CERTAIN, max(1 - CERTAIN, probability))
    return math.log(bounded / (1 - bounded))


def merged(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """One moment a turn: noisy-or of those that fall in it."""
    by_turn = groupby(sorted(moments, key=lambda moment: moment.turn), key=lambda moment: moment.turn)
    return tuple(_merged_turn(turn, list(group)) for turn, group in by_turn)


def _merged_turn(turn: int, group: Sequence[Moment]) -> Moment:
    quotes = distinct(quote for moment in group for quote in moment.evidence)
    return Moment(turn, noisy_or(moment.probability for moment in group), quotes)


def distinct(quotes: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The quotes in order, each once."""
    return tuple(dict.fromkeys(quotes))


def _searched(found: Sequence[Detection]) -> tuple[int, ...]:
    return tuple(sorted({turn for each in found for turn in each.searched}))


def _reasons(context: CallContext, found: Sequence[Detection], *, holds: bool) -> Reason:
    """The reasons of the parts that agree with the whole; of all of them where none does."""
    agreeing = [each for each in found if (each.probability > HALF if holds else each.probability < HALF)]
    return joined(context, [each.reason for each in agreeing or found])
