"""What a head sees of one turn: its words, its vector and its neighbours', and where in the call it stands."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.enriched import Vectors
from pipeline.transcript import Role, Turn

BUCKETS = 1 << 14
LONGEST_GRAM = 4
NUMBER = "#"
START, END = "<", ">"

Floats = npt.NDArray[np.float32]

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

POSITION_NAMES = (
    *(f"from_start_{n}" for n in (1, 2, 3, 4)),
    *(f"from_end_{n}" for n in (1, 2, 3, 4)),
    "first_of_call",
    "last_of_call",
    "share",
    "first_third",
    "last_third",
    "first_half",
    "length",
    "question",
    "has_number",
)


@dataclass(frozen=True, slots=True)
class TurnFeatures:
    """One role's turns of one call. `grams` holds buckets and weights a turn; `dense` is float32 [turns, features]."""

    turns: tuple[int, ...]
    dense: Floats = field(repr=False)
    grams: tuple[tuple[npt.NDArray[np.int32], Floats], ...] = field(repr=False)


def tokens(text: str) -> list[str]:
    """Lower-case words, single Chinese characters, `?`, and `#` for each run of numbers however written."""
    found: list[str] = []
    for token in _TOKEN.findall(text.casefold()):
        number = token[0].isdigit() or token in _ENGLISH_NUMBERS or _CHINESE_NUMBER.fullmatch(token)
        token = NUMBER if number else "?" if token == "？" else token.replace("’", "'")
        if token != NUMBER or not found or found[-1] != NUMBER:
            found.append(token)
    return found


def hashed_grams(words: Sequence[str]) -> tuple[npt.NDArray[np.int32], Floats]:
    """Buckets and weights of all runs of 1 to 4 tokens; the weights of a turn have unit length."""
    padded = [START, *words, END]
    buckets = {
        zlib.crc32("\x1f".join(padded[start : start + size]).encode()) % BUCKETS
        for size in range(1, LONGEST_GRAM + 1)
        for start in range(len(padded) - size + 1)
    }
    found = np.fromiter(sorted(buckets), dtype=np.int32, count=len(buckets))
    return found, np.full(len(found), len(found) ** -0.5, dtype=np.float32)


def turn_features(turns: Sequence[Turn], vectors: Vectors, *, role: Role) -> TurnFeatures:
    """The features of one role's turns, in order. `vectors` has one row a turn of the whole call."""
    own = [number for number, turn in enumerate(turns) if turn.role == role]
    words = [tokens(turns[number].text) for number in own]
    none = np.zeros((1, vectors.shape[1]), dtype=np.float32)
    padded = np.concatenate([none, vectors, none])
    rows = np.asarray(own, dtype=np.intp)
    places = [
        _place(number, own=len(own), turn=own[number], turns=len(turns), words=words[number])
        for number in range(len(own))
    ]
    dense = np.concatenate(
        [padded[rows + 1], padded[rows], padded[rows + 2], np.asarray(places, dtype=np.float32).reshape(len(own), -1)],
        axis=1,
    )
    return TurnFeatures(turns=tuple(own), dense=dense, grams=tuple(hashed_grams(line) for line in words))


def _place(number: int, *, own: int, turn: int, turns: int, words: Sequence[str]) -> list[float]:
    """Position and shape of the role's turn `number` of `own`, the call's turn `turn` of `turns`."""
    share = turn / max(turns - 1, 1)
    back = own - 1 - number
    return [
        *(float(number == n) for n in range(4)),
        *(float(back == n) for n in range(4)),
        float(turn == 0),
        float(turn == turns - 1),
        share,
        float(3 * turn < turns),
        float(3 * turn >= 2 * turns),
        float(2 * turn < turns),
        float(np.log1p(len(words)) / 4),
        float("?" in words),
        float(NUMBER in words),
    ]
