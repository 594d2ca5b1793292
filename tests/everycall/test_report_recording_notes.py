"""Remarks on recordings: each sign of trouble has its phrase, and a sound recording only its kind."""

import pytest

from everycall.report.recording_notes import recording_notes
from pipeline.recording import AudioHealth, CallMetadata, Recording
from pipeline.transcript import Transcript, Turn

SOUND = AudioHealth((-20.0, -22.0), (0.0, 0.002), (False, False))


def said(*, agent=0, confidence=1.0, from_s=1.0, to_s=8.0):
    turns = (
        Turn(0, "agent", agent, from_s, 4.0, "hello", role_confidence=confidence),
        Turn(1, "customer", 1 - agent, 5.0, to_s, "hi", role_confidence=confidence),
    )
    return Transcript("a", "en", turns, CallMetadata(), "audio", duration_s=10.0)


def of(health=SOUND, transcript=None, *, rate=8_000):
    recording = Recording("a", "a.wav", "0", 10.0, len(health.silent), rate, "pcm_mulaw", CallMetadata(), health)
    return recording_notes(recording, transcript or said())


def test_a_sound_recording_has_only_its_kind():
    assert of() == ("pcm_mulaw (telephone band, 8 kHz)",)
    assert of(rate=44_100) == ("pcm_mulaw (44.1 kHz)",)


@pytest.mark.parametrize(
    ("health", "phrase"),
    [
        (AudioHealth((-20.0, -120.0), (0.0, 0.0), (False, True)), "nothing on channel 2"),
        (AudioHealth((-52.3, -20.0), (0.0, 0.0), (False, False)), "quiet on channel 1 (-52 dBFS)"),
        (AudioHealth((-6.0,), (0.034,), (False,)), "3 % clipped"),
        (AudioHealth((-20.0, -20.0), (0.0, 0.0), (False, False), duplicate_channels=True), "the same audio on both"),
        (AudioHealth((-20.0,), (0.0,), (False,), truncated=True), "the file breaks off"),
    ],
)
def test_what_is_wrong_with_the_audio_is_said(health, phrase):
    assert of(health)[1].startswith(phrase)


def test_edges_in_speech_are_said():
    assert of(transcript=said(from_s=0.0, to_s=9.95))[1:] == ("starts in mid-speech", "ends in mid-speech")


def test_an_agent_on_the_second_channel_and_doubtful_roles_are_said():
    assert of(transcript=said(agent=1, confidence=0.62))[1:] == ("agent on channel 2", "speaker roles 62 % sure")


def test_a_written_call_has_no_remarks():
    assert recording_notes(None, said()) == ()
