"""Golden transcripts: scripted calls whose transcripts change only together with `speech_models.REVISION`.

When a change of code is meant to change transcripts, raise `REVISION` and run this file as a script: it writes the
golden file of the new revision. All calls of all centres are then transcribed again.
"""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench.pulse_trains import pulse_train
from models.fakes.diarizer import FakeDiarizer
from models.fakes.recogniser import FakeRecogniser
from models.fakes.voice import FakeVoiceDetector
from pipeline.failure import Failure
from pipeline.recording import Audio, CallMetadata, Recording
from pipeline.transcribe import speech_models
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.transcribe import transcribe

GOLDEN = Path(__file__).parents[1] / "data" / "transcripts"
RATE = 16_000
SECONDS = 40.0
# Computed before there were revisions: stores written then must stay up to date.
FIRST_FINGERPRINT = "5578763b4414bc71"
MENU = "Thank you for calling. For billing press one. For anything else please stay on the line for the next agent."
GREETING = "Thank you for calling Northwind, my name is Ann, how can I help you today?"
COMPLAINT = "I was charged twice on my card and I want the second payment back please."
ANSWER = "I am sorry to hear that, I will refund it to you by Friday."
CHINESE = (
    "您好,很高兴为您服务,请问有什么可以帮您?",
    "我的账单多扣了钱,你们什么时候退给我?",
    "好的,我帮您查一下,请稍等。",
)


class FakeMusicDetector:
    """Takes what is equally loud all the time for music, which here is uniform noise."""

    fingerprint = "fake-music"
    frame_s = 0.1

    def probabilities(self, samples):
        frames = len(samples) // (RATE // 10)
        pieces = samples[: frames * RATE // 10].reshape(frames, -1)
        music = np.abs(pieces).max(axis=1) < 2 * np.sqrt((pieces**2).mean(axis=1))
        return np.stack([~music, music], axis=1).astype(np.float32)


def channel(*spans, pitch_hz=120.0, ringing=False):
    """A voice in these spans, and before them a ringing tone of 440 and 480 Hz if wanted."""
    samples = np.zeros(int(SECONDS * RATE), np.float32)
    for seed, (start_s, end_s) in enumerate(spans):
        voice, _ = pulse_train(pitch_hz * 1.05**seed, end_s - start_s, seed=seed)
        samples[int(start_s * RATE) :][: len(voice)] = voice
    if ringing:
        at_s = np.arange(2 * RATE) / RATE
        samples[: 2 * RATE] += 0.05 * (np.sin(2 * np.pi * 440 * at_s) + np.sin(2 * np.pi * 480 * at_s))
    return samples


def call(call_id, *channels, **metadata):
    audio = Audio(np.stack(channels).astype(np.float32))
    recording = Recording(
        call_id, f"{call_id}.wav", "0" * 64, audio.duration_s, len(channels), RATE, "pcm", CallMetadata(**metadata)
    )
    return recording, audio


def scripted(*, fallback=None, **options):
    """Speech models that read from a script, by call and channel."""
    music, settings = options.pop("music", None), TranscriptionSettings(**options.pop("settings", {}))
    recogniser = FakeRecogniser(fallback_script=fallback or {}, **options)
    return SpeechModels(FakeVoiceDetector(), recogniser, FakeDiarizer(), settings, music)


def two_channels():
    """A ringing tone, a loop that fallback decoding corrects, text that nobody said, and prosody."""
    spans = [(start, start + 3.0) for start in np.arange(3.0, 38.0, 5.0)]
    agent, customer = spans, [(first[1] + 0.1, second[0] - 0.1) for first, second in pairwise(spans)]
    script = {
        ("two", 0): ["", GREETING, ANSWER, "One moment please.", "Right."],
        ("two", 1): [COMPLAINT, "so " * 20, "Thanks for watching!", "Yes."],
    }
    fallback = {("two", 1): ["Yes, that is what I said."]}
    models = scripted(script=script, fallback=fallback, settings={"longest_window_s": 5.0})
    return call("two", channel(*agent, ringing=True), channel(*customer, pitch_hz=190.0)), models


def one_channel():
    """Two speakers on one channel."""
    spans = [(start, start + 2.5) for start in np.arange(1.0, 38.0, 4.0)]
    texts = [f"{GREETING} {COMPLAINT}", f"{ANSWER} Thank you, goodbye."]
    return call("one", channel(*spans)), scripted(script={("one", 0): texts})


def music_and_names():
    """A menu before the agent, music on hold, and a doubtful word that sounds like a hot word."""
    script = {
        ("names", 0): [f"{MENU} {GREETING}".replace("Northwind", "North wint")],
        ("names", 1): [f"Is that North wint? {COMPLAINT}"],
    }
    models = scripted(script=script, probability=0.4, settings={"hotwords": ("Northwind",)}, music=FakeMusicDetector())
    held = channel((1, 9), (30, 33))
    held[12 * RATE : 22 * RATE] = 0.1 * np.random.default_rng(1).uniform(-1, 1, 10 * RATE)
    return call("names", held, channel((23, 28), (34, 38), pitch_hz=200.0), agent_channel=0), models


def chinese():
    """Two channels of Chinese, written in Traditional characters."""
    script = {("zh", 0): [CHINESE[0], CHINESE[2]], ("zh", 1): [CHINESE[1]]}
    spaced = {key: [" ".join(text) for text in texts] for key, texts in script.items()}
    models = scripted(script=spaced, spoken="zh", settings={"chinese_script": "traditional"})
    return call("zh", channel((1, 6), (16, 20)), channel((8, 14), pitch_hz=210.0), language="zh"), models


def music_only():
    """Nothing but text that recognisers make of music."""
    return call("music", channel((0.0, 9.0))), scripted(script={("music", 0): ["Thanks for watching!"]})


CALLS = (two_channels, one_channel, music_and_names, chinese, music_only)


def outcome(scene):
    """A transcript as plain data. Times and prosody are rounded: the last digits differ between processors."""
    given, models = scene()
    (found,) = transcribe([given], speech_models=models)
    if isinstance(found, Failure):
        return {"cause": found.cause, "remedy": found.remedy}
    return {
        "language": found.language,
        "turns": [turn_data(turn) for turn in found.turns],
        "events": [[each.kind, each.channel, round(each.start_s, 1), round(each.end_s, 1)] for each in found.events],
    }


def turn_data(turn):
    prosody = turn.prosody
    return {
        "who": f"{turn.role} on {turn.channel}, {turn.role_confidence:.2f}",
        "span": f"{turn.start_s:.1f} to {turn.end_s:.1f}, {turn.confidence:.2f}",
        "text": turn.text,
        "words": " ".join(f"{word.text}@{word.start_s:.1f}" for word in turn.words),
        "prosody": prosody and [rounded(prosody.pitch_st), rounded(prosody.loudness_db), rounded(prosody.pace_ratio)],
    }


def rounded(value):
    return None if value is None else round(value)


def golden(revision):
    return GOLDEN / f"revision-{revision}.json"


@pytest.mark.parametrize("scene", CALLS, ids=lambda scene: scene.__name__)
def test_transcripts_change_only_with_the_revision(scene):
    """On purpose? Raise `speech_models.REVISION` and run this file as a script."""
    expected = json.loads(golden(speech_models.REVISION).read_text("utf-8"))
    assert outcome(scene) == expected[scene.__name__]


def test_the_first_revision_has_the_fingerprint_of_stores_from_before(monkeypatch):
    models = SpeechModels(FakeVoiceDetector(), FakeRecogniser(), FakeDiarizer(), music=FakeMusicDetector())
    monkeypatch.setattr(speech_models, "REVISION", 0)
    assert models.fingerprint == FIRST_FINGERPRINT


def test_another_revision_is_another_fingerprint(monkeypatch):
    models = SpeechModels(FakeVoiceDetector(), FakeRecogniser(), FakeDiarizer())
    monkeypatch.setattr(speech_models, "REVISION", 0)
    first = models.fingerprint
    monkeypatch.setattr(speech_models, "REVISION", 1)
    assert models.fingerprint != first
    assert replace(models).fingerprint == models.fingerprint


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    content = {scene.__name__: outcome(scene) for scene in CALLS}
    golden(speech_models.REVISION).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
