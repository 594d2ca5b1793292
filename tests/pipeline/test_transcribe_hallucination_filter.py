import numpy as np
import pytest

from pipeline.ports import Recognition, Window
from pipeline.transcribe.hallucination_filter import better_recognition, failed_checks, filter_words, without_loops
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcript import Word

SETTINGS = TranscriptionSettings()
WINDOW = Window("c", 0, np.zeros(16_000 * 5, np.float32))


def words(text: str, probability: float = 0.9) -> tuple[Word, ...]:
    return tuple(Word(token, n * 0.1, n * 0.1 + 0.1, probability) for n, token in enumerate(text.split()))


def failed(recognition: Recognition) -> tuple[str, ...]:
    return failed_checks(recognition, WINDOW, language="en", settings=SETTINGS)


def kept(recognition: Recognition, *, unverified: bool = False) -> str:
    found = filter_words(recognition, WINDOW, language="en", unverified=unverified, settings=SETTINGS)
    return " ".join(word.text for word in found)


def test_plain_speech_passes_every_check() -> None:
    assert failed(Recognition(words("I would like to check my order please"), -0.2)) == ()


@pytest.mark.parametrize(
    ("recognition", "sign"),
    [
        (Recognition((), -0.2), "empty"),
        (Recognition(words("hello there"), -1.4), "log probability"),
        (Recognition(words("hello there"), -0.2, 0.9), "no speech"),
        (Recognition(words("hello there"), -0.2, 0.0, 3.0), "compression"),
        (Recognition(words("a b c d e f " * 7), -0.2), "pace"),
        (Recognition(words("thanks for watching everyone"), -0.2), "boilerplate"),
    ],
)
def test_each_failed_check_is_named(recognition: Recognition, sign: str) -> None:
    assert sign in failed(recognition)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("4 4 4 4 4 4 4 4 4 4", "4"),
        ("no no no", "no no no"),
        ("so I called so I called so I called so I called so I called then", "so I called then"),
        ("seven seven one oh", "seven seven one oh"),
    ],
)
def test_loops_are_cut_to_one_round_and_emphasis_is_kept(said: str, left: str) -> None:
    assert " ".join(word.text for word in without_loops(words(said))) == left


def test_text_over_silence_is_dropped() -> None:
    assert kept(Recognition(words("you"), -1.5, 0.9)) == ""


def test_boilerplate_alone_is_dropped() -> None:
    assert kept(Recognition(words("Thank you for watching."), -0.1)) == ""


def test_unlikely_words_are_kept_where_speech_was_detected() -> None:
    assert kept(Recognition(words("mumbled words", 0.3), -1.2)) == "mumbled words"


def test_an_unverified_window_must_pass_every_check() -> None:
    assert kept(Recognition(words("mumbled words", 0.3), -0.2), unverified=True) == ""
    assert kept(Recognition(words("clear words", 0.8), -0.2), unverified=True) == "clear words"


def test_the_recognition_with_fewer_failed_checks_wins() -> None:
    doubtful, sound = Recognition(words("a " * 60), -0.1), Recognition(words("hello there"), -0.6)
    assert better_recognition(doubtful, sound, WINDOW, language="en", settings=SETTINGS) is sound
