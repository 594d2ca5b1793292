"""A rubric: one QA form in one or more languages. Its version is the hash of its content, so it never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.errors import RubricError
from pipeline.rubric.part import Part
from pipeline.rubric.question import Name, Question, Thresholds
from pipeline.transcript import Language

FormName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$")]


class Section(Part):
    """Questions that belong together; the section's weight is shared among them by their own weights."""

    id: Name = Field(description="A short name, unique in the form.")
    title: str = Field(min_length=1, description="What a reader sees.")
    weight: float = Field(ge=0, description="Relative to the other sections; they need not sum to 100.")
    questions: tuple[Question, ...] = Field(min_length=1, description="In the order in which they are shown.")

    @model_validator(mode="after")
    def _weight_fits(self) -> Section:
        if any(question.weight for question in self.questions) != bool(self.weight):
            raise ValueError(f"section {self.id}: its weight is 0 exactly when all its questions are informative")
        return self


class Rubric(Part):
    """A QA form."""

    id: FormName = Field(description="The form's name, e.g. `support.en`.")
    title: str = Field(min_length=1, description="What a reader sees.")
    languages: tuple[Language, ...] = Field(min_length=1, description="The languages of calls that it can judge.")
    thresholds: Thresholds = Field(default_factory=Thresholds, description="When an answer is unsure.")
    sections: tuple[Section, ...] = Field(min_length=1, description="In the order in which they are shown.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Rubric:
        for what, ids in (
            ("section", [section.id for section in self.sections]),
            ("question", [question.id for question in self.questions()]),
        ):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            if twice:
                raise ValueError(f"{what} {', '.join(twice)} is there twice")
        if not any(section.weight for section in self.sections):
            raise ValueError("no section has a weight: nothing would be scored")
        return self

    def questions(self) -> Iterator[Question]:
        """Every question, in the form's order."""
        for section in self.sections:
            yield from section.questions

    @cached_property
    def version(self) -> str:
        """The hash of the content; comments and layout of the file do not count."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def weights(self) -> dict[str, float]:
        """The points of each question in a call where everything applies; they sum to 100."""
        form = sum(section.weight for section in self.sections)
        shares: dict[str, float] = {}
        for section in self.sections:
            whole = sum(question.weight for question in section.questions) or 1.0
            for question in section.questions:
                shares[question.id] = 100 * section.weight / form * question.weight / whole
        return shares


@dataclass(frozen=True, slots=True)
class RubricFamily:
    """The same form in several languages: each call is judged by the one in its language."""

    id: str
    members: tuple[Rubric, ...]

    def for_language(self, language: Language) -> Rubric:
        """The form that judges calls in this language. Raises RubricError."""
        for rubric in self.members:
            if language in rubric.languages:
                return rubric
        known = sorted({known for rubric in self.members for known in rubric.languages})
        raise RubricError(
            f"the rubric {self.id} judges calls in {', '.join(known)}, not in {language}",
            remedy=f"Add {language} to its `languages` or give a form for it.",
        )

    @property
    def version(self) -> str:
        """The hash over the members' versions."""
        return hashlib.sha256(" ".join(rubric.version for rubric in self.members).encode()).hexdigest()[:16]
