import numpy as np
import pytest

from models.silero import SileroSettings, _padded, _spans, silero
from pipeline.ports import Span

RATE = 16_000
SETTINGS = SileroSettings(threshold=0.5, end_threshold=0.3, min_speech_s=0.1, min_silence_s=0.1)


def test_speech_continues_through_weak_frames_and_short_pauses() -> None:
    probabilities = np.array([0, 0.9, 0.4, 0.35, 0, 0, 0.6, 0.9, 0, 0, 0, 0, 0, 0, 0.4, 0.4], np.float32)
    assert _spans(probabilities, SETTINGS) == [(0.032, 0.256)]


def test_clicks_are_not_speech() -> None:
    assert _spans(np.array([0, 0.9, 0, 0, 0, 0, 0, 0], np.float32), SETTINGS) == []


def test_neighbours_share_the_pause_between_them() -> None:
    assert _padded([(1.0, 2.0), (2.25, 3.0)], 0.25, 3.125) == [Span(0.75, 2.125), Span(2.125, 3.125)]


@pytest.mark.slow
def test_silence_and_noise_have_no_speech() -> None:
    detector = silero()
    noise = np.random.default_rng(0).normal(0, 0.003, RATE * 5).astype(np.float32)
    assert detector.speech(np.zeros(RATE * 5, np.float32)) == []
    assert detector.speech(noise) == []
    assert detector.probabilities(noise).shape == (157,)
