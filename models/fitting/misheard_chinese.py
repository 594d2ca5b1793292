"""Simulate recognition errors in Chinese: similar sounds, written with more frequent characters.

A noisy channel: bad stretches of a call blur some sounds, and each sound is written with one of its characters, drawn
by frequency. So frequent words survive and rare ones change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.text.homophones import sound, syllable, usual_characters

# Share of a turn's characters that may change: a beta distribution with this mean and concentration. About half of
# these stay the same, so a fifth ends up wrong.
CHANGE_MEAN, CHANGE_CONCENTRATION = 0.4, 6.0
MAX_CHANGE = 0.95
# Errors come in runs: after one, the next character is this much more likely to change.
AFTER_ERROR = 1.8
# Cumulative shares of changes within the same syllable and the same sound; the rest is blurred.
SAME_SYLLABLE, SAME_SOUND = 0.6, 0.9
DELETED, INSERTED = 0.05, 0.025
# Weight of a usual character that these texts never use.
UNSEEN = 0.3
# Consonants that a telephone blurs, in addition to those that `sound` merges.
_BLURRED = {b: a for a, b in ("bp", "dt", "gk", "jq", "zc", "qx", "cs", "mn", "rl", "hf")}

Random = np.random.Generator
Choice = tuple[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Spellings:
    """Candidates for a character by its syllable, its sound and its blurred sound, and for an inserted character.

    A choice is a string of characters and their cumulative shares, which end at 1.
    """

    by_syllable: Mapping[str, Choice] = field(repr=False)
    by_sound: Mapping[str, Choice] = field(repr=False)
    by_blur: Mapping[str, Choice] = field(repr=False)
    any_character: Choice = field(repr=False)


def spellings(texts: Iterable[str]) -> Spellings:
    """Candidates weighted by their frequency in these texts; every usual character gets a small weight."""
    counts = Counter(character for text in texts for character in text if is_chinese(character))
    weights = {character: counts[character] + UNSEEN for character in {*counts, *usual_characters()}}
    return Spellings(_grouped(weights, syllable), _grouped(weights, sound), _grouped(weights, blur), _choice(weights))


def is_chinese(character: str) -> bool:
    """True for a Chinese character; False for punctuation, digits and letters."""
    return "\u3400" <= character <= "\u9fff"


def blur(character: str) -> str:
    """The sound of a character with its first consonant blurred as by a telephone."""
    found = sound(character)
    return _BLURRED.get(found[0], found[0]) + found[1:]


def misheard_chinese(text: str, own: Spellings, random: Random) -> str:
    """The text with simulated recognition errors; punctuation, digits and letters stay."""
    share = random.beta(CHANGE_MEAN * CHANGE_CONCENTRATION, (1 - CHANGE_MEAN) * CHANGE_CONCENTRATION)
    written: list[str] = []
    wrong = False
    for character in text:
        changed = character
        if is_chinese(character):
            may_change = random.random() < min(share * (AFTER_ERROR if wrong else 1.0), MAX_CHANGE)
            changed = _changed(character, own, random) if may_change else character
            wrong = changed != character
        written.append(changed)
    return "".join(written)


def _changed(character: str, own: Spellings, random: Random) -> str:
    """Change one character: delete it, replace it by one of its sound, or also insert another."""
    kind, edit = random.random(), random.random()
    if edit < DELETED:
        return ""
    if kind < SAME_SYLLABLE:
        choice = own.by_syllable.get(syllable(character))
    elif kind < SAME_SOUND:
        choice = own.by_sound.get(sound(character))
    else:
        choice = own.by_blur.get(blur(character))
    changed = _sample(choice, random) if choice else character
    return changed + _sample(own.any_character, random) if edit > 1 - INSERTED else changed


def _sample(choice: Choice, random: Random) -> str:
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
