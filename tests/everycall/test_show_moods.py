import numpy as np

from everycall.show import _moods
from pipeline.enriched import Conduct, EnrichedCall, Mood, TurningPoint, TurnSentiment
from pipeline.language import ENGLISH
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn


def call(mood):
    said = [("agent", "It was cancelled."), ("customer", "What a shame!")]
    turns = tuple(Turn(index, role, 0, None, None, text) for index, (role, text) in enumerate(said))
    transcript = Transcript("c1", "en", turns, CallMetadata(), "jsonl")
    thirds = ("neutral", "neutral", "negative")
    sentiments = (TurnSentiment(0.0, 1.0, 0.0),) * 2
    return EnrichedCall(transcript, sentiments, thirds, Conduct(), np.zeros((2, 1), np.float32), mood=mood)


def test_a_turning_point_is_shown_with_what_was_said_and_what_it_follows():
    shown = _moods(call(Mood(("neutral",) * 3)), [TurningPoint(1, "customer", "worse", 0.0, -0.8, 0)], ENGLISH)
    assert shown.plain.strip().splitlines() == [
        "Moods: customer neutral → neutral → negative · agent neutral → neutral → neutral",
        "  customer turns worse in turn 1 “What a shame!”, after turn 0 “It was cancelled.”",
    ]


def test_without_a_cause_none_is_named():
    shown = _moods(call(Mood()), [TurningPoint(1, "customer", "worse", 0.0, -0.8, None)], ENGLISH)
    assert shown.plain.strip().splitlines() == [
        "Moods: customer neutral → neutral → negative",
        "  customer turns worse in turn 1 “What a shame!”",
    ]
