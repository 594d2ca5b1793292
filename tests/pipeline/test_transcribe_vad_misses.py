import numpy as np
import pytest

from pipeline.ports import Span
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.vad_misses import vad_misses

RATE = 16_000
SETTINGS = TranscriptionSettings()


def line(*bursts: tuple[float, float], level: float = 0.1, seconds: float = 20.0) -> np.ndarray:
    random = np.random.default_rng(0)
    samples = random.normal(0, 0.002, int(seconds * RATE))
    for start_s, end_s in bursts:
        at = slice(int(start_s * RATE), int(end_s * RATE))
        samples[at] += random.normal(0, level, at.stop - at.start)
    return samples.astype(np.float32)


def test_a_quiet_line_has_no_misses() -> None:
    assert vad_misses(line(), [], other=None, settings=SETTINGS) == []


def test_a_loud_undetected_stretch_is_found() -> None:
    (span,) = vad_misses(line((5, 8)), [], other=None, settings=SETTINGS)
    assert (span.start_s, span.end_s) == (pytest.approx(4.75, abs=0.15), pytest.approx(8.25, abs=0.15))


def test_detected_speech_is_not_a_miss() -> None:
    assert vad_misses(line((5, 8)), [Span(4.8, 8.2)], other=None, settings=SETTINGS) == []


def test_a_click_is_too_short() -> None:
    assert vad_misses(line((5, 5.2)), [], other=None, settings=SETTINGS) == []


def test_crosstalk_from_a_much_louder_channel_is_ignored() -> None:
    assert vad_misses(line((5, 8), level=0.01), [], other=line((5, 8), level=0.3), settings=SETTINGS) == []


def test_digital_silence_and_an_empty_channel_are_quiet() -> None:
    assert vad_misses(np.zeros(RATE, np.float32), [], other=None, settings=SETTINGS) == []
    assert vad_misses(np.zeros(0, np.float32), [], other=None, settings=SETTINGS) == []
