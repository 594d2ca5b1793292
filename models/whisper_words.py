"""From Whisper's tokens and their alignment to words: times, probabilities, punctuation, Simplified characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.text.chinese_script import simplified
from pipeline.transcript import Language, Word

TOKENS_PER_S = 50
LEADING = "\"'“¿([{-《（「"
TRAILING = "\"'.。,，!！?？:：”)]}、；;…%》）」"
HALF_TO_FULL = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})


@dataclass(slots=True)
class Spelling:
    """Spelling rules of a language: Chinese in Simplified characters with Chinese punctuation."""

    language: Language

    def of(self, text: str) -> str:
        """The text in the language's spelling."""
        if self.language != "zh":
            return text
        return simplified(text).translate(HALF_TO_FULL)


@dataclass(slots=True)
class TimedWord:
    """A word being assembled."""

    text: str
    start_s: float
    end_s: float
    probability: float


def words_of(tokenizer: Any, tokens: Sequence[int], aligned: Any, spelling: Spelling) -> tuple[Word, ...]:
    """Words of one window, in window time, without surrounding spaces.

    `aligned` is CTranslate2's alignment of `tokens`; a word starts where the path jumps to its first token.
    """
    texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    if len(groups) <= 1:
        return ()
    boundaries = np.concatenate([[0], np.cumsum([len(group) for group in groups[:-1]])])
    path = np.array(aligned.alignments)
    jumps = np.concatenate([[True], np.diff(path[:, 0]) > 0])
    times = path[jumps, 1] / TOKENS_PER_S
    timed = [
        TimedWord(text, float(times[first]), float(times[last]), float(np.mean(aligned.text_token_probs[first:last])))
        for text, first, last in zip(texts, boundaries[:-1], boundaries[1:], strict=False)
    ]
    _shorten(timed)
    return tuple(
        Word(text=spelling.of(word.text.strip()), start_s=word.start_s, end_s=word.end_s, probability=word.probability)
        for word in _with_punctuation(timed, spaced=spelling.language == "en")
        if word.text.strip()
    )


def _shorten(words: list[TimedWord]) -> None:
    """Shorten words that swallow a pause: none may last much longer than the window's median word.

    Whisper's alignment stretches the word before a pause up to the next word, and the first word back to the start.
    """
    durations = [word.end_s - word.start_s for word in words if word.end_s > word.start_s]
    if not durations:
        return
    longest = max(3 * min(0.7, float(np.median(durations))), 0.6)
    for number, word in enumerate(words):
        if word.end_s - word.start_s > longest:
            if number == 0:
                word.start_s = word.end_s - longest
            else:
                word.end_s = word.start_s + longest


def _with_punctuation(words: Sequence[TimedWord], *, spaced: bool) -> list[TimedWord]:
    """Join punctuation to its word and, if words are `spaced`, parts without a space to the word before."""
    joined: list[TimedWord] = []
    lead = ""
    for word in words:
        mark = word.text.strip()
        if joined and mark and not lead and all(character in TRAILING for character in mark):
            joined[-1].text += mark
        elif mark and all(character in LEADING for character in mark):
            lead += word.text
        elif joined and spaced and not lead and word.text and not word.text.startswith(" "):
            joined[-1].text += word.text
            joined[-1].end_s = word.end_s
        else:
            text = lead + word.text.lstrip() if lead else word.text
            joined.append(TimedWord(text, word.start_s, word.end_s, word.probability))
            lead = ""
    return joined
