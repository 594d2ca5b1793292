from dataclasses import replace

import numpy as np
import pytest

from models.fakes.diarizer import FakeDiarizer
from models.fakes.recogniser import FakeRecogniser
from models.fakes.voice import FakeVoiceDetector
from pipeline.failure import Failure
from pipeline.recording import Audio, AudioHealth, CallMetadata, Recording
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.transcribe import SpeechModels, transcribe, transcription_fingerprint
from pipeline.transcript import Transcript

RATE = 16_000
AGENT = "thank you for calling how can I help"
CUSTOMER = "I was charged twice on my card"


def channel(*spans: tuple[float, float], seconds: float = 10.0) -> np.ndarray:
    samples = np.zeros(int(seconds * RATE), np.float32)
    for start_s, end_s in spans:
        at = np.arange(int(start_s * RATE), int(end_s * RATE))
        # Three lines, as a voice has: one or two would be a tone of the telephone network.
        samples[at] = 0.1 * sum(np.sin(at * 0.1 * (1 + start_s) * line) for line in (1, 2.3, 3.7))
    return samples


def call(call_id: str, *channels: np.ndarray, metadata: CallMetadata | None = None) -> tuple[Recording, Audio]:
    audio = Audio(np.stack(channels))
    recording = Recording(
        call_id, f"{call_id}.wav", "0" * 64, audio.duration_s, len(channels), RATE, "pcm", metadata or CallMetadata()
    )
    return recording, audio


def speech_models(**script: object) -> SpeechModels:
    return SpeechModels(FakeVoiceDetector(), FakeRecogniser(**script), FakeDiarizer())


def batches_of(models: SpeechModels) -> list[tuple[int, bool]]:
    assert isinstance(models.recogniser, FakeRecogniser)
    return models.recogniser.batches


def one(given: tuple[Recording, Audio], models: SpeechModels) -> Transcript:
    (transcript,) = transcribe([given], speech_models=models)
    assert isinstance(transcript, Transcript)
    return transcript


def test_two_channels_become_turns_with_roles_and_times() -> None:
    given = call("a", channel((6, 9)), channel((1, 4)))
    transcript = one(given, speech_models(script={("a", 0): [CUSTOMER], ("a", 1): [AGENT]}))
    assert [(turn.role, turn.channel, turn.text) for turn in transcript.turns] == [
        ("agent", 1, AGENT),
        ("customer", 0, CUSTOMER),
    ]
    assert transcript.turns[0].start_s == pytest.approx(1.0, abs=0.1)
    assert (transcript.source, transcript.model, transcript.duration_s) == ("audio", "fake-recogniser", 10.0)


def test_mono_is_split_by_speaker() -> None:
    transcript = one(call("a", channel((1, 4), (6, 9))), speech_models(script={("a", 0): [f"{AGENT} {CUSTOMER}"]}))
    assert [turn.role for turn in transcript.turns] == ["agent", "customer"]


def test_the_same_audio_on_both_channels_is_mono() -> None:
    both = channel((1, 4), (6, 9))
    transcript = one(call("a", both, both * 0.5), speech_models(script={("a", 0): [f"{AGENT} {CUSTOMER}"]}))
    assert [(turn.role, turn.channel) for turn in transcript.turns] == [("agent", 0), ("customer", 0)]


def test_a_silent_channel_leaves_a_mono_recording() -> None:
    transcript = one(
        call("a", channel(), channel((1, 4), (6, 9))), speech_models(script={("a", 1): [f"{AGENT} {CUSTOMER}"]})
    )
    assert {turn.channel for turn in transcript.turns} == {1}
    assert {turn.role for turn in transcript.turns} == {"agent", "customer"}


def test_health_from_ingest_decides_which_channel_is_silent() -> None:
    recording, audio = call("a", channel((1, 4)), channel((6, 9)))
    health = AudioHealth((-20.0, -70.0), (0.0, 0.0), (False, True))
    transcript = one((replace(recording, health=health), audio), speech_models(script={("a", 0): [AGENT]}))
    assert {turn.channel for turn in transcript.turns} == {0}


def test_metadata_fixes_language_and_agent() -> None:
    given = call("a", channel((1, 4)), channel((6, 9)), metadata=CallMetadata(language="zh-CN", agent_channel=1))
    transcript = one(given, speech_models(script={("a", 0): ["你好"], ("a", 1): ["好的"]}))
    assert transcript.language == "zh"
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]


def test_windows_of_all_calls_are_recognised_together() -> None:
    models = speech_models()
    calls = [call(name, channel((1, 4)), channel((6, 9))) for name in "abc"]
    assert [transcript.call_id for transcript in transcribe(calls, speech_models=models)] == ["a", "b", "c"]
    assert batches_of(models) == [(6, False)]


def test_only_windows_that_fail_a_check_are_decoded_again() -> None:
    looped = "so " * 20
    models = speech_models(script={("a", 0): [looped], ("a", 1): [AGENT]}, fallback_script={("a", 0): [CUSTOMER]})
    transcript = one(call("a", channel((6, 9)), channel((1, 4))), models)
    assert batches_of(models) == [(2, False), (1, True)]
    assert transcript.turns[1].text == CUSTOMER


def test_vad_misses_are_still_transcribed() -> None:
    given = call("a", channel((1, 4)) * 0.1, channel((6, 9)))
    transcript = one(given, speech_models(script={("a", 0): [CUSTOMER], ("a", 1): [AGENT]}))
    assert [turn.text for turn in transcript.turns] == [CUSTOMER, AGENT]


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (call("a", channel(), channel()), "No sound loud enough to be speech on any channel"),
        (call("a", channel()), "No sound loud enough to be speech on any channel"),
    ],
)
def test_silence_is_a_failure_with_one_clear_line(given: tuple[Recording, Audio], cause: str) -> None:
    (failure,) = transcribe([given], speech_models=speech_models())
    assert isinstance(failure, Failure)
    assert (failure.source, failure.stage, failure.cause) == ("a.wav", "hear", cause)


def test_music_is_a_failure_and_the_other_calls_are_transcribed() -> None:
    music, speech = call("m", channel((0, 9))), call("a", channel((1, 4)), channel((6, 9)))
    failure, transcript = transcribe(
        [music, speech], speech_models=speech_models(script={("m", 0): ["Thanks for watching!"]})
    )
    assert isinstance(failure, Failure)
    assert failure.cause == "No words could be made out: music, noise or tones only"
    assert isinstance(transcript, Transcript)


def test_the_fingerprint_depends_on_audio_models_and_settings() -> None:
    recording, _ = call("a", channel((1, 4)))
    plain = transcription_fingerprint(recording, speech_models().fingerprint)
    other = SpeechModels(FakeVoiceDetector(), FakeRecogniser(), FakeDiarizer(), TranscriptionSettings(pause_s=3))
    more_threads = SpeechModels(FakeVoiceDetector(), FakeRecogniser(), FakeDiarizer(), TranscriptionSettings(threads=4))
    assert transcription_fingerprint(recording, speech_models().fingerprint) == plain
    assert transcription_fingerprint(recording, other.fingerprint) != plain
    assert transcription_fingerprint(recording, more_threads.fingerprint) == plain
