"""Finds a wording in what a recogniser wrote: nearly the same letters, the same numbers, and the same denials."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.score.words.normalized_text import normalize
from pipeline.text.homophones import phonetic_key

_CHINESE = re.compile(r"[㐀-鿿]")
_DENIALS = frozenset({"not", "never", "no", "nothing", "none", "without", "不", "没", "别", "无", "未", "勿"})
_POINTS = frozenset({"point", "点"})
_PER_CENT = ("100", "分", "之")
NUMBER_REACH = 2
# How far the whole words may lie from what is alike letter by letter, and how much less alike that may be at first:
# a window of the target's length holds words of the neighbours where the recogniser dropped some.
EDGE_WORDS = 3
ROUGHLY = 20


@dataclass(frozen=True, slots=True)
class Span:
    """Words `start` to `end` (exclusive) of a stretch, and how alike they are, of 100."""

    start: int
    end: int
    alike: float


def fuzzy_match(target: str, words: Sequence[str], *, similarity: float, free: Sequence[str] = ()) -> Span | None:
    """The stretch of the words that is most like the target, if it is alike enough and says no other number or denial.

    Numbers must be the same ones, since "14" and "40" differ by a letter and mean different things; those of the
    parts named `free` may differ, for what judges these parts by themselves.
    """
    from rapidfuzz import fuzz

    wanted = normalize(target).words
    sought, _ = _spelled(wanted)
    text, owners = _spelled(words)
    if not sought or len(text) < similarity * len(sought) / (200 - similarity):
        return None
    rough = fuzz.partial_ratio_alignment(sought, text, score_cutoff=similarity - ROUGHLY)
    if rough is None or rough.dest_end <= rough.dest_start:
        return None
    span = _fitted(sought, words, owners[rough.dest_start], owners[rough.dest_end - 1] + 1)
    if span.alike < similarity:
        return None
    near = words[max(0, span.start - NUMBER_REACH) : span.end + NUMBER_REACH]
    if not _same_numbers(_without(wanted, free), near):
        return None
    if _denials(wanted) != _denials(words[span.start : span.end]):
        return None
    return span


def _fitted(sought: str, words: Sequence[str], start: int, end: int) -> Span:
    """The whole words around a place that are most like what is sought; the longer of equals."""
    from rapidfuzz import fuzz

    starts = range(max(0, start - EDGE_WORDS), min(start + EDGE_WORDS, end - 1) + 1)
    ends = range(max(start + 1, end - EDGE_WORDS), min(len(words), end + EDGE_WORDS) + 1)
    spans = [
        Span(first, last, fuzz.ratio(sought, _spelled(words[first:last])[0]))
        for first in starts
        for last in ends
        if first < last
    ]
    return max(spans, key=lambda span: (span.alike, span.end - span.start, -span.start))


def _without(words: Sequence[str], parts: Sequence[str]) -> tuple[str, ...]:
    freed = {word for part in parts for word in normalize(part).words}
    return tuple(word for word in words if word not in freed)


def _spelled(words: Sequence[str]) -> tuple[str, list[int]]:
    """The words as one text, by sound where they are Chinese, and for each character the word that it belongs to."""
    text = ""
    owners: list[int] = []
    for number, word in enumerate(words):
        if _is_percent(words, number):
            continue
        piece = phonetic_key(word) if _CHINESE.match(word) else word + " "
        if _is_point(words, number):
            text, piece = text.rstrip(), "."
            owners = owners[: len(text)]
        text += piece
        owners.extend([number] * len(piece))
    return text.rstrip(), owners


def _is_percent(words: Sequence[str], at: int) -> bool:
    """Part of 百分之 or the sign %, which say the same in other letters."""
    return words[at] == "%" or any(
        tuple(words[start : start + 3]) == _PER_CENT for start in range(max(0, at - 2), at + 1)
    )


def _is_point(words: Sequence[str], at: int) -> bool:
    """The word between the two halves of a number: "four point five", 四点五."""
    beside = (words[at - 1], words[at + 1]) if 0 < at < len(words) - 1 else ("",)
    return words[at] in _POINTS and all(word[:1].isdigit() for word in beside)


def _same_numbers(wanted: Sequence[str], near: Sequence[str]) -> bool:
    """Each number is there, or all their digits are in a row: 29.99 pounds are 29 pounds 99."""
    numbers, there = _numbers(wanted), _numbers(near)
    if set(numbers) <= set(there):
        return True
    runs = {"".join(there[start:end]) for start in range(len(there)) for end in range(start + 1, len(there) + 1)}
    return "".join(numbers) in runs


def _numbers(words: Sequence[str]) -> list[str]:
    """The numbers in order; "four point five" is 4.5, and the 100 of 百分之 is none."""
    numbers: list[str] = []
    for at, word in enumerate(words):
        if not word[0].isdigit() or tuple(words[at : at + 3]) == _PER_CENT:
            continue
        if at and numbers and _is_point(words, at - 1):
            numbers[-1] += f".{word}"
        else:
            numbers.append(word)
    return [number if re.fullmatch(r"\d+\.(\d|\d{3,})", number) else number.replace(".", "") for number in numbers]


def _denials(words: Sequence[str]) -> int:
    return sum(word in _DENIALS for word in words)
