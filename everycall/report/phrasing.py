"""Phrasing: figures in the words of a supervisor."""

from __future__ import annotations

from dataclasses import replace

from everycall.report.rates import RateRow
from everycall.report.repeat_contacts import Ownership
from everycall.report.topic_names import Name
from pipeline.analytics.statistics.intervals import Interval, wilson
from pipeline.language import Translator

SMALLEST_P = 0.0001
MINUTES = 1 / 60


def scaled(value: float, scale: float = 1, digits: int = 0) -> str:
    """The number times `scale`, with this many digits and never a negative zero."""
    written = f"{scale * value:,.{digits}f}"
    return written.removeprefix("-") if not float(written.replace(",", "")) else written


def with_unit(number: str, unit: str, translator: Translator) -> str:
    """The number with its unit: `percent`, `minutes`, `points`, or "" for none."""
    match unit:
        case "percent":
            return translator.gettext("{number} %", number=number)
        case "minutes":
            return translator.gettext("{number} min", number=number)
        case "points":
            return translator.gettext("{number} points", number=number)
    return number


def chance(p: float) -> str:
    """A p value that can be read aloud."""
    return f"< {SMALLEST_P}" if p < SMALLEST_P else f"{p:.4f}"


def likely(share: float, calls: int) -> Interval:
    """The interval of a share of this many calls."""
    return wilson(round(share * calls), calls)


def renamed(row: RateRow, name: str) -> RateRow:
    """The same row under another name."""
    return replace(row, name=Name(name))


def describe_minutes(ownership: Ownership, translator: Translator) -> str:
    """How many minutes handing a matter on costs, or that these calls do not show it."""
    more = handed_on_more(ownership)
    low, high = _either_way(more, MINUTES, 1)
    if not ownership.differs:
        return translator.gettext(
            "These calls do not show whether handed-on matters take longer: "
            "between {low} minutes less and {high} more.",
            low=low,
            high=high,
        )
    if more.estimate > 0:
        return translator.gettext(
            "Handed-on matters take {apart} minutes longer than those with one owner.",
            apart=_apart(more, MINUTES, 1, translator),
        )
    return translator.gettext(
        "Handed-on matters take {apart} minutes less than those with one owner.",
        apart=_apart(more, MINUTES, 1, translator),
    )


def describe_repeats(ownership: Ownership, translator: Translator) -> str:
    """How many more customers call again when a matter is handed on, or that these calls do not show it."""
    more = handed_on_more(ownership)
    low, high = _either_way(more, 100, 0)
    if not ownership.differs:
        return translator.gettext(
            "These calls do not show whether handed-on customers call again more often: "
            "between {low} fewer and {high} more in every 100.",
            low=low,
            high=high,
        )
    apart = _apart(more, 100, 0, translator)
    if more.estimate > 0:
        return translator.gettext(
            "Of every 100 handed-on customers, {apart} more call again than with one owner.", apart=apart
        )
    return translator.gettext(
        "Of every 100 handed-on customers, {apart} fewer call again than with one owner.", apart=apart
    )


def handed_on_more(ownership: Ownership) -> Interval:
    """Handed on less one owner: the difference with its sign turned."""
    found = ownership.difference.found
    return Interval(-found.estimate, -found.high, -found.low, found.n)


def _either_way(more: Interval, scale: float, digits: int) -> tuple[str, str]:
    """By how much less and how much more a difference may be that can go either way."""
    return scaled(-more.low, scale, digits), scaled(more.high, scale, digits)


def _apart(more: Interval, scale: float, digits: int, translator: Translator) -> str:
    """The size of a difference that is not zero, with its interval."""
    low, high = sorted((abs(more.low), abs(more.high)))
    return translator.gettext(
        "{estimate} ({low} to {high})",
        estimate=scaled(abs(more.estimate), scale, digits),
        low=scaled(low, scale, digits),
        high=scaled(high, scale, digits),
    )
