"""The speaker bench: parts of the error, references from channels, and mixes of small synthetic calls."""

import json
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.role_sureness import assignments, sureness_table
from bench.speaker_errors import DiarizationParts, diarization_parts, overlap_s, spoken_by_channel
from bench.speaker_mixes import GROUPS, HELD_OUT, MIX_GAIN, OVERLAPPED, REAL, REPORTED, TUNED_ON, mixes
from bench.speakers import Measured, Words, measure, sides_of_spans, voices_table, words_table
from pipeline.evaluate.reference import Reference
from pipeline.ports import Span, SpeakerSpan
from pipeline.recording import CallMetadata
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcript import Transcript, Turn, Word

RATE = 16_000


def tone(spans, seconds, level=0.3):
    """A channel with a tone in the given spans, over a faint hiss."""
    sound = np.random.default_rng(0).normal(0, 1e-4, seconds * RATE).astype(np.float32)
    for start_s, end_s in spans:
        times = np.arange(int((end_s - start_s) * RATE)) / RATE
        sound[int(start_s * RATE) : int(start_s * RATE) + len(times)] += level * np.sin(2 * np.pi * 300 * times)
    return sound


def test_a_perfect_result_has_no_error():
    sides = ([Span(0, 4)], [Span(5, 9)])
    assert diarization_parts(sides, sides, overlap=True).error_rate == 0
    assert diarization_parts(sides, sides[::-1], overlap=True).error_rate == 0


def test_the_parts_of_the_error_are_separate():
    reference = ([Span(0, 10), Span(30, 40)], [Span(20, 30)])
    found = ([Span(0, 8), Span(20, 24), Span(30, 40)], [Span(24, 30), Span(50, 51)])
    parts = diarization_parts(reference, found, overlap=True, collar_s=0)
    assert parts == DiarizationParts(*map(pytest.approx, (2.0, 1.0, 4.0, 30.0)))
    assert parts.error_rate == pytest.approx(7 / 30)


def test_nothing_is_scored_within_the_collar():
    parts = diarization_parts(([Span(1, 3)], []), ([Span(0.76, 3.24)], []), overlap=True)
    assert (parts.false_s, parts.speech_s) == (0.0, pytest.approx(1.5))


def test_a_missed_second_speaker_counts_only_if_overlap_is_scored():
    reference = ([Span(0, 10)], [Span(4, 6)])
    found = ([Span(0, 10)], [])
    assert diarization_parts(reference, found, overlap=False).error_rate == 0
    assert diarization_parts(reference, found, overlap=True).missed_s == pytest.approx(1.5)
    assert diarization_parts(reference, reference, overlap=True).error_rate == 0
    assert overlap_s(reference) == pytest.approx(2.0)


def test_no_speech_has_no_error_rate():
    assert np.isnan(diarization_parts(([], []), ([], []), overlap=True).error_rate)


def test_channel_levels_give_the_reference():
    samples = np.stack([tone([(1, 3), (3.2, 5)], 10), tone([(6, 8)], 10)])
    agent, customer = spoken_by_channel(samples)
    assert [(span.start_s, span.end_s) for span in agent] == [pytest.approx((1, 5), abs=0.06)]
    assert [(span.start_s, span.end_s) for span in customer] == [pytest.approx((6, 8), abs=0.06)]


def test_crosstalk_is_not_speech():
    agent = tone([(1, 5)], 10)
    samples = np.stack([agent, 0.05 * agent + tone([(6, 8)], 10)])
    assert [round(span.start_s) for span in spoken_by_channel(samples)[1]] == [6]


@pytest.fixture
def calls(tmp_path):
    """Two-channel calls, the odd ones also mixed to one channel, and a real one without a label."""
    for folder in ("mono", "real"):
        (tmp_path / folder).mkdir()
    sides = np.stack([tone([(1, 5), (11, 14)], 20), tone([(6, 9)], 20)])
    for number in (1, 2, 3):
        turns = [("agent", 1, 5), ("customer", 6, 9), ("agent", 11, 14)]
        label = {
            "language": "en",
            "channels": {"0": "agent", "1": "customer"},
            "turns": [{"speaker": who, "start_s": a, "end_s": b, "text": "one two"} for who, a, b in turns],
        }
        (tmp_path / f"en-00{number}.ref.json").write_text(json.dumps(label))
        write(tmp_path / f"en-00{number}.wav", sides)
        if number % 2:
            write(tmp_path / "mono" / f"en-00{number}.wav", sides.sum(axis=0, keepdims=True))
    write(tmp_path / "real" / "one.wav", sides)
    return tmp_path


def write(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())


def test_every_second_mix_is_tuned_on_and_even_calls_are_held_out(calls):
    found = [(mix.group, mix.reference.call_id) for mix in mixes(calls)]
    assert found == [
        (TUNED_ON, "en-001-mono"),
        (REPORTED, "en-003-mono"),
        (HELD_OUT, "en-002-mixed"),
        (OVERLAPPED, "en-002-mixed"),
        (REAL, "one"),
    ]


def test_only_the_groups_asked_for_are_mixed(calls):
    assert {mix.group for mix in mixes(calls, only="mixed here")} == {HELD_OUT, OVERLAPPED}


def test_a_mix_has_both_sides_and_a_reference(calls):
    (mix,) = mixes(calls, only=HELD_OUT)
    assert mix.audio.samples.shape == (1, 20 * RATE)
    assert np.abs(mix.audio.samples[0, 7 * RATE : 8 * RATE]).max() == pytest.approx(0.3 * MIX_GAIN, abs=0.01)
    assert mix.sides == ([Span(1, 5), Span(11, 14)], [Span(6, 9)])


def test_with_more_overlap_the_customer_and_its_times_come_earlier(calls):
    (mix,) = mixes(calls, only=OVERLAPPED)
    assert mix.sides == ([Span(1, 5), Span(11, 14)], [Span(5, 8)])
    assert np.abs(mix.audio.samples[0, int(5.2 * RATE) : int(5.8 * RATE)]).max() > 0.1
    assert np.abs(mix.audio.samples[0, int(8.2 * RATE) : int(9.8 * RATE)]).max() < 0.01


def test_a_real_call_is_measured_by_its_channels(calls):
    (mix,) = mixes(calls, only=REAL)
    assert [round(span.start_s) for span in mix.sides[0]] == [1, 11]
    assert [turn[0] for turn in mix.reference.turns] == ["agent", "customer", "agent"]


class Scripted:
    """A voice detector and diarizer with given results."""

    fingerprint = "told"

    def speech(self, samples):
        return [Span(1, 5), Span(6, 9), Span(11, 14)]

    def speakers(self, samples, speech):
        return [SpeakerSpan(0, 1, 5, 1.0), SpeakerSpan(1, 6, 9, 1.0), SpeakerSpan(1, 11, 14, 1.0)]


def test_a_mix_is_segmented_like_a_call_and_compared(calls):
    (mix,) = mixes(calls, only=HELD_OUT)
    measured = measure(mix, SpeechModels(voice=Scripted(), recogniser=None, diarizer=Scripted()), words=False)
    assert measured.words is None
    assert measured.voices.plain.confused_s == pytest.approx(2.5)
    assert measured.voices.plain.speech_s == pytest.approx(8.5)


def test_spans_are_grouped_by_voice():
    assert sides_of_spans([SpeakerSpan(1, 0, 1, 1.0), SpeakerSpan(0, 1, 2, 1.0)]) == ([Span(1, 2)], [Span(0, 1)])


def test_tables_have_a_line_per_group_and_separate_right_from_wrong_assignments(calls):
    (mix,) = mixes(calls, only=REAL)
    one = measure(mix, SpeechModels(voice=Scripted(), recogniser=None, diarizer=Scripted()), words=False)
    none = DiarizationParts(speech_s=1.0)
    measured = [replace(one, words=Words(none, none, right, 10, sure)) for right, sure in ((10, 0.9), (1, 0.6))]
    assert REAL in GROUPS
    assert [line.split()[0] for line in voices_table(measured).splitlines()] == ["voices", "real"]
    assert words_table(measured).splitlines()[1].split() == [
        *("real", "2", "55.00%", "10.00%", "0.00%", "0.00%"),
        *("1", "of", "2", "0.900", "0.600"),
    ]
    assert words_table([Measured(REAL, "one", one.voices)]).splitlines()[1:] == []


def said(index, role, start_s, end_s, text):
    words = (Word(text, start_s, end_s, 1.0),)
    return Turn(index, role, 0, start_s, end_s, text, words)


def test_each_part_has_a_confidence_and_whether_it_was_right():
    turns = [("agent", 0.5, 3, "Thank you for calling, how can I help you?"), ("customer", 3.5, 6, "My bill is wrong.")]
    reference = Reference("one", Path("one.wav"), "en", True, {}, tuple(turns))
    for swapped in (False, True):
        roles = [{"agent": "customer", "customer": "agent"}[who] if swapped else who for who, *_ in turns]
        heard = tuple(said(n, role, *turn[1:]) for n, (role, turn) in enumerate(zip(roles, turns, strict=True)))
        transcript = Transcript("one", "en", heard, CallMetadata(), "audio", duration_s=8.0)
        found = assignments(reference, transcript)
        # Only parts that start with the call have both turns. Roles follow from the words alone.
        assert len(found) >= 8
        assert {right for _, right in found} == {True}
        assert min(sure for sure, _ in found) > 0.9


def test_the_calibration_table_has_a_line_per_bin_that_occurs():
    lines = sureness_table([(0.55, False), (0.55, True), (0.999, True)]).splitlines()
    assert [line.split()[-3:] for line in lines[1:]] == [["2", "55.0%", "50.0%"], ["1", "99.9%", "100.0%"]]
