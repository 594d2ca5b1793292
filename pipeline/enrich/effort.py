"""Effort: what a call cost the customer, in holds and repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.enrich.backchannel import is_backchannel
from pipeline.enrich.hold import has_hold_audio
from pipeline.enrich.hold_phrases import asks_to_hold, speaks_of_waiting, thanks_for_holding
from pipeline.enrich.repetition import repetitions
from pipeline.enriched import Conduct, Effort, Silence, Vectors
from pipeline.transcript import Transcript, Turn

# Without music, a shorter silence after "one moment" is an agent who types rather than a hold.
ANNOUNCED_S = 10.0
# Without times, thanks for holding refer to a wait announced within this many of the agent's turns.
TURNS_TO_RETURN = 3
# "That's fine, I can wait" agrees to a hold; a longer turn continues the conversation.
ASSENT_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class _Hold:
    """One hold."""

    start_s: float
    end_s: float


def effort_of(transcript: Transcript, *, vectors: Vectors, conduct: Conduct) -> Effort:
    """The effort of a call; `vectors` has one row for each turn."""
    again = len(repetitions(transcript, vectors))
    if any(turn.start_s is None or turn.end_s is None for turn in transcript.turns):
        return Effort(holds=_spoken_holds(transcript), hold_s=None, repetitions=again)
    holds = _holds(transcript, conduct.silences)
    return Effort(holds=len(holds), hold_s=sum(hold.end_s - hold.start_s for hold in holds), repetitions=again)


def _holds(transcript: Transcript, silences: Sequence[Silence]) -> list[_Hold]:
    """Silences with music or after an announcement, merged if no agent speaks in between.

    Before the agent's first word the customer is in a queue, not on hold.
    """
    holds: list[_Hold] = []
    for silence in silences:
        spoken = [turn for turn in transcript.by("agent") if _starts_before(turn, silence.start_s)]
        if not spoken or not _is_held_silence(silence, spoken[-1], transcript):
            continue
        if holds and _starts_before(spoken[-1], holds[-1].start_s):
            holds[-1] = _Hold(holds[-1].start_s, silence.end_s)
        else:
            holds.append(_Hold(silence.start_s, silence.end_s))
    return holds


def _is_held_silence(silence: Silence, last: Turn, transcript: Transcript) -> bool:
    """Whether music plays, or the agent announced a wait in the turn `last` and is then silent for long."""
    if has_hold_audio(silence.start_s, silence.end_s, transcript.events):
        return True
    if silence.end_s - silence.start_s < ANNOUNCED_S or not speaks_of_waiting(last.text, language=transcript.language):
        return False
    return _only_agreed(transcript, last, until_s=silence.start_s) and _agent_owes(silence, transcript)


def _only_agreed(transcript: Transcript, last: Turn, *, until_s: float) -> bool:
    """Whether the customer at most agreed between the announcement and the silence."""
    between = [turn for turn in transcript.turns[last.index + 1 :] if _starts_before(turn, until_s)]
    return all(
        len(turn.text) <= ASSENT_CHARACTERS or is_backchannel(turn.text, language=transcript.language)
        for turn in between
    )


def _agent_owes(silence: Silence, transcript: Transcript) -> bool:
    """Whether it was the agent's turn: by the rule for silences, or because the agent speaks next."""
    after = next((turn for turn in transcript.turns if not _starts_before(turn, silence.end_s)), None)
    return silence.owed_by == "agent" or (after is not None and after.role == "agent")


def _starts_before(turn: Turn, at_s: float) -> bool:
    return turn.start_s is not None and turn.start_s < at_s


def _spoken_holds(transcript: Transcript) -> int:
    """Count holds without times, by the agent's words: requested, or announced and then thanked for."""
    found, open_turns = 0, 0
    spoken = transcript.by("agent")
    for turn in spoken:
        if open_turns and thanks_for_holding(turn.text, language=transcript.language):
            found, open_turns = found + 1, 0
        if turn is not spoken[-1] and asks_to_hold(turn.text, language=transcript.language):
            found, open_turns = found + 1, 0
        elif speaks_of_waiting(turn.text, language=transcript.language):
            open_turns = TURNS_TO_RETURN
        else:
            open_turns = max(open_turns - 1, 0)
    return found
