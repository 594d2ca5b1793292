"""The small language of patterns, compiled to regular expressions over the words of a turn.

`(a|b)` one of, `x?` or `(x y)?` optional, `record*` any ending, `...` up to four words between, `#` any number, spoken
or written. Groups hold whole words (or Chinese characters) and may hold groups.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import RubricError
from pipeline.numerals import repeats
from pipeline.score.wording import Wording, wording
from pipeline.sounds import as_heard
from pipeline.transcript import Language

GAP_WORDS = 4
FEWEST_BY_SOUND = 2
LONGEST_NUMBER = 60
_GAP = rf"(?:\S+ ){{0,{GAP_WORDS}}}?"
# A Chinese character, a gap, an open-ended word, or a run of Latin words; an optional mark binds to what is before it.
_UNIT = re.compile(r"\.\.\.|#|[㐀-鿿]|[^\s()|?*#㐀-鿿]+\*?")
_NUMBER = r"\d\S* "
_TOUCHING = re.compile(r"[A-Za-z]\(|\)\??[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Match:
    """Words `start` to `end` (exclusive) of a wording, and which phrase of the rule they match."""

    phrase: int
    start: int
    end: int


Finder = Callable[[Wording], list[Match]]


def patterns(phrases: Sequence[str], *, by_sound: bool = False) -> Finder:
    """Finds the leftmost matches of each pattern. Raises RubricError for one that cannot be read.

    By sound, Chinese characters count as those that a recogniser takes them for, in matches of several words only.
    """
    return _patterns(tuple(phrases), by_sound)


# Every shard builds its form anew; what it looks for stays the same.
@lru_cache(maxsize=1024)
def _patterns(phrases: tuple[str, ...], by_sound: bool) -> Finder:
    spell = as_heard if by_sound else str
    compiled = [_compiled(spell(_expression(phrase))) for phrase in phrases]
    # Most turns hold none of them: one look at all together is cheaper than one for each.
    either = re.compile(r"(?<!\S)(?:" + "|".join(spell(_expression(phrase)) for phrase in phrases) + ")")
    fewest = FEWEST_BY_SOUND if by_sound else 1

    def find(words: Wording) -> list[Match]:
        text = spell(words.spaced)
        if either.search(text) is None:
            return []
        found = [
            Match(number, text.count(" ", 0, hit.start()), text.count(" ", 0, hit.end()))
            for number, expression in enumerate(compiled)
            for hit in expression.finditer(text)
        ]
        long = [match for match in found if match.end - match.start >= fewest]
        return sorted(long, key=lambda match: (match.start, -match.end, match.phrase))

    return find


def verbatim(phrases: Sequence[str], *, language: Language) -> Finder:
    """Finds fixed words, however many phrases there are, by spaCy's phrase matcher. Raises RubricError."""
    return _verbatim(tuple(phrases), language)


@lru_cache(maxsize=256)
def _verbatim(phrases: tuple[str, ...], language: Language) -> Finder:
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc

    vocab = spacy.blank(language).vocab
    matcher = PhraseMatcher(vocab, attr="ORTH")
    for number, phrase in enumerate(phrases):
        words = wording(phrase).words
        if not words:
            raise _empty(phrase)
        matcher.add(str(number), [Doc(vocab, words=list(words))])

    def find(words: Wording) -> list[Match]:
        if not words.words:
            return []
        hits = matcher(Doc(vocab, words=list(words.words)))
        found = [Match(int(vocab.strings[key]), start, end) for key, start, end in hits]
        return sorted(found, key=lambda match: (match.start, -match.end, match.phrase))

    return find


def fuzzy(phrases: Sequence[str], *, similarity: float) -> Finder:
    """Finds the stretch of a turn that is most like each phrase, by letters, if it is alike enough (of 100)."""
    targets = [wording(phrase).spaced.strip() for phrase in phrases]
    for phrase, target in zip(phrases, targets, strict=True):
        if not target:
            raise _empty(phrase)

    def find(words: Wording) -> list[Match]:
        from rapidfuzz import fuzz

        text = words.spaced.strip()
        matches = []
        for number, target in enumerate(targets):
            # A turn shorter than the phrase would match any part of it.
            if len(text) < similarity / 100 * len(target):
                continue
            best = fuzz.partial_ratio_alignment(target, text, score_cutoff=similarity)
            if best is not None:
                start, end = text.count(" ", 0, best.dest_start), text.count(" ", 0, best.dest_end)
                matches.append(Match(number, start, min(end + 1, len(words.words))))
        return matches

    return find


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\S)" + expression)


@lru_cache(maxsize=4096)
def _expression(phrase: str) -> str:
    if _TOUCHING.search(phrase):
        raise RubricError(
            f"in the pattern {phrase!r} a bracket touches a word", remedy="Groups hold whole words: put a blank there."
        )
    expression, rest = _alternatives(phrase, 0)
    if rest != len(phrase):
        raise RubricError(f"the pattern {phrase!r} has a bracket too many", remedy="Every ( needs one ).")
    if re.compile(expression).match(""):
        raise _empty(phrase)
    return expression


def _empty(phrase: str) -> RubricError:
    return RubricError(f"the phrase {phrase!r} can match no words at all", remedy="Give it at least one word.")


def _alternatives(phrase: str, at: int) -> tuple[str, int]:
    """The expression of `a|b|c` from `at` on, and where it stops (at `)` or the end)."""
    options = []
    while True:
        sequence, at = _sequence(phrase, at)
        options.append(sequence)
        if at >= len(phrase) or phrase[at] == ")":
            return f"(?:{'|'.join(options)})", at
        at += 1


def _sequence(phrase: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    while at < len(phrase) and phrase[at] not in "|)":
        if phrase[at] == "(":
            part, at = _alternatives(phrase, at + 1)
            if at >= len(phrase):
                raise RubricError(f"the pattern {phrase!r} lacks a closing bracket", remedy="Every ( needs one ).")
            at += 1
        else:
            part, at = _literal(phrase, at)
        if part and phrase[at : at + 1] == "?":
            part, at = f"(?:{part})?", at + 1
        parts.append(part)
    return "".join(parts), at


def _literal(phrase: str, at: int) -> tuple[str, int]:
    """One word, gap or open-ended word; what is no part of a word stands for nothing."""
    unit = _UNIT.match(phrase, at)
    if unit is None:
        return "", at + 1
    piece = unit.group()
    if piece == "...":
        return _GAP, unit.end()
    if piece == "#":
        return _NUMBER, unit.end()
    if piece.endswith("*"):
        return re.escape(piece[:-1].lower()) + r"\S* ", unit.end()
    words = wording(piece).words
    number = _number(phrase, at) if _may_begin_number(words) else None
    if number:
        return number
    return "".join(re.escape(word) + " " for word in words), unit.end()


def _may_begin_number(words: Sequence[str]) -> bool:
    """Digits, "double" and "triple" do, and a filler, which leaves no word, may stand before them."""
    return not words or words[0].isdigit() or repeats(words[0]) > 1


def _number(phrase: str, at: int) -> tuple[str, int] | None:
    """A number of several words ("twenty four", 二十四) as the one token that it is on a call."""
    near = phrase[at : at + LONGEST_NUMBER]
    ends = [match.end() for match in re.finditer(r"[^\s()|?*#]+?(?=[\s()|?*#㐀-鿿]|$)|[㐀-鿿]", near)]
    for end in reversed(ends[1:6]):
        words = wording(phrase[at : at + end]).words
        plain = not re.search(r"[()|?*]", phrase[at : at + end])
        if plain and len(words) == 1 and words[0].isdigit() and phrase[at + end : at + end + 1] != "?":
            return re.escape(words[0]) + " ", at + end
    return None
