"""`measure`: a conduct number within bounds."""

from __future__ import annotations

from pipeline.rubric.detector import Measure
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.context.number import number
from pipeline.score.context.reasons import measured
from pipeline.score.detectors.compiled_detector import CompiledDetector

# A measured number is exact; the rest allows for errors in the times that it was computed from.
HOLDS, FAILS = 0.98, 0.02


def measure(spec: Measure) -> CompiledDetector:
    """Compile the detector of one number."""

    def detect(context: CallContext) -> Detection:
        value = number(spec.name, context.call)
        if value is None:
            raise Unanswerable("measure_needs_times", measure=spec.name)
        high_enough = spec.at_least is None or value >= spec.at_least
        low_enough = spec.at_most is None or value <= spec.at_most
        return Detection(
            probability=HOLDS if high_enough and low_enough else FAILS,
            searched=tuple(turn.index for turn in context.transcript.turns),
            reason=measured(context, name=spec.name, value=value),
        )

    return detect
