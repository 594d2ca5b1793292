"""The words of one speaker over several turns, joined across the listener's interjections."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.quote import cut
from pipeline.score.context.call_context import CallContext
from pipeline.score.words.normalized_text import NormalizedText
from pipeline.scorecard import Evidence

MOST_TURNS = 3
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", ",", "，", ";", "；")


@dataclass(frozen=True, slots=True)
class AgentSpan:
    """The joined words of a few turns. `positions` holds the (turn, word) of each."""

    positions: tuple[tuple[int, int], ...]
    normalized: NormalizedText = field(repr=False)

    def quotes(self, context: CallContext, start: int, end: int) -> tuple[Evidence, ...]:
        """Quote the words from `start` to `end` (exclusive), one quote per turn."""
        chosen = self.positions[start:end]
        quotes = []
        for turn in dict.fromkeys(turn for turn, _ in chosen):
            own = [word for index, word in chosen if index == turn]
            words = context.normalized_turns[turn]
            quotes.append(cut(context.transcript, turn=turn, start=words.starts[own[0]], end=words.ends[own[-1]]))
        return tuple(quotes)


def agent_span(context: CallContext, *, by: str, turn: int, most_between: int | None = None) -> AgentSpan:
    """The span that starts with a turn, at most `MOST_TURNS` long.

    It ends where another speaker says more than `most_between` words in between; None means any number.
    """
    chosen = _turns(context, by, turn, most_between)
    words = [(index, word) for index in chosen for word in range(len(context.normalized_turns[index].words))]
    clauses: list[int] = []
    base = 0
    for index in chosen:
        own = context.normalized_turns[index].clauses
        clauses.extend(base + clause for clause in own)
        base += (own[-1] if own else 0) + context.transcript.turns[index].text.rstrip().endswith(_SENTENCE_ENDS)
    normalized = NormalizedText(
        tuple(context.normalized_turns[index].words[word] for index, word in words),
        tuple(context.normalized_turns[index].starts[word] for index, word in words),
        tuple(context.normalized_turns[index].ends[word] for index, word in words),
        tuple(clauses),
        "".join(context.normalized_turns[index].spaced for index in chosen),
    )
    return AgentSpan(tuple(words), normalized)


def _turns(context: CallContext, by: str, turn: int, most_between: int | None) -> list[int]:
    chosen, between = [turn], 0
    for other in context.transcript.turns[turn + 1 :]:
        if len(chosen) == MOST_TURNS or (most_between is not None and between > most_between):
            break
        if by in (other.role, "anyone"):
            chosen.append(other.index)
            between = 0
        else:
            between += len(context.normalized_turns[other.index].words)
    return chosen
