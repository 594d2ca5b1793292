"""Compare two versions of a form: the changes to its questions, and to the scores of stored calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.call_facts import facts_of
from pipeline.concurrency.processes import map_in_processes
from pipeline.enriched import EnrichedCall
from pipeline.impact.movement import Move, Movement
from pipeline.night.progress import Progress, Step, unwatched
from pipeline.night.workers import engine_changed
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.question import Question
from pipeline.rubric.rubric import Rubric
from pipeline.score.arithmetic import tally
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.score import Scorers
from pipeline.store import Store, open_duckdb
from pipeline.store.rows.stored_calls import CALL_TABLES, batches, stored_calls
from pipeline.store.views import select

CALLS_AT_ONCE = 100
NOT_SHOWN = frozenset({"id", "weight", "points"})

# A date with some of its calls; and the result for them: score changes, and changed answers by question.
_Job = tuple[str, tuple[str, ...]]
_Compared = tuple[tuple[Move, ...], Counter[str]]


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """An added, removed or changed question.

    Points are of 100 where everything applies; `fields` are the changed fields.
    """

    question_id: str
    what: Literal["added", "removed", "changed"]
    points_before: float | None = None
    points_after: float | None = None
    fields: tuple[str, ...] = ()


def form_changes(old: Rubric, new: Rubric) -> tuple[QuestionChange, ...]:
    """List changed questions, in the order of the new form, then removed ones."""
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
    removed = [QuestionChange(name, "removed", worth_before[name]) for name in before if name not in after]
    return (*found, *removed)


def _differing(old: Question, new: Question) -> tuple[str, ...]:
    before, after = old.model_dump(by_alias=True), new.model_dump(by_alias=True)
    names = dict.fromkeys((*before, *after))
    return tuple(name for name in names if name not in NOT_SHOWN and before.get(name) != after.get(name))


@dataclass(frozen=True, slots=True)
class _Card:
    """What is compared of a scorecard: its total and the value of each answer."""

    total: float | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Score calls of one date by both forms. Pickles, for worker processes."""

    store: Store
    old: RubricFamily
    new: RubricFamily
    scoring_models: str

    def __call__(self, job: _Job, scoring_models: ScoringModels) -> _Compared:
        """Score by both forms, sharing the call's context and act probabilities."""
        if scoring_models.fingerprint != self.scoring_models:
            raise engine_changed()
        scorers = Scorers(scoring_models)
        moves, answers = [], Counter[str]()
        for call in _calls(self.store, job):
            context = CallContext(call=call, scoring_models=scoring_models)
            before, after = (_card(context, family, scorers) for family in (self.old, self.new))
            transcript = call.transcript
            moves.append(Move(transcript.call_id, transcript.metadata.agent_id, _total(before), _total(after)))
            answers.update(_changed_answers(before, after) if before and after else ())
        return tuple(moves), answers


def difference(
    store: Store,
    *,
    old: RubricFamily,
    new: RubricFamily,
    scoring_models: ScoringModels,
    progress: Progress = unwatched,
    workers: int = 1,
    build: Callable[[], ScoringModels] | None = None,
) -> Movement:
    """Score every stored call by both forms. Writes nothing. Raises RubricError or StoreError.

    With `workers` above 1, runs in that many processes, each with the scoring models that `build` returns.
    """
    jobs = _jobs(store)
    progress(Step("plan", sum(len(call_ids) for _, call_ids in jobs)))
    comparison = _Comparison(store, old, new, scoring_models.fingerprint)
    if build is not None and min(workers, len(jobs)) > 1:
        found = map_in_processes(comparison, jobs, build=build, workers=workers)
    else:
        found = (comparison(job, scoring_models) for job in jobs)
    moves: list[Move] = []
    answers: Counter[str] = Counter()
    for batch_moves, changes in found:
        moves += batch_moves
        answers += changes
        progress(Step("score", len(batch_moves)))
    in_order = tuple(sorted(moves, key=lambda move: move.call_id))
    return Movement(in_order, dict(sorted(answers.items(), key=lambda pair: (-pair[1], pair[0]))))


def _jobs(store: Store) -> list[_Job]:
    """The stored calls, in batches of one date."""
    with open_duckdb(store) as connection:
        rows = select(connection, "calls", columns=["date", "call_id"]).to_pylist()
    dates: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        dates[row["date"].isoformat()].append(row["call_id"])
    return [
        (date, tuple(batch))
        for date, call_ids in sorted(dates.items())
        for batch in batches(sorted(call_ids), size=CALLS_AT_ONCE)
    ]


def _calls(store: Store, job: _Job) -> list[EnrichedCall]:
    """Stored calls without word times, which no answer depends on."""
    date, call_ids = job
    with open_duckdb(store, dates=[date], tables=CALL_TABLES) as connection:
        found = stored_calls(connection, call_ids, words=False)
    return [found[call_id].call for call_id in call_ids]


def _card(context: CallContext, family: RubricFamily, scorers: Scorers) -> _Card | None:
    """Score by the family's best fitting form; None if none fits."""
    fitting = family.fitting(facts_of(context.transcript))
    if not fitting:
        return None
    answers = [
        question_result.answer for question_result in scorers.of(fitting[0], context.call).question_results(context)
    ]
    return _Card(tally(fitting[0], answers).total, {answer.question_id: answer.value for answer in answers})


def _total(card: _Card | None) -> float | None:
    return None if card is None else card.total


def _changed_answers(before: _Card, after: _Card) -> Iterator[str]:
    for question_id, value in after.values.items():
        if before.values.get(question_id, value) != value:
            yield question_id
