"""Updating the tables over all calls: which days changed, which are recomputed, and how the rows are written.

A night recomputes the days that changed and the five weeks before them, whose rows later calls may still change. Older
days keep their rows. Tables over all days are small and recomputed every night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analytics.contacts.contact_days import NEWEST_ROWS, OF_CALLS, contact_days
from pipeline.analytics.measure.analytics_run import AnalyticsInput, RunAnalytics, first_day
from pipeline.analytics.measure.working_tables import registered, working_tables
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.ports import Forms, rubric_ids
from pipeline.store import MEASURE_TABLES, Part, Store, open_duckdb, write_part
from pipeline.store.parts import UNKNOWN_DATE, PartFile, files, generation_of, newest_measure, sorted_table
from pipeline.store.schemas import DATED_MEASURES, WHOLE_MEASURES, schema_of
from pipeline.store.taxonomy_file import read_taxonomy_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Days after a call within which later calls may repeat it, show its promises kept, or settle its topic.
SETTLING_DAYS = 35
# Above this DuckDB spills to disk. For a million calls the arrays outside DuckDB take about as much again.
MEMORY_LIMIT = "3GB"
READ_TABLES = ("calls", "answers", "scorecards", "turns", "issues", "promises", "surveys", *MEASURE_TABLES)


def measure_all(store: Store, *, measure: RunAnalytics, rubric: Forms) -> Mapping[str, pa.Table] | None:
    """Run the measures over the stored calls and write their tables.

    Returns:
        The new rows of each table; None if the newest measures were made from the same calls, answers, surveys and
        settings.

    Raises:
        ConfigError: The taxonomy in the store cannot be used.
        StoreError: The store cannot be read or written.
    """
    taxonomy = read_taxonomy_text(store)
    settings = fingerprint(measure.fingerprint, taxonomy, rubric_ids(rubric))
    found = files(store, tables=MEASURE_TABLES)
    with open_duckdb(store, tables=READ_TABLES, bare=OF_CALLS) as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        # Measures open the same files again and again.
        connection.execute("set parquet_metadata_cache = true")
        days, contacts = contact_days(store, connection, settings=settings, rubric_ids=rubric_ids(rubric))
        changed = _changed(connection, days)
        if not changed and newest_measure(found):
            return None
        since = _since(days, changed)
        with working_tables(connection, NEWEST_ROWS):
            made = {"contacts": contacts, "measured": days, **measure(AnalyticsInput(connection, since, taxonomy))}
    _write(store, found, made, since=since, digest=fingerprint(settings, _state_of(days)))
    return made


def _state_of(days: pa.Table) -> list[list[str]]:
    return [[str(row[name]) for name in ("day", "calls", "seen", "surveyed")] for row in days.to_pylist()]


def _changed(connection: DuckDBPyConnection, days: pa.Table) -> list[Date]:
    """Return the days that differ from what the newest measures saw, including days that are gone."""
    with registered(connection, days_now=days):
        rows = connection.execute(
            """select distinct coalesce(n.day, m.day) as day from days_now n full join measured m on n.day = m.day
            where n.calls is distinct from m.calls or n.seen is distinct from m.seen
                or n.surveyed is distinct from m.surveyed or n.settings is distinct from m.settings order by day"""
        ).fetchall()
    return [day for (day,) in rows]


def _since(days: pa.Table, changed: Sequence[Date]) -> Date | None:
    """Return the first day to recompute; None if all days changed, for example with the settings."""
    if not changed or set(days.column("day").to_pylist()) <= set(changed):
        return None
    # Rows near the end of the previous data were censored there, and are not any more, even after a long holiday.
    ended = max((day for day in days.column("day").to_pylist() if day < changed[0]), default=changed[0])
    return ended - timedelta(days=SETTLING_DAYS)


def _write(
    store: Store, found: Sequence[PartFile], made: Mapping[str, pa.Table], *, since: Date | None, digest: str
) -> None:
    """Write one file per date for rows of calls; then, under the last date, tables over all days and the marker."""
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
    """Return the days that have a file of the table but no rows any more.

    Days before the first one count only if the measure returned them complete. Contacts stay while their day has calls.
    """
    written = {file.date for file in found if file.table == table}
    if table == "contacts":
        return written - {day.isoformat() for day in days}
    asked = first_day(table, since)
    first = min([asked.isoformat(), *own]) if asked else ""
    return {day for day in written if day >= first} - own


def _filled(table: str, rows: pa.Table, *, part: str, date: str = "") -> pa.Table:
    """Add the part, and the date if rows are not about one call; return the table's columns in its order."""
    schema = schema_of(table)
    rows = rows.append_column("part", pa.repeat(pa.scalar(part), len(rows)))
    if date:
        rows = rows.append_column("date", pa.repeat(pa.scalar(Date.fromisoformat(date)), len(rows)))
    return sorted_table(table, rows.select(schema.names).cast(schema))
