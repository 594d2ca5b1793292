"""`everycall sql`: SQL over the tables."""

from __future__ import annotations

import sys
from csv import writer as csv_writer

import typer
from rich.table import Table

from everycall.cli.app import command
from everycall.cli.console import out
from everycall.cli.options import STORE

QUERY = typer.Argument(..., help="One SQL statement; the tables are views of the same names.")
AS_CSV = typer.Option(False, "--csv", help="Print CSV instead of a table.")


@command("sql", example="everycall sql 'select agent_id, count(*) from calls group by 1' --store store")
def sql(query: str = QUERY, store: str = STORE, csv: bool = AS_CSV) -> None:
    """Run DuckDB over the tables of a store."""
    import duckdb

    from pipeline.errors import ConfigError
    from pipeline.store import Store, open_duckdb

    with open_duckdb(Store(store)) as connection:
        try:
            relation = connection.sql(query)
        except duckdb.Error as error:
            raise ConfigError(f"the query cannot be run: {error}", remedy="`show tables` lists the tables") from error
        if relation is None:
            return
        write = _as_csv if csv else _as_table
        write(relation.columns, relation.fetchall())


def _as_csv(columns: list[str], rows: list[tuple[object, ...]]) -> None:
    writer = csv_writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _as_table(columns: list[str], rows: list[tuple[object, ...]]) -> None:
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    out.print(table, markup=False)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
