"""Labelled calls re-written as real speech reaches a judge: long rambling turns, and words that a recogniser got wrong.

The labels stay right: what is added performs no act, and what is lost is noise. Every copy follows from its seed.
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
UNMERGED_TURNS = 6
WORD_LOST, WORD_WRONG = 0.03, 0.04
DIGITS_SHARE, PLAIN_SHARE, LOWER_SHARE = 0.5, 0.6, 0.5

_NUMBERS_LINE = "zero one two three four five six seven eight nine ten eleven twelve"
_DIGITS = {word: str(number) for number, word in enumerate(_NUMBERS_LINE.split())}
_UNIT = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+|\s+")
_MARKS = re.compile(r"[,.?!;:，。？！；：、…]+(?=\s|$|[\u3400-\u9fff])")

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class AugmentationPool:
    """What one language's calls lend to copies: turns by role that perform no act, and words as often as they occur.

    `chinese` is what may be written for a Chinese character; None where there is none in the calls.
    """

    innocent: Mapping[str, Sequence[str]] = field(repr=False)
    words: Sequence[str] = field(repr=False)
    chinese: Spellings | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A turn with what it does."""

    turn: Turn
    acts: tuple[str, ...]
    feeling: str | None

    @property
    def innocent(self) -> bool:
        return not self.acts and self.feeling in (None, "neutral")


def augmented_copies(
    calls: Sequence[LabelledCall], *, folds: npt.NDArray[np.intp], seed: int, long: bool = True, noisy: bool = True
) -> list[LabelledCall]:
    """A copy of each call, lengthened by turns of its own fold (so that no fold sees another), then misheard."""
    stocks: dict[tuple[int, str], AugmentationPool] = {}
    for fold, language in {(int(own), call.transcript.language) for call, own in zip(calls, folds, strict=True)}:
        near = [call for call, own in zip(calls, folds, strict=True) if own == fold]
        stocks[fold, language] = augmentation_pool([call for call in near if call.transcript.language == language])
    copies = []
    for number, (call, fold) in enumerate(zip(calls, folds, strict=True)):
        random, own = np.random.default_rng([seed, number]), stocks[int(fold), call.transcript.language]
        copy = lengthened(call, own, random) if long and call.acts else call
        copies.append(misheard(copy, own, random) if noisy else copy)
    return copies


def augmentation_pool(calls: Sequence[LabelledCall]) -> AugmentationPool:
    """What calls of one language lend. The agent's turns come from first halves, where every apology is labelled."""
    innocent: dict[str, list[str]] = {"agent": [], "customer": []}
    for call in calls:
        turns = _turns(call)
        for number, line in enumerate(turns):
            early = line.turn.role == "customer" or 2 * number < len(turns)
            if call.acts and line.innocent and early and len(tokens(line.turn.text)) >= MIN_TOKENS:
                innocent[line.turn.role].append(line.turn.text)
    texts = [turn.text for call in calls for turn in call.transcript.turns]
    words = [unit for text in texts for unit in _UNIT.findall(_MARKS.sub("", text)) if unit.strip()]
    is_chinese = any(call.transcript.language == "zh" for call in calls)
    return AugmentationPool(innocent, words, spellings(texts) if is_chinese else None)


def lengthened(call: LabelledCall, stock: AugmentationPool, random: Random) -> LabelledCall:
    """The call with turns joined across back-channels, and with more said in most turns, up to about 100 words."""
    low, high = LONG_TOKENS.get(call.transcript.language, LONG_TOKENS["en"])
    turns = []
    for line in _joined(_turns(call)):
        pool = stock.innocent.get(line.turn.role, ())
        if pool and random.random() < LONG_SHARE:
            line = replace(line, turn=_padded(line.turn, pool, wanted=int(random.integers(low, high)), random=random))
        turns.append(line)
    return _call(call, turns)


def misheard(call: LabelledCall, stock: AugmentationPool, random: Random) -> LabelledCall:
    """The call with words lost or wrong, digits for words, and often no capitals and no punctuation.

    English loses a word in thirteen; Chinese, which recognisers hear less well, has a fifth of its characters wrong.
    """
    chinese = stock.chinese if call.transcript.language == "zh" else None
    plain, lower, digits = (random.random() < share for share in (PLAIN_SHARE, LOWER_SHARE, DIGITS_SHARE))
    turns = []
    for line in _turns(call):
        text = _MARKS.sub("", line.turn.text) if plain else line.turn.text
        text = text.lower() if lower else text
        text = misheard_chinese(text, chinese, random) if chinese else _noisy(text, stock, random, digits=digits)
        turns.append(replace(line, turn=replace(line.turn, text=text.strip() or line.turn.text)))
    return _call(call, turns)


def _turns(call: LabelledCall) -> list[_Labelled]:
    turns = call.transcript.turns
    acts = call.acts or ((),) * len(turns)
    return [
        _Labelled(turn, own, feeling)
        for turn, own, feeling in zip(turns, acts, call.turn_sentiment or (None,) * len(turns), strict=True)
    ]


def _joined(turns: Sequence[_Labelled]) -> list[_Labelled]:
    """Turns of one speaker that only a back-channel parts become one; those near either end keep their places."""
    found: list[_Labelled] = []
    for number, line in enumerate(turns):
        middle = UNMERGED_TURNS <= number < len(turns) - UNMERGED_TURNS
        if middle and len(found) > 1 and _continues(found[-2], found[-1], line):
            found[-2:] = [_one(found[-2], line)]
        else:
            found.append(line)
    return found


def _continues(first: _Labelled, between: _Labelled, line: _Labelled) -> bool:
    brief = between.innocent and len(tokens(between.turn.text)) <= BACK_CHANNEL_TOKENS
    alike = first.turn.role == line.turn.role != between.turn.role and first.feeling == line.feeling
    return brief and alike and "returns_from_hold" not in line.acts


def _one(first: _Labelled, last: _Labelled) -> _Labelled:
    turn = replace(first.turn, text=f"{first.turn.text} {last.turn.text}", end_s=last.turn.end_s, words=())
    return _Labelled(turn, tuple(dict.fromkeys((*first.acts, *last.acts))), first.feeling)


def _padded(turn: Turn, pool: Sequence[str], *, wanted: int, random: Random) -> Turn:
    """The turn with innocent sentences before and after it, until it has as many tokens as wanted."""
    before: list[str] = []
    after: list[str] = []
    length = len(tokens(turn.text))
    while length < wanted:
        text = pool[int(random.integers(len(pool)))]
        (before if random.random() < 0.5 else after).append(text)
        length += len(tokens(text))
    return replace(turn, text=" ".join([*before, turn.text, *after]), words=())


def _noisy(text: str, stock: AugmentationPool, random: Random, *, digits: bool) -> str:
    units = []
    for unit in _UNIT.findall(text):
        chance = random.random()
        if not unit.isspace() and chance < WORD_LOST:
            continue
        if not unit.isspace() and chance < WORD_LOST + WORD_WRONG:
            unit = stock.words[int(random.integers(len(stock.words)))]
        units.append(_DIGITS.get(unit.lower(), unit) if digits else unit)
    return "".join(units)


def _call(call: LabelledCall, turns: Sequence[_Labelled]) -> LabelledCall:
    numbered = tuple(replace(line.turn, index=number) for number, line in enumerate(turns))
    return replace(
        call,
        transcript=replace(call.transcript, turns=numbered),
        evidence={},
        acts=tuple(line.acts for line in turns) if call.acts else (),
        turn_sentiment=tuple(line.feeling for line in turns) if call.turn_sentiment else (),  # type: ignore[misc]
    )
