"""The two scripts of Chinese. Calls are kept as written or in the script that was chosen, and judged in Simplified.

Every conversion gives as many characters as it was given, so that a place in one form is the same place in the other.
It changes characters, never words: what Taiwan and the mainland call differently stays as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pipeline.transcript import ChineseScript, Language, Transcript

if TYPE_CHECKING:
    from opencc import OpenCC

# An "OK" in a Chinese call is no English turn.
MIN_FOREIGN = 3
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_YAO = "幺"
# OpenCC leaves 著 alone, since it is also a word of its own (著名, 原著); elsewhere it is the particle 着.
_PARTICLE = re.compile("(?<![名原编专译论土显])著(?![名作称])")


def simplified(text: str) -> str:
    """The text in Simplified characters."""
    if text.isascii() or not any(map(_may_change, set(text))):
        return text
    return _PARTICLE.sub("着", str(_converter("t2s").convert(text)))


def traditional(text: str) -> str:
    """The text in the Traditional characters that are standard in Taiwan."""
    if text.isascii():
        return text
    converted = str(_converter("s2tw").convert(text))
    # OpenCC writes the digit 幺 as 么, which is also the question's 什么.
    return "".join(map(_kept_digit, text, converted)) if _YAO in text else converted


def in_script(text: str, script: ChineseScript) -> str:
    """The text in one of the scripts."""
    return simplified(text) if script == "simplified" else traditional(text)


def script_of(texts: Iterable[str]) -> ChineseScript:
    """The script that most characters are in of those that differ; Simplified where none does."""
    text = "\n".join(texts)
    if simplified(text) == text:
        return "simplified"
    return "traditional" if _distance(text, simplified(text)) > _distance(text, traditional(text)) else "simplified"


def language_of(text: str, *, call: Language) -> Language:
    """The language of a turn: the call's, unless at least three of its words or characters, and most, are the other."""
    chinese, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if call == "zh":
        return "en" if latin > max(chinese, MIN_FOREIGN - 1) else "zh"
    return "zh" if chinese > max(latin, MIN_FOREIGN - 1) else "en"


def in_simplified(transcript: Transcript) -> Transcript:
    """The transcript as judges read it, its words aside; the same where nothing is in Traditional characters."""
    texts = [simplified(turn.text) for turn in transcript.turns]
    if all(text == turn.text for text, turn in zip(texts, transcript.turns, strict=True)):
        return transcript
    turns = tuple(replace(turn, text=text) for text, turn in zip(texts, transcript.turns, strict=True))
    return replace(transcript, turns=turns)


def _kept_digit(character: str, converted: str) -> str:
    return _YAO if character == _YAO else converted


def _distance(first: str, second: str) -> int:
    """How many characters differ."""
    return sum(one != other for one, other in zip(first, second, strict=True))


@lru_cache(maxsize=1 << 14)
def _may_change(character: str) -> bool:
    return character == "著" or str(_converter("t2s").convert(character)) != character


@cache
def _converter(conversion: str) -> OpenCC:
    from opencc import OpenCC

    converter = OpenCC(conversion)
    # It reads its dictionaries at the first use, which must not be that of two threads.
    converter.convert("")
    return converter
