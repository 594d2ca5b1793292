"""A fake `SentimentModel`: the customer's sentiment by a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.enriched import TurnSentiment, Vectors
from pipeline.transcript import Transcript, Turn


@dataclass(frozen=True)
class WordSentiment:
    """Certain of every turn; agents are neutral."""

    negative: Sequence[str] = ("awful", "angry", "生气", "太差")
    positive: Sequence[str] = ("thank", "great", "谢谢", "太好")
    fingerprint: str = "word-sentiment"

    def sentiments(self, transcript: Transcript, vectors: Vectors) -> list[TurnSentiment]:
        """One entry per turn."""
        return [self._sentiment(turn) for turn in transcript.turns]

    def _sentiment(self, turn: Turn) -> TurnSentiment:
        text = turn.text.casefold()
        if turn.role == "customer" and any(word in text for word in self.negative):
            return TurnSentiment(1.0, 0.0, 0.0)
        if turn.role == "customer" and any(word in text for word in self.positive):
            return TurnSentiment(0.0, 0.0, 1.0)
        return TurnSentiment(0.0, 1.0, 0.0)
