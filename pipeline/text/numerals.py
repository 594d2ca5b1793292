"""Normalize spoken and written numbers to the same token, so that one rule matches both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

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
_DECIMAL = re.compile(r"\d[\d,]*\.(?:\d|\d{3,})")


def is_number(word: str) -> bool:
    """True for a token that is part of a number in English or Chinese."""
    return (
        word in _ENGLISH
        or word in _TENS
        or word in _SCALES
        or word in _CHINESE
        or word in _CHINESE_SCALES
        or (word[:1].isdigit() and _DIGITS.fullmatch(word) is not None)
    )


def digits(words: Sequence[str]) -> str:
    """Write a run of number tokens in digits.

    >>> digits(["twenty", "nine", "ninety", "nine"])
    '2999'
    >>> digits(["一", "百", "五"])
    '150'
    """
    if any(word in _CHINESE or word in _CHINESE_SCALES for word in words):
        return _chinese(words)
    return _english(words)


def repeats(word: str) -> int:
    """2 for "double" and 3 for "triple", as in "double four"; else 1."""
    return _REPEATS.get(word, 1)


def _plain(word: str) -> str:
    """Digits only: "1,250" becomes 1250, and a price of 29.99 what is spoken of it; but 4.5 never becomes 45."""
    if _DECIMAL.fullmatch(word):
        return word.replace(",", "")
    return re.sub(r"\D", "", word)


def _english(words: Sequence[str]) -> str:
    """Read consecutive numbers, each as far as it goes: "nineteen eighty five" is 19 and 85."""
    out, at = "", 0
    while at < len(words):
        if _DIGITS.fullmatch(words[at]) and (at + 1 == len(words) or words[at + 1] not in _SCALES):
            out, at = out + _plain(words[at]), at + 1
            continue
        value, at = _number(words, at, tuple(reversed(_SCALES)))
        out += str(int(value) if value == int(value) else value)
    return out


def _number(words: Sequence[str], at: int, scales: tuple[str, ...]) -> tuple[int | Decimal, int]:
    """The number that starts at `at` and uses only these scales, largest first, and where it ends."""
    if not scales:
        return _below_hundred(words, at)
    largest, *smaller = scales
    value, stop = (1, at) if words[at] == largest else _number(words, at, tuple(smaller))
    if stop == len(words) or words[stop] != largest:
        return value, stop
    value, stop = value * _SCALES[largest], stop + 1
    if stop < len(words) and words[stop] not in _SCALES and not _DIGITS.fullmatch(words[stop]):
        rest, end = _number(words, stop, tuple(smaller))
        if rest:
            return value + rest, end
    return value, stop


def _below_hundred(words: Sequence[str], at: int) -> tuple[int | Decimal, int]:
    word = words[at]
    if word in _SCALES:
        return 1, at
    if word not in _TENS:
        return _ENGLISH[word] if word in _ENGLISH else _before_scale(word), at + 1
    unit = _ENGLISH.get(words[at + 1], 0) if at + 1 < len(words) else 0
    return (_TENS[word] + unit, at + 2) if 0 < unit < 10 else (_TENS[word], at + 1)


def _chinese(words: Sequence[str]) -> str:
    if not any(word in _CHINESE_SCALES for word in words):
        return "".join(str(_CHINESE[word]) if word in _CHINESE else _plain(word) for word in words)
    total, section = Decimal(0), Decimal(0)
    digit: Decimal | None = None
    for word in words:
        scale = _CHINESE_SCALES.get(word)
        if scale is None:
            value = Decimal(_CHINESE[word]) if word in _CHINESE else _decimal(word)
            digit = value if digit is None else digit * 10 + value
        elif scale >= 10_000:
            total, section, digit = (total + section + (digit or 0) or Decimal(1)) * scale, Decimal(0), None
        else:
            section, digit = section + (1 if digit is None else digit) * scale, None
    return str(int(total + section + (digit or 0) * _implied_scale(words)))


def _implied_scale(words: Sequence[str]) -> int:
    """The scale omitted at the end: 一万二 is 12,000 and 三百五 is 350, but 三百零五 is 305."""
    before = _CHINESE_SCALES.get(words[-2], 1) if len(words) > 1 else 1
    return before // 10 if words[-1] in _CHINESE and before >= 100 else 1


def _decimal(word: str) -> Decimal:
    """A number in digits with its decimals, such as the 1.2 of 1.2万."""
    plain = word.rstrip(".,:").replace(",", "")
    return Decimal(plain if re.fullmatch(r"\d+(\.\d+)?", plain) else _plain(word) or 0)


def _before_scale(word: str) -> int | Decimal:
    """A number in digits before a scale, such as the 1.5 of "1.5 million"."""
    decimal = _decimal(word)
    return int(decimal) if decimal == int(decimal) else decimal
