"""Chinese as a recogniser mishears it: nearly the same sounds, in the characters that are more often written so.

A noisy channel. Each character is a sound, a bad stretch of a call blurs some sounds into near ones, and what is
written is drawn from the characters of that sound by how often they are used: frequent words survive, rare ones change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.text.homophones import sound, syllable, usual_characters

# How many of a turn's characters are open to be written otherwise: a beta distribution of this mean and sureness.
# About half of these come out as they were, so that a fifth is wrong in the end.
OPEN_MEAN, OPEN_SURENESS = 0.4, 6.0
MAX_OPEN = 0.95
# Mistakes come in runs: after one the next character is so much more open.
RUN_ON = 1.8
# Of the open characters: the share drawn from the same syllable, and from that and the same sound; the rest is blurred.
SAME_SYLLABLE, SAME_SOUND = 0.6, 0.9
LOST, ADDED = 0.05, 0.025
# What a usual character weighs that these texts never use.
UNSEEN = 0.3
# Consonants that a telephone tells apart badly, beside those that `sound` makes one.
_BLURRED = {b: a for a, b in ("bp", "dt", "gk", "jq", "zc", "qx", "cs", "mn", "rl", "hf")}

Random = np.random.Generator
Choice = tuple[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Spellings:
    """What may be written for a character, by its syllable, its sound and its blurred sound, and for nothing at all.

    A choice is characters and their cumulated shares, the last of which is 1.
    """

    by_syllable: Mapping[str, Choice] = field(repr=False)
    by_sound: Mapping[str, Choice] = field(repr=False)
    by_blur: Mapping[str, Choice] = field(repr=False)
    any_character: Choice = field(repr=False)


def spellings(texts: Iterable[str]) -> Spellings:
    """Choices weighed by how often these texts use a character; each usual one counts a little besides."""
    counts = Counter(character for text in texts for character in text if is_chinese(character))
    weights = {character: counts[character] + UNSEEN for character in {*counts, *usual_characters()}}
    return Spellings(_grouped(weights, syllable), _grouped(weights, sound), _grouped(weights, blur), _choice(weights))


def is_chinese(character: str) -> bool:
    """Whether this is a Chinese character, not a mark, a digit or a letter."""
    return "\u3400" <= character <= "\u9fff"


def blur(character: str) -> str:
    """The sound of a character with its first consonant as a telephone leaves it."""
    found = sound(character)
    return _BLURRED.get(found[0], found[0]) + found[1:]


def misheard_chinese(text: str, own: Spellings, random: Random) -> str:
    """The text as it might be recognised; marks, digits and letters stay."""
    share = random.beta(OPEN_MEAN * OPEN_SURENESS, (1 - OPEN_MEAN) * OPEN_SURENESS)
    written: list[str] = []
    wrong = False
    for character in text:
        heard = character
        if is_chinese(character):
            is_open = random.random() < min(share * (RUN_ON if wrong else 1.0), MAX_OPEN)
            heard = _heard(character, own, random) if is_open else character
            wrong = heard != character
        written.append(heard)
    return "".join(written)


def _heard(character: str, own: Spellings, random: Random) -> str:
    """What an open character becomes: nothing, another of its sound, or that and one more."""
    kind, fate = random.random(), random.random()
    if fate < LOST:
        return ""
    if kind < SAME_SYLLABLE:
        choice = own.by_syllable.get(syllable(character))
    elif kind < SAME_SOUND:
        choice = own.by_sound.get(sound(character))
    else:
        choice = own.by_blur.get(blur(character))
    heard = _drawn(choice, random) if choice else character
    return heard + _drawn(own.any_character, random) if fate > 1 - ADDED else heard


def _drawn(choice: Choice, random: Random) -> str:
    characters, shares = choice
    return characters[int(np.searchsorted(shares, random.random()))]


def _grouped(weights: Mapping[str, float], key: Callable[[str], str]) -> dict[str, Choice]:
    groups: dict[str, dict[str, float]] = {}
    for character, weight in weights.items():
        groups.setdefault(key(character), {})[character] = weight
    return {name: _choice(group) for name, group in groups.items()}


def _choice(weights: Mapping[str, float]) -> Choice:
    characters = "".join(sorted(weights))
    shares = np.cumsum([weights[character] for character in characters])
    return characters, shares / shares[-1]
