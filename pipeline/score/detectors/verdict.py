"""`verdict`: a judgement over the whole call by a fitted head."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.rubric.detector import Verdict
from pipeline.score.case import Case
from pipeline.score.detection import Detection, Moment
from pipeline.score.detectors.moments import EVIDENT
from pipeline.score.quote import whole_turn
from pipeline.scorecard import Evidence

MOST_QUOTES = 3


def verdict(spec: Verdict) -> Callable[[Case], Detection]:
    """The detector of one option of one verdict."""

    def detect(case: Case) -> Detection:
        ruling = case.verdict(spec.name)
        possible = spec.among or tuple(ruling.probabilities)
        probability = _share(ruling.probabilities, spec.option, possible)
        others = [option for option in possible if option != spec.option]
        rival = max(others, key=lambda option: ruling.probabilities[option], default=spec.option)
        evidence = _quotes(case, ruling.turns.get(spec.option, ()))
        return Detection(
            probability=probability,
            evidence=evidence if probability >= 1 / len(possible) else (),
            contrary=_quotes(case, ruling.turns.get(rival, ())) if probability < EVIDENT else (),
            searched=tuple(turn.index for turn in case.transcript.turns),
            reason=f"{spec.name}: {spec.option} has {probability:.2f}",
            moments=tuple(Moment(turn.turn, probability, (turn,)) for turn in evidence if probability >= EVIDENT),
        )

    return detect


def _quotes(case: Case, turns: Sequence[int]) -> tuple[Evidence, ...]:
    spoken = [turn for turn in turns if case.transcript.turns[turn].text.strip()]
    return tuple(whole_turn(case.transcript, turn=turn) for turn in spoken[:MOST_QUOTES])


def _share(probabilities: Mapping[str, float], option: str, possible: Sequence[str]) -> float:
    whole = sum(float(probabilities[each]) for each in possible)
    share = float(probabilities[option]) / whole if whole > 0 else 1 / len(possible)
    return min(1.0, max(0.0, share))
