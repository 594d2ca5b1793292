"""A script: steps that must be said, in order, each verbatim, nearly so, by a pattern or by meaning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.rubric.part import Part
from pipeline.rubric.place import Place

StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Step(Part):
    """One thing that the script wants said."""

    id: StepName = Field(description="A short name, unique in the script.")
    title: str = Field(default="", description="What a reader sees; the id when empty.")
    says: tuple[str, ...] = Field(min_length=1, description="The wording; any of several will do.")
    match: Literal["verbatim", "near", "pattern", "meaning"] = Field(
        default="near",
        description="`verbatim`: these words; `near`: nearly these, as a recogniser may hear them; `pattern`: as in "
        "`phrase`; `meaning`: the same in other words, with `says` as examples.",
    )
    must_say: tuple[str, ...] = Field(
        default=(), description="Parts of the wording that no alternative may leave out, near where the step is said."
    )
    where: Place = Field(default_factory=Place, description="Who says it, and how early or late.")
    after: tuple[StepName, ...] = Field(default=(), description="Steps that must be said before this one.")
    before: tuple[StepName, ...] = Field(default=(), description="Steps that must be said after this one.")
    similarity: float = Field(default=80, ge=50, le=100, description="For `near`: how alike, 100 is identical.")
    cosine: float = Field(default=0.6, gt=0, lt=1, description="For `meaning`: how close to an example.")


class Script(Part):
    """Steps that are said, each whole, in its place and in order."""

    kind: Literal["script"] = Field(description="Checks a script.")
    steps: tuple[Step, ...] = Field(min_length=1, description="The steps, in the order in which they are said.")
    in_order: bool = Field(default=True, description="Each step comes after those above it.")
    step: StepName | None = Field(default=None, description="Judge this step alone, in its order among the others.")
    at_least: float = Field(default=1.0, ge=0, le=1, description="The share of the steps that is enough.")
    at_most: float = Field(default=1.0, ge=0, le=1, description="The largest share, for an option such as `partly`.")

    @model_validator(mode="after")
    def _steps_are_known(self) -> Script:
        ids = [step.id for step in self.steps]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"step {', '.join(twice)} is there twice")
        named = {name for step in self.steps for name in (*step.after, *step.before)} | {self.step or ids[0]}
        if named - set(ids):
            raise ValueError(f"there is no step {sorted(named - set(ids))}; the steps are {ids}")
        if self.at_most < self.at_least:
            raise ValueError(f"at_most {self.at_most} is less than at_least {self.at_least}")
        return self
