"""An enriched call: the transcript with what can be read off it before any question is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.transcript import Role, Transcript

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
    """A speaker's sentiment turns: `turn` is the first after it, `cause_turn` the other side's that it follows.

    `before` and `after` are the mean scores of the stretches on either side, from -1 to 1.
    """

    turn: int
    role: Role
    direction: Direction
    before: float
    after: float
    cause_turn: int | None


@dataclass(frozen=True, slots=True)
class Mood:
    """The course of both speakers' sentiment: the agent's by third, and where either turns.

    `recovered` says whether a customer who was negative for a stretch ended otherwise; None where there was none.
    """

    agent_by_third: tuple[Sentiment, Sentiment, Sentiment] | None = None
    turning_points: tuple[TurningPoint, ...] = ()
    recovered: bool | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """What the call cost the customer: how often and how long on hold, and how often they had to say the same again.

    `hold_s` is None where the transcript has no times.
    """

    holds: int | None = None
    hold_s: float | None = None
    repetitions: int | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch in which nobody speaks, and who owed the next turn."""

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
    """How the call was held, in numbers. None where the transcript has no times.

    `talk_share` is the agent's share of all speaking time; `pace` counts words (English) or characters (Chinese)
    a minute of the agent's speech; `longest_monologue_s` is the agent's, across back-channels; `silence_share` is the
    part of the time from the first word to the last in which nobody speaks and the call is not on hold.
    """

    talk_share: float | None = None
    pace: float | None = None
    longest_monologue_s: float | None = None
    silence_share: float | None = None
    silences: tuple[Silence, ...] = ()
    interruptions: tuple[Interruption, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassifierOutputs:
    """What the fitted heads `heads` see in one call, whichever form asks; acts, verdicts and options in their order.

    `acts` is float32 [acts, turns]; `shares` and `named` have one entry an option of every verdict: its probability,
    and the turns that weigh most for it. `part` is the part of the store that holds it, "" where none does yet.
    """

    heads: str
    acts: npt.NDArray[np.float32] = field(repr=False)
    shares: tuple[float, ...] = field(repr=False)
    named: tuple[tuple[int, ...], ...] = field(repr=False)
    part: str = ""


@dataclass(frozen=True, slots=True)
class EnrichedCall:
    """A transcript with sentiment by turn, conduct measures and one vector a turn.

    `sentiments` has one entry a turn; `vectors` is float32 [turns, dimensions], unit length, made by `encoder`.
    `sentiment_by_third` is the customer's, for the first, second and last third of the call. `head_view` saves asking
    the fitted heads again; it is None until they were asked. The turning points of `mood` do not come back from tables.
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
