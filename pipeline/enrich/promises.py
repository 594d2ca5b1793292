"""Promises: what agents commit to do after the call, found by words alone.

Actions during the call ("I'll put you on hold"), refusals, offers, questions, reported speech and conditions are not
promises. Dialogue acts are not used, so a call's promises depend on its turns and metadata alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.enrich.commitment import Commitment
from pipeline.enrich.commitments_chinese import chinese_commitments
from pipeline.enrich.commitments_english import english_commitments
from pipeline.enrich.due import Moment, moment_of
from pipeline.errors import ScoreError
from pipeline.leg import legs_of
from pipeline.promise import Promise
from pipeline.quote import cut
from pipeline.text.chinese_script import in_simplified, turn_language
from pipeline.transcript import Transcript, Turn


def find_promises(transcript: Transcript) -> tuple[Promise, ...]:
    """Find the promises of a call, in order. A repeated promise counts once, with the day that was named last."""
    agents = _agents(transcript)
    moment = moment_of(transcript.metadata.started_at)
    said = [
        _promise(transcript, turn, commitment, agents.get(turn.index, ""))
        for turn in in_simplified(transcript).by("agent")
        for commitment in commitments_in(turn, transcript=transcript, moment=moment)
    ]
    return tuple(replace(promise, position=number) for number, promise in enumerate(_once(said)))


def commitments_in(turn: Turn, *, transcript: Transcript, moment: Moment | None) -> list[Commitment]:
    """Find the commitments of one turn in its own language; its text must be in Simplified characters."""
    chinese = turn_language(turn.text, call=transcript.language) == "zh"
    return (chinese_commitments if chinese else english_commitments)(turn.text, moment=moment)


def _promise(transcript: Transcript, turn: Turn, commitment: Commitment, agent_id: str) -> Promise:
    """Make a promise with the turn's own characters; Simplified text has the same positions."""
    evidence = cut(transcript, turn=turn.index, start=commitment.start, end=commitment.end)
    own = transcript.turns[turn.index].text
    return Promise(
        call_id=transcript.call_id,
        position=0,
        turn=turn.index,
        agent_id=agent_id,
        kind=commitment.kind,
        quote=evidence.quote,
        start_s=evidence.start_s,
        due_words=own[commitment.due.start : commitment.due.end] if commitment.due else "",
        due_date=commitment.due.day if commitment.due else None,
    )


def _agents(transcript: Transcript) -> dict[int, str]:
    """The agent's id in each turn; the call's agent in all of them if the legs cannot be read."""
    try:
        legs = legs_of(transcript)
    except ScoreError:
        return {turn.index: transcript.metadata.agent_id for turn in transcript.turns}
    return {turn: leg.agent_id for leg in legs for turn in range(leg.first_turn, leg.last_turn + 1)}


def _once(said: Iterable[Promise]) -> list[Promise]:
    """Keep one of several promises by one agent and of one kind, unless they name different days."""
    kept: list[Promise] = []
    for promise in said:
        for place, earlier in enumerate(kept):
            if (earlier.agent_id, earlier.kind) != (promise.agent_id, promise.kind):
                continue
            if promise.due_date in (None, earlier.due_date):
                break
            if earlier.due_date is None:
                kept[place] = promise
                break
        else:
            kept.append(promise)
    return sorted(kept, key=lambda promise: promise.turn)
