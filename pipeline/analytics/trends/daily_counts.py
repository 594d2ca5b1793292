"""Daily counts: calls by topic and day, as one matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.store.parts import UNKNOWN_DATE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Floats = npt.NDArray[np.float64]
WEEK = 7


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """Calls by topic and day, over consecutive days.

    Attributes:
        topics: Topic ids.
        start: The first day.
        calls: [topics, days].
        total: All calls of a day, each counted once [days].
        first: Index of the day of each topic's first call [topics]; negative if that was before the first day.
    """

    topics: list[str]
    start: Date
    calls: Floats
    total: Floats
    first: npt.NDArray[np.int64]

    @property
    def open(self) -> npt.NDArray[np.bool_]:
        """Whether the centre had any call on each day [days]."""
        return self.total > 0

    @property
    def weekday(self) -> npt.NDArray[np.int64]:
        """The weekday of each day [days], 0 for Monday."""
        return (self.start.weekday() + np.arange(len(self.total))) % WEEK

    @property
    def days(self) -> npt.NDArray[np.datetime64]:
        """The date of each day [days]."""
        return np.datetime64(self.start, "D") + np.arange(len(self.total))


def read_daily_counts(connection: DuckDBPyConnection, *, days: int) -> DailyCounts | None:
    """Count the calls of the last `days` days up to the last one with a call.

    A call counts once for each topic of its issues. Returns None if no call has a known day.
    """
    totals = connection.execute(
        f"""select date, count(*) from contacts where date > '{UNKNOWN_DATE}'
        and date > (select max(date) from contacts) - {days:d} group by date order by date"""
    ).fetchall()
    if not totals:
        return None
    start, last = totals[0][0], totals[-1][0]
    total = np.zeros((last - start).days + 1)
    for day, calls in totals:
        total[(day - start).days] = calls
    found = connection.sql(
        f"""with counted as (
            select t.topic_id, c.date, count(distinct t.call_id) as calls
            from call_topics t join contacts c using (call_id) where c.date > '{UNKNOWN_DATE}' group by all
        )
        select topic_id, (date - $1::date)::int as place, calls,
            min(date - $1::date) over (partition by topic_id)::int as first
        from counted qualify place >= 0 order by topic_id, place""",
        params=[start],
    ).to_arrow_table()
    names, row = np.unique(found["topic_id"].to_numpy(), return_inverse=True)
    calls, first = np.zeros((len(names), len(total))), np.zeros(len(names), np.int64)
    calls[row, found["place"].to_numpy()] = found["calls"].to_numpy()
    first[row] = found["first"].to_numpy()
    return DailyCounts(names.tolist(), start, calls, total, first)
