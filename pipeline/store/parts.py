"""Parts: the files of a store, how they are named, written atomically and found again.

    <store>/<table>/date=YYYY-MM-DD/part-g<generation>-<fingerprint>.parquet

One shard (or one set of measures) writes one part: a file of the same name in each table that it has rows for. The
marker table comes last. A part without its marker is incomplete and ignored; running the shard again writes the same
names. The generation is one more than that of any row that the part replaces, so the newest row of a call is the one
with the greatest part name, on every machine and without a clock.
"""

from __future__ import annotations

import io
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import StoreError
from pipeline.store.schemas import (
    DATED_MEASURES,
    MEASURE_TABLES,
    SCHEMA_VERSION,
    SHARD_TABLES,
    SORT_COLUMNS,
    TABLES,
    WHOLE_MEASURES,
    schema_of,
)

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

Row = dict[str, Any]

PATH = re.compile(r"(?P<table>[a-z_]+)/date=(?P<date>\d{4}-\d\d-\d\d)/part-(?P<part>[^/]+)\.parquet$")
TEMPORARY_ENDING = ".writing"
GENERATION_DIGITS = 4
UNKNOWN_DATE = "1970-01-01"


@dataclass(frozen=True, slots=True)
class Store:
    """A folder or any fsspec address for the tables. It need not exist yet.

    >>> filesystem, root = Store("no-such-store").open()
    >>> root.endswith("no-such-store")
    True
    """

    address: str

    def open(self) -> tuple[AbstractFileSystem, str]:
        """The file system and the root path in it."""
        from fsspec.core import url_to_fs

        filesystem, root = url_to_fs(self.address)
        return filesystem, root.rstrip("/")


@dataclass(frozen=True, slots=True)
class Part:
    """The name of the files that one shard writes. `date` is the partition, YYYY-MM-DD.

    >>> Part("2026-03-02", 1, "ab12").path("calls")
    'calls/date=2026-03-02/part-g0001-ab12.parquet'
    """

    date: str
    generation: int
    fingerprint: str

    @property
    def name(self) -> str:
        """The part's name; names sort by generation first."""
        return f"g{self.generation:0{GENERATION_DIGITS}d}-{self.fingerprint}"

    def path(self, table: str) -> str:
        """The file of one table, relative to the store's root."""
        return f"{table}/date={self.date}/part-{self.name}.parquet"


@dataclass(frozen=True, slots=True)
class PartFile:
    """One file of the store, with its path on the file system."""

    table: str
    date: str
    part: str
    path: str


def generation_of(part: str) -> int:
    """The generation in a part's name; 0 for an empty name."""
    return int(part[1 : 1 + GENERATION_DIGITS]) if part else 0


def partition_date(text: str) -> str:
    """The day as YYYY-MM-DD, or `1970-01-01` if the text is not a date, so that no odd folder is made.

    >>> partition_date("2026-03-02T09:30:00"), partition_date("tomorrow")
    ('2026-03-02', '1970-01-01')
    """
    try:
        return Date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return UNKNOWN_DATE


def table_of(table: str, rows: Sequence[Row], *, part: str, date: str) -> pa.Table:
    """Rows as a sorted Arrow table of the table's schema, with part and date filled in."""
    day = Date.fromisoformat(date)
    filled = [{**row, "part": part, "date": day} for row in rows]
    return sorted_table(table, pa.Table.from_pylist(filled, schema=schema_of(table)))


def sorted_table(table: str, content: pa.Table) -> pa.Table:
    """Rows in the table's sort order, so that equal rows make equal bytes."""
    return content.sort_by([(column, "ascending") for column in SORT_COLUMNS[table]])


def write_part(store: Store, part: Part, tables: Mapping[str, pa.Table], *, order: Sequence[str]) -> None:
    """Write one part, and last its marker (the last of `order`), even if that has no rows. Raises StoreError."""
    filesystem, root = store.open()
    *others, marker = order
    for table in others:
        path = f"{root}/{part.path(table)}"
        if table in tables and tables[table].num_rows:
            write_file(filesystem, path, tables[table], table=table)
        elif filesystem.exists(path):
            filesystem.rm_file(path)
    content = tables.get(marker, schema_of(marker).empty_table())
    write_file(filesystem, f"{root}/{part.path(marker)}", content, table=marker)


def write_file(filesystem: AbstractFileSystem, path: str, content: pa.Table, *, table: str) -> None:
    """Write one Parquet file under a hidden name and rename it. Raises StoreError."""
    if content.schema != schema_of(table):
        raise StoreError(f"rows for `{table}` do not fit schema version {SCHEMA_VERSION}")
    buffer = io.BytesIO()
    pq.write_table(
        content.replace_schema_metadata(schema_of(table).metadata), buffer, compression="zstd", compression_level=3
    )
    folder, name = path.rsplit("/", 1)
    aside = f"{folder}/.{name}.{secrets.token_hex(4)}{TEMPORARY_ENDING}"
    try:
        filesystem.makedirs(folder, exist_ok=True)
        _place(filesystem, aside, path, content=buffer.getvalue())
    except OSError as error:
        cause = f"{path} cannot be written ({type(error).__name__})"
        raise StoreError(cause, remedy="Check the address, its rights and the space left") from error


def _place(filesystem: AbstractFileSystem, aside: str, path: str, *, content: bytes) -> None:
    from fsspec.implementations.local import LocalFileSystem

    if not isinstance(filesystem, LocalFileSystem):
        # Object stores show only complete objects; on other file systems the move hides half-written files.
        filesystem.pipe_file(aside, content)
        filesystem.mv(aside, path)
        return
    with open(aside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def files(store: Store, *, dates: Sequence[str] | None = None, tables: Sequence[str] = TABLES) -> list[PartFile]:
    """Every finished file of these tables, sorted by path, without hidden and foreign files.

    `dates` limits the dates, except for tables of measures over all dates.
    """
    filesystem, root = store.open()
    filesystem.invalidate_cache()
    if not filesystem.exists(root):
        return []
    by_date = (*SHARD_TABLES, *DATED_MEASURES) if dates is not None else ()
    folders = [f"{root}/{table}" for table in tables if table not in by_date]
    folders += [f"{root}/{table}/date={date}" for table in tables if table in by_date for date in dates or ()]
    found = []
    for path in sorted(path for folder in folders for path in _below(filesystem, folder)):
        match = PATH.search(path)
        if match and match["table"] in TABLES:
            found.append(PartFile(match["table"], match["date"], match["part"], path))
    return found


def _below(filesystem: AbstractFileSystem, folder: str) -> list[str]:
    """The paths of all files below a folder. On a local disk, without reading each file's size and times."""
    from fsspec.implementations.local import LocalFileSystem

    if not isinstance(filesystem, LocalFileSystem):
        return list(filesystem.find(folder))
    return [f"{path.replace(os.sep, '/')}/{name}" for path, _, names in os.walk(folder) for name in names]


def snapshot(
    store: Store, *, dates: Sequence[str] | None = None, tables: Sequence[str] = TABLES
) -> dict[str, list[PartFile]]:
    """The current files by table: those of parts with a marker and, for measures, only the newest.

    Of dated measures each date's newest file counts, of others the newest part. `tables` limits the tables.
    """
    markers = (SHARD_TABLES[-1], MEASURE_TABLES[-1])
    found = files(store, dates=dates, tables=tuple(dict.fromkeys((*tables, *markers))))
    shards = {(file.date, file.part) for file in found if file.table == SHARD_TABLES[-1]}
    measured = {file.part for file in found if file.table == MEASURE_TABLES[-1]}
    newest: dict[tuple[str, str], str] = {}
    for file in found:
        if file.table in DATED_MEASURES and file.part in measured:
            newest[file.table, file.date] = max(file.part, newest.get((file.table, file.date), ""))
    counted: dict[str, list[PartFile]] = {table: [] for table in TABLES}
    for file in found:
        is_shard = file.table in SHARD_TABLES and (file.date, file.part) in shards
        is_dated = file.table in DATED_MEASURES and file.part == newest.get((file.table, file.date))
        is_whole = file.table in WHOLE_MEASURES and file.part == max(measured, default="")
        if is_shard or is_dated or is_whole or file.table in ("runs", "surveys"):
            counted[file.table].append(file)
    return counted


def newest_measure(found: Sequence[PartFile]) -> str:
    """The part of the latest measures; "" if there are none."""
    return max((file.part for file in found if file.table == MEASURE_TABLES[-1]), default="")
