"""The total of a call from its labels, as a person labelled it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.rubric.question import Question
from pipeline.rubric.rubric import Rubric
from pipeline.score.answer_points import points_share
from pipeline.score.arithmetic import tally
from pipeline.scorecard import NOT_APPLICABLE, Answer


def total_by_labels(rubric: Rubric, answers: Sequence[Answer], labels: Mapping[str, str]) -> float | None:
    """The total if every question were answered by its label; None when nothing applied.

    Raises KeyError for a question without a label.
    """
    weights, questions = rubric.weights(), {question.id: question for question in rubric.questions()}
    return tally(rubric, [_labelled(answer, labels, weights, questions) for answer in answers]).total


def _labelled(
    answer: Answer, labels: Mapping[str, str], weights: Mapping[str, float], questions: Mapping[str, Question]
) -> Answer:
    label = labels[answer.question_id]
    possible = 0.0 if label == NOT_APPLICABLE else weights.get(answer.question_id, 0.0)
    earned = possible * points_share(questions[answer.question_id], label) if possible else 0.0
    return replace(answer, value=label, best=label, points=earned, points_possible=possible)
