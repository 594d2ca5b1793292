"""Views: the tables in DuckDB, newest rows only.

Which row is the newest is decided here alone:
- a call: the greatest part name of its id, unless the same input was stored later under another id;
- turns, vectors, events, issues, turning points and promises: those of the part in the call's `turns_part`;
- classifier outputs: the greatest part name of the call, if made from its current turns;
- a scorecard: the greatest part name of its call and rubric (all legs), if made from the call's current turns;
- answers and flags: those written with that scorecard; one flag if several forms flag the same reason;
- a survey: the greatest part name of its call;
- a failure: the greatest part name of its item, until the call succeeds in a later part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from secrets import token_hex
from tempfile import gettempdir
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.errors import StoreError
from pipeline.store.parts import PartFile, Store, snapshot
from pipeline.store.schemas import ADDED_COLUMNS, MEASURE_TABLES, SORT_COLUMNS, TABLES, schema_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from fsspec import AbstractFileSystem

OF_THE_CALLS_TURNS = "semi join calls c on t.call_id = c.call_id and t.part = c.turns_part"
OF_THE_SCORECARD = (
    "semi join main.scorecards s on t.call_id = s.call_id and t.rubric_id = s.rubric_id and t.part = s.part"
)
# All flags on current scorecards, also those that the view `flags` hides behind another form's for the same reason.
CURRENT_FLAGS = "parts.current_flags"
VIEWS = {
    "calls": """select c.* from parts.calls c semi join (
            select call_id, input_hash, part from parts.calls
            qualify part = max(part) over (partition by call_id) and part = max(part) over (partition by input_hash)
        ) n on c.call_id = n.call_id and c.part = n.part""",
    "turns": f"select * from parts.turns t {OF_THE_CALLS_TURNS}",
    "events": f"select * from parts.events t {OF_THE_CALLS_TURNS}",
    "turn_vectors": f"select * from parts.turn_vectors t {OF_THE_CALLS_TURNS}",
    "head_views": """select * from parts.head_views t
        semi join calls c on t.call_id = c.call_id and t.turns_part = c.turns_part
        qualify part = max(part) over (partition by call_id)""",
    "scorecards": """select * from parts.scorecards t
        semi join calls c on t.call_id = c.call_id and t.turns_part = c.turns_part
        qualify part = max(part) over (partition by call_id, rubric_id)""",
    "answers": f"select * from parts.answers t {OF_THE_SCORECARD}",
    CURRENT_FLAGS: f"select * from parts.flags t {OF_THE_SCORECARD}",
    "flags": f"""select * from {CURRENT_FLAGS}
        qualify row_number() over (partition by call_id, rule, reason order by gain desc, rubric_id, leg) = 1""",
    "failures": """select * from (
            select * from parts.failures qualify part = max(part) over (partition by item)
        ) f where stage <> '' and not exists (
            select 1 from calls c
            where c.part > f.part and (c.call_id = f.item or (f.input_hash <> '' and c.input_hash = f.input_hash))
        )""",
    "issues": f"select * from parts.issues t {OF_THE_CALLS_TURNS}",
    "turning_points": f"select * from parts.turning_points t {OF_THE_CALLS_TURNS}",
    "promises": f"select * from parts.promises t {OF_THE_CALLS_TURNS}",
    "surveys": "select * from parts.surveys qualify part = max(part) over (partition by call_id)",
    **{table: f"select * from parts.{table}" for table in (*reversed(MEASURE_TABLES), "runs")},
    # Rows of earlier days may name a topic that was merged since: show the one that it was merged into.
    **{
        table: f"""select r.* replace (coalesce(t.merged_into, r.topic_id) as topic_id)
            from parts.{table} r left join topics t on r.topic_id = t.topic_id and t.status = 'merged'"""
        for table in ("call_topics", "repeats", "arrivals", "chains")
    },
}


def open_duckdb(
    store: Store,
    *,
    dates: Sequence[str] | None = None,
    tables: Sequence[str] = TABLES,
    bare: Collection[str] = (),
) -> DuckDBPyConnection:
    """Open the store as it is now: an in-memory connection with one view for each table, empty if it has no files.

    `dates` limits the files to those dates; a call that has moved to another date is then seen as it was before.
    `tables` limits the tables; name those that a view depends on as well. `bare` tables have no view of newest rows,
    only `parts.<table>` with all rows ever written.

    >>> with open_duckdb(Store("no-such-store")) as connection:
    ...     connection.execute("select count(*) from calls").fetchone()
    (0,)
    """
    import duckdb

    filesystem, _ = store.open()
    # What does not fit into memory may be words of calls; DuckDB deletes this folder when the connection is closed.
    spilled = f"{gettempdir()}/everycall-{token_hex(8)}"
    connection = duckdb.connect(config={"temp_directory": spilled})
    if not _is_local(filesystem):
        connection.register_filesystem(filesystem)
    connection.execute("create schema parts")
    counted = snapshot(store, dates=dates, tables=tables)
    for table in tables:
        found = [file for file in counted[table] if dates is None or file.date in dates]
        _create_parts(connection, table, found, filesystem=filesystem)
    for table, query in VIEWS.items():
        if (table in tables or tables is TABLES) and table not in bare:
            connection.execute(f"create view {table} as {query}")
    return connection


def read(
    store: Store, table: str, *, dates: Sequence[str] | None = None, columns: Sequence[str] | None = None
) -> pa.Table:
    """The newest rows of a table in its sort order, of all dates or these. Raises StoreError.

    >>> read(Store("no-such-store"), "scorecards", columns=["call_id", "total"]).num_rows
    0
    """
    connection = open_duckdb(store)
    try:
        return select(connection, table, dates=dates, columns=columns)
    finally:
        connection.close()


def select(
    connection: DuckDBPyConnection,
    table: str,
    *,
    dates: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    call_ids: Sequence[str] | None = None,
) -> pa.Table:
    """Like `read`, on an open connection and optionally for some calls only. Raises StoreError for unknown columns."""
    schema = schema_of(table)
    unknown = sorted(set(columns or ()) - set(schema.names))
    if unknown:
        cause = f"`{table}` has no column {', '.join(unknown)}"
        raise StoreError(cause, remedy=f"Its columns are: {', '.join(schema.names)}")
    names = list(columns) if columns is not None else schema.names
    conditions, values = ["true"], []
    if dates is not None:
        conditions.append("date in (select unnest(?)::date)")
        values.append(list(dates))
    if call_ids is not None:
        conditions.append("call_id in (select unnest(?))")
        values.append(list(call_ids))
    query = (
        f"select {', '.join(_quoted(name) for name in names)} from {table} "
        f"where {' and '.join(conditions)} order by {', '.join((*SORT_COLUMNS[table], 'part'))}"
    )
    found = connection.sql(query, params=values or None).to_arrow_table()
    return found.cast(pa.schema([schema.field(name) for name in names], metadata=schema.metadata))


def select_turns(
    connection: DuckDBPyConnection, table: str, *, columns: Sequence[str], turns_parts: Mapping[str, str]
) -> pa.Table:
    """Rows of `turns`, `events` or `turn_vectors`, given the `turns_part` of each call by its id.

    Returns the rows of `select`, without determining again which row of each call is the newest.
    """
    schema = schema_of(table)
    parts = sorted(set(turns_parts.values()))
    if not parts:
        return pa.schema([schema.field(name) for name in columns]).empty_table()
    query = (
        f"select {', '.join(_quoted(name) for name in columns)} from parts.{table} "
        f"where part in ({', '.join('?' * len(parts))}) and call_id || ' ' || part in (select unnest(?)) "
        f"order by {', '.join(SORT_COLUMNS[table])}"
    )
    wanted = [f"{call_id} {part}" for call_id, part in turns_parts.items()]
    return connection.sql(query, params=[*parts, wanted]).to_arrow_table()


def select_head_views(connection: DuckDBPyConnection, *, turns_parts: Mapping[str, str]) -> pa.Table:
    """Rows of `head_views`, given the `turns_part` of each call by its id; of several for a call the newest is last."""
    wanted = [f"{call_id} {part}" for call_id, part in turns_parts.items()]
    query = (
        "select * from parts.head_views where call_id || ' ' || turns_part in (select unnest(?)) order by call_id, part"
    )
    return connection.sql(query, params=[wanted]).to_arrow_table()


def _create_parts(
    connection: DuckDBPyConnection, table: str, found: Sequence[PartFile], *, filesystem: AbstractFileSystem
) -> None:
    if not found or table in ADDED_COLUMNS:
        connection.register(f"_empty_{table}", _without_half_floats(schema_of(table)).empty_table())
    if not found:
        connection.execute(f"create view parts.{table} as select * from _empty_{table}")
        return
    paths = [file.path if _is_local(filesystem) else filesystem.unstrip_protocol(file.path) for file in found]
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    source = f"read_parquet([{listed}], hive_partitioning = false)"
    connection.execute(f"create view parts.{table} as {_with_added_columns(table, source)}")


def _with_added_columns(table: str, source: str) -> str:
    """A query for the rows of a table's files that fills in columns which older files lack."""
    added = ADDED_COLUMNS.get(table)
    if not added:
        return f"select * from {source}"
    named = source.replace("hive_partitioning = false", "hive_partitioning = false, union_by_name = true")
    filled = ", ".join(
        f"coalesce({column}, {value!r}) as {column}" for column, value in added.items() if value is not None
    )
    columns = f"select * replace ({filled})" if filled else "select *"
    # The empty table provides columns that no file has.
    return f"{columns} from (select * from {named} union all by name select * from _empty_{table})"


def _without_half_floats(schema: pa.Schema) -> pa.Schema:
    """DuckDB has no 16-bit floats and reads them as 32-bit ones."""
    half = pa.list_(pa.float16())
    return pa.schema([field.with_type(pa.list_(pa.float32())) if field.type == half else field for field in schema])


def _quoted(name: str) -> str:
    return f'"{name}"'


def _is_local(filesystem: AbstractFileSystem) -> bool:
    from fsspec.implementations.local import LocalFileSystem

    return isinstance(filesystem, LocalFileSystem)
