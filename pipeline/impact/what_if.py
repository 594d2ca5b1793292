"""What-if: recompute totals with other weights from stored answers, without running any model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.errors import ConfigError, RubricError
from pipeline.impact.movement import Move, Movement
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.question import Deduction, Question, WeightedQuestion
from pipeline.rubric.rubric import Rubric, Section
from pipeline.score.answer_points import points_earned, points_kind, points_possible
from pipeline.score.arithmetic import tally
from pipeline.scorecard import FAILED, NOT_APPLICABLE, Answer
from pipeline.store import Store, open_duckdb
from pipeline.store.parts import Row
from pipeline.store.views import select

ANSWER_COLUMNS = ["call_id", "rubric_id", "leg", "question_id", "value", "best", "points", "points_possible"]


def reweighed(rubric: Rubric, weights: Mapping[str, float]) -> Rubric:
    """The form with new weights of questions or sections, or points of deductions and bonuses. Raises RubricError."""
    known = {question.id for question in rubric.questions()} | {section.id for section in rubric.sections}
    unknown = sorted(weights.keys() - known)
    if unknown:
        raise RubricError(
            f"{rubric.id} has no question or section {', '.join(unknown)}",
            remedy=f"Its questions: {', '.join(question.id for question in rubric.questions())}.",
        )
    sections = [_section(section, weights).model_dump(by_alias=True) for section in rubric.sections]
    content = rubric.model_dump(by_alias=True) | {"sections": sections}
    try:
        return Rubric.model_validate(content)
    except ValueError as error:
        stated = ", ".join(f"{name}={value:g}" for name, value in weights.items())
        raise RubricError(f"{rubric.id} cannot be weighed with {stated}", remedy="Weights are above 0.") from error


def what_if(store: Store, *, rubric: RubricFamily, weights: Mapping[str, float]) -> Movement:
    """Totals of the stored calls with these weights, compared with their current totals. Writes nothing.

    Raises RubricError for a name that no form has, and ConfigError if no stored scorecard is by these versions of the
    forms.
    """
    pairs = {form.id: (form, _reweigh_known(form, weights)) for form in rubric.members}
    if all(form is changed for form, changed in pairs.values()):
        reweighed(rubric.members[0], weights)
    moves = tuple(_moves(store, pairs))
    if not moves:
        names = ", ".join(f"{form.id} (version {form.version})" for form in rubric.members)
        raise ConfigError(
            f"the store has no scorecard by {names}", remedy="Score it with this form first: `everycall score`"
        )
    return Movement(moves)


def _reweigh_known(form: Rubric, weights: Mapping[str, float]) -> Rubric:
    """Apply only the weights that this form knows: forms of a family may ask different questions."""
    known = {question.id for question in form.questions()} | {section.id for section in form.sections}
    own = {name: value for name, value in weights.items() if name in known}
    return reweighed(form, own) if own else form


def _section(section: Section, weights: Mapping[str, float]) -> Section:
    questions = tuple(_question(question, weights.get(question.id)) for question in section.questions)
    ids = {question.id for question in section.questions}
    weight = section.weight if section.id in ids else weights.get(section.id, section.weight)
    return section.model_copy(update={"questions": questions, "weight": weight})


def _question(question: Question, value: float | None) -> Question:
    if value is None:
        return question
    return question.model_copy(update={"weight" if isinstance(question, WeightedQuestion) else "points": value})


def _moves(store: Store, pairs: Mapping[str, tuple[Rubric, Rubric]]) -> Iterator[Move]:
    with open_duckdb(store) as connection:
        cards = select(
            connection, "scorecards", columns=["call_id", "rubric_id", "leg", "agent_id", "rubric_version", "total"]
        ).to_pylist()
        agents = {
            row["call_id"]: row["agent_id"]
            for row in select(connection, "calls", columns=["call_id", "agent_id"]).to_pylist()
        }
        answers: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
        for row in select(connection, "answers", columns=ANSWER_COLUMNS).to_pylist():
            answers[row["call_id"], row["rubric_id"], row["leg"]].append(row)
    stakes = {name: (form.stakes(), changed.stakes()) for name, (form, changed) in pairs.items()}
    for card in cards:
        form, changed = pairs.get(card["rubric_id"], (None, None))
        if form is None or changed is None or form.version != card["rubric_version"]:
            continue
        old, new = stakes[form.id]
        own = {row["question_id"]: row for row in answers[card["call_id"], form.id, card["leg"]]}
        reweighed_answers = [
            _answer(question, own[question.id], old=old[question.id], new=new[question.id])
            for question in changed.questions()
            if question.id in own
        ]
        agent_id = card["agent_id"] or agents.get(card["call_id"], "")
        yield Move(card["call_id"], agent_id, card["total"], tally(changed, reweighed_answers).total)


def _answer(question: Question, row: Row, *, old: float, new: float) -> Answer:
    """The stored answer with the points it earns at the new stake."""
    answer = Answer(row["question_id"], row["value"], row["best"], 1.0, row["points"], row["points_possible"])
    if answer.best in (NOT_APPLICABLE, FAILED) or not old:
        return answer
    earned = points_earned(question, share=_share(question, row["points"], stake=old), stake=new)
    return replace(answer, points=earned, points_possible=points_possible(question, stake=new))


def _share(question: Question, earned: float, *, stake: float) -> float:
    """The share that earned these points: the inverse of `worth.points`."""
    if isinstance(question, Deduction):
        return -earned / stake
    if isinstance(question, WeightedQuestion) and points_kind(question) == "loss":
        return 1 - (1 - earned / stake) / question.penalty
    return earned / stake
