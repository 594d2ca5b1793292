"""A quantitative target: what is measured, how far, in what unit, when and by whom (SMART)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from pipeline.rubric.detector import MeasureName
from pipeline.rubric.part import Part
from pipeline.rubric.question_base import Name

UNITS = {
    "talk_share": "share",
    "pace": "words_a_minute",
    "longest_monologue_s": "s",
    "silence_share": "share",
    "longest_silence_s": "s",
    "silences": "times",
    "interruptions": "times",
    "turns": "turns",
    "handle_time_s": "s",
    "hold_s": "s",
    "answer_speed_s": "s",
}


class Target(Part):
    """A bound on a number: of each call, or of the mean of an agent's calls in a window of days."""

    id: Name = Field(description="A short name, unique in the form or weighting.")
    text: str = Field(min_length=3, description="The target in a sentence that an agent can act on.")
    metric: MeasureName = Field(description="Which number.")
    at_least: float | None = Field(default=None, description="The smallest value that meets it.")
    at_most: float | None = Field(default=None, description="The largest value that meets it.")
    unit: Literal["s", "share", "times", "turns", "words_a_minute"] = Field(
        description="The unit of the bound, stated so that nobody mistakes minutes for seconds."
    )
    per: Literal["call", "agent"] = Field(default="agent", description="Each call, or the mean of an agent's calls.")
    window_days: int = Field(default=30, ge=1, description="For `per: agent`: the number of days, up to the last one.")
    fewest_calls: int = Field(default=5, ge=1, description="For `per: agent`: with fewer calls there is no result.")
    owner: str = Field(min_length=1, description="Who is responsible for it.")
    kpi: Name = Field(
        default="efficiency", description="The family of the KPI, where the target is asked as a question."
    )

    @model_validator(mode="after")
    def _bounded(self) -> Target:
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"target {self.id} needs at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"target {self.id}: at_least {self.at_least} is above at_most {self.at_most}")
        if self.unit != UNITS[self.metric]:
            raise ValueError(f"target {self.id}: {self.metric} is counted in {UNITS[self.metric]}, not in {self.unit}")
        return self

    def bound(self) -> str:
        """The bounds as words, e.g. `at most 300 s`."""
        words = [
            (f"at {name} {value:g}")
            for name, value in (("least", self.at_least), ("most", self.at_most))
            if value is not None
        ]
        return f"{' and '.join(words)} {self.unit.replace('_', ' ')}"

    def met_by(self, value: float) -> bool:
        """Whether a value is within the bounds."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)
