"""`meaning`: turns close to example sentences, by the cosine of their vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.enriched import Vectors
from pipeline.errors import RubricError
from pipeline.ports import TextEncoder
from pipeline.rubric.detector import Meaning
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.detectors.moments import detection_of_turns
from pipeline.text.chinese_script import simplified


def meaning(spec: Meaning, *, encoder: TextEncoder | None) -> CompiledDetector:
    """Compile the detector of a set of examples, which are encoded once. Raises RubricError without an encoder."""
    if encoder is None:
        raise RubricError("a `meaning` detector needs a text encoder", remedy="Name one in the settings.")
    fingerprint = encoder.fingerprint
    examples = _encoded(encoder, spec.examples)
    counter_examples = _encoded(encoder, spec.counter_examples)

    def detect(context: CallContext) -> Detection:
        searched = context.turns(spec.where)
        if context.call.encoder != fingerprint:
            raise Unanswerable("encoded_by_another_model")
        vectors = context.call.vectors[list(searched)]
        cosines = _nearest(vectors, examples)
        if len(counter_examples):
            cosines = np.where(_nearest(vectors, counter_examples) > cosines, 0.0, cosines)
        probabilities = 1 / (1 + np.exp(-spec.slope * (cosines - spec.middle)))
        return detection_of_turns(
            context, dict(zip(searched, map(float, probabilities), strict=True)), by=spec.where.by
        )

    return detect


def _encoded(encoder: TextEncoder, texts: Sequence[str]) -> Vectors:
    return (
        encoder.encode([simplified(text) for text in texts])
        if texts
        else np.zeros((0, encoder.dimensions), dtype=np.float32)
    )


def _nearest(vectors: Vectors, examples: Vectors) -> Vectors:
    """The cosine between each turn and its nearest example: float32 [turns]."""
    if not len(vectors):
        return np.zeros(0, dtype=np.float32)
    return np.asarray((vectors @ examples.T).max(axis=1), dtype=np.float32)
