import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ports import Span, Window
from pipeline.transcribe.window import cut_subwindow, spans_without_words, split, to_call_time, windows_of
from pipeline.transcript import Word

RATE = 16_000


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, int(seconds * RATE)).astype(np.float32)


def test_neighbouring_spans_share_a_window_up_to_its_length() -> None:
    windows = windows_of(
        noise(30), [Span(0, 4), Span(6, 10), Span(20, 28)], call_id="c", channel=1, longest_s=10, gap_s=0.5
    )
    assert [len(window.samples) / RATE for window in windows] == [8.5, 8.0]
    assert windows[0].pieces == ((0.0, Span(0, 4)), (4.5, Span(6, 10)))
    assert (windows[1].call_id, windows[1].channel) == ("c", 1)


def test_a_long_span_is_cut_where_it_is_quiet() -> None:
    samples = noise(20)
    samples[int(8.2 * RATE) : int(8.5 * RATE)] = 0
    first, second = split(samples, Span(0, 16), longest_s=10)
    assert first.end_s == pytest.approx(8.3, abs=0.11)
    assert second == Span(first.end_s, 16)


def test_a_word_after_the_gap_is_mapped_to_call_time() -> None:
    window = Window("c", 0, noise(8), ((0.0, Span(10, 14)), (4.5, Span(60, 63))))
    first, second = to_call_time(window, [Word("a", 1.0, 1.5, 1.0), Word("b", 5.0, 5.25, 1.0)])
    assert (first.start_s, first.end_s) == (11.0, 11.5)
    assert (second.start_s, second.end_s) == (60.5, 60.75)


def test_a_sentence_does_not_cross_a_stitch() -> None:
    window = Window("c", 0, noise(8), ((0.0, Span(10, 14)), (4.0, Span(60, 64))))
    said = [("help", 3.0), ("you?", 3.3), ("Of", 3.6), ("course.", 4.2)]
    mapped = to_call_time(window, [Word(text, at, at + 0.2, 1.0) for text, at in said])
    assert [word.start_s > 50 for word in mapped] == [False, False, True, True]
    assert [word.start_s for word in mapped][2:] == [60.0, 60.2]


@given(st.lists(st.tuples(st.floats(0.1, 20), st.floats(0.05, 5)), min_size=1, max_size=8), st.floats(5, 28))
def test_windows_hold_all_speech_once_and_never_exceed_their_length(lengths: list, longest_s: float) -> None:
    spans, at = [], 0.0
    for speech_s, pause_s in lengths:
        spans.append(Span(at, at + speech_s))
        at += speech_s + pause_s
    windows = windows_of(noise(at), spans, call_id="c", channel=0, longest_s=longest_s, gap_s=0.0)
    pieces = [span for window in windows for _, span in window.pieces]
    assert sum(p.end_s - p.start_s for p in pieces) == pytest.approx(sum(s.end_s - s.start_s for s in spans))
    assert all(len(window.samples) <= longest_s * RATE + 8 for window in windows)


@given(st.floats(0, 8), st.floats(0, 2))
def test_no_word_leaves_its_piece(start_s: float, length_s: float) -> None:
    window = Window("c", 0, noise(8), ((0.0, Span(10, 14)), (4.0, Span(60, 64))))
    (word,) = to_call_time(window, [Word("a", start_s, start_s + length_s, 1.0)])
    assert any(span.start_s - 1e-6 <= word.start_s <= word.end_s <= span.end_s + 1e-6 for _, span in window.pieces)


def test_speech_without_words_is_found_between_turns_and_inside_one() -> None:
    window = Window("c", 0, noise(16), ((0.0, Span(10, 20)), (10.1, Span(30, 31.5)), (11.7, Span(40, 40.9))))
    words = [Word("a", 10.5, 11.0, 1.0), Word("b", 13.5, 14.0, 1.0), Word("c", 15.9, 16.4, 1.0)]
    assert spans_without_words(window, words) == [Span(11.0, 13.5), Span(16.4, 20), Span(30, 31.5)]
    assert spans_without_words(window, [*words, Word("d", 17.0, 19.0, 1.0), Word("e", 31.4, 31.6, 1.0)]) == [
        Span(11.0, 13.5)
    ]


def test_a_subwindow_keeps_its_samples_and_call_times() -> None:
    samples = noise(30)
    (window,) = windows_of(samples, [Span(2, 6), Span(9, 12)], call_id="c", channel=1, longest_s=10, gap_s=0.5)
    again = cut_subwindow(window, [Span(3, 5), Span(9, 12)], gap_s=0.25)
    assert again.pieces == ((0.0, Span(3, 5)), (2.25, Span(9, 12)))
    assert (again.call_id, again.channel) == ("c", 1)
    np.testing.assert_array_equal(again.samples[: 2 * RATE], samples[3 * RATE : 5 * RATE])
    np.testing.assert_array_equal(again.samples[-3 * RATE :], samples[9 * RATE : 12 * RATE])
