"""Calling again: first-contact resolution, what brings customers back, and what a single owner changes."""

from __future__ import annotations

from dataclasses import dataclass

from everycall.report.rates import Rate, RateRow, Rates, rate_rows

MOST_KEYS = 15
MOST_AGENTS = 15
MEASURES = (
    "first_contact_resolution",
    "repeat_rate",
    "triggered_repeat_rate",
    "repeat_complaint_rate",
    "escalated_complaint_rate",
)
FRONTIER = ("effectiveness", "efficiency")
ONE_OWNER, HANDED_ON = "one_owner", "handed_on"


@dataclass(frozen=True, slots=True)
class Ownership:
    """Matters with one owner and matters handed on; `difference` is the former less the latter."""

    one_owner: Rate
    handed_on: Rate
    difference: Rate

    @property
    def differs(self) -> bool:
        """Whether the interval of the difference excludes zero."""
        found = self.difference.found
        return found.low > 0 or found.high < 0


@dataclass(frozen=True, slots=True)
class CallingAgain:
    """Rates of calling again over all calls, by queue and by topic, and the agents with the most repeats."""

    overall: RateRow | None
    queues: tuple[RateRow, ...]
    topics: tuple[RateRow, ...]
    agents: tuple[Rate, ...]
    agents_ranked: int
    handle: Ownership | None
    repeats: Ownership | None
    frontier_queues: tuple[RateRow, ...]
    frontier_topics: tuple[RateRow, ...]


def read_calling_again(rates: Rates) -> CallingAgain:
    """Everything about calling again, from the figures."""
    agents = [rate for rate in rates.get(("triggered_repeat_rate", "agent"), ()) if rate.ranked]
    return CallingAgain(
        overall=next(iter(rate_rows(rates, "all", MEASURES, most=1)), None),
        queues=rate_rows(rates, "queue", MEASURES, most=MOST_KEYS),
        topics=rate_rows(rates, "topic", MEASURES, most=MOST_KEYS),
        agents=tuple(sorted(agents, key=lambda rate: (-rate.found.low, rate.key))[:MOST_AGENTS]),
        agents_ranked=len(agents),
        handle=_ownership(rates, "handle_s"),
        repeats=_ownership(rates, "repeat_rate"),
        frontier_queues=_frontier(rates, "queue"),
        frontier_topics=_frontier(rates, "topic"),
    )


def _ownership(rates: Rates, measure: str) -> Ownership | None:
    sides = {rate.key: rate for rate in rates.get((measure, "ownership"), ())}
    between = {rate.key: rate for rate in rates.get((f"{measure}_difference", "ownership"), ())}
    if ONE_OWNER not in sides or HANDED_ON not in sides or ONE_OWNER not in between:
        return None
    return Ownership(sides[ONE_OWNER], sides[HANDED_ON], between[ONE_OWNER])


def _frontier(rates: Rates, dimension: str) -> tuple[RateRow, ...]:
    """The rows with both figures."""
    rows = rate_rows(rates, dimension, FRONTIER, most=MOST_KEYS)
    return tuple(row for row in rows if len(row.rates) == len(FRONTIER))
