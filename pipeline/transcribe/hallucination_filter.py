"""Guards against text that nobody said: loops, text over silence, and what recognisers write when they hear noise."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from pipeline.ports import Recognition, Window
from pipeline.recording import ASR_SAMPLE_RATE_HZ
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.word_text import text_of
from pipeline.transcript import Language, Word

LONGEST_LOOP = 12
MOST_REPEATS = {1: 6, 2: 4}
REPEATS = 3
SURE = 0.5
UNSAID = re.compile(
    r"thank(s| you) (so much )?for (watching|listening to)|(like and |please )subscribe|"
    r"see you (in the )?next (video|time)|"
    r"subtitles? by|transcri(bed|ption) by|amara\.org|字幕|订阅|点赞|打赏|明镜|谢谢观看|感谢观看|下期再见|以下是普通话",
    re.IGNORECASE,
)


def failed_checks(
    heard: Recognition, window: Window, *, language: Language, settings: TranscriptionSettings
) -> tuple[str, ...]:
    """Why the text of a window deserves a second, wider search; empty when nothing is odd."""
    if not heard.words:
        return ("empty",)
    seconds = max(len(window.samples) / ASR_SAMPLE_RATE_HZ, 0.1)
    text = text_of(heard.words, language)
    units = len(text) if language == "zh" else len(heard.words)
    fastest = settings.max_characters_per_s if language == "zh" else settings.max_words_per_s
    signs = {
        "compression": heard.compression_ratio > settings.max_compression,
        "log probability": heard.mean_log_probability < settings.min_log_probability,
        "no speech": heard.no_speech_probability > settings.max_no_speech,
        "loop": len(without_loops(heard.words)) < len(heard.words),
        "pace": units / seconds > fastest,
        "boilerplate": UNSAID.search(text) is not None,
    }
    return tuple(name for name, odd in signs.items() if odd)


def better_recognition(
    first: Recognition, second: Recognition, window: Window, *, language: Language, settings: TranscriptionSettings
) -> Recognition:
    """The more trustworthy of two recognitions of one window: fewer doubts, then the likelier."""

    def rank(heard: Recognition) -> tuple[int, float]:
        return -len(failed_checks(heard, window, language=language, settings=settings)), heard.mean_log_probability

    return second if rank(second) > rank(first) else first


def filter_words(
    heard: Recognition, window: Window, *, language: Language, unverified: bool, settings: TranscriptionSettings
) -> tuple[Word, ...]:
    """The words of a window that may be kept. A `suspect` window, in which no detector heard speech, must convince."""
    signs = set(failed_checks(heard, window, language=language, settings=settings))
    silence = {"no speech", "log probability"} <= signs
    if silence or (signs & {"empty", "boilerplate"} and _alone(heard, language)):
        return ()
    if unverified and (signs or _mean_probability(heard.words) < SURE):
        return ()
    return without_loops(heard.words)


def without_loops(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words with every loop cut to one round: the same 1 to 12 words over and over."""
    kept = list(words)
    keys = [_key(word.text) for word in kept]
    for size in range(1, LONGEST_LOOP + 1):
        start = 0
        while start + 2 * size <= len(keys):
            rounds = _rounds(keys, start, size)
            if rounds > MOST_REPEATS.get(size, REPEATS):
                del kept[start + size : start + rounds * size]
                del keys[start + size : start + rounds * size]
            start += 1
    return tuple(kept)


def _rounds(keys: Sequence[str], start: int, size: int) -> int:
    """How often the `size` words from `start` on are said in a row."""
    pattern = keys[start : start + size]
    rounds = 1
    while keys[start + rounds * size : start + (rounds + 1) * size] == pattern and any(pattern):
        rounds += 1
    return rounds


def _key(text: str) -> str:
    """A word without case and punctuation."""
    return re.sub(r"\W", "", text).lower()


def _alone(heard: Recognition, language: Language) -> bool:
    """Whether boilerplate is about all that the window has."""
    text = text_of(heard.words, language)
    return len(UNSAID.sub("", text)) < 0.5 * len(text) if text else True


def _mean_probability(words: Sequence[Word]) -> float:
    """The mean word probability, 0 without words."""
    return math.fsum(word.probability for word in words) / len(words) if words else 0.0
