"""Word spelling: spaces between words, and the script of Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.text.chinese_script import in_script, simplified, traditional
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcript import Language, Word

# A space between two Chinese characters, in a call that is otherwise in English.
_CHINESE_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


def text_of(words: Sequence[Word], language: Language) -> str:
    """Join words to text: English with spaces, Chinese without, except between foreign words."""
    if language == "en":
        return _CHINESE_GAP.sub("", " ".join(word.text for word in words))
    text = ""
    for word in words:
        foreign = text[-1:].isascii() and text[-1:].isalnum() and word.text[:1].isascii() and word.text[:1].isalnum()
        text += f" {word.text}" if foreign and not (text[-1:].isdigit() and word.text[:1].isdigit()) else word.text
    return text


def in_chosen_script(words: Sequence[Word], settings: TranscriptionSettings) -> tuple[Word, ...]:
    """Convert words to the chosen Chinese script, and spell hot words as their list does.

    Words are converted together, because a character's conversion may depend on the next word.
    """
    text = "".join(word.text for word in words)
    if text.isascii():
        return tuple(words)
    text = in_script(text, settings.chinese_script)
    if settings.chinese_script == "traditional":
        for standard, name in _spellings(settings.hotwords).items():
            text = text.replace(standard, name)
    converted, at = [], 0
    for word in words:
        converted.append(replace(word, text=text[at : at + len(word.text)]))
        at += len(word.text)
    return tuple(converted)


@lru_cache(maxsize=1)
def _spellings(names: tuple[str, ...]) -> Mapping[str, str]:
    """Map each name in Traditional characters that conversion would spell differently to its spelling in the list."""
    standard = {traditional(simplified(name)): name for name in names if simplified(name) != name}
    return {spelling: name for spelling, name in standard.items() if spelling != name}
