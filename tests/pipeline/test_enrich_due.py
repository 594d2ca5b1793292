from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich.due import Moment, after_months, after_working_days, moment_of, next_date, next_weekday
from pipeline.enrich.due_chinese import chinese_dues
from pipeline.enrich.due_english import english_dues

WEDNESDAY = Moment(date(2026, 3, 11), time(10, 30))
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
MOMENTS = st.builds(Moment, DAYS, st.one_of(st.none(), st.times()))
ENGLISH = [
    "today", "tomorrow morning", "by Friday", "next Tuesday", "a week on Monday", "this weekend", "next week",
    "by the end of the month", "end of next month", "in a day or two", "within the hour", "in a fortnight",
    "within three to five working days", "24 to 48 hours", "on the 15th", "by March 3rd", "by five", "before noon",
    "within six months", "in April", "by the end of next week", "Tuesday next week", "first thing in the morning",
]  # fmt: skip
CHINESE = [
    "今天下班前", "明天上午", "后天", "大后天", "周五之前", "下周三", "这周六", "周末", "下周", "月底", "下个月底",
    "三个工作日内", "三到五个工作日", "二十四小时之内", "半小时内", "一周之内", "两三天之内", "十五号之前", "3月3号",
    "下个月五号", "下午四点", "半个月内",
]  # fmt: skip
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def day_of(words, moment=WEDNESDAY):
    (due,) = (english_dues if words.isascii() else chinese_dues)(words, moment=moment)
    return due.day


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("by Wednesday", "2026-03-18"), ("next Friday", "2026-03-20"), ("a week on Friday", "2026-03-20"),
        ("Friday or Monday at the latest", "2026-03-16"), ("three to five working days", "2026-03-18"),
        ("between 24 and 48 hours", "2026-03-13"), ("by the end of next week", "2026-03-22"),
        ("by the 10th", "2026-04-10"), ("March 10th", None), ("February 30th", None), ("in a few days", None),
        ("tomorrow by five", "2026-03-12"), ("by ten", "2026-03-11"), ("by nine am", "2026-03-12"),
        ("本周五", "2026-03-13"), ("周三", "2026-03-18"), ("下周三", "2026-03-18"), ("下下周三", "2026-03-25"),
        ("七个工作日内", "2026-03-20"), ("四十八小时内", "2026-03-13"), ("周五或者周一", "2026-03-16"), ("尽快", None),
        ("今晚八点前", "2026-03-11"), ("下个月五号", "2026-04-05"), ("两三天内", "2026-03-14"),
    ],
)  # fmt: skip
def test_an_expression_of_time_resolves_to_a_day(words, day):
    assert day_of(words) == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    "words",
    [
        "two weeks ago",
        "for the last three days",
        "since last year",
        "a box of ten",
        "三天前",
        "已经三天了",
        "等了一个星期",
        "工号三零二七号",
    ],
)
def test_durations_and_past_times_are_not_deadlines(words):
    assert (english_dues if words.isascii() else chinese_dues)(words, moment=WEDNESDAY) == []


@given(st.sampled_from(ENGLISH + CHINESE), MOMENTS)
def test_nothing_is_due_before_the_call(words, moment):
    day = day_of(words, moment)
    assert day is None or moment.day <= day <= moment.day + timedelta(days=300)


@given(st.sampled_from(WEEKDAYS), st.sampled_from(["by {}", "on {} morning", "next {}", "{} next week"]), DAYS)
def test_an_english_weekday_is_within_a_fortnight(name, words, day):
    due = day_of(words.format(name.title()), Moment(day))
    assert due.isoweekday() == WEEKDAYS.index(name) + 1
    assert 1 <= (due - day).days <= 14


@given(st.sampled_from("一二三四五六日"), st.sampled_from(["周{}", "星期{}之前", "下周{}"]), DAYS)
def test_a_chinese_weekday_is_within_a_fortnight(name, words, day):
    due = day_of(words.format(name), Moment(day))
    assert due.isoweekday() == "一二三四五六日".index(name) + 1
    assert 1 <= (due - day).days <= 14


@given(DAYS, st.integers(1, 60))
def test_working_days_are_counted_one_by_one(day, count):
    due = after_working_days(day, count)
    between = [day + timedelta(days=step) for step in range(1, (due - day).days + 1)]
    assert sum(each.isoweekday() <= 5 for each in between) == count
    assert due.isoweekday() <= 5


@given(DAYS, st.integers(1, 7))
def test_the_next_weekday_is_one_to_seven_days_away(day, weekday):
    due = next_weekday(day, weekday)
    assert (due.isoweekday(), 1 <= (due - day).days <= 7) == (weekday, True)


@given(DAYS, st.integers(1, 31))
def test_the_next_date_has_the_day_that_was_said(day, number):
    due = next_date(day, number)
    assert due.day == number
    assert 0 <= (due - day).days <= 62


def test_a_month_later_is_never_past_the_end_of_a_month():
    assert after_months(date(2026, 1, 31), 1) == date(2026, 2, 28)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_hours_may_reach_the_next_day(at):
    assert day_of("within 24 hours", Moment(at.date(), at.time())) == at.date() + timedelta(days=1)


@pytest.mark.parametrize(
    ("started_at", "moment"),
    [
        ("2026-03-11T10:30:00+08:00", WEDNESDAY),
        ("2026-03-11", Moment(date(2026, 3, 11))),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_call_is_dated_by_local_time(started_at, moment):
    assert moment_of(started_at) == moment
