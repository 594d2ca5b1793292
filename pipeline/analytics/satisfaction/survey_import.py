"""Survey import: match each answer to its call, and write the answers that are new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.contacts.contacts import CAN_LINK
from pipeline.analytics.measure.working_tables import registered
from pipeline.failure import Failure
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.ingest.surveys import STAGE, ReadAnswer, SurveyFile
from pipeline.store import Part, Store, open_duckdb
from pipeline.store.parts import generation_of, table_of, write_file
from pipeline.store.rows.surveys import survey_from_row, survey_row
from pipeline.store.views import select
from pipeline.survey import Survey

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Most surveys are answered within a day or two. After a week an answer may be about something else.
WITHIN_DAYS = 7.0
NO_CALL = "no call of this id is in the store"
NO_CALL_OF_CUSTOMER = "no call of this customer begins within {days:g} days before the answer"
REMEDY = "Import the file again once the call is in the store"

Found = tuple[ReadAnswer, str, str]


@dataclass(frozen=True, slots=True)
class SurveyImport:
    """The result of importing a file: calls written, calls whose survey was known already, answers without a call."""

    taken: int
    unchanged: int
    unmatched: tuple[Failure, ...]


def import_surveys(store: Store, file: SurveyFile, *, within_days: float = WITHIN_DAYS) -> SurveyImport:
    """Write the answers whose call is in the store, under the dates of their calls.

    If a call has two answers, the later one counts. Fields that the file leaves empty keep their stored values.
    Importing the same file twice writes nothing the second time. Raises StoreError.
    """
    with open_duckdb(store, tables=("calls", "surveys")) as connection:
        found = [*_by_call_id(connection, file.answers), *_by_customer(connection, file.answers, within_days)]
        surveys = _one_per_call(found)
        stored = {row["call_id"]: row for row in select(connection, "surveys").to_pylist()}
    merged = [_merged(survey, stored.get(survey.call_id)) for survey in surveys]
    changed = [survey for survey in merged if not _is_stored(survey, stored.get(survey.call_id))]
    for date, of_date in _by_date(changed).items():
        _write(store, date, of_date, replaced=[stored[s.call_id]["part"] for s in of_date if s.call_id in stored])
    matched = {answer.line for answer, _, _ in found}
    unmatched = [_unmatched(file.name, each, within_days) for each in file.answers if each.line not in matched]
    return SurveyImport(len(changed), len(merged) - len(changed), tuple(unmatched))


def _by_call_id(connection: DuckDBPyConnection, answers: Sequence[ReadAnswer]) -> list[Found]:
    named = {each.answer.call_id for each in answers if each.answer.call_id}
    asked = pa.table({"call_id": pa.array(sorted(named), pa.string())})
    with registered(connection, asked=asked):
        rows = connection.execute("select call_id, date::varchar from calls semi join asked using (call_id)").fetchall()
    dates = dict(rows)
    return [(each, each.answer.call_id, dates[each.answer.call_id]) for each in answers if each.answer.call_id in dates]


def _by_customer(connection: DuckDBPyConnection, answers: Sequence[ReadAnswer], within_days: float) -> list[Found]:
    """Match the customer's last call before the answer, comparing local times without their time zones."""
    asked = [each for each in answers if not each.answer.call_id]
    table = pa.table(
        {
            "place": pa.array(range(len(asked)), pa.int64()),
            "customer_id": pa.array([each.answer.customer_id for each in asked], pa.string()),
            "answered_at": pa.array([_end_of(each.answer.answered_at) for each in asked], pa.string()),
        }
    )
    with registered(connection, answers_without_call=table):
        rows = connection.execute(
            f"""with known as (
                select call_id, date, trim(customer_id) as customer_id,
                    try_cast(left(started_at, 19) as timestamp) as begun
                from calls where {CAN_LINK} and begun is not null
                qualify row_number() over (partition by trim(customer_id), begun order by call_id desc) = 1
            ), asked as (
                select place, trim(customer_id) as customer_id, answered_at::timestamp as answered
                from answers_without_call
            )
            select place, call_id, date::varchar from asked
            asof join known k on asked.customer_id = k.customer_id and answered >= k.begun
            where epoch(answered) - epoch(k.begun) <= 86400 * $days order by place, call_id""",
            {"days": within_days},
        ).fetchall()
    return [(asked[place], call_id, date) for place, call_id, date in rows]


def _end_of(time: str) -> str:
    """Return the end of the day for a date without a time, so that a call of the same day precedes it."""
    return time if len(time) > len("YYYY-MM-DD") else f"{time}T23:59:59"


def _one_per_call(found: Iterable[Found]) -> list[Survey]:
    """Return one survey per call, by call id: of several answers the last, by time and then by line."""
    surveys: dict[str, Survey] = {}
    for each, call_id, date in sorted(found, key=lambda one: (one[1], one[0].answer.answered_at, one[0].line)):
        survey = _survey(each, call_id, date)
        earlier = surveys.get(call_id)
        surveys[call_id] = survey if earlier is None else _filled(survey, earlier)
    return list(surveys.values())


def _survey(each: ReadAnswer, call_id: str, date: str) -> Survey:
    answer, scale = each.answer, each.scale
    return Survey(
        call_id=call_id,
        date=date,
        score=None if scale is None or answer.score is None else scale.score(answer.score),
        given=answer.score,
        scale=scale.name if scale else "",
        answered_at=answer.answered_at,
        closed_as=answer.closed_as.lower(),
    )


def _merged(survey: Survey, row: dict[str, object] | None) -> Survey:
    return survey if row is None else _filled(survey, survey_from_row(row))


def _filled(survey: Survey, earlier: Survey) -> Survey:
    """Fill what a survey leaves empty from the earlier one."""
    filled = replace(survey, closed_as=survey.closed_as or earlier.closed_as)
    if survey.score is None and earlier.score is not None:
        return replace(
            filled, score=earlier.score, given=earlier.given, scale=earlier.scale, answered_at=earlier.answered_at
        )
    return filled


def _is_stored(survey: Survey, row: dict[str, object] | None) -> bool:
    return row is not None and survey_from_row(row) == survey


def _by_date(surveys: Sequence[Survey]) -> dict[str, list[Survey]]:
    dated: dict[str, list[Survey]] = defaultdict(list)
    for survey in surveys:
        dated[survey.date].append(survey)
    return dict(sorted(dated.items()))


def _write(store: Store, date: str, surveys: Sequence[Survey], *, replaced: Sequence[str]) -> None:
    """Write one file for a date, of a later generation than the rows it replaces, named by a hash of its content."""
    filesystem, root = store.open()
    rows = [survey_row(survey) for survey in surveys]
    part = Part(date, generation_of(max(replaced, default="")) + 1, fingerprint(date, rows))
    content = table_of("surveys", rows, part=part.name, date=date)
    write_file(filesystem, f"{root}/{part.path('surveys')}", content, table="surveys")


def _unmatched(name: str, each: ReadAnswer, within_days: float) -> Failure:
    cause = NO_CALL if each.answer.call_id else NO_CALL_OF_CUSTOMER.format(days=within_days)
    return Failure(source=f"{name} line {each.line}", stage=STAGE, cause=cause, remedy=REMEDY)
