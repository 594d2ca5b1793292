"""`before`, `count` and `each`: the order and number of events on a call.

They combine the moments of their parts and assume that moments in different turns are independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.rubric.detector import Count, Each
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.context.reasons import expected
from pipeline.score.context.reasons import then as then_reason
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.detectors.moments import EVIDENT
from pipeline.score.detectors.tree import distinct, merged
from pipeline.scorecard import Evidence


def before(first: CompiledDetector, then: CompiledDetector) -> CompiledDetector:
    """`first` happens, not later than the first `then`. Exact: sums over the turn of the first `first`."""

    def detect(context: CallContext) -> Detection:
        early, late = first(context), then(context)
        firsts, thens = merged(early.moments), merged(late.moments)
        probability, none_yet = 0.0, 1.0
        for moment in firsts:
            no_then_yet = math.prod(1 - other.probability for other in thens if other.turn < moment.turn)
            probability += none_yet * moment.probability * no_then_yet
            none_yet *= 1 - moment.probability
        return Detection(
            probability=min(1.0, probability),
            evidence=_first_quotes(firsts),
            counter_evidence=_first_quotes(thens),
            searched=tuple(sorted({*early.searched, *late.searched})),
            reason=then_reason(context, first=early.reason, following=late.reason),
        )

    return detect


def poisson_binomial(probabilities: Sequence[float]) -> list[float]:
    """The probability of each number of successes, 0 to n, of independent trials. By convolution."""
    distribution = [1.0]
    for p in probabilities:
        pairs = zip([*distribution, 0.0], [0.0, *distribution], strict=True)
        distribution = [stay * (1 - p) + step * p for stay, step in pairs]
    return distribution


def count(spec: Count, part: CompiledDetector) -> CompiledDetector:
    """The number of turns in which it happens is within bounds."""

    def detect(context: CallContext) -> Detection:
        detection = part(context)
        distribution = poisson_binomial([moment.probability for moment in merged(detection.moments)])
        most = len(distribution) if spec.at_most is None else spec.at_most
        probability = sum(distribution[spec.at_least : most + 1])
        return Detection(
            probability=min(1.0, max(0.0, probability)),
            evidence=detection.evidence,
            counter_evidence=detection.evidence,
            searched=detection.searched,
            reason=expected(context, times=sum(m.probability for m in merged(detection.moments))),
        )

    return detect


def each(spec: Each, part: CompiledDetector, following: CompiledDetector) -> CompiledDetector:
    """Every moment of `part` has a `following` moment within the turns allowed. Uncertain moments count in part."""

    def detect(context: CallContext) -> Detection:
        first, then = part(context), following(context)
        responses = merged(then.moments)
        probability = 1.0
        for moment in merged(first.moments):
            reach = range(moment.turn, moment.turn + spec.within_turns + 1)
            no_response = math.prod(1 - response.probability for response in responses if response.turn in reach)
            probability *= 1 - moment.probability * no_response
        quotes = distinct((*first.evidence, *then.evidence))
        return Detection(
            probability=probability,
            evidence=quotes,
            counter_evidence=quotes,
            searched=tuple(sorted({*first.searched, *then.searched})),
            reason=then_reason(context, first=first.reason, following=then.reason),
        )

    return detect


def _first_quotes(moments: Sequence[Moment]) -> tuple[Evidence, ...]:
    """The quotes of the first evident moment."""
    evident = [moment for moment in moments if moment.probability >= EVIDENT]
    return evident[0].evidence if evident else ()
