import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analytics.statistics.intervals import interval_of_mean, wilson

COUNTS = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.277533),
        (1, 10, 0.017876, 0.404150),
        (5, 10, 0.236593, 0.763407),
        (81, 263, 0.255287, 0.366212),
        (10, 10, 0.722467, 1.0),
    ],
)
def test_wilson_gives_published_values(successes, n, low, high):
    found = wilson(successes, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)
    assert found.estimate == successes / n


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 3), (4, 3)])
def test_wilson_refuses_impossible_counts(successes, n):
    with pytest.raises(ValueError, match="is not a rate"):
        wilson(successes, n)


@given(COUNTS)
def test_wilson_contains_its_estimate_and_stays_within_0_and_1(count):
    found = wilson(*count)
    assert 0.0 <= found.low <= found.estimate <= found.high <= 1.0


@given(COUNTS)
def test_wilson_mirrors_failures(count):
    successes, n = count
    found, mirrored = wilson(successes, n), wilson(n - successes, n)
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)


@given(COUNTS)
def test_more_confidence_makes_a_wider_interval(count):
    narrow, wide = wilson(*count, confidence=0.8), wilson(*count, confidence=0.99)
    assert wide.high - wide.low > narrow.high - narrow.low


def test_the_interval_of_a_mean_is_student_t():
    found = interval_of_mean(75.0, standard_deviation=12.90994, n=4)
    # t(0.975, 3) = 3.18245.
    assert (found.estimate, found.low, found.high) == pytest.approx((75.0, 54.457397, 95.542603), abs=1e-4)


def test_a_single_value_gives_the_bounds():
    found = interval_of_mean(70.0, standard_deviation=math.nan, n=1, bounds=(0.0, 100.0))
    assert (found.low, found.high, found.n) == (0.0, 100.0, 1)


def test_the_interval_of_a_mean_stays_within_its_bounds():
    found = interval_of_mean(97.5, standard_deviation=3.535534, n=2, bounds=(0.0, 100.0))
    assert found.high == 100.0
    assert found.low > 0.0


def test_a_mean_of_no_values_is_refused():
    with pytest.raises(ValueError, match="at least one value"):
        interval_of_mean(0.0, standard_deviation=0.0, n=0)


@given(mean=st.floats(0, 100), deviation=st.floats(0, 50), n=st.integers(2, 50))
def test_the_interval_of_a_mean_contains_it(mean, deviation, n):
    found = interval_of_mean(mean, standard_deviation=deviation, n=n)
    assert found.low <= found.estimate <= found.high
