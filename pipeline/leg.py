"""A leg: the part of a call that one agent holds, from the turn in which they take over to the next agent's.

The metadata column `agents` lists the agents, e.g. `A07@0; A12@95.5` with seconds of call time or `A07@#0; A12@#14`
with turns. Ingest adds the column to transcripts that name the agent of each turn.
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
    """One leg, numbered from 1. `first_turn` and `last_turn` are inclusive; `agent_id` is "" if unknown."""

    call_id: str
    leg: int
    agent_id: str
    first_turn: int
    last_turn: int


def legs_of(transcript: Transcript) -> tuple[Leg, ...]:
    """The legs of a call. Together they cover all turns; there is one unless several agents are named.

    Agents who never speak get no leg. Raises ScoreError if the column `agents` cannot be read.
    """
    turns, metadata = transcript.turns, transcript.metadata
    starts = [(metadata.agent_id, 0)]
    column = metadata.extra.get(AGENTS_COLUMN, "")
    if column.strip():
        (first, _), *others = _starts(transcript, column)
        starts = [(first or metadata.agent_id, 0), *others]
    speaking = list(_speaking(starts, turns))
    ends = [*(start - 1 for _, start in speaking[1:]), len(turns) - 1]
    return tuple(
        Leg(transcript.call_id, number, agent_id, start, end)
        for number, ((agent_id, start), end) in enumerate(zip(speaking, ends, strict=True), 1)
    )


def agents_column(speakers: Sequence[tuple[str, str] | None]) -> str:
    """The column `agents` for a transcript that distinguishes its agents; "" if there is only one.

    `speakers` has one entry for each turn: the agent's name and id ("" if unknown), None for other speakers. A single
    turn between two turns of another agent is an interjection, not a takeover.

    >>> agents_column([("Ann", "A1"), None, ("Bob", "A2"), ("Bob", "A2")])
    'A1@#0; A2@#2'
    """
    runs = [
        (who, [index for index, _ in run])
        for who, run in groupby(
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
    starts = []
    for entry in filter(None, (part.strip() for part in re.split("[;,]", column))):
        match = _START.match(entry)
        if match is None:
            raise _unreadable(transcript, f"`{AGENTS_COLUMN}` holds an entry that is not an agent and a time")
        turn = int(match["turn"]) if match["turn"] else _turn_at(transcript, float(match["start_s"]))
        starts.append((match["agent_id"].strip(), turn))
    if not starts or any(later < earlier for (_, earlier), (_, later) in pairwise(starts)):
        raise _unreadable(transcript, f"the entries of `{AGENTS_COLUMN}` are not in the order of the call")
    return starts


def _turn_at(transcript: Transcript, second: float) -> int:
    """The first turn whose greater part comes after this second; telephone switches log whole seconds."""
    for turn in transcript.turns:
        if turn.start_s is None or turn.end_s is None:
            raise _unreadable(transcript, f"`{AGENTS_COLUMN}` gives seconds and this transcript has no times")
        if (turn.start_s + turn.end_s) / 2 >= second:
            return turn.index
    return len(transcript.turns)


def _speaking(starts: Sequence[tuple[str, int]], turns: Sequence[Turn]) -> Iterator[tuple[str, int]]:
    """The agents who speak while they hold the call; the first of them starts at the first turn."""
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
