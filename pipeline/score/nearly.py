"""Finds a wording in what a recogniser wrote: nearly the same letters, the same numbers, and the same denials."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.score.sounds import as_heard
from pipeline.score.wording import wording

_CHINESE = re.compile(r"[㐀-鿿]")
_DENIALS = frozenset({"not", "never", "no", "without", "不", "没", "别", "无", "未", "勿"})
NUMBER_REACH = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Words `start` to `end` (exclusive) of a stretch, and how alike they are, of 100."""

    start: int
    end: int
    alike: float


def nearly(target: str, words: Sequence[str], *, similarity: float) -> Span | None:
    """The stretch of the words that is most like the target, if it is alike enough and says no other number or denial.

    Numbers must be the same ones, since "14" and "40" differ by a letter and mean different things.
    """
    from rapidfuzz import fuzz

    wanted = wording(target).words
    sought, _ = _spelled(wanted)
    text, owners = _spelled(words)
    if not sought or len(text) < similarity / 100 * len(sought):
        return None
    best = fuzz.partial_ratio_alignment(sought, text, score_cutoff=similarity)
    if best is None or best.dest_end <= best.dest_start:
        return None
    start, end = owners[best.dest_start], owners[best.dest_end - 1] + 1
    if not _same_numbers(wanted, words[max(0, start - NUMBER_REACH) : end + NUMBER_REACH]):
        return None
    if _denials(wanted) != _denials(words[start:end]):
        return None
    return Span(start, end, best.score)


def _spelled(words: Sequence[str]) -> tuple[str, list[int]]:
    """The words as one text, by sound where they are Chinese, and for each character the word that it belongs to."""
    text, owners = "", []
    for number, word in enumerate(words):
        piece = as_heard(word) if _CHINESE.match(word) else word + " "
        text += piece
        owners.extend([number] * len(piece))
    return text.rstrip(), owners


def _same_numbers(wanted: Sequence[str], near: Sequence[str]) -> bool:
    return {word for word in wanted if word.isdigit()} <= set(near)


def _denials(words: Sequence[str]) -> bool:
    return bool(_DENIALS.intersection(words))
