"""A leg: the stretch of a call that one agent holds, from the turn in which they take over to the next agent's.

Which agents there are is told by the metadata's column `agents`, e.g. `A07@0; A12@95.5` for seconds of call time or
`A07@#0; A12@#14` for turns. Transcripts that name an agent turn by turn get that column as they are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from pipeline.errors import ScoreError
from pipeline.transcript import Transcript, Turn

AGENTS_COLUMN = "agents"
_START = re.compile(r"^(?P<agent_id>[^@]*)@(?:#(?P<turn>\d+)|(?P<start_s>\d+(?:\.\d+)?))$")


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg, numbered from 1. `first_turn` and `last_turn` both belong to it; an agent who is not known is ""."""

    call_id: str
    leg: int
    agent_id: str
    first_turn: int
    last_turn: int


def legs_of(transcript: Transcript) -> tuple[Leg, ...]:
    """The legs of a call, which together are all its turns: one where nothing tells of several agents.

    Who says nothing has no leg. Raises ScoreError when the column cannot be read.
    """
    turns, known = transcript.turns, transcript.metadata
    starts = [(known.agent_id, 0)]
    column = known.extra.get(AGENTS_COLUMN, "")
    if column.strip():
        (first, _), *others = _starts(transcript, column)
        starts = [(first or known.agent_id, 0), *others]
    spoken = list(_spoken(starts, turns))
    ends = [*(start - 1 for _, start in spoken[1:]), len(turns) - 1]
    return tuple(
        Leg(transcript.call_id, number, agent_id, start, end)
        for number, ((agent_id, start), end) in enumerate(zip(spoken, ends, strict=True), 1)
    )


def agents_column(speakers: Sequence[tuple[str, str] | None]) -> str:
    """The column for a transcript that tells its agents apart; "" where there is one.

    `speakers` has an entry a turn: what the agent is called there and their id ("" is unknown), None for others. One
    turn between two of the same other agent is an interjection, and nobody takes over.
    """
    runs = [
        (who, [index for index, _ in found])
        for who, found in groupby(
            ((index, who) for index, who in enumerate(speakers) if who is not None), key=lambda pair: pair[1]
        )
    ]
    starts: list[tuple[tuple[str, str], int]] = []
    for number, (who, indices) in enumerate(runs):
        between = 0 < number < len(runs) - 1 and runs[number - 1][0] == runs[number + 1][0]
        if (between and len(indices) == 1) or (starts and starts[-1][0] == who):
            continue
        starts.append((who, indices[0] if starts else 0))
    return "; ".join(f"{agent_id}@#{turn}" for (_, agent_id), turn in starts) if len(starts) > 1 else ""


def _starts(transcript: Transcript, column: str) -> list[tuple[str, int]]:
    """Each agent with the turn in which they take over, in order."""
    found = []
    for entry in filter(None, (part.strip() for part in re.split("[;,]", column))):
        match = _START.match(entry)
        if match is None:
            raise _unreadable(transcript, f"`{AGENTS_COLUMN}` holds an entry that is not an agent and a time")
        turn = int(match["turn"]) if match["turn"] else _turn_at(transcript, float(match["start_s"]))
        found.append((match["agent_id"].strip(), turn))
    if not found or any(later < earlier for (_, earlier), (_, later) in pairwise(found)):
        raise _unreadable(transcript, f"the entries of `{AGENTS_COLUMN}` are not in the order of the call")
    return found


def _turn_at(transcript: Transcript, second: float) -> int:
    """The first turn of which the greater part lies after a second: switches log whole seconds."""
    for turn in transcript.turns:
        if turn.start_s is None or turn.end_s is None:
            raise _unreadable(transcript, f"`{AGENTS_COLUMN}` gives seconds and this transcript has no times")
        if (turn.start_s + turn.end_s) / 2 >= second:
            return turn.index
    return len(transcript.turns)


def _spoken(starts: Sequence[tuple[str, int]], turns: Sequence[Turn]) -> Iterator[tuple[str, int]]:
    """The agents who say something in their stretch; the first of them begins with the call."""
    begun = False
    for number, (agent_id, start) in enumerate(starts):
        end = starts[number + 1][1] if number + 1 < len(starts) else len(turns)
        if len(starts) == 1 or any(turn.role == "agent" for turn in turns[start:end]):
            yield agent_id, start if begun else 0
            begun = True
    if not begun:
        yield starts[0][0], 0


def _unreadable(transcript: Transcript, cause: str) -> ScoreError:
    remedy = "Write it as `A07@0; A12@95.5` (seconds) or `A07@#0; A12@#14` (turns), or leave it out"
    return ScoreError(cause, source=transcript.call_id, remedy=remedy)
