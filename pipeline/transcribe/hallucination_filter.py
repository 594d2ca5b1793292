"""Filter hallucinated text: loops, text over silence, and phrases that recognisers write when they hear noise."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from pipeline.ports import Recognition, Window
from pipeline.recording import ASR_SAMPLE_RATE_HZ
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.word_text import text_of
from pipeline.transcript import Language, Word

MAX_LOOP_WORDS = 12
MAX_ROUNDS = {1: 6, 2: 4}
MAX_LONG_ROUNDS = 3
MIN_PROBABILITY = 0.5
BOILERPLATE = re.compile(
    r"thank(s| you) (so much )?for (watching|listening to)|(like and |please )subscribe|"
    r"see you (in the )?next (video|time)|"
    r"subtitles? by|transcri(bed|ption) by|amara\.org|字幕|订阅|点赞|打赏|明镜|谢谢观看|感谢观看|下期再见|以下是普通话",
    re.IGNORECASE,
)


def failed_checks(
    recognition: Recognition, window: Window, *, language: Language, settings: TranscriptionSettings
) -> tuple[str, ...]:
    """Name the checks that a window's text fails and that call for fallback decoding; empty if it passes all."""
    if not recognition.words:
        return ("empty",)
    seconds = max(len(window.samples) / ASR_SAMPLE_RATE_HZ, 0.1)
    text = text_of(recognition.words, language)
    units = len(text) if language == "zh" else len(recognition.words)
    fastest = settings.max_characters_per_s if language == "zh" else settings.max_words_per_s
    failed = {
        "compression": recognition.compression_ratio > settings.max_compression,
        "log probability": recognition.mean_log_probability < settings.min_log_probability,
        "no speech": recognition.no_speech_probability > settings.max_no_speech,
        "loop": len(without_loops(recognition.words)) < len(recognition.words),
        "pace": units / seconds > fastest,
        "boilerplate": BOILERPLATE.search(text) is not None,
    }
    return tuple(name for name, odd in failed.items() if odd)


def better_recognition(
    first: Recognition, second: Recognition, window: Window, *, language: Language, settings: TranscriptionSettings
) -> Recognition:
    """The more trustworthy of two recognitions of one window: fewer failed checks, then the higher log-probability."""

    def rank(recognition: Recognition) -> tuple[int, float]:
        return -len(
            failed_checks(recognition, window, language=language, settings=settings)
        ), recognition.mean_log_probability

    return second if rank(second) > rank(first) else first


def filter_words(
    recognition: Recognition, window: Window, *, language: Language, unverified: bool, settings: TranscriptionSettings
) -> tuple[Word, ...]:
    """The words of a window to keep. An `unverified` window, from a VAD miss, must pass every check."""
    failed = set(failed_checks(recognition, window, language=language, settings=settings))
    silence = {"no speech", "log probability"} <= failed
    if silence or (failed & {"empty", "boilerplate"} and _mostly_boilerplate(recognition, language)):
        return ()
    if unverified and (failed or _mean_probability(recognition.words) < MIN_PROBABILITY):
        return ()
    return without_loops(recognition.words)


def without_loops(words: Sequence[Word]) -> tuple[Word, ...]:
    """Cut every loop, 1 to 12 words repeated over and over, to one round."""
    kept = list(words)
    keys = [_key(word.text) for word in kept]
    for size in range(1, MAX_LOOP_WORDS + 1):
        start = 0
        while start + 2 * size <= len(keys):
            rounds = _rounds(keys, start, size)
            if rounds > MAX_ROUNDS.get(size, MAX_LONG_ROUNDS):
                del kept[start + size : start + rounds * size]
                del keys[start + size : start + rounds * size]
            start += 1
    return tuple(kept)


def _rounds(keys: Sequence[str], start: int, size: int) -> int:
    """How often the `size` words from `start` repeat in a row."""
    pattern = keys[start : start + size]
    rounds = 1
    while keys[start + rounds * size : start + (rounds + 1) * size] == pattern and any(pattern):
        rounds += 1
    return rounds


def _key(text: str) -> str:
    """A word in lower case without punctuation."""
    return re.sub(r"\W", "", text).lower()


def _mostly_boilerplate(recognition: Recognition, language: Language) -> bool:
    """True if at least half of the text is boilerplate."""
    text = text_of(recognition.words, language)
    return len(BOILERPLATE.sub("", text)) < 0.5 * len(text) if text else True


def _mean_probability(words: Sequence[Word]) -> float:
    """Mean word probability; 0 without words."""
    return math.fsum(word.probability for word in words) / len(words) if words else 0.0
