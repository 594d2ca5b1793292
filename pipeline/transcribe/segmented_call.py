"""Segment a call before recognition: windows, language, speakers and events. The audio is not needed afterwards."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ports import Span, SpeakerSpan, Window
from pipeline.recording import Audio, Recording
from pipeline.transcribe.events import events_of, without_events
from pipeline.transcribe.languages import windows_by_language
from pipeline.transcribe.layout import Layout, layout_of
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.vad_misses import vad_misses
from pipeline.transcribe.voice_track import VoiceTrack, voice_track
from pipeline.transcribe.window import windows_of
from pipeline.transcript import Event, Language

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SegmentedCall:
    """A call's windows, language, speakers (mono recordings only) and events.

    `unverified_windows` cover VAD misses. `tracks` hold pitch and level by channel, for prosody; they take a fiftieth
    of the audio's memory.
    """

    recording: Recording
    duration_s: float
    layout: Layout
    language: Language
    windows: tuple[Window, ...]
    unverified_windows: tuple[Window, ...]
    speakers: tuple[SpeakerSpan, ...]
    events: tuple[Event, ...] = ()
    tracks: Mapping[int, VoiceTrack] = field(default_factory=dict, repr=False)


def segment_call(recording: Recording, audio: Audio, *, speech_models: SpeechModels) -> SegmentedCall:
    """Segment one call. The windows are copies and keep none of the audio alive."""
    layout, settings = layout_of(audio, recording.health), speech_models.settings
    channels = [_segment_channel(audio, channel, layout, speech_models) for channel in layout.channels]
    english_s = settings.longest_s("en", mono=layout.mono)
    windows, unverified_windows = _windows(audio, channels, recording.call_id, settings, longest_s=english_s)
    language = _language(recording, windows or unverified_windows, speech_models)
    longest_s = settings.longest_s(language, mono=layout.mono)
    if longest_s != english_s:
        windows, unverified_windows = _windows(audio, channels, recording.call_id, settings, longest_s=longest_s)
    if settings.language_by_turn:
        windows = _windows_by_language(recording, audio, channels, layout, language, speech_models)
    return SegmentedCall(
        recording,
        audio.duration_s,
        layout,
        language,
        windows,
        unverified_windows,
        _speakers(audio, layout, channels, speech_models),
        tuple(event for segments in channels for event in segments.events),
        {segments.channel: voice_track(audio.samples[segments.channel], segments.speech) for segments in channels},
    )


@dataclass(frozen=True, slots=True)
class ChannelSegments:
    """Detected speech, VAD misses and events of one channel."""

    channel: int
    detected: Sequence[Span]
    vad_misses: Sequence[Span]
    events: Sequence[Event]

    @property
    def speech(self) -> list[Span]:
        """All possible speech, in time order."""
        return sorted([*self.detected, *self.vad_misses], key=lambda span: span.start_s)


def _segment_channel(audio: Audio, channel: int, layout: Layout, speech_models: SpeechModels) -> ChannelSegments:
    samples = audio.samples[channel]
    detected = speech_models.voice.speech(samples)
    other = None if layout.mono else audio.samples[1 - channel]
    misses = vad_misses(samples, detected, other=other, settings=speech_models.settings)
    events = events_of(samples, channel=channel, music=speech_models.music)
    return ChannelSegments(channel, without_events(detected, events), without_events(misses, events), events)


def _windows(
    audio: Audio,
    channels: Sequence[ChannelSegments],
    call_id: str,
    settings: TranscriptionSettings,
    *,
    longest_s: float,
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Cut windows from detected speech, and unverified windows from VAD misses."""

    def cut(spans: Sequence[Span], channel: int) -> list[Window]:
        samples, gap_s = audio.samples[channel], settings.gap_s
        return windows_of(samples, spans, call_id=call_id, channel=channel, longest_s=longest_s, gap_s=gap_s)

    windows = tuple(window for segments in channels for window in cut(segments.detected, segments.channel))
    return windows, tuple(window for segments in channels for window in cut(segments.vad_misses, segments.channel))


def _windows_by_language(
    recording: Recording,
    audio: Audio,
    channels: Sequence[ChannelSegments],
    layout: Layout,
    language: Language,
    speech_models: SpeechModels,
) -> tuple[Window, ...]:
    """Cut windows of one language each, for calls that may switch language."""
    return tuple(
        window
        for segments in channels
        for window in windows_by_language(
            audio.samples[segments.channel],
            segments.detected,
            call_id=recording.call_id,
            channel=segments.channel,
            language=language,
            mono=layout.mono,
            speech_models=speech_models,
        )
    )


def _language(recording: Recording, windows: Sequence[Window], speech_models: SpeechModels) -> Language:
    """Take the call's language from its metadata, else from the recogniser's reading of its longest windows."""
    stated = recording.metadata.language.lower().replace("_", "-").split("-")[0]
    if stated in ("en", "eng", "english"):
        return "en"
    if stated in ("zh", "cmn", "zho", "chi", "chinese", "mandarin"):
        return "zh"
    longest = sorted(windows, key=lambda window: (-len(window.samples), window.channel))
    if not longest:
        return "en"
    language, probability = speech_models.recogniser.language(longest[: speech_models.settings.language_windows])
    log.debug("call %s is in %s with probability %.2f", recording.call_id, language, probability)
    return language


def _speakers(
    audio: Audio, layout: Layout, channels: Sequence[ChannelSegments], speech_models: SpeechModels
) -> tuple[SpeakerSpan, ...]:
    """Diarize a mono recording; empty where each speaker has a channel."""
    if not layout.mono:
        return ()
    (segments,) = channels
    speech = segments.speech
    return tuple(speech_models.diarizer.speakers(audio.samples[segments.channel], speech)) if speech else ()
