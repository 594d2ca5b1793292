"""Word features of a turn: tokens common to recognised and written speech, their n-grams, and cue phrases.

Chinese n-grams use phonetic keys, since a recogniser writes 公号 for 工号; single characters stay as they are.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.text.chinese_script import simplified
from pipeline.text.homophones import phonetic_key

Floats = npt.NDArray[np.float32]

BUCKETS = 1 << 14
LONGEST_GRAM = 4
NUMBER = "#"
START, END = "<", ">"
CUES = Path(__file__).parent / "cues.toml"

# Recognisers write "twenty nine" as 29: both become one token. A lone "one" or "一" is seldom a number.
_ENGLISH_NUMBERS_LINE = (
    "zero oh nought two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"
)
_ENGLISH_NUMBERS = frozenset(_ENGLISH_NUMBERS_LINE.split())
_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)*|[零〇一二三四五六七八九十百千万两幺]{2,}|[a-z]+(?:['’][a-z]+)*|[\u3400-\u9fff]|\?|？"
)
_CHINESE_NUMERALS = frozenset("零〇一二三四五六七八九十百千万两幺")


def tokens(text: str) -> list[str]:
    """Lower-case words, single Chinese characters, `?`, and `#` for each run of numbers in words or digits."""
    found: list[str] = []
    for token in _TOKEN.findall(simplified(text.casefold())):
        first = token[0]
        # A token that begins with a Chinese numeral and is longer than a character is a number.
        number = first.isdigit() or token in _ENGLISH_NUMBERS or (first in _CHINESE_NUMERALS and len(token) > 1)
        token = NUMBER if number else "?" if token == "？" else token.replace("’", "'")
        if token != NUMBER or not found or found[-1] != NUMBER:
            found.append(token)
    return found


def grams_of(words: Sequence[str]) -> set[str]:
    """All n-grams of 1 to 4 tokens, with markers for start and end of the turn; Chinese from 2 tokens on by sound."""
    padded = [START, *words, END]
    found = set(padded)
    sounds = _sounds(padded)
    for size in range(2, LONGEST_GRAM + 1):
        found.update(map(" ".join, zip(*(sounds[start:] for start in range(size)), strict=False)))
    return found


def _sounds(words: Sequence[str]) -> list[str]:
    return phonetic_key("\n".join(words)).split("\n")


def hashed(grams: Collection[str]) -> tuple[npt.NDArray[np.int32], Floats]:
    """Buckets and weights of n-grams; the weights of a turn have unit length."""
    if not grams:
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
    # N-grams have no line breaks, so encode them all at once.
    encoded = "\n".join(grams).encode().split(b"\n")
    buckets = {checksum % BUCKETS for checksum in map(zlib.crc32, encoded)}
    found = np.array(sorted(buckets), dtype=np.int32)
    return found, np.full(len(found), len(found) ** -0.5, dtype=np.float32)


@cache
def cue_phrases() -> tuple[tuple[str, ...], Mapping[str, tuple[int, ...]]]:
    """Names of the cues, and for each phrase (as `grams_of` writes it) the indices of its cues."""
    table = tomllib.loads(CUES.read_text(encoding="utf-8"))
    found: dict[str, tuple[int, ...]] = {}
    for number, phrases in enumerate(table.values()):
        for phrase in phrases:
            words = tokens(phrase)
            gram = " ".join(_sounds(words) if len(words) > 1 else words)
            found[gram] = (*found.get(gram, ()), number)
    return tuple(table), found


def cue_vector(grams: Collection[str]) -> Floats:
    """1 for each cue with a phrase in the turn, else 0; float32 [cues]."""
    names, found = cue_phrases()
    line = np.zeros(len(names), dtype=np.float32)
    for gram in found.keys() & grams:
        line[list(found[gram])] = 1.0
    return line
