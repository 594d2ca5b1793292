"""A question of the form: what is asked, what each answer earns, and which detector answers it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.rubric.detector import Detector
from pipeline.rubric.part import Part

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RESERVED = frozenset({"na", "unsure", "failed"})


class Thresholds(Part):
    """How sure an answer must be. Between the thresholds it is `unsure` and goes to a person."""

    no_up_to: float = Field(default=0.4, ge=0, le=0.5, description="Up to this probability (of yes, of applying): no.")
    yes_from: float = Field(default=0.6, ge=0.5, le=1, description="From this probability (of yes, of applying): yes.")
    best_from: float = Field(
        default=0.5, ge=0, le=1, description="For a choice: what the best option's probability must reach."
    )


class AutoFail(Part):
    """An answer that fails the form or its section, whatever else was good."""

    on: tuple[str, ...] = Field(default=("no",), min_length=1, description="The answers that fail; never `unsure`.")
    scope: Literal["form", "section"] = Field(default="form", description="What fails.")
    cap: float = Field(default=0, ge=0, le=100, description="The most that it can still score, of 100.")


class Help(Part):
    """What agents and reviewers read beside the question."""

    text: str = Field(min_length=1, description="What is asked for, in plain words.")
    good: tuple[str, ...] = Field(default=(), description="Sentences that earn the points.")
    bad: tuple[str, ...] = Field(default=(), description="Sentences that do not.")


class Asked(Part):
    """What questions of every kind have."""

    id: Name = Field(description="A short name, unique in the form; stable, since tables are joined by it.")
    text: str = Field(min_length=3, description="The question as a reviewer reads it.")
    help: Help = Field(description="Guidance with examples.")
    weight: float = Field(default=1, ge=0, description="Its share of the section's weight, relative to its neighbours.")
    informative: bool = Field(default=False, description="Read but never scored; needs weight 0.")
    applies_when: Detector | None = Field(default=None, description="When it fails, the answer is `na`.")
    auto_fail: AutoFail | None = Field(default=None, description="Answers that fail the form or the section.")
    thresholds: Thresholds | None = Field(default=None, description="Overrides the form's thresholds.")

    @model_validator(mode="after")
    def _weight_fits(self) -> Asked:
        if self.informative and self.weight:
            raise ValueError(f"question {self.id} is informative: set its weight to 0")
        if not self.informative and not self.weight:
            raise ValueError(f"question {self.id} has weight 0: mark it `informative: true` or give it a weight")
        return self

    def _check_auto_fail(self, options: tuple[str, ...]) -> None:
        unknown = set(self.auto_fail.on) - set(options) if self.auto_fail else set()
        if unknown:
            raise ValueError(f"auto_fail of {self.id} names {sorted(unknown)}; its answers are {list(options)}")


class YesNo(Asked):
    """A question that yes answers for all its points and no for none."""

    kind: Literal["yes_no"] = Field(description="Answered yes or no.")
    yes_when: Detector = Field(description="Holds when the answer is yes.")

    @model_validator(mode="after")
    def _auto_fail_known(self) -> YesNo:
        self._check_auto_fail(("yes", "no"))
        return self


class Option(Part):
    """One answer of a choice."""

    id: Name = Field(description="The answer as it stands in the tables.")
    share: float = Field(ge=0, le=1, description="The share of the question's points that it earns.")
    when: Detector | None = Field(
        default=None, description="Holds when this is the answer; the last option may omit it: otherwise."
    )


class Choice(Asked):
    """A question with several answers, each with its share of the points."""

    kind: Literal["choice"] = Field(description="Answered by one of `options`.")
    options: tuple[Option, ...] = Field(min_length=2, description="The answers; their probabilities are normalised.")

    @model_validator(mode="after")
    def _options_fit(self) -> Choice:
        ids = tuple(option.id for option in self.options)
        if len(set(ids)) < len(ids):
            raise ValueError(f"options of {self.id} are named twice")
        if RESERVED & set(ids):
            raise ValueError(f"options of {self.id} use a reserved name: {sorted(RESERVED & set(ids))}")
        if any(option.when is None for option in self.options[:-1]):
            raise ValueError(f"only the last option of {self.id} may omit `when`")
        self._check_auto_fail(ids)
        return self


Question = Annotated[YesNo | Choice, Field(discriminator="kind")]
