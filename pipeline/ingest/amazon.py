"""Amazon Transcribe Call Analytics JSON as a transcript, with participants, offsets and word confidences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.errors import IngestError
from pipeline.ingest.discovery import Source
from pipeline.ingest.speakers import role_of, stated_or_guessed_language, with_agents
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn, Word


def transcript_from_amazon(value: Mapping[str, Any], *, source: Source) -> Transcript:
    """Read a call analytics result. Raises IngestError when an entry lacks its participant, text or offsets."""
    metadata = source.metadata or CallMetadata()
    stated = metadata.language or str(value.get("LanguageCode", ""))[:2]
    try:
        turns = tuple(_turn(index, entry) for index, entry in enumerate(value["Transcript"]))
    except (KeyError, TypeError, ValueError) as error:
        cause = f"an entry of `Transcript` lacks {error}"
        raise IngestError(cause, source=source.name, remedy="Export the call analytics JSON again") from error
    if not turns:
        raise IngestError("no entries in `Transcript`", source=source.name, remedy="Export it again")
    entries = value["Transcript"]
    speakers = [str(entry["ParticipantRole"]) for entry in entries]
    metadata = with_agents(metadata, speakers, agent_ids=[str(entry.get("ParticipantId") or "") for entry in entries])
    return Transcript(
        call_id=source.call_id,
        language=stated_or_guessed_language(stated, [turn.text for turn in turns]),
        turns=turns,
        metadata=metadata,
        source="amazon",
        duration_s=max(turn.end_s or 0.0 for turn in turns),
    )


def _turn(index: int, entry: Mapping[str, Any]) -> Turn:
    role = role_of(str(entry["ParticipantRole"]))
    if role is None:
        raise ValueError("a known ParticipantRole (AGENT or CUSTOMER)")
    words = tuple(_word(item) for item in entry.get("Items", ()))
    confidence = sum(word.probability for word in words) / len(words) if words else 1.0
    return Turn(
        index=index,
        role=role,
        channel=0 if role == "agent" else 1,
        start_s=entry["BeginOffsetMillis"] / 1000,
        end_s=entry["EndOffsetMillis"] / 1000,
        text=entry["Content"],
        words=words,
        confidence=confidence,
    )


def _word(item: Mapping[str, Any]) -> Word:
    return Word(
        text=item["Content"],
        start_s=item["BeginOffsetMillis"] / 1000,
        end_s=item["EndOffsetMillis"] / 1000,
        probability=float(item.get("Confidence", 1.0)),
    )
