"""`act`: a turn that does something, by a head fitted on labelled turns."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.rubric.detector import Act
from pipeline.score.case import Case
from pipeline.score.detection import Detection
from pipeline.score.detectors.moments import detection_of_turns


def act(spec: Act) -> Callable[[Case], Detection]:
    """The detector of one act. The turns of a call are alike, so the likeliest turn speaks for all, not their sum."""

    def detect(case: Case) -> Detection:
        searched = case.turns(spec.where)
        probabilities = case.acts[spec.act]
        return detection_of_turns(case, {turn: float(probabilities[turn]) for turn in searched}, by=spec.where.by)

    return detect
