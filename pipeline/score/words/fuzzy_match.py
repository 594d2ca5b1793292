"""Find a wording in recognized text: similar letters, the same numbers and the same negations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.score.words.normalized_text import normalize
from pipeline.text.homophones import phonetic_key

_CHINESE = re.compile(r"[㐀-鿿]")
_NEGATIONS = frozenset({"not", "never", "no", "nothing", "none", "without", "不", "没", "别", "无", "未", "勿"})
_POINTS = frozenset({"point", "点"})
_PER_CENT = ("100", "分", "之")
NUMBER_REACH = 2
# The coarse search compares windows as long as the target. Where the recognizer dropped words, such a window includes
# neighbouring words and scores lower, so accept it up to COARSE_MARGIN below the threshold and move its ends by up to
# EDGE_WORDS words.
EDGE_WORDS = 3
COARSE_MARGIN = 20


@dataclass(frozen=True, slots=True)
class Span:
    """The matched words `start` to `end` (exclusive) and their similarity, 0 to 100."""

    start: int
    end: int
    similarity: float


def fuzzy_match(target: str, words: Sequence[str], *, similarity: float, free: Sequence[str] = ()) -> Span | None:
    """The words most similar to the target, if at least `similarity` (of 100) with the same numbers and negations.

    "14" and "40" differ by one letter, so numbers must be equal. Numbers in the `free` parts of the target may differ;
    the caller checks those parts separately.
    """
    from rapidfuzz import fuzz

    wanted = normalize(target).words
    letters, _ = _letters(wanted)
    text, word_of = _letters(words)
    if not letters or len(text) < similarity * len(letters) / (200 - similarity):
        return None
    coarse = fuzz.partial_ratio_alignment(letters, text, score_cutoff=similarity - COARSE_MARGIN)
    if coarse is None or coarse.dest_end <= coarse.dest_start:
        return None
    span = _refined(letters, words, word_of[coarse.dest_start], word_of[coarse.dest_end - 1] + 1)
    if span.similarity < similarity:
        return None
    near = words[max(0, span.start - NUMBER_REACH) : span.end + NUMBER_REACH]
    if not _same_numbers(_without(wanted, free), near):
        return None
    if _negations(wanted) != _negations(words[span.start : span.end]):
        return None
    return span


def _refined(letters: str, words: Sequence[str], start: int, end: int) -> Span:
    """The most similar run of whole words near `start` and `end`; the longer one of equals."""
    from rapidfuzz import fuzz

    starts = range(max(0, start - EDGE_WORDS), min(start + EDGE_WORDS, end - 1) + 1)
    ends = range(max(start + 1, end - EDGE_WORDS), min(len(words), end + EDGE_WORDS) + 1)
    spans = [
        Span(first, last, fuzz.ratio(letters, _letters(words[first:last])[0]))
        for first in starts
        for last in ends
        if first < last
    ]
    return max(spans, key=lambda span: (span.similarity, span.end - span.start, -span.start))


def _without(words: Sequence[str], parts: Sequence[str]) -> tuple[str, ...]:
    excluded = {word for part in parts for word in normalize(part).words}
    return tuple(word for word in words if word not in excluded)


def _letters(words: Sequence[str]) -> tuple[str, list[int]]:
    """The words as one text, Chinese by phonetic key, and the number of the word that each character belongs to."""
    text = ""
    word_of: list[int] = []
    for number, word in enumerate(words):
        if _is_percent(words, number):
            continue
        piece = phonetic_key(word) if _CHINESE.match(word) else word + " "
        if _is_point(words, number):
            text, piece = text.rstrip(), "."
            word_of = word_of[: len(text)]
        text += piece
        word_of.extend([number] * len(piece))
    return text.rstrip(), word_of


def _is_percent(words: Sequence[str], at: int) -> bool:
    """Whether the word is % or part of 百分之, two spellings of the same."""
    return words[at] == "%" or any(
        tuple(words[start : start + 3]) == _PER_CENT for start in range(max(0, at - 2), at + 1)
    )


def _is_point(words: Sequence[str], at: int) -> bool:
    """Whether the word is a spoken decimal point: "four point five", 四点五."""
    neighbours = (words[at - 1], words[at + 1]) if 0 < at < len(words) - 1 else ("",)
    return words[at] in _POINTS and all(word[:1].isdigit() for word in neighbours)


def _same_numbers(wanted: Sequence[str], near: Sequence[str]) -> bool:
    """Whether `near` has every number, or all their digits in a row: 29.99 pounds is 29 pounds 99."""
    numbers, present = _numbers(wanted), _numbers(near)
    if set(numbers) <= set(present):
        return True
    starts = range(len(present))
    runs = {"".join(present[start:end]) for start in starts for end in range(start + 1, len(present) + 1)}
    return "".join(numbers) in runs


def _numbers(words: Sequence[str]) -> list[str]:
    """The numbers in order. "four point five" is 4.5; the 100 in 百分之 does not count."""
    numbers: list[str] = []
    for at, word in enumerate(words):
        if not word[0].isdigit() or tuple(words[at : at + 3]) == _PER_CENT:
            continue
        if at and numbers and _is_point(words, at - 1):
            numbers[-1] += f".{word}"
        else:
            numbers.append(word)
    return [number if re.fullmatch(r"\d+\.(\d|\d{3,})", number) else number.replace(".", "") for number in numbers]


def _negations(words: Sequence[str]) -> int:
    return sum(word in _NEGATIONS for word in words)
