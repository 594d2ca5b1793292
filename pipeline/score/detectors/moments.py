"""Turn one probability per turn into a detection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.reason import Reason
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.context.reasons import not_found, sounds

# Moments from EVIDENT on are quoted; moments below NEGLIGIBLE are dropped.
EVIDENT = 0.5
NEGLIGIBLE = 0.02


def detection_of_turns(context: CallContext, probabilities: Mapping[int, float], *, by: str) -> Detection:
    """The probability is that of the most probable turn. Quotes every evident turn, the most probable first."""
    spoken = {turn: p for turn, p in probabilities.items() if context.transcript.turns[turn].text.strip()}
    moments = tuple(Moment(turn, p, (context.quote(turn),)) for turn, p in sorted(spoken.items()) if p >= NEGLIGIBLE)
    evident = sorted((m for m in moments if m.probability >= EVIDENT), key=lambda m: (-m.probability, m.turn))
    highest = max(spoken.values(), default=0.0)
    return Detection(
        probability=min(1.0, max(0.0, highest)),
        evidence=tuple(quote for moment in evident for quote in moment.evidence),
        searched=tuple(probabilities),
        reason=_reason(context, evident, by=by, searched=tuple(probabilities)),
        moments=moments,
    )


def _reason(context: CallContext, evident: Sequence[Moment], *, by: str, searched: Sequence[int]) -> Reason:
    if not evident:
        return not_found(context, by=by, searched=searched)
    return sounds(context, by=by, turns=sorted(moment.turn for moment in evident))
