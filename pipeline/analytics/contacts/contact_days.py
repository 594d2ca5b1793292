"""Contact days: incremental contacts that recompute only the days whose files changed.

Reading a million calls with their answers and totals takes most of a minute; comparing file names takes no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.contacts.contacts import COLUMNS, create_contacts
from pipeline.analytics.measure.working_tables import WorkingTable, create_view, registered, replace_by_query
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.store import Store, open_duckdb, snapshot

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CONTACT_TABLES = ("calls", "answers", "scorecards")
# Tables with rows of calls that many measures read. The contacts say which of their rows are the newest.
OF_CALLS = ("issues", "promises", "turns")


def contact_days(
    store: Store, connection: DuckDBPyConnection, *, settings: str, rubric_ids: Sequence[str]
) -> tuple[pa.Table, pa.Table]:
    """Put the contacts of all days in the place of the table `contacts`.

    A day is recomputed if its files or the settings changed since the last run, or if one of its calls moved to such a
    day.

    Returns:
        The rows of `measured`, and the contacts of the recomputed days.
    """
    listed = _listed(store)
    known = {
        row["day"].isoformat(): row for row in connection.sql("select * from measured").to_arrow_table().to_pylist()
    }
    same = {
        day
        for day in listed
        if day in known and (listed[day], settings) == (known[day]["files"], known[day]["settings"])
    }
    changed = _changed_contacts(store, connection, days=set(listed) - same, same=same, rubric_ids=rubric_ids)
    names = ", ".join(COLUMNS)
    with registered(connection, changed_contacts=changed):
        replace_by_query(
            connection,
            "contacts",
            f"""select {names} from contacts
            where date in (select unnest($1::date[])) and date not in (select unnest($2::date[])) union all
            select {names} from changed_contacts order by date, call_id""",
            [sorted(same), _days_of(changed)],
        )
    return _measured(connection, listed, known, changed=changed, settings=settings), changed


def _listed(store: Store) -> Mapping[str, str]:
    """Return, for each day with calls, a fingerprint of the files that its contacts are made from."""
    counted = snapshot(store, tables=CONTACT_TABLES)
    by_day: dict[str, list[str]] = {}
    for table in CONTACT_TABLES:
        for file in counted[table]:
            by_day.setdefault(file.date, []).append(f"{table}/{file.part}")
    days = {file.date for file in counted["calls"]}
    return {day: fingerprint(sorted(by_day[day])) for day in sorted(days)}


def _changed_contacts(
    store: Store, connection: DuckDBPyConnection, *, days: set[str], same: set[str], rubric_ids: Sequence[str]
) -> pa.Table:
    """Return the contacts of these days and of days from which a call moved to them; removes the latter from `same`."""
    while True:
        with open_duckdb(store, dates=sorted(days), tables=CONTACT_TABLES) as apart:
            create_contacts(apart, rubric_ids=rubric_ids)
            changed = apart.sql("select * from contacts order by date, call_id").to_arrow_table()
        with registered(connection, changed_contacts=changed):
            rows = connection.execute(
                """select distinct date::varchar from contacts where date in (select unnest($1::date[]))
                and (call_id in (select call_id from changed_contacts)
                    or input_key in (select input_key from changed_contacts))""",
                [sorted(same)],
            ).fetchall()
        left = {day for (day,) in rows}
        if not left:
            return changed
        same -= left
        days = days | left


def _measured(
    connection: DuckDBPyConnection,
    listed: Mapping[str, str],
    known: Mapping[str, Mapping[str, object]],
    *,
    changed: pa.Table,
    settings: str,
) -> pa.Table:
    """Return one row per day with calls; days that were not recomputed keep the hash of what was seen of them."""
    files = pa.table({"day": pa.array(listed, pa.string()), "files": pa.array(listed.values(), pa.string())})
    seen = [(day, str(row["seen"])) for day, row in known.items()]
    seen_before = pa.table(
        {
            "day": pa.array([day for day, _ in seen], pa.string()),
            "seen": pa.array([each for _, each in seen], pa.string()),
        }
    )
    with registered(connection, changed_contacts=changed, listed_files=files, seen_before=seen_before):
        return connection.sql(
            """with recomputed as (
                select date, bit_xor(md5_number_lower(f::varchar))::varchar as seen
                from changed_contacts f group by date
            ), answered as (
                select c.date,
                    bit_xor(md5_number_lower(concat_ws('|', call_id, s.score, s.closed_as)))::varchar as surveyed
                from contacts c join surveys s using (call_id) group by c.date
            )
            select c.date as day, count(*) as calls, any_value(l.files) as files,
                any_value(coalesce(r.seen, k.seen)) as seen, coalesce(any_value(s.surveyed), '') as surveyed,
                $settings as settings
            from contacts c join listed_files l on l.day = c.date::varchar
            left join seen_before k on k.day = c.date::varchar
            left join recomputed r on r.date = c.date left join answered s on s.date = c.date
            group by c.date order by c.date""",
            params={"settings": settings},
        ).to_arrow_table()


def _days_of(changed: pa.Table) -> list[str]:
    return sorted({str(day) for day in changed.column("date").unique().to_pylist()})


def _create_newest_rows(connection: DuckDBPyConnection, _: Date | None, *, table: str) -> None:
    create_view(
        connection,
        table,
        f"""select * from parts.{table} t
        semi join contacts c on t.call_id = c.call_id and t.part = c.turns_part""",
    )


# The newest rows by the contacts in memory, without asking all rows of calls which is the newest.
NEWEST_ROWS = tuple(
    WorkingTable(table, reads=(f"parts.{table}", "contacts"), create=partial(_create_newest_rows, table=table))
    for table in OF_CALLS
)
