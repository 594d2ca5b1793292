"""The enrich stage: transcripts in, enriched calls out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.enrich.conduct import conduct_of
from pipeline.enrich.effort import effort_of
from pipeline.enrich.findings import with_findings
from pipeline.enrich.sentiment_by_third import sentiment_by_third
from pipeline.enriched import EnrichedCall, Vectors
from pipeline.fingerprints.code_fingerprint import code_fingerprint, model_fingerprint
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.ports import SentimentModel, TextEncoder
from pipeline.text.chinese_script import in_simplified
from pipeline.transcript import Transcript


@dataclass(frozen=True)
class EnrichmentModels:
    """The text encoder and the sentiment model."""

    encoder: TextEncoder
    sentiment: SentimentModel

    @cached_property
    def fingerprint(self) -> str:
        """Changes with a model, an adapter's code or the code of this stage."""
        models = (model_fingerprint(self.encoder), model_fingerprint(self.sentiment))
        return fingerprint(code_fingerprint("pipeline.enrich.enrich"), *models)


def enrich(transcripts: Sequence[Transcript], *, enrichment_models: EnrichmentModels) -> list[EnrichedCall]:
    """Enrich each transcript, in order. Each distinct text of the batch is encoded once.

    Traditional characters are converted to Simplified for the models; the calls keep theirs.
    """
    simplified = [in_simplified(transcript) for transcript in transcripts]
    row_of = {text: row for row, text in enumerate(_texts(simplified))}
    vectors = (
        enrichment_models.encoder.encode(list(row_of))
        if row_of
        else np.zeros((0, enrichment_models.encoder.dimensions), np.float32)
    )
    return [
        _enriched(transcript, each, vectors[[row_of[turn.text] for turn in each.turns]], enrichment_models)
        for transcript, each in zip(transcripts, simplified, strict=True)
    ]


def _enriched(
    transcript: Transcript, simplified: Transcript, vectors: Vectors, enrichment_models: EnrichmentModels
) -> EnrichedCall:
    sentiments = tuple(enrichment_models.sentiment.sentiments(simplified, vectors))
    conduct = conduct_of(transcript)
    return with_findings(
        EnrichedCall(
            transcript=transcript,
            sentiments=sentiments,
            sentiment_by_third=sentiment_by_third(transcript, sentiments),
            conduct=conduct,
            vectors=vectors,
            encoder=enrichment_models.encoder.fingerprint,
            fingerprint=fingerprint(transcript.fingerprint, enrichment_models.fingerprint),
            effort=effort_of(simplified, vectors=vectors, conduct=conduct),
        )
    )


def _texts(transcripts: Sequence[Transcript]) -> list[str]:
    return sorted({turn.text for transcript in transcripts for turn in transcript.turns})
