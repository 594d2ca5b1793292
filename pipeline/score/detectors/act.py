"""`act`: a turn that does something, by a head fitted on labelled turns."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.rubric.detector import Act
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection
from pipeline.score.detectors.moments import detection_of_turns


def act(spec: Act) -> Callable[[CallContext], Detection]:
    """The detector of one act. The turns of a call are alike, so the likeliest turn speaks for all, not their sum."""

    def detect(context: CallContext) -> Detection:
        searched = context.turns(spec.where)
        probabilities = context.acts[spec.act]
        return detection_of_turns(context, {turn: float(probabilities[turn]) for turn in searched}, by=spec.where.by)

    return detect
