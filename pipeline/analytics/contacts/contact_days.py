"""Contact days: the contacts of all days, of which only those are reckoned anew whose files changed.

To read a million calls, their answers and totals again takes most of a minute; to see that a day's files are the same
takes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.analytics.contacts.contacts import COLUMNS, create_contacts
from pipeline.analytics.measure.working_tables import swap_in
from pipeline.fingerprint import fingerprint
from pipeline.store import Store, open_duckdb, snapshot

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CONTACT_TABLES = ("calls", "answers", "scorecards")
# Tables with rows of calls, which are read by many measures: which rows stand is told by the contacts.
OF_CALLS = ("issues", "promises", "turns")


def contact_days(
    store: Store, connection: DuckDBPyConnection, *, settings: str, rubric_ids: Sequence[str]
) -> tuple[pa.Table, pa.Table]:
    """Have the table `contacts` of all days on a connection; gives the rows of `measured`, and the contacts made anew.

    A day is reckoned anew when its files are others than at the last time, or the settings are, or a call of it has
    moved to such a day.
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
    fresh = _fresh(store, connection, days=set(listed) - same, same=same, rubric_ids=rubric_ids)
    names = ", ".join(COLUMNS)
    connection.register("_fresh", fresh)
    connection.execute(
        f"""create or replace table _contacts as select {names} from contacts
        where date in (select unnest($1::date[])) and date not in (select unnest($2::date[])) union all
        select {names} from _fresh order by date, call_id""",
        [sorted(same), _days_of(fresh)],
    )
    swap_in(connection, "_contacts", of="contacts")
    _read_by_contacts(connection)
    return _measured(connection, listed, known, fresh=fresh, settings=settings), fresh


def _listed(store: Store) -> Mapping[str, str]:
    """For each day with calls a fingerprint of the files that its contacts are made from."""
    counted = snapshot(store, tables=CONTACT_TABLES)
    by_day: dict[str, list[str]] = {}
    for table in CONTACT_TABLES:
        for file in counted[table]:
            by_day.setdefault(file.date, []).append(f"{table}/{file.part}")
    days = {file.date for file in counted["calls"]}
    return {day: fingerprint(sorted(by_day[day])) for day in sorted(days)}


def _fresh(
    store: Store, connection: DuckDBPyConnection, *, days: set[str], same: set[str], rubric_ids: Sequence[str]
) -> pa.Table:
    """The contacts of these days, and of the days that a call of them moved away from: those leave `same`."""
    while True:
        with open_duckdb(store, dates=sorted(days), tables=CONTACT_TABLES) as apart:
            create_contacts(apart, rubric_ids=rubric_ids)
            fresh = apart.sql("select * from contacts order by date, call_id").to_arrow_table()
        connection.register("_fresh", fresh)
        rows = connection.execute(
            """select distinct date::varchar from contacts where date in (select unnest($1::date[]))
            and (call_id in (select call_id from _fresh) or input_key in (select input_key from _fresh))""",
            [sorted(same)],
        ).fetchall()
        left = {day for (day,) in rows}
        if not left:
            return fresh
        same -= left
        days = days | left


def _read_by_contacts(connection: DuckDBPyConnection) -> None:
    """Views of what stands, by the contacts at hand instead of by all rows of calls again."""
    for table in OF_CALLS:
        connection.execute(
            f"""create view {table} as select * from parts.{table} t
            semi join contacts c on t.call_id = c.call_id and t.part = c.turns_part"""
        )


def _measured(
    connection: DuckDBPyConnection,
    listed: Mapping[str, str],
    known: Mapping[str, Mapping[str, object]],
    *,
    fresh: pa.Table,
    settings: str,
) -> pa.Table:
    """A row a day with calls; what was seen of days that were not reckoned anew is as it was."""
    connection.register("_fresh", fresh)
    connection.register(
        "_listed", pa.table({"day": pa.array(listed, pa.string()), "files": pa.array(listed.values(), pa.string())})
    )
    seen = [(day, str(row["seen"])) for day, row in known.items()]
    connection.register(
        "_known", pa.table({"day": [day for day, _ in seen], "seen": pa.array([each for _, each in seen], pa.string())})
    )
    return connection.sql(
        """with anew as (
            select date, bit_xor(md5_number_lower(f::varchar))::varchar as seen from _fresh f group by date
        ), answered as (
            select c.date, bit_xor(md5_number_lower(concat_ws('|', call_id, s.score, s.closed_as)))::varchar as surveyed
            from contacts c join surveys s using (call_id) group by c.date
        )
        select c.date as day, count(*) as calls, any_value(l.files) as files,
            any_value(coalesce(a.seen, k.seen)) as seen, coalesce(any_value(s.surveyed), '') as surveyed,
            $settings as settings
        from contacts c join _listed l on l.day = c.date::varchar left join _known k on k.day = c.date::varchar
        left join anew a on a.date = c.date left join answered s on s.date = c.date group by c.date order by c.date""",
        params={"settings": settings},
    ).to_arrow_table()


def _days_of(fresh: pa.Table) -> list[str]:
    return sorted({str(day) for day in fresh.column("date").unique().to_pylist()})
