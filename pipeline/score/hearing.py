"""What words heard badly do to an answer.

An answer that quotes words holds as often as it says however badly the rest was heard: noise does not make up a whole
phrase. One that rests on nothing being found does not, for what was looked for may be among the misheard words. So it
gives up a part of its probability to the other answers, but never its place as the most probable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.score.case import Case


def misheard_share(case: Case, turns: Sequence[int]) -> float:
    """The share of the words in these turns (of all turns, where none are named) that is expected to be wrong.

    A recogniser's word probability is read as what it says. 0 for what came in writing.
    """
    if not case.heard_badly:
        return 0.0
    key = tuple(turns)
    known = case.misheard_shares
    if key not in known:
        own = [case.transcript.turns[index] for index in key] or case.transcript.turns
        whole = sum(len(turn.text) for turn in own)
        known[key] = 1 - sum(turn.confidence * len(turn.text) for turn in own) / whole if whole else 0.0
    return known[key]


def given_up(probabilities: Mapping[str, float], best: str, *, share: float) -> dict[str, float]:
    """`share` of the best answer's probability goes to the others, by theirs, until the next best is its equal."""
    others = {option: p for option, p in probabilities.items() if option != best}
    rest = sum(others.values())
    if share <= 0 or not others:
        return dict(probabilities)
    parts = {option: p / rest if rest > 0 else 1 / len(others) for option, p in others.items()}
    least = min((probabilities[best] - others[each]) / (1 + parts[each]) for each in others)
    moved = max(0.0, min(share * probabilities[best], least))
    left = {option: others[option] + moved * parts[option] for option in others}
    return {option: probabilities[best] - moved if option == best else left[option] for option in probabilities}
