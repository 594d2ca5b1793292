import pytest

from pipeline.errors import ConfigError
from pipeline.store import Store, dates_between


def test_no_bounds_mean_all_dates(tmp_path):
    assert dates_between(Store(str(tmp_path)), since=None, until=None) is None


def test_a_store_without_calls_has_no_dates(tmp_path):
    assert dates_between(Store(str(tmp_path)), since="2026-01-01", until=None) == []


def test_a_day_must_be_a_day(tmp_path):
    with pytest.raises(ConfigError, match="tomorrow is not a day"):
        dates_between(Store(str(tmp_path)), since="tomorrow", until=None)
