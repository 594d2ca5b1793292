"""Simplified and Traditional Chinese. Calls keep their script, or get the chosen one; scoring reads Simplified.

Conversions keep the number of characters, so positions stay valid. They change characters, never words: regional
vocabulary stays as spoken.
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

# A lone "OK" does not make a Chinese turn English.
MIN_FOREIGN = 3
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_YAO = "幺"
# OpenCC keeps 著, which is also a word of its own (著名, 原著); elsewhere it is the particle 着.
_PARTICLE = re.compile("(?<![名原编专译论土显])著(?![名作称])")


def simplified(text: str) -> str:
    """Convert text to Simplified characters."""
    if text.isascii() or not any(map(_may_change, set(text))):
        return text
    return _PARTICLE.sub("着", str(_converter("t2s").convert(text)))


def traditional(text: str) -> str:
    """Convert text to Traditional characters, by the standard of Taiwan."""
    if text.isascii():
        return text
    converted = str(_converter("s2tw").convert(text))
    # OpenCC converts the digit 幺 to 么, which is also in the question word 什么.
    return "".join(map(_keep_yao, text, converted)) if _YAO in text else converted


def in_script(text: str, script: ChineseScript) -> str:
    """Convert text to the given script."""
    return simplified(text) if script == "simplified" else traditional(text)


def script_of(texts: Iterable[str]) -> ChineseScript:
    """The script of most characters that differ between the two; Simplified if none does."""
    text = "\n".join(texts)
    if simplified(text) == text:
        return "simplified"
    return "traditional" if _distance(text, simplified(text)) > _distance(text, traditional(text)) else "simplified"


def turn_language(text: str, *, call: Language) -> Language:
    """The language of a turn: the call's, unless most words or characters, and at least three, are in the other."""
    chinese, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if call == "zh":
        return "en" if latin > max(chinese, MIN_FOREIGN - 1) else "zh"
    return "zh" if chinese > max(latin, MIN_FOREIGN - 1) else "en"


def in_simplified(transcript: Transcript) -> Transcript:
    """Convert the turns' text, not their words, to Simplified; returns the same transcript if nothing changes."""
    texts = [simplified(turn.text) for turn in transcript.turns]
    if all(text == turn.text for text, turn in zip(texts, transcript.turns, strict=True)):
        return transcript
    turns = tuple(replace(turn, text=text) for text, turn in zip(texts, transcript.turns, strict=True))
    return replace(transcript, turns=turns)


def _keep_yao(character: str, converted: str) -> str:
    return _YAO if character == _YAO else converted


def _distance(first: str, second: str) -> int:
    """Number of characters that differ."""
    return sum(one != other for one, other in zip(first, second, strict=True))


@lru_cache(maxsize=1 << 14)
def _may_change(character: str) -> bool:
    return character == "著" or str(_converter("t2s").convert(character)) != character


@cache
def _converter(conversion: str) -> OpenCC:
    from opencc import OpenCC

    converter = OpenCC(conversion)
    # Load its dictionaries now: the first use must not happen in two threads at once.
    converter.convert("")
    return converter
