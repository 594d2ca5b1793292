import numpy as np
import pytest

from models.campplus import MIN_SINGLE_VOICE, CamPlus, _single_voice, _spans, _windows, campplus
from models.filterbank import log_banks
from pipeline.ports import Span

RATE = 16_000


def tone(hz: float, seconds: float) -> np.ndarray:
    at = np.arange(int(seconds * RATE)) / RATE
    return (0.3 * np.sign(np.sin(2 * np.pi * hz * at)) * (1 + np.sin(2 * np.pi * 4 * at))).astype(np.float32)


def test_filter_banks_have_a_row_each_hundredth_of_a_second() -> None:
    banks = log_banks(tone(200, 1.0))
    assert (banks.shape, banks.dtype) == ((98, 80), np.float32)


def test_a_higher_tone_peaks_in_a_higher_band() -> None:
    at = np.arange(RATE) / RATE
    peaks = [int(log_banks(np.sin(2 * np.pi * hz * at)).mean(axis=0).argmax()) for hz in (300, 1000, 3000)]
    assert peaks == sorted(set(peaks))


def test_windows_cover_a_span_to_its_end() -> None:
    assert _windows(Span(0, 2.3), 1.0, 0.5, 1000) == [(0, 100), (50, 150), (100, 200), (130, 230)]


def test_a_short_span_is_widened_around_its_middle() -> None:
    assert _windows(Span(1.0, 1.1), 1.0, 0.5, 1000) == [(75, 135)]
    assert _windows(Span(0.0, 0.2), 1.0, 0.5, 40) == [(0, 40)]


def test_speaker_spans_stay_inside_the_speech() -> None:
    path, lead = np.array([0] * 10 + [1] * 10), np.array([0.3] * 10 + [-0.3] * 10)
    spans = _spans(path, lead, [Span(0.55, 1.45)])
    assert [(span.speaker, round(span.start_s, 2), round(span.end_s, 2)) for span in spans] == [
        (0, 0.55, 1.0),
        (1, 1.0, 1.45),
    ]
    assert spans[0].confidence == pytest.approx(0.8)


def test_windows_with_two_voices_are_masked() -> None:
    where = [(at, at + 100) for at in range(0, 1000, 100)]
    assert _single_voice(where, [Span(1.0, 2.6)]).tolist() == [True, False, False, *[True] * 7]


def test_all_windows_count_if_too_few_have_one_voice() -> None:
    where = [(at, at + 100) for at in range(0, 100 * (MIN_SINGLE_VOICE - 1), 100)]
    assert _single_voice(where, [Span(0.0, 1.0)]).all()


def test_no_speech_has_no_speakers(tmp_path) -> None:
    assert CamPlus(tmp_path).speakers(np.zeros(RATE, np.float32), []) == []


@pytest.mark.slow
def test_two_sounds_that_differ_are_two_speakers() -> None:
    hiss = np.random.default_rng(0).normal(0, 0.1, 4 * RATE).astype(np.float32)
    samples = np.concatenate([tone(110, 4), hiss, tone(110, 4)])
    spans = campplus().speakers(samples, [Span(0, 4), Span(4, 8), Span(8, 12)])
    assert [span.speaker for span in spans if span.end_s - span.start_s > 1] == [0, 1, 0]


@pytest.mark.slow
def test_one_sound_is_one_speaker() -> None:
    spans = campplus().speakers(tone(110, 8), [Span(0, 4), Span(4, 8)])
    assert {span.speaker for span in spans} == {0}
