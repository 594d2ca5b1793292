"""Remarks on a recording: what makes its words, or who said them, less certain."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.language import ENGLISH, Translator
from pipeline.recording import AudioHealth, Recording
from pipeline.score.context.cut_off_speech import cut_off
from pipeline.transcript import Transcript

TELEPHONE_RATE_HZ = 8_000
QUIET_DBFS = -45.0
CLIPPED_SHARE = 0.01
SURE_ROLES = 0.95


def recording_notes(
    recording: Recording | None, transcript: Transcript, *, translator: Translator = ENGLISH
) -> tuple[str, ...]:
    """Short phrases, the kind of file first; none for a written call."""
    if recording is None:
        return ()
    health = recording.health
    return (
        _kind(recording, translator),
        *(_of_health(health, translator) if health else ()),
        *_of_edges(transcript, translator),
        *_of_roles(transcript, translator),
    )


def _kind(recording: Recording, translator: Translator) -> str:
    """The codec and the sample rate, and whether that is no more than a telephone line carries."""
    rate = f"{recording.sample_rate_hz / 1000:g} kHz"
    if recording.sample_rate_hz <= TELEPHONE_RATE_HZ:
        return translator.gettext("{codec} (telephone band, {rate})", codec=recording.codec, rate=rate)
    return translator.gettext("{codec} ({rate})", codec=recording.codec, rate=rate)


def _of_health(health: AudioHealth, translator: Translator) -> Iterator[str]:
    if health.duplicate_channels:
        yield translator.gettext("the same audio on both channels")
    for channel, (level, clipped, silent) in enumerate(
        zip(health.level_dbfs, health.clipped_share, health.silent, strict=True), start=1
    ):
        yield from _of_channel(
            channel if len(health.silent) > 1 else None, level, clipped, silent=silent, translator=translator
        )
    if health.truncated:
        yield translator.gettext("the file breaks off")


def _of_channel(
    channel: int | None, level: float, clipped: float, *, silent: bool, translator: Translator
) -> Iterator[str]:
    """What is wrong with one channel; `channel` is None where there is only one."""
    decibels, percent = f"{level:.0f} dBFS", f"{100 * clipped:.0f}"
    if channel is None:
        if silent:
            yield translator.gettext("almost silent")
        elif level < QUIET_DBFS:
            yield translator.gettext("quiet ({level})", level=decibels)
        if clipped >= CLIPPED_SHARE:
            yield translator.gettext("{percent} % clipped", percent=percent)
        return
    if silent:
        yield translator.gettext("nothing on channel {channel}", channel=channel)
    elif level < QUIET_DBFS:
        yield translator.gettext("quiet on channel {channel} ({level})", channel=channel, level=decibels)
    if clipped >= CLIPPED_SHARE:
        yield translator.gettext("{percent} % clipped on channel {channel}", percent=percent, channel=channel)


def _of_edges(transcript: Transcript, translator: Translator) -> Iterator[str]:
    starts, ends = cut_off(transcript)
    if starts:
        yield translator.gettext("starts in mid-speech")
    if ends:
        yield translator.gettext("ends in mid-speech")


def _of_roles(transcript: Transcript, translator: Translator) -> Iterator[str]:
    """An agent on the second channel, where most exporters put the customer, and uncertain roles."""
    channels = {turn.role: turn.channel for turn in transcript.turns}
    if channels.get("agent") == 1 and channels.get("customer") == 0:
        yield translator.gettext("agent on channel 2")
    sure = min((turn.role_confidence for turn in transcript.turns), default=1.0)
    if sure < SURE_ROLES:
        yield translator.gettext("speaker roles {percent} % sure", percent=round(100 * sure))
