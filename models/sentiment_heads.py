"""Sentiment from the fitted heads: the embedded default."""

from __future__ import annotations

from models.heads import FittedHeads
from pipeline.enriched import TurnSentiment, Vectors
from pipeline.errors import ModelError
from pipeline.transcript import Transcript


class HeadSentiment:
    """Sentiment per turn: the customer's mood, the agent's manner; IVR turns are neutral."""

    def __init__(self, heads: FittedHeads) -> None:
        self._heads = heads
        self.fingerprint = f"sentiment:{heads.fingerprint}"

    def sentiments(self, transcript: Transcript, vectors: Vectors) -> list[TurnSentiment]:
        """One entry per turn. Raises ModelError if the vectors have other dimensions than the heads."""
        if vectors.shape[1] != self._heads.dimensions:
            raise ModelError(
                f"the sentiment heads need vectors of {self._heads.dimensions} dimensions, got {vectors.shape[1]}",
                remedy="Choose the encoder that the heads were fitted with, or fit new ones with `everycall fit`",
            )
        shares = self._heads.turn_sentiments(transcript.turns, vectors)
        return [TurnSentiment(float(row[0]), float(row[1]), float(row[2])) for row in shares]
