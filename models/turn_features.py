"""What a head sees of one turn: its words, its vector and its neighbours', and where in the call it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.turn_words import NUMBER, Floats, cued, cues_of_phrase, grams_of, hashed, tokens
from pipeline.enriched import Vectors
from pipeline.transcript import Role, Turn

PLACES = 15
SHAPES = 4
NEIGHBOURS = (-1, 1, -2)
ROLES: tuple[Role, ...] = ("agent", "customer")

_CAPITALISED = re.compile(r"(?<=[\w,] )[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class TurnFeatures:
    """One role's turns of one call. `grams` holds buckets and weights a turn; `dense` is float32 [turns, features]."""

    turns: tuple[int, ...]
    dense: Floats = field(repr=False)
    grams: tuple[tuple[npt.NDArray[np.int32], Floats], ...] = field(repr=False)


def turn_features(turns: Sequence[Turn], vectors: Vectors) -> Mapping[Role, TurnFeatures]:
    """The features of the agent's and of the customer's turns, in order. `vectors` has one row a turn of the call.

    A row of `dense` holds the vectors of the turn, the one before and the one after; place and shape; and the cues of
    the turn, of the ones before and after, and of the one before that.
    """
    words = [tokens(turn.text) for turn in turns]
    grams = [grams_of(line) for line in words]
    cues = np.stack([cued(line) for line in grams]) if grams else np.zeros((0, len(cues_of_phrase()[0])), np.float32)
    around = [_shifted(vectors, 0), _shifted(vectors, -1), _shifted(vectors, 1)]
    hints = [_shifted(cues, 0), *(_shifted(cues, step) for step in NEIGHBOURS)]
    found: dict[Role, TurnFeatures] = {}
    for role in ROLES:
        own = [number for number, turn in enumerate(turns) if turn.role == role]
        places = [
            [*_place(nth, own=len(own), turn=number, turns=len(turns)), *_shape(turns[number].text, words[number])]
            for nth, number in enumerate(own)
        ]
        standing = np.asarray(places, dtype=np.float32).reshape(len(own), PLACES + SHAPES)
        dense = np.concatenate([*(part[own] for part in around), standing, *(part[own] for part in hints)], axis=1)
        found[role] = TurnFeatures(turns=tuple(own), dense=dense, grams=tuple(hashed(grams[number]) for number in own))
    return found


def dense_groups(dimensions: int) -> Mapping[str, int]:
    """The widths of the groups of dense features, in order, for vectors of this many dimensions."""
    cues = len(cues_of_phrase()[0])
    return {
        "vector": dimensions,
        "neighbours": 2 * dimensions,
        "standing": PLACES + SHAPES,
        "cues": cues,
        "cues_around": len(NEIGHBOURS) * cues,
    }


def _shifted(rows: Floats, step: int) -> Floats:
    """For each turn the row of the turn `step` further on; zeros beyond either end of the call."""
    moved = np.zeros_like(rows)
    if step >= 0:
        moved[: max(len(rows) - step, 0)] = rows[step:]
    else:
        moved[-step:] = rows[:step]
    return moved


def _place(nth: int, *, own: int, turn: int, turns: int) -> list[float]:
    """Where the role's turn `nth` of `own`, the call's turn `turn` of `turns`, stands."""
    back = own - 1 - nth
    return [
        *(float(nth == n) for n in range(5)),
        *(float(back == n) for n in range(5)),
        float(turn == turns - 1),
        turn / max(turns - 1, 1),
        float(3 * turn < turns),
        float(3 * turn >= 2 * turns),
        float(2 * turn < turns),
    ]


def _shape(text: str, words: Sequence[str]) -> list[float]:
    """Length, question, numbers, and names as far as capitals within a sentence show them."""
    return [
        float(np.log1p(len(words)) / 4),
        float("?" in words),
        float(NUMBER in words),
        min(len(_CAPITALISED.findall(text)), 3) / 3,
    ]
