"""Turning points: where a speaker's sentiment changes for good, and what the other speaker said just before.

The sentiment of about one turn in four is classified wrongly, so a single turn is not enough. A speaker stays in one
mood for several turns, and the most likely sequence of moods is found: a hidden Markov model, decoded by the Viterbi
algorithm (Rabiner 1989, "A tutorial on hidden Markov models", equations 30 to 35), with at least two turns in a mood.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.enrich.backchannel import is_backchannel
from pipeline.enrich.sentiment_by_third import sentiment_by_third
from pipeline.enriched import Mood, Sentiment, TurningPoint, TurnSentiment
from pipeline.transcript import Role, Transcript, Turn

MOODS: tuple[Sentiment, Sentiment, Sentiment] = ("negative", "neutral", "positive")
# A new mood needs two turns: a single one may be irony, relief, or anger at someone else.
FEWEST_TURNS = 2
# Errors of neighbouring turns are correlated, so each turn counts as this much of an independent one; and the mean
# score must change by at least this much, which a polite goodbye does not. With both, 85 % of the turning points agree
# with human labels, on training calls that the heads had not seen (`bench.turning_points`).
TRUST = 0.8
LEAST_CHANGE = 0.4
SMALLEST = 1e-6
PLACES = range(len(MOODS))

Share = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class MoodModel:
    """Probabilities of moods: at the start of a call, after each mood, and overall."""

    first: Share
    following: tuple[Share, Share, Share]
    usual: Share


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive turns of one speaker in one mood, without back-channels."""

    mood: Sentiment
    turns: tuple[int, ...]
    score: float


# Counted in the training calls, where people labelled the customer's sentiment and the agent's rudeness.
CUSTOMER = MoodModel(
    first=(0.41, 0.45, 0.14),
    following=((0.74, 0.25, 0.01), (0.17, 0.71, 0.12), (0.02, 0.24, 0.74)),
    usual=(0.37, 0.48, 0.15),
)
# Kind words are a habit of agents rather than a mood, so agents have only two moods.
AGENT = MoodModel(
    first=(0.01, 0.985, 0.005),
    following=((0.24, 0.755, 0.005), (0.04, 0.955, 0.005), (0.04, 0.955, 0.005)),
    usual=(0.04, 0.955, 0.005),
)


def mood_of(transcript: Transcript, sentiments: Sequence[TurnSentiment]) -> Mood:
    """How both speakers' sentiment develops; `sentiments` has one entry for each turn."""
    stretches = stretches_of(transcript, sentiments, role="customer")
    points = [
        *_turning_points(transcript, stretches, role="customer"),
        *_turning_points(transcript, stretches_of(transcript, sentiments, role="agent"), role="agent"),
    ]
    return Mood(
        agent_by_third=sentiment_by_third(transcript, sentiments, role="agent"),
        turning_points=tuple(sorted(points, key=lambda point: point.turn)),
        recovered=_recovered(stretches),
    )


def stretches_of(transcript: Transcript, sentiments: Sequence[TurnSentiment], *, role: Role) -> list[Stretch]:
    """One speaker's turns, split where the mood changes; empty if they say only back-channels."""
    own = [turn.index for turn in transcript.turns if turn.role == role and _says_something(turn, transcript)]
    if role == "customer":
        moods = _likeliest([sentiments[index] for index in own], CUSTOMER)
    else:
        moods = _likeliest([_kind_or_neutral(sentiments[index]) for index in own], AGENT)
    starts = [place for place in range(len(own)) if place == 0 or moods[place] != moods[place - 1]]
    return [
        Stretch(MOODS[moods[start]], tuple(own[start:end]), _mean_score(sentiments, own[start:end]))
        for start, end in zip(starts, [*starts[1:], len(own)], strict=False)
    ]


def _says_something(turn: Turn, transcript: Transcript) -> bool:
    return not is_backchannel(turn.text, language=transcript.language)


def _kind_or_neutral(sentiment: TurnSentiment) -> TurnSentiment:
    return TurnSentiment(sentiment.negative, sentiment.neutral + sentiment.positive, 0.0)


def _mean_score(sentiments: Sequence[TurnSentiment], turns: Sequence[int]) -> float:
    return sum(sentiments[index].score for index in turns) / len(turns)


def _likeliest(sentiments: Sequence[TurnSentiment], model: MoodModel) -> list[int]:
    """The most likely moods, each lasting at least two turns, as indices into `MOODS`, one for each turn.

    A state is a mood and whether it may end, which it may from its second turn on.
    """
    if len(sentiments) < FEWEST_TURNS:
        return [1] * len(sentiments)
    evidence = [_evidence(each, model.usual) for each in sentiments]
    follows = [[math.log(share) for share in row] for row in model.following]
    new = [math.log(share) + seen for share, seen in zip(model.first, evidence[0], strict=True)]
    lasting = [-math.inf] * len(MOODS)
    came_from: list[tuple[list[int], list[bool]]] = []
    for seen in evidence[1:]:
        entered = [max(_others(now), key=lambda mood: lasting[mood] + follows[mood][now]) for now in PLACES]
        stayed = [lasting[now] > new[now] for now in PLACES]
        came_from.append((entered, stayed))
        new, lasting = (
            [lasting[mood] + follows[mood][now] + seen[now] for now, mood in enumerate(entered)],
            [max(new[now], lasting[now]) + follows[now][now] + seen[now] for now in PLACES],
        )
    return _path(max(PLACES, key=lambda mood: lasting[mood]), came_from)


def _path(last: int, came_from: Sequence[tuple[list[int], list[bool]]]) -> list[int]:
    """Trace moods back from the last: before a mood's second turn comes its first, and before that another mood."""
    path, lasts = [last], True
    for entered, stayed in reversed(came_from):
        mood = path[-1]
        path.append(mood if lasts else entered[mood])
        lasts = stayed[mood] if lasts else True
    return path[::-1]


def _others(mood: int) -> list[int]:
    return [other for other in PLACES if other != mood]


def _evidence(sentiment: TurnSentiment, usual: Share) -> list[float]:
    """The evidence of a turn for each mood: log-odds against the mood's overall frequency."""
    shares = (sentiment.negative, sentiment.neutral, sentiment.positive)
    return [TRUST * math.log((share + SMALLEST) / met) for share, met in zip(shares, usual, strict=True)]


def _turning_points(transcript: Transcript, stretches: Sequence[Stretch], *, role: Role) -> Iterator[TurningPoint]:
    for before, after in pairwise(stretches):
        better = MOODS.index(after.mood) > MOODS.index(before.mood)
        if (after.score - before.score if better else before.score - after.score) < LEAST_CHANGE:
            continue
        yield TurningPoint(
            turn=after.turns[0],
            role=role,
            direction="better" if better else "worse",
            before=before.score,
            after=after.score,
            cause_turn=_cause(transcript, after.turns[0], role=role),
        )


def _cause(transcript: Transcript, turn: int, *, role: Role) -> int | None:
    """The other speaker's latest turn that is more than a back-channel; None if there is none."""
    other: Role = "agent" if role == "customer" else "customer"
    found = (each for each in reversed(transcript.turns[:turn]) if each.role == other)
    return next((each.index for each in found if _says_something(each, transcript)), None)


def _recovered(stretches: Sequence[Stretch]) -> bool | None:
    if all(stretch.mood != "negative" for stretch in stretches):
        return None
    return stretches[-1].mood != "negative"
