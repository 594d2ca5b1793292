"""Query: rows of the store as records whose names are those of the figures, or as counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Record = dict[str, Any]


def counts(connection: DuckDBPyConnection, query: str, parameters: Sequence[object] = ()) -> dict[Any, int]:
    """What a query counts, its last column, by the first; by all before it, as a tuple, where there are several."""
    rows = connection.execute(query, list(parameters)).fetchall()
    return {key[0] if len(key) == 1 else tuple(key): count for *key, count in rows}


def records(connection: DuckDBPyConnection, query: str, parameters: Sequence[object] = ()) -> list[Record]:
    """The rows of a query, each by column name."""
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
