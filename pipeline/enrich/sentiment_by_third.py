"""A speaker's sentiment in each third of a call."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.enriched import Sentiment, TurnSentiment
from pipeline.transcript import Role, Transcript


def sentiment_by_third(
    transcript: Transcript, sentiments: Sequence[TurnSentiment], *, role: Role = "customer"
) -> tuple[Sentiment, Sentiment, Sentiment]:
    """One speaker's mean sentiment in each third of the turns; neutral if they say nothing."""
    count = len(transcript.turns)
    thirds: list[list[TurnSentiment]] = [[], [], []]
    for number, (turn, sentiment) in enumerate(zip(transcript.turns, sentiments, strict=True)):
        if turn.role == role:
            thirds[3 * number // count].append(sentiment)
    first, second, third = (_mean_sentiment(each) for each in thirds)
    return first, second, third


def _mean_sentiment(sentiments: Sequence[TurnSentiment]) -> Sentiment:
    if not sentiments:
        return "neutral"
    means: dict[Sentiment, float] = {
        "neutral": sum(each.neutral for each in sentiments),
        "negative": sum(each.negative for each in sentiments),
        "positive": sum(each.positive for each in sentiments),
    }
    return max(means, key=lambda name: means[name])
