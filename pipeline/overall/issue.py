"""The issue: where in a call the customer says what it is about, as turns and as one vector."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.enriched import Vectors
from pipeline.transcript import Turn

ISSUE_TURNS = 6
FEWEST_WORDS = 3
# A spoken Chinese word has about 1.6 characters, so that a turn weighs the same in both languages.
CHARACTERS_A_WORD = 1.6

_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+(?:['’][^\W\d_\u3400-\u9fff]+)*")
_CHARACTER = re.compile(r"[\u3400-\u9fff]")
_DIGIT = re.compile(
    r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double)\b|[\d零〇一二三四五六七八九幺两]"
)


def word_count(text: str) -> float:
    """English words plus Chinese characters at 1.6 a word; digits do not count."""
    return len(_WORD.findall(text)) + len(_CHARACTER.findall(text)) / CHARACTERS_A_WORD


def spoken_digits(text: str) -> int:
    """How many digits are said, as figures or as words: many of them are a number being spelled out."""
    return len(_DIGIT.findall(text.casefold()))


def issue_turns(turns: Sequence[Turn]) -> tuple[int, ...]:
    """Indices of the turns that voice the matter: the customer's first six that are more than a greeting or a yes.

    A customer who never says more than that is taken by all of those first turns. Empty when no customer speaks.
    """
    spoken = [turn for turn in turns if turn.role == "customer" and turn.text.strip()]
    telling = [turn for turn in spoken if word_count(turn.text) >= FEWEST_WORDS]
    return tuple(turn.index for turn in (telling or spoken)[:ISSUE_TURNS])


def issue_vector(texts: Sequence[str], vectors: Vectors) -> npt.NDArray[np.float32]:
    """The unit mean of the issue turns' vectors, float32 [dimensions]; a long turn weighs by the root of its words."""
    weights = np.sqrt([1.0 + word_count(text) for text in texts]).astype(np.float32)
    mean: npt.NDArray[np.float32] = unit_rows((weights @ vectors)[None, :])[0]
    return mean


def unit_rows(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Rows at unit length; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)
