"""A rubric: one QA form in one or more languages, with the hash of its content as its version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.rubric.part import Part
from pipeline.rubric.question import Bonus, Deduction, Name, Question, Thresholds
from pipeline.rubric.question_base import WeightedQuestion
from pipeline.rubric.target import Target
from pipeline.rubric.used_for import UsedFor
from pipeline.transcript import Language

FormName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$")]


class Section(Part):
    """Questions that belong together; the section's weight is shared among them by their own weights."""

    id: Name = Field(description="A short name, unique in the form.")
    title: str = Field(min_length=1, description="What a reader sees.")
    weight: float = Field(default=0, ge=0, description="Relative to the other sections; they need not sum to 100.")
    questions: tuple[Question, ...] = Field(min_length=1, description="In the order in which they are shown.")

    @model_validator(mode="after")
    def _weight_fits(self) -> Section:
        if any(question.weight for question in self.questions) != bool(self.weight):
            raise ValueError(
                f"section {self.id}: its weight is 0 exactly when all its questions are informative, "
                "deductions or bonuses"
            )
        return self


class Change(Part):
    """An entry of the change log."""

    on: date = Field(description="When, YYYY-MM-DD.")
    by: str = Field(min_length=1, description="Who changed it.")
    why: str = Field(min_length=3, description="What was changed and why, in a sentence.")


class Rubric(Part):
    """A QA form."""

    id: FormName = Field(description="The form's name, e.g. `support.en`.")
    title: str = Field(min_length=1, description="What a reader sees.")
    languages: tuple[Language, ...] = Field(min_length=1, description="The languages of calls that it can judge.")
    used_for: UsedFor = Field(default_factory=UsedFor, description="Which calls it judges; all when left out.")
    risk: float = Field(
        default=0.10,
        ge=0.02,
        le=0.5,
        description="At most this share of the answers given without a person is wrong; the others are `unsure`.",
    )
    thresholds: Thresholds | None = Field(
        default=None,
        description="Overrides the thresholds that the risk gives on held-out answers of the fitted heads.",
    )
    most: float = Field(
        default=100, ge=100, le=200, description="The highest total; above 100 a bonus may lift a score past 100."
    )
    sections: tuple[Section, ...] = Field(min_length=1, description="In the order in which they are shown.")
    targets: tuple[Target, ...] = Field(default=(), description="Bounds on numbers, beside the score.")
    changes: tuple[Change, ...] = Field(default=(), description="The change log; does not affect the version.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Rubric:
        for what, ids in (
            ("section", [section.id for section in self.sections]),
            ("question", [question.id for question in self.questions()]),
            ("target", [target.id for target in self.targets]),
        ):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            if twice:
                raise ValueError(f"{what} {', '.join(twice)} is there twice")
        if not any(question.weight or isinstance(question, Deduction) for question in self.questions()):
            raise ValueError("no section has a weight: nothing would be scored")
        return self

    @model_validator(mode="after")
    def _questions_follow_earlier_ones(self) -> Rubric:
        earlier: dict[str, tuple[str, ...]] = {}
        for question in self.questions():
            after = question.ask_after
            if after and after.question not in earlier:
                raise ValueError(f"{question.id} is asked after {after.question}, which is no earlier question")
            unknown = sorted(set(after.answers) - set(earlier[after.question])) if after else []
            if after and unknown:
                known = list(earlier[after.question])
                raise ValueError(f"{question.id} is asked after {unknown}; {after.question} has the answers {known}")
            earlier[question.id] = question.answers()
        return self

    def questions(self) -> Iterator[Question]:
        """Every question, in the form's order."""
        for section in self.sections:
            yield from section.questions

    @cached_property
    def version(self) -> str:
        """The hash of the content. Comments, layout, names, the change log and default values do not affect it."""
        content = self.model_dump(mode="json", exclude={"changes"}, exclude_defaults=True)
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def weights(self) -> dict[str, float]:
        """The points of each question, of 100: those of `performance` questions sum to 100 in a call where all apply.

        `must_be` and `attractive` questions have theirs on top, at the rate of their neighbours in the section, so that
        adding or removing one changes the worth of no other question. Deductions and bonuses have none here.
        """
        linear = tuple(section for section in self.sections if _linear(section)) or self.sections
        form = sum(section.weight for section in linear) or 1.0
        shares: dict[str, float] = {}
        for section in self.sections:
            whole = _linear(section) or sum(question.weight for question in section.questions) or 1.0
            for question in section.questions:
                shares[question.id] = 100 * section.weight / form * question.weight / whole
        return shares

    def stakes(self) -> dict[str, float]:
        """What each question can move: its weight's points, or those of a deduction or bonus."""
        extras = {
            question.id: question.points for question in self.questions() if isinstance(question, Deduction | Bonus)
        }
        return self.weights() | extras


def _linear(section: Section) -> float:
    """The weight of the `performance` questions, which share the section's points."""
    return sum(
        question.weight
        for question in section.questions
        if isinstance(question, WeightedQuestion) and question.kano == "performance"
    )
