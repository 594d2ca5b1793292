"""Build the detectors of a form's questions once, to use them on many calls."""

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
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.transcript import Language

# The option name of a scale's only detector.
GRADED = "graded"
# Detectors that do not read the text of the call.
_WITHOUT_TEXT = frozenset({"measure", "metadata"})


@dataclass(frozen=True, slots=True)
class CompiledQuestion:
    """A question with its detectors.

    `applies` is None when the question always applies. `options` maps each option to its detector, None for
    "otherwise". `stake` is the most points that the question can move; for a weighted question, its points when every
    question applies. `method` joins the kinds of its detectors with `+`.
    """

    question: Question
    applies: CompiledDetector | None
    options: Mapping[str, CompiledDetector | None]
    thresholds: Thresholds
    stake: float
    method: str

    @property
    def uses_text(self) -> bool:
        """Whether the words of the call can change the answer."""
        return not _WITHOUT_TEXT.issuperset(self.method.split("+"))


def compile_questions(
    rubric: Rubric, *, scoring_models: ScoringModels, language: Language
) -> tuple[CompiledQuestion, ...]:
    """Compile every question, in the form's order.

    Raises RubricError when a question names a dialogue act, a call label or a model that is missing.
    """
    stakes = rubric.stakes()
    return tuple(
        _compile(question, rubric, stakes[question.id], scoring_models=scoring_models, language=language)
        for question in rubric.questions()
    )


def _compile(
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
