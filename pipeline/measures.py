"""The measures over all calls: where topics and repeats are asked for, and written when anything changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from pipeline.engine import Forms, rubric_ids
from pipeline.enriched import EnrichedCall
from pipeline.fingerprint import fingerprint
from pipeline.repeat import Repeat
from pipeline.scorecard import Scorecard
from pipeline.store import MEASURE_TABLES, Part, Store, open_duckdb, write_part
from pipeline.store.parts import UNKNOWN_DATE, Row, files, generation_of, newest_measure, partition_date, table_of
from pipeline.store.rows.calls import PLAIN_METADATA
from pipeline.store.rows.measures import call_topic_row, repeat_row, topic_row
from pipeline.store.views import select
from pipeline.stored import batches, stored_calls, stored_scorecards
from pipeline.topic import CallTopic, Topic

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CALLS_AT_ONCE = 200
# What tells one state of a call from another, beside its answers: its turns are those of `turns_part`.
SEEN_COLUMNS = ("call_id", "date", "turns_part", "read_fingerprint", *PLAIN_METADATA, "language_hint", "extra")


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """One call as the measures see it: turns have no words, and there is a scorecard by each form that judged it.

    A scorecard holds the answers to the measure's questions and no others.
    """

    call: EnrichedCall
    scorecards: Sequence[Scorecard] = ()


@dataclass(frozen=True, slots=True)
class Overall:
    """What is found over all calls."""

    topics: tuple[Topic, ...] = ()
    call_topics: tuple[CallTopic, ...] = ()
    repeats: tuple[Repeat, ...] = ()


class Measure(Protocol):
    """Looks over all calls at once."""

    @property
    def fingerprint(self) -> str:
        """Changes with its settings and its code."""

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions whose answers it looks at: of a scorecard nothing else matters to it."""

    def __call__(self, calls: Iterable[MeasuredCall]) -> Overall:
        """Takes the calls in order of date and call id, once, a few in memory at a time; the same in, the same out."""


def measure_all(store: Store, *, measure: Measure, rubric: Forms, dates: Sequence[str] | None = None) -> Overall | None:
    """Run the measures over the stored calls of these dates (all by default) and write their tables.

    None when the newest measures were made from the same calls, scorecards and settings.
    """
    with open_duckdb(store) as connection:
        calls = select(connection, "calls", columns=SEEN_COLUMNS, dates=dates).to_pylist()
        calls.sort(key=lambda row: (row["date"], row["call_id"]))
        answers = _answers(connection, calls, questions=measure.questions, names=rubric_ids(rubric))
    part = _part(store, calls, answers, measure=measure)
    if part is None:
        return None
    overall = measure(_measured(store, calls, names=rubric_ids(rubric), questions=measure.questions))
    _write(store, part, overall)
    return overall


def _answers(
    connection: DuckDBPyConnection, calls: Sequence[Row], *, questions: Sequence[str], names: Sequence[str]
) -> list[tuple[str, ...]]:
    """The answers that the measure looks at."""
    found = connection.execute(
        """select call_id, question_id, value from answers
        where list_contains(?, question_id) and list_contains(?, rubric_id) order by all""",
        [list(questions), list(names)],
    ).fetchall()
    members = {row["call_id"] for row in calls}
    return [row for row in found if row[0] in members]


def _part(store: Store, calls: Sequence[Row], answers: Sequence[tuple[str, ...]], *, measure: Measure) -> Part | None:
    """The name of what would be written; None when it is already the newest."""
    members = [[str(value) for value in row.values()] for row in calls]
    digest = fingerprint(measure.fingerprint, members, answers)
    newest = newest_measure(files(store))
    if newest.endswith(f"-{digest}"):
        return None
    date = str(calls[-1]["date"]) if calls else UNKNOWN_DATE
    return Part(date, generation_of(newest) + 1, digest)


def _measured(
    store: Store, rows: Sequence[Row], *, names: Sequence[str], questions: Sequence[str]
) -> Iterator[MeasuredCall]:
    """The calls date by date: opening one date's files at a time keeps each question to the store small."""
    for date, of_date in groupby(rows, key=lambda row: row["date"].isoformat()):
        with open_duckdb(store, dates=[date]) as connection:
            for batch in batches([row["call_id"] for row in of_date], size=CALLS_AT_ONCE):
                calls = stored_calls(connection, batch, words=False)
                cards = stored_scorecards(connection, batch, rubric_ids=names, questions=questions)
                for call_id in batch:
                    yield MeasuredCall(calls[call_id].call, cards.get(call_id, ()))


def _write(store: Store, part: Part, overall: Overall) -> None:
    """A file a date for what belongs to calls; the topics, which are the marker, last and under the last date."""
    by_date: dict[str, dict[str, list[Row]]] = defaultdict(lambda: {"call_topics": [], "repeats": []})
    for topic in overall.call_topics:
        by_date[partition_date(topic.date)]["call_topics"].append(call_topic_row(topic))
    for repeat in overall.repeats:
        by_date[partition_date(repeat.date)]["repeats"].append(repeat_row(repeat))
    for date, rows in sorted(by_date.items()):
        dated = Part(date, part.generation, part.fingerprint)
        tables = {name: table_of(name, rows[name], part=part.name, date=date) for name in rows if rows[name]}
        if tables:
            write_part(store, dated, tables, order=[name for name in MEASURE_TABLES if name in tables])
    topics = table_of("topics", [topic_row(topic) for topic in overall.topics], part=part.name, date=part.date)
    write_part(store, part, {"topics": topics}, order=MEASURE_TABLES[-1:])
