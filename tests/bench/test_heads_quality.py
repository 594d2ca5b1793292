import pytest
from encoder_calls import call_of

from bench.heads_quality import _cross_validated, _table
from models.fakes.encoder import HashingEncoder


@pytest.fixture(scope="module")
def report():
    return _cross_validated([call_of(number) for number in range(30)], HashingEncoder(), seed=0)


@pytest.mark.slow
def test_calls_are_measured_as_they_are_with_rambling_turns_and_with_misheard_words(report):
    assert list(report) == ["cross_validated", "long_turns", "misheard"]
    assert {part["en"]["calls"] for part in report.values()} == {30}
    assert report["cross_validated"]["en"]["labels"]["greeting_identify"]["kappa"] == 1.0


@pytest.mark.slow
def test_the_table_has_a_column_per_set_of_calls(report):
    lines = _table({**report, "speed": {}, "machine": {}}).splitlines()
    assert lines[0].split() == ["question", "cross_validated", "en", "long_turns", "en", "misheard", "en"]
    assert lines[1].split()[:4] == ["greeting_identify", "1.00", "[1.00,", "1.00]"]
