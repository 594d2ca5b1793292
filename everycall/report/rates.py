"""Rates: figures over many calls by measure and dimension, under names that people know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import records
from everycall.report.topic_names import Name, TopicNames, name_of
from pipeline.analytics.statistics.intervals import Interval

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Rate:
    """One figure; `censored` of its `n` calls are too recent to be judged. With too few calls it is not `ranked`."""

    key: str
    name: Name
    found: Interval
    censored: int
    ranked: bool
    band: int | None


@dataclass(frozen=True, slots=True)
class RateRow:
    """Several measures of one queue, topic or agent; unknown ones are left out."""

    name: Name
    n: int
    rates: Mapping[str, Rate]


# By measure and dimension; those of most calls first.
Rates = Mapping[tuple[str, str], Sequence[Rate]]


def read_rates(connection: DuckDBPyConnection, names: TopicNames) -> Rates:
    """All figures with an interval."""
    rows = records(
        connection,
        """select measure, dimension, key, n, coalesce(censored, 0) as censored, estimate, low, high,
            coalesce(ranked, false) as ranked, band
        from figures where isfinite(estimate) and isfinite(low) and isfinite(high)
        order by measure, dimension, n desc, key""",
    )
    found: defaultdict[tuple[str, str], list[Rate]] = defaultdict(list)
    for row in rows:
        name = name_of(names, row["key"]) if row["dimension"] == "topic" else Name(row["key"])
        value = Interval(row["estimate"], row["low"], row["high"], row["n"])
        rate = Rate(row["key"], name, value, row["censored"], row["ranked"], row["band"])
        found[row["measure"], row["dimension"]].append(rate)
    return dict(found)


def overall_rate(rates: Rates, measure: str) -> Rate | None:
    """The measure over all calls, or None."""
    return next(iter(rates.get((measure, "all"), ())), None)


def rate_rows(rates: Rates, dimension: str, measures: Sequence[str], *, most: int) -> tuple[RateRow, ...]:
    """The queues, topics or agents with the most calls, with these measures; the first measure counts the calls."""
    by_key: defaultdict[str, dict[str, Rate]] = defaultdict(dict)
    for measure in measures:
        for rate in rates.get((measure, dimension), ()):
            by_key[rate.key][measure] = rate
    rows = []
    for found in by_key.values():
        first = next(iter(found.values()))
        rows.append(RateRow(first.name, first.found.n, found))
    return tuple(sorted(rows, key=lambda row: (-row.n, row.name.text))[:most])
