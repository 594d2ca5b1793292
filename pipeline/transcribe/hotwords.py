"""Names that a centre expects (its products, its people): words heard nearly so are written as the centre writes them.

After recognition, and only where the recogniser doubted itself: a name given to it beforehand as a prompt would be
written where nobody said it. English is compared by its consonants and rough vowels, Chinese by its syllables.
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

MOST_NAMES = 500
# A longer line is a sentence or a table, not a name.
LONGEST_NAME = 60
# Shorter names are near to too many words.
SHORTEST = {"en": 4, "zh": 2}
# Mean word probability under which what sounds the same, or is spelt nearly the same, may have been the name: with 0.9
# more words are spoilt than names are found.
DOUBTED = 0.6
NEAR = 0.8
_COMMENT = re.compile(r"(?:^|\s)#.*")
_TRAILING = re.compile(r"[\W_]+$")
_SOUNDS = (
    (re.compile("ph"), "f"), (re.compile("gh|h"), ""), (re.compile("ck|[cq]|x"), "k"), (re.compile("z"), "s"),
    (re.compile("[dt]"), "t"), (re.compile("[bp]"), "p"), (re.compile("[gj]"), "g"), (re.compile("[vw]"), "v"),
    (re.compile("[aeiouy]+"), "a"), (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip


def read_hotwords(path: Path) -> tuple[str, ...]:
    """Names from a UTF-8 file, one a line; empty lines, repeated names and comments (from a `#` on) do not count.

    Those over `MOST_NAMES` are left out with a warning. Raises ConfigError when the file cannot be read or has a line
    that is no name.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        cause = f"the hot words {path} cannot be read ({type(error).__name__})"
        raise ConfigError(cause, remedy="Name a UTF-8 text file with one name a line") from error
    numbered = [(number, " ".join(_COMMENT.sub("", line).split())) for number, line in enumerate(lines, start=1)]
    too_long = next((number for number, name in numbered if len(name) > LONGEST_NAME), None)
    if too_long:
        cause = f"the hot words {path} have over {LONGEST_NAME} characters in line {too_long}"
        raise ConfigError(cause, remedy="Write one name a line")
    names = tuple(dict.fromkeys(name for _, name in numbered if name))
    if not names:
        log.warning("%s has no names", path.name)
    if len(names) > MOST_NAMES:
        log.warning("%s has %d names; the first %d are used", path.name, len(names), MOST_NAMES)
    return names[:MOST_NAMES]


def with_hotwords(words: Sequence[Word], names: Iterable[str], *, language: Language) -> list[Word]:
    """One channel's words in time order, with doubted stretches that sound like a name written as that name.

    Words and what is made of them are in Simplified characters, whatever the names are in.
    """
    plain = map(simplified, names)
    wanted = {name: key for name in plain if len(key := _key(name, language)) >= SHORTEST[language] - 1}
    kept = list(words)
    for name, key in wanted.items():
        kept = _with_name(kept, name, key, language)
    return kept


def _with_name(words: list[Word], name: str, key: str, language: Language) -> list[Word]:
    """The words with one name put where it was nearly heard."""
    made: list[Word] = []
    longest = len(name) if language == "zh" else len(name.split()) + 1
    at = 0
    while at < len(words):
        size = next((n for n in range(1, longest + 1) if _is_name(words[at : at + n], n, name, key, language)), 0)
        made.append(_named(words[at : at + size], name) if size else words[at])
        at += max(size, 1)
    return made


def _is_name(stretch: Sequence[Word], size: int, name: str, key: str, language: Language) -> bool:
    """Whether these words are the name misheard; false where they are the name already."""
    if len(stretch) < size or any(_TRAILING.search(word.text) for word in stretch[:-1]):
        return False
    probability = sum(word.probability for word in stretch) / size
    if probability >= DOUBTED:
        return False
    heard = _TRAILING.sub("", ("" if language == "zh" else " ").join(word.text for word in stretch))
    if heard == name or (language == "zh" and len(heard) != len(name)):
        return False
    sounds = _key(heard, language)
    if sounds == key:
        return heard.lower() != name.lower() or len(stretch) == 1
    return language == "en" and _likeness(heard.lower(), name.lower()) >= NEAR


def _named(stretch: Sequence[Word], name: str) -> Word:
    """The stretch as one word, with the punctuation that followed it."""
    mark = _TRAILING.search(stretch[-1].text)
    probability = sum(word.probability for word in stretch) / len(stretch)
    return Word(name + (mark.group() if mark else ""), stretch[0].start_s, stretch[-1].end_s, probability)


def _likeness(first: str, second: str) -> float:
    """1 less the Levenshtein distance as a share of the longer."""
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(first, second))


@lru_cache(maxsize=1 << 14)
def _key(text: str, language: Language) -> str:
    """How a text sounds, roughly: one letter a sound, or one character a syllable."""
    if language == "zh":
        return phonetic_key(re.sub(r"[\W_]", "", text))
    key = re.sub(r"[^a-z]", "", text.lower())
    for sound, letter in _SOUNDS:
        key = sound.sub(letter, key)
    return key
