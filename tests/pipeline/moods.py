"""Calls whose turns have given sentiments."""

from pipeline.enriched import TurnSentiment
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn

NEGATIVE, NEUTRAL, POSITIVE = (
    TurnSentiment(0.9, 0.08, 0.02),
    TurnSentiment(0.1, 0.85, 0.05),
    TurnSentiment(0.02, 0.08, 0.9),
)
DOUBTFUL = TurnSentiment(0.5, 0.3, 0.2)
OF = {"-": NEGATIVE, ".": NEUTRAL, "+": POSITIVE, "?": DOUBTFUL}


def transcript(*turns, language="en", events=()):
    """Each turn is a role and a text, or a role, a start, an end and a text."""
    return Transcript(
        call_id="c1",
        language=language,
        turns=tuple(
            Turn(index, role, int(role != "agent"), times[0] if times else None, times[1] if times else None, text)
            for index, (role, *times, text) in enumerate(turns)
        ),
        metadata=CallMetadata(),
        source="audio",
        events=tuple(events),
    )


def course(moods, *, role="customer"):
    """A call in which one speaker has these moods, and the other speaks first and is always neutral."""
    other = "agent" if role == "customer" else "customer"
    turns = [(who, f"word {number} of {who}") for number in range(len(moods)) for who in (other, role)]
    sentiments = [each for mood in moods for each in (NEUTRAL, OF[mood])]
    return transcript(*turns), sentiments
