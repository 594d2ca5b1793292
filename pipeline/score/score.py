"""The verb: enriched calls in, scorecards out. The same call, rubric and judges give the same card, always."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pipeline.enriched import EnrichedCall
from pipeline.errors import RubricError
from pipeline.fingerprint import fingerprint
from pipeline.rubric import detector as spec
from pipeline.rubric.question import Question, YesNo
from pipeline.rubric.rubric import Rubric, RubricFamily
from pipeline.score.arithmetic import interval, tally
from pipeline.score.case import Case
from pipeline.score.detectors.build import build
from pipeline.score.judges import Judges
from pipeline.score.ruling import Asking, rule
from pipeline.scorecard import Scorecard
from pipeline.transcript import Language

# Raise when the code of a detector or of the arithmetic changes an answer: scorecards are then made again.
REVISION = 1


@dataclass(frozen=True, slots=True)
class Scorer:
    """A rubric with its detectors built for one language: what is done once for many calls."""

    rubric: Rubric
    judges: Judges
    askings: tuple[Asking, ...]

    def score(self, call: EnrichedCall) -> Scorecard:
        """The scorecard of one call."""
        case = Case(call=call, judges=self.judges)
        rulings = [rule(asking, case) for asking in self.askings]
        answers = tuple(ruling.answer for ruling in rulings)
        result = tally(self.rubric, answers)
        return Scorecard(
            call_id=call.transcript.call_id,
            rubric_id=self.rubric.id,
            rubric_version=self.rubric.version,
            answers=answers,
            sections=result.sections,
            total=result.total,
            interval=interval(self.rubric, rulings) if result.total is not None else None,
            auto_failed=result.auto_failed,
            fingerprint=score_fingerprint(call, rubric=self.rubric, judges=self.judges),
        )


def score(calls: Sequence[EnrichedCall], *, rubric: Rubric | RubricFamily, judges: Judges) -> list[Scorecard]:
    """One scorecard a call, in the same order, each by the form in its language. Raises RubricError."""
    scorers = {
        language: scorer(rubric, judges=judges, language=language)
        for language in sorted({call.transcript.language for call in calls})
    }
    return [scorers[call.transcript.language].score(call) for call in calls]


def scorer(rubric: Rubric | RubricFamily, *, judges: Judges, language: Language) -> Scorer:
    """The form for calls in one language, ready to score. Raises RubricError when it asks for what is not there."""
    family = RubricFamily(rubric.id, (rubric,)) if isinstance(rubric, Rubric) else rubric
    form = family.for_language(language)
    points = form.weights()
    askings = tuple(
        _asking(question, form, points[question.id], judges=judges, language=language) for question in form.questions()
    )
    return Scorer(rubric=form, judges=judges, askings=askings)


def score_fingerprint(call: EnrichedCall, *, rubric: Rubric, judges: Judges) -> str:
    """Changes when the call as it was read, the form, a judge or this code does."""
    return fingerprint(REVISION, call.fingerprint, rubric.id, rubric.version, judges.fingerprint)


def _asking(question: Question, rubric: Rubric, points: float, *, judges: Judges, language: Language) -> Asking:
    if isinstance(question, YesNo):
        options: dict[str, spec.Detector | None] = {"yes": question.yes_when, "no": None}
    else:
        options = {option.id: option.when for option in question.options}
    try:
        built = {name: build(d, judges=judges, language=language) if d else None for name, d in options.items()}
        gate = question.applies_when
        applies = build(gate, judges=judges, language=language) if gate else None
    except RubricError as error:
        place = f"rubric {rubric.id}, question {question.id}: {error.message}"
        raise RubricError(place, remedy=error.remedy) from error
    return Asking(
        question=question,
        applies=applies,
        options=built,
        thresholds=question.thresholds or rubric.thresholds,
        points=points,
        method=_method([question.applies_when, *options.values()]),
    )


def _method(detectors: Sequence[spec.Detector | None]) -> str:
    """The kinds that answer a question, e.g. `phrase+act`."""
    kinds = chain.from_iterable(_kinds(each) for each in detectors if each)
    return "+".join(dict.fromkeys(kinds))


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
