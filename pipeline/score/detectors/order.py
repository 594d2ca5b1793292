"""`before`, `count` and `each`: what happens when, and how often, over the turns of a call.

They work on the moments of their parts. Moments in different turns are taken as independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from pipeline.rubric.detector import Count, Each
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.context.reasons import expected
from pipeline.score.context.reasons import then as then_reason
from pipeline.score.detectors.moments import EVIDENT
from pipeline.score.detectors.tree import distinct, merged
from pipeline.scorecard import Evidence

Detect = Callable[[CallContext], Detection]


def before(first: Detect, then: Detect) -> Detect:
    """`first` happens, and in no later turn than the first `then`. Sums over the turn of the first `first`."""

    def detect(context: CallContext) -> Detection:
        early, late = first(context), then(context)
        firsts, thens = merged(early.moments), merged(late.moments)
        probability, none_yet = 0.0, 1.0
        for moment in firsts:
            not_overtaken = math.prod(1 - other.probability for other in thens if other.turn < moment.turn)
            probability += none_yet * moment.probability * not_overtaken
            none_yet *= 1 - moment.probability
        return Detection(
            probability=min(1.0, probability),
            evidence=_first_quotes(firsts),
            contrary=_first_quotes(thens),
            searched=tuple(sorted({*early.searched, *late.searched})),
            reason=then_reason(context, first=early.reason, following=late.reason),
        )

    return detect


def count(spec: Count, part: Detect) -> Detect:
    """The number of turns in which it happens lies within bounds: exact, by convolution (Poisson binomial)."""

    def detect(context: CallContext) -> Detection:
        found = part(context)
        distribution = [1.0]
        for moment in merged(found.moments):
            p = moment.probability
            pairs = zip([*distribution, 0.0], [0.0, *distribution], strict=True)
            distribution = [stay * (1 - p) + step * p for stay, step in pairs]
        most = len(distribution) if spec.at_most is None else spec.at_most
        probability = sum(distribution[spec.at_least : most + 1])
        return Detection(
            probability=min(1.0, max(0.0, probability)),
            evidence=found.evidence,
            contrary=found.evidence,
            searched=found.searched,
            reason=expected(context, times=sum(m.probability for m in merged(found.moments))),
        )

    return detect


def each(spec: Each, part: Detect, following: Detect) -> Detect:
    """Every moment of `part` is followed in time; a moment that may not be one counts by its probability."""

    def detect(context: CallContext) -> Detection:
        found, after = part(context), following(context)
        answers = merged(after.moments)
        probability = 1.0
        for moment in merged(found.moments):
            reach = range(moment.turn, moment.turn + spec.within_turns + 1)
            missed = math.prod(1 - answer.probability for answer in answers if answer.turn in reach)
            probability *= 1 - moment.probability * missed
        quotes = distinct((*found.evidence, *after.evidence))
        return Detection(
            probability=probability,
            evidence=quotes,
            contrary=quotes,
            searched=tuple(sorted({*found.searched, *after.searched})),
            reason=then_reason(context, first=found.reason, following=after.reason),
        )

    return detect


def _first_quotes(moments: Sequence[Moment]) -> tuple[Evidence, ...]:
    """The quotes of the first moment that is more likely than not."""
    evident = [moment for moment in moments if moment.probability >= EVIDENT]
    return evident[0].evidence if evident else ()
