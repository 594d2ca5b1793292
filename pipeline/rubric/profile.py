"""A centre's profile: the questions of another form, weighed for what this centre is there for."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from pipeline.errors import RubricError
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.part import Part
from pipeline.rubric.question import Name
from pipeline.rubric.rubric import Rubric


class CentreProfile(Part):
    """New weights for the sections of a form; nothing else changes."""

    id: Name = Field(description="The profile's name; its forms are called `<id>.<language>`.")
    title: str = Field(min_length=1, description="What a reader sees before the form's own title.")
    extends: str = Field(min_length=1, description="The form whose questions are asked, e.g. `support`.")
    weights: Mapping[Name, float] = Field(
        min_length=1, description="The new weight of each section; one that is not named keeps its own."
    )


def weighed(family: RubricFamily, profile: CentreProfile) -> RubricFamily:
    """The same forms with the profile's weights. Raises RubricError when they do not fit."""
    return RubricFamily(id=profile.id, members=tuple(_weighed(rubric, profile) for rubric in family.members))


def _weighed(rubric: Rubric, profile: CentreProfile) -> Rubric:
    scored = {section.id for section in rubric.sections if section.weight}
    unknown = sorted(profile.weights.keys() - scored)
    if unknown or any(weight <= 0 for weight in profile.weights.values()):
        raise RubricError(
            f"the profile {profile.id} cannot weigh {', '.join(unknown) or 'a section with 0'}",
            remedy=f"Give each of these scored sections of {rubric.id} a weight above 0: {', '.join(sorted(scored))}.",
        )
    sections = tuple(
        section.model_copy(update={"weight": profile.weights.get(section.id, section.weight)})
        for section in rubric.sections
    )
    language = rubric.id.rpartition(".")[2]
    changes = {"id": f"{profile.id}.{language}", "title": f"{profile.title}: {rubric.title}", "sections": sections}
    # A plain copy would keep the version that the form may have worked out already.
    return Rubric.model_validate({name: getattr(rubric, name) for name in Rubric.model_fields} | changes)
