"""Examples in docstrings of public functions."""

import doctest
from importlib import import_module

import pytest

MODULES = (
    "pipeline.fingerprints.code_fingerprint",
    "pipeline.enrich.backchannel",
    "pipeline.enrich.conduct",
    "pipeline.enrich.hold_phrases",
    "pipeline.enrich.issues",
    "pipeline.evaluate.agreement",
    "pipeline.evaluate.topic_evaluation",
    "pipeline.evaluate.word_errors",
    "pipeline.fingerprints.fingerprint",
    "pipeline.ingest.discovery",
    "pipeline.ingest.jsonl",
    "pipeline.ingest.metadata",
    "pipeline.ingest.speakers",
    "pipeline.ingest.survey_scale",
    "pipeline.leg",
    "pipeline.store",
    "pipeline.store.compaction",
    "pipeline.store.dates",
    "pipeline.store.parts",
    "pipeline.store.schemas",
    "pipeline.store.views",
    "pipeline.text.homophones",
    "pipeline.text.itn",
    "pipeline.text.numerals",
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_are_right(name: str) -> None:
    result = doctest.testmod(import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
