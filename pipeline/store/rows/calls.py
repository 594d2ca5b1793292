"""One row for each call: its recording, its metadata, and what describes the call as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.enriched import (
    ClassifierOutputs,
    Conduct,
    Effort,
    EnrichedCall,
    Interruption,
    Mood,
    Silence,
    TurnSentiment,
    Vectors,
)
from pipeline.recording import AudioHealth, CallMetadata, Recording
from pipeline.store.parts import Row
from pipeline.transcript import Event, Transcript, Turn

PLAIN_METADATA = ("agent_id", "customer_id", "started_at", "queue", "direction", "agent_channel")
PLAIN_CONDUCT = ("talk_share", "pace", "longest_monologue_s", "silence_share")
EFFORT = ("holds", "hold_s", "repetitions")
AGENT_THIRDS = ("agent_sentiment_start", "agent_sentiment_middle", "agent_sentiment_end")


def call_row(call: EnrichedCall, *, recording: Recording | None, uri: str, input_hash: str, turns_part: str) -> Row:
    """The row of `calls`. The audio columns are null for a written call."""
    transcript = call.transcript
    return {
        "call_id": transcript.call_id,
        "turns_part": turns_part,
        "input_hash": input_hash,
        "hear_fingerprint": transcript.fingerprint,
        "read_fingerprint": call.fingerprint,
        "uri": uri,
        "source": transcript.source,
        "language": transcript.language,
        "model": transcript.model,
        "duration_s": transcript.duration_s,
        "turn_count": len(transcript.turns),
        "encoder": call.encoder,
        **_metadata_columns(transcript.metadata),
        **(_recording_columns(recording) if recording else {}),
        **dict(zip(("sentiment_start", "sentiment_middle", "sentiment_end"), call.sentiment_by_third, strict=True)),
        **dict(zip(AGENT_THIRDS, call.mood.agent_by_third or (None, None, None), strict=True)),
        "recovered": call.mood.recovered,
        **{name: getattr(call.effort, name) for name in EFFORT},
        **_conduct_columns(call.conduct),
    }


def call_from_rows(
    row: Row,
    turns: Sequence[Turn],
    *,
    sentiments: Sequence[TurnSentiment],
    vectors: Vectors,
    classifier_outputs: ClassifierOutputs | None = None,
    events: Sequence[Event] = (),
) -> EnrichedCall:
    """Restore a call from its row, turns (see `rows.turns`), vectors, classifier outputs and events."""
    transcript = Transcript(
        call_id=row["call_id"],
        language=row["language"],
        turns=tuple(turns),
        metadata=metadata_from_row(row),
        source=row["source"],
        model=row["model"],
        duration_s=row["duration_s"],
        fingerprint=row["hear_fingerprint"],
        events=tuple(events),
    )
    return EnrichedCall(
        transcript=transcript,
        sentiments=tuple(sentiments),
        sentiment_by_third=(row["sentiment_start"], row["sentiment_middle"], row["sentiment_end"]),
        conduct=_conduct_from_row(row),
        vectors=vectors,
        encoder=row["encoder"],
        fingerprint=row["read_fingerprint"],
        classifier_outputs=classifier_outputs,
        mood=_mood_from_row(row),
        effort=Effort(**{name: row[name] for name in EFFORT}),
    )


def recording_from_row(row: Row) -> Recording | None:
    """The recording of a row of `calls`; None for a written call."""
    if row["audio_s"] is None:
        return None
    return Recording(
        call_id=row["call_id"],
        uri=row["uri"],
        sha256=row["input_hash"],
        duration_s=row["audio_s"],
        channels=row["channels"],
        sample_rate_hz=row["sample_rate_hz"],
        codec=row["codec"],
        metadata=metadata_from_row(row),
        health=_health_from_row(row),
    )


def metadata_from_row(row: Row) -> CallMetadata:
    """The metadata in a row of `calls`."""
    plain = {name: row[name] for name in PLAIN_METADATA}
    return CallMetadata(**plain, language=row["language_hint"], extra=dict(row["extra"]))


def _metadata_columns(metadata: CallMetadata) -> Row:
    plain = {name: getattr(metadata, name) for name in PLAIN_METADATA}
    return {**plain, "language_hint": metadata.language, "extra": sorted(metadata.extra.items())}


def _recording_columns(recording: Recording) -> Row:
    columns: Row = {
        "audio_s": recording.duration_s,
        "channels": recording.channels,
        "sample_rate_hz": recording.sample_rate_hz,
        "codec": recording.codec,
    }
    health = recording.health
    if health is not None:
        columns |= {
            "level_dbfs": list(health.level_dbfs),
            "clipped_share": list(health.clipped_share),
            "silent_channels": list(health.silent),
            "duplicate_channels": health.duplicate_channels,
            "truncated": health.truncated,
        }
    return columns


def _health_from_row(row: Row) -> AudioHealth | None:
    if row["level_dbfs"] is None:
        return None
    return AudioHealth(
        level_dbfs=tuple(row["level_dbfs"]),
        clipped_share=tuple(row["clipped_share"]),
        silent=tuple(row["silent_channels"]),
        duplicate_channels=row["duplicate_channels"],
        truncated=row["truncated"],
    )


def _conduct_columns(conduct: Conduct) -> Row:
    return {
        **{name: getattr(conduct, name) for name in PLAIN_CONDUCT},
        "silences": [{"start_s": s.start_s, "end_s": s.end_s, "owed_by": s.owed_by} for s in conduct.silences],
        "interruptions": [
            {"turn": i.turn, "at_s": i.at_s, "by": i.by, "backchannel": i.backchannel} for i in conduct.interruptions
        ],
    }


def _conduct_from_row(row: Row) -> Conduct:
    return Conduct(
        **{name: row[name] for name in PLAIN_CONDUCT},
        silences=tuple(Silence(**silence) for silence in row["silences"]),
        interruptions=tuple(Interruption(**interruption) for interruption in row["interruptions"]),
    )


def _mood_from_row(row: Row) -> Mood:
    """The mood without its turning points, which have a table of their own."""
    start, middle, end = (row[name] for name in AGENT_THIRDS)
    return Mood(agent_by_third=(start, middle, end) if start is not None else None, recovered=row["recovered"])
