"""The measures over all calls: which days changed, what is measured again, and how it is written.

A night measures the days that changed and the weeks before them, in which later calls may still change what is said of
a call; older days keep their rows. What follows from all days is small and made anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analytics.contacts.contact_days import OF_CALLS, contact_days
from pipeline.analytics.measure.measuring import Measure, Measuring, first_day
from pipeline.fingerprint import fingerprint
from pipeline.ports import Forms, rubric_ids
from pipeline.store import MEASURE_TABLES, Part, Store, open_duckdb, write_part
from pipeline.store.parts import UNKNOWN_DATE, PartFile, files, generation_of, newest_measure, sorted_table
from pipeline.store.schemas import DATED_MEASURES, WHOLE_MEASURES, schema_of
from pipeline.store.taxonomy_file import read_taxonomy_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A repeat, a promise kept or a topic that settles may come so many days after a call and no later.
SETTLING_DAYS = 35
# What DuckDB holds before it puts some aside on disk; the arrays beside it take about as much for a million calls.
MEMORY_LIMIT = "3GB"
READ_TABLES = ("calls", "answers", "scorecards", "turns", "issues", "promises", "surveys", *MEASURE_TABLES)


def measure_all(store: Store, *, measure: Measure, rubric: Forms) -> Mapping[str, pa.Table] | None:
    """Run the measures over the stored calls and write their tables.

    None when the newest measures were made from the same calls, answers, surveys and settings.
    """
    taxonomy = read_taxonomy_text(store)
    settings = fingerprint(measure.fingerprint, taxonomy, rubric_ids(rubric))
    found = files(store, tables=MEASURE_TABLES)
    with open_duckdb(store, tables=READ_TABLES, bare=OF_CALLS) as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        # Every day's files are asked again and again.
        connection.execute("set parquet_metadata_cache = true")
        days, fresh = contact_days(store, connection, settings=settings, rubric_ids=rubric_ids(rubric))
        changed = _changed(connection, days)
        if not changed and newest_measure(found):
            return None
        since = _since(days, changed)
        made = {"contacts": fresh, "measured": days, **measure(Measuring(connection, since, taxonomy))}
    _write(store, found, made, since=since, digest=fingerprint(settings, _told(days)))
    return made


def _told(days: pa.Table) -> list[list[str]]:
    return [[str(row[name]) for name in ("day", "calls", "seen", "surveyed")] for row in days.to_pylist()]


def _changed(connection: DuckDBPyConnection, days: pa.Table) -> list[Date]:
    """The days that are not as the newest measures saw them, or that they saw and that have gone."""
    connection.register("_days", days)
    rows = connection.execute(
        """select distinct coalesce(n.day, m.day) as day from _days n full join measured m on n.day = m.day
        where n.calls is distinct from m.calls or n.seen is distinct from m.seen
            or n.surveyed is distinct from m.surveyed or n.settings is distinct from m.settings order by day"""
    ).fetchall()
    return [day for (day,) in rows]


def _since(days: pa.Table, changed: Sequence[Date]) -> Date | None:
    """From which day on to measure; None where all of them changed, as under other settings."""
    if not changed or set(days.column("day").to_pylist()) <= set(changed):
        return None
    # What the last night could not tell yet, because calls ended there, it can tell now, even after a long holiday.
    ended = max((day for day in days.column("day").to_pylist() if day < changed[0]), default=changed[0])
    return ended - timedelta(days=SETTLING_DAYS)


def _write(
    store: Store, found: Sequence[PartFile], made: Mapping[str, pa.Table], *, since: Date | None, digest: str
) -> None:
    """A file a date for rows of calls; what stands for all days, with the marker, last and under the last date."""
    days = made["measured"].column("day").to_pylist()
    date = days[-1].isoformat() if days else UNKNOWN_DATE
    part = Part(date, generation_of(newest_measure(found)) + 1, digest)
    for table in DATED_MEASURES:
        content = made.get(table, schema_of(table).remove(0).empty_table())
        own = {day.isoformat() for day in pc.unique(content.column("date")).to_pylist()}
        for day in sorted(own | _emptied(table, found, own, days=days, since=since)):
            rows = content.filter(pc.equal(content.column("date"), Date.fromisoformat(day)))
            dated = Part(day, part.generation, part.fingerprint)
            write_part(store, dated, {table: _filled(table, rows, part=part.name)}, order=[table])
    whole = {table: _filled(table, made[table], part=part.name, date=date) for table in WHOLE_MEASURES if table in made}
    write_part(store, part, whole, order=WHOLE_MEASURES)


def _emptied(
    table: str, found: Sequence[PartFile], own: set[str], *, days: Sequence[Date], since: Date | None
) -> set[str]:
    """The days that have a file of the table and no row any more.

    Of days before the first only those stand anew that a measure gives whole; contacts stand while their day has calls.
    """
    written = {file.date for file in found if file.table == table}
    if table == "contacts":
        return written - {day.isoformat() for day in days}
    asked = first_day(table, since)
    first = min([asked.isoformat(), *own]) if asked else ""
    return {day for day in written if day >= first} - own


def _filled(table: str, rows: pa.Table, *, part: str, date: str = "") -> pa.Table:
    """Rows with their part, and their date where they are of no one call, in the table's own columns and order."""
    schema = schema_of(table)
    rows = rows.append_column("part", pa.repeat(pa.scalar(part), len(rows)))
    if date:
        rows = rows.append_column("date", pa.repeat(pa.scalar(Date.fromisoformat(date)), len(rows)))
    return sorted_table(table, rows.select(schema.names).cast(schema))
