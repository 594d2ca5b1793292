"""Found: what is in a call before anyone reads it. After this its audio is not needed any more."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ports import Span, SpeakerSpan, Window
from pipeline.recording import Audio, Recording
from pipeline.transcribe.events import events_of, without
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
    """The windows of a call, its language, who speaks when on a mono recording, and what no person says.

    `suspects` are windows of loud stretches in which the detector heard no speech. `tracks` say by channel how high and
    loud it is: they are needed when the words are there, and take a fiftieth of what the audio would.
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
    """Speech, windows, language and speakers of one call. The windows are copies and hold none of the audio."""
    layout, settings = layout_of(audio, recording.health), speech_models.settings
    heard = [_sounds(audio, channel, layout, speech_models) for channel in layout.channels]
    english_s = settings.longest_s("en", mono=layout.mono)
    windows, unverified_windows = _windows(audio, heard, recording.call_id, settings, longest_s=english_s)
    language = _language(recording, windows or unverified_windows, speech_models)
    longest_s = settings.longest_s(language, mono=layout.mono)
    if longest_s != english_s:
        windows, unverified_windows = _windows(audio, heard, recording.call_id, settings, longest_s=longest_s)
    if settings.language_by_turn:
        windows = tuple(
            window
            for sounds in heard
            for window in windows_by_language(
                audio.samples[sounds.channel],
                sounds.detected,
                call_id=recording.call_id,
                channel=sounds.channel,
                language=language,
                mono=layout.mono,
                speech_models=speech_models,
            )
        )
    return SegmentedCall(
        recording,
        audio.duration_s,
        layout,
        language,
        windows,
        unverified_windows,
        _speakers(audio, layout, heard, speech_models),
        tuple(event for sounds in heard for event in sounds.events),
        {sounds.channel: voice_track(audio.samples[sounds.channel], sounds.speech) for sounds in heard},
    )


@dataclass(frozen=True, slots=True)
class ChannelSegments:
    """What one channel holds: claimed speech, loud stretches that no detector claimed, and what no person says."""

    channel: int
    detected: Sequence[Span]
    vad_misses: Sequence[Span]
    events: Sequence[Event]

    @property
    def speech(self) -> list[Span]:
        """What may be speech, in time order."""
        return sorted([*self.detected, *self.vad_misses], key=lambda span: span.start_s)


def _sounds(audio: Audio, channel: int, layout: Layout, speech_models: SpeechModels) -> ChannelSegments:
    samples = audio.samples[channel]
    detected = speech_models.voice.speech(samples)
    other = None if layout.mono else audio.samples[1 - channel]
    lost = vad_misses(samples, detected, other=other, settings=speech_models.settings)
    events = events_of(samples, channel=channel, music=speech_models.music)
    return ChannelSegments(channel, without(detected, events), without(lost, events), events)


def _windows(
    audio: Audio, heard: Sequence[ChannelSegments], call_id: str, settings: TranscriptionSettings, *, longest_s: float
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Windows of claimed speech, and of loud stretches that nobody claimed."""

    def cut(spans: Sequence[Span], channel: int) -> list[Window]:
        samples, gap_s = audio.samples[channel], settings.gap_s
        return windows_of(samples, spans, call_id=call_id, channel=channel, longest_s=longest_s, gap_s=gap_s)

    windows = tuple(window for sounds in heard for window in cut(sounds.detected, sounds.channel))
    return windows, tuple(window for sounds in heard for window in cut(sounds.vad_misses, sounds.channel))


def _language(recording: Recording, windows: Sequence[Window], speech_models: SpeechModels) -> Language:
    """The call's language: its metadata's, else what the recogniser hears in its longest windows."""
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
    audio: Audio, layout: Layout, heard: Sequence[ChannelSegments], speech_models: SpeechModels
) -> tuple[SpeakerSpan, ...]:
    """Who speaks when on a mono recording; empty where the channels tell."""
    if not layout.mono:
        return ()
    (sounds,) = heard
    speech = sounds.speech
    return tuple(speech_models.diarizer.speakers(audio.samples[sounds.channel], speech)) if speech else ()
