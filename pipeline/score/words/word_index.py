"""An index of the words of a call, so that a pattern is tried only on turns where it can match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

# The turns of each word, and of each two words in a row (joined by a blank).
WordIndex = Mapping[str, list[int]]
# For each such key, the numbers of the patterns that cannot match without it; "" for patterns that need none.
RequiredWords = Mapping[str, tuple[int, ...]]


def word_index(turns: Iterable[tuple[int, str]]) -> WordIndex:
    """Index turns, each given as its number and its words with a blank after each (`NormalizedText.spaced`)."""
    index: dict[str, list[int]] = defaultdict(list)
    for turn, spaced in turns:
        words = spaced.split()
        for key in {*words, *map(" ".join, pairwise(words))}:
            index[key].append(turn)
    return index


def rarest_words(required: str) -> str:
    """The most selective index key of a string of words: its longest two words in a row, or its only word."""
    words = required.split()
    pairs = [" ".join(pair) for pair in pairwise(words)]
    return max(pairs or words, key=len, default="")


def candidate_patterns(required: RequiredWords, index: WordIndex) -> dict[int, set[int]]:
    """By turn, the patterns that may match there because the turn has their required words."""
    candidates: dict[int, set[int]] = {}
    for key in required.keys() & index.keys():
        for turn in index[key]:
            candidates.setdefault(turn, set()).update(required[key])
    return candidates
