"""Make small calls and run one detector on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from models.fakes.encoder import HashingEncoder
from models.fakes.heads import KeywordHeads
from pipeline.enriched import Conduct, EnrichedCall, TurnSentiment
from pipeline.language import translator_of_call
from pipeline.language.reason_words import word_reason
from pipeline.recording import CallMetadata
from pipeline.rubric.detector import Detector
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.detectors.build import build
from pipeline.transcript import Language, Transcript, Turn, Word

ENCODER = HashingEncoder()


def call(
    *turns: tuple[str, str],
    language: Language = "en",
    turn_s: float | None = None,
    conduct: Conduct | None = None,
    metadata: CallMetadata | None = None,
) -> EnrichedCall:
    """A call of (role, text) turns. `turn_s` gives every turn this length, with words of equal length."""
    made = tuple(_turn(index, role, text, turn_s) for index, (role, text) in enumerate(turns))
    transcript = Transcript("c1", language, made, metadata or CallMetadata(), source="jsonl")
    return EnrichedCall(
        transcript=transcript,
        sentiments=(TurnSentiment(0.0, 1.0, 0.0),) * len(made),
        sentiment_by_third=("neutral", "neutral", "neutral"),
        conduct=conduct or Conduct(),
        vectors=ENCODER.encode([turn.text for turn in made]) if made else np.zeros((0, 32), np.float32),
        encoder=ENCODER.fingerprint,
        fingerprint="f1",
    )


def scoring_models(
    acts: Mapping[str, tuple[str, ...]] | None = None, **call_labels: Mapping[str, float]
) -> ScoringModels:
    """Scoring models with keyword dialogue acts and fixed call labels."""
    return ScoringModels(heads=KeywordHeads(acts or {}, call_labels), encoder=ENCODER)


def detect(
    spec: Mapping[str, Any], of: EnrichedCall, *, by: ScoringModels | None = None, language: Language = "en"
) -> Detection:
    """Run one detector, written as in YAML, on a call."""
    part = TypeAdapter(Detector).validate_python(dict(spec))
    models = by or scoring_models()
    return build(part, scoring_models=models, language=language)(CallContext(call=of, scoring_models=models))


def quotes(detection: Detection) -> list[tuple[int, str]]:
    """The evidence as (turn, words)."""
    return [(piece.turn, piece.quote) for piece in detection.evidence]


def _turn(index: int, role: Any, text: str, turn_s: float | None) -> Turn:
    if turn_s is None:
        return Turn(index, role, 0, None, None, text)
    start_s = index * turn_s
    return Turn(index, role, 0, start_s, start_s + turn_s, text, _words(text.split(), start_s, turn_s))


def _words(texts: Sequence[str], start_s: float, length_s: float) -> tuple[Word, ...]:
    word_s = length_s / max(1, len(texts))
    return tuple(
        Word(f" {text}", start_s + number * word_s, start_s + (number + 1) * word_s, 1.0)
        for number, text in enumerate(texts)
    )


def words(found: Detection, language: Language = "en") -> str:
    """The detection's reason as a reader of the call's language reads it."""
    return word_reason(found.reason, translator_of_call(language))
