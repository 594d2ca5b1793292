import numpy as np
import pytest

from bench.quality import PAGE, covers, expected_calibration_error, replaced, tables
from pipeline.scorecard import Scorecard


def test_calibrated_probabilities_have_no_calibration_error():
    assert expected_calibration_error(np.array([0.75] * 4), np.array([1, 1, 1, 0])) == 0.0


def test_calibration_error_weighs_bins_by_their_answers():
    stated = np.array([0.95, 0.95, 0.95, 0.55])
    right = np.array([1, 1, 1, 0])
    assert expected_calibration_error(stated, right) == pytest.approx(0.75 * 0.05 + 0.25 * 0.55)


def test_certainty_belongs_to_the_last_bin():
    assert expected_calibration_error(np.array([1.0, 0.9]), np.array([1, 1])) == pytest.approx(0.05)


def test_only_the_text_between_the_markers_is_replaced():
    page = "before\n<!-- agreement -->\nold\n<!-- /agreement -->\nafter\n"
    assert replaced(page, "new") == "before\n<!-- agreement -->\nnew\n<!-- /agreement -->\nafter\n"


@pytest.mark.parametrize(
    ("interval", "total", "covered"),
    [
        ((40.0, 60.0), 60.0, True),
        ((40.0, 60.0), 60.1, False),
        (None, None, True),
        (None, 50.0, False),
        ((0.0, 1.0), None, True),
    ],
)
def test_an_interval_covers_a_total_inside_it(interval, total, covered):
    assert covers(Scorecard("c1", "r", "1", (), (), None, interval), total) is covered


@pytest.mark.slow
def test_the_published_table_is_what_the_shipped_form_and_heads_give():
    page = PAGE.read_text("utf-8")
    assert replaced(page, tables()) == page
