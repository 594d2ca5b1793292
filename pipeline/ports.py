"""What the way of a call asks of a model. Adapters live in `models/`; each port has a fake there for tests.

Every adapter has a `fingerprint`: name, revision and settings, so that a changed model re-runs what it made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline.call_facts import CallFacts
from pipeline.enriched import EnrichedCall, TurnSentiment, Vectors
from pipeline.recording import Samples
from pipeline.transcript import Language, Transcript, Word


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one channel, in seconds of call time."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SpeakerSpan:
    """A stretch that one speaker holds; `speaker` is 0 or 1, `confidence` from 0 to 1."""

    speaker: int
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Window:
    """Up to 28 s of one channel's speech, cut from a call and stitched: the unit of recognition, across calls.

    `samples` float32 [n] at 16 kHz. `pieces` say where each stretch of it lies in the call: (window start, call span).
    `language` is None where it is the call's.
    """

    call_id: str
    channel: int
    samples: Samples = field(repr=False)
    pieces: tuple[tuple[float, Span], ...] = ()
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a recogniser heard in one window: words in window time, and its own signs of trouble."""

    words: tuple[Word, ...] = field(repr=False)
    mean_log_probability: float = 0.0
    no_speech_probability: float = 0.0
    compression_ratio: float = 1.0


class VoiceDetector(Protocol):
    """Finds speech in one channel. Called from several threads at once, as the other two that hear are."""

    fingerprint: str

    def speech(self, samples: Samples) -> list[Span]:
        """Speech in `samples` (float32 [n] at 16 kHz), in time order, not overlapping; empty when there is none."""


class MusicDetector(Protocol):
    """Tells music from speech on one channel."""

    fingerprint: str
    frame_s: float

    def probabilities(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Of speech and of music in each frame of `frame_s`: float32 [frames, 2] for float32 [n] at 16 kHz."""


class Recogniser(Protocol):
    """Turns windows into words. What is heard in a window does not depend on the windows beside it."""

    fingerprint: str

    @property
    def windows_at_once(self) -> int:
        """How many windows it wants together, at least 2, so that its batches are full and of like lengths."""

    def language(self, windows: Sequence[Window]) -> tuple[Language, float]:
        """The language spoken in these windows of one call, and its probability."""

    def recognise(self, windows: Sequence[Window], *, language: Language, fallback: bool = False) -> list[Recognition]:
        """One recognition a window, in the same order. Chinese comes in Simplified characters.

        `careful` asks for a wider search, for windows whose first recognition raised doubts.
        """


class Diarizer(Protocol):
    """Says who speaks when on one channel with two speakers."""

    fingerprint: str

    def speakers(self, samples: Samples, speech: Sequence[Span]) -> list[SpeakerSpan]:
        """Speaker spans in time order; spans of the two speakers may overlap."""


class TextEncoder(Protocol):
    """Turns sentences into vectors, English and Chinese in one space."""

    fingerprint: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, dimensions]; the vector of a text does not depend on its neighbours."""


class SentimentModel(Protocol):
    """Reads the sentiment of each turn."""

    fingerprint: str

    def sentiments(self, transcript: Transcript, vectors: Vectors) -> list[TurnSentiment]:
        """One entry a turn. `vectors` are the turns' own, from the night's encoder."""


class Heads(Protocol):
    """Fitted classifiers on top of the encoder: what each turn does, and verdicts over a whole call."""

    fingerprint: str
    acts: tuple[str, ...]
    call_labels: Mapping[str, tuple[str, ...]]

    def act_probabilities(self, call: EnrichedCall) -> Mapping[str, npt.NDArray[np.float32]]:
        """For each act, one probability a turn: float32 [turns]; 0 for turns of a role that cannot perform it."""

    def call_label(self, name: str, call: EnrichedCall) -> CallLabel:
        """The distribution over a call-level verdict's options, e.g. `outcome`."""


@dataclass(frozen=True, slots=True)
class CallLabel:
    """Probabilities by option (they sum to 1), and the turns that weigh most for each option, heaviest first."""

    probabilities: Mapping[str, float]
    turns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer that fits its JSON schema. The tokens are as the server counted them; None where it does not say."""

    answer: Mapping[str, object] = field(repr=False)
    tokens_read: int | None = None
    tokens_written: int | None = None


class LanguageModel(Protocol):
    """An optional judge behind an address; off unless a rubric asks for it."""

    fingerprint: str

    def complete(self, *, system: str, user: str, schema: Mapping[str, object]) -> Completion:
        """An answer that fits the JSON schema, and its cost. Raises ModelError."""


class Fingerprinted(Protocol):
    """A bundle of models and settings; the verb that it belongs to knows what is inside."""

    @property
    def fingerprint(self) -> str:
        """Changes when a model or a setting does."""


class Form(Protocol):
    """A rubric, as far as the night must know it."""

    @property
    def id(self) -> str:
        """The form's name."""

    @property
    def version(self) -> str:
        """Changes with the form's content."""


class Forms(Form, Protocol):
    """All rubrics of a night: a family of them, or several families side by side."""

    @property
    def members(self) -> Sequence[Form]:
        """Every form, whichever calls it is for."""

    def fitting(self, facts: CallFacts) -> Sequence[Form]:
        """The forms that such a call may be judged by."""

    def judging(self, facts: CallFacts) -> Sequence[Form]:
        """Those of them that do judge it. Raises RubricError when there is none."""


def rubric_ids(rubric: Forms) -> tuple[str, ...]:
    """The names under which the scorecards of these forms stand."""
    return tuple(member.id for member in rubric.members)
