"""Numbers said in words and written in digits become the same token, so that a script rule matches both."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ONES = (
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_ENGLISH = {word: value for value, word in enumerate(_ONES.split())}
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * value for value, word in enumerate(_DECADES.split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_REPEATS = {"double": 2, "triple": 3}

_CHINESE = dict(zip("零〇一二三四五六七八九两幺", (0, 0, *range(1, 10), 2, 1), strict=True))
_CHINESE_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}

_DIGITS = re.compile(r"\d[\d.,:]*")


def is_number(word: str) -> bool:
    """True for a token that is part of a number in either language."""
    return (
        word in _ENGLISH
        or word in _TENS
        or word in _SCALES
        or word in _CHINESE
        or word in _CHINESE_SCALES
        or _DIGITS.fullmatch(word) is not None
    )


def digits(words: Sequence[str]) -> str:
    """The digits of a run of number tokens as they would be written: "twenty nine ninety nine" gives "2999"."""
    if any(word in _CHINESE or word in _CHINESE_SCALES for word in words):
        return _chinese(words)
    return _english(words)


def repeats(word: str) -> int:
    """2 for "double" and 3 for "triple", as in "double four"; else 1."""
    return _REPEATS.get(word, 1)


def _plain(word: str) -> str:
    return re.sub(r"\D", "", word)


def _english(words: Sequence[str]) -> str:
    out, group, room = "", -1, 0
    for word in words:
        value = _ENGLISH.get(word, _TENS.get(word, -1))
        if word in _SCALES:
            group = max(group, 1) * _SCALES[word]
            room = _SCALES[word]
        elif value >= 0 and group >= 0 and 0 < value < room:
            group += value
            room = 10 if word in _TENS else 0
        else:
            out += str(group) if group >= 0 else ""
            group, room = (value, 10 if word in _TENS else 0) if value >= 0 else (-1, 0)
            if value < 0:
                out, group = _after_digits(out, word, words)
    return out + (str(group) if group >= 0 else "")


def _after_digits(out: str, word: str, words: Sequence[str]) -> tuple[str, int]:
    """Written digits stand for themselves, unless a scale follows them ("5 thousand")."""
    plain = _plain(word)
    scaled = any(after in _SCALES for after in words) and plain and len(plain) < 7
    return (out, int(plain)) if scaled else (out + plain, -1)


def _chinese(words: Sequence[str]) -> str:
    if not any(word in _CHINESE_SCALES for word in words):
        return "".join(str(_CHINESE[word]) if word in _CHINESE else _plain(word) for word in words)
    total, section, digit = 0, 0, None
    for word in words:
        scale = _CHINESE_SCALES.get(word)
        if scale is None:
            value = _CHINESE[word] if word in _CHINESE else int(_plain(word) or 0)
            digit = value if digit is None else digit * 10 + value
        elif scale >= 10_000:
            total, section, digit = (total + section + (digit or 0) or 1) * scale, 0, None
        else:
            section, digit = section + (1 if digit is None else digit) * scale, None
    return str(total + section + (digit or 0))
