"""Expressions of time in English: "by Friday", "within three to five working days", "end of the month"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from pipeline.enrich.due import (
    Due,
    Known,
    Moment,
    Rule,
    after_span,
    dues_in,
    end_of_month,
    in_days,
    in_weeks,
    join_dues,
    later_today,
    next_clock,
    next_date,
    next_weekday,
    no_day,
    weekday_of_week,
)
from pipeline.text.numerals import digits

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_NUMBER = (
    rf"(?:\d{{1,3}}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:{_ONES}))?|{_ONES}|ten|eleven|"
    r"twelve|fourteen|fifteen|eighteen|a couple(?: of)?|an?|a few|several)"
)
_UNIT = (
    r"(?:(?P<minute>min(?:ute)?s?)|(?P<hour>hours?|hrs?)|(?P<working>(?:working|business|office|week)[- ]?days?)|"
    r"(?P<day>(?:calendar )?days?)|(?P<week>weeks?)|(?P<fortnight>fortnight)|(?P<month>months?))\b"
)
_SPAN = rf"(?:(?P<first>{_NUMBER}) ?(?:to|or|and|-|–|,) ?)?(?P<count>{_NUMBER})[- ]{_UNIT}"
# A bare "two weeks" may be a duration; only the words around it make it a deadline.
_LED = r"(?:within|in|inside|inside of|under|up to|over|less than|no more than|at most|after|allow|give it|takes?)"
_FILL = r"(?: (?:the|next|about|around|roughly|approximately|maximum|of|up|to|coming|following|under|another))*"
_NOT_PAST = r"(?! (?:ago|old|late|notice|free|before|earlier|trial|warranty|contract|back\b))"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth", "twentieth",
)  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30}
_ORDINAL = (
    rf"(?P<ordinal>\d{{1,2}}(?:st|nd|rd|th)|(?:twenty|thirty)[- ](?:{'|'.join(_ORDINALS[:9])})|"
    rf"{'|'.join(sorted(_ORDINALS, key=len, reverse=True))}|thirtieth)"
)
_ENDS = r"(?=\s*(?:$|[.,;:!?)]|(?:at|in|or|to|and|between|by|latest|if|with|so|from|for|when)\b))"
_BY = r"(?:(?:on or before|by|before|on|until|till|for|no later than|not later than|come|this|coming|first thing) )"
_PART = r"(?: (?:morning|afternoon|evening|night|lunchtime|at the (?:very )?latest))?"
_HOUR = rf"(?P<hour>\d{{1,2}}|{_ONES}|ten|eleven|twelve)"
_JOINS = re.compile(r"[\s,–-]*(?:(?:or|to|and|by|at|before|between|on|around|about|then|the|latest|maybe)[\s,]*){0,3}")


def english_dues(text: str, *, moment: Moment | None) -> list[Due]:
    """Find all expressions of time in a text, with those that belong together joined."""
    return join_dues(dues_in(text, rules=_rules(), moment=moment), text, between=_JOINS)


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(kind, re.compile(rf"(?<![\w'])(?:{expression})(?![\w'])", re.IGNORECASE), day)
        for kind, expression, day in (*_SPANS, *_DAYS, *_WEEKS, *_DATES, *_CLOCKS)
    )


def _span(match: re.Match[str], moment: Moment) -> date | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    counts = [_count(groups.pop(name)) for name in ("first", "count") if name in groups]
    unit = next(iter(groups))
    known = [count for count in counts if count is not None]
    if not known:
        return None
    return after_span(moment, max(known) * (2 if unit == "fortnight" else 1), "week" if unit == "fortnight" else unit)


def _count(words: str) -> int | None:
    """The value of a number; None for "a few"."""
    plain = words.lower().replace("-", " ")
    if plain in ("a", "an"):
        return 1
    if plain.startswith("a couple"):
        return 2
    return None if plain in ("a few", "several") else int(digits(plain.split()))


def _one_or_two(match: re.Match[str], moment: Moment) -> date:
    return after_span(moment, 1 if match["more"] == "so" else 2, match["unit"].lower())


def _weekday(match: re.Match[str], moment: Moment) -> date:
    weekday = _WEEKDAYS.index(match["weekday"].lower()) + 1
    words = match.group().lower()
    if re.search(r"next week|\bnext\b", words):
        return weekday_of_week(moment.day, weekday, 1)
    day = next_weekday(moment.day, weekday)
    return day + timedelta(days=7) if re.search(r"\bweek\b", words) else day


def _date(match: re.Match[str], moment: Moment) -> date:
    groups = match.groupdict()
    month = _MONTHS.index(groups["month"].lower()) + 1 if groups.get("month") else None
    return next_date(moment.day, _ordinal(groups.get("ordinal") or groups["number"]), month)


def _ordinal(words: str) -> int:
    plain = words.lower().replace("-", " ")
    if plain[0].isdigit():
        return int(re.sub(r"\D", "", plain))
    if plain == "thirtieth":
        return 30
    first, _, rest = plain.partition(" ")
    return _TENS[first] + _ORDINALS.index(rest) + 1 if rest else _ORDINALS.index(first) + 1


def _month(match: re.Match[str], moment: Moment) -> date:
    month = _MONTHS.index(match["month"].lower()) + 1
    return end_of_month(next_date(end_of_month(moment.day).replace(day=1), 1, month))


def _clock(match: re.Match[str], moment: Moment) -> date:
    hour = int(digits([match["hour"].lower()]))
    half = (match.groupdict().get("half") or "").lower().replace(".", "")
    if half.startswith("p") and hour < 12:
        hour += 12
    return next_clock(moment, hour, half_known=bool(half))


_SPANS: tuple[Known, ...] = (
    ("span", rf"{_LED}{_FILL} {_SPAN}{_NOT_PAST}", _span),
    ("span", rf"(?P<first>{_NUMBER}) ?(?:to|or|-|–) ?(?!an?[ -])(?P<count>{_NUMBER})[- ]{_UNIT}{_NOT_PAST}", _span),
    ("span", rf"between (?P<first>{_NUMBER}) and (?P<count>{_NUMBER})[- ]{_UNIT}", _span),
    (
        "span",
        rf"(?<!last )(?<!past )(?P<count>{_NUMBER})[- ](?P<working>(?:working|business)[- ]days?){_NOT_PAST}",
        _span,
    ),
    (
        "span",
        (
            rf"(?P<count>{_NUMBER})[- ]{_UNIT} "
            r"(?:max(?:imum)?|tops|at (?:the )?(?:very )?(?:most|latest)|from (?:now|today))"
        ),
        _span,
    ),
    ("span", r"(?:with)?in (?:the|an) (?P<hour>hour)(?P<count>)", lambda _, moment: after_span(moment, 1, "hour")),
    ("span", r"(?:(?:with)?in )?a (?P<unit>hour|day|week|month) or (?P<more>two|so)", _one_or_two),
    ("span", r"(?:with)?in an (?P<unit>hour) or (?P<more>two|so)", _one_or_two),
)
_DAYS: tuple[Known, ...] = (
    ("day", r"(?:(?:by|before|until) )?(?:the )?day after tomorrow", in_days(2)),
    (
        "day",
        r"(?:(?:by|before|until|for) )?tomorrow(?:'s)?(?: (?:morning|afternoon|evening|night|lunchtime|arvo))?",
        in_days(1),
    ),
    ("day", r"(?:first thing )?in the morning|overnight(?= ?(?:$|[.,;]))|first thing(?= (?:$|[.,;]))", in_days(1)),
    ("day", r"(?:by )?(?:(?:the )?(?:end|close) of )?(?:later |the )?(?:today|tonight)", in_days(0)),
    (
        "day",
        (
            r"(?:by |before |at )?(?:the )?(?:end|close) of (?:the |this )?(?:day|business|play|shift)|"
            r"(?:by )?(?:EOD|COB)"
        ),
        in_days(0),
    ),
    ("day", r"(?:by |later )?this (?:morning|afternoon|evening|arvo)|by (?:this )?tonight", in_days(0)),
    (
        "day",
        (
            r"(?:straight|right) away|immediately|"
            r"(?:right|straight|as soon as we|once we) (?:after (?:this|the|our) call|hang up|finish)"
        ),
        in_days(0),
    ),
    (
        "vague",
        (
            r"as soon as (?:possible|(?:I|we|they|he|she) (?:can|get)\b[^.,;]*)|ASAP|shortly|very soon|soon|"
            r"in due course"
        ),
        no_day,
    ),
)
_WEEKS: tuple[Known, ...] = (
    ("day", rf"{_BY}?(?:a )?week (?:on|from) {_WEEKDAY}", _weekday),
    ("day", rf"{_BY}*(?:next )?{_WEEKDAY}{_PART}(?: (?:of )?(?:next )?week)?{_PART}", _weekday),
    ("day", rf"next week(?: on)? {_WEEKDAY}{_PART}", _weekday),
    (
        "day",
        r"(?:by |before )?(?:the )?(?:end of (?:the|this) week|(?:this |the |over the )weekend|this week)",
        in_weeks(0),
    ),
    (
        "day",
        (
            r"(?:by |before |sometime |early |late |some time )*(?:the )?"
            r"(?:(?:end|beginning|start|middle) of )?next week(?:end)?"
        ),
        in_weeks(1),
    ),
    ("day", r"(?:by )?(?:the )?week after next", in_weeks(2)),
    (
        "day",
        r"(?:by |before |at )?(?:the )?end of (?:the|this) month|(?:later )?this month",
        lambda _, moment: end_of_month(moment.day),
    ),
    (
        "day",
        r"(?:by |before |at )?(?:(?:the )?(?:end|beginning|start) of )?next month",
        lambda _, moment: end_of_month(moment.day, 1),
    ),
)
_DATES: tuple[Known, ...] = (
    ("day", rf"{_BY}?(?:the )?{_ORDINAL}(?: of)? {_MONTH}", _date),
    ("day", rf"{_BY}?(?P<number>\d{{1,2}}) {_MONTH}", _date),
    ("day", rf"{_BY}?{_MONTH} (?:the )?{_ORDINAL}", _date),
    ("day", rf"{_BY}?{_MONTH} (?P<number>\d{{1,2}})(?![:.,]?\d)", _date),
    ("day", rf"{_BY}?(?:{'|'.join(_WEEKDAYS)}),? the {_ORDINAL}(?: of {_MONTH})?", _date),
    ("day", rf"(?:on|by|before|until|till|than|for) the {_ORDINAL}{_ENDS}", _date),
    ("day", rf"(?:in|by the end of|by|during|(?:the )?end of) {_MONTH}", _month),
)
_CLOCKS: tuple[Known, ...] = (
    (
        "clock",
        rf"(?:(?:by|before|at|around|about|until|till|for|and) )?{_HOUR}(?:[:.]\d\d)? ?(?P<half>[ap]\.?m\.?)",
        _clock,
    ),
    ("clock", rf"(?:(?:by|before|at|around|about|until|till|for) )?{_HOUR} o['’]?clock", _clock),
    (
        "clock",
        (
            rf"(?:by|before|at|around|until|till) (?:about |around |half |quarter to )?{_HOUR}"
            rf"(?:[:.]\d\d| thirty| fifteen| forty five)?{_ENDS}"
        ),
        _clock,
    ),
    (
        "clock",
        (
            rf"between {_HOUR} and (?:{_ONES}|ten|eleven|twelve|\d{{1,2}})"
            r"(?! (?:working|business|days?|weeks?|hours?|min))"
        ),
        _clock,
    ),
    (
        "clock",
        r"(?:by|before|at|around|until) (?:noon|midday|lunchtime|lunch)",
        lambda _, moment: next_clock(moment, 12, half_known=True),
    ),
    ("clock", r"(?:by|before|at|around|until) midnight", in_days(0)),
    ("clock", r"in the (?:afternoon|evening)|later on", lambda _, moment: later_today(moment)),
)
