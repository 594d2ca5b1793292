from datetime import date

import pytest
from analytics_store import memory_store

from pipeline.analytics.measure.weekly_fit import as_of_today, fit_of_this_week, week_of

MONDAY, FRIDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 9)


def store(last, *, fitted=MONDAY):
    cause = {"form": "support", "question_id": "empathy", "level": "agent", "as_of": fitted}
    return memory_store(contacts=[{"call_id": "c1", "date": last}], causes=[cause] if fitted else [])


@pytest.mark.parametrize(
    ("last", "fitted", "kept"),
    [
        (MONDAY, MONDAY, True),
        (FRIDAY, MONDAY, True),
        (NEXT_MONDAY, MONDAY, False),
        (MONDAY, FRIDAY, False),
        (FRIDAY, None, False),
    ],
)
def test_a_fit_is_kept_until_the_week_ends(last, fitted, kept):
    rows = fit_of_this_week(store(last, fitted=fitted), "causes", "true")
    assert (rows is not None) == kept
    assert rows is None or rows.column("question_id").to_pylist() == ["empathy"]


def test_rows_carry_the_last_day_with_calls():
    connection = store(FRIDAY)
    rows = connection.sql("select question_id from causes").to_arrow_table()
    assert as_of_today(connection, rows).to_pylist() == [{"question_id": "empathy", "as_of": FRIDAY}]


def test_a_week_belongs_to_its_iso_year():
    assert week_of(date(2027, 1, 1)) == week_of(date(2026, 12, 28)) == (2026, 53)
