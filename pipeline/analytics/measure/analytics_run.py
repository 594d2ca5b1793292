"""A run of the analytics: the open store that it works on, and the first day whose rows it computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

# A call may repeat one of two weeks before, and either date may differ by a day from the call's moment in UTC. Rows of
# these tables link a call to earlier ones, so they are recomputed from this many days before the first day.
LINKED_DAYS = 16
LINKED_TABLES = ("arrivals", "chains")


@dataclass(frozen=True, slots=True)
class AnalyticsInput:
    """What a run computes: calls from `since` on (None for all), on a connection that has the table `contacts`."""

    connection: DuckDBPyConnection
    since: Date | None
    taxonomy: str = ""


class RunAnalytics(Protocol):
    """Computes the tables over all calls."""

    @property
    def fingerprint(self) -> str:
        """Changes with its settings and its code."""

    def __call__(self, run: AnalyticsInput, /) -> Mapping[str, pa.Table]:
        """Return the rows of each table, without `part`, and without `date` where a row is not about one call.

        Tables with rows of calls cover all days from the first day asked for (see `first_day`). They may cover earlier
        days as well, provided that each such day is complete. The same calls give the same rows.
        """


def linked_day(since: Date | None) -> Date | None:
    """Return the first day from which calls may be linked to those since a day."""
    return since - timedelta(days=LINKED_DAYS) if since else None


def first_day(table: str, since: Date | None) -> Date | None:
    """Return the first day for which a measure gives all rows of a table, when asked for those since a day."""
    return linked_day(since) if table in LINKED_TABLES else since
