"""What became of one step of a script on a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.scorecard import Evidence

State = Literal["said", "incomplete", "misplaced", "out_of_order", "missing"]


@dataclass(frozen=True, slots=True)
class StepFound:
    """One step: `lacks` are the mandatory parts that were not heard, `overtaken` the steps that it stands wrong to."""

    id: str
    title: str
    state: State
    evidence: tuple[Evidence, ...] = ()
    lacks: tuple[str, ...] = ()
    overtaken: tuple[str, ...] = ()
