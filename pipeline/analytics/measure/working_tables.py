"""Standing tables: what a measure made takes the place of the view that the next ones read."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


def replace_table(connection: DuckDBPyConnection, table: str, rows: pa.Table, *, since: Date | None = None) -> None:
    """Put these rows in the place of a table, and with `since` leave those of earlier dates as they are."""
    connection.register("_made", rows)
    names = ", ".join(rows.column_names)
    earlier = f"union all by name select {names} from {table} where date < ?" if since else ""
    connection.execute(f"create or replace table _next as select * from _made {earlier}", [since] if since else None)
    swap_in(connection, "_next", of=table)
    connection.unregister("_made")


def overlay_view(connection: DuckDBPyConnection, view: str, rows: pa.Table, *, since: Date | None = None) -> None:
    """As `stand`, for a view that is read seldom: rows of earlier dates stay in their files until it is."""
    names = ", ".join(rows.column_names)
    connection.register(f"_late_{view}", rows)
    connection.execute(f"alter view {view} rename to _early_{view}")
    earlier = f"union all by name select {names} from _early_{view} where date < '{since}'" if since else ""
    connection.execute(f"create view {view} as select {names} from _late_{view} {earlier}")


def is_there(connection: DuckDBPyConnection, table: str) -> bool:
    """Whether there is a table or view of this name, temporary ones included."""
    query = """select count(*) from (
        select table_name as name, schema_name from duckdb_tables()
        union all select view_name, schema_name from duckdb_views()
    ) where name = ? and schema_name = 'main'"""
    ((found,),) = connection.execute(query, [table]).fetchall()
    return bool(found)


def swap_in(connection: DuckDBPyConnection, table: str, *, of: str) -> None:
    """Rename a table to one that is there, which goes."""
    query = "select view_name from duckdb_views() where view_name = ? and schema_name = 'main'"
    views = connection.execute(query, [of]).fetchall()
    connection.execute(f"drop {'view' if views else 'table'} if exists {of}")
    connection.execute(f"alter table {table} rename to {of}")
