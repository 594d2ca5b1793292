"""What changes when one form takes the place of another: the form itself, and the scores of stored calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.enriched import EnrichedCall
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.question import Question
from pipeline.rubric.rubric import Rubric
from pipeline.rubric.used_for import facts_of
from pipeline.score.judges import Judges
from pipeline.score.movement import Move, Movement
from pipeline.score.score import score
from pipeline.scorecard import Scorecard
from pipeline.store import Store, open_duckdb
from pipeline.store.views import select
from pipeline.stored import batches, stored_calls

CALLS_AT_ONCE = 200
NOT_SHOWN = frozenset({"id", "weight", "points"})


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question that is new, gone or changed; points are of 100 where everything applies, `fields` what differs."""

    question_id: str
    what: Literal["added", "removed", "changed"]
    points_before: float | None = None
    points_after: float | None = None
    fields: tuple[str, ...] = ()


def form_changes(old: Rubric, new: Rubric) -> tuple[QuestionChange, ...]:
    """What differs between two forms, question by question, in the order of the new form; then what is gone."""
    before, after = {q.id: q for q in old.questions()}, {q.id: q for q in new.questions()}
    worth_before, worth_after = old.stakes(), new.stakes()
    found = []
    for name, question in after.items():
        if name not in before:
            found.append(QuestionChange(name, "added", None, worth_after[name]))
            continue
        fields = _differing(before[name], question)
        if fields or abs(worth_before[name] - worth_after[name]) > 1e-9:
            found.append(QuestionChange(name, "changed", worth_before[name], worth_after[name], fields))
    gone = [QuestionChange(name, "removed", worth_before[name]) for name in before if name not in after]
    return (*found, *gone)


def _differing(old: Question, new: Question) -> tuple[str, ...]:
    before, after = old.model_dump(by_alias=True), new.model_dump(by_alias=True)
    names = dict.fromkeys((*before, *after))
    return tuple(name for name in names if name not in NOT_SHOWN and before.get(name) != after.get(name))


def difference(store: Store, *, old: RubricFamily, new: RubricFamily, judges: Judges) -> Movement:
    """Every stored call scored by both forms. Nothing is written. Raises RubricError or StoreError."""
    moves: list[Move] = []
    changed: Counter[str] = Counter()
    for calls in _stored(store):
        for call, before, after in zip(calls, _cards(calls, old, judges), _cards(calls, new, judges), strict=True):
            moves.append(
                Move(
                    call.transcript.call_id,
                    call.transcript.metadata.agent_id,
                    before.total if before else None,
                    after.total if after else None,
                )
            )
            if before and after:
                changed.update(_changed_answers(before, after))
    return Movement(tuple(moves), dict(changed.most_common()))


def _stored(store: Store) -> Iterator[list[EnrichedCall]]:
    with open_duckdb(store) as connection:
        rows = select(connection, "calls", columns=["call_id"]).to_pylist()
        for batch in batches(sorted(row["call_id"] for row in rows), size=CALLS_AT_ONCE):
            found = stored_calls(connection, batch)
            yield [found[call_id].call for call_id in batch]


def _cards(calls: Sequence[EnrichedCall], family: RubricFamily, judges: Judges) -> list[Scorecard | None]:
    """A card for each call that some form of the family fits."""
    fitting = [call for call in calls if family.fitting(facts_of(call.transcript))]
    cards = {card.call_id: card for card in score(fitting, rubric=family, judges=judges)}
    return [cards.get(call.transcript.call_id) for call in calls]


def _changed_answers(before: Scorecard, after: Scorecard) -> Iterator[str]:
    values = {answer.question_id: answer.value for answer in before.answers}
    for answer in after.answers:
        if answer.question_id in values and values[answer.question_id] != answer.value:
            yield answer.question_id
