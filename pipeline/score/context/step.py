"""The result of one step of a script on a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.scorecard import Evidence

State = Literal["said", "incomplete", "misplaced", "out_of_order", "missing"]


@dataclass(frozen=True, slots=True)
class StepFound:
    """One step. `lacks` are the mandatory parts that were not said, `overtaken` the steps it is out of order with."""

    id: str
    title: str
    state: State
    evidence: tuple[Evidence, ...] = ()
    lacks: tuple[str, ...] = ()
    overtaken: tuple[str, ...] = ()
