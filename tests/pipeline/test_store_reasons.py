"""Codes of reasons in the tables: written by a night, and absent from files of before there were any."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rubric_store import family, says, scored

from pipeline.language import ENGLISH
from pipeline.language.flag_words import word_flag
from pipeline.language.reason_words import word_reason
from pipeline.reason import Reason
from pipeline.store import read


@pytest.fixture
def store(tmp_path):
    return scored(tmp_path, family(says("thanks"), says("sorry", applies_when={"kind": "phrase", "phrases": ["hm"]})))


def reason_of(row):
    return Reason(row["reason_code"], json.loads(row["reason_values"]))


def test_every_reason_is_its_code_in_words(store):
    answers = read(store, "answers").to_pylist()
    assert {row["reason_code"] for row in answers} == {"said", "not_found", "does_not_apply"}
    assert [row["reason"] for row in answers] == [word_reason(reason_of(row), ENGLISH) for row in answers]


def test_every_flag_is_its_code_in_english(store):
    flags = read(store, "flags").to_pylist()
    assert len(flags) > 0
    assert [row["reason"] for row in flags] == [word_flag(reason_of(row), ENGLISH) for row in flags]


def test_files_from_before_codes_are_read(store):
    for table in ("answers", "flags"):
        for path in (Path(store.address) / table).rglob("*.parquet"):
            pq.write_table(pq.read_table(path).drop_columns(["reason_code", "reason_values"]), path)
        rows = read(store, table).to_pylist()
        assert {(row["reason_code"], row["reason_values"]) for row in rows} == {("", "{}")}
