"""Inverse text normalization (ITN): "one hundred and fifty dollars" becomes $150, 一百五十 becomes 150.

Ambiguous text stays in words: "one of them", "twenty nine ninety nine", 一下, 三四天, 千万别.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from pipeline.text.chinese_script import simplified
from pipeline.text.numerals import digits, is_number, repeats

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_UNITS = frozenset(_ONES)
_TEENS = frozenset(
    ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
)
_TENS = frozenset(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
_SCALES = frozenset(["hundred", "thousand", "million"])
_NUMBERS = _UNITS | _TEENS | _TENS | _SCALES
_OH = ("oh", "o")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_CURRENCIES = {"dollar": "$", "dollars": "$", "pound": "£", "pounds": "£", "euro": "€", "euros": "€"}
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
_TOKEN = re.compile(r"[A-Za-z]+|\d[\d,]*(?:\.\d+)?")

_DIGIT = "零〇一二三四五六七八九两幺"
_RUN = rf"(?:\d[\d,.]*(?=[十百千万亿])|[{_DIGIT}十百千万亿])+"
# Not the decimal point of a time of day (三点五分, 三点五十).
_CHINESE = re.compile(
    rf"(?P<percent>百分之)?(?P<whole>{_RUN})(?:点(?P<part>[{_DIGIT}]+)(?![{_DIGIT}十百千分刻点]))?"
)  # fmt: skip
_NOT_NUMBERS = frozenset(["万一", "千万", "万千", "一一", "百十", "千千万万", "三三两两", "七七八八", "一五一十"])
# Approximate numbers: 两三天, 二十七八.
_APPROXIMATE = re.compile("(?:^|[十百千万])(?:一[二两]|[二两]三|三四|四五|五六|六七|七八|八九)$")
_TWO_DIGITS = re.compile("[一二三四五六七八九]{2}")
# Followers that make a single character a number; 一 is more often part of a word (一天到晚, 一点).
_UNITS_AFTER = re.compile(
    "个(?:月|小时|工作日|星期|礼拜)|元|块|毛|月|号|日|天(?!两头)|年|小时|分钟|点|岁|层|楼|期|位数|折|度|米|公里|公斤|斤|分(?!之)"
)  # fmt: skip
_VERY = re.compile("分(?!钟)")
_UNITS_AFTER_ONE = re.compile("元|号|楼|期|月份")


@dataclass(frozen=True, slots=True)
class _Token:
    """A Latin word or a number in digits. `joined`: only a space or hyphen separates it from the token before."""

    word: str
    start: int
    end: int
    joined: bool


def itn(text: str) -> str:
    """Write spoken numbers in digits; text without unambiguous numbers is returned unchanged.

    >>> itn("that is one hundred and fifty dollars")
    'that is $150'
    >>> itn("一共一百五十块")
    '一共150块'
    >>> itn("one of them")
    'one of them'
    """
    return _chinese(_english(text))


def _english(text: str) -> str:
    tokens: list[_Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        joined = bool(tokens) and text[end : match.start()] in (" ", "-")
        end = match.end()
        tokens.append(_Token(match.group().lower(), match.start(), end, joined))
    pieces, done, at = [], 0, 0
    while at < len(tokens):
        stop, unambiguous = _number(tokens, at)
        if unambiguous:
            spoken = [token.word for token in tokens[at:stop] if token.word != "a"]
            pieces += [text[done : tokens[at].start], _written(spoken)]
            done = tokens[stop - 1].end
        at = max(stop, at + 1)
    return "".join([*pieces, text[done:]])


def _number(tokens: Sequence[_Token], at: int) -> tuple[int, bool]:
    """Where the number at `at` ends (`at` if there is none), and whether it is unambiguous."""
    words = [tokens[at].word]
    for token in tokens[at + 1 :]:
        if not token.joined:
            break
        words.append(token.word)
    if words[0] not in _NUMBERS and not (len(words) > 1 and words[1] in _expected_after(words[0])):
        return at, False
    length = _length(words)
    tail = len(_tail(words, length))
    alone = length == 1 and words[0] in {"one", *_SCALES}
    return at + length + tail, not (alone and not tail) and not _is_ambiguous(words, length)


def _is_ambiguous(words: Sequence[str], length: int) -> bool:
    """True for two readings: 29.99 or 2999, 5.50 or 550, the 22nd or 20 s. A year has one."""
    pairs = list(pairwise(words[:length]))
    adjacent = any(first in _UNITS | _TEENS | _TENS and second in _TEENS | _TENS for first, second in pairs)
    trailing = not _SCALES.isdisjoint(words[:length]) and any(_UNITS.issuperset(pair) for pair in pairs)
    if (adjacent or trailing) and not _YEAR.fullmatch(_digits(words[:length])):
        return True
    return words[length - 1] in _TENS and words[length : length + 1] == ["second"]


def _expected_after(word: str) -> frozenset[str]:
    """Words that make `word` before them the start of a number: "a hundred", "double four", "5 thousand"."""
    if repeats(word) > 1:
        return _UNITS
    return _SCALES if word == "a" or word[0].isdigit() else frozenset()


def _length(words: Sequence[str]) -> int:
    """Number of words in the number, including the first."""
    stop = 1
    while stop < len(words):
        word, following = words[stop], words[stop + 1] if stop + 1 < len(words) else ""
        links = (
            (following in _UNITS and (word == "point" or repeats(word) > 1))
            or (word in _OH and words[stop - 1] in (*_ONES, *_OH) and following in ("", *_OH, *_NUMBERS - _SCALES))
            or (following in _NUMBERS - _SCALES and word == "and" and words[stop - 1] in _SCALES)
        )
        if word not in _NUMBERS and not links:
            break
        stop += 1
    return stop


def _tail(words: Sequence[str], length: int) -> Sequence[str]:
    """Words after a number that are written with it: per cent, a currency and its cents, an ordinal's ending."""
    after = words[length:]
    if after[:2] == ["per", "cent"]:
        return after[:2]
    if after[:1] == ["percent"] or (after and after[0] in _ORDINALS and words[length - 1] in _TENS):
        return after[:1]
    if not after or after[0] not in _CURRENCIES:
        return ()
    cents = list(takewhile((_UNITS | _TEENS | _TENS).__contains__, after[2:4]))
    whole = after[1:2] == ["and"] and cents and after[2 + len(cents) : 3 + len(cents)] == ["cents"]
    return after[: 3 + len(cents)] if whole else after[:1]


def _written(words: Sequence[str]) -> str:
    """Write the words of one number, and its tail, in digits."""
    length = _length(words)
    number, tail = _digits(words[:length]), _tail(words, length)
    if not tail:
        return number
    if tail[0] in _ORDINALS:
        place = _ORDINALS.index(tail[0]) + 1
        return _digits([*words[:length], _ONES[place]]) + {1: "st", 2: "nd", 3: "rd"}.get(place, "th")
    if tail[0] in ("per", "percent"):
        return f"{number}%"
    cents = f".{_digits(tail[2:-1]):0>2}" if len(tail) > 1 else ""
    return _CURRENCIES[tail[0]] + number + cents


def _digits(words: Sequence[str]) -> str:
    """The digits of number words, with a decimal point where one is said."""
    if "point" in words:
        at = words.index("point")
        return f"{_digits(words[:at])}.{_digits(words[at + 1 :])}"
    plain: list[str] = []
    for word, before in zip(words, ["", *words], strict=False):
        if is_number(word) or word in _OH:
            plain += ["zero" if word in _OH else word] * repeats(before)
    return digits(plain)


def _chinese(text: str) -> str:
    if text.isascii():
        return text
    plain = simplified(text)
    pieces, done = [], 0
    for match in _CHINESE.finditer(plain):
        figures = _chinese_figures(match, plain[match.end() : match.end() + 4])
        if figures:
            pieces += [text[done : match.start()], figures]
            done = match.end()
    return "".join([*pieces, text[done:]])


def _chinese_figures(match: re.Match[str], following: str) -> str:
    """The number in digits; "" if it is ambiguous or not a number."""
    whole, part, percent = match["whole"], match["part"], match["percent"]
    if not part and not percent and not _is_number(whole, following):
        return ""
    figures = digits(re.findall(r"\d[\d,.]*|.", whole))
    decimals = f".{digits(list(part))}" if part else ""
    return figures + decimals + ("%" if percent else "")


def _is_number(whole: str, following: str) -> bool:
    """True if a run of numerals is unambiguously a number and not in digits yet."""
    if len(whole) == 1:
        units = _UNITS_AFTER_ONE if whole == "一" else _UNITS_AFTER
        unambiguous = units.match(following) is not None and (whole != "十" or not _VERY.match(following))
        return unambiguous and whole in "一二两三四五六七八九十"
    if _TWO_DIGITS.fullmatch(whole) and (_UNITS_AFTER.match(following) or following[:1] in ("个", "次")):
        return False
    if not re.search(f"[{_DIGIT}]|^[十百千万]", whole) or _APPROXIMATE.search(whole):
        return False
    return whole not in _NOT_NUMBERS or (whole == "千万" and following[:1] in ("元", "块"))
