"""Due dates: by when something is to be done, from an expression of time and the start of the call.

The later end of a range counts and weeks end on Sunday, so a promise is never overdue too early. Working days are
Monday to Friday; holidays are unknown. Of 24 such expressions dateparser 1.5 understands fewer than half: no working
days, no ends of weeks or months, and few Chinese ones (三个工作日内, 下周三).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

# `day` and `span` name a day or a period, `clock` a time of day, `vague` neither ("soon", 尽快).
DueKind = Literal["day", "span", "clock", "vague"]

FURTHEST_DAYS = 300
_EVENING = time(17)


@dataclass(frozen=True, slots=True)
class Moment:
    """When the call began, in local time; `clock` is None if only the day is known."""

    day: date
    clock: time | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An expression of time: characters `start` to `end` of a text. `day` is None if it names no day."""

    start: int
    end: int
    kind: DueKind
    day: date | None = None


Resolver = Callable[[re.Match[str], Moment], date | None]
# The kind of an expression, its pattern as text, and the day that a match means.
Known = tuple[DueKind, str, Resolver]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern for an expression of time, and how to resolve a match to a day."""

    kind: DueKind
    pattern: re.Pattern[str]
    day: Resolver


def moment_of(started_at: str) -> Moment | None:
    """Parse the metadata's start of the call; None if that is not possible."""
    try:
        at = datetime.fromisoformat(started_at)
    except ValueError:
        return None
    return Moment(at.date(), at.time().replace(tzinfo=None) if len(started_at) > len("YYYY-MM-DD") else None)


def dues_in(text: str, *, rules: Iterable[Rule], moment: Moment | None) -> list[Due]:
    """Find all expressions of time, in order. Of overlapping ones, those that name a day win, then the longer.

    A day that does not exist, or is too far from the call to be meant, becomes None.
    """
    found = [
        Due(match.start(), match.end(), rule.kind, _day(rule, match, moment))
        for rule in rules
        for match in rule.pattern.finditer(text)
    ]
    kept: list[Due] = []
    for due in sorted(found, key=lambda due: (due.kind in ("clock", "vague"), due.start - due.end, due.start)):
        if all(due.end <= other.start or other.end <= due.start for other in kept):
            kept.append(due)
    return sorted(kept, key=lambda due: due.start)


def join_dues(dues: Sequence[Due], text: str, *, between: re.Pattern[str]) -> list[Due]:
    """Join neighbours that `between` connects: "Friday or Monday" becomes Monday, "tomorrow by five" tomorrow."""
    groups: list[list[Due]] = []
    for due in dues:
        if groups and between.fullmatch(text, groups[-1][-1].end, due.start):
            groups[-1].append(due)
        else:
            groups.append([due])
    return [_merged(group) for group in groups]


def _merged(group: Sequence[Due]) -> Due:
    """Merge expressions: days take precedence over times of day, and the last of several days counts."""
    for kinds in (("day", "span"), ("clock",), ("vague",)):
        chosen = [due for due in group if due.kind in kinds]
        if chosen:
            days = [due.day for due in chosen if due.day is not None]
            return Due(group[0].start, group[-1].end, chosen[0].kind, max(days, default=None))
    raise ValueError("a group of expressions cannot be empty")


def _day(rule: Rule, match: re.Match[str], moment: Moment | None) -> date | None:
    if moment is None:
        return None
    try:
        day = rule.day(match, moment)
    except (OverflowError, ValueError):
        return None
    return day if day is not None and moment.day <= day <= moment.day + timedelta(FURTHEST_DAYS) else None


def after_span(moment: Moment, count: int, unit: str) -> date:
    """The day on which `count` minutes, hours, days, working days, weeks or months have passed."""
    if unit in ("minute", "hour"):
        length = timedelta(**{f"{unit}s": count})
        if moment.clock is not None:
            return (datetime.combine(moment.day, moment.clock) + length).date()
        return moment.day + timedelta(days=length.days + (length.seconds > 0 and length.days > 0))
    if unit == "working":
        return after_working_days(moment.day, count)
    if unit == "month":
        return after_months(moment.day, count)
    return moment.day + timedelta(days=count * (7 if unit == "week" else 1))


def after_working_days(day: date, count: int) -> date:
    """The day `count` working days after a day, which itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.isoweekday() <= 5
    return day


def after_months(day: date, count: int) -> date:
    """The same day of a later month, or that month's last day if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of_month(day: date, later: int = 0) -> date:
    """The last day of the day's month, or of a later one."""
    first = after_months(day.replace(day=1), later + 1)
    return first - timedelta(days=1)


def end_of_week(day: date, later: int = 0) -> date:
    """The Sunday of the day's week, or of a later one."""
    return day + timedelta(days=7 - day.isoweekday() + 7 * later)


def next_weekday(day: date, weekday: int) -> date:
    """The first given weekday (1 is Monday) after a day, a week later if the day is one itself."""
    return day + timedelta(days=(weekday - day.isoweekday() - 1) % 7 + 1)


def weekday_of_week(day: date, weekday: int, later: int) -> date:
    """A weekday in the week of a day, or in a later one."""
    return end_of_week(day, later) - timedelta(days=7 - weekday)


def next_date(day: date, number: int, month: int | None = None) -> date:
    """The next date with this day of the month, in `month` or any month. Raises ValueError if there is none."""
    if month is not None:
        this_year = date(day.year, month, number)
        return this_year if this_year >= day else date(day.year + 1, month, number)
    if not 1 <= number <= 31:
        raise ValueError(f"no month has a day {number}")
    for later in range(4):
        first = after_months(day.replace(day=1), later)
        if number <= end_of_month(first).day and first.replace(day=number) >= day:
            return first.replace(day=number)
    raise ValueError(f"there is no day {number}")


def next_clock(moment: Moment, hour: int, *, half_known: bool) -> date:
    """The day on which the clock next shows an hour; if it may be a.m. or p.m., the nearer one."""
    hours = [hour] if half_known or hour > 12 else [hour % 12, hour % 12 + 12]
    if moment.clock is None or any(each > moment.clock.hour for each in hours):
        return moment.day
    return moment.day + timedelta(days=1)


def later_today(moment: Moment) -> date:
    """Today, or tomorrow if the working day is over."""
    return moment.day + timedelta(days=int(moment.clock is not None and moment.clock >= _EVENING))


def in_days(count: int) -> Resolver:
    """Resolve to `count` days after the call."""
    return lambda _, moment: moment.day + timedelta(days=count)


def in_weeks(count: int) -> Resolver:
    """Resolve to the end of the week, `count` weeks after the call's."""
    return lambda _, moment: end_of_week(moment.day, count)


def no_day(match: re.Match[str], moment: Moment) -> date | None:
    """Resolve to None: the words name no day."""
    return None
