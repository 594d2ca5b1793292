"""Features of one turn: its words, its vector and its neighbours', and its position in the call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.turn_words import NUMBER, Floats, cue_phrases, cue_vector, grams_of, hashed, tokens
from pipeline.enriched import Vectors
from pipeline.transcript import Role, Turn

PLACES = 15
SHAPES = 4
NEIGHBOURS = (-1, 1, -2)
ROLES: tuple[Role, ...] = ("agent", "customer")

_CAPITALISED = re.compile(r"(?<=[\w,] )[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class TurnFeatures:
    """One role's turns of a call. `grams` has buckets and weights per turn; `dense` is float32 [turns, features]."""

    turns: tuple[int, ...]
    dense: Floats = field(repr=False)
    grams: tuple[tuple[npt.NDArray[np.int32], Floats], ...] = field(repr=False)


def turn_features(turns: Sequence[Turn], vectors: Vectors) -> Mapping[Role, TurnFeatures]:
    """Features of the agent's and the customer's turns, in order. `vectors` has one row per turn of the call.

    A row of `dense` holds the vectors of the turn, the one before and the one after; position and shape; and the cues
    of the turn and of its neighbours at -1, +1 and -2.
    """
    words = [tokens(turn.text) for turn in turns]
    grams = [grams_of(line) for line in words]
    cues = np.stack([cue_vector(line) for line in grams]) if grams else np.zeros((0, len(cue_phrases()[0])), np.float32)
    neighbour_vectors = [_shifted(vectors, 0), _shifted(vectors, -1), _shifted(vectors, 1)]
    cue_columns = [_shifted(cues, 0), *(_shifted(cues, step) for step in NEIGHBOURS)]
    found: dict[Role, TurnFeatures] = {}
    for role in ROLES:
        own = [number for number, turn in enumerate(turns) if turn.role == role]
        positions = [
            [*_position(nth, own=len(own), turn=number, turns=len(turns)), *_shape(turns[number].text, words[number])]
            for nth, number in enumerate(own)
        ]
        position = np.asarray(positions, dtype=np.float32).reshape(len(own), PLACES + SHAPES)
        dense = np.concatenate(
            [*(part[own] for part in neighbour_vectors), position, *(part[own] for part in cue_columns)], axis=1
        )
        found[role] = TurnFeatures(turns=tuple(own), dense=dense, grams=tuple(hashed(grams[number]) for number in own))
    return found


def dense_groups(dimensions: int) -> Mapping[str, int]:
    """Widths of the groups of dense features, in order, for vectors of this many dimensions."""
    cues = len(cue_phrases()[0])
    return {
        "vector": dimensions,
        "neighbours": 2 * dimensions,
        "position": PLACES + SHAPES,
        "cues": cues,
        "neighbour_cues": len(NEIGHBOURS) * cues,
    }


def _shifted(rows: Floats, step: int) -> Floats:
    """For each turn the row of the turn `step` further on; zeros beyond either end of the call."""
    moved = np.zeros_like(rows)
    if step >= 0:
        moved[: max(len(rows) - step, 0)] = rows[step:]
    else:
        moved[-step:] = rows[:step]
    return moved


def _position(nth: int, *, own: int, turn: int, turns: int) -> list[float]:
    """Position of the role's turn `nth` of `own`, which is the call's turn `turn` of `turns`."""
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
    """Length, question mark, number, and names (capitals within a sentence)."""
    return [
        float(np.log1p(len(words)) / 4),
        float("?" in words),
        float(NUMBER in words),
        min(len(_CAPITALISED.findall(text)), 3) / 3,
    ]
