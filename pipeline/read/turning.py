"""Mood: where a speaker's sentiment turns, and what the other side said just before.

A turn's sentiment is judged wrongly about one time in four, so a turn alone turns nothing. A speaker is taken to be in
one mood for a stretch of turns, and the likeliest course of moods given all of their turns is found: a hidden Markov
model decoded by the Viterbi algorithm (Rabiner 1989, "A tutorial on hidden Markov models", equations 30 to 35).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.enriched import Mood, Sentiment, TurningPoint, TurnSentiment
from pipeline.read.backchannel import is_backchannel
from pipeline.read.thirds import sentiment_by_third
from pipeline.transcript import Role, Transcript, Turn

MOODS: tuple[Sentiment, Sentiment, Sentiment] = ("negative", "neutral", "positive")
# A new mood is believed after two turns: the one that turned may be irony, relief, or someone else's anger.
FEWEST_TURNS = 2
# Neighbouring turns are misjudged together, so each counts as this much of a turn of its own: the most at which 85 % of
# the turning points agree with people's labels, in training calls judged by heads that had not seen them.
TRUST = 0.7
SMALLEST = 1e-6

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


# Counted on the turns of the training calls, whose sentiments or, of agents, manners people labelled.
CUSTOMER = Course(
    first=(0.41, 0.45, 0.14),
    following=((0.74, 0.25, 0.01), (0.17, 0.71, 0.12), (0.02, 0.24, 0.74)),
    usual=(0.37, 0.48, 0.15),
)
AGENT = Course(
    first=(0.01, 0.98, 0.01),
    following=((0.24, 0.75, 0.01), (0.04, 0.84, 0.12), (0.02, 0.96, 0.02)),
    usual=(0.04, 0.86, 0.10),
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
    moods = _settled(_likeliest([sentiments[index] for index in own], CUSTOMER if role == "customer" else AGENT))
    starts = [place for place in range(len(own)) if place == 0 or moods[place] != moods[place - 1]]
    return [
        Stretch(MOODS[moods[start]], tuple(own[start:end]), _mean_score(sentiments, own[start:end]))
        for start, end in zip(starts, [*starts[1:], len(own)], strict=False)
    ]


def _says_something(turn: Turn, transcript: Transcript) -> bool:
    return not is_backchannel(turn.text, language=transcript.language)


def _mean_score(sentiments: Sequence[TurnSentiment], turns: Sequence[int]) -> float:
    return sum(sentiments[index].score for index in turns) / len(turns)


def _likeliest(sentiments: Sequence[TurnSentiment], course: Course) -> list[int]:
    """The likeliest course of moods, as places in `MOODS`, one a turn."""
    if not sentiments:
        return []
    evidence = [_evidence(each, course.usual) for each in sentiments]
    follows = [[math.log(share) for share in row] for row in course.following]
    best = [math.log(share) + seen for share, seen in zip(course.first, evidence[0], strict=True)]
    came_from: list[list[int]] = []
    for seen in evidence[1:]:
        before = [max(range(3), key=lambda mood: best[mood] + follows[mood][now]) for now in range(3)]
        best = [best[mood] + follows[mood][now] + seen[now] for now, mood in enumerate(before)]
        came_from.append(before)
    path = [max(range(3), key=lambda mood: best[mood])]
    for before in reversed(came_from):
        path.append(before[path[-1]])
    return path[::-1]


def _evidence(sentiment: TurnSentiment, usual: Share) -> list[float]:
    """How much a turn speaks for each mood: log-odds against how often that mood is met anyway."""
    shares = (sentiment.negative, sentiment.neutral, sentiment.positive)
    return [TRUST * math.log((share + SMALLEST) / met) for share, met in zip(shares, usual, strict=True)]


def _settled(moods: Sequence[int]) -> list[int]:
    """Stretches of too few turns joined to the longer neighbour, the shortest first; the earlier of equals."""
    runs: list[tuple[int, int]] = []
    for mood in moods:
        if runs and runs[-1][0] == mood:
            runs[-1] = (mood, runs[-1][1] + 1)
        else:
            runs.append((mood, 1))
    while len(runs) > 1 and min(length for _, length in runs) < FEWEST_TURNS:
        short = min(range(len(runs)), key=lambda place: runs[place][1])
        neighbours = [place for place in (short - 1, short + 1) if 0 <= place < len(runs)]
        longer = max(neighbours, key=lambda place: runs[place][1])
        runs = _joined(runs, short, longer)
    return [mood for mood, length in runs for _ in range(length)]


def _joined(runs: Sequence[tuple[int, int]], short: int, longer: int) -> list[tuple[int, int]]:
    """The runs with one of them in the mood of another; equal neighbours become one."""
    joined: list[tuple[int, int]] = []
    for place, (mood, length) in enumerate(runs):
        now = runs[longer][0] if place == short else mood
        if joined and joined[-1][0] == now:
            joined[-1] = (now, joined[-1][1] + length)
        else:
            joined.append((now, length))
    return joined


def _turning_points(transcript: Transcript, stretches: Sequence[Stretch], *, role: Role) -> Iterator[TurningPoint]:
    for before, after in pairwise(stretches):
        better = MOODS.index(after.mood) > MOODS.index(before.mood)
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
