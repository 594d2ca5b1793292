from pathlib import Path

import numpy as np
import pytest

from models.whisper import Whisper, WhisperSettings, whisper
from pipeline.errors import ModelError
from pipeline.ports import Window

RATE = 16_000


def window(seconds: float) -> Window:
    return Window("c", 0, np.zeros(int(seconds * RATE), np.float32))


def model(**settings: object) -> Whisper:
    return Whisper(Path("nowhere"), "none", settings=WhisperSettings(**settings))


def test_batches_hold_windows_of_one_encoder_length_only() -> None:
    windows = [window(seconds) for seconds in (3, 14, 3.5, 13.5, 7, 9)]
    batches = [numbers for numbers, _ in model(batch_size=2)._batches(windows)]
    assert batches == [[1, 3], [5], [4], [2, 0]]


def test_the_encoder_gets_speech_and_padding_in_steps() -> None:
    assert [model()._frames(window(seconds)) for seconds in (1, 7, 7.1, 14, 28)] == [600, 900, 1000, 1600, 3000]


def test_a_folder_without_a_model_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be loaded .* Give a folder"):
        Whisper(tmp_path, "none").recognise([window(1)], language="en")


def test_workers_do_not_change_the_fingerprint_but_beams_do() -> None:
    assert model(workers=1).fingerprint == model(workers=4).fingerprint
    assert model(beam_size=5).fingerprint != model().fingerprint


@pytest.mark.slow
def test_silence_gives_no_convincing_words_and_order_is_kept() -> None:
    tiny = whisper("whisper-tiny-en", device="cpu")
    heard = tiny.recognise([window(2), window(12)], language="en")
    assert len(heard) == 2
    assert tiny.language([window(2)]) == ("en", 1.0)


@pytest.mark.slow
def test_an_english_model_refuses_chinese() -> None:
    with pytest.raises(ModelError, match="knows English only"):
        whisper("whisper-tiny-en", device="cpu").recognise([window(1)], language="zh")


@pytest.mark.slow
def test_a_window_is_recognised_the_same_alone_and_in_a_batch() -> None:
    tiny = whisper("whisper-tiny-en", device="cpu")
    random = np.random.default_rng(0)
    windows = [Window("c", 0, random.normal(0, 0.05, RATE * n).astype(np.float32)) for n in (4, 5, 6)]
    together = tiny.recognise(windows, language="en")
    alone = [tiny.recognise([one], language="en")[0] for one in windows]
    assert [[word.text for word in r.words] for r in together] == [[word.text for word in r.words] for r in alone]
