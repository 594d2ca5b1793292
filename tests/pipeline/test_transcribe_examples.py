"""Transcribe the sample calls with the real models: slow, and the only test of the whole chain on real speech."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from models.campplus import campplus
from models.silero import silero
from models.whisper import whisper
from pipeline.ingest.audio import AudioLimits, decode
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Audio, CallMetadata, Recording
from pipeline.transcribe.transcribe import SpeechModels, transcribe
from pipeline.transcript import Transcript

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).parents[2] / "examples"
LABELLED = {
    call["call_id"]: call["turns"]
    for call in map(json.loads, (EXAMPLES / "labelled.jsonl").read_text("utf-8").splitlines())
}


@pytest.fixture(scope="module")
def speech_models() -> SpeechModels:
    return SpeechModels(voice=silero(), recogniser=whisper("whisper-base", device="cpu"), diarizer=campplus())


def recorded(name: str) -> tuple[Recording, Audio]:
    audio = decode((EXAMPLES / "calls" / name).read_bytes(), name=name, limits=AudioLimits()).audio
    return Recording(name, name, "0" * 64, audio.duration_s, len(audio.samples), 8000, "", CallMetadata()), audio


def units(text: str, language: str) -> list[str]:
    return re.findall(r"\w", text) if language == "zh" else re.findall(r"[\w']+", text.lower())


def recall(heard: Transcript, role: str) -> float:
    """The share of a role's labelled words that its turns hold."""
    said = " ".join(turn["text"] for turn in LABELLED[heard.call_id.split(".")[0]] if turn["speaker"] == role)
    found = set(units(" ".join(turn.text for turn in heard.by(role)), heard.language))
    wanted = units(said, heard.language)
    return sum(unit in found for unit in wanted) / len(wanted)


@pytest.mark.parametrize(("name", "language"), [("enA-023.flac", "en"), ("zhA-019.flac", "zh"), ("zhA-023.wav", "zh")])
def test_a_sample_call_gets_its_language_and_roles(speech_models: SpeechModels, name: str, language: str) -> None:
    (heard,) = transcribe([recorded(name)], speech_models=speech_models)
    assert isinstance(heard, Transcript)
    assert heard.language == language
    for role in ("agent", "customer"):
        assert recall(heard, role) > 0.5


def test_a_transcript_is_the_same_alone_and_among_other_calls(speech_models: SpeechModels) -> None:
    (alone,) = transcribe([recorded("enA-023.flac")], speech_models=speech_models)
    among = next(iter(transcribe([recorded("enA-023.flac"), recorded("enA-016.wav")], speech_models=speech_models)))
    assert isinstance(alone, Transcript)
    assert isinstance(among, Transcript)
    assert [turn.text for turn in alone.turns] == [turn.text for turn in among.turns]


@pytest.mark.parametrize("asr", ["whisper-tiny-en", "whisper-base"])
def test_cuts_of_calls_get_the_same_transcript_alone_and_together(asr: str) -> None:
    speech_models = SpeechModels(voice=silero(), recogniser=whisper(asr, device="cpu"), diarizer=campplus())
    recording, audio = recorded("enA-023.flac")
    at = [(number, round((1 + 2.7 * number) * ASR_SAMPLE_RATE_HZ)) for number in range(8)]
    calls = [
        (replace(recording, call_id=f"cut-{number}"), Audio(audio.samples[:, start : start + 15 * ASR_SAMPLE_RATE_HZ]))
        for number, start in at
    ]
    together = list(transcribe(calls, speech_models=speech_models))
    assert [heard for call in calls for heard in transcribe([call], speech_models=speech_models)] == together
