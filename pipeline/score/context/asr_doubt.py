"""Lower the probability of answers on recordings with uncertain words, uncertain roles or cut-off speech.

Recognition errors rarely make up a whole phrase, so an answer with quotes keeps its probability. An answer without a
quote may be wrong: the phrase may be misrecognized, or lie outside a recording that starts or ends in mid-speech. Any
answer may be wrong when it is uncertain who speaks. The doubtful share moves to the other options, but the best answer
stays the best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.score.context.call_context import CallContext


def doubt_share(context: CallContext, *, quoted: Sequence[int], searched: Sequence[int]) -> float:
    """The share of its probability that an answer loses, from the turns that it quotes, or else searched.

    Assumes that the three causes are independent.
    """
    if quoted:
        return wrong_speaker_share(context, quoted)
    misheard = context.scoring_models.reliability.misheard * misheard_share(context, searched)
    return 1 - (1 - misheard) * (1 - wrong_speaker_share(context, searched)) * (1 - cut_off_share(context, searched))


def wrong_speaker_share(context: CallContext, turns: Sequence[int]) -> float:
    """The mean probability that a turn has the wrong role, over these turns (all turns if empty)."""
    if not context.has_uncertain_roles:
        return 0.0
    own = [context.transcript.turns[index] for index in turns] or context.transcript.turns
    return 1 - sum(turn.role_confidence for turn in own) / len(own)


def cut_off_share(context: CallContext, turns: Sequence[int]) -> float:
    """The share of the searched turns (all turns if empty) that the recording lost: one turn at each cut-off end.

    An end counts only when the search reaches it: the turn at that end, or the one beside it.
    """
    starts, ends = context.cut_off
    if not starts and not ends:
        return 0.0
    last = len(context.transcript.turns) - 1
    own = turns or range(last + 1)
    lost = int(starts and context.first_turn == 0 and min(own) <= 1) + int(ends and max(own) >= last - 1)
    return lost / (len(own) + lost)


def misheard_share(context: CallContext, turns: Sequence[int]) -> float:
    """The expected share of wrong characters in these turns (all turns if empty); 0 for written calls.

    Uses the recognizer's confidence as the probability that a word is right.
    """
    if not context.has_uncertain_words:
        return 0.0
    key = tuple(turns)
    cache = context.misheard_share_cache
    if key not in cache:
        own = [context.transcript.turns[index] for index in key] or context.transcript.turns
        whole = sum(len(turn.text) for turn in own)
        cache[key] = 1 - sum(turn.confidence * len(turn.text) for turn in own) / whole if whole else 0.0
    return cache[key]


def discounted(probabilities: Mapping[str, float], best: str, *, share: float) -> dict[str, float]:
    """Move `share` of the best answer's probability to the others in proportion, at most until another equals it."""
    others = {option: p for option, p in probabilities.items() if option != best}
    rest = sum(others.values())
    if share <= 0 or not others:
        return dict(probabilities)
    parts = {option: p / rest if rest > 0 else 1 / len(others) for option, p in others.items()}
    until_equal = min((probabilities[best] - others[option]) / (1 + parts[option]) for option in others)
    moved = max(0.0, min(share * probabilities[best], until_equal))
    left = {option: others[option] + moved * parts[option] for option in others}
    return {option: probabilities[best] - moved if option == best else left[option] for option in probabilities}
