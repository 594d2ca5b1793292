"""Compaction: give back the space of superseded rows and of what a killed night left behind.

Each file is rewritten in place, under its own name, without the rows that no reader sees; a part left with none is
removed, its marker first. Readers see the same rows before, during and after, and a killed compaction is only
unfinished. Run it when no night is running.
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
from pipeline.store.views import STANDING_FLAGS, open_duckdb

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOGGER = logging.getLogger(__name__)

LEFTOVER_AGE_S = 3_600.0
# Where a reader does not see rows that still stand.
STANDING = {"flags": STANDING_FLAGS}


@dataclass(frozen=True, slots=True)
class Compaction:
    """What was given back."""

    rows_removed: int = 0
    files_removed: int = 0


def clean(store: Store, *, older_than_s: float = LEFTOVER_AGE_S) -> int:
    """Remove files that a killed writer left under a hidden name; returns how many. Younger ones may be in use."""
    filesystem, root = store.open()
    if not filesystem.exists(root):
        return 0
    leftovers = [path for path in filesystem.find(root) if path.endswith(TEMPORARY_ENDING)]
    old = [path for path in leftovers if time.time() - filesystem.modified(path).timestamp() >= older_than_s]
    for path in old:
        filesystem.rm_file(path)
    return len(old)


def compact(store: Store, *, older_than_s: float = LEFTOVER_AGE_S) -> Compaction:
    """Remove superseded rows, cut-off parts and leftovers. What is younger than `older_than_s` and cut off stays."""
    cleaned = clean(store, older_than_s=older_than_s) + _remove_cut_off(store, older_than_s=older_than_s)
    counted = snapshot(store)
    connection = open_duckdb(store)
    try:
        rows_removed = sum(
            _trim(store, file, connection=connection)
            for table in SHARD_TABLES
            # Oldest part first: what hides a row is always younger, so nothing hidden ever comes to light.
            for file in sorted(counted[table], key=lambda file: file.part)
        )
    finally:
        connection.close()
    return Compaction(rows_removed, cleaned + _remove_empty(store))


def _remove_cut_off(store: Store, *, older_than_s: float) -> int:
    filesystem, _ = store.open()
    standing = [file for found in snapshot(store).values() for file in found]
    counted, parts = {file.path for file in standing}, {file.part for file in standing}
    # A part of measures of which some date's file still stands needs its marker.
    lost = [
        file
        for file in files(store)
        if file.path not in counted and not (file.table == MEASURE_TABLES[-1] and file.part in parts)
    ]
    old = [file for file in lost if time.time() - filesystem.modified(file.path).timestamp() >= older_than_s]
    # Superseded measures go marker first, so that what is left of them is no whole part.
    for file in sorted(old, key=lambda file: file.table != MEASURE_TABLES[-1]):
        filesystem.rm_file(file.path)
    return len(old)


def _trim(store: Store, file: PartFile, *, connection: DuckDBPyConnection) -> int:
    """Rewrite one file with the rows that readers see; returns how many rows went."""
    filesystem, _ = store.open()
    with filesystem.open(file.path, "rb") as opened:
        content: pa.Table = pq.read_table(opened)
    keys = SORT_COLUMNS[file.table]
    visible = connection.execute(
        f"select {', '.join(keys)} from {STANDING.get(file.table, file.table)} where part = ? and date = ?::date",
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
    """The rows of a file that was written before its table had all its columns, with them."""
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
