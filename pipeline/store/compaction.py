"""Compaction: reclaim the space of superseded rows and of leftovers from killed nights.

Each file is rewritten in place, under its own name, without the rows that readers no longer see. A part without rows
is removed, its marker first. Readers see the same rows before, during and after. A killed compaction is merely
unfinished. Do not run it during a night.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.store.parts import TEMPORARY_ENDING, PartFile, Store, files, snapshot, write_file
from pipeline.store.schemas import ADDED_COLUMNS, MEASURE_TABLES, SHARD_TABLES, SORT_COLUMNS, TABLES, schema_of
from pipeline.store.views import CURRENT_FLAGS, open_duckdb

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOGGER = logging.getLogger(__name__)

LEFTOVER_AGE_S = 3_600.0
# Views that hide rows which compaction must keep, with the view to use instead.
KEPT = {"flags": CURRENT_FLAGS}


@dataclass(frozen=True, slots=True)
class Compaction:
    """How much was removed."""

    rows_removed: int = 0
    files_removed: int = 0


def clean(store: Store, *, older_than_s: float = LEFTOVER_AGE_S) -> int:
    """Remove hidden files left by killed writers, and return how many. Younger ones may still be in use."""
    filesystem, root = store.open()
    if not filesystem.exists(root):
        return 0
    leftovers = [path for path in filesystem.find(root) if path.endswith(TEMPORARY_ENDING)]
    old = [path for path in leftovers if time.time() - filesystem.modified(path).timestamp() >= older_than_s]
    for path in old:
        filesystem.rm_file(path)
    return len(old)


def compact(store: Store, *, older_than_s: float = LEFTOVER_AGE_S) -> Compaction:
    """Remove superseded rows, and incomplete parts and hidden files older than `older_than_s`.

    >>> compact(Store("no-such-store"))
    Compaction(rows_removed=0, files_removed=0)
    """
    cleaned = clean(store, older_than_s=older_than_s) + _remove_incomplete(store, older_than_s=older_than_s)
    counted = snapshot(store)
    connection = open_duckdb(store)
    try:
        rows_removed = sum(
            _trim(store, file, connection=connection)
            for table in SHARD_TABLES
            # Oldest part first: a row is hidden by younger rows only, so no hidden row becomes visible.
            for file in sorted(counted[table], key=lambda file: file.part)
        )
    finally:
        connection.close()
    return Compaction(rows_removed, cleaned + _remove_empty(store))


def _remove_incomplete(store: Store, *, older_than_s: float) -> int:
    filesystem, _ = store.open()
    current = [file for found in snapshot(store).values() for file in found]
    counted, parts = {file.path for file in current}, {file.part for file in current}
    # A part of measures needs its marker as long as one of its files is current.
    unused = [
        file
        for file in files(store)
        if file.path not in counted and not (file.table == MEASURE_TABLES[-1] and file.part in parts)
    ]
    old = [file for file in unused if time.time() - filesystem.modified(file.path).timestamp() >= older_than_s]
    # Marker first, so that a half-removed part of measures never counts as a whole one.
    for file in sorted(old, key=lambda file: file.table != MEASURE_TABLES[-1]):
        filesystem.rm_file(file.path)
    return len(old)


def _trim(store: Store, file: PartFile, *, connection: DuckDBPyConnection) -> int:
    """Rewrite one file with the rows that readers see, and return how many rows were removed."""
    filesystem, _ = store.open()
    with filesystem.open(file.path, "rb") as opened:
        content: pa.Table = pq.read_table(opened)
    keys = SORT_COLUMNS[file.table]
    visible = connection.execute(
        f"select {', '.join(keys)} from {KEPT.get(file.table, file.table)} where part = ? and date = ?::date",
        [file.part, file.date],
    ).fetchall()
    seen = set(visible)
    rows = list(zip(*(content.column(key).to_pylist() for key in keys), strict=True))
    kept = [index for index, row in enumerate(rows) if row in seen]
    if len(kept) == len(rows):
        return 0
    content = _with_added_columns(content.take(pa.array(kept, pa.int64())), file.table)
    write_file(filesystem, file.path, content, table=file.table)
    LOGGER.info("compacted %s: %d of %d rows stay", file.path, len(kept), len(rows))
    return len(rows) - len(kept)


def _with_added_columns(content: pa.Table, table: str) -> pa.Table:
    """Add the columns that a file lacks because it was written before they existed."""
    schema = schema_of(table)
    for column, value in ADDED_COLUMNS.get(table, {}).items():
        if column not in content.column_names:
            content = content.append_column(
                column, pa.repeat(pa.scalar(value, schema.field(column).type), len(content))
            )
    return content.select(schema.names)


def _remove_empty(store: Store) -> int:
    filesystem, _ = store.open()
    by_part: dict[tuple[str, str], list[PartFile]] = {}
    for table in SHARD_TABLES:
        for file in snapshot(store)[table]:
            by_part.setdefault((file.date, file.part), []).append(file)
    removed = 0
    for found in by_part.values():
        if not any(_row_count(store, file) for file in found):
            for file in sorted(found, key=lambda file: TABLES.index(file.table)):
                filesystem.rm_file(file.path)
                removed += 1
    return removed


def _row_count(store: Store, file: PartFile) -> int:
    filesystem, _ = store.open()
    with filesystem.open(file.path, "rb") as opened:
        return int(pq.read_metadata(opened).num_rows)
