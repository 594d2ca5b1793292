"""A question of a form with its detectors built: what is done once for many calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from pipeline.errors import RubricError
from pipeline.rubric import detector as spec
from pipeline.rubric.question import Bonus, Choice, Deduction, Multiple, Numeric, Question, Scale, Thresholds, YesNo
from pipeline.rubric.rubric import Rubric
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.detectors.build import build
from pipeline.score.weighing import Detect
from pipeline.transcript import Language

# How a scale's one detector is called.
GRADED = "graded"
# Detectors that look at no words.
_WORDLESS = frozenset({"measure", "metadata"})


@dataclass(frozen=True, slots=True)
class CompiledQuestion:
    """`options` has one detector an option, None for "otherwise". `stake` is the most points that it can move.

    The stake of a weighed question is its worth in a form where everything applies.
    """

    question: Question
    applies: Detect | None
    options: Mapping[str, Detect | None]
    thresholds: Thresholds
    stake: float
    method: str

    @property
    def rests_on_words(self) -> bool:
        """Whether anything that was said can change the answer."""
        return not _WORDLESS.issuperset(self.method.split("+"))


def compile_questions(
    rubric: Rubric, *, scoring_models: ScoringModels, language: Language
) -> tuple[CompiledQuestion, ...]:
    """Every question, in the form's order. Raises RubricError when one asks for what is not there."""
    stakes = rubric.stakes()
    return tuple(
        _asking(question, rubric, stakes[question.id], scoring_models=scoring_models, language=language)
        for question in rubric.questions()
    )


def _asking(
    question: Question, rubric: Rubric, stake: float, *, scoring_models: ScoringModels, language: Language
) -> CompiledQuestion:
    options = _options(question)
    try:
        built = {
            name: build(d, scoring_models=scoring_models, language=language) if d else None
            for name, d in options.items()
        }
        gate = question.applies_when
        applies = build(gate, scoring_models=scoring_models, language=language) if gate else None
    except RubricError as error:
        place = f"rubric {rubric.id}, question {question.id}: {error.message}"
        raise RubricError(place, remedy=error.remedy) from error
    kinds = dict.fromkeys(kind for d in (gate, *options.values()) if d for kind in _kinds(d))
    if isinstance(question, Numeric | Scale) and question.measure:
        kinds = {"measure": None} | kinds
    return CompiledQuestion(
        question=question,
        applies=applies,
        options=built,
        thresholds=question.thresholds
        or rubric.thresholds
        or scoring_models.reliability.thresholds(question.id, risk=rubric.risk),
        stake=stake,
        method="+".join(kinds),
    )


def _options(question: Question) -> dict[str, spec.Detector | None]:
    match question:
        case YesNo():
            return {"yes": question.yes_when}
        case Deduction() | Bonus():
            return {"yes": question.when}
        case Choice() | Multiple():
            return {option.id: option.when for option in question.options}
        case Scale():
            return {GRADED: question.of} if question.of else {}
        case Numeric():
            return {}


def _kinds(part: spec.Detector | spec.Moment) -> Iterator[str]:
    match part:
        case spec.All() | spec.Any() | spec.AnyMoment() | spec.Pool():
            yield from chain.from_iterable(_kinds(child) for child in part.of)
        case spec.Not() | spec.Count():
            yield from _kinds(part.of)
        case spec.Before():
            yield from chain(_kinds(part.first), _kinds(part.then))
        case spec.Each():
            yield from chain(_kinds(part.of), _kinds(part.then))
        case _:
            yield part.kind
