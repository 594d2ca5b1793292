"""`act`: a turn with a dialogue act, predicted by a head fitted on labelled turns."""

from __future__ import annotations

from pipeline.rubric.detector import Act
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.detectors.moments import detection_of_turns


def act(spec: Act) -> CompiledDetector:
    """Compile the detector of one dialogue act.

    The probability is that of the most probable turn: turns of one call are too dependent to combine them.
    """

    def detect(context: CallContext) -> Detection:
        searched = context.turns(spec.where)
        probabilities = context.acts[spec.act]
        return detection_of_turns(context, {turn: float(probabilities[turn]) for turn in searched}, by=spec.where.by)

    return detect
