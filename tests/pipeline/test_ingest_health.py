import numpy as np
import pytest
from audio_files import tone

from pipeline.ingest.health import audio_health
from pipeline.recording import Audio


def health(*channels):
    return audio_health(Audio(np.stack(channels).astype(np.float32)))


def test_a_full_scale_sine_is_3_db_below_full_scale():
    assert health(tone(level=1.0, rate=16_000)[0]).level_dbfs == (-3.01,)


def test_a_silent_channel_is_named():
    assert health(tone(rate=16_000)[0], np.zeros(16_000)).silent == (False, True)


def test_clipping_is_the_share_of_samples_at_full_scale():
    samples = np.zeros(1_000)
    samples[:250] = 1.0
    assert health(samples).clipped_share == (0.25,)


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_one_signal_on_both_channels_is_a_duplicate_at_any_level(gain):
    samples = tone(rate=16_000)[0]
    assert health(samples, samples * gain).duplicate_channels


def test_two_speakers_are_not_duplicates():
    assert not health(*tone(rate=16_000, channels=2)).duplicate_channels


def test_two_silent_channels_are_not_duplicates():
    assert not health(np.zeros(100), np.zeros(100)).duplicate_channels


def test_the_same_audio_with_its_polarity_turned_is_a_duplicate():
    samples = tone(rate=16_000)[0]
    assert health(samples, -samples).duplicate_channels


def test_a_common_offset_does_not_make_duplicates():
    first, second = tone(rate=16_000, channels=2, level=0.02)
    assert not health(first + 0.3, second + 0.3).duplicate_channels


def test_a_line_that_only_hisses_is_silent_and_one_short_word_on_it_is_not():
    hiss = np.random.default_rng(0).normal(0, 0.003, 16_000 * 5)
    word = np.zeros(16_000 * 5)
    word[32_000:36_000] = 0.05 * np.sin(np.arange(4_000) * 0.2)
    assert health(hiss, hiss[::-1] + word).silent == (True, False)


def test_an_offset_without_sound_is_silent():
    assert health(np.full(16_000, 0.005)).silent == (True,)
