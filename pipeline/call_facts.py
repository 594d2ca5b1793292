"""Call facts: what decides which forms apply to a call."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.recording import CallMetadata
from pipeline.transcript import Language, Transcript

TOPIC_COLUMN = "topic"


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What decides which forms apply to a call; "" means unknown. `day` is YYYY-MM-DD."""

    language: Language
    queue: str = ""
    direction: str = ""
    topic: str = ""
    day: str = ""


def facts_of(transcript: Transcript, *, topic: str = "") -> CallFacts:
    """The facts of a call. Its topic is `topic`, or else the metadata column `topic`."""
    return known_facts(transcript.metadata, language=transcript.language, topic=topic)


def known_facts(known: CallMetadata, *, language: Language, topic: str = "") -> CallFacts:
    """The facts of a call whose turns are not loaded."""
    return CallFacts(
        language=language,
        queue=known.queue,
        direction=known.direction,
        topic=topic or known.extra.get(TOPIC_COLUMN, ""),
        day=known.started_at[:10],
    )
