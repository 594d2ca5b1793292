"""What a call heard badly does to an answer.

An answer that quotes words holds as often as it says however badly the rest was heard: noise does not make up a whole
phrase. One that rests on nothing being found does not, for what was looked for may be among the misheard words, or
before or after a recording that is cut off in the middle of speech. And whatever was found may have been said by the
other one, where it is not certain who is who. So an answer gives up a part of its probability to the others, but never
its place as the most probable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.score.context.call_context import CallContext


def doubt(context: CallContext, *, found: Sequence[int], searched: Sequence[int]) -> float:
    """The share of its probability that an answer gives up: it quotes the turns `found`, or none of those `searched`.

    The three causes are taken as independent of each other.
    """
    if found:
        return misplaced_share(context, found)
    misheard = context.scoring_models.reliability.misheard * misheard_share(context, searched)
    return 1 - (1 - misheard) * (1 - misplaced_share(context, searched)) * (1 - lost_share(context, searched))


def misplaced_share(context: CallContext, turns: Sequence[int]) -> float:
    """The probability that a turn of these (of all, where none are named) was said by another than its role says."""
    if not context.roles_doubted:
        return 0.0
    own = [context.transcript.turns[index] for index in turns] or context.transcript.turns
    return 1 - sum(turn.role_confidence for turn in own) / len(own)


def lost_share(context: CallContext, turns: Sequence[int]) -> float:
    """The share of what was to be searched that the recording does not hold: one turn more at each edge cut off.

    An edge counts where these turns (all, where none are named) reach it: its turn or the other speaker's beside it.
    """
    starts, ends = context.cut_off
    if not starts and not ends:
        return 0.0
    last = len(context.transcript.turns) - 1
    own = turns or range(last + 1)
    lost = int(starts and context.first_turn == 0 and min(own) <= 1) + int(ends and max(own) >= last - 1)
    return lost / (len(own) + lost)


def misheard_share(context: CallContext, turns: Sequence[int]) -> float:
    """The share of the words in these turns (of all turns, where none are named) that is expected to be wrong.

    A recogniser's word probability is read as what it says. 0 for what came in writing.
    """
    if not context.heard_badly:
        return 0.0
    key = tuple(turns)
    known = context.misheard_shares
    if key not in known:
        own = [context.transcript.turns[index] for index in key] or context.transcript.turns
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
