"""How words are written in a row: English with spaces, Chinese without, except between two foreign words."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.transcript import Language, Word


def text_of(words: Sequence[Word], language: Language) -> str:
    """The readable text of consecutive words."""
    if language == "en":
        return " ".join(word.text for word in words)
    text = ""
    for word in words:
        foreign = text[-1:].isascii() and text[-1:].isalnum() and word.text[:1].isascii() and word.text[:1].isalnum()
        text += f" {word.text}" if foreign and not (text[-1:].isdigit() and word.text[:1].isdigit()) else word.text
    return text
