"""`measure`: a conduct number within bounds."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.rubric.detector import Measure
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.context.number import number
from pipeline.score.context.reasons import measured

# A number is what it is; the little doubt that is left is about the times it was measured from.
HOLDS, FAILS = 0.98, 0.02


def measure(spec: Measure) -> Callable[[CallContext], Detection]:
    """The detector of one number."""

    def detect(context: CallContext) -> Detection:
        value = number(spec.name, context.call)
        if value is None:
            raise Unanswerable("measure_needs_times", measure=spec.name)
        low = spec.at_least is None or value >= spec.at_least
        high = spec.at_most is None or value <= spec.at_most
        return Detection(
            probability=HOLDS if low and high else FAILS,
            searched=tuple(turn.index for turn in context.transcript.turns),
            reason=measured(context, name=spec.name, value=value),
        )

    return detect
