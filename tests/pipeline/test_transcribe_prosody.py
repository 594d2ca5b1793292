"""Prosody recovers known changes of pitch, level and pace, and omits what cannot be trusted."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.pulse_trains import line_noise, pulse_train
from models.fakes.diarizer import FakeDiarizer
from models.fakes.recogniser import FakeRecogniser
from models.fakes.voice import FakeVoiceDetector
from pipeline.ports import Span, SpeakerSpan
from pipeline.recording import Audio, CallMetadata, Recording
from pipeline.transcribe.prosody import TurnVoice, overlaps, pitches_of, prosody_of, units_of, with_prosody
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.transcribe import transcribe
from pipeline.transcribe.voice_track import FRAME, HOP, voice_track
from pipeline.transcript import Prosody, Transcript, Turn, Word

RATE = 16_000
PIECE_S = 3.0
PLAIN = 7
quick = settings(deadline=None, max_examples=6, derandomize=True)


def words_between(start_s: float, end_s: float, count: int) -> tuple[Word, ...]:
    edges = np.linspace(start_s, end_s, count + 1)
    return tuple(Word("word", float(first), float(last), 1.0) for first, last in pairwise(edges))


def transcript_of(pieces: int, *, words: int = 9, extra: dict[str, str] | None = None) -> Transcript:
    turns = tuple(
        Turn(n, "agent", 0, n * PIECE_S, (n + 1) * PIECE_S, "", words_between(n * PIECE_S, (n + 1) * PIECE_S, words))
        for n in range(pieces)
    )
    return Transcript("a", "en", turns, CallMetadata(extra=extra or {}), "audio")


def spoken_call(pitch_hz: float, changes: list[tuple[float, float]], *, snr_db: float | None) -> np.ndarray:
    """Seven plain turns, then one for each (semitones, decibels)."""
    made = [
        pulse_train(pitch_hz * 2 ** (higher / 12), PIECE_S, seed=n, snr_db=snr_db, gain_db=louder)[0]
        for n, (higher, louder) in enumerate(changes, PLAIN)
    ]
    return np.concatenate([plain_turns(pitch_hz, snr_db), *made])


@cache
def plain_turns(pitch_hz: float, snr_db: float | None) -> np.ndarray:
    return np.concatenate([pulse_train(pitch_hz, PIECE_S, seed=n, snr_db=snr_db)[0] for n in range(PLAIN)])


def cues_in(samples: np.ndarray, transcript: Transcript, **more: object) -> list[Prosody | None]:
    tracks = {0: voice_track(samples, [Span(0.0, len(samples) / RATE)])}
    given_sides = more.pop("sides", [0] * len(transcript.turns))
    heard = with_prosody(transcript, sides=given_sides, tracks=tracks, **more)
    return [turn.prosody for turn in heard.turns]


@quick
@given(
    st.sampled_from([90.0, 180.0]),
    st.floats(-4, 6),
    st.floats(-5, 8),
    st.sampled_from([20.0, 10.0]),
)
def test_a_change_of_pitch_and_of_level_comes_back(
    pitch_hz: float, higher_st: float, louder_db: float, snr_db: float
) -> None:
    found = cues_in(spoken_call(pitch_hz, [(higher_st, louder_db)], snr_db=snr_db), transcript_of(PLAIN + 1))
    last = found[-1]
    assert last is not None
    assert last.pitch_st == pytest.approx(higher_st, abs=0.9)
    assert last.loudness_db == pytest.approx(louder_db, abs=1.0)
    assert last.pace_ratio == 1.0


def test_an_unchanged_speaker_stays_near_zero() -> None:
    found = cues_in(spoken_call(130.0, [(0.0, 0.0)] * 3, snr_db=15.0), transcript_of(PLAIN + 3))
    assert all(prosody is not None and abs(prosody.pitch_st or 9) < 1.0 for prosody in found)
    assert all(prosody is not None and abs(prosody.loudness_db or 0) < 1.0 for prosody in found)


@pytest.mark.parametrize(("snr_db", "least_voiced"), [(20.0, 0.7), (10.0, 0.5), (5.0, 0.35)])
@pytest.mark.parametrize("pitch_hz", [85.0, 120.0, 220.0, 300.0])
def test_octaves_are_right_in_noise(pitch_hz: float, snr_db: float | None, least_voiced: float) -> None:
    samples, truth = pulse_train(pitch_hz, 6.0, seed=1, snr_db=snr_db)
    track = voice_track(samples, [Span(0.0, 6.0)])
    found = pitches_of([track.pitch_st.astype(np.float64)], [track.strength.astype(np.float64)])[0]
    voiced = np.isfinite(found)
    at = (track.times_s[voiced] * RATE).astype(int)
    errors = np.abs(found[voiced] - 12 * np.log2(truth[at] / 220))
    assert voiced.mean() > least_voiced
    assert np.mean(errors > 3) < 0.02
    assert np.median(errors) < 0.15


def test_noise_has_no_pitch() -> None:
    noise = line_noise(8 * RATE, np.random.default_rng(0), rms=0.1).astype(np.float32)
    track = voice_track(noise, [Span(0.0, 8.0)])
    found = pitches_of([track.pitch_st.astype(np.float64)], [track.strength.astype(np.float64)])[0]
    assert not np.isfinite(found).any()


def test_a_line_tone_over_a_voice_is_not_its_pitch() -> None:
    samples, _ = pulse_train(120.0, 8.0, seed=3, snr_db=15.0)
    hum = 0.05 * np.sin(2 * np.pi * 50 * np.arange(len(samples)) / RATE)
    plain, hummed = (voice_track(each.astype(np.float32), [Span(0.0, 8.0)]) for each in (samples, samples + hum))
    first, second = (
        np.nanmedian(pitches_of([track.pitch_st.astype(np.float64)], [track.strength.astype(np.float64)])[0])
        for track in (plain, hummed)
    )
    assert second == pytest.approx(first, abs=0.1)
    assert np.allclose(plain.level_db, hummed.level_db, atol=0.6)


def test_a_gain_of_the_whole_call_changes_nothing() -> None:
    samples, transcript = spoken_call(150.0, [(2.0, 3.0)], snr_db=20.0), transcript_of(PLAIN + 1)
    for plain, louder in zip(cues_in(samples, transcript), cues_in(samples * 0.25, transcript), strict=True):
        assert plain is not None
        assert louder is not None
        assert louder.pitch_st == pytest.approx(plain.pitch_st, abs=0.02)
        assert louder.loudness_db == pytest.approx(plain.loudness_db, abs=0.02)


def test_frames_lie_inside_the_spans_in_order_and_once() -> None:
    samples = np.zeros(4 * RATE, np.float32)
    track = voice_track(samples, [Span(2.0, 9.0), Span(0.5, 1.0), Span(0.9, 1.1), Span(3.0, 3.01)])
    assert np.all(np.diff(track.times_s) > 0)
    assert track.times_s[0] == pytest.approx(0.5 + FRAME / 2 / RATE)
    assert track.times_s[-1] <= 4.0
    inside = (len(track.times_s) - 1) * HOP / RATE
    assert inside == pytest.approx(0.6 + 2.0, abs=0.2)
    assert voice_track(samples, []).pitch_st.shape == (0, 4)


def still(seconds: float, units: int, pitch_st: float = 0.0, level_db: float = 0.0) -> TurnVoice:
    frames = int(seconds * 50)
    return TurnVoice(np.full(frames, pitch_st), np.full(frames, level_db), units, seconds)


def test_prosody_is_relative_to_the_first_eighteen_seconds() -> None:
    start = [still(6.0, 18)] * 3
    assert prosody_of([*start, still(4.0, 18, 2.0, 3.0)])[-1] == Prosody(2.0, 3.0, 1.5)
    assert prosody_of([*start, still(60.0, 360, 9.0, 9.0), still(4.0, 12)])[-1] == Prosody(0.0, 0.0, 1.0)


@pytest.mark.parametrize("voices", [[still(30.0, 90)] * 2, [still(2.0, 6)] * 3, []])
def test_too_little_speech_gives_no_prosody(voices: list[TurnVoice]) -> None:
    assert prosody_of(voices) == [None] * len(voices)


def test_each_value_is_omitted_on_its_own() -> None:
    start = [still(6.0, 18)] * 3
    unvoiced = replace(still(4.0, 12), pitch_st=np.full(200, np.nan))
    another_voice, another_line, a_word = still(4.0, 12, 11.0), still(4.0, 12, 0.0, 26.0), still(0.3, 1)
    assert prosody_of([*start, unvoiced, another_voice, another_line, a_word])[3:] == [
        Prosody(None, 0.0, 1.0),
        Prosody(None, 0.0, 1.0),
        Prosody(0.0, None, 1.0),
        None,
    ]


def test_overlap_is_not_measured() -> None:
    samples, transcript = spoken_call(150.0, [(5.0, 8.0)], snr_db=None), transcript_of(PLAIN + 1)
    last_s = (PLAIN * PIECE_S, (PLAIN + 1) * PIECE_S)
    both = [SpeakerSpan(0, 0.0, 24.0, 0.9), SpeakerSpan(1, *last_s, 0.8)]
    assert overlaps(both) == [Span(*last_s)]
    assert cues_in(samples, transcript, speakers=both)[-1] == Prosody(None, None, 1.0)


def test_each_side_has_its_own_baseline() -> None:
    samples = np.concatenate([spoken_call(pitch, [], snr_db=20.0) for pitch in (110.0, 220.0)])
    transcript = transcript_of(2 * PLAIN)
    turns = tuple(replace(turn, role="agent" if turn.index < PLAIN else "customer") for turn in transcript.turns)
    found = cues_in(samples, replace(transcript, turns=turns), sides=[0] * PLAIN + [1] * PLAIN)
    assert all(prosody is not None and abs(prosody.pitch_st or 0) < 1.0 for prosody in found)


def test_an_agent_who_takes_over_has_their_own_baseline() -> None:
    samples = np.concatenate([spoken_call(pitch, [], snr_db=20.0) for pitch in (110.0, 165.0)])
    one = cues_in(samples, transcript_of(2 * PLAIN))
    two = cues_in(samples, transcript_of(2 * PLAIN, extra={"agents": f"A07@#0; A12@#{PLAIN}"}))
    unreadable = cues_in(samples, transcript_of(2 * PLAIN, extra={"agents": "who knows"}))
    assert one[-1] is not None
    assert one[-1].pitch_st == pytest.approx(7.0, abs=1.0)
    assert two[-1] is not None
    assert two[-1].pitch_st == pytest.approx(0.0, abs=1.0)
    assert unreadable == one


def test_chinese_is_counted_by_character() -> None:
    said = [Word("你好", 0, 1, 1.0), Word("iPhone", 1, 2, 1.0), Word("吗？", 2, 3, 1.0)]
    assert units_of(said) == 4


def test_a_transcribed_call_has_prosody() -> None:
    rest = np.zeros(2 * RATE, np.float32)
    voices = [
        np.concatenate([pulse_train(pitch, 4.0, seed=n)[0], rest]) for n, pitch in enumerate([120.0] * 5 + [160.0])
    ]
    channel = np.concatenate(voices)
    audio = Audio(np.stack([channel, np.zeros_like(channel)]))
    recording = Recording("a", "a.wav", "0" * 64, audio.duration_s, 2, RATE, "pcm", CallMetadata(language="en"))
    speech_models = SpeechModels(
        FakeVoiceDetector(), FakeRecogniser(script={("a", 0): ["one two three four five six"] * 6}), FakeDiarizer(1)
    )
    (heard,) = transcribe([(recording, audio)], speech_models=speech_models)
    assert isinstance(heard, Transcript)
    told = [turn.prosody for turn in heard.turns]
    assert len(told) > 3
    assert told[-1] is not None
    assert told[-1].pitch_st == pytest.approx(5.0, abs=1.0)
