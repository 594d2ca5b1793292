"""What a night records besides calls: the problems of a discovery, and the run itself."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.failure import Failure
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.run import Run
from pipeline.store import SHARD_TABLES, Part, Store, open_duckdb, write_part
from pipeline.store.parts import UNKNOWN_DATE, Row, generation_of, table_of, write_file
from pipeline.store.rows.failures import all_clear_row, failure_rows
from pipeline.store.rows.runs import run_row
from pipeline.store.views import select


def record_discovery(store: Store, address: str, failures: Sequence[Failure]) -> None:
    """Replace the problems recorded for an address by those found now, if they changed."""
    item = f"discovery of {_absolute(address)}"
    in_order = sorted(failures, key=lambda failure: (failure.source, failure.cause))
    rows = failure_rows(in_order, item=item)
    current, generation = _current(store, item)
    if rows == current:
        return
    written = rows or [all_clear_row(item=item)]
    content = [(row["source"], row["stage"], row["cause"], row["remedy"]) for row in written]
    part = Part(UNKNOWN_DATE, generation + 1, fingerprint(item, content))
    tables = {"failures": table_of("failures", written, part=part.name, date=part.date)}
    write_part(store, part, tables, order=SHARD_TABLES)


def record_run(store: Store, run: Run) -> None:
    """Write one row of `runs`, in a file of its own. Only this table differs between two equal nights."""
    filesystem, root = store.open()
    date = run.started_at[:10]
    name = f"{run.started_at[:19].translate(str.maketrans('', '', '-:'))}-{run.run_id}"
    path = f"{root}/runs/date={date}/part-{name}.parquet"
    write_file(filesystem, path, table_of("runs", [run_row(run)], part=name, date=date), table="runs")


def _current(store: Store, item: str) -> tuple[list[Row], int]:
    """The failures of this item that readers see, and its last generation, seen or not."""
    connection = open_duckdb(store)
    try:
        rows = select(connection, "failures").to_pylist()
        query = "select max(part) from parts.failures where item = ?"
        newest = connection.execute(query, [item]).fetchone()
    finally:
        connection.close()
    own = [row for row in rows if row["item"] == item]
    plain = [{name: value for name, value in row.items() if name not in ("part", "date")} for row in own]
    return plain, generation_of(newest[0] or "" if newest else "")


def _absolute(address: str) -> str:
    filesystem, root = Store(address).open()
    return str(filesystem.unstrip_protocol(root))
