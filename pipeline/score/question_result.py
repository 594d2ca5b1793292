"""Answers one question on one call: applicability first, then the most probable option, `unsure` between thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.language import ENGLISH, translator_of_call
from pipeline.language.reason_words import word_reason
from pipeline.reason import Reason
from pipeline.rubric.question import Choice, Multiple, Numeric, Scale, is_one_of
from pipeline.score.compiled_question import GRADED, CompiledQuestion
from pipeline.score.context.asr_doubt import doubt, given_up
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.context.reasons import not_applying, not_asked
from pipeline.score.weighing import (
    Detect,
    Support,
    Weighing,
    weigh_choice,
    weigh_multiple,
    weigh_numeric,
    weigh_scale,
    weigh_yes_no,
)
from pipeline.score.worth import expected_share, points, possible, severity, share
from pipeline.scorecard import FAILED, NOT_APPLICABLE, UNSURE, Answer

MOST_QUOTES = 6


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """An answer with all its probabilities: that the question applies, and of each option if it does.

    `gate` is the probability that it applies once it is asked; `applies` also counts whether it is asked at all.
    """

    answer: Answer
    applies: float
    options: Mapping[str, float]
    gate: float = 1.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whether a question is asked: as the form decides it from the answer that stands, and how probable that is."""

    decided: float
    probability: float


def answer_question(
    compiled_question: CompiledQuestion, context: CallContext, *, earlier: Mapping[str, QuestionResult]
) -> QuestionResult:
    """The answer to one question. A detector that cannot run gives `failed`, with its reason.

    `earlier` holds the rulings of the questions that stand before it in the form.
    """
    try:
        asked = _asked(compiled_question, earlier)
        applying = compiled_question.applies(context) if compiled_question.applies else Detection(1.0)
        weighing = _weigh(compiled_question, context)
    except Unanswerable as error:
        return _failed(compiled_question, error.reason)
    decided = asked.decided * applying.probability
    applies = asked.probability * applying.probability
    joint = {option: decided * p for option, p in weighing.probabilities.items()}
    joint[NOT_APPLICABLE] = 1 - decided
    best = max(joint, key=lambda option: joint[option])
    support = _support(compiled_question, best, asked, applying, weighing, context=context)
    if compiled_question.rests_on_words:
        found = [piece.turn for piece in support.evidence]
        share = doubt(context, found=found, searched=support.searched)
        applying, weighing = _doubted(applying, weighing, best, share)
        decided = asked.decided * applying.probability
        applies = asked.probability * applying.probability
    sure = _sure(compiled_question, best, decided, weighing)
    return QuestionResult(
        answer=Answer(
            question_id=compiled_question.question.id,
            value=best if sure else UNSURE,
            best=best,
            probability=1 - applies if best == NOT_APPLICABLE else applies * weighing.probabilities[best],
            points=_points(compiled_question, best, weighing, sure=sure),
            points_possible=0.0
            if best == NOT_APPLICABLE
            else possible(compiled_question.question, stake=compiled_question.stake),
            evidence=support.evidence[:MOST_QUOTES],
            searched=() if support.evidence else support.searched,
            reason=word_reason(support.reason, translator_of_call(context.transcript.language)),
            reason_code=support.reason.code,
            reason_values=support.reason.values,
            method=compiled_question.method,
            severity=severity(compiled_question.question, best if sure else UNSURE),
        ),
        applies=applies,
        options=weighing.probabilities,
        gate=applying.probability,
    )


def certainty(question_result: QuestionResult) -> float:
    """The threshold up to which an answer is sure: the probability that it applies and, if so, that it is this one."""
    best = question_result.answer.best
    return (
        1 - question_result.applies
        if best == NOT_APPLICABLE
        else min(question_result.applies, question_result.options.get(best, 0.0))
    )


def _doubted(applying: Detection, weighing: Weighing, best: str, share: float) -> tuple[Detection, Weighing]:
    """Part of what speaks for the answer may be words heard badly, not recorded, or said by the other."""
    if share <= 0:
        return applying, weighing
    if best != NOT_APPLICABLE:
        return applying, replace(weighing, probabilities=given_up(weighing.probabilities, best, share=share))
    gate = given_up({"yes": applying.probability, "no": 1 - applying.probability}, "no", share=share)["yes"]
    return replace(applying, probability=min(gate, 1.0)), weighing


def _asked(compiled_question: CompiledQuestion, earlier: Mapping[str, QuestionResult]) -> _Asked:
    """A sure answer decides whether the next question is asked; an unsure one leaves it open by its probabilities."""
    after = compiled_question.question.ask_after
    if after is None:
        return _Asked(1.0, 1.0)
    before = earlier[after.question]
    if before.answer.value == FAILED:
        raise Unanswerable("earlier_question_failed", question=after.question)
    chance = before.applies * sum(p for option, p in before.options.items() if is_one_of(option, after.answers))
    if before.answer.value == UNSURE:
        return _Asked(chance, chance)
    return _Asked(float(is_one_of(before.answer.value, after.answers)), chance)


def _weigh(compiled_question: CompiledQuestion, context: CallContext) -> Weighing:
    match compiled_question.question:
        case Choice():
            return weigh_choice(compiled_question.options, context)
        case Multiple():
            detects = {option: _always(detect) for option, detect in compiled_question.options.items()}
            return weigh_multiple(detects, context, limits=compiled_question.thresholds)
        case Numeric() as question:
            return weigh_numeric(question, context)
        case Scale() as question:
            return weigh_scale(question, compiled_question.options.get(GRADED), context)
        case _:
            return weigh_yes_no(_always(compiled_question.options["yes"]), context)


def _always(detect: Detect | None) -> Detect:
    if detect is None:
        raise ValueError("a question was built without its detector")
    return detect


def _sure(compiled_question: CompiledQuestion, best: str, applies: float, weighing: Weighing) -> bool:
    limits = compiled_question.thresholds
    if best == NOT_APPLICABLE:
        return applies <= limits.no_up_to
    if applies < limits.yes_from or weighing.doubtful:
        return False
    match compiled_question.question:
        case Choice() | Numeric() | Scale():
            return weighing.probabilities[best] >= limits.best_from
        case Multiple():
            return True
        case _:
            yes = weighing.probabilities["yes"]
            return yes >= limits.yes_from or yes <= limits.no_up_to


def _points(compiled_question: CompiledQuestion, best: str, weighing: Weighing, *, sure: bool) -> float:
    """The points of a sure answer, those expected of an unsure one, none of one that does not apply."""
    if best == NOT_APPLICABLE:
        return 0.0
    earned = (
        share(compiled_question.question, best)
        if sure
        else expected_share(compiled_question.question, weighing.probabilities)
    )
    return points(compiled_question.question, share=earned, stake=compiled_question.stake)


def _support(
    compiled_question: CompiledQuestion,
    best: str,
    asked: _Asked,
    applying: Detection,
    weighing: Weighing,
    *,
    context: CallContext,
) -> Support:
    """What the answer rests on; where it does not apply, on what was looked at to find that out."""
    if best != NOT_APPLICABLE:
        return weighing.support(best)
    after = compiled_question.question.ask_after
    if after is not None and asked.decided < 0.5:
        return Support((), applying.searched, not_asked(context, after=after.question))
    return Support((), applying.searched, not_applying(context, applying.reason))


def _failed(compiled_question: CompiledQuestion, reason: Reason) -> QuestionResult:
    answer = Answer(
        compiled_question.question.id,
        FAILED,
        FAILED,
        0.0,
        0.0,
        0.0,
        reason=word_reason(reason, ENGLISH),
        reason_code=reason.code,
        reason_values=reason.values,
        method=compiled_question.method,
    )
    return QuestionResult(answer=answer, applies=0.0, options={}, gate=0.0)
