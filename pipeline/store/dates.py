"""Dates: the partitions of a store in a range of days."""

from __future__ import annotations

from datetime import date

from pipeline.errors import ConfigError
from pipeline.store.parts import Store
from pipeline.store.views import open_duckdb


def dates_between(store: Store, *, since: str | None, until: str | None) -> list[str] | None:
    """The dates with calls from `since` to `until`, both inclusive; None if neither is given. Raises ConfigError.

    >>> dates_between(Store("no-such-store"), since="2026-03-02", until=None)
    []
    """
    if since is None and until is None:
        return None
    first, last = _day(since or "0001-01-01"), _day(until or "9999-12-31")
    with open_duckdb(store) as connection:
        rows = connection.execute("select distinct date::varchar from calls order by all").fetchall()
    return [day for (day,) in rows if first <= day <= last]


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise ConfigError(f"{value} is not a day", remedy="Write it as YYYY-MM-DD") from error
