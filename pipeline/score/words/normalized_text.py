"""Normalize text for matching: lower case, Simplified Chinese, split contractions, numbers as digits, no fillers.

Rules and calls are normalized alike, so "we're" in a rule matches "we are" on a call, and "24小时" matches
"二十四小时". Every word keeps its character offsets, so that a match can be quoted exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.text.chinese_script import simplified
from pipeline.text.numerals import digits, is_number, repeats

_TOKEN = re.compile(r"\d[\d.,:]*\d|\d|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")
_CJK = re.compile(r"[㐀-鿿]")
_CJK_PARTS = re.compile(r"[㐀-鿿]|[^㐀-鿿]+")
_CLAUSE_ENDS = frozenset(",.;:!?，。；：！？、…—")
_FILLERS = frozenset(["um", "uh", "er", "erm", "uhm", "ah", "eh", "hmm", "mm", "嗯", "呃"])
_SUFFIXES = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'m": "am", "'d": "would", "'s": "is"}
_EXPANSIONS = {
    "cannot": ("can", "not"),
    "can't": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "lemme": ("let", "me"),
    "y'all": ("you", "all"),
    "ya": ("you",),
    "cos": ("because",),
    "okay": ("ok",),
    "shoulda": ("should", "have"),
    "coulda": ("could", "have"),
    "woulda": ("would", "have"),
    "gimme": ("give", "me"),
    "percent": ("%",),
    "goin'": ("going",),
    "您": ("你",),
    "妳": ("你",),
}

# A word, its character offsets (end exclusive), and the number of its clause.
_Piece = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """The words of a text, with one entry per word in `starts`, `ends` and `clauses`.

    `starts` and `ends` are character offsets in the text (end exclusive), `clauses` the number of the word's clause.
    `spaced` is the words with a blank after each; patterns match against it.
    """

    words: tuple[str, ...] = field(repr=False)
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    clauses: tuple[int, ...]
    spaced: str = field(repr=False)


def normalize(text: str) -> NormalizedText:
    """Normalize a text in English, Chinese or both."""
    pieces: list[_Piece] = []
    clause = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        parts = _latin_parts(token) if token.isascii() else _parts(token)
        if parts is None:
            clause += 1
            continue
        at = match.start()
        for word, start, end in parts:
            pieces.append((word, at + start, at + end, clause))
    folded = _fold_numbers(pieces)
    if not folded:
        return NormalizedText((), (), (), (), "")
    words, starts, ends, clauses = zip(*folded, strict=True)
    return NormalizedText(words, starts, ends, clauses, " ".join((*words, "")))


def _parts(token: str) -> tuple[tuple[str, int, int], ...] | None:
    """The words of a token without fillers, each with its offsets in the token; None for the end of a clause."""
    token = token.lower().replace("’", "'")
    if token in _CLAUSE_ENDS:
        return None
    if token == "%" or token[0].isalnum():
        return tuple(part for part in _split(token) if part[0] not in _FILLERS)
    return ()


# Only Latin tokens are cached: a Chinese token is a whole clause and rarely repeats.
_latin_parts = lru_cache(maxsize=16384)(_parts)


def _split(token: str) -> list[tuple[str, int, int]]:
    """Split a token into words: Chinese by character, English contractions into their words."""
    if _CJK.search(token):
        parts = [(part.group(), *part.span()) for part in _CJK_PARTS.finditer(simplified(token))]
        return [(_EXPANSIONS[word][0] if word in _EXPANSIONS else word, start, end) for word, start, end in parts]
    end = len(token)
    if token in _EXPANSIONS:
        return [(word, 0, end) for word in _EXPANSIONS[token]]
    for suffix, word in _SUFFIXES.items():
        if token.endswith(suffix) and len(token) > len(suffix):
            return [(token.removesuffix(suffix), 0, end), (word, 0, end)]
    return [(token, 0, end)]


def _fold_numbers(pieces: list[_Piece]) -> list[_Piece]:
    """Replace each run of number words by one word of digits, and drop a word that repeats the one before."""
    out: list[_Piece] = []
    at = 0
    while at < len(pieces):
        word = pieces[at][0]
        run = _number_run(pieces, at) if _may_begin_number(word) else None
        if run:
            words, stop = run
            out.append((digits(words), pieces[at][1], pieces[stop - 1][2], pieces[at][3]))
            at = stop
            continue
        stutter = out and out[-1][0] == word and not _CJK.match(word)
        if not stutter:
            out.append(pieces[at])
        at += 1
    return out


@lru_cache(maxsize=16384)
def _may_begin_number(word: str) -> bool:
    return is_number(word) or repeats(word) > 1


def _number_run(pieces: list[_Piece], at: int) -> tuple[list[str], int] | None:
    """The number words of one clause from `at` on, and the end of the run; None when no number starts there."""
    words: list[str] = []
    stop = at
    while stop < len(pieces) and pieces[stop][3] == pieces[at][3]:
        word, following = pieces[stop][0], pieces[stop + 1][0] if stop + 1 < len(pieces) else ""
        if is_number(word):
            words.append(word)
        elif repeats(word) > 1 and is_number(following):
            words.extend([following] * (repeats(word) - 1))
        elif word in {"oh", "o"} and words:
            words.append("zero")
        elif not (word == "and" and words and words[-1] in {"hundred", "thousand"} and is_number(following)):
            break
        stop += 1
    return (words, stop) if words else None
