"""The numbers of a call that forms use: conduct measures, and figures of the telephone system."""

from __future__ import annotations

from pipeline.enrich.hold import has_hold_audio
from pipeline.enriched import EnrichedCall, Silence
from pipeline.rubric.detector import MeasureName

# A silence of this length counts as a hold when the agent owes the next turn, even without music on the line.
HOLD_FROM_S = 20.0


def number(name: MeasureName, call: EnrichedCall) -> float | None:
    """The number of this name; None when the call has no times or the metadata has no such column."""
    conduct = call.conduct
    match name:
        case "turns":
            return float(len(call.transcript.turns))
        case "talk_share" | "pace" | "longest_monologue_s" | "silence_share":
            value: float | None = getattr(conduct, name)
            return value
        case "handle_time_s":
            return telephony_figure(name, call, otherwise=_length_s(call))
        case "hold_s":
            return telephony_figure(name, call, otherwise=_hold_s(call))
        case "answer_speed_s":
            return telephony_figure(name, call, otherwise=None)
    if conduct.silence_share is None:
        return None
    match name:
        case "interruptions":
            return float(sum(not event.backchannel and event.by == "agent" for event in conduct.interruptions))
        case "silences":
            return float(len(_dead_air(call)))
        case "longest_silence_s":
            return max((silence.end_s - silence.start_s for silence in _dead_air(call)), default=0.0)


def telephony_figure(name: str, call: EnrichedCall, *, otherwise: float | None) -> float | None:
    """The telephone system's figure, from the metadata column of this name, or `otherwise`."""
    try:
        return float(call.transcript.metadata.extra[name])
    except (KeyError, ValueError):
        return otherwise


def _length_s(call: EnrichedCall) -> float | None:
    ends = [turn.end_s for turn in call.transcript.turns if turn.end_s is not None]
    return call.transcript.duration_s or max(ends, default=None)


def _dead_air(call: EnrichedCall) -> list[Silence]:
    """The silences without music or ringing."""
    events = call.transcript.events
    return [silence for silence in call.conduct.silences if not has_hold_audio(silence.start_s, silence.end_s, events)]


def _hold_s(call: EnrichedCall) -> float | None:
    """The silences with music or ringing, plus the long ones in which the agent owed the next turn, in seconds."""
    if call.conduct.silence_share is None:
        return None
    dead_air = [silence.end_s - silence.start_s for silence in _dead_air(call) if silence.owed_by == "agent"]
    holds = [
        silence.end_s - silence.start_s
        for silence in call.conduct.silences
        if has_hold_audio(silence.start_s, silence.end_s, call.transcript.events)
    ]
    return sum(holds) + sum(wait_s for wait_s in dead_air if wait_s >= HOLD_FROM_S)
