"""What a speaker says from one turn on, over the turns that the listener's own cut it into."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.score.case import Case
from pipeline.score.quote import cut
from pipeline.score.wording import Wording
from pipeline.scorecard import Evidence

TURNS_LONG = 3
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", ",", "，", ";", "；")


@dataclass(frozen=True, slots=True)
class Stretch:
    """The words of a few turns of one speaker as one wording; `places` says of each its (turn, word)."""

    places: tuple[tuple[int, int], ...]
    wording: Wording = field(repr=False)

    def quotes(self, case: Case, start: int, end: int) -> tuple[Evidence, ...]:
        """The words `start` to `end` (exclusive) as quotes, one for each turn that they run over."""
        chosen = self.places[start:end]
        quotes = []
        for turn in dict.fromkeys(turn for turn, _ in chosen):
            own = [word for index, word in chosen if index == turn]
            words = case.wordings[turn]
            quotes.append(cut(case.transcript, turn=turn, start=words.starts[own[0]], end=words.ends[own[-1]]))
        return tuple(quotes)


def stretch(case: Case, *, by: str, turn: int, most_between: int | None = None) -> Stretch:
    """The stretch that begins with a turn. It ends where others say more than `most_between` words in between."""
    chosen = _turns(case, by, turn, most_between)
    words = [(index, word) for index in chosen for word in range(len(case.wordings[index].words))]
    clauses: list[int] = []
    base = 0
    for index in chosen:
        own = case.wordings[index].clauses
        clauses.extend(base + clause for clause in own)
        base += (own[-1] if own else 0) + case.transcript.turns[index].text.rstrip().endswith(_SENTENCE_ENDS)
    made = Wording(
        tuple(case.wordings[index].words[word] for index, word in words),
        tuple(case.wordings[index].starts[word] for index, word in words),
        tuple(case.wordings[index].ends[word] for index, word in words),
        tuple(clauses),
        "".join(case.wordings[index].spaced for index in chosen),
    )
    return Stretch(tuple(words), made)


def _turns(case: Case, by: str, turn: int, most_between: int | None) -> list[int]:
    chosen, between = [turn], 0
    for other in case.transcript.turns[turn + 1 :]:
        if len(chosen) == TURNS_LONG or (most_between is not None and between > most_between):
            break
        if by in (other.role, "anyone"):
            chosen.append(other.index)
            between = 0
        else:
            between += len(case.wordings[other.index].words)
    return chosen
