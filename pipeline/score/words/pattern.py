"""The small language of patterns, compiled to regular expressions over the words of a turn.

`(a|b)` one of, `x?` or `(x y)?` optional, `record*` any ending, `...` up to four words between, `#` any number, spoken
or written. Groups hold whole words (or Chinese characters) and may hold groups.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from pipeline.errors import RubricError
from pipeline.score.words.normalized_text import NormalizedText, normalize
from pipeline.score.words.word_index import Clues, clue_of, suspects, word_index
from pipeline.text.homophones import phonetic_key
from pipeline.text.numerals import repeats
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


class Finder(Protocol):
    """Finds matches in a turn's words, of all phrases or only of those whose numbers are `among` the given."""

    def __call__(self, words: NormalizedText, among: Collection[int] | None = None) -> list[Match]:
        """The matches in order."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern: its expression, and words of which whatever it matches holds one, () where none is known.

    `fixed` is the one string that it can match, "" where it can match several.
    """

    expression: str
    needs: tuple[str, ...] = ()
    fixed: str = ""


def patterns(phrases: Sequence[str], *, by_sound: bool = False) -> Finder:
    """Finds the leftmost matches of each pattern. Raises RubricError for one that cannot be read.

    By sound, Chinese characters count as those that a recogniser takes them for, in matches of several words only.
    """
    return _patterns(tuple(phrases), by_sound)


@lru_cache(maxsize=1024)
def clues(phrases: tuple[str, ...], *, by_sound: bool = False) -> Clues:
    """What tells that a pattern may match a turn, to be looked up in the index of a call's words."""
    spell = phonetic_key if by_sound else str
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        for clue in dict.fromkeys(clue_of(spell(need)) for need in _parsed(phrase).needs or ("",)):
            numbers[clue].append(number)
    return {clue: tuple(found) for clue, found in numbers.items()}


# Every shard builds its form anew; what it looks for stays the same.
@lru_cache(maxsize=1024)
def _patterns(phrases: tuple[str, ...], by_sound: bool) -> Finder:
    spell = phonetic_key if by_sound else str
    compiled = [_compiled(spell(_parsed(phrase).expression)) for phrase in phrases]
    known = clues(phrases, by_sound=by_sound)
    fewest = FEWEST_BY_SOUND if by_sound else 1

    def find(words: NormalizedText, among: Collection[int] | None = None) -> list[Match]:
        text = spell(words.spaced)
        if among is None:
            among = suspects(known, word_index([(0, text)])).get(0, set()).union(known.get("", ()))
        found = [
            Match(number, text.count(" ", 0, hit.start()), text.count(" ", 0, hit.end()))
            for number in sorted(among)
            for hit in compiled[number].finditer(text)
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
        words = normalize(phrase).words
        if not words:
            raise _empty(phrase)
        matcher.add(str(number), [Doc(vocab, words=list(words))])

    def find(words: NormalizedText, among: Collection[int] | None = None) -> list[Match]:
        if not words.words:
            return []
        hits = matcher(Doc(vocab, words=list(words.words)))
        found = [Match(int(vocab.strings[key]), start, end) for key, start, end in hits]
        found = [match for match in found if among is None or match.phrase in among]
        return sorted(found, key=lambda match: (match.start, -match.end, match.phrase))

    return find


def fuzzy(phrases: Sequence[str], *, similarity: float) -> Finder:
    """Finds the stretch of a turn that is most like each phrase, by letters, if it is alike enough (of 100)."""
    targets = [normalize(phrase).spaced.strip() for phrase in phrases]
    for phrase, target in zip(phrases, targets, strict=True):
        if not target:
            raise _empty(phrase)

    def find(words: NormalizedText, among: Collection[int] | None = None) -> list[Match]:
        from rapidfuzz import fuzz

        text = words.spaced.strip()
        matches = []
        for number, target in enumerate(targets):
            # A turn shorter than the phrase would match any part of it.
            if (among is not None and number not in among) or len(text) < similarity / 100 * len(target):
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
def _parsed(phrase: str) -> _Part:
    if _TOUCHING.search(phrase):
        raise RubricError(
            f"in the pattern {phrase!r} a bracket touches a word", remedy="Groups hold whole words: put a blank there."
        )
    part, rest = _alternatives(phrase, 0)
    if rest != len(phrase):
        raise RubricError(f"the pattern {phrase!r} has a bracket too many", remedy="Every ( needs one ).")
    if _compiled(part.expression).match(""):
        raise _empty(phrase)
    return part


def _empty(phrase: str) -> RubricError:
    return RubricError(f"the phrase {phrase!r} can match no words at all", remedy="Give it at least one word.")


def _alternatives(phrase: str, at: int) -> tuple[_Part, int]:
    """`a|b|c` from `at` on, and where it stops (at `)` or the end)."""
    options: list[_Part] = []
    while True:
        sequence, at = _sequence(phrase, at)
        options.append(sequence)
        if at >= len(phrase) or phrase[at] == ")":
            break
        at += 1
    known = all(option.needs for option in options)
    part = _Part(
        expression=f"(?:{'|'.join(option.expression for option in options)})",
        needs=tuple(dict.fromkeys(need for option in options for need in option.needs)) if known else (),
        fixed=options[0].fixed if len(options) == 1 else "",
    )
    return part, at


def _sequence(phrase: str, at: int) -> tuple[_Part, int]:
    parts: list[_Part] = []
    while at < len(phrase) and phrase[at] not in "|)":
        if phrase[at] == "(":
            part, at = _alternatives(phrase, at + 1)
            if at >= len(phrase):
                raise RubricError(f"the pattern {phrase!r} lacks a closing bracket", remedy="Every ( needs one ).")
            at += 1
        else:
            part, at = _literal(phrase, at)
        if part.expression and phrase[at : at + 1] == "?":
            part, at = _Part(f"(?:{part.expression})?"), at + 1
        if part.expression:
            parts.append(part)
    return _one_after_another(parts), at


def _one_after_another(parts: Sequence[_Part]) -> _Part:
    """Of what each part needs, and of fixed parts in a row together, that whose shortest is longest: the rarest."""
    needs: list[tuple[str, ...]] = [()]
    run = ""
    for part in parts:
        run += part.fixed
        if not part.fixed:
            needs += [(run,), part.needs]
            run = ""
    needs.append((run,))
    return _Part(
        expression="".join(part.expression for part in parts),
        needs=max((each for each in needs if all(each)), key=lambda each: min(map(len, each), default=0)),
        fixed=run if all(part.fixed for part in parts) else "",
    )


def _literal(phrase: str, at: int) -> tuple[_Part, int]:
    """One word, gap or open-ended word; what is no part of a word stands for nothing."""
    unit = _UNIT.match(phrase, at)
    if unit is None:
        return _Part(""), at + 1
    piece = unit.group()
    if piece == "...":
        return _Part(_GAP), unit.end()
    if piece == "#":
        return _Part(_NUMBER), unit.end()
    if piece.endswith("*"):
        beginning = piece[:-1].lower()
        return _Part(re.escape(beginning) + r"\S* "), unit.end()
    words = normalize(piece).words
    number = _number(phrase, at) if _may_begin_number(words) else None
    return number or (_fixed(words), unit.end())


def _fixed(words: Sequence[str]) -> _Part:
    return _Part("".join(re.escape(word) + " " for word in words), fixed="".join(word + " " for word in words))


def _may_begin_number(words: Sequence[str]) -> bool:
    """Digits, "double" and "triple" do, and a filler, which leaves no word, may stand before them."""
    return not words or words[0].isdigit() or repeats(words[0]) > 1


def _number(phrase: str, at: int) -> tuple[_Part, int] | None:
    """A number of several words ("twenty four", 二十四) as the one token that it is on a call."""
    near = phrase[at : at + LONGEST_NUMBER]
    ends = [match.end() for match in re.finditer(r"[^\s()|?*#]+?(?=[\s()|?*#㐀-鿿]|$)|[㐀-鿿]", near)]
    for end in reversed(ends[1:6]):
        words = normalize(phrase[at : at + end]).words
        plain = not re.search(r"[()|?*]", phrase[at : at + end])
        if plain and len(words) == 1 and words[0].isdigit() and phrase[at + end : at + end + 1] != "?":
            return _fixed(words), at + end
    return None
