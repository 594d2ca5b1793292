"""The score stage: enriched calls in, scorecards out. The same call, rubric and models always give the same card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.call_facts import CallFacts, facts_of
from pipeline.enriched import EnrichedCall
from pipeline.fingerprints.code_fingerprint import code_fingerprint
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.leg import legs_of
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.rubric import Rubric
from pipeline.score.arithmetic import tally
from pipeline.score.compiled_question import CompiledQuestion, compile_questions
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.interval import interval
from pipeline.score.leg_context import leg_context, with_call_turns
from pipeline.score.question_result import QuestionResult, answer_question
from pipeline.scorecard import Answer, Scorecard
from pipeline.text.chinese_script import in_script, script_of
from pipeline.transcript import ChineseScript, Language


@dataclass(frozen=True, slots=True)
class Scorer:
    """A rubric compiled for one language, ready to score many calls."""

    rubric: Rubric
    scoring_models: ScoringModels
    compiled_questions: tuple[CompiledQuestion, ...]

    def question_results(self, context: CallContext, *, whole: CallContext | None = None) -> tuple[QuestionResult, ...]:
        """Answer every question, in the form's order.

        Questions about the call are answered on `whole`, if given; questions about the agent on `context`.
        """
        results: dict[str, QuestionResult] = {}
        for compiled_question in self.compiled_questions:
            of = whole if whole is not None and compiled_question.question.about == "call" else context
            result = answer_question(compiled_question, of, earlier=results)
            results[compiled_question.question.id] = with_call_turns(result, of)
        return tuple(results.values())

    def score(self, call: EnrichedCall) -> Scorecard:
        """The scorecard of a whole call, whichever agents it has."""
        return self._scorecard(call, self.question_results(CallContext(call=call, scoring_models=self.scoring_models)))

    def score_legs(self, call: EnrichedCall) -> tuple[Scorecard, ...]:
        """One scorecard for each leg. Raises ScoreError when the metadata's list of agents cannot be read."""
        whole, legs = CallContext(call=call, scoring_models=self.scoring_models), legs_of(call.transcript)
        if len(legs) == 1:
            return (replace(self._scorecard(call, self.question_results(whole)), agent_id=legs[0].agent_id),)
        contexts = [leg_context(call, leg, scoring_models=self.scoring_models) for leg in legs]
        return tuple(
            replace(
                self._scorecard(call, self.question_results(context, whole=whole)), leg=leg.leg, agent_id=leg.agent_id
            )
            for leg, context in zip(legs, contexts, strict=True)
        )

    def _scorecard(self, call: EnrichedCall, question_results: tuple[QuestionResult, ...]) -> Scorecard:
        script = script_of(turn.text for turn in call.transcript.turns)
        answers = tuple(_with_reason_in(script, question_result.answer) for question_result in question_results)
        result = tally(self.rubric, answers)
        level = self.scoring_models.reliability.level
        return Scorecard(
            call_id=call.transcript.call_id,
            rubric_id=self.rubric.id,
            rubric_version=self.rubric.version,
            answers=answers,
            sections=result.sections,
            total=result.total,
            interval=interval(self.rubric, question_results, level=level) if result.total is not None else None,
            auto_failed=result.auto_failed,
            fingerprint=standalone_fingerprint(call, rubric=self.rubric, scoring_models=self.scoring_models),
            agent_id=call.transcript.metadata.agent_id,
        )


def score(
    calls: Sequence[EnrichedCall],
    *,
    rubric: Rubric | RubricFamily,
    scoring_models: ScoringModels,
    topics: Mapping[str, str] | None = None,
) -> list[Scorecard]:
    """Score each call by the first form that fits it: one scorecard per call, in the same order.

    `topics` maps call ids to topics, for forms that select calls by topic; other calls use the topic in their metadata.

    Raises RubricError when no form fits a call, or a form cannot be compiled.
    """
    family, scorers = _family(rubric), Scorers(scoring_models)
    return [scorers.of(family.for_call(_facts(call, topics)), call).score(call) for call in calls]


def score_by_leg(
    calls: Sequence[EnrichedCall], *, rubric: Rubric | RubricFamily, scoring_models: ScoringModels
) -> list[tuple[Scorecard, ...]]:
    """Like `score`, with one scorecard for each leg of a call. Raises RubricError or ScoreError."""
    family, scorers = _family(rubric), Scorers(scoring_models)
    return [scorers.of(family.for_call(_facts(call, None)), call).score_legs(call) for call in calls]


def score_by_every_form(
    calls: Sequence[EnrichedCall],
    *,
    rubric: Rubric | RubricFamily,
    scoring_models: ScoringModels,
    topics: Mapping[str, str] | None = None,
) -> list[tuple[Scorecard, ...]]:
    """Score each call by every form that fits it, the most specific first. A call without a form gets no card."""
    family, scorers = _family(rubric), Scorers(scoring_models)
    return [
        tuple(scorers.of(form, call).score(call) for form in family.fitting(_facts(call, topics))) for call in calls
    ]


def scorer(rubric: Rubric | RubricFamily, *, scoring_models: ScoringModels, language: Language) -> Scorer:
    """Compile the form for one language.

    Raises RubricError when a question names a dialogue act, a call label or a model that is missing.
    """
    form = _family(rubric).for_language(language)
    return Scorer(
        rubric=form,
        scoring_models=scoring_models,
        compiled_questions=compile_questions(form, scoring_models=scoring_models, language=language),
    )


class Scorers:
    """The scorers of a batch, each compiled when the first call needs it."""

    def __init__(self, scoring_models: ScoringModels) -> None:
        self._scoring_models = scoring_models
        self._built: dict[tuple[str, str, Language], Scorer] = {}

    def of(self, form: Rubric, call: EnrichedCall) -> Scorer:
        """The scorer of a form in the call's language."""
        language = call.transcript.language
        key = (form.id, form.version, language)
        if key not in self._built:
            self._built[key] = scorer(form, scoring_models=self._scoring_models, language=language)
        return self._built[key]


def _with_reason_in(script: ChineseScript, answer: Answer) -> Answer:
    """The answer with its reason in the script of the call."""
    return replace(answer, reason=in_script(answer.reason, script)) if script == "traditional" else answer


def _family(rubric: Rubric | RubricFamily) -> RubricFamily:
    return RubricFamily(rubric.id, (rubric,)) if isinstance(rubric, Rubric) else rubric


def _facts(call: EnrichedCall, topics: Mapping[str, str] | None) -> CallFacts:
    return facts_of(call.transcript, topic=(topics or {}).get(call.transcript.call_id, ""))


def standalone_fingerprint(call: EnrichedCall, *, rubric: Rubric, scoring_models: ScoringModels) -> str:
    """Changes with the enriched call, the form, a scoring model or the code of scoring."""
    code = code_fingerprint("pipeline.score.score")
    return fingerprint(code, call.fingerprint, rubric.id, rubric.version, scoring_models.fingerprint)
