"""Weekly fits: mixed models over all calls are fitted on the first night of a week and kept until the next.

Which agents do better at the same topics does not change overnight, a list that changes daily is useless, and the fits
take longer than all other measures of a night.
"""

from __future__ import annotations

from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

from pipeline.store.parts import UNKNOWN_DATE

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


def fit_of_this_week(connection: DuckDBPyConnection, table: str, where: str) -> pa.Table | None:
    """Return the rows of a table that were fitted this week, without `part` and `date`; None if there are none."""
    last = last_day(connection)
    rows = connection.sql(f"select * from {table} where {where}").to_arrow_table()
    fitted = {day for day in rows.column("as_of").to_pylist() if day is not None}
    if last is None or not fitted or week_of(max(fitted)) != week_of(last) or max(fitted) > last:
        return None
    return rows.drop_columns([name for name in ("part", "date") if name in rows.column_names])


def as_of_today(connection: DuckDBPyConnection, rows: pa.Table) -> pa.Table:
    """Set `as_of` of all rows to the last day with calls."""
    import pyarrow as pa

    if "as_of" in rows.column_names:
        rows = rows.drop_columns(["as_of"])
    return rows.append_column("as_of", pa.repeat(pa.scalar(last_day(connection), pa.date32()), len(rows)))


def week_of(day: Date) -> tuple[int, int]:
    """Return the ISO 8601 year and week.

    >>> week_of(Date(2027, 1, 1))
    (2026, 53)
    """
    year, week, _ = day.isocalendar()
    return year, week


def last_day(connection: DuckDBPyConnection) -> Date | None:
    """Return the last day with calls."""
    ((last,),) = connection.execute(f"select max(date) from contacts where date > '{UNKNOWN_DATE}'").fetchall()
    return last if last is None else Date.fromisoformat(str(last))
