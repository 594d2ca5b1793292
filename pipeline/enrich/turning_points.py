"""Turning: where a speaker's mood turns, and what the other side said just before.

A turn's sentiment is judged wrongly about one time in four, so a turn alone turns nothing. A speaker is taken to be in
one mood for a stretch of turns, and the likeliest course of moods given all of their turns is found: a hidden Markov
model decoded by the Viterbi algorithm (Rabiner 1989, "A tutorial on hidden Markov models", equations 30 to 35), in
which a mood lasts two turns at least.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.enrich.backchannel import is_backchannel
from pipeline.enrich.thirds import sentiment_by_third
from pipeline.enriched import Mood, Sentiment, TurningPoint, TurnSentiment
from pipeline.transcript import Role, Transcript, Turn

MOODS: tuple[Sentiment, Sentiment, Sentiment] = ("negative", "neutral", "positive")
# A new mood is believed after two turns: the one that turned may be irony, relief, or someone else's anger.
FEWEST_TURNS = 2
# Neighbouring turns are misjudged together, so each counts as this much of a turn of its own; and the mean score must
# change by so much, which a polite goodbye alone does not. With both, on training calls judged by heads that had not
# seen them, 85 % of the turning points agree with people's labels of the turns (`bench.turning_points`).
TRUST = 0.8
LEAST_CHANGE = 0.4
SMALLEST = 1e-6
PLACES = range(len(MOODS))

Share = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Course:
    """How moods follow each other: how often each begins a call, how often each follows each, how often each is met."""

    first: Share
    following: tuple[Share, Share, Share]
    usual: Share


@dataclass(frozen=True, slots=True)
class Stretch:
    """Turns of one speaker in one mood; back-channels are left out."""

    mood: Sentiment
    turns: tuple[int, ...]
    score: float


# Counted on the turns of the training calls, whose sentiments or, of agents, rudeness people labelled.
CUSTOMER = Course(
    first=(0.41, 0.45, 0.14),
    following=((0.74, 0.25, 0.01), (0.17, 0.71, 0.12), (0.02, 0.24, 0.74)),
    usual=(0.37, 0.48, 0.15),
)
# Kind words are a phrase of an agent's and no mood, so that theirs are two.
AGENT = Course(
    first=(0.01, 0.985, 0.005),
    following=((0.24, 0.755, 0.005), (0.04, 0.955, 0.005), (0.04, 0.955, 0.005)),
    usual=(0.04, 0.955, 0.005),
)


def mood_of(transcript: Transcript, sentiments: Sequence[TurnSentiment]) -> Mood:
    """The course of both sides' sentiment; `sentiments` has one entry a turn."""
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
    """What one speaker says, cut where the mood changes; empty where they say nothing but back-channels."""
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


def _likeliest(sentiments: Sequence[TurnSentiment], course: Course) -> list[int]:
    """The likeliest course of moods that last two turns at least, as places in `MOODS`, one a turn.

    A state is a mood and whether it may end: it may from its second turn on.
    """
    if len(sentiments) < FEWEST_TURNS:
        return [1] * len(sentiments)
    evidence = [_evidence(each, course.usual) for each in sentiments]
    follows = [[math.log(share) for share in row] for row in course.following]
    new = [math.log(share) + seen for share, seen in zip(course.first, evidence[0], strict=True)]
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
    """The moods back from the last one, which may end: before a mood's second turn comes its first, then another's."""
    path, lasts = [last], True
    for entered, stayed in reversed(came_from):
        mood = path[-1]
        path.append(mood if lasts else entered[mood])
        lasts = stayed[mood] if lasts else True
    return path[::-1]


def _others(mood: int) -> list[int]:
    return [other for other in PLACES if other != mood]


def _evidence(sentiment: TurnSentiment, usual: Share) -> list[float]:
    """How much a turn speaks for each mood: log-odds against how often that mood is met anyway."""
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
    """The other side's latest turn that is more than a back-channel; None where there is none."""
    other: Role = "agent" if role == "customer" else "customer"
    found = (each for each in reversed(transcript.turns[:turn]) if each.role == other)
    return next((each.index for each in found if _says_something(each, transcript)), None)


def _recovered(stretches: Sequence[Stretch]) -> bool | None:
    if all(stretch.mood != "negative" for stretch in stretches):
        return None
    return stretches[-1].mood != "negative"
