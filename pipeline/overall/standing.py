"""Standing tables: what a measure made takes the place of the view that the next ones read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


def stand(
    connection: DuckDBPyConnection,
    table: str,
    rows: pa.Table,
    *,
    since: Date | None = None,
    without: Collection[str] = (),
) -> None:
    """Put these rows in the place of a table, and with `since` leave those of earlier dates as they are.

    Columns that nobody asks for can be left out: of a million calls, texts take longest.
    """
    rows = rows.drop_columns([name for name in rows.column_names if name in without])
    connection.register("_made", rows)
    names = ", ".join(rows.column_names)
    earlier = f"union all by name select {names} from {table} where date < ?" if since else ""
    connection.execute(f"create or replace table _next as select * from _made {earlier}", [since] if since else None)
    take_place(connection, "_next", of=table)
    connection.unregister("_made")


def take_place(connection: DuckDBPyConnection, table: str, *, of: str) -> None:
    """Rename a table to one that is there, which goes."""
    query = "select view_name from duckdb_views() where view_name = ? and schema_name = 'main'"
    views = connection.execute(query, [of]).fetchall()
    connection.execute(f"drop {'view' if views else 'table'} if exists {of}")
    connection.execute(f"alter table {table} rename to {of}")
