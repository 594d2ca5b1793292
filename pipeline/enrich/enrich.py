"""Read: transcripts in, enriched calls out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.enrich.conduct import OVERLAP_S, SILENCE_S, conduct_of
from pipeline.enrich.effort import effort_of
from pipeline.enrich.thirds import sentiment_by_third
from pipeline.enrich.turning_points import mood_of
from pipeline.enriched import EnrichedCall, Vectors
from pipeline.fingerprint import fingerprint
from pipeline.ports import SentimentModel, TextEncoder
from pipeline.text.chinese_script import in_simplified
from pipeline.transcript import Transcript

VERSION = 3


@dataclass(frozen=True)
class EnrichmentModels:
    """The models that read, and what identifies them."""

    encoder: TextEncoder
    sentiment: SentimentModel

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a model or a setting of reading does."""
        return fingerprint(VERSION, SILENCE_S, OVERLAP_S, self.encoder.fingerprint, self.sentiment.fingerprint)


def enrich(transcripts: Sequence[Transcript], *, enrichment_models: EnrichmentModels) -> list[EnrichedCall]:
    """One enriched call a transcript, in order. Each distinct text of the batch is encoded once.

    Traditional characters are read as Simplified ones; the calls keep theirs.
    """
    judged = [in_simplified(transcript) for transcript in transcripts]
    row_of = {text: row for row, text in enumerate(_texts(judged))}
    vectors = (
        enrichment_models.encoder.encode(list(row_of))
        if row_of
        else np.zeros((0, enrichment_models.encoder.dimensions), np.float32)
    )
    return [
        _enriched(transcript, each, vectors[[row_of[turn.text] for turn in each.turns]], enrichment_models)
        for transcript, each in zip(transcripts, judged, strict=True)
    ]


def _enriched(
    transcript: Transcript, judged: Transcript, vectors: Vectors, enrichment_models: EnrichmentModels
) -> EnrichedCall:
    sentiments = tuple(enrichment_models.sentiment.sentiments(judged, vectors))
    conduct = conduct_of(transcript)
    return EnrichedCall(
        transcript=transcript,
        sentiments=sentiments,
        sentiment_by_third=sentiment_by_third(transcript, sentiments),
        conduct=conduct,
        vectors=vectors,
        encoder=enrichment_models.encoder.fingerprint,
        fingerprint=fingerprint(transcript.fingerprint, enrichment_models.fingerprint),
        mood=mood_of(judged, sentiments),
        effort=effort_of(judged, vectors=vectors, conduct=conduct),
    )


def _texts(transcripts: Sequence[Transcript]) -> list[str]:
    return sorted({turn.text for transcript in transcripts for turn in transcript.turns})
