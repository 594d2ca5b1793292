"""Query: rows of the store as records by column name, or as counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Record = dict[str, Any]


def counts(connection: DuckDBPyConnection, query: str, parameters: Sequence[object] = ()) -> dict[Any, int]:
    """The last column of a query by its first; by a tuple of all columns before it where there are several."""
    rows = connection.execute(query, list(parameters)).fetchall()
    return {key[0] if len(key) == 1 else tuple(key): count for *key, count in rows}


def records(connection: DuckDBPyConnection, query: str, parameters: Sequence[object] = ()) -> list[Record]:
    """The rows of a query, each by column name."""
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
