"""A question of the form: what is asked, what each answer earns, and which detector answers it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.rubric.detector import Detector, MeasureName
from pipeline.rubric.part import Part
from pipeline.rubric.question_base import (
    AND,
    RESERVED,
    AskAfter,
    AutoFail,
    Help,
    Indicator,
    Kano,
    Name,
    QuestionBase,
    Thresholds,
    WeightedQuestion,
    is_one_of,
)

__all__ = [
    "AND",
    "AskAfter",
    "AutoFail",
    "Band",
    "Bonus",
    "Choice",
    "Deduction",
    "Help",
    "Indicator",
    "Kano",
    "Multiple",
    "Name",
    "Numeric",
    "Option",
    "Question",
    "QuestionBase",
    "Scale",
    "Thresholds",
    "Ticked",
    "WeightedQuestion",
    "YesNo",
    "is_one_of",
]  # fmt: skip

NONE = "none"


class YesNo(WeightedQuestion):
    """A yes-or-no question: yes earns all its points, no earns none."""

    kind: Literal["yes_no"] = Field(description="Answered yes or no.")
    yes_when: Detector = Field(description="Holds when the answer is yes.")


class Option(Part):
    """One answer of a choice."""

    id: Name = Field(description="The answer as written to the tables.")
    share: float = Field(ge=0, le=1, description="The share of the question's points that it earns.")
    when: Detector | None = Field(
        default=None, description="Holds when this is the answer; the last option may omit it and then means otherwise."
    )


class Choice(WeightedQuestion):
    """A question with one answer of several, each with its share of the points."""

    kind: Literal["choice"] = Field(description="Answered by one of `options`.")
    options: tuple[Option, ...] = Field(min_length=2, description="The answers; their probabilities are normalised.")

    def answers(self) -> tuple[str, ...]:
        """The options."""
        return tuple(option.id for option in self.options)

    @model_validator(mode="after")
    def _options_fit(self) -> Choice:
        _check_names(self.answers(), of=self.id)
        if any(option.when is None for option in self.options[:-1]):
            raise ValueError(f"only the last option of {self.id} may omit `when`")
        return self


class Ticked(Part):
    """One option of a multiple choice, ticked or not independently of the others."""

    id: Name = Field(description="The option as written to the tables.")
    share: float = Field(
        ge=-1, le=1, description="The share of the question's points that it earns; below 0 it takes away."
    )
    when: Detector = Field(description="Holds when it is ticked.")


class Multiple(WeightedQuestion):
    """A question with any number of several answers; their shares are added, within 0 and 1."""

    kind: Literal["multiple"] = Field(description="Answered by any of `options`, or `none`.")
    # Every combination of options has its own probability: eight options are 256.
    options: tuple[Ticked, ...] = Field(min_length=2, max_length=8, description="What can be ticked.")

    def answers(self) -> tuple[str, ...]:
        """Each option, and `none`; an answer joins those ticked with `+`."""
        return (*(option.id for option in self.options), NONE)

    @model_validator(mode="after")
    def _options_fit(self) -> Multiple:
        _check_names([option.id for option in self.options], of=self.id)
        if any(option.id == NONE for option in self.options):
            raise ValueError(f"options of {self.id} use a reserved name: ['{NONE}']")
        return self


class Band(Part):
    """A range of a number, and what it earns."""

    id: Name = Field(description="The range as written to the tables.")
    up_to: float | None = Field(default=None, description="Its upper bound, included; the last range omits it.")
    share: float = Field(ge=0, le=1, description="The share of the question's points that it earns.")


class Numeric(WeightedQuestion):
    """A question answered by the range that a number falls in."""

    kind: Literal["numeric"] = Field(description="Answered by the range of a number.")
    measure: MeasureName = Field(description="Which number.")
    bands: tuple[Band, ...] = Field(min_length=2, description="The ranges from the lowest to the highest.")

    def answers(self) -> tuple[str, ...]:
        """The ranges."""
        return tuple(band.id for band in self.bands)

    @model_validator(mode="after")
    def _bands_ascend(self) -> Numeric:
        _check_names(self.answers(), of=self.id)
        if self.bands[-1].up_to is not None or any(band.up_to is None for band in self.bands[:-1]):
            raise ValueError(f"every band of {self.id} but the last needs `up_to`")
        _check_ascending([band.up_to for band in self.bands if band.up_to is not None], of=self.id)
        return self


class Scale(WeightedQuestion):
    """A question answered by a grade, 1 being the worst: from the probability of something, or from a number."""

    kind: Literal["scale"] = Field(description="Answered by a grade from 1 up.")
    of: Detector | None = Field(default=None, description="What is graded by its probability.")
    measure: MeasureName | None = Field(default=None, description="Or the number that is graded.")
    steps: tuple[float, ...] = Field(
        min_length=1, max_length=10, description="Where grade 2, 3 … begin: four steps make a scale of 1 to 5."
    )

    def answers(self) -> tuple[str, ...]:
        """The grades."""
        return tuple(str(grade + 1) for grade in range(len(self.steps) + 1))

    @model_validator(mode="after")
    def _steps_fit(self) -> Scale:
        if (self.of is None) == (self.measure is None):
            raise ValueError(f"scale {self.id} needs either `of` or `measure`")
        if self.measure and self.steps[0] > self.steps[-1]:
            # Less is better: the steps fall.
            _check_ascending([-step for step in self.steps], of=self.id)
            return self
        _check_ascending(self.steps, of=self.id)
        if self.of and not (self.steps[0] > 0 and self.steps[-1] < 1):
            raise ValueError(f"steps of {self.id} are probabilities: they lie between 0 and 1")
        return self


class _Extra(QuestionBase):
    """A question that changes the total by fixed points and has no share of its section's weight."""

    points: float = Field(gt=0, le=100, description="Points of the form's 100.")
    when: Detector = Field(description="Holds when it happened.")

    @property
    def weight(self) -> float:
        """Always 0: it has no share of the points."""
        return 0.0

    @property
    def informative(self) -> bool:
        """Always False: it changes the total."""
        return False


class Deduction(_Extra):
    """Something that takes points off the total when it happens."""

    kind: Literal["deduction"] = Field(description="Answered yes, which takes `points` off the total, or no.")


class Bonus(_Extra):
    """Something that adds points to the total when it happens, up to the most that the form allows."""

    kind: Literal["bonus"] = Field(description="Answered yes, which adds `points` to the total, or no.")


def _check_names(ids: Sequence[str], *, of: str) -> None:
    if len(set(ids)) < len(ids):
        raise ValueError(f"options of {of} are named twice")
    if RESERVED & set(ids):
        raise ValueError(f"options of {of} use a reserved name: {sorted(RESERVED & set(ids))}")


def _check_ascending(bounds: Sequence[float], *, of: str) -> None:
    if any(high <= low for low, high in pairwise(bounds)):
        raise ValueError(f"the bounds of {of} must rise (or, for a number of which less is better, fall) all along")


Question = Annotated[YesNo | Choice | Multiple | Numeric | Scale | Deduction | Bonus, Field(discriminator="kind")]
