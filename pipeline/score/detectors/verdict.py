"""`verdict`: a judgement over the whole call by a fitted head."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from pipeline.rubric.detector import Verdict
from pipeline.rubric.place import Place
from pipeline.score.case import Case
from pipeline.score.detection import Detection, Moment
from pipeline.score.detectors.moments import EVIDENT
from pipeline.score.reasons import judged
from pipeline.scorecard import Evidence

MOST_QUOTES = 3

# Whom the standard questions are about, so that a "no" names the turns that could have held it.
_AGENTS = frozenset(
    [
        "greeting_identify",
        "offer_help",
        "recording_notice",
        "identity_check",
        "empathy",
        "no_prohibited",
        "hold_etiquette",
        "confirm_resolution",
        "anything_else",
        "polite_close",
    ]
)
_CUSTOMERS = frozenset(["repeat_contact", "escalation_request", "churn_risk", "sentiment_start", "sentiment_end"])


def verdict(spec: Verdict) -> Callable[[Case], Detection]:
    """The detector of one option of one verdict."""
    place = Place(by=_about(spec.name))

    def detect(case: Case) -> Detection:
        ruling = case.verdict(spec.name)
        possible = spec.among or tuple(ruling.probabilities)
        probability = _share(ruling.probabilities, spec.option, possible)
        others = [option for option in possible if option != spec.option]
        rival = max(others, key=lambda option: ruling.probabilities[option], default=spec.option)
        likely = probability >= 1 / len(possible)
        evidence = _quotes(case, ruling.turns.get(spec.option, ())) if likely or probability >= EVIDENT else ()
        return Detection(
            probability=probability,
            evidence=evidence if likely else (),
            contrary=_quotes(case, ruling.turns.get(rival, ())) if probability < EVIDENT else (),
            searched=case.turns(place),
            reason=judged(case, name=spec.name, option=spec.option, likely=likely),
            moments=tuple(Moment(turn.turn, probability, (turn,)) for turn in evidence if probability >= EVIDENT),
        )

    return detect


def _about(name: str) -> Literal["agent", "customer", "anyone"]:
    if name in _AGENTS:
        return "agent"
    return "customer" if name in _CUSTOMERS else "anyone"


def _quotes(case: Case, turns: Sequence[int]) -> tuple[Evidence, ...]:
    spoken = [turn for turn in turns if case.transcript.turns[turn].text.strip()]
    return tuple(case.quote(turn) for turn in spoken[:MOST_QUOTES])


def _share(probabilities: Mapping[str, float], option: str, possible: Sequence[str]) -> float:
    whole = sum(float(probabilities[each]) for each in possible)
    share = float(probabilities[option]) / whole if whole > 0 else 1 / len(possible)
    return min(1.0, max(0.0, share))
