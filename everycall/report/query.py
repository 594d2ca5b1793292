"""Query: rows of the store as records whose names are those of the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Record = dict[str, Any]


def records(connection: DuckDBPyConnection, query: str, parameters: Sequence[object] = ()) -> list[Record]:
    """The rows of a query, each by column name."""
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
