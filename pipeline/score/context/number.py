"""The numbers of a call that a form can bound: conduct measures, and what the telephone system counted."""

from __future__ import annotations

from pipeline.enrich.hold import is_hold
from pipeline.enriched import EnrichedCall, Silence
from pipeline.rubric.detector import MeasureName

# Without the telephone system's own figure and without music on the line, a wait of this length is taken for a hold.
HOLD_FROM_S = 20.0


def number(name: MeasureName, call: EnrichedCall) -> float | None:
    """The number of this name; None where the call has no times or nobody counted it."""
    conduct = call.conduct
    match name:
        case "turns":
            return float(len(call.transcript.turns))
        case "talk_share" | "pace" | "longest_monologue_s" | "silence_share":
            value: float | None = getattr(conduct, name)
            return value
        case "handle_time_s":
            return counted(name, call, otherwise=_length_s(call))
        case "hold_s":
            return counted(name, call, otherwise=_held_s(call))
        case "answer_speed_s":
            return counted(name, call, otherwise=None)
    if conduct.silence_share is None:
        return None
    match name:
        case "interruptions":
            return float(sum(not each.backchannel and each.by == "agent" for each in conduct.interruptions))
        case "silences":
            return float(len(_dead_air(call)))
        case "longest_silence_s":
            return max((silence.end_s - silence.start_s for silence in _dead_air(call)), default=0.0)


def counted(name: str, call: EnrichedCall, *, otherwise: float | None) -> float | None:
    """The telephone system's own figure, from the metadata's column of this name."""
    try:
        return float(call.transcript.metadata.extra[name])
    except (KeyError, ValueError):
        return otherwise


def _length_s(call: EnrichedCall) -> float | None:
    ends = [turn.end_s for turn in call.transcript.turns if turn.end_s is not None]
    return call.transcript.duration_s or max(ends, default=None)


def _dead_air(call: EnrichedCall) -> list[Silence]:
    """The silences in which the call is not on hold."""
    return [each for each in call.conduct.silences if not is_hold(each.start_s, each.end_s, call.transcript.events)]


def _held_s(call: EnrichedCall) -> float | None:
    """The sum of the silences with music or ringing, and of the long ones in which the agent owed the next turn."""
    if call.conduct.silence_share is None:
        return None
    dead = [each.end_s - each.start_s for each in _dead_air(call) if each.owed_by == "agent"]
    held = [
        each.end_s - each.start_s
        for each in call.conduct.silences
        if is_hold(each.start_s, each.end_s, call.transcript.events)
    ]
    return sum(held) + sum(wait for wait in dead if wait >= HOLD_FROM_S)
