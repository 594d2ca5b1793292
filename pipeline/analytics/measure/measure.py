"""Measures: each says which table it fills, which tables it reads, and which function finds its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Measure:
    """Fills one table, or a part of one, from other tables.

    Attributes:
        name: Unique among measures; also its table, unless `table` names another.
        reads: The stored and working tables that its SQL names. A test holds them against the SQL that really runs.
        rows: Takes the connection, and `since` where the measure is dated; returns the rows without `part`.
        table: The table of the rows. Several measures may share one.
        dated: Rows belong to one call each. Only those since a day are computed; earlier ones stay in their files.
        lazy: Few measures read its table, so rows of earlier days are read from their files only when asked for.
        weekly: For a fit that is kept for a week, the SQL condition for its rows in the table. Empty: run every night.
    """

    name: str
    reads: tuple[str, ...]
    rows: Callable[..., pa.Table]
    table: str = ""
    dated: bool = False
    lazy: bool = False
    weekly: str = ""

    @property
    def makes(self) -> tuple[str, ...]:
        """The table that its rows go to."""
        return (self.table or self.name,)


@dataclass(frozen=True, slots=True)
class BaseTables:
    """Tables that are made before all measures, from the calls and from their own rows of earlier nights."""

    name: str
    makes: tuple[str, ...]
    reads: tuple[str, ...]
