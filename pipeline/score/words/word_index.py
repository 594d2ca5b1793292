"""Where on a call a word is said, and two words in a row: so that patterns are tried only where they may match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

# By word, and by two words with a blank between, the turns that hold them.
WordIndex = Mapping[str, list[int]]
# By such a clue the numbers of the patterns that match nowhere without it; "" is for those that need none.
Clues = Mapping[str, tuple[int, ...]]


def word_index(turns: Iterable[tuple[int, str]]) -> WordIndex:
    """The index of turns, each with its words, a blank after each (see `Wording.spaced`)."""
    index: dict[str, list[int]] = defaultdict(list)
    for turn, spaced in turns:
        words = spaced.split()
        for clue in {*words, *map(" ".join, pairwise(words))}:
            index[clue].append(turn)
    return index


def clue_of(needed: str) -> str:
    """Of a string of words the part that tells most: the longest two words in a row, or the one there is."""
    words = needed.split()
    pairs = [" ".join(pair) for pair in pairwise(words)]
    return max(pairs or words, key=len, default="")


def suspects(clues: Clues, index: WordIndex) -> dict[int, set[int]]:
    """By turn the patterns that need a clue, and may match there."""
    found: dict[int, set[int]] = {}
    for clue in clues.keys() & index.keys():
        for turn in index[clue]:
            found.setdefault(turn, set()).update(clues[clue])
    return found
