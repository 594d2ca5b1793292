"""Working tables: tables in DuckDB's memory that measures read, and the only module that makes or drops them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

Parameters = dict[str, Any] | list[Any]


@dataclass(frozen=True, slots=True)
class WorkingTable:
    """A table or view that exists only while measures read it.

    Attributes:
        name: Its name in SQL.
        reads: The stored and working tables that its SQL names.
        create: Makes it by `create_table`, `create_view` or `create_from_rows`; takes the first day asked for.
    """

    name: str
    reads: tuple[str, ...]
    create: Callable[[DuckDBPyConnection, Date | None], None]

    @property
    def makes(self) -> tuple[str, ...]:
        """Its own name, as every node of the graph has the tables it makes."""
        return (self.name,)


@contextmanager
def working_tables(
    connection: DuckDBPyConnection,
    tables: Sequence[WorkingTable],
    *,
    since: Date | None = None,
    keep: Collection[str] | None = None,
) -> Iterator[None]:
    """Make working tables, and drop them on leaving, also after an error.

    A table that exists already, because a caller shares it between measures, is used and stays.

    Args:
        connection: An open store.
        tables: In an order in which each follows those that it reads.
        since: The first day asked for; None for all days.
        keep: Names of the tables that the body reads, all by default. The others are dropped before the body runs, so a
            kept view must not rest on them.
    """
    made: list[str] = []
    try:
        for table in tables:
            if not is_there(connection, table.name):
                made.append(table.name)
                table.create(connection, since)
        if keep is not None:
            for name in [name for name in made if name not in keep]:
                _drop(connection, name)
                made.remove(name)
        yield
    finally:
        for name in reversed(made):
            _drop(connection, name)


def create_table(connection: DuckDBPyConnection, name: str, query: str, parameters: Parameters | None = None) -> None:
    """Make or replace a table in memory from a query."""
    connection.execute(f"create or replace temp table {name} as {query}", parameters)


def create_view(connection: DuckDBPyConnection, name: str, query: str) -> None:
    """Make or replace a view that lasts as long as the connection or until it is dropped."""
    connection.execute(f"create or replace temp view {name} as {query}")


def create_from_rows(connection: DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Make or replace a table in memory from Arrow rows."""
    with registered(connection, _rows=rows):
        create_table(connection, name, "select * from _rows")


@contextmanager
def registered(connection: DuckDBPyConnection, **tables: pa.Table) -> Iterator[None]:
    """Let SQL read Arrow tables by these names."""
    for name, rows in tables.items():
        connection.register(name, rows)
    try:
        yield
    finally:
        for name in tables:
            connection.unregister(name)


def replace_table(connection: DuckDBPyConnection, table: str, rows: pa.Table, *, since: Date | None = None) -> None:
    """Replace a stored table on this connection by these rows; with `since`, keep rows of earlier dates."""
    names = ", ".join(rows.column_names)
    earlier = f"union all by name select {names} from {table} where date < ?" if since else ""
    with registered(connection, _rows=rows):
        replace_by_query(connection, table, f"select * from _rows {earlier}", [since] if since else None)


def replace_by_query(
    connection: DuckDBPyConnection, table: str, query: str, parameters: Parameters | None = None
) -> None:
    """Replace a stored table on this connection by the result of a query, which may read it."""
    connection.execute(f"create or replace table _next as {query}", parameters)
    _drop(connection, table)
    connection.execute(f"alter table _next rename to {table}")


def overlay_view(connection: DuckDBPyConnection, view: str, rows: pa.Table, *, since: Date | None = None) -> None:
    """Like `replace_table`, but lazy: rows of earlier dates are read from Parquet only when the view is queried."""
    names = ", ".join(rows.column_names)
    connection.register(f"_new_{view}", rows)
    connection.execute(f"alter view {view} rename to _stored_{view}")
    earlier = f"union all by name select {names} from _stored_{view} where date < '{since}'" if since else ""
    connection.execute(f"create view {view} as select {names} from _new_{view} {earlier}")


@contextmanager
def in_memory(connection: DuckDBPyConnection, view: str, *, columns: Sequence[str]) -> Iterator[None]:
    """Hold some columns of a stored view in memory, for queries that read it again and again.

    Does nothing where the name is that of a table, which is in memory already.
    """
    if not _is_view(connection, view):
        yield
        return
    connection.execute(f"alter view {view} rename to _stored_{view}")
    try:
        connection.execute(f"create table {view} as select {', '.join(columns)} from _stored_{view}")
        yield
    finally:
        connection.execute(f"drop table if exists {view}")
        connection.execute(f"alter view _stored_{view} rename to {view}")


def is_there(connection: DuckDBPyConnection, table: str) -> bool:
    """Whether there is a table or view of this name, temporary ones included."""
    query = """select count(*) from (
        select table_name as name, schema_name from duckdb_tables()
        union all select view_name, schema_name from duckdb_views()
    ) where name = ? and schema_name = 'main'"""
    ((found,),) = connection.execute(query, [table]).fetchall()
    return bool(found)


def _is_view(connection: DuckDBPyConnection, name: str) -> bool:
    query = "select view_name from duckdb_views() where view_name = ? and schema_name = 'main'"
    return bool(connection.execute(query, [name]).fetchall())


def _drop(connection: DuckDBPyConnection, name: str) -> None:
    connection.execute(f"drop {'view' if _is_view(connection, name) else 'table'} if exists {name}")
