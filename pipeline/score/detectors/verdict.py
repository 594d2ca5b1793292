"""`verdict`: a label of the whole call, predicted by a fitted head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pipeline.rubric.detector import Verdict
from pipeline.rubric.place import Place
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.context.reasons import judged
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.detectors.moments import EVIDENT
from pipeline.scorecard import Evidence

MOST_QUOTES = 3

# The role that each standard question is about: a "no" lists the turns of this role as searched.
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


def verdict(spec: Verdict) -> CompiledDetector:
    """Compile the detector of one option of a call label."""
    place = Place(by=_about(spec.name))

    def detect(context: CallContext) -> Detection:
        label = context.call_label(spec.name)
        possible = spec.among or tuple(label.probabilities)
        probability = _share(label.probabilities, spec.option, possible)
        others = [option for option in possible if option != spec.option]
        best_other = max(others, key=lambda option: label.probabilities[option], default=spec.option)
        likely = probability >= 1 / len(possible)
        evidence = _quotes(context, label.turns.get(spec.option, ())) if likely or probability >= EVIDENT else ()
        return Detection(
            probability=probability,
            evidence=evidence if likely else (),
            counter_evidence=_quotes(context, label.turns.get(best_other, ())) if probability < EVIDENT else (),
            searched=context.turns(place),
            reason=judged(context, name=spec.name, option=spec.option, likely=likely),
            moments=tuple(Moment(turn.turn, probability, (turn,)) for turn in evidence if probability >= EVIDENT),
        )

    return detect


def _about(name: str) -> Literal["agent", "customer", "anyone"]:
    if name in _AGENTS:
        return "agent"
    return "customer" if name in _CUSTOMERS else "anyone"


def _quotes(context: CallContext, turns: Sequence[int]) -> tuple[Evidence, ...]:
    spoken = [turn for turn in turns if context.transcript.turns[turn].text.strip()]
    return tuple(context.quote(turn) for turn in spoken[:MOST_QUOTES])


def _share(probabilities: Mapping[str, float], option: str, possible: Sequence[str]) -> float:
    whole = sum(float(probabilities[name]) for name in possible)
    share = float(probabilities[option]) / whole if whole > 0 else 1 / len(possible)
    return min(1.0, max(0.0, share))
