"""Compile phrase patterns to regular expressions over the words of a turn.

`(a|b)` is one of, `x?` or `(x y)?` is optional, `record*` is any ending, `...` is up to four words, `#` is any number,
spoken or written. Groups contain whole words (or Chinese characters) and can be nested.
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
from pipeline.score.words.word_index import RequiredWords, candidate_patterns, rarest_words, word_index
from pipeline.text.homophones import phonetic_key
from pipeline.text.numerals import repeats
from pipeline.transcript import Language

GAP_WORDS = 4
# Homophone matches with fewer words are dropped.
FEWEST_BY_SOUND = 2
LONGEST_NUMBER = 60
_GAP = rf"(?:\S+ ){{0,{GAP_WORDS}}}?"
# A gap, a number, a Chinese character, or a word with or without an open ending.
_UNIT = re.compile(r"\.\.\.|#|[㐀-鿿]|[^\s()|?*#㐀-鿿]+\*?")
_NUMBER = r"\d\S* "
_TOUCHING = re.compile(r"[A-Za-z]\(|\)\??[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Match:
    """The words `start` to `end` (exclusive) of a turn match the phrase with this number."""

    phrase: int
    start: int
    end: int


class Finder(Protocol):
    """Finds matches of phrases in a turn."""

    def __call__(self, words: NormalizedText, among: Collection[int] | None = None) -> list[Match]:
        """The matches in order of all phrases, or only of the phrase numbers in `among`."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern.

    Every match contains one of `required` (empty if nothing is required). `fixed` is the only string that it can
    match, or "" if it can match several.
    """

    expression: str
    required: tuple[str, ...] = ()
    fixed: str = ""


def patterns(phrases: Sequence[str], *, by_sound: bool = False) -> Finder:
    """Find the leftmost matches of each pattern. Raises RubricError for an invalid pattern.

    With `by_sound`, Chinese characters also match their homophones, in matches of at least `FEWEST_BY_SOUND` words.
    """
    return _patterns(tuple(phrases), by_sound)


@lru_cache(maxsize=1024)
def required_words(phrases: tuple[str, ...], *, by_sound: bool = False) -> RequiredWords:
    """The words that a turn needs for each pattern to match, as keys of the word index of a call."""
    as_key = phonetic_key if by_sound else str
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        for key in dict.fromkeys(rarest_words(as_key(words)) for words in _parsed(phrase).required or ("",)):
            numbers[key].append(number)
    return {key: tuple(patterns) for key, patterns in numbers.items()}


# Cached because every shard compiles its form again.
@lru_cache(maxsize=1024)
def _patterns(phrases: tuple[str, ...], by_sound: bool) -> Finder:
    as_key = phonetic_key if by_sound else str
    compiled = [_compiled(as_key(_parsed(phrase).expression)) for phrase in phrases]
    required = required_words(phrases, by_sound=by_sound)
    fewest = FEWEST_BY_SOUND if by_sound else 1

    def find(words: NormalizedText, among: Collection[int] | None = None) -> list[Match]:
        text = as_key(words.spaced)
        if among is None:
            among = candidate_patterns(required, word_index([(0, text)])).get(0, set()).union(required.get("", ()))
        found = [
            Match(number, text.count(" ", 0, hit.start()), text.count(" ", 0, hit.end()))
            for number in sorted(among)
            for hit in compiled[number].finditer(text)
        ]
        long = [match for match in found if match.end - match.start >= fewest]
        return sorted(long, key=lambda match: (match.start, -match.end, match.phrase))

    return find


def verbatim(phrases: Sequence[str], *, language: Language) -> Finder:
    """Find fixed words with spaCy's phrase matcher, fast for any number of phrases.

    Raises RubricError for a phrase without words.
    """
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
    """Find the part of a turn most similar to each phrase, letter by letter, from `similarity` (of 100) on.

    Raises RubricError for a phrase without words.
    """
    targets = [normalize(phrase).spaced.strip() for phrase in phrases]
    for phrase, target in zip(phrases, targets, strict=True):
        if not target:
            raise _empty(phrase)

    def find(words: NormalizedText, among: Collection[int] | None = None) -> list[Match]:
        from rapidfuzz import fuzz

        text = words.spaced.strip()
        matches = []
        for number, target in enumerate(targets):
            # Without this, a turn shorter than the phrase could match a part of it.
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
            f"in the pattern {phrase!r} a bracket touches a word",
            remedy="Put a blank between them: groups contain whole words.",
        )
    part, rest = _alternatives(phrase, 0)
    if rest != len(phrase):
        raise RubricError(f"the pattern {phrase!r} has an extra closing bracket", remedy="Remove a ) or add its (.")
    if _compiled(part.expression).match(""):
        raise _empty(phrase)
    return part


def _empty(phrase: str) -> RubricError:
    return RubricError(f"the phrase {phrase!r} can match without any words", remedy="Give it at least one word.")


def _alternatives(phrase: str, at: int) -> tuple[_Part, int]:
    """Parse `a|b|c` from `at` on. Also returns where it stops: at `)` or the end."""
    options: list[_Part] = []
    while True:
        sequence, at = _sequence(phrase, at)
        options.append(sequence)
        if at >= len(phrase) or phrase[at] == ")":
            break
        at += 1
    all_required = all(option.required for option in options)
    part = _Part(
        expression=f"(?:{'|'.join(option.expression for option in options)})",
        required=tuple(dict.fromkeys(words for option in options for words in option.required)) if all_required else (),
        fixed=options[0].fixed if len(options) == 1 else "",
    )
    return part, at


def _sequence(phrase: str, at: int) -> tuple[_Part, int]:
    parts: list[_Part] = []
    while at < len(phrase) and phrase[at] not in "|)":
        if phrase[at] == "(":
            part, at = _alternatives(phrase, at + 1)
            if at >= len(phrase):
                raise RubricError(f"the pattern {phrase!r} lacks a closing bracket", remedy="Add a ) for every (.")
            at += 1
        else:
            part, at = _literal(phrase, at)
        if part.expression and phrase[at : at + 1] == "?":
            part, at = _Part(f"(?:{part.expression})?"), at + 1
        if part.expression:
            parts.append(part)
    return _concatenated(parts), at


def _concatenated(parts: Sequence[_Part]) -> _Part:
    """Join parts. Of the words that each part or run of fixed parts requires, keep the rarest: the longest ones."""
    choices: list[tuple[str, ...]] = [()]
    run = ""
    for part in parts:
        run += part.fixed
        if not part.fixed:
            choices += [(run,), part.required]
            run = ""
    choices.append((run,))
    return _Part(
        expression="".join(part.expression for part in parts),
        required=max(filter(all, choices), key=lambda choice: min(map(len, choice), default=0)),
        fixed=run if all(part.fixed for part in parts) else "",
    )


def _literal(phrase: str, at: int) -> tuple[_Part, int]:
    """Parse one word, gap, number or open-ended word. Other characters match nothing."""
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
    """Whether a number may start here: with digits, "double", "triple", or a filler, which leaves no word."""
    return not words or words[0].isdigit() or repeats(words[0]) > 1


def _number(phrase: str, at: int) -> tuple[_Part, int] | None:
    """Parse a number of several words ("twenty four", 二十四) as the one word that it becomes on a call."""
    near = phrase[at : at + LONGEST_NUMBER]
    ends = [match.end() for match in re.finditer(r"[^\s()|?*#]+?(?=[\s()|?*#㐀-鿿]|$)|[㐀-鿿]", near)]
    for end in reversed(ends[1:6]):
        words = normalize(phrase[at : at + end]).words
        plain = not re.search(r"[()|?*]", phrase[at : at + end])
        if plain and len(words) == 1 and words[0].isdigit() and phrase[at + end : at + end + 1] != "?":
            return _fixed(words), at + end
    return None
