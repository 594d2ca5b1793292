"""A weighting: the questions of a form, weighed for the purpose of the centre.

The form that a weighting `extends` is weighed by section. Any other form is weighed by the KPI families of its
questions: each question's points are multiplied by its family's factor, then all are scaled back to 100. Finally the
quantitative questions get the share of the points that the weighting sets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.errors import RubricError
from pipeline.rubric.detector import Measure
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.part import Part
from pipeline.rubric.question import Question, YesNo
from pipeline.rubric.question_base import Help, Indicator, Name, WeightedQuestion
from pipeline.rubric.rubric import Change, Rubric, Section
from pipeline.rubric.target import Target

Factor = Annotated[float, Field(gt=0, le=100)]
TARGETS_SECTION = "targets"


class Weighting(Part):
    """How a centre weighs the questions of a form; what is asked and what counts as an answer stay the same."""

    id: Name = Field(description="The weighting's name; its forms are called `<id>.<language>`.")
    title: str = Field(min_length=1, description="What a reader sees before the form's own title.")
    extends: str = Field(min_length=1, description="The form that the weighting weighs when it is used by itself.")
    weights: Mapping[Name, float] = Field(
        default_factory=dict,
        description="For that form: the new weight of each section; one that is not named keeps its own.",
    )
    kpis: Mapping[Name, Factor] = Field(
        default_factory=dict,
        description="For any other form: how many times the questions of a KPI family count; 1 where not named.",
    )
    quantitative_share: float | None = Field(
        default=None, gt=0, lt=1, description="The share of the points that all quantitative questions have together."
    )
    targets: tuple[Target, ...] = Field(
        default=(),
        description="Bounds on numbers. With `quantitative_share`, those of each call are asked as questions.",
    )
    changes: tuple[Change, ...] = Field(default=(), description="The change log; does not affect the version.")

    @model_validator(mode="after")
    def _weighs_something(self) -> Weighting:
        if not (self.weights or self.kpis or self.quantitative_share):
            raise ValueError(f"weighting {self.id} weighs nothing: give weights, kpis or quantitative_share")
        return self


def weighed(family: RubricFamily, weighting: Weighting) -> RubricFamily:
    """The same forms with the weighting's weights. Raises RubricError when they do not fit."""
    own = family.id == weighting.extends
    return RubricFamily(
        id=weighting.id if own else f"{family.id}@{weighting.id}",
        members=tuple(_weighed(rubric, weighting, own=own) for rubric in family.members),
        each_call=family.each_call,
    )


def _weighed(rubric: Rubric, weighting: Weighting, *, own: bool) -> Rubric:
    sections = _by_section(rubric, weighting) if own and weighting.weights else _by_kpi(rubric, weighting)
    if weighting.quantitative_share is not None:
        sections = _blended(rubric, sections, weighting, share=weighting.quantitative_share)
    form, _, language = rubric.id.rpartition(".")
    names = (weighting.id, language) if own else tuple(name for name in (form, weighting.id, language) if name)
    changes = {
        "id": ".".join(names),
        "title": f"{weighting.title}: {rubric.title}",
        "sections": sections,
        "targets": (*rubric.targets, *weighting.targets),
    }
    return _copy(rubric, changes)


def _copy(rubric: Rubric, changes: Mapping[str, object]) -> Rubric:
    """A validated copy; `model_copy` would keep the cached version of the form and check nothing."""
    return Rubric.model_validate({name: getattr(rubric, name) for name in Rubric.model_fields} | dict(changes))


def _by_section(rubric: Rubric, weighting: Weighting) -> tuple[Section, ...]:
    scored = {section.id for section in rubric.sections if section.weight}
    unknown = sorted(weighting.weights.keys() - scored)
    if unknown or any(weight <= 0 for weight in weighting.weights.values()):
        raise RubricError(
            f"the weighting {weighting.id} cannot weigh {', '.join(unknown) or 'a section with 0'}",
            remedy=f"Give each of these scored sections of {rubric.id} a weight above 0: {', '.join(sorted(scored))}.",
        )
    return tuple(
        section.model_copy(update={"weight": weighting.weights.get(section.id, section.weight)})
        for section in rubric.sections
    )


def _by_kpi(rubric: Rubric, weighting: Weighting) -> tuple[Section, ...]:
    families = {question.indicator.kpi for question in rubric.questions() if question.indicator}
    if weighting.quantitative_share is None and not families & weighting.kpis.keys():
        raise RubricError(
            f"the weighting {weighting.id} weighs the KPI families {', '.join(sorted(weighting.kpis))}, and "
            f"{rubric.id} has questions of {', '.join(sorted(families)) or 'none'}",
            remedy="Add `indicator: {class: qualitative, kpi: …}` to its questions, or a factor to the weighting.",
        )
    return multiplied(
        rubric.sections, lambda question: weighting.kpis.get(question.indicator.kpi, 1.0) if question.indicator else 1.0
    )


def multiplied(sections: tuple[Section, ...], factor: Callable[[Question], float]) -> tuple[Section, ...]:
    """The sections with every question's worth multiplied; the section's weight moves with what is in it."""
    made = []
    for section in sections:
        before, after = _linear(section, lambda question: 1.0), _linear(section, factor)
        questions = tuple(
            question.model_copy(update={"weight": question.weight * factor(question)})
            if isinstance(question, WeightedQuestion)
            else question
            for question in section.questions
        )
        weight = section.weight * after / before if before else section.weight
        made.append(section.model_copy(update={"weight": weight, "questions": questions}))
    return tuple(made)


def _linear(section: Section, factor: Callable[[Question], float]) -> float:
    """The total of the multiplied weights that share the section's weight, as in `Rubric.weights`."""
    weights = [(question, question.weight * factor(question)) for question in section.questions]
    linear = sum(
        weight
        for question, weight in weights
        if isinstance(question, WeightedQuestion) and question.kano == "performance"
    )
    return linear or sum(weight for _, weight in weights)


def _blended(
    rubric: Rubric, sections: tuple[Section, ...], weighting: Weighting, *, share: float
) -> tuple[Section, ...]:
    """The sections and the targets of each call, with quantitative questions at their share of the points."""
    asked = tuple(_question(target) for target in weighting.targets if target.per == "call")
    if asked:
        scored = sum(section.weight for section in sections)
        sections = (*sections, Section(id=TARGETS_SECTION, title=weighting.title, weight=scored, questions=asked))
    form = _copy(rubric, {"sections": sections})
    worth, linear = form.weights(), [each for each in form.questions() if each.weight and _is_linear(each)]
    quantitative = sum(worth[question.id] for question in linear if _is_quantitative(question))
    qualitative = sum(worth[question.id] for question in linear if not _is_quantitative(question))
    if not quantitative or not qualitative:
        raise RubricError(
            f"the weighting {weighting.id} blends two classes of questions, and {rubric.id} has one",
            remedy="Mark questions `indicator: {class: quantitative, …}` or give the weighting targets `per: call`.",
        )
    factor = share / (1 - share) * qualitative / quantitative
    return multiplied(sections, lambda question: factor if _is_quantitative(question) else 1.0)


def _question(target: Target) -> Question:
    """A target of each call as a question."""
    return YesNo(
        id=f"target_{target.id}",
        text=target.text,
        help=Help(text=f"Measured: {target.metric} {target.bound()}. {target.owner} answers for it."),
        indicator=Indicator.model_validate({"class": "quantitative", "kpi": target.kpi}),
        kind="yes_no",
        yes_when=Measure(kind="measure", name=target.metric, at_least=target.at_least, at_most=target.at_most),
    )


def _is_quantitative(question: Question) -> bool:
    return question.indicator is not None and question.indicator.of_class == "quantitative"


def _is_linear(question: Question) -> bool:
    return isinstance(question, WeightedQuestion) and question.kano == "performance"
