"""Answer one question on one call: first whether it applies, then the most probable option, or `unsure`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.language import ENGLISH, translator_of_call
from pipeline.language.reason_words import word_reason
from pipeline.reason import Reason
from pipeline.rubric.question import Choice, Multiple, Numeric, Scale, is_one_of
from pipeline.score.answer_points import expected_share, points_earned, points_possible, points_share, severity
from pipeline.score.compiled_question import GRADED, CompiledQuestion
from pipeline.score.context.asr_doubt import discounted, doubt_share
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.context.reasons import not_applying, not_asked
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.option_probabilities import (
    Explanation,
    OptionProbabilities,
    choice_probabilities,
    multiple_probabilities,
    numeric_probabilities,
    scale_probabilities,
    yes_no_probabilities,
)
from pipeline.scorecard import FAILED, NOT_APPLICABLE, UNSURE, Answer

MOST_QUOTES = 6


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """An answer with the probabilities of all options, given that the question applies.

    `gate` is the probability that the question applies once asked; `applies` is the probability that it is asked and
    applies.
    """

    answer: Answer
    applies: float
    options: Mapping[str, float]
    gate: float = 1.0


@dataclass(frozen=True, slots=True)
class _Gate:
    """Whether a follow-up question is asked: as decided by the earlier answer, and its probability."""

    decided: float
    probability: float


def answer_question(
    compiled_question: CompiledQuestion, context: CallContext, *, earlier: Mapping[str, QuestionResult]
) -> QuestionResult:
    """Answer one question. A detector that cannot run gives `failed` and the reason.

    `earlier` holds the results of the questions before it in the form, by question id.
    """
    try:
        asked = _asked(compiled_question, earlier)
        applicability = compiled_question.applies(context) if compiled_question.applies else Detection(1.0)
        options = _option_probabilities(compiled_question, context)
    except Unanswerable as error:
        return _failed(compiled_question, error.reason)
    best = _best(asked.decided * applicability.probability, options)
    explanation = _explanation(compiled_question, best, asked, applicability, options, context=context)
    if compiled_question.uses_text:
        quoted = [piece.turn for piece in explanation.evidence]
        share = doubt_share(context, quoted=quoted, searched=explanation.searched)
        applicability, options = _with_doubt(applicability, options, best, share)
    sure = _is_sure(compiled_question, best, asked.decided * applicability.probability, options)
    applies = asked.probability * applicability.probability
    return QuestionResult(
        answer=_answer(compiled_question, best, applies, options, explanation, context=context, sure=sure),
        applies=applies,
        options=options.probabilities,
        gate=applicability.probability,
    )


def certainty(question_result: QuestionResult) -> float:
    """The probability that is compared with the threshold: the smaller of applying and of the best option.

    For `na`, the probability that the question does not apply.
    """
    best = question_result.answer.best
    return (
        1 - question_result.applies
        if best == NOT_APPLICABLE
        else min(question_result.applies, question_result.options.get(best, 0.0))
    )


def _answer(
    compiled_question: CompiledQuestion,
    best: str,
    applies: float,
    options: OptionProbabilities,
    explanation: Explanation,
    *,
    context: CallContext,
    sure: bool,
) -> Answer:
    question, value = compiled_question.question, best if sure else UNSURE
    not_applicable = best == NOT_APPLICABLE
    return Answer(
        question_id=question.id,
        value=value,
        best=best,
        probability=1 - applies if not_applicable else applies * options.probabilities[best],
        points=_points(compiled_question, best, options, sure=sure),
        points_possible=0.0 if not_applicable else points_possible(question, stake=compiled_question.stake),
        evidence=explanation.evidence[:MOST_QUOTES],
        searched=() if explanation.evidence else explanation.searched,
        reason=word_reason(explanation.reason, translator_of_call(context.transcript.language)),
        reason_code=explanation.reason.code,
        reason_values=explanation.reason.values,
        method=compiled_question.method,
        severity=severity(question, value),
    )


def _best(applies: float, options: OptionProbabilities) -> str:
    """The most probable answer, `na` among them."""
    joint = {option: applies * p for option, p in options.probabilities.items()}
    joint[NOT_APPLICABLE] = 1 - applies
    return max(joint, key=lambda option: joint[option])


def _with_doubt(
    applicability: Detection, options: OptionProbabilities, best: str, share: float
) -> tuple[Detection, OptionProbabilities]:
    """Take `share` off the probability of the best answer, for words that were misheard or are not on the recording."""
    if share <= 0:
        return applicability, options
    if best != NOT_APPLICABLE:
        return applicability, replace(options, probabilities=discounted(options.probabilities, best, share=share))
    applies = {"yes": applicability.probability, "no": 1 - applicability.probability}
    gate = discounted(applies, "no", share=share)["yes"]
    return replace(applicability, probability=min(gate, 1.0)), options


def _asked(compiled_question: CompiledQuestion, earlier: Mapping[str, QuestionResult]) -> _Gate:
    """A sure earlier answer decides whether the follow-up is asked; an unsure one gives it a probability."""
    after = compiled_question.question.ask_after
    if after is None:
        return _Gate(1.0, 1.0)
    before = earlier[after.question]
    if before.answer.value == FAILED:
        raise Unanswerable("earlier_question_failed", question=after.question)
    chance = before.applies * sum(p for option, p in before.options.items() if is_one_of(option, after.answers))
    if before.answer.value == UNSURE:
        return _Gate(chance, chance)
    return _Gate(float(is_one_of(before.answer.value, after.answers)), chance)


def _option_probabilities(compiled_question: CompiledQuestion, context: CallContext) -> OptionProbabilities:
    match compiled_question.question:
        case Choice():
            return choice_probabilities(compiled_question.options, context)
        case Multiple():
            detectors = {option: _required(detect) for option, detect in compiled_question.options.items()}
            return multiple_probabilities(detectors, context, limits=compiled_question.thresholds)
        case Numeric() as question:
            return numeric_probabilities(question, context)
        case Scale() as question:
            return scale_probabilities(question, compiled_question.options.get(GRADED), context)
        case _:
            return yes_no_probabilities(_required(compiled_question.options["yes"]), context)


def _required(detect: CompiledDetector | None) -> CompiledDetector:
    if detect is None:
        raise ValueError("a question was compiled without its detector")
    return detect


def _is_sure(compiled_question: CompiledQuestion, best: str, applies: float, options: OptionProbabilities) -> bool:
    limits = compiled_question.thresholds
    if best == NOT_APPLICABLE:
        return applies <= limits.no_up_to
    if applies < limits.yes_from or options.undecided:
        return False
    match compiled_question.question:
        case Choice() | Numeric() | Scale():
            return options.probabilities[best] >= limits.best_from
        case Multiple():
            return True
        case _:
            yes = options.probabilities["yes"]
            return yes >= limits.yes_from or yes <= limits.no_up_to


def _points(compiled_question: CompiledQuestion, best: str, options: OptionProbabilities, *, sure: bool) -> float:
    """The points of a sure answer, or the expected points of an unsure one; 0 when the question does not apply."""
    if best == NOT_APPLICABLE:
        return 0.0
    question = compiled_question.question
    share = points_share(question, best) if sure else expected_share(question, options.probabilities)
    return points_earned(question, share=share, stake=compiled_question.stake)


def _explanation(
    compiled_question: CompiledQuestion,
    best: str,
    asked: _Gate,
    applicability: Detection,
    options: OptionProbabilities,
    *,
    context: CallContext,
) -> Explanation:
    """The explanation of the best answer; for `na`, why the question is not asked or does not apply."""
    if best != NOT_APPLICABLE:
        return options.explain(best)
    after = compiled_question.question.ask_after
    if after is not None and asked.decided < 0.5:
        return Explanation((), applicability.searched, not_asked(context, after=after.question))
    return Explanation((), applicability.searched, not_applying(context, applicability.reason))


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
