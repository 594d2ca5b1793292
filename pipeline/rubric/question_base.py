"""What every kind of question has: its text, when it is asked and what an answer does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.rubric.detector import Detector
from pipeline.rubric.part import Part
from pipeline.scorecard import FailSeverity

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Kano = Literal["must_be", "performance", "attractive"]
RESERVED = frozenset({"na", "unsure", "failed"})
USUAL_PENALTY = 1.5
# Joins the ticked options of a `multiple` question; no name contains it.
AND = "+"


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


class AskAfter(Part):
    """An earlier question, and the answers to it that lead to this one."""

    question: Name = Field(description="The id of an earlier question.")
    answers: tuple[str, ...] = Field(
        alias="is",
        min_length=1,
        description="Its answers after which this question is asked; after others the answer is `na`.",
    )


class Indicator(Part):
    """What the question indicates; a weighting weighs questions by it."""

    of_class: Literal["qualitative", "quantitative"] = Field(
        default="qualitative", alias="class", description="Judged from words, or measured as a number."
    )
    kpi: Name = Field(description="The family of the KPI: resolution, experience, compliance, efficiency, revenue, ….")


class QuestionBase(Part):
    """The keys of every kind of question."""

    id: Name = Field(description="A short name, unique in the form; stable, since tables are joined by it.")
    text: str = Field(min_length=3, description="The question as a reviewer reads it.")
    help: Help = Field(description="Guidance with examples.")
    applies_when: Detector | None = Field(default=None, description="When it fails, the answer is `na`.")
    ask_after: AskAfter | None = Field(
        default=None, description="Asked only after these answers to an earlier question."
    )
    auto_fail: AutoFail | None = Field(default=None, description="Answers that fail the form or the section.")
    severity: FailSeverity | None = Field(
        default=None, description="How serious a fail is: raises a flag of that severity. No flag when left out."
    )
    thresholds: Thresholds | None = Field(
        default=None, description="Overrides the form's thresholds and its risk for this question."
    )
    about: Literal["call", "leg"] = Field(
        default="leg",
        description="For transferred calls: judged on each agent's `leg`, or once on the whole `call`.",
    )
    indicator: Indicator | None = Field(default=None, description="What it indicates, for weightings.")

    def answers(self) -> tuple[str, ...]:
        """The possible answers, without `na`, `unsure` and `failed`."""
        return ("yes", "no")

    @model_validator(mode="after")
    def _auto_fail_known(self) -> QuestionBase:
        unknown = set(self.auto_fail.on) - set(self.answers()) if self.auto_fail else set()
        if unknown:
            raise ValueError(f"auto_fail of {self.id} names {sorted(unknown)}; its answers are {list(self.answers())}")
        return self


class WeightedQuestion(QuestionBase):
    """A question with a share of its section's weight."""

    weight: float = Field(default=1, ge=0, description="Its share of the section's weight, relative to its neighbours.")
    informative: bool = Field(default=False, description="Answered but never scored; needs weight 0.")
    kano: Kano = Field(
        default="performance",
        description="`must_be` can only lose, `performance` earns its share, `attractive` can only gain.",
    )
    penalty: float = Field(
        default=USUAL_PENALTY,
        ge=1,
        le=10,
        description="For `must_be`: how many times its points are taken off when it is not fulfilled.",
    )

    @model_validator(mode="after")
    def _weight_fits(self) -> WeightedQuestion:
        if self.informative and self.weight:
            raise ValueError(f"question {self.id} is informative: set its weight to 0")
        if not self.informative and not self.weight:
            raise ValueError(f"question {self.id} has weight 0: mark it `informative: true` or give it a weight")
        if self.informative and self.kano != "performance":
            raise ValueError(f"question {self.id} is informative: it cannot be `{self.kano}`")
        if self.kano != "must_be" and self.penalty != USUAL_PENALTY:
            raise ValueError(f"question {self.id} has a penalty: only a `must_be` question does")
        return self


def is_one_of(value: str, names: tuple[str, ...]) -> bool:
    """Whether an answer is one of the names; for a `multiple` question, whether any ticked option is."""
    return not set(value.split(AND)).isdisjoint(names)
