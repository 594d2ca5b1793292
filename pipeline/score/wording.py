"""The words of a text as a rule sees them: lower case, contractions apart, numbers as digits, no fillers.

Rules and calls go through the same door, so "we're" in a rule finds "we are" on a call and "24小时" finds "二十四小时".
Every token keeps the characters that it came from, so that a match can be quoted exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.score.numerals import digits, is_number, repeats

if TYPE_CHECKING:
    from opencc import OpenCC

_TOKEN = re.compile(r"\d[\d.,:]*\d|\d|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")
_CJK = re.compile(r"[㐀-鿿]")
_CLAUSE_ENDS = frozenset(",.;:!?，。；：！？、…—")
_FILLERS = frozenset(["um", "uh", "er", "erm", "uhm", "ah", "eh", "hmm", "mm", "嗯", "呃"])
_SUFFIXES = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'m": "am", "'d": "would", "'s": "is"}
_SPELLED = {
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


@dataclass(frozen=True, slots=True)
class Wording:
    """Tokens of one text. `starts` and `ends` are characters of that text; `clauses` number the clauses.

    `spaced` is the words with a blank after each, which patterns are matched against.
    """

    words: tuple[str, ...] = field(repr=False)
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    clauses: tuple[int, ...]
    spaced: str = field(repr=False)


@lru_cache(maxsize=8192)
def _simplified(character: str) -> str:
    """The Simplified form of one character; one by one, so that places in the text stay the same."""
    converted = str(_converter().convert(character))
    return converted if len(converted) == 1 else character


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def wording(text: str) -> Wording:
    """The tokens of a text in English, Chinese or both."""
    pieces: list[tuple[str, int, int, int]] = []
    clause = 0
    for match in _TOKEN.finditer(text):
        token = match.group().lower().replace("’", "'")
        if token in _CLAUSE_ENDS:
            clause += 1
        elif token.isascii() and token.isalnum() and token not in _SPELLED:
            pieces.append((token, match.start(), match.end(), clause))
        elif token == "%" or token[0].isalnum():
            pieces.extend((word, start, end, clause) for word, start, end in _split(token, match.start()))
    folded = _fold_numbers([piece for piece in pieces if piece[0] not in _FILLERS])
    if not folded:
        return Wording((), (), (), (), "")
    words, starts, ends, clauses = zip(*folded, strict=True)
    return Wording(words, starts, ends, clauses, " ".join((*words, "")))


def _split(token: str, start: int) -> list[tuple[str, int, int]]:
    """One token into words: Chinese by character, English contractions apart."""
    if _CJK.search(token):
        parts = re.finditer(r"[㐀-鿿]|[^㐀-鿿]+", token)
        simple = [(_simplified(part.group()), start + part.start(), start + part.end()) for part in parts]
        return [(_SPELLED.get(word, (word,))[0], begin, end) for word, begin, end in simple]
    end = start + len(token)
    if token in _SPELLED:
        return [(word, start, end) for word in _SPELLED[token]]
    for suffix, word in _SUFFIXES.items():
        if token.endswith(suffix) and len(token) > len(suffix):
            return [(token.removesuffix(suffix), start, end), (word, start, end)]
    return [(token, start, end)]


def _fold_numbers(pieces: list[tuple[str, int, int, int]]) -> list[tuple[str, int, int, int]]:
    """Runs of number words become one token of digits; a word said twice in a row stands once."""
    out: list[tuple[str, int, int, int]] = []
    at = 0
    while at < len(pieces):
        word = pieces[at][0]
        run = _number_run(pieces, at) if is_number(word) or repeats(word) > 1 else None
        if run:
            words, stop = run
            out.append((digits(words), pieces[at][1], pieces[stop - 1][2], pieces[at][3]))
            at = stop
            continue
        stutter = out and out[-1][0] == pieces[at][0] and not _CJK.match(pieces[at][0])
        if not stutter:
            out.append(pieces[at])
        at += 1
    return out


def _number_run(pieces: list[tuple[str, int, int, int]], at: int) -> tuple[list[str], int] | None:
    """The number tokens of one clause from `at` on and where they stop; None when no number starts there."""
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
