"""Score one leg: cut the call to its turns, then renumber the answers to the turns of the whole call."""

from __future__ import annotations

from dataclasses import replace

from pipeline.enrich.conduct import conduct_of
from pipeline.enrich.effort import effort_of
from pipeline.enrich.sentiment_by_third import sentiment_by_third
from pipeline.enrich.turning_points import mood_of
from pipeline.enriched import EnrichedCall
from pipeline.leg import Leg
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.question_result import QuestionResult


def leg_context(call: EnrichedCall, leg: Leg, *, scoring_models: ScoringModels) -> CallContext:
    """The call context of one leg. Turns are renumbered from 0; times stay those of the call."""
    cut = slice(leg.first_turn, leg.last_turn + 1)
    turns = tuple(replace(turn, index=index) for index, turn in enumerate(call.transcript.turns[cut]))
    metadata = replace(call.transcript.metadata, agent_id=leg.agent_id)
    transcript = replace(call.transcript, turns=turns, metadata=metadata, duration_s=turns[-1].end_s)
    sentiments, vectors, conduct = call.sentiments[cut], call.vectors[cut], conduct_of(transcript)
    of_leg = replace(
        call,
        transcript=transcript,
        sentiments=sentiments,
        sentiment_by_third=sentiment_by_third(transcript, sentiments),
        conduct=conduct,
        vectors=vectors,
        classifier_outputs=None,
        mood=mood_of(transcript, sentiments),
        effort=effort_of(transcript, vectors=vectors, conduct=conduct),
    )
    return CallContext(of_leg, scoring_models, first_turn=leg.first_turn, leg_start_s=turns[0].start_s or 0.0)


def with_call_turns(question_result: QuestionResult, context: CallContext) -> QuestionResult:
    """The question result with turns numbered as in the whole call."""
    offset = context.first_turn
    if not offset:
        return question_result
    answer = question_result.answer
    renumbered = replace(
        answer,
        evidence=tuple(replace(piece, turn=piece.turn + offset) for piece in answer.evidence),
        searched=tuple(turn + offset for turn in answer.searched),
    )
    return replace(question_result, answer=renumbered)
