"""The load of the transcription bench: cuts of labelled calls with their words."""

import wave

import numpy as np
import pytest

from bench.hear import error_rate, medians
from bench.hear_load import LONGEST_S, SHORTEST_S, cuts, read_load, write_load
from bench.hear_systems import Texts
from pipeline.evaluate.reference import Reference

WORDS = [
    f"{word} {word}"
    for word in ["alpha", "bravo", "carrot", "delta", "echo", "fox", "golf", "hotel", "india", "juliet"]
]


@pytest.fixture
def call(tmp_path):
    """Ten alternating turns of 30 s, the agent on the left; each channel has its own tone."""
    rate, seconds = 8000, 300
    times = np.arange(rate * seconds) / rate
    sides = [np.sin(2 * np.pi * hz * times) * 8000 for hz in (200, 400)]
    with wave.open(str(tmp_path / "call.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(sides, axis=1).astype("<i2").tobytes())
    turns = tuple((("agent", "customer")[n % 2], n * 30.0, n * 30.0 + 29.0, WORDS[n]) for n in range(seconds // 30))
    return Reference("call", tmp_path / "call.wav", "en", False, {0: "agent", 1: "customer"}, turns)


def test_cuts_last_one_to_four_minutes_and_start_with_a_turn(call):
    for cut in cuts([call], 12):
        assert SHORTEST_S <= cut.end_s - cut.start_s <= LONGEST_S + 1
        assert cut.turns[0][1] - cut.start_s <= 0.25


def test_a_repeated_call_starts_later(call):
    assert [cut.start_s for cut in cuts([call], 3)] == [0.0, 59.75, 119.75]


def test_the_same_count_gives_the_same_cuts(call):
    assert cuts([call], 7) == cuts([call], 7)


def test_short_calls_alone_are_an_error(call):
    with pytest.raises(ValueError, match="no labelled call lasts 60 s"):
        cuts([Reference("short", call.audio, "en", False, call.channels, call.turns[:1])], 1)


def test_a_written_load_reads_back_with_its_words_in_its_own_time(call, tmp_path):
    first, second = write_load(cuts([call], 2), tmp_path / "load")
    assert (first.mono, second.mono) == (False, False)
    assert second.turns[0] == ("agent", 0.25, 29.25, "carrot carrot")
    assert read_load(tmp_path / "load") == [first, second]
    with wave.open(str(second.audio)) as file:
        assert file.getnchannels() == 2
        assert file.getnframes() / file.getframerate() == pytest.approx(239.5, abs=0.01)


def test_the_error_rate_counts_each_channel_against_its_own_speaker(call):
    turns = call.turns[:2]
    short = Reference("short", call.audio, "en", False, call.channels, turns)
    assert error_rate([short], [Texts("short", ("alpha alpha", "bravo bravo"))]) == 0.0
    assert error_rate([short], [Texts("short", ("alpha alpha", "bravo"))]) == 0.25
    assert error_rate([short], [Texts("short", ("bravo bravo", "alpha alpha"))]) == 1.0


def test_each_figure_is_the_median_of_its_runs():
    assert medians([{"a": 1, "b": 9}, {"a": 3, "b": 7}, {"a": 2, "b": 8}]) == {"a": 2, "b": 8}
