"""Ports: the interfaces of models. Adapters are in `models/`, with a fake of each for tests.

Every adapter has a `fingerprint` of its name, revision and settings, so a changed model re-runs what it made.
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
    """A section of one channel, in seconds of call time."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SpeakerSpan:
    """A section in which one speaker talks; `speaker` is 0 or 1, `confidence` from 0 to 1."""

    speaker: int
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Window:
    """Up to 28 s of speech from one channel, stitched together: the unit of recognition, batched across calls.

    `samples` is float32 [n] at 16 kHz. `pieces` map window time to call time: (start in the window, span in the call).
    `language` is None if it is the call's.
    """

    call_id: str
    channel: int
    samples: Samples = field(repr=False)
    pieces: tuple[tuple[float, Span], ...] = ()
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """The result of recognising one window: words in window time, and indicators of failed recognition."""

    words: tuple[Word, ...] = field(repr=False)
    mean_log_probability: float = 0.0
    no_speech_probability: float = 0.0
    compression_ratio: float = 1.0


class VoiceDetector(Protocol):
    """Finds speech in one channel. Like all speech models it must be thread-safe."""

    fingerprint: str

    def speech(self, samples: Samples) -> list[Span]:
        """Speech in `samples` (float32 [n] at 16 kHz), in time order and without overlaps; empty if there is none."""


class MusicDetector(Protocol):
    """Distinguishes music from speech on one channel."""

    fingerprint: str
    frame_s: float

    def probabilities(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Probabilities of speech and music by frame of `frame_s`: float32 [frames, 2] for float32 [n] at 16 kHz."""


class Recogniser(Protocol):
    """Turns windows into words. A window's result does not depend on the other windows of the batch."""

    fingerprint: str

    @property
    def windows_at_once(self) -> int:
        """How many windows to pass at once, at least 2, so that batches are full and of similar lengths."""

    def language(self, windows: Sequence[Window]) -> tuple[Language, float]:
        """The language spoken in these windows of one call, and its probability."""

    def recognise(self, windows: Sequence[Window], *, language: Language, fallback: bool = False) -> list[Recognition]:
        """One recognition for each window, in order. Chinese comes in Simplified characters.

        `fallback` requests a wider search, for windows whose first recognition failed a check.
        """


class Diarizer(Protocol):
    """Finds out who speaks when on a channel with two speakers."""

    fingerprint: str

    def speakers(self, samples: Samples, speech: Sequence[Span]) -> list[SpeakerSpan]:
        """Speaker spans in time order; the two speakers' spans may overlap."""


class TextEncoder(Protocol):
    """Encodes sentences as vectors, English and Chinese in one space."""

    fingerprint: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, dimensions]. A text's vector does not depend on the rest of the batch."""


class SentimentModel(Protocol):
    """Classifies the sentiment of each turn."""

    fingerprint: str

    def sentiments(self, transcript: Transcript, vectors: Vectors) -> list[TurnSentiment]:
        """One entry for each turn. `vectors` are the turns' vectors from the night's encoder."""


class Heads(Protocol):
    """Fitted classifiers on top of the encoder: dialogue acts of turns, and labels of whole calls."""

    fingerprint: str
    acts: tuple[str, ...]
    call_labels: Mapping[str, tuple[str, ...]]

    def act_probabilities(self, call: EnrichedCall) -> Mapping[str, npt.NDArray[np.float32]]:
        """For each act a probability by turn, float32 [turns]; 0 for turns of roles that cannot perform it."""

    def call_label(self, name: str, call: EnrichedCall) -> CallLabel:
        """The distribution over the options of one call label, e.g. `outcome`."""


@dataclass(frozen=True, slots=True)
class CallLabel:
    """Probabilities by option (they sum to 1), and for each option the turns with most weight, heaviest first."""

    probabilities: Mapping[str, float]
    turns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer that fits its JSON schema, with the server's token counts; None if it reports none."""

    answer: Mapping[str, object] = field(repr=False)
    tokens_read: int | None = None
    tokens_written: int | None = None


class LanguageModel(Protocol):
    """An optional language model behind an address; used only if a rubric asks for it."""

    fingerprint: str

    def complete(self, *, system: str, user: str, schema: Mapping[str, object]) -> Completion:
        """An answer that fits the JSON schema, with its token counts. Raises ModelError."""


class Fingerprinted(Protocol):
    """A bundle of models and settings; only its stage knows what is inside."""

    @property
    def fingerprint(self) -> str:
        """Changes with a model or a setting."""


class Form(Protocol):
    """A rubric, as far as the night needs to know it."""

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
        """Every form, for any calls."""

    def fitting(self, facts: CallFacts) -> Sequence[Form]:
        """The forms that fit such a call."""

    def judging(self, facts: CallFacts) -> Sequence[Form]:
        """Those of the fitting forms that are applied. Raises RubricError if there is none."""


def rubric_ids(rubric: Forms) -> tuple[str, ...]:
    """The ids of these forms, under which their scorecards are stored."""
    return tuple(member.id for member in rubric.members)
