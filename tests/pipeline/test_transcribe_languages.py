"""Calls that switch between English and Chinese."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.fakes.diarizer import FakeDiarizer
from pipeline.ports import Recognition, Span, Window
from pipeline.recording import Audio, CallMetadata, Recording, Samples
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.transcribe import SpeechModels, transcribe
from pipeline.transcript import Language, Transcript, Word

RATE = 16_000
SPANS = [Span(1, 4), Span(5, 8), Span(9, 9.8), Span(11, 14), Span(15, 18)]
# The level of a stretch sets the language and probability that the fake recogniser returns.
LEVELS: dict[float, tuple[Language, float]] = {0.1: ("en", 0.99), 0.2: ("zh", 0.95), 0.3: ("zh", 0.8)}


@dataclass
class FixedSpans:
    """Detects the given spans."""

    fingerprint: str = "spoken"

    def speech(self, samples: Samples) -> list[Span]:
        return SPANS


@dataclass
class Bilingual:
    """Takes the language from the level; decodes a word a second."""

    windows_at_once: int = 8
    fingerprint: str = "bilingual"
    asked: list[float] = field(default_factory=list)
    read: list[tuple[Language, list[Span]]] = field(default_factory=list)

    def language(self, windows: Sequence[Window]) -> tuple[Language, float]:
        self.asked.append(round(len(windows[0].samples) / RATE, 1))
        return LEVELS[round(float(windows[0].samples[0]), 1)]

    def recognise(self, windows: Sequence[Window], *, language: Language, fallback: bool = False) -> list[Recognition]:
        self.read += [(language, [span for _, span in window.pieces]) for window in windows]
        tokens = {"en": ("well", "then"), "zh": ("好", "的")}[language]
        return [
            Recognition(tuple(Word(tokens[n % 2], n + 0.1, n + 0.9, 0.9) for n in range(len(window.samples) // RATE)))
            for window in windows
        ]


def heard(levels: Sequence[float], *, by_turn: bool) -> tuple[Transcript, Bilingual]:
    samples = np.zeros((1, 20 * RATE), np.float32)
    for span, level in zip(SPANS, levels, strict=True):
        samples[0, int(span.start_s * RATE) : int(span.end_s * RATE)] = level
    enrichment_models = Bilingual()
    settings = TranscriptionSettings(language_by_turn=by_turn, unclaimed_s=100)
    recording = Recording("c", "c.wav", "0" * 64, 20.0, 1, RATE, "pcm", CallMetadata())
    (transcript,) = transcribe(
        [(recording, Audio(samples))],
        speech_models=SpeechModels(FixedSpans(), enrichment_models, FakeDiarizer(), settings),
    )
    assert isinstance(transcript, Transcript)
    return transcript, enrichment_models


def test_each_stretch_is_decoded_in_its_language_and_a_short_one_in_the_previous_one() -> None:
    transcript, enrichment_models = heard([0.1, 0.2, 0.1, 0.2, 0.1], by_turn=True)
    assert transcript.language == "en"
    assert enrichment_models.read == [("en", [SPANS[0]]), ("en", [SPANS[4]]), ("zh", SPANS[1:4])]
    text = " ".join(turn.text for turn in transcript.turns)
    assert text == "well then well 好的好 的 好的好 well then well"


def test_an_unsure_recogniser_does_not_switch() -> None:
    _, enrichment_models = heard([0.1, 0.3, 0.1, 0.3, 0.1], by_turn=True)
    assert {language for language, _ in enrichment_models.read} == {"en"}


def test_by_default_a_call_has_one_language_detected_once() -> None:
    transcript, enrichment_models = heard([0.1, 0.2, 0.1, 0.2, 0.1], by_turn=False)
    assert {language for language, _ in enrichment_models.read} == {"en"}
    assert len(enrichment_models.asked) == 1
    assert transcript.language == "en"
