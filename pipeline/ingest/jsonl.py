"""One call as a JSON object: `{"call_id", "turns": [{"speaker", "text", "start_s", "end_s"}], …}`, times optional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import IngestError
from pipeline.ingest.metadata import metadata_row
from pipeline.ingest.speakers import role_of, stated_or_guessed_language, with_agents
from pipeline.transcript import Transcript, Turn

METADATA_KEYS = (
    "call_id",
    "agent_id",
    "customer_id",
    "started_at",
    "queue",
    "direction",
    "language",
    "industry",
    "agents",
)


def transcript_from_json(value: Mapping[str, Any], *, source: str) -> Transcript:
    """A transcript from one JSON object; unknown keys are ignored. Raises IngestError.

    >>> call = {"call_id": "c1", "turns": [{"speaker": "agent", "text": "Hello!"}]}
    >>> transcript_from_json(call, source="calls.jsonl").turns[0].role
    'agent'
    """
    call_id, turns = value.get("call_id"), value.get("turns")
    if not isinstance(call_id, str) or not call_id:
        raise IngestError("no call_id", source=source, remedy='Add "call_id": "…"')
    if not isinstance(turns, list) or not turns:
        raise IngestError("no turns", source=source, remedy='Add "turns": [{"speaker": "agent", "text": "…"}]')
    row = metadata_row({key: str(value[key]) for key in METADATA_KEYS if value.get(key) is not None})
    read = tuple(_turn(index, turn, source=source) for index, turn in enumerate(turns))
    speakers = [str(turn.get("speaker", turn.get("role", ""))) for turn in turns]
    metadata = with_agents(row.metadata, speakers, agent_ids=[str(turn.get("agent_id") or "") for turn in turns])
    return Transcript(
        call_id=call_id,
        language=stated_or_guessed_language(metadata.language, [turn.text for turn in read]),
        turns=read,
        metadata=metadata,
        source="jsonl",
        duration_s=_number(value.get("duration_s")) or _last_end_s(read),
    )


def _turn(index: int, value: Any, *, source: str) -> Turn:
    role = role_of(str(value.get("speaker", value.get("role", "")))) if isinstance(value, dict) else None
    if role is None or not isinstance(value.get("text"), str):
        raise IngestError(
            f"turn {index} has no text or no known speaker",
            source=source,
            remedy='Write {"speaker": "agent" or "customer", "text": "…"}',
        )
    start_s, end_s = _number(value.get("start_s")), _number(value.get("end_s"))
    return Turn(index, role, 0 if role == "agent" else 1, start_s, end_s, value["text"])


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _last_end_s(turns: Sequence[Turn]) -> float | None:
    return max((turn.end_s for turn in turns if turn.end_s is not None), default=None)
