"""The week of a fit: mixed models over all calls are fitted on the first night of a week and stand until the next.

Who does better at equal topics does not change from one night to the next, and a list that moves every day tells people
nothing; and the fits take longer than all else that a night measures.
"""

from __future__ import annotations

from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

from pipeline.store.parts import UNKNOWN_DATE

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


def standing_fit(connection: DuckDBPyConnection, table: str, where: str) -> pa.Table | None:
    """The rows of a table that were fitted this week, less `part` and `date`; None where there are none."""
    last = last_day(connection)
    rows = connection.sql(f"select * from {table} where {where}").to_arrow_table()
    fitted = {day for day in rows.column("as_of").to_pylist() if day is not None}
    if last is None or not fitted or week_of(max(fitted)) != week_of(last) or max(fitted) > last:
        return None
    return rows.drop_columns([name for name in ("part", "date") if name in rows.column_names])


def as_of_today(connection: DuckDBPyConnection, rows: pa.Table) -> pa.Table:
    """The rows with the last day of calls in `as_of`."""
    import pyarrow as pa

    if "as_of" in rows.column_names:
        rows = rows.drop_columns(["as_of"])
    return rows.append_column("as_of", pa.repeat(pa.scalar(last_day(connection), pa.date32()), len(rows)))


def week_of(day: Date) -> tuple[int, int]:
    """The year and the week, by ISO 8601."""
    year, week, _ = day.isocalendar()
    return year, week


def last_day(connection: DuckDBPyConnection) -> Date | None:
    """The last day with calls."""
    ((last,),) = connection.execute(f"select max(date) from contacts where date > '{UNKNOWN_DATE}'").fetchall()
    return last if last is None else Date.fromisoformat(str(last))
