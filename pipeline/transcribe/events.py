"""Events: what a channel carries that no person says, and speech without it.

Tones and music are found in the sound (`tones`, `music`), before anything is recognised; recorded prompts and the
greeting of a mailbox in the words (`prompts`), after.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.ports import MusicDetector, Span
from pipeline.recording import Samples
from pipeline.transcribe.music import music_of
from pipeline.transcribe.tones import tones_of
from pipeline.transcript import Event

# A rest of speech this short beside an event is its edge: detectors of speech pad by a quarter of a second.
SHORTEST_REST_S = 0.3
# Keys and beeps are pressed and heard while people speak, and no recogniser writes words for them.
CUTTING = ("music", "ringing", "busy", "tone")


def events_of(samples: Samples, *, channel: int, music: MusicDetector | None) -> tuple[Event, ...]:
    """The tones and the music of one channel (float32 [n] at 16 kHz), in time order; without a detector no music."""
    tones = tones_of(samples, channel=channel)
    heard = music_of(samples, channel=channel, detector=music) if music else []
    played = [event for event in heard if not any(_holds(tone, event) for tone in tones)]
    return in_order([*played, *(tone for tone in tones if not any(_holds(event, tone) for event in played))])


def without(speech: Sequence[Span], events: Iterable[Event]) -> list[Span]:
    """Speech less what the events of its channel cover. Spans that no event touches stay as they are."""
    spans = list(speech)
    for event in events:
        if event.kind in CUTTING:
            spans = [rest for span in spans for rest in _less(span, event)]
    return spans


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events by time, then channel."""
    return tuple(sorted(events, key=lambda event: (event.start_s, event.channel, event.end_s, event.kind)))


def _less(span: Span, event: Event) -> list[Span]:
    """What is left of a span beside an event."""
    if event.end_s <= span.start_s or event.start_s >= span.end_s:
        return [span]
    rests = (Span(span.start_s, event.start_s), Span(event.end_s, span.end_s))
    return [rest for rest in rests if rest.end_s - rest.start_s >= SHORTEST_REST_S]


def _holds(outer: Event, inner: Event) -> bool:
    """Whether an event is a part of another: a note of the music, or the tone that sounded like music."""
    inside_s = min(outer.end_s, inner.end_s) - max(outer.start_s, inner.start_s)
    return inside_s > 0.5 * (inner.end_s - inner.start_s)
