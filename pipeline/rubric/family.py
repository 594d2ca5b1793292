"""A family of forms: each call is judged by those that fit its language, queue, direction, topic and day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from pipeline.call_facts import CallFacts
from pipeline.errors import RubricError
from pipeline.rubric.part import Part
from pipeline.rubric.question_base import Name
from pipeline.rubric.rubric import Rubric
from pipeline.transcript import Language

PerCall = Literal["one", "every"]


class FormList(Part):
    """A file that names the forms of a centre."""

    id: Name = Field(description="The family's name.")
    title: str = Field(min_length=1, description="What a reader sees.")
    forms: tuple[str, ...] = Field(
        min_length=1,
        description="Built-in forms by name, or files beside this one; of several equal ones, the first judges.",
    )
    each_call: PerCall = Field(
        default="one",
        description="Judge a call by `one` form, the one that fits with the most bounds, or by `every` form that fits.",
    )


@dataclass(frozen=True, slots=True)
class RubricFamily:
    """Forms that belong together. `each_call` is judged by the one that fits it best, or by every one that fits."""

    id: str
    members: tuple[Rubric, ...]
    each_call: PerCall = "one"

    def fitting(self, facts: CallFacts) -> tuple[Rubric, ...]:
        """Every form that judges such a call: the one with the most bounds first, then in the family's order."""
        fit = [form for form in self.members if facts.language in form.languages and form.used_for.fits(facts)]
        return tuple(sorted(fit, key=lambda form: -form.used_for.bounds()))

    def judging(self, facts: CallFacts) -> tuple[Rubric, ...]:
        """The forms that a night judges such a call by. Raises RubricError when there is none."""
        best = self.for_call(facts)
        return self.fitting(facts) if self.each_call == "every" else (best,)

    def for_call(self, facts: CallFacts) -> Rubric:
        """The first of those that fit. Raises RubricError when there is none."""
        fit = self.fitting(facts)
        if fit:
            return fit[0]
        self.for_language(facts.language)
        known = {"queue": facts.queue, "direction": facts.direction, "topic": facts.topic, "day": facts.day}
        described = ", ".join(f"{name} {value or 'unknown'}" for name, value in known.items())
        raise RubricError(
            f"the rubric {self.id} has no form in {facts.language} for calls with {described}",
            remedy="Widen a form's `used_for`, or add a form without it.",
        )

    def for_language(self, language: Language) -> Rubric:
        """The first form for calls in this language. Raises RubricError."""
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
