"""`measure`: a conduct number within bounds."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.rubric.detector import Measure, MeasureName
from pipeline.score.case import Case
from pipeline.score.detection import Detection, Unanswerable

# A number is what it is; the little doubt that is left is about the times it was measured from.
HOLDS, FAILS = 0.98, 0.02


def measure(spec: Measure) -> Callable[[Case], Detection]:
    """The detector of one number."""

    def detect(case: Case) -> Detection:
        value = _value(spec.name, case)
        if value is None:
            raise Unanswerable(f"{spec.name} needs times, which this transcript lacks")
        low = spec.at_least is None or value >= spec.at_least
        high = spec.at_most is None or value <= spec.at_most
        return Detection(
            probability=HOLDS if low and high else FAILS,
            searched=tuple(turn.index for turn in case.transcript.turns),
            reason=f"{spec.name} is {value:.4g}",
        )

    return detect


def _value(name: MeasureName, case: Case) -> float | None:
    conduct = case.call.conduct
    if name == "turns":
        return float(len(case.transcript.turns))
    if name in {"talk_share", "pace", "longest_monologue_s", "silence_share"}:
        number: float | None = getattr(conduct, name)
        return number
    if conduct.silence_share is None:
        return None
    if name == "interruptions":
        return float(sum(not each.backchannel and each.by == "agent" for each in conduct.interruptions))
    if name == "silences":
        return float(len(conduct.silences))
    return max((silence.end_s - silence.start_s for silence in conduct.silences), default=0.0)
