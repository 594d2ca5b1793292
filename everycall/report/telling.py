"""Telling: figures as a supervisor would say them."""

from __future__ import annotations

from dataclasses import replace

from everycall.report.calling_again import Ownership
from everycall.report.rates import RateRow
from everycall.report.topic_names import Name
from pipeline.analytics.statistics.intervals import Interval, wilson

LEAST_CHANCE = 0.0001
MINUTES = 1 / 60


def scaled(value: float, scale: float = 1, digits: int = 0) -> str:
    """The number times `scale`, with so many digits and never a negative zero."""
    written = f"{scale * value:,.{digits}f}"
    return written.removeprefix("-") if not float(written.replace(",", "")) else written


def chance(p: float) -> str:
    """A p value that can be read aloud."""
    return f"< {LEAST_CHANCE}" if p < LEAST_CHANCE else f"{p:.4f}"


def likely(share: float, calls: int) -> Interval:
    """The interval of a share of so many calls."""
    return wilson(round(share * calls), calls)


def renamed(row: RateRow, name: str) -> RateRow:
    """The same row under another name."""
    return replace(row, name=Name(name))


def minutes_told(ownership: Ownership) -> str:
    """What handing on costs in minutes a matter, or that these calls cannot tell."""
    more = handed_on_more(ownership)
    if not ownership.told:
        span = _either_way(more, MINUTES, 1)
        return f"Whether chains that are handed on take longer cannot be told: by these calls {span} minutes."
    longer = "more" if more.estimate > 0 else "fewer"
    return f"Chains that are handed on take {_apart(more, MINUTES, 1)} {longer} minutes than those with one owner."


def repeats_told(ownership: Ownership) -> str:
    """How many more customers call again when a matter is handed on, or that these calls cannot tell."""
    more = handed_on_more(ownership)
    if not ownership.told:
        span = _either_way(more, 100, 0)
        return (
            f"Whether customers who are handed on call again more often cannot be told: by these calls {span} of 100."
        )
    often = "more" if more.estimate > 0 else "fewer"
    return f"Of 100 customers who are handed on, {_apart(more, 100, 0)} {often} call again than with one owner."


def handed_on_more(ownership: Ownership) -> Interval:
    """Handed on less one owner: the difference the other way round."""
    found = ownership.difference.found
    return Interval(-found.estimate, -found.high, -found.low, found.n)


def _either_way(more: Interval, scale: float, digits: int) -> str:
    """A difference that may be either way."""
    return f"{scaled(-more.low, scale, digits)} fewer to {scaled(more.high, scale, digits)} more"


def _apart(more: Interval, scale: float, digits: int) -> str:
    """The size of a difference that is not none, with its interval."""
    low, high = sorted((abs(more.low), abs(more.high)))
    return (
        f"{scaled(abs(more.estimate), scale, digits)} ({scaled(low, scale, digits)} to {scaled(high, scale, digits)})"
    )
