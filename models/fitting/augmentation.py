"""Augment labelled calls with long rambling turns and recognition errors, as in real speech.

Labels stay right: added text performs no act, and lost words are noise. A copy depends only on its seed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from models.fitting.misheard_chinese import Spellings, misheard_chinese, spellings
from models.turn_words import tokens
from pipeline.evaluate.labelled import LabelledCall
from pipeline.transcript import Turn

LONG_SHARE = 0.6
LONG_TOKENS = {"en": (30, 100), "zh": (45, 150)}
MIN_TOKENS = 5
BACK_CHANNEL_TOKENS = 4
KEPT_TURNS = 6
WORD_LOST, WORD_WRONG = 0.03, 0.04
DIGITS_SHARE, PLAIN_SHARE, LOWER_SHARE = 0.5, 0.6, 0.5

_NUMBERS_LINE = "zero one two three four five six seven eight nine ten eleven twelve"
_DIGITS = {word: str(number) for number, word in enumerate(_NUMBERS_LINE.split())}
_UNIT = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+|\s+")
_MARKS = re.compile(r"[,.?!;:，。？！；：、…]+(?=\s|$|[\u3400-\u9fff])")

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class AugmentationPool:
    """Material for copies from one language's calls: turns without acts by role, and words by frequency.

    `chinese` are possible misspellings of Chinese characters; None without Chinese calls.
    """

    fillers: Mapping[str, Sequence[str]] = field(repr=False)
    words: Sequence[str] = field(repr=False)
    chinese: Spellings | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _LabelledTurn:
    """A turn with its labels."""

    turn: Turn
    acts: tuple[str, ...]
    sentiment: str | None

    @property
    def is_filler(self) -> bool:
        return not self.acts and self.sentiment in (None, "neutral")


def augmented_copies(
    calls: Sequence[LabelledCall], *, folds: npt.NDArray[np.intp], seed: int, long: bool = True, noisy: bool = True
) -> list[LabelledCall]:
    """Copy each call: lengthen it with turns of its own fold, so folds stay separate, then add recognition errors."""
    pools: dict[tuple[int, str], AugmentationPool] = {}
    for fold, language in {(int(own), call.transcript.language) for call, own in zip(calls, folds, strict=True)}:
        near = [call for call, own in zip(calls, folds, strict=True) if own == fold]
        pools[fold, language] = augmentation_pool([call for call in near if call.transcript.language == language])
    copies = []
    for number, (call, fold) in enumerate(zip(calls, folds, strict=True)):
        random, own = np.random.default_rng([seed, number]), pools[int(fold), call.transcript.language]
        copy = lengthened(call, own, random) if long and call.acts else call
        copies.append(misheard(copy, own, random) if noisy else copy)
    return copies


def augmentation_pool(calls: Sequence[LabelledCall]) -> AugmentationPool:
    """Collect a pool from calls of one language.

    Agents' turns come from first halves, where every apology is labelled.
    """
    fillers: dict[str, list[str]] = {"agent": [], "customer": []}
    for call in calls:
        turns = _turns(call)
        for number, labelled in enumerate(turns):
            early = labelled.turn.role == "customer" or 2 * number < len(turns)
            if call.acts and labelled.is_filler and early and len(tokens(labelled.turn.text)) >= MIN_TOKENS:
                fillers[labelled.turn.role].append(labelled.turn.text)
    texts = [turn.text for call in calls for turn in call.transcript.turns]
    words = [unit for text in texts for unit in _UNIT.findall(_MARKS.sub("", text)) if unit.strip()]
    is_chinese = any(call.transcript.language == "zh" for call in calls)
    return AugmentationPool(fillers, words, spellings(texts) if is_chinese else None)


def lengthened(call: LabelledCall, pool: AugmentationPool, random: Random) -> LabelledCall:
    """Join turns across back-channels, and pad most turns up to about 100 words."""
    low, high = LONG_TOKENS.get(call.transcript.language, LONG_TOKENS["en"])
    turns = []
    for labelled in _joined(_turns(call)):
        fillers = pool.fillers.get(labelled.turn.role, ())
        if fillers and random.random() < LONG_SHARE:
            labelled = replace(
                labelled, turn=_padded(labelled.turn, fillers, wanted=int(random.integers(low, high)), random=random)
            )
        turns.append(labelled)
    return _call(call, turns)


def misheard(call: LabelledCall, pool: AugmentationPool, random: Random) -> LabelledCall:
    """Add recognition errors: lost or wrong words, digits for words, often no capitals and no punctuation.

    English loses or changes a word in thirteen; Chinese, which recognisers transcribe less well, a fifth of its
    characters.
    """
    chinese = pool.chinese if call.transcript.language == "zh" else None
    plain, lower, digits = (random.random() < share for share in (PLAIN_SHARE, LOWER_SHARE, DIGITS_SHARE))
    turns = []
    for labelled in _turns(call):
        text = _MARKS.sub("", labelled.turn.text) if plain else labelled.turn.text
        text = text.lower() if lower else text
        text = misheard_chinese(text, chinese, random) if chinese else _noisy(text, pool, random, digits=digits)
        turns.append(replace(labelled, turn=replace(labelled.turn, text=text.strip() or labelled.turn.text)))
    return _call(call, turns)


def _turns(call: LabelledCall) -> list[_LabelledTurn]:
    turns = call.transcript.turns
    acts = call.acts or ((),) * len(turns)
    return [
        _LabelledTurn(turn, own, sentiment)
        for turn, own, sentiment in zip(turns, acts, call.turn_sentiment or (None,) * len(turns), strict=True)
    ]


def _joined(turns: Sequence[_LabelledTurn]) -> list[_LabelledTurn]:
    """Join turns of one speaker that only a back-channel separates; turns near either end keep their places."""
    found: list[_LabelledTurn] = []
    for number, labelled in enumerate(turns):
        middle = KEPT_TURNS <= number < len(turns) - KEPT_TURNS
        if middle and len(found) > 1 and _continues(found[-2], found[-1], labelled):
            found[-2:] = [_one(found[-2], labelled)]
        else:
            found.append(labelled)
    return found


def _continues(first: _LabelledTurn, between: _LabelledTurn, labelled: _LabelledTurn) -> bool:
    brief = between.is_filler and len(tokens(between.turn.text)) <= BACK_CHANNEL_TOKENS
    alike = first.turn.role == labelled.turn.role != between.turn.role and first.sentiment == labelled.sentiment
    return brief and alike and "returns_from_hold" not in labelled.acts


def _one(first: _LabelledTurn, last: _LabelledTurn) -> _LabelledTurn:
    turn = replace(first.turn, text=f"{first.turn.text} {last.turn.text}", end_s=last.turn.end_s, words=())
    return _LabelledTurn(turn, tuple(dict.fromkeys((*first.acts, *last.acts))), first.sentiment)


def _padded(turn: Turn, fillers: Sequence[str], *, wanted: int, random: Random) -> Turn:
    """Add turns without acts before and after a turn until it has `wanted` tokens."""
    before: list[str] = []
    after: list[str] = []
    length = len(tokens(turn.text))
    while length < wanted:
        text = fillers[int(random.integers(len(fillers)))]
        (before if random.random() < 0.5 else after).append(text)
        length += len(tokens(text))
    return replace(turn, text=" ".join([*before, turn.text, *after]), words=())


def _noisy(text: str, pool: AugmentationPool, random: Random, *, digits: bool) -> str:
    units = []
    for unit in _UNIT.findall(text):
        chance = random.random()
        if not unit.isspace() and chance < WORD_LOST:
            continue
        if not unit.isspace() and chance < WORD_LOST + WORD_WRONG:
            unit = pool.words[int(random.integers(len(pool.words)))]
        units.append(_DIGITS.get(unit.lower(), unit) if digits else unit)
    return "".join(units)


def _call(call: LabelledCall, turns: Sequence[_LabelledTurn]) -> LabelledCall:
    numbered = tuple(replace(labelled.turn, index=number) for number, labelled in enumerate(turns))
    return replace(
        call,
        transcript=replace(call.transcript, turns=numbered),
        evidence={},
        acts=tuple(labelled.acts for labelled in turns) if call.acts else (),
        turn_sentiment=tuple(labelled.sentiment for labelled in turns) if call.turn_sentiment else (),  # type: ignore[misc]
    )
