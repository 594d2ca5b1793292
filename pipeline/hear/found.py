"""Found: what is in a call before anyone reads it. After this its audio is not needed any more."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.hear.ears import Ears
from pipeline.hear.events import events_of, without
from pipeline.hear.layout import Layout, layout_of
from pipeline.hear.settings import HearSettings
from pipeline.hear.unclaimed import unclaimed
from pipeline.hear.window import windows_of
from pipeline.ports import Span, SpeakerSpan, Window
from pipeline.recording import Audio, Recording, Samples
from pipeline.transcript import Event, Language

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """The windows of a call, its language, who speaks when on a mono recording, and what no person says.

    `suspects` are windows of loud stretches in which the detector heard no speech.
    """

    recording: Recording
    duration_s: float
    layout: Layout
    language: Language
    windows: tuple[Window, ...]
    suspects: tuple[Window, ...]
    speakers: tuple[SpeakerSpan, ...]
    events: tuple[Event, ...] = ()


def find(recording: Recording, audio: Audio, *, ears: Ears) -> Found:
    """Speech, windows, language and speakers of one call. The windows are copies and hold none of the audio."""
    layout = layout_of(audio, recording.health)
    speech: dict[int, list[Span]] = {}
    windows: list[Window] = []
    suspects: list[Window] = []
    events: list[Event] = []
    for channel in layout.channels:
        samples = audio.samples[channel]
        claimed = ears.voice.speech(samples)
        other = None if layout.mono else audio.samples[1 - channel]
        lost = unclaimed(samples, claimed, other=other, settings=ears.settings)
        heard = events_of(samples, channel=channel, music=ears.music)
        claimed, lost, events = without(claimed, heard), without(lost, heard), [*events, *heard]
        windows += _windows(samples, claimed, recording.call_id, channel, ears.settings)
        suspects += _windows(samples, lost, recording.call_id, channel, ears.settings)
        speech[channel] = sorted([*claimed, *lost], key=lambda span: span.start_s)
    return Found(
        recording,
        audio.duration_s,
        layout,
        _language(recording, windows or suspects, ears),
        tuple(windows),
        tuple(suspects),
        _speakers(audio, layout, speech, ears),
        tuple(events),
    )


def _windows(
    samples: Samples, spans: Sequence[Span], call_id: str, channel: int, settings: HearSettings
) -> list[Window]:
    """Spans of one channel as windows."""
    return windows_of(
        samples, spans, call_id=call_id, channel=channel, longest_s=settings.longest_window_s, gap_s=settings.gap_s
    )


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


def _speakers(audio: Audio, layout: Layout, speech: dict[int, list[Span]], ears: Ears) -> tuple[SpeakerSpan, ...]:
    """Who speaks when on a mono recording; empty where the channels tell."""
    if not layout.mono:
        return ()
    channel = layout.channels[0]
    if not speech[channel]:
        return ()
    return tuple(ears.diarizer.speakers(audio.samples[channel], speech[channel]))
