"""An issue: one thing that a customer calls about."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.transcript import ChineseScript, Language


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that the customer calls about; `issue` counts from 1. The repr shows no content.

    `turns` index the turns that voice it, `turn` is that which says it best. `vector` is their mean, float32
    [dimensions] of unit length, made by `encoder`; `terms` are hashes of the words and pairs of words said, each as
    often as it is said. Vectors of two encoders do not compare.
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
