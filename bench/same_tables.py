"""Compare two stores row for row: the same calls, processed by two versions of the code.

Run `python -m bench.same_tables STORE OTHER [--ignore COLUMN,…]`. Ignores columns that name a run, a part or a
version. Ignores and lists columns that only one store has. A column that is new in a schema counts as having its
default in an older store: name it with `--ignore`. Exits with 1 if any row differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.store import Store, open_duckdb
from pipeline.store.schemas import TABLES

# Columns that depend on the version, the run or the clock, not on the call.
VERSIONED = ("part", "turns_part", "rubric_version", "heads", "settings", "made_at", "uri")
# `runs` describes nights; `measured` has only fingerprints of days.
LEFT_OUT = ("runs", "measured")


@dataclass(frozen=True, slots=True)
class TableDifference:
    """For each store, the number of rows of a table and the number of rows that the other store lacks."""

    table: str
    rows: tuple[int, int]
    only: tuple[int, int]
    columns_of_one: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line per table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("other")
    parser.add_argument("--ignore", default="", help="further columns to leave out, with commas between")
    chosen = parser.parse_args(arguments)
    differences = compare(chosen.store, chosen.other, ignore=tuple(chosen.ignore.split(",")))
    print(f"{'table':20} {'rows':>8} {'rows':>8} {'only in first':>14} {'only in second':>15}  columns of one")
    for one in differences:
        columns = ", ".join(one.columns_of_one)
        print(f"{one.table:20} {one.rows[0]:8} {one.rows[1]:8} {one.only[0]:14} {one.only[1]:15}  {columns}")
    sys.exit(any(sum(one.only) for one in differences))


def compare(store: str, other: str, *, ignore: Sequence[str] = ()) -> list[TableDifference]:
    """Compare every table of two stores on the columns that both have, except those to `ignore`."""
    left, right = open_duckdb(Store(store)), open_duckdb(Store(other))
    return [_compared(table, left, right, ignore) for table in TABLES if table not in LEFT_OUT]


def _compared(
    table: str, left: DuckDBPyConnection, right: DuckDBPyConnection, ignore: Sequence[str]
) -> TableDifference:
    columns = [_columns(connection, table) for connection in (left, right)]
    both = [name for name in columns[0] if name in columns[1]]
    shared = [name for name in both if name not in (*VERSIONED, *ignore) and not name.endswith("fingerprint")]
    one = tuple(name for names in columns for name in names if name not in both)
    listed = ", ".join(f'"{name}"' for name in shared)
    rows = right.sql(f"select {listed} from {table}").to_arrow_table()
    left.register("_other", rows)
    ours = left.sql(f"select {listed} from {table}").to_arrow_table()
    left.register("_ours", ours)
    only = [_only(left, first, second) for first, second in (("_ours", "_other"), ("_other", "_ours"))]
    return TableDifference(table, (len(ours), len(rows)), (only[0], only[1]), one)


def _columns(connection: DuckDBPyConnection, table: str) -> list[str]:
    return [str(name) for name, *_ in connection.execute(f"describe {table}").fetchall()]


def _only(connection: DuckDBPyConnection, first: str, second: str) -> int:
    found = connection.execute(f"select count(*) from (from {first} except all from {second})").fetchone()
    assert found is not None
    return int(found[0])


if __name__ == "__main__":
    main()
