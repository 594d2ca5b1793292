"""Satisfaction: how customers leave, hidden dissatisfaction, and where calls turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import Record, counts, records
from everycall.report.quoting import Quote, plain_name, quote_of
from everycall.report.rates import Rate, RateRow, Rates, overall_rate, rate_rows
from everycall.report.score_bins import Bin, Scale, bin_number, bins_of
from everycall.report.topic_names import Name, TopicNames, name_of
from pipeline.analytics.statistics.intervals import Interval, wilson
from pipeline.analytics.topics.main_topic import MAIN_TOPIC
from pipeline.language import Translator
from pipeline.language.translator import message

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCALE = Scale(lowest=1, highest=5, width=0.5)
MOST_HIDDEN, MOST_TURNING, MOST_DRIVERS, MOST_TOPICS = 20, 10, 4, 20
MEAN, HIDDEN = "satisfaction", "hidden_dissatisfied_rate"
# What moves the estimate, as a supervisor would say of the customer.
DRIVERS = {
    "unresolved": message("left without a solution"),
    "ends_negative": message("was negative at the end"),
    "middle_negative": message("was negative midway"),
    "begins_negative": message("was negative from the start"),
    "repetitions": message("had to repeat themselves"),
    "transfers": message("was transferred"),
    "hold": message("was kept on hold"),
    "silence": message("waited in silence"),
    "long_for_topic": message("had a long call for this topic"),
    "escalated": message("asked for a supervisor"),
    "churn": message("talked about leaving"),
    "called_before": message("had called about it before"),
    "called_again": message("called again about it"),
}


@dataclass(frozen=True, slots=True)
class HiddenCall:
    """A call that counts as fine although its customer was probably dissatisfied. Its interval is the 90 % one."""

    call_id: str
    date: str
    estimate: Interval
    surveyed: float | None
    closed_as: str
    topic: Name | None
    drivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """Where the customer's mood turned, and the other side's words just before. Moods run from -1 to 1."""

    direction: str
    before: float
    after: float
    quote: Quote


@dataclass(frozen=True, slots=True)
class SatisfactionFigures:
    """How customers leave. `surveyed`: the estimates were fitted on the centre's own surveys."""

    calls: int = 0
    surveyed: bool = False
    bins: tuple[Bin, ...] = ()
    mean: Rate | None = None
    topics: tuple[RateRow, ...] = ()
    hidden_rate: Rate | None = None
    hidden: tuple[HiddenCall, ...] = ()
    recovered: Interval | None = None
    turning: tuple[TurningPoint, ...] = ()


def read_satisfaction(
    connection: DuckDBPyConnection, rates: Rates, names: TopicNames, translator: Translator
) -> SatisfactionFigures:
    """Everything about how customers leave."""
    bins = _bins(connection)
    (fitted,) = records(connection, "select count(*) filter (model <> 'cold') as calls from satisfaction")
    return SatisfactionFigures(
        calls=sum(found.calls for found in bins),
        surveyed=fitted["calls"] > 0,
        bins=bins,
        mean=overall_rate(rates, MEAN),
        topics=rate_rows(rates, "topic", (MEAN, HIDDEN), most=MOST_TOPICS),
        hidden_rate=overall_rate(rates, HIDDEN),
        hidden=_hidden(connection, names, translator),
        recovered=_recovered(connection),
        turning=_turning(connection),
    )


def _bins(connection: DuckDBPyConnection) -> tuple[Bin, ...]:
    query = f"""select {bin_number("estimate", SCALE)} as bin, count(*)
        from satisfaction semi join calls using (call_id) where estimate is not null group by bin"""
    return bins_of(counts(connection, query), SCALE)


def _hidden(connection: DuckDBPyConnection, names: TopicNames, translator: Translator) -> tuple[HiddenCall, ...]:
    """The most probably dissatisfied first."""
    rows = records(
        connection,
        f"""select s.call_id, c.date::varchar as date, s.estimate, s.low, s.high, s.surveyed,
            coalesce(s.closed_as, '') as closed_as, t.topic_id, s.drivers
        from satisfaction s join calls c using (call_id) left join ({MAIN_TOPIC}) t using (call_id)
        where s.hidden_dissatisfied order by s.dissatisfied desc, s.call_id limit {MOST_HIDDEN}""",
    )
    return tuple(_hidden_call(row, names, translator) for row in rows)


def _hidden_call(row: Record, names: TopicNames, translator: Translator) -> HiddenCall:
    against = [driver["name"] for driver in row["drivers"] or () if driver["effect"] < 0][:MOST_DRIVERS]
    return HiddenCall(
        call_id=row["call_id"],
        date=row["date"],
        estimate=Interval(row["estimate"], row["low"], row["high"], 1),
        surveyed=row["surveyed"],
        closed_as=row["closed_as"],
        topic=name_of(names, row["topic_id"]) if row["topic_id"] else None,
        drivers=tuple(
            translator.gettext(DRIVERS[name]) if name in DRIVERS else plain_name(name).lower() for name in against
        ),
    )


def _recovered(connection: DuckDBPyConnection) -> Interval | None:
    """The share of calls that recovered, among those whose customer was negative for several turns."""
    query = "select count(*) filter (recovered) as recovered, count(recovered) as n from calls"
    (row,) = records(connection, query)
    return wilson(row["recovered"], row["n"]) if row["n"] else None


def _turning(connection: DuckDBPyConnection) -> tuple[TurningPoint, ...]:
    """The sharpest turning points of customers after words of the other side, one per call."""
    rows = records(
        connection,
        f"""select p.direction, p.before, p.after, t.call_id, t.turn, c.language, t.text
        from turning_points p join calls c on c.call_id = p.call_id
        join turns t on t.call_id = p.call_id and t.turn = p.cause_turn
        where p.role = 'customer' and trim(t.text) <> ''
        qualify row_number() over (partition by p.call_id order by abs(p.after - p.before) desc, p.turn) = 1
        order by abs(p.after - p.before) desc, p.call_id limit {MOST_TURNING}""",
    )
    return tuple(TurningPoint(row["direction"], row["before"], row["after"], quote_of(row)) for row in rows)
