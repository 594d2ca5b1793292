"""Remarks on a recording: what is known of it that makes what was heard, or who said it, less sure."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.recording import AudioHealth, Recording
from pipeline.score.context.cut_off import cut_off
from pipeline.transcript import Transcript

TELEPHONE_RATE_HZ = 8_000
QUIET_DBFS = -45.0
CLIPPED_SHARE = 0.01
SURE_ROLES = 0.95


def remarks(recording: Recording | None, transcript: Transcript) -> tuple[str, ...]:
    """Short phrases, what the file is first; none for a call that came in writing."""
    if recording is None:
        return ()
    health = recording.health
    return (_kind(recording), *(_of_health(health) if health else ()), *_of_edges(transcript), *_of_roles(transcript))


def _kind(recording: Recording) -> str:
    """The codec and, where the file holds no more than a telephone line carries, that."""
    band = "telephone band, " if recording.sample_rate_hz <= TELEPHONE_RATE_HZ else ""
    return f"{recording.codec} ({band}{recording.sample_rate_hz / 1000:g} kHz)"


def _of_health(health: AudioHealth) -> Iterator[str]:
    if health.duplicate_channels:
        yield "the same audio on both channels"
    for channel, (level, clipped, silent) in enumerate(
        zip(health.level_dbfs, health.clipped_share, health.silent, strict=True), start=1
    ):
        which = f" on channel {channel}" if len(health.silent) > 1 else ""
        if silent:
            yield f"nothing{which}" if which else "almost silent"
        elif level < QUIET_DBFS:
            yield f"quiet{which} ({level:.0f} dBFS)"
        if clipped >= CLIPPED_SHARE:
            yield f"{100 * clipped:.0f} % clipped{which}"
    if health.truncated:
        yield "the file breaks off"


def _of_edges(transcript: Transcript) -> Iterator[str]:
    starts, ends = cut_off(transcript)
    if starts:
        yield "starts in mid-speech"
    if ends:
        yield "ends in mid-speech"


def _of_roles(transcript: Transcript) -> Iterator[str]:
    """An agent on the second channel, where most exporters put the customer, and roles that are not sure."""
    channels = {turn.role: turn.channel for turn in transcript.turns}
    if channels.get("agent") == 1 and channels.get("customer") == 0:
        yield "agent on channel 2"
    sure = min((turn.role_confidence for turn in transcript.turns), default=1.0)
    if sure < SURE_ROLES:
        yield f"who is who is {100 * sure:.0f} % sure"
