import duckdb
import pytest

from everycall.report.query import counts
from everycall.report.score_bins import Bin, Scale, bin_number, bins_of

SCORES = Scale(lowest=0, highest=100, width=10)
ANSWERS = Scale(lowest=1, highest=5, width=0.5)


@pytest.mark.parametrize(
    ("scale", "value", "number"),
    [(SCORES, 0, 0), (SCORES, 9.99, 0), (SCORES, 10, 1), (SCORES, 100, 9), (SCORES, 104, 9), (ANSWERS, 1.5, 1)],
)
def test_a_value_falls_into_the_bin_that_begins_at_or_below_it(scale, value, number):
    assert duckdb.sql(f"select {bin_number(f'{value}', scale)}").fetchall() == [(number,)]


def test_bins_without_calls_are_there_too():
    found = bins_of({0: 2, 7: 1}, ANSWERS)
    assert (found[0], found[1], found[-1]) == (Bin(1, 1.5, 2), Bin(1.5, 2.0, 0), Bin(4.5, 5.0, 1))
    assert len(found) == 8


def test_where_nothing_was_counted_there_are_no_bins():
    assert bins_of({}, SCORES) == ()


def test_counts_are_by_one_column_or_by_several():
    with duckdb.connect() as connection:
        assert counts(connection, "select 'a', 2") == {"a": 2}
        assert counts(connection, "select 'a', ?, 2", ["b"]) == {("a", "b"): 2}
