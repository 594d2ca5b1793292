"""Hot words: write misheard names (products, people) the way the centre spells them.

Applied after recognition, and only to words with a low probability: a name given as a prompt would also appear where
nobody said it. Compares English by its consonants and rough vowels, Chinese by its syllables.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.errors import ConfigError
from pipeline.text.chinese_script import simplified
from pipeline.text.homophones import phonetic_key
from pipeline.transcript import Language, Word

log = logging.getLogger(__name__)

MAX_NAMES = 500
# Longer lines are sentences or tables, not names.
LONGEST_NAME = 60
# Shorter names match too many words.
SHORTEST = {"en": 4, "zh": 2}
# Replace only words below this mean probability: at 0.9 more words are spoilt than names found.
MAX_PROBABILITY = 0.6
MIN_SIMILARITY = 0.8
_COMMENT = re.compile(r"(?:^|\s)#.*")
_TRAILING = re.compile(r"[\W_]+$")
_PHONETIC_RULES = (
    (re.compile("ph"), "f"), (re.compile("gh|h"), ""), (re.compile("ck|[cq]|x"), "k"), (re.compile("z"), "s"),
    (re.compile("[dt]"), "t"), (re.compile("[bp]"), "p"), (re.compile("[gj]"), "g"), (re.compile("[vw]"), "v"),
    (re.compile("[aeiouy]+"), "a"), (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip


def read_hotwords(path: Path) -> tuple[str, ...]:
    """Read names from a UTF-8 file, one per line; skips empty lines, duplicates and comments (from a `#` on).

    Drops names beyond `MAX_NAMES` with a warning. Raises ConfigError when the file cannot be read or a line is too
    long.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        cause = f"the hot words {path} cannot be read ({type(error).__name__})"
        raise ConfigError(cause, remedy="Name a UTF-8 text file with one name per line") from error
    numbered = [(number, " ".join(_COMMENT.sub("", line).split())) for number, line in enumerate(lines, start=1)]
    too_long = next((number for number, name in numbered if len(name) > LONGEST_NAME), None)
    if too_long:
        cause = f"the hot words {path} have over {LONGEST_NAME} characters in line {too_long}"
        raise ConfigError(cause, remedy="Write one name per line")
    names = tuple(dict.fromkeys(name for _, name in numbered if name))
    if not names:
        log.warning("%s has no names", path.name)
    if len(names) > MAX_NAMES:
        log.warning("%s has %d names; the first %d are used", path.name, len(names), MAX_NAMES)
    return names[:MAX_NAMES]


def with_hotwords(words: Sequence[Word], names: Iterable[str], *, language: Language) -> list[Word]:
    """Replace words with a low probability that sound like a name by that name.

    `words` are one channel's, in time order. Works in Simplified characters, whatever script the names use.
    """
    plain = map(simplified, names)
    wanted = {name: key for name in plain if len(key := _key(name, language)) >= SHORTEST[language] - 1}
    kept = list(words)
    for name, key in wanted.items():
        kept = _with_name(kept, name, key, language)
    return kept


def _with_name(words: list[Word], name: str, key: str, language: Language) -> list[Word]:
    """Write one name wherever it was misheard."""
    replaced: list[Word] = []
    longest = len(name) if language == "zh" else len(name.split()) + 1
    at = 0
    while at < len(words):
        size = next((n for n in range(1, longest + 1) if _is_name(words[at : at + n], n, name, key, language)), 0)
        replaced.append(_as_name(words[at : at + size], name) if size else words[at])
        at += max(size, 1)
    return replaced


def _is_name(phrase: Sequence[Word], size: int, name: str, key: str, language: Language) -> bool:
    """True if these words are the name misheard; false if they already are the name."""
    if len(phrase) < size or any(_TRAILING.search(word.text) for word in phrase[:-1]):
        return False
    probability = sum(word.probability for word in phrase) / size
    if probability >= MAX_PROBABILITY:
        return False
    text = _TRAILING.sub("", ("" if language == "zh" else " ").join(word.text for word in phrase))
    if text == name or (language == "zh" and len(text) != len(name)):
        return False
    sounds = _key(text, language)
    if sounds == key:
        return text.lower() != name.lower() or len(phrase) == 1
    return language == "en" and _similarity(text.lower(), name.lower()) >= MIN_SIMILARITY


def _as_name(phrase: Sequence[Word], name: str) -> Word:
    """The words as one word, with the punctuation that followed them."""
    mark = _TRAILING.search(phrase[-1].text)
    probability = sum(word.probability for word in phrase) / len(phrase)
    return Word(name + (mark.group() if mark else ""), phrase[0].start_s, phrase[-1].end_s, probability)


def _similarity(first: str, second: str) -> float:
    """Normalized Levenshtein similarity, from 0 to 1."""
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(first, second))


@lru_cache(maxsize=1 << 14)
def _key(text: str, language: Language) -> str:
    """A rough phonetic key: one letter per sound, or one character per Chinese syllable."""
    if language == "zh":
        return phonetic_key(re.sub(r"[\W_]", "", text))
    key = re.sub(r"[^a-z]", "", text.lower())
    for sound, letter in _PHONETIC_RULES:
        key = sound.sub(letter, key)
    return key
