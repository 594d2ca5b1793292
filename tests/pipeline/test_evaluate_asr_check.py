"""A check of transcription: figures for labelled calls transcribed by fake models."""

import json
import math

import numpy as np
import pytest

from models.fakes.diarizer import FakeDiarizer
from models.fakes.recogniser import FakeRecogniser
from models.fakes.voice import FakeVoiceDetector
from pipeline.errors import ConfigError
from pipeline.evaluate import asr_check
from pipeline.evaluate.asr_check import check_asr, pooled, references_with_fields
from pipeline.transcribe.transcribe import SpeechModels

RATE = 16_000
AGENT = "thank you for calling how can I help"
CUSTOMER = "I was charged twice on my card"


def write(folder, call_id, *, sides=2, queue="billing", channels=None, timed=True, seconds=10):
    import wave

    sound = np.zeros((2, seconds * RATE), np.float32)
    for channel, start_s in ((0, 1), (1, 6)):
        at = np.arange(start_s * RATE, (start_s + 3) * RATE)
        # A pure tone would be a signalling tone.
        sound[channel, at] = np.random.default_rng(channel).normal(0, 0.1, len(at))
    samples = sound if sides == 2 else sound.sum(axis=0, keepdims=True)
    with wave.open(str(folder / f"{call_id}.wav"), "wb") as file:
        file.setnchannels(sides)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
    times = ({"start_s": 1, "end_s": 4}, {"start_s": 6, "end_s": 9}) if timed else ({}, {})
    turns = [
        {"speaker": who, "text": text, **when}
        for who, text, when in zip(("agent", "customer"), (AGENT, CUSTOMER), times, strict=True)
    ]
    label = {"language": "en", "queue": queue, "turns": turns} | ({"channels": channels} if channels else {})
    (folder / f"{call_id}.ref.json").write_text(json.dumps(label), "utf-8")


def speech_models(**script):
    return SpeechModels(FakeVoiceDetector(), FakeRecogniser(script=script), FakeDiarizer())


def script_of(call_id, *, agent=AGENT, customer=CUSTOMER):
    return {(call_id, 0): [agent], (call_id, 1): [customer]}


def check(folder, script, *, by=()):
    return check_asr(
        references_with_fields(str(folder), by=by),
        speech_models=SpeechModels(FakeVoiceDetector(), FakeRecogniser(script), FakeDiarizer()),
        by=by,
    )


def test_figures_come_by_language_layout_and_field(tmp_path):
    write(tmp_path, "a", channels={"0": "agent", "1": "customer"})
    write(tmp_path, "b", channels={"0": "agent", "1": "customer"}, queue="sales")
    script = script_of("a") | script_of("b", customer="I was charged on my car")
    found = check(tmp_path, script, by=("queue",))
    rates = {(group.field, group.value): group.error_rate.estimate for group in found.groups}
    assert rates == {
        ("all", ""): pytest.approx(2 / 30),
        ("layout", "two channels"): pytest.approx(2 / 30),
        ("queue", "billing"): 0.0,
        ("queue", "sales"): pytest.approx(2 / 15),
    }
    assert found.groups[0].role_accuracy.estimate == 1.0
    assert found.groups[0].language_right == 1.0


def test_the_layout_comes_from_the_recording(tmp_path):
    write(tmp_path, "a", sides=1)
    found = check(tmp_path, {("a", 0): [f"{AGENT} {CUSTOMER}"]})
    assert [group.value for group in found.groups] == ["", "one channel"]
    assert found.groups[0].error_rate.estimate == 0.0
    assert found.groups[0].diarization_error_rate.n == 1


def test_labels_without_channels_and_times_still_give_errors_and_roles(tmp_path):
    write(tmp_path, "a", timed=False)
    found = check(tmp_path, {("a", 0): [CUSTOMER], ("a", 1): [AGENT]})
    assert found.groups[0].error_rate.estimate == 0.0
    assert found.groups[0].role_accuracy.estimate == 1.0
    assert found.calls[0].reference.channels == {1: "agent", 0: "customer"}


def test_an_unreadable_recording_is_named_and_all_its_words_count_as_deletions(tmp_path):
    write(tmp_path, "a")
    write(tmp_path, "b")
    (tmp_path / "b.wav").write_bytes(b"not audio")
    found = check(tmp_path, script_of("a"))
    assert [(call.reference.call_id, call.failure) for call in found.failed] == [
        ("b", "not audio in any known format. Export it again")
    ]
    assert found.groups[0].error_rate.estimate == pytest.approx(0.5)


def test_progress_is_reported_after_each_shard(tmp_path, monkeypatch):
    monkeypatch.setattr(asr_check, "SHARD", 2)
    for call_id in "abc":
        write(tmp_path, call_id)
    finished = []
    check_asr(references_with_fields(str(tmp_path), by=()), speech_models=speech_models(), progress=finished.append)
    assert finished == [2, 1]


def test_the_record_has_figures_and_no_words(tmp_path):
    write(tmp_path, "a")
    text = check(tmp_path, script_of("a")).to_json()
    record = json.loads(text)
    assert record["groups"][0]["error_rate"] == {"estimate": 0.0, "low": None, "high": None, "calls": 1}
    assert record["calls"][0]["units"] == 15
    assert "charged" not in text


def test_an_unknown_field_is_refused_with_the_known_ones(tmp_path):
    write(tmp_path, "a")
    with pytest.raises(ConfigError, match=r"no label has a field accent\. Labels have queue"):
        references_with_fields(str(tmp_path), by=("accent",))


def test_a_pooled_share_weights_calls_by_length_and_lies_in_its_interval():
    interval = pooled([(1, 10), (9, 90), (30, 100), (0, 0)])
    assert (interval.estimate, interval.n) == (0.2, 3)
    assert 0.1 <= interval.low < 0.2 < interval.high <= 0.3
    assert pooled([(1, 10), (9, 90), (30, 100)]) == pooled([(1, 10), (9, 90), (30, 100)])


def test_one_call_has_no_interval_and_no_call_has_no_share():
    assert (pooled([(1, 4)]).estimate, math.isnan(pooled([(1, 4)]).low)) == (0.25, True)
    assert (pooled([]).n, math.isnan(pooled([]).estimate)) == (0, True)
