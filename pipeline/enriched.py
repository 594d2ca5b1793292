"""An enriched call: a transcript with everything that is derived before any question is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.issue import Issue
from pipeline.promise import Promise
from pipeline.transcript import Language, Role, Transcript

Sentiment = Literal["negative", "neutral", "positive"]
Direction = Literal["worse", "better"]
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TurnSentiment:
    """The probabilities of one turn's sentiment; they sum to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def score(self) -> float:
        """From -1 (negative) to 1 (positive)."""
        return self.positive - self.negative


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """A lasting change of one speaker's sentiment.

    `turn` is the first turn after the change, `cause_turn` the other speaker's turn before it. `before` and `after`
    are the mean sentiment scores on either side, from -1 to 1.
    """

    turn: int
    role: Role
    direction: Direction
    before: float
    after: float
    cause_turn: int | None


@dataclass(frozen=True, slots=True)
class Mood:
    """How both speakers' sentiment develops: the agent's by third of the call, and the turning points of both.

    `recovered`: whether a customer who was negative for a while ended otherwise; None if they never were.
    """

    agent_by_third: tuple[Sentiment, Sentiment, Sentiment] | None = None
    turning_points: tuple[TurningPoint, ...] = ()
    recovered: bool | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """What the call cost the customer: number and total length of holds, and how often they repeated themselves.

    `hold_s` is None if the transcript has no times.
    """

    holds: int | None = None
    hold_s: float | None = None
    repetitions: int | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch in which nobody speaks, and whose turn it was to speak."""

    start_s: float
    end_s: float
    owed_by: Role


@dataclass(frozen=True, slots=True)
class Interruption:
    """The turn `turn` starts while the other still speaks; a `backchannel` ("mm-hm") does not take the floor."""

    turn: int
    at_s: float
    by: Role
    backchannel: bool


@dataclass(frozen=True, slots=True)
class Conduct:
    """Talk share, silences, interruptions and pace of a call. All None and empty if the transcript has no times.

    `talk_share` is the agent's share of all speaking time. `pace` counts the agent's words (English) or characters
    (Chinese) per minute of speech. `longest_monologue_s` is the agent's, across back-channels. `silence_share` is the
    silent share of the time from the first word to the last, holds excluded.
    """

    talk_share: float | None = None
    pace: float | None = None
    longest_monologue_s: float | None = None
    silence_share: float | None = None
    silences: tuple[Silence, ...] = ()
    interruptions: tuple[Interruption, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassifierOutputs:
    """What the fitted heads predict for one call, for any form; acts, call labels and options in the heads' order.

    `heads` identifies heads and code. `acts` is float32 [acts, turns]. `shares` and `named` have one entry for each
    option of each call label: its probability, and the turns with most weight. `part` is the part of the store that
    holds the outputs, "" if none does yet.
    """

    heads: str
    acts: npt.NDArray[np.float32] = field(repr=False)
    shares: tuple[float, ...] = field(repr=False)
    named: tuple[tuple[int, ...], ...] = field(repr=False)
    part: str = ""


@dataclass(frozen=True, slots=True)
class EnrichedCall:
    """A transcript with sentiment, conduct, vectors and everything else that enriching derives from it.

    One entry for each turn: `sentiments`; `vectors`, float32 [turns, dimensions] of unit length, made by `encoder`;
    `itn_texts`, "" where the text has no number to rewrite; `turn_languages`. `sentiment_by_third` is the customer's,
    for the first, second and last third of the call. `classifier_outputs` are None until the heads have run.

    A call read back from the tables has no turning points, promises, issues, `itn_texts` or `turn_languages`: scoring
    needs none of them. `enrich.findings` derives them again.
    """

    transcript: Transcript
    sentiments: tuple[TurnSentiment, ...]
    sentiment_by_third: tuple[Sentiment, Sentiment, Sentiment]
    conduct: Conduct
    vectors: Vectors = field(repr=False, compare=False)
    encoder: str = ""
    fingerprint: str = ""
    classifier_outputs: ClassifierOutputs | None = field(default=None, repr=False, compare=False)
    mood: Mood = Mood()
    effort: Effort = Effort()
    promises: tuple[Promise, ...] = ()
    issues: tuple[Issue, ...] = ()
    itn_texts: tuple[str, ...] = field(default=(), repr=False)
    turn_languages: tuple[Language, ...] = ()


def half_precision(vectors: Vectors) -> Vectors:
    """Round vectors to 16 bits, as the store keeps them, so that a stored call gets the same answers again."""
    return vectors.astype(np.float16).astype(np.float32)
