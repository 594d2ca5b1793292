"""Tables in memory for tests of the analytics: rows are dictionaries, and missing columns are null."""

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.analytics.contacts.contacts import COLUMNS
from pipeline.store.issue_vectors import bytes_of
from pipeline.store.schemas import schema_of


def memory_store(*, contacts=(), **tables):
    """A connection with `contacts` and the named tables; text columns of a contact default to '' and flags to false."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"create table contacts ({columns})")
    for row in contacts:
        filled = {name: _blank(kind) for name, kind in COLUMNS.items()} | row
        marks = ", ".join(f"?::{kind}" for kind in COLUMNS.values())
        connection.execute(f"insert into contacts values ({marks})", [filled[name] for name in COLUMNS])
    for table, rows in tables.items():
        content = pa.Table.from_pylist([_stored(row) for row in rows], schema=schema_of(table))
        connection.register(f"_{table}", content)
        connection.execute(f"create table {table} as select * from _{table}")
    return connection


def _stored(row):
    """The row with its vector, if it has one, encoded as in the table."""
    return row | {"vector": bytes_of(np.asarray(row["vector"]))} if "vector" in row else row


def _blank(kind):
    return {"varchar": "", "boolean": False, "varchar[]": []}.get(kind)
