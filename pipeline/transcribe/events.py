"""Events: sounds on a channel that no person says, and speech without them.

Tones and music are found in the audio before recognition (`tones`, `music`); recorded prompts and voicemail greetings
in the words afterwards (`prompts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.ports import MusicDetector, Span
from pipeline.recording import Samples
from pipeline.transcribe.music import music_of
from pipeline.transcribe.tones import tones_of
from pipeline.transcript import Event

# Shorter remainders beside an event are its edge: voice detectors pad by a quarter of a second.
SHORTEST_REST_S = 0.3
# Kinds to cut out of speech. Keys and beeps overlap speech, and recognisers write no words for them.
REMOVED_KINDS = ("music", "ringing", "busy", "tone")


def events_of(samples: Samples, *, channel: int, music: MusicDetector | None) -> tuple[Event, ...]:
    """Find the tones and music of one channel (float32 [n] at 16 kHz), in time order; tones only without a detector."""
    tones = tones_of(samples, channel=channel)
    detected = music_of(samples, channel=channel, detector=music) if music else []
    played = [event for event in detected if not any(_covers(tone, event) for tone in tones)]
    return in_order([*played, *(tone for tone in tones if not any(_covers(event, tone) for event in played))])


def without_events(speech: Sequence[Span], events: Iterable[Event]) -> list[Span]:
    """Subtract the events of a channel from its speech. Spans that touch no event stay unchanged."""
    spans = list(speech)
    for event in events:
        if event.kind in REMOVED_KINDS:
            spans = [rest for span in spans for rest in _subtract(span, event)]
    return spans


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Sort events by time, then channel."""
    return tuple(sorted(events, key=lambda event: (event.start_s, event.channel, event.end_s, event.kind)))


def _subtract(span: Span, event: Event) -> list[Span]:
    """What remains of a span beside an event."""
    if event.end_s <= span.start_s or event.start_s >= span.end_s:
        return [span]
    rests = (Span(span.start_s, event.start_s), Span(event.end_s, span.end_s))
    return [rest for rest in rests if rest.end_s - rest.start_s >= SHORTEST_REST_S]


def _covers(outer: Event, inner: Event) -> bool:
    """True if `inner` is part of `outer`: a note of the music, or a tone that sounded like music."""
    inside_s = min(outer.end_s, inner.end_s) - max(outer.start_s, inner.start_s)
    return inside_s > 0.5 * (inner.end_s - inner.start_s)
