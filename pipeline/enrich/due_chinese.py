"""Expressions of time in Chinese (in Simplified characters): 明天下午, 周五之前, 三到五个工作日内, 月底."""

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

_NUMERAL = r"(?:\d{1,3}|[零一二两三四五六七八九十]{1,4}|半)"
_UNIT = (
    r"(?:个?(?P<working>工作日|工作天)|个?(?P<hour>小时|钟头)|(?P<minute>分钟)|(?P<day>天|日|个自然日|自然日)|"
    r"个?(?P<week>周|星期|礼拜)(?![一二三四五六日天末])|个(?P<month>月))"
)
_WITHIN = r"(?:之内|以内|内|左右|以后|之后|后(?!天)|就|时间|里面|里)"
# 三天前 is in the past; 三天之内 and a range of days are in the future.
_NOT_PAST = r"(?!之前|以前|前|了|没|来(?!给|修|处)|多了)"
_LIMIT = r"(?:最[多晚迟快]|大概|大约|预计|需要|不超过|差不多|请?给我们?)"
_SPAN = rf"(?:(?P<first>{_NUMERAL})(?:个?(?:小时|工作日|天|周))?(?:到|至|或者?|-|~|—|–))?(?P<count>{_NUMERAL}){_UNIT}"
_WEEKDAYS = "一二三四五六日"
_WEEKDAY = r"(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
_PART = r"(?:凌晨|一?早上?|上午|中午|下午|傍晚|晚上?|白天)"
_BY = r"(?:之前|以前|前(?!台|天|面)|之内|以内|内)?"
_NUMBER = r"(?:\d{1,2}|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_HOUR = r"(?P<hour>\d{1,2}|二?十[一二三四]?|[一二两三四五六七八九])"
_JOINS = re.compile(r"[\s，,、~—-]*(?:到|至|或者?|的|最[晚迟]|大概|之前|就|在|跟|和)?[\s，,]*")


def chinese_dues(text: str, *, moment: Moment | None) -> list[Due]:
    """Find all expressions of time in a text, with those that belong together joined."""
    return join_dues(dues_in(text, rules=_rules(), moment=moment), text, between=_JOINS)


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(kind, re.compile(expression), day) for kind, expression, day in (*_SPANS, *_DAYS, *_DATES, *_CLOCKS)
    )


def _span(match: re.Match[str], moment: Moment) -> date | None:
    groups = match.groupdict()
    unit = next(name for name in ("working", "hour", "minute", "day", "week", "month") if groups.get(name))
    count = _most(groups["count"])
    return _half(moment, unit) if count is None else after_span(moment, count, unit)


def _half(moment: Moment, unit: str) -> date:
    """Resolve 半小时, 半个月, …; half a day and shorter periods end on the same day."""
    if unit == "month":
        return moment.day + timedelta(days=15)
    return after_span(moment, 30, "minute") if unit == "hour" else moment.day


def _most(numeral: str) -> int | None:
    """The value of a numeral, the greater one of 两三 and 三五; None for a half."""
    if numeral == "半":
        return None
    if len(numeral) == 2 and not numeral.isdigit() and "十" not in numeral:
        numeral = numeral[1]
    return _value(numeral)


def _value(numeral: str) -> int:
    return int(numeral) if numeral.isdigit() else int(digits(list(numeral)))


def _weekday(match: re.Match[str], moment: Moment) -> date:
    weekday = _WEEKDAYS.index(match["weekday"].replace("天", "日")) + 1
    later = match["later"] or ""
    if later.startswith(("这", "本")):
        return weekday_of_week(moment.day, weekday, 0)
    if later:
        return weekday_of_week(moment.day, weekday, later.count("下"))
    return next_weekday(moment.day, weekday)


def _date(match: re.Match[str], moment: Moment) -> date:
    month = match["month"]
    # 下个月五号
    if month and month.startswith("下"):
        return next_date(end_of_month(moment.day) + timedelta(days=1), _value(match["number"]))
    known = month and not month.startswith(("这", "本"))
    return next_date(moment.day, _value(match["number"]), _value(month.rstrip("月份")) if known else None)


def _clock(match: re.Match[str], moment: Moment) -> date:
    hour, part = _value(match["hour"]), match["part"] or ""
    if part[:1] in "下傍晚" and part and hour < 12:
        hour += 12
    return next_clock(moment, hour, half_known=bool(part))


_SPANS: tuple[Known, ...] = (
    ("span", rf"{_SPAN}{_WITHIN}", _span),
    ("span", rf"{_LIMIT}{_SPAN}{_NOT_PAST}", _span),
    (
        "span",
        (
            rf"(?<!第)(?<!过去)(?<!已经)(?P<first>{_NUMERAL})(?:个?(?:小时|工作日|天|周))?(?:到|至|-|~|—|–)"
            rf"(?P<count>{_NUMERAL}){_UNIT}{_NOT_PAST}"
        ),
        _span,
    ),
    ("span", rf"(?<!等)(?<!这)(?<!那)(?P<count>[一两三四五六七][两三四五七八]){_UNIT}{_NOT_PAST}", _span),
    ("span", rf"(?<!过)(?<!等)(?<!第)(?P<count>{_NUMERAL})个?(?P<working>工作日|工作天){_NOT_PAST}", _span),
)
_DAYS: tuple[Known, ...] = (
    ("day", rf"大后天{_PART}?{_BY}", in_days(3)),
    ("day", rf"(?<!大)后[天日]{_PART}?{_BY}", in_days(2)),
    ("day", rf"(?:明[天日儿]|明(?=[早晚上下])|次日|隔天|第二天){_PART}?{_BY}", in_days(1)),
    ("day", rf"(?:今[天日儿]|今(?=[早晚])|当[天日]){_PART}?(?:下班)?{_BY}|下班(?:之前|以前|前)", in_days(0)),
    ("day", rf"(?P<later>(?:这|本|下+)个?)?{_WEEKDAY}{_PART}?{_BY}", _weekday),
    ("day", rf"(?:(?:这|本)个?(?:周|星期|礼拜)|周末)(?:之内|以内|内|末|底)?{_BY}", in_weeks(0)),
    ("day", rf"下下个?(?:周|星期|礼拜)(?:内|末|初|底)?{_BY}", in_weeks(2)),
    ("day", rf"下个?(?:周|星期|礼拜)(?:内|末|初|底)?{_BY}", in_weeks(1)),
    ("day", rf"(?:(?:这|本)个?月(?:底|末|内)?|月(?:底|末)){_BY}", lambda _, moment: end_of_month(moment.day)),
    ("day", rf"下个?月(?:底|末|内|初)?{_BY}", lambda _, moment: end_of_month(moment.day, 1)),
    ("day", rf"年(?:底|末){_BY}|(?:今年|年)内", lambda _, moment: date(moment.day.year, 12, 31)),
    (
        "vague",
        r"尽快|尽早|第一时间|稍后|稍晚|回头|晚点儿?|过会儿?|过一会儿?|一会儿?(?=.{0,4}(?:打|联系|回电|发))",
        no_day,
    ),
)
_DATES: tuple[Known, ...] = (
    (
        "day",
        (
            rf"(?:(?P<month>(?:{_NUMBER}|这个|本|下个?)月份?)的?)?(?<![\d零一二三四五六七八九十幺])"
            rf"(?P<number>{_NUMBER})[号日](?!线|门|站|楼|店|院|房|桌|窗|柜|机|客服|专员|坐席|内){_PART}?{_BY}"
        ),
        _date,
    ),
)
_CLOCKS: tuple[Known, ...] = (
    (
        "clock",
        (
            rf"(?<![\d初一二三四五六七八九十])(?P<part>{_PART})?(?<![\d初一二三四五六七八九十])"
            # On its own, 一点 means "a little".
            rf"(?(part)|(?!一点(?!钟|半|前|之前|以前|左右|到))){_HOUR}(?:点|时(?!间|候))"
            rf"(?:半|一刻|三刻|{_NUMERAL}分?)?(?:钟|左右|多|到{_NUMBER}点)?{_BY}(?!儿)"
        ),
        _clock,
    ),
    (
        "clock",
        r"(?<!初[一二三四五六七八九十])(?:上午|早上|中午)(?:之前|前)?",
        lambda _, moment: next_clock(moment, 12, half_known=True),
    ),
    ("clock", r"(?<!初[一二三四五六七八九十])(?:下午|傍晚)(?:之前|前)?", lambda _, moment: later_today(moment)),
    ("clock", r"(?<!初[一二三四五六七八九十])晚上(?:之前|前)?", in_days(0)),
)
