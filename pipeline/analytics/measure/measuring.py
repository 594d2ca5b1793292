"""What a measure is given: the open store, and from which day on its rows are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

# A call may repeat one of two weeks ago, and the date of either may be a day off its moment in UTC. Rows of these
# tables say what calls lead back to: they are made anew from so many days before the day asked for.
LINKED_DAYS = 16
LINKED_TABLES = ("arrivals", "chains")


@dataclass(frozen=True, slots=True)
class Measuring:
    """What is to be measured: calls from `since` on (None for all), on a connection that has `contacts`."""

    connection: DuckDBPyConnection
    since: Date | None
    taxonomy: str = ""


class Measure(Protocol):
    """Looks over all calls at once."""

    @property
    def fingerprint(self) -> str:
        """Changes with its settings and its code."""

    def __call__(self, measuring: Measuring) -> Mapping[str, pa.Table]:
        """The rows of each table of measures, less `part`, and less `date` where rows are of no one call.

        Rows of calls are those since the day asked for (see `first_day`); of earlier days they may be given too where a
        day's are all there. The same calls give the same.
        """


def first_day(table: str, since: Date | None) -> Date | None:
    """From which day on a measure gives all rows of a table, asked for those since a day."""
    return since - timedelta(days=LINKED_DAYS) if since and table in LINKED_TABLES else since
