from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.ports import Span
from pipeline.transcribe.events import events_of, in_order, without_events
from pipeline.transcribe.music import music_of
from pipeline.transcribe.tones import tones_of
from pipeline.transcript import Event

RATE = 16_000
RANDOM = np.random.default_rng(0)


def tone(*hertz: float, on_s: float, off_s: float, seconds: float = 20.0) -> np.ndarray:
    """A tone in a rhythm over a quiet line."""
    at = np.arange(int(seconds * RATE)) / RATE
    sound = sum(0.1 * np.sin(2 * np.pi * each * at) for each in hertz) * (at % (on_s + off_s) < on_s)
    return (sound + RANDOM.normal(0, 0.001, len(at))).astype(np.float32)


@dataclass(slots=True)
class OneSidedIsSpeech:
    """Takes sound on one side of zero for speech, any other for music."""

    fingerprint: str = "one-sided-is-speech"
    frame_s: float = 0.01

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
        sounding, one_sided = np.abs(frames).max(axis=1) > 0.01, frames.min(axis=1) >= 0
        return np.stack([sounding & one_sided, sounding & ~one_sided], axis=1).astype(np.float32)


def noise(*loud: tuple[float, float, float], seconds: float = 40.0) -> np.ndarray:
    """Uniform noise from one second to another at a level; the rest is silence."""
    samples = np.zeros(int(seconds * RATE))
    for start_s, end_s, level in loud:
        samples[int(start_s * RATE) : int(end_s * RATE)] = level
    return (samples * RANDOM.uniform(-1, 1, len(samples))).astype(np.float32)


@pytest.mark.parametrize(
    ("sound", "kind"),
    [
        (tone(440, 480, on_s=2, off_s=4), "ringing"),
        (tone(425, on_s=1, off_s=4), "ringing"),
        (tone(450, on_s=1, off_s=4), "ringing"),
        (tone(480, 620, on_s=0.5, off_s=0.5), "busy"),
        (tone(425, on_s=0.5, off_s=0.5), "busy"),
        (tone(450, on_s=0.35, off_s=0.35), "busy"),
        (tone(350, 440, on_s=20, off_s=0), "tone"),
        (tone(770, 1336, on_s=0.1, off_s=0.3), "keypad"),
    ],
)
def test_a_network_signal_is_one_event(sound: np.ndarray, kind: str) -> None:
    (event,) = tones_of(sound, channel=1)
    assert (event.kind, event.channel) == (kind, 1)
    assert event.start_s == pytest.approx(0, abs=0.1)
    assert event.confidence > 0.9


def test_a_beep_has_its_time() -> None:
    (event,) = tones_of(np.roll(tone(1000, on_s=0.4, off_s=30), 5 * RATE), channel=0)
    assert event.kind == "beep"
    assert (event.start_s, event.end_s) == (pytest.approx(5, abs=0.05), pytest.approx(5.4, abs=0.05))


def test_rings_are_not_joined_across_a_voice() -> None:
    sound = tone(440, 480, on_s=2, off_s=4)
    sound[int(3 * RATE) : int(5 * RATE)] += noise((0, 2, 0.3), seconds=2)
    assert [(round(event.start_s), round(event.end_s)) for event in tones_of(sound, channel=0)] == [(0, 2), (6, 20)]


@pytest.mark.parametrize("level", [0.0, 0.001, 0.05, 0.5])
def test_noise_is_not_a_tone(level: float) -> None:
    assert tones_of(noise((0, 20, level), seconds=20), channel=0) == []


def test_a_gliding_voice_is_not_a_tone() -> None:
    at = np.arange(10 * RATE) / RATE
    pitch = 2 * np.pi * np.cumsum(220 + 15 * np.sin(2 * np.pi * 3 * at)) / RATE
    voice = sum(np.sin(n * pitch) * level for n, level in ((1, 0.05), (2, 0.2), (3, 0.05)))
    assert tones_of(voice.astype(np.float32), channel=0) == []


def test_music_is_an_event_and_speech_over_it_is_not() -> None:
    sound = noise((6, 32, 0.1))
    sound[16 * RATE : 20 * RATE] = np.abs(sound[16 * RATE : 20 * RATE])
    events = music_of(sound, channel=0, detector=OneSidedIsSpeech())
    assert [(event.kind, event.channel) for event in events] == [("music", 0), ("music", 0)]
    assert [(event.start_s, event.end_s) for event in events] == [
        (pytest.approx(6, abs=0.8), pytest.approx(15.6, abs=0.3)),
        (pytest.approx(20.4, abs=0.3), pytest.approx(32, abs=0.8)),
    ]


def test_without_a_detector_there_are_only_tones() -> None:
    assert events_of(noise((6, 30, 0.1)), channel=0, music=None) == ()


def test_a_channel_too_short_or_empty_has_no_events() -> None:
    assert events_of(np.zeros(0, np.float32), channel=0, music=OneSidedIsSpeech()) == ()
    assert events_of(np.zeros(100, np.float32), channel=0, music=OneSidedIsSpeech()) == ()


def test_events_are_cut_out_of_speech_without_short_remainders() -> None:
    events = [Event("music", 0, 5, 9), Event("keypad", 0, 10, 11)]
    speech = [Span(1, 3), Span(4, 6), Span(8.9, 9.2), Span(9.5, 12)]
    assert without_events(speech, events) == [Span(1, 3), Span(4, 5), Span(9.5, 12)]


def test_an_event_within_speech_splits_it() -> None:
    assert without_events([Span(0, 20)], [Event("ringing", 0, 5, 9)]) == [Span(0, 5), Span(9, 20)]


def test_events_are_sorted_by_time() -> None:
    late, early = Event("music", 0, 5, 9), Event("beep", 1, 1, 2)
    assert in_order([late, early]) == (early, late)
