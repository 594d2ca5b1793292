"""How words are written: the spaces of a row, and the script of Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.text.chinese_script import in_script, simplified, traditional
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcript import Language, Word

# Between two Chinese characters, in a call that is otherwise in English.
_CHINESE_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


def text_of(words: Sequence[Word], language: Language) -> str:
    """The readable text of consecutive words: English with spaces, Chinese without, except between foreign words."""
    if language == "en":
        return _CHINESE_GAP.sub("", " ".join(word.text for word in words))
    text = ""
    for word in words:
        foreign = text[-1:].isascii() and text[-1:].isalnum() and word.text[:1].isascii() and word.text[:1].isalnum()
        text += f" {word.text}" if foreign and not (text[-1:].isdigit() and word.text[:1].isdigit()) else word.text
    return text


def as_chosen(words: Sequence[Word], settings: TranscriptionSettings) -> tuple[Word, ...]:
    """Consecutive words in the chosen script, and expected names in it as their list has them.

    Converted together, since what a character becomes may hang on the next word's.
    """
    text = "".join(word.text for word in words)
    if text.isascii():
        return tuple(words)
    text = in_script(text, settings.chinese_script)
    if settings.chinese_script == "traditional":
        for usual, name in _spellings(settings.hotwords).items():
            text = text.replace(usual, name)
    chosen, at = [], 0
    for word in words:
        chosen.append(replace(word, text=text[at : at + len(word.text)]))
        at += len(word.text)
    return tuple(chosen)


@lru_cache(maxsize=1)
def _spellings(names: tuple[str, ...]) -> Mapping[str, str]:
    """How conversion spells the names that are given in Traditional characters, where it would spell them otherwise."""
    usual = {traditional(simplified(name)): name for name in names if simplified(name) != name}
    return {spelling: name for spelling, name in usual.items() if spelling != name}
