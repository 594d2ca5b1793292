"""Promises: their outcomes, as far as later calls show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from everycall.report.query import records
from everycall.report.quoting import shortened
from everycall.report.rates import Rate, Rates, overall_rate
from everycall.report.stored_words import reworded
from pipeline.language import Translator
from pipeline.language.translator import message, message_in

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OUTCOMES = ("kept", "broken", "open", "unknown")
OUTCOME_NAMES = {
    "kept": message_in("promise", "Kept"),
    "broken": message_in("promise", "Broken"),
    "open": message_in("promise", "Open"),
    "unknown": message_in("promise", "Unknown"),
}
KIND_NAMES = {
    "call_back": message("Call back"),
    "refund": message("Refund"),
    "send": message("Send"),
    "repair": message("Repair"),
    "escalate": message("Escalate"),
    "check": message("Check"),
    "other": message_in("promise", "Other"),
}
MOST_BROKEN = 10


@dataclass(frozen=True, slots=True)
class KindOfPromise:
    """One kind of promise: counts in the order of OUTCOMES, and the share kept of those with a known outcome."""

    kind: str
    counts: tuple[int, ...]
    kept: Rate | None


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A promise that a later call shows to be broken, in the agent's exact words."""

    call_id: str
    date: str
    agent_id: str
    language: str
    by_call_id: str
    reason: str
    quote: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PromiseFigures:
    """All promises by outcome and kind, and the latest broken ones."""

    counts: tuple[int, ...] = ()
    kept: Rate | None = None
    kinds: tuple[KindOfPromise, ...] = ()
    broken: tuple[BrokenPromise, ...] = ()


def read_promises(connection: DuckDBPyConnection, rates: Rates, translator: Translator) -> PromiseFigures:
    """The outcomes of the promises; empty where none was made."""
    columns = ", ".join(f"count(*) filter (o.outcome = '{outcome}') as {outcome}" for outcome in OUTCOMES)
    rows = records(
        connection,
        f"""select p.kind, {columns} from promise_outcomes o join promises p using (call_id, position)
        group by p.kind order by count(*) desc, p.kind""",
    )
    if not rows:
        return PromiseFigures()
    kept = {rate.key: rate for rate in rates.get(("promise_kept_rate", "promise_kind"), ())}
    kinds = [
        KindOfPromise(row["kind"], tuple(row[outcome] for outcome in OUTCOMES), kept.get(row["kind"])) for row in rows
    ]
    counts = tuple(sum(row[outcome] for row in rows) for outcome in OUTCOMES)
    return PromiseFigures(
        counts, overall_rate(rates, "promise_kept_rate"), tuple(kinds), _broken(connection, translator)
    )


def _broken(connection: DuckDBPyConnection, translator: Translator) -> tuple[BrokenPromise, ...]:
    rows = records(
        connection,
        f"""select p.call_id, c.date::varchar as date, coalesce(p.agent_id, '') as agent_id, c.language,
            coalesce(o.by_call_id, '') as by_call_id, o.reason, p.quote
        from promise_outcomes o join promises p using (call_id, position) join calls c using (call_id)
        where o.outcome = 'broken' order by c.date desc, p.call_id, p.position limit {MOST_BROKEN}""",
    )
    return tuple(
        BrokenPromise(**{**row, "quote": shortened(row["quote"]), "reason": reworded(row["reason"], translator)})
        for row in rows
    )
