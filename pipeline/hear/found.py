"""Found: what is in a call before anyone reads it. After this its audio is not needed any more."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.hear.ears import Ears
from pipeline.hear.events import events_of, without
from pipeline.hear.languages import windows_by_language
from pipeline.hear.layout import Layout, layout_of
from pipeline.hear.settings import HearSettings
from pipeline.hear.unclaimed import unclaimed
from pipeline.hear.voice_track import VoiceTrack, voice_track
from pipeline.hear.window import windows_of
from pipeline.ports import Span, SpeakerSpan, Window
from pipeline.recording import Audio, Recording
from pipeline.transcript import Event, Language

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """The windows of a call, its language, who speaks when on a mono recording, and what no person says.

    `suspects` are windows of loud stretches in which the detector heard no speech. `tracks` say by channel how high and
    loud it is: they are needed when the words are there, and take a fiftieth of what the audio would.
    """

    recording: Recording
    duration_s: float
    layout: Layout
    language: Language
    windows: tuple[Window, ...]
    suspects: tuple[Window, ...]
    speakers: tuple[SpeakerSpan, ...]
    events: tuple[Event, ...] = ()
    tracks: Mapping[int, VoiceTrack] = field(default_factory=dict, repr=False)


def find(recording: Recording, audio: Audio, *, ears: Ears) -> Found:
    """Speech, windows, language and speakers of one call. The windows are copies and hold none of the audio."""
    layout, settings = layout_of(audio, recording.health), ears.settings
    heard = [_sounds(audio, channel, layout, ears) for channel in layout.channels]
    english_s = settings.longest_s("en", mono=layout.mono)
    windows, suspects = _windows(audio, heard, recording.call_id, settings, longest_s=english_s)
    language = _language(recording, windows or suspects, ears)
    longest_s = settings.longest_s(language, mono=layout.mono)
    if longest_s != english_s:
        windows, suspects = _windows(audio, heard, recording.call_id, settings, longest_s=longest_s)
    if settings.language_by_turn:
        windows = tuple(
            window
            for sounds in heard
            for window in windows_by_language(
                audio.samples[sounds.channel],
                sounds.claimed,
                call_id=recording.call_id,
                channel=sounds.channel,
                language=language,
                mono=layout.mono,
                ears=ears,
            )
        )
    return Found(
        recording,
        audio.duration_s,
        layout,
        language,
        windows,
        suspects,
        _speakers(audio, layout, heard, ears),
        tuple(event for sounds in heard for event in sounds.events),
        {sounds.channel: voice_track(audio.samples[sounds.channel], sounds.speech) for sounds in heard},
    )


@dataclass(frozen=True, slots=True)
class Sounds:
    """What one channel holds: claimed speech, loud stretches that no detector claimed, and what no person says."""

    channel: int
    claimed: Sequence[Span]
    unclaimed: Sequence[Span]
    events: Sequence[Event]

    @property
    def speech(self) -> list[Span]:
        """What may be speech, in time order."""
        return sorted([*self.claimed, *self.unclaimed], key=lambda span: span.start_s)


def _sounds(audio: Audio, channel: int, layout: Layout, ears: Ears) -> Sounds:
    samples = audio.samples[channel]
    claimed = ears.voice.speech(samples)
    other = None if layout.mono else audio.samples[1 - channel]
    lost = unclaimed(samples, claimed, other=other, settings=ears.settings)
    events = events_of(samples, channel=channel, music=ears.music)
    return Sounds(channel, without(claimed, events), without(lost, events), events)


def _windows(
    audio: Audio, heard: Sequence[Sounds], call_id: str, settings: HearSettings, *, longest_s: float
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Windows of claimed speech, and of loud stretches that nobody claimed."""

    def cut(spans: Sequence[Span], channel: int) -> list[Window]:
        samples, gap_s = audio.samples[channel], settings.gap_s
        return windows_of(samples, spans, call_id=call_id, channel=channel, longest_s=longest_s, gap_s=gap_s)

    windows = tuple(window for sounds in heard for window in cut(sounds.claimed, sounds.channel))
    return windows, tuple(window for sounds in heard for window in cut(sounds.unclaimed, sounds.channel))


def _language(recording: Recording, windows: Sequence[Window], ears: Ears) -> Language:
    """The call's language: its metadata's, else what the recogniser hears in its longest windows."""
    stated = recording.metadata.language.lower().replace("_", "-").split("-")[0]
    if stated in ("en", "eng", "english"):
        return "en"
    if stated in ("zh", "cmn", "zho", "chi", "chinese", "mandarin"):
        return "zh"
    longest = sorted(windows, key=lambda window: (-len(window.samples), window.channel))
    if not longest:
        return "en"
    language, probability = ears.recogniser.language(longest[: ears.settings.language_windows])
    log.debug("call %s is in %s with probability %.2f", recording.call_id, language, probability)
    return language


def _speakers(audio: Audio, layout: Layout, heard: Sequence[Sounds], ears: Ears) -> tuple[SpeakerSpan, ...]:
    """Who speaks when on a mono recording; empty where the channels tell."""
    if not layout.mono:
        return ()
    (sounds,) = heard
    speech = sounds.speech
    return tuple(ears.diarizer.speakers(audio.samples[sounds.channel], speech)) if speech else ()
