"""The words of a turn as features: tokens that recognised and written speech share, their runs, and telling cues."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BUCKETS = 1 << 14
LONGEST_GRAM = 4
NUMBER = "#"
START, END = "<", ">"
CUES = Path(__file__).parent / "cues.toml"

# Recognisers write "twenty nine" as 29: both forms become one token. A lone "one" or "一" is seldom a number.
_ENGLISH_NUMBERS_LINE = (
    "zero oh nought two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"
)
_ENGLISH_NUMBERS = frozenset(_ENGLISH_NUMBERS_LINE.split())
_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)*|[零〇一二三四五六七八九十百千万两幺]{2,}|[a-z]+(?:['’][a-z]+)*|[\u3400-\u9fff]|\?|？"
)
_CHINESE_NUMBER = re.compile(r"[零〇一二三四五六七八九十百千万两幺]{2,}")


def tokens(text: str) -> list[str]:
    """Lower-case words, single Chinese characters, `?`, and `#` for each run of numbers however written."""
    found: list[str] = []
    for token in _TOKEN.findall(text.casefold()):
        number = token[0].isdigit() or token in _ENGLISH_NUMBERS or _CHINESE_NUMBER.fullmatch(token)
        token = NUMBER if number else "?" if token == "？" else token.replace("’", "'")
        if token != NUMBER or not found or found[-1] != NUMBER:
            found.append(token)
    return found


def grams_of(words: Sequence[str]) -> set[str]:
    """All runs of 1 to 4 tokens, with a sign for start and end of the turn."""
    padded = [START, *words, END]
    return {
        " ".join(padded[start : start + size])
        for size in range(1, LONGEST_GRAM + 1)
        for start in range(len(padded) - size + 1)
    }


def hashed(grams: Collection[str]) -> tuple[npt.NDArray[np.int32], Floats]:
    """Buckets and weights of n-grams; the weights of a turn have unit length."""
    buckets = {zlib.crc32(gram.encode()) % BUCKETS for gram in grams}
    found = np.fromiter(sorted(buckets), dtype=np.int32, count=len(buckets))
    return found, np.full(len(found), len(found) ** -0.5, dtype=np.float32)


@cache
def cues_of_phrase() -> tuple[tuple[str, ...], Mapping[str, tuple[int, ...]]]:
    """The names of the cues, and for each phrase (as `grams_of` writes it) the numbers of the cues it belongs to."""
    table = tomllib.loads(CUES.read_text(encoding="utf-8"))
    found: dict[str, tuple[int, ...]] = {}
    for number, phrases in enumerate(table.values()):
        for phrase in phrases:
            gram = " ".join(tokens(phrase))
            found[gram] = (*found.get(gram, ()), number)
    return tuple(table), found


def cued(grams: Collection[str]) -> Floats:
    """1 for each cue that a turn holds a phrase of, else 0; float32 [cues]."""
    names, found = cues_of_phrase()
    line = np.zeros(len(names), dtype=np.float32)
    for gram in grams:
        if gram in found:
            line[list(found[gram])] = 1.0
    return line
