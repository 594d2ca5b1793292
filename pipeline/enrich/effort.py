"""Effort: what a call cost the customer, in holds and in having to say the same again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.enrich.backchannel import is_backchannel
from pipeline.enrich.hold import is_hold
from pipeline.enrich.hold_words import asks_to_hold, speaks_of_waiting, thanks_for_holding
from pipeline.enrich.repetition import repetitions
from pipeline.enriched import Conduct, Effort, Silence, Vectors
from pipeline.transcript import Transcript, Turn

# Without music a shorter silence after "one moment" is an agent who types, not a customer who was left alone.
ANNOUNCED_S = 10.0
# Where no times are known, thanks for holding belong to a wait that was spoken of within so many of the agent's turns.
TURNS_TO_RETURN = 3
# "That's fine, I can wait": an assent to a hold; what is longer goes on with the conversation.
ASSENT_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class _Hold:
    """One stretch on hold."""

    start_s: float
    end_s: float


def effort_of(transcript: Transcript, *, vectors: Vectors, conduct: Conduct) -> Effort:
    """The effort of a call; `vectors` has one row a turn, `conduct` is the call's own."""
    again = len(repetitions(transcript, vectors))
    if any(turn.start_s is None or turn.end_s is None for turn in transcript.turns):
        return Effort(holds=_spoken_holds(transcript), hold_s=None, repetitions=again)
    holds = _holds(transcript, conduct.silences)
    return Effort(holds=len(holds), hold_s=sum(hold.end_s - hold.start_s for hold in holds), repetitions=again)


def _holds(transcript: Transcript, silences: Sequence[Silence]) -> list[_Hold]:
    """Silences with music or after an announcement; those between which no agent speaks are one, from first to last.

    What precedes the agent's first word is a queue, no hold.
    """
    holds: list[_Hold] = []
    for silence in silences:
        spoken = [turn for turn in transcript.by("agent") if _starts_before(turn, silence.start_s)]
        if not spoken or not _is_hold(silence, spoken[-1], transcript):
            continue
        if holds and _starts_before(spoken[-1], holds[-1].start_s):
            holds[-1] = _Hold(holds[-1].start_s, silence.end_s)
        else:
            holds.append(_Hold(silence.start_s, silence.end_s))
    return holds


def _is_hold(silence: Silence, last: Turn, transcript: Transcript) -> bool:
    """Whether music plays, or the agent, who said `last`, spoke of a wait and is then silent for long."""
    if is_hold(silence.start_s, silence.end_s, transcript.events):
        return True
    if silence.end_s - silence.start_s < ANNOUNCED_S or not speaks_of_waiting(last.text, language=transcript.language):
        return False
    return _only_agreed(transcript, last, until_s=silence.start_s) and _agent_owes(silence, transcript)


def _only_agreed(transcript: Transcript, last: Turn, *, until_s: float) -> bool:
    """Whether between the announcement and the silence the customer agreed at most."""
    between = [turn for turn in transcript.turns[last.index + 1 :] if _starts_before(turn, until_s)]
    return all(
        len(turn.text) <= ASSENT_CHARACTERS or is_backchannel(turn.text, language=transcript.language)
        for turn in between
    )


def _agent_owes(silence: Silence, transcript: Transcript) -> bool:
    """Whether the agent should have spoken: by conduct's rule, or by coming back from "May I put you on hold?"."""
    after = next((turn for turn in transcript.turns if not _starts_before(turn, silence.end_s)), None)
    return silence.owed_by == "agent" or (after is not None and after.role == "agent")


def _starts_before(turn: Turn, at_s: float) -> bool:
    return turn.start_s is not None and turn.start_s < at_s


def _spoken_holds(transcript: Transcript) -> int:
    """Holds as the agent's words tell them where there are no times: asked for, or spoken of and then thanked for."""
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
