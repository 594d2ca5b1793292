"""Read: transcripts in, enriched calls out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.characters import in_simplified
from pipeline.enriched import EnrichedCall, Sentiment, TurnSentiment, Vectors
from pipeline.fingerprint import fingerprint
from pipeline.ports import SentimentModel, TextEncoder
from pipeline.read.conduct import OVERLAP_S, SILENCE_S, conduct_of
from pipeline.transcript import Transcript

VERSION = 2


@dataclass(frozen=True)
class Reader:
    """The models that read, and what identifies them."""

    encoder: TextEncoder
    sentiment: SentimentModel

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a model or a setting of reading does."""
        return fingerprint(VERSION, SILENCE_S, OVERLAP_S, self.encoder.fingerprint, self.sentiment.fingerprint)


def read(transcripts: Sequence[Transcript], *, reader: Reader) -> list[EnrichedCall]:
    """One enriched call a transcript, in order. Each distinct text of the batch is encoded once.

    Traditional characters are read as Simplified ones; the calls keep theirs.
    """
    judged = [in_simplified(transcript) for transcript in transcripts]
    row_of = {text: row for row, text in enumerate(_texts(judged))}
    vectors = reader.encoder.encode(list(row_of)) if row_of else np.zeros((0, reader.encoder.dimensions), np.float32)
    return [
        _enriched(transcript, each, vectors[[row_of[turn.text] for turn in each.turns]], reader)
        for transcript, each in zip(transcripts, judged, strict=True)
    ]


def sentiment_by_third(
    transcript: Transcript, sentiments: Sequence[TurnSentiment]
) -> tuple[Sentiment, Sentiment, Sentiment]:
    """The customer's mean sentiment in each third of the turns; neutral where the customer says nothing."""
    count = len(transcript.turns)
    thirds: list[list[TurnSentiment]] = [[], [], []]
    for number, (turn, sentiment) in enumerate(zip(transcript.turns, sentiments, strict=True)):
        if turn.role == "customer":
            thirds[3 * number // count].append(sentiment)
    first, second, third = (_mean_sentiment(each) for each in thirds)
    return first, second, third


def _enriched(transcript: Transcript, judged: Transcript, vectors: Vectors, reader: Reader) -> EnrichedCall:
    sentiments = tuple(reader.sentiment.sentiments(judged, vectors))
    return EnrichedCall(
        transcript=transcript,
        sentiments=sentiments,
        sentiment_by_third=sentiment_by_third(transcript, sentiments),
        conduct=conduct_of(transcript),
        vectors=vectors,
        encoder=reader.encoder.fingerprint,
        fingerprint=fingerprint(transcript.fingerprint, reader.fingerprint),
    )


def _mean_sentiment(sentiments: Sequence[TurnSentiment]) -> Sentiment:
    if not sentiments:
        return "neutral"
    means: dict[Sentiment, float] = {
        "neutral": sum(each.neutral for each in sentiments),
        "negative": sum(each.negative for each in sentiments),
        "positive": sum(each.positive for each in sentiments),
    }
    return max(means, key=lambda name: means[name])


def _texts(transcripts: Sequence[Transcript]) -> list[str]:
    return sorted({turn.text for transcript in transcripts for turn in transcript.turns})
