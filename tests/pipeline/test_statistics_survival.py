import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analytics.statistics.intervals import wilson
from pipeline.analytics.statistics.survival import survival

HORIZON = 14.0


def of(*watched, horizon=HORIZON):
    """One group, from (days, event)."""
    times, events = (np.array(column) for column in zip(*watched, strict=True))
    return survival(np.zeros(len(watched), np.int64), times.astype(float), events.astype(bool), horizon=horizon)


def test_the_share_is_that_of_kaplan_and_meier():
    # One event among five, then one among three still at risk: 4/5 times 2/3.
    found = of((2, True), (3, False), (5, True), (14, False), (20, False))
    assert found.estimate[0] == pytest.approx(4 / 5 * 2 / 3)
    assert (found.n[0], found.censored[0]) == (5, 1)


def test_simultaneous_events_are_handled_together():
    assert of((2, True), (2, True), (2, False), (14, False)).estimate[0] == pytest.approx(0.5)


def test_an_event_at_the_horizon_counts_and_a_later_one_does_not():
    assert of((14, True), (14, False)).estimate[0] == pytest.approx(0.5)
    assert of((14.1, True), (14, False)).estimate[0] == 1.0


def test_without_censoring_the_interval_is_close_to_wilsons():
    found = of(*[(3, True)] * 30, *[(14, False)] * 70)
    by_wilson = wilson(70, 100)
    assert (found.low[0], found.high[0]) == pytest.approx((by_wilson.low, by_wilson.high), abs=0.01)


def test_without_events_the_interval_still_has_a_width():
    found = of(*[(14, False)] * 20)
    assert (found.estimate[0], found.high[0]) == (1.0, pytest.approx(1.0))
    assert found.low[0] == pytest.approx(0.05 ** (1 / 20))


def test_a_group_without_follow_up_to_the_horizon_has_no_estimate():
    found = of((2, True), (5, False))
    assert math.isnan(found.estimate[0])
    assert found.low[0] == pytest.approx(0.0, abs=1e-9)
    assert of((2, True), (5, True)).estimate[0] == 0.0


def test_groups_are_estimated_separately():
    groups = np.array([0, 2, 0, 2])
    found = survival(groups, np.array([1.0, 14, 14, 14]), np.array([True, False, False, False]), horizon=HORIZON)
    assert found.estimate.tolist()[::2] == [0.5, 1.0]
    assert found.n.tolist() == [2, 0, 2]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 30), st.booleans()), min_size=1, max_size=40))
def test_the_interval_contains_the_estimate_in_any_order_of_rows(watched):
    found, turned = of(*watched), of(*reversed(watched))
    assert found.estimate.tolist() == pytest.approx(turned.estimate.tolist(), nan_ok=True)
    assert 0 <= found.low[0] <= found.high[0] <= 1
    if not math.isnan(found.estimate[0]):
        assert found.low[0] <= found.estimate[0] <= found.high[0]


@pytest.mark.parametrize(("n", "lasting"), [(30, 0.8), (100, 0.9), (200, 0.6)])
def test_intervals_cover_and_the_estimate_is_unbiased_with_much_censoring(n, lasting):
    replications = 1000
    rng = np.random.default_rng(n)
    groups = np.repeat(np.arange(replications), n)
    ends = np.where(rng.random(len(groups)) < lasting, math.inf, 14 * rng.beta(1, 3, len(groups)))
    watched = rng.uniform(0, 40, len(groups))
    found = survival(groups, np.minimum(ends, watched), ends <= watched, horizon=HORIZON)
    error = np.nanstd(found.estimate) / math.sqrt(replications)
    assert np.nanmean(found.estimate) == pytest.approx(lasting, abs=3 * error)
    covering = np.mean((found.low <= lasting) & (lasting <= found.high))
    # 95 %, with tolerance for a thousand replications and for whole numbers of calls.
    assert 0.93 <= covering <= 0.98


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(1, 4)), min_size=1, max_size=12))
def test_equal_rows_may_be_counted(watched):
    counted = survival(
        np.zeros(len(watched), np.int64),
        np.array([days for days, _, _ in watched], float),
        np.array([event for _, event, _ in watched]),
        np.array([count for _, _, count in watched]),
        horizon=HORIZON,
    )
    alone = of(*[(days, event) for days, event, count in watched for _ in range(count)])
    assert (counted.n[0], counted.censored[0]) == (alone.n[0], alone.censored[0])
    for name in ("estimate", "low", "high"):
        assert getattr(counted, name).tolist() == pytest.approx(getattr(alone, name).tolist(), nan_ok=True)
