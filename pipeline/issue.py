"""An issue: one reason for which a customer calls."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.transcript import ChineseScript, Language


@dataclass(frozen=True, slots=True)
class Issue:
    """One reason for the call; `issue` counts from 1. The repr shows no content.

    `turns` are the indices of the turns that state it, `turn` is the one that states it best. `vector` is their mean,
    float32 [dimensions] of unit length, made by `encoder`; vectors of different encoders are not comparable. `terms`
    are hashes of the words and word pairs said, one for each time.
    """

    call_id: str
    issue: int
    turn: int
    turns: tuple[int, ...]
    language: Language
    script: ChineseScript
    encoder: str
    vector: npt.NDArray[np.float32] = field(repr=False, compare=False)
    terms: tuple[int, ...] = field(repr=False)
