"""Examples in docstrings of public functions."""

import doctest
from importlib import import_module

import pytest

MODULES = (
    "pipeline.evaluate.agreement",
    "pipeline.evaluate.topic_evaluation",
    "pipeline.evaluate.word_errors",
    "pipeline.text.homophones",
    "pipeline.text.itn",
    "pipeline.text.numerals",
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_are_right(name: str) -> None:
    result = doctest.testmod(import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
